//! Rows of merchants' profiles and their routes.

use std::fmt::Display;
use std::str::FromStr;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder};

use super::entity::{merchant_profile, merchant_route};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::payment::card::Brand;
use crate::routing::{MethodFilter, NonResidents, Profile, Reaction, Route};

fn join<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
}

fn split<T: FromStr>(text: &str, bad: StoreError) -> Result<Vec<T>, StoreError> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::parse).collect::<Result<_, _>>().map_err(|_| bad)
}

fn profile_row(merchant: MerchantId, mode: Mode, profile: &Profile, now: Timestamp) -> merchant_profile::Model {
    let abroad = &profile.non_residents;
    merchant_profile::Model {
        merchant_id: merchant.as_uuid(),
        mode: mode.as_str().to_owned(),
        version: profile.version,
        currencies: join(&profile.currencies),
        cards: i32::from(profile.cards),
        wallets: profile.wallets.as_ref().map(join),
        home_country: abroad.home_country.map(|country| country.to_string()),
        home_currency: abroad.home_currency.map(|currency| currency.code().to_owned()),
        foreign_cards: abroad.foreign_cards.as_str().to_owned(),
        unknown_cards: abroad.unknown_cards.as_str().to_owned(),
        other_currencies: abroad.other_currencies.as_str().to_owned(),
        countries: join(abroad.countries.iter().map(|(country, reaction)| format!("{country}:{}", reaction.as_str()))),
        updated_at: now.as_micros(),
    }
}

fn profile_from(row: &merchant_profile::Model, routes: Vec<Route>) -> Result<Profile, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "merchant_profile", column };
    let reaction = |name: &str, column| Reaction::from_name(name).ok_or_else(|| bad(column));
    let country = |word: &str| {
        let (code, name) = word.split_once(':')?;
        Some((code.parse().ok()?, Reaction::from_name(name)?))
    };
    let words = row.countries.split(' ').filter(|word| !word.is_empty());
    Ok(Profile {
        version: row.version,
        currencies: split(&row.currencies, bad("currencies"))?,
        cards: row.cards != 0,
        wallets: row.wallets.as_deref().map(|names| split(names, bad("wallets"))).transpose()?,
        non_residents: NonResidents {
            home_country: row.home_country.as_deref().map(str::parse).transpose().map_err(|_| bad("home_country"))?,
            home_currency: row
                .home_currency
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|_| bad("home_currency"))?,
            foreign_cards: reaction(&row.foreign_cards, "foreign_cards")?,
            unknown_cards: reaction(&row.unknown_cards, "unknown_cards")?,
            other_currencies: reaction(&row.other_currencies, "other_currencies")?,
            countries: words.map(country).collect::<Option<_>>().ok_or_else(|| bad("countries"))?,
        },
        routes,
    })
}

fn route_row(merchant: MerchantId, mode: Mode, place: usize, route: &Route) -> merchant_route::Model {
    merchant_route::Model {
        merchant_id: merchant.as_uuid(),
        mode: mode.as_str().to_owned(),
        place: i32::try_from(place).unwrap_or(i32::MAX),
        acquirer: route.acquirer.clone(),
        method: route.method.to_string(),
        currencies: join(&route.currencies),
        countries: join(&route.countries),
        countries_except: join(&route.countries_except),
        brands: join(route.brands.iter().map(|brand| brand.as_str())),
    }
}

fn route_from(row: merchant_route::Model) -> Result<Route, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "merchant_route", column };
    Ok(Route {
        acquirer: row.acquirer,
        method: MethodFilter::from_name(&row.method).ok_or_else(|| bad("method"))?,
        currencies: split(&row.currencies, bad("currencies"))?,
        countries: split(&row.countries, bad("countries"))?,
        countries_except: split(&row.countries_except, bad("countries_except"))?,
        brands: row.brands.split(' ').filter(|word| !word.is_empty()).map(Brand::from_name).collect(),
    })
}

pub(crate) async fn by_merchant(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    mode: Mode,
) -> Result<Option<Profile>, StoreError> {
    let key = (merchant.as_uuid(), mode.as_str().to_owned());
    let Some(row) = merchant_profile::Entity::find_by_id(key).one(conn).await? else { return Ok(None) };
    let routes = merchant_route::Entity::find()
        .filter(merchant_route::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(merchant_route::Column::Mode.eq(mode.as_str()))
        .order_by(merchant_route::Column::Place, Order::Asc)
        .all(conn)
        .await?;
    let routes = routes.into_iter().map(route_from).collect::<Result<_, _>>()?;
    profile_from(&row, routes).map(Some)
}

/// Writes a profile in place of the one that was there, if there was one.
pub(crate) async fn replace(
    tx: &Tx,
    merchant: MerchantId,
    mode: Mode,
    profile: &Profile,
    now: Timestamp,
) -> Result<(), StoreError> {
    merchant_route::Entity::delete_many()
        .filter(merchant_route::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(merchant_route::Column::Mode.eq(mode.as_str()))
        .exec(tx.conn())
        .await?;
    let key = (merchant.as_uuid(), mode.as_str().to_owned());
    merchant_profile::Entity::delete_by_id(key).exec(tx.conn()).await?;
    let row = profile_row(merchant, mode, profile, now).into_active_model();
    merchant_profile::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    if profile.routes.is_empty() {
        return Ok(());
    }
    let routes = profile.routes.iter().enumerate();
    let routes = routes.map(|(place, route)| route_row(merchant, mode, place, route).into_active_model());
    merchant_route::Entity::insert_many(routes).exec_without_returning(tx.conn()).await?;
    Ok(())
}
