//! Rows of saved cards and of the customers who may not use them.

use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

pub(crate) mod key;

use super::entity::{vault_card, vault_customer};
use super::{StoreError, Tx, locks_rows};
use crate::clock::Timestamp;
use crate::id::{AccountId, CardId, DataKeyId, MerchantId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::payment::card::{Brand, CardFace};
use crate::vault::card::{CardState, SavedCard};
use crate::vault::customer::{CustomerRef, CustomerState};

fn card_row(card: &SavedCard) -> vault_card::Model {
    vault_card::Model {
        id: card.id.as_uuid(),
        merchant_id: card.merchant_id.as_uuid(),
        mode: card.mode.as_str().to_owned(),
        customer_ref: card.customer.as_str().to_owned(),
        account_id: card.account_id.map(AccountId::as_uuid),
        email_ci: card.email.clone(),
        language: card.language.map(|language| language.code().to_owned()),
        brand: card.face.brand.as_str().to_owned(),
        first6: card.face.first6.clone(),
        last4: card.face.last4.clone(),
        exp_month: i32::from(card.face.exp_month),
        exp_year: i32::from(card.face.exp_year),
        card: card.card.clone(),
        merchant_card: card.merchant_card.clone(),
        key_id: card.key_id.as_uuid(),
        sealed: card.sealed.clone(),
        state: card.state.as_str().to_owned(),
        consent_text: card.consent_text.clone(),
        consent_at: card.consent_at.as_micros(),
        usable_until: card.usable_until.as_micros(),
        expiry_told: i32::from(card.expiry_told),
        last_used_at: card.last_used_at.as_micros(),
        created_at: card.created_at.as_micros(),
    }
}

fn card_from(row: vault_card::Model) -> Result<SavedCard, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "vault_card", column };
    Ok(SavedCard {
        id: CardId::from_uuid(row.id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        customer: row.customer_ref.parse().map_err(|_| bad("customer_ref"))?,
        account_id: row.account_id.map(AccountId::from_uuid),
        email: row.email_ci,
        language: row.language.as_deref().and_then(Language::from_code),
        face: CardFace {
            brand: Brand::from_name(&row.brand),
            first6: row.first6,
            last4: row.last4,
            exp_month: u8::try_from(row.exp_month).map_err(|_| bad("exp_month"))?,
            exp_year: u16::try_from(row.exp_year).map_err(|_| bad("exp_year"))?,
        },
        card: row.card,
        merchant_card: row.merchant_card,
        key_id: DataKeyId::from_uuid(row.key_id),
        sealed: row.sealed,
        state: CardState::from_name(&row.state).ok_or_else(|| bad("state"))?,
        consent_text: row.consent_text,
        consent_at: Timestamp::from_micros(row.consent_at),
        usable_until: Timestamp::from_micros(row.usable_until),
        expiry_told: row.expiry_told != 0,
        last_used_at: Timestamp::from_micros(row.last_used_at),
        created_at: Timestamp::from_micros(row.created_at),
    })
}

fn cards_from(rows: Vec<vault_card::Model>) -> Result<Vec<SavedCard>, StoreError> {
    rows.into_iter().map(card_from).collect()
}

/// The index's predicate, word for word, so that SQLite uses it.
fn kept() -> sea_orm::sea_query::SimpleExpr {
    Expr::cust("state IN ('active', 'frozen')")
}

pub(crate) async fn insert(tx: &Tx, card: &SavedCard) -> Result<(), StoreError> {
    vault_card::Entity::insert(card_row(card).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, card: &SavedCard) -> Result<(), StoreError> {
    let row = card_row(card).into_active_model().reset_all();
    vault_card::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, id: CardId) -> Result<(), StoreError> {
    vault_card::Entity::delete_by_id(id.as_uuid()).exec(tx.conn()).await?;
    Ok(())
}

/// Notes that a card paid.
pub(crate) async fn touch(tx: &Tx, id: CardId, now: Timestamp) -> Result<(), StoreError> {
    vault_card::Entity::update_many()
        .col_expr(vault_card::Column::LastUsedAt, Expr::value(now.as_micros()))
        .filter(vault_card::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: CardId) -> Result<Option<SavedCard>, StoreError> {
    vault_card::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(card_from).transpose()
}

fn locked(tx: &Tx, query: Select<vault_card::Entity>) -> Select<vault_card::Entity> {
    if locks_rows(tx.conn().get_database_backend()) { query.lock(LockType::Update) } else { query }
}

/// Reads a card and keeps others from changing it until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: CardId) -> Result<Option<SavedCard>, StoreError> {
    let query = locked(tx, vault_card::Entity::find_by_id(id.as_uuid()));
    query.one(tx.conn()).await?.map(card_from).transpose()
}

/// The kept row of the same card of the same customer.
pub(crate) async fn twin(tx: &Tx, card: &SavedCard) -> Result<Option<SavedCard>, StoreError> {
    let query = vault_card::Entity::find()
        .filter(vault_card::Column::MerchantId.eq(card.merchant_id.as_uuid()))
        .filter(vault_card::Column::Mode.eq(card.mode.as_str()))
        .filter(vault_card::Column::CustomerRef.eq(card.customer.as_str()))
        .filter(vault_card::Column::MerchantCard.eq(card.merchant_card.as_str()))
        .filter(kept());
    locked(tx, query).one(tx.conn()).await?.map(card_from).transpose()
}

/// Which kept cards are listed.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    /// A merchant's, of one customer or of all.
    Merchant(MerchantId, Mode, Option<CustomerRef>),
    /// A person's, at every merchant.
    Account(AccountId),
    /// A person's, at one merchant.
    AccountAt(AccountId, MerchantId, Mode),
}

/// Kept cards, newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    whose: &Whose,
    before: Option<CardId>,
    limit: u64,
) -> Result<Vec<SavedCard>, StoreError> {
    let mut query =
        vault_card::Entity::find().filter(kept()).order_by(vault_card::Column::Id, Order::Desc).limit(limit);
    query = match whose {
        Whose::Merchant(merchant, mode, customer) => {
            query = query
                .filter(vault_card::Column::MerchantId.eq(merchant.as_uuid()))
                .filter(vault_card::Column::Mode.eq(mode.as_str()));
            match customer {
                Some(customer) => query.filter(vault_card::Column::CustomerRef.eq(customer.as_str())),
                None => query,
            }
        }
        Whose::Account(account) => query.filter(vault_card::Column::AccountId.eq(account.as_uuid())),
        Whose::AccountAt(account, merchant, mode) => query
            .filter(vault_card::Column::AccountId.eq(account.as_uuid()))
            .filter(vault_card::Column::MerchantId.eq(merchant.as_uuid()))
            .filter(vault_card::Column::Mode.eq(mode.as_str())),
    };
    if let Some(before) = before {
        query = query.filter(vault_card::Column::Id.lt(before.as_uuid()));
    }
    cards_from(query.all(conn).await?)
}

/// Every kept card of a person, locked.
pub(crate) async fn lock_of_account(tx: &Tx, account: AccountId) -> Result<Vec<SavedCard>, StoreError> {
    let query = vault_card::Entity::find().filter(kept()).filter(vault_card::Column::AccountId.eq(account.as_uuid()));
    cards_from(locked(tx, query).all(tx.conn()).await?)
}

/// Takes out of a person's cards, also those that were taken away, whose they were.
pub(crate) async fn forget_person(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    vault_card::Entity::update_many()
        .col_expr(vault_card::Column::EmailCi, Expr::value(Option::<String>::None))
        .filter(vault_card::Column::AccountId.eq(account.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What the sweep looks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// Kept cards whose last month is over.
    Expired(Timestamp),
    /// Kept cards that expire before this and whose buyer was not told.
    Expiring(Timestamp),
    /// Kept cards that paid nothing since this.
    Unused(Timestamp),
    /// Cards to be kept whose payment ended without a word to the vault.
    Forgotten(Timestamp),
}

/// Cards that the sweep has something to do with.
pub(crate) async fn due(conn: &impl ConnectionTrait, due: Due, limit: u64) -> Result<Vec<CardId>, StoreError> {
    let query = vault_card::Entity::find().select_only().column(vault_card::Column::Id);
    let query = match due {
        Due::Expired(now) => query.filter(kept()).filter(vault_card::Column::UsableUntil.lte(now.as_micros())),
        Due::Expiring(soon) => query
            .filter(kept())
            .filter(vault_card::Column::UsableUntil.lte(soon.as_micros()))
            .filter(vault_card::Column::ExpiryTold.eq(0)),
        Due::Unused(before) => query.filter(kept()).filter(vault_card::Column::LastUsedAt.lt(before.as_micros())),
        Due::Forgotten(before) => {
            query.filter(Expr::cust("state = 'pending'")).filter(vault_card::Column::LastUsedAt.lt(before.as_micros()))
        }
    };
    let ids = query.limit(limit).into_tuple::<uuid::Uuid>().all(conn).await?;
    Ok(ids.into_iter().map(CardId::from_uuid).collect())
}

/// Sealed cards under another data key of the merchant than this one.
pub(crate) async fn under_other_keys(
    tx: &Tx,
    merchant: MerchantId,
    key: DataKeyId,
    limit: u64,
) -> Result<Vec<SavedCard>, StoreError> {
    let query = vault_card::Entity::find()
        .filter(vault_card::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(vault_card::Column::KeyId.ne(key.as_uuid()))
        .filter(vault_card::Column::Sealed.is_not_null())
        .limit(limit);
    cards_from(locked(tx, query).all(tx.conn()).await?)
}

/// Whether a customer may use saved cards.
pub(crate) async fn customer_state(
    conn: &impl ConnectionTrait,
    whose: (MerchantId, Mode),
    customer: &CustomerRef,
) -> Result<CustomerState, StoreError> {
    let key = (whose.0.as_uuid(), whose.1.as_str().to_owned(), customer.as_str().to_owned());
    let Some(row) = vault_customer::Entity::find_by_id(key).one(conn).await? else { return Ok(CustomerState::Member) };
    CustomerState::from_name(&row.state).ok_or(StoreError::Unreadable { table: "vault_customer", column: "state" })
}

pub(crate) async fn set_customer_state(
    tx: &Tx,
    whose: (MerchantId, Mode),
    customer: &CustomerRef,
    state: CustomerState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = vault_customer::Model {
        merchant_id: whose.0.as_uuid(),
        mode: whose.1.as_str().to_owned(),
        customer_ref: customer.as_str().to_owned(),
        state: state.as_str().to_owned(),
        changed_at: now.as_micros(),
    };
    let key = [vault_customer::Column::MerchantId, vault_customer::Column::Mode, vault_customer::Column::CustomerRef];
    let changed = [vault_customer::Column::State, vault_customer::Column::ChangedAt];
    vault_customer::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_columns(changed).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
