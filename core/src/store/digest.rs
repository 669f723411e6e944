//! Rows of what members of merchants are told, how often, and until when they were told.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, TryInsertResult,
};

use super::entity::{member_digest, member_pace, merchant_member};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, MerchantId};
use crate::merchant::digest::{DigestPace, Paces, Topic};
use crate::merchant::member::Rights;

/// Every member of every merchant. A row that this version cannot read is left out.
pub(crate) async fn members(conn: &impl ConnectionTrait) -> Result<Vec<(MerchantId, AccountId, Rights)>, StoreError> {
    let query = merchant_member::Entity::find()
        .order_by(merchant_member::Column::MerchantId, Order::Asc)
        .order_by(merchant_member::Column::AccountId, Order::Asc);
    let member = |row: merchant_member::Model| {
        let rights = row.rights.parse().ok()?;
        Some((MerchantId::from_uuid(row.merchant_id), AccountId::from_uuid(row.account_id), rights))
    };
    Ok(query.all(conn).await?.into_iter().filter_map(member).collect())
}

/// What a member chose.
pub(crate) async fn paces(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    account: AccountId,
) -> Result<Paces, StoreError> {
    let rows = member_pace::Entity::find()
        .filter(member_pace::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(member_pace::Column::AccountId.eq(account.as_uuid()))
        .all(conn)
        .await?;
    let pace =
        |row: member_pace::Model| Some((Topic::from_name(&row.topic)?.as_str(), DigestPace::from_name(&row.pace)?));
    Ok(rows.into_iter().filter_map(pace).collect())
}

/// Writes one choice over the one before.
pub(crate) async fn set_pace(
    tx: &Tx,
    merchant: MerchantId,
    account: AccountId,
    topic: Topic,
    pace: DigestPace,
) -> Result<(), StoreError> {
    let row = member_pace::Model {
        merchant_id: merchant.as_uuid(),
        account_id: account.as_uuid(),
        topic: topic.as_str().to_owned(),
        pace: pace.as_str().to_owned(),
    };
    let key = [member_pace::Column::MerchantId, member_pace::Column::AccountId, member_pace::Column::Topic];
    member_pace::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_column(member_pace::Column::Pace).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Until when a member was told at a pace; `None` before the first time.
pub(crate) async fn told_until(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    account: AccountId,
    pace: DigestPace,
) -> Result<Option<Timestamp>, StoreError> {
    let key = (merchant.as_uuid(), account.as_uuid(), pace.as_str().to_owned());
    let row = member_digest::Entity::find_by_id(key).one(conn).await?;
    Ok(row.map(|row| Timestamp::from_micros(row.told_until)))
}

/// Moves the mark until which a member was told. `false` when somebody else moved it meanwhile.
pub(crate) async fn move_mark(
    tx: &Tx,
    (merchant, account, pace): (MerchantId, AccountId, DigestPace),
    before: Option<Timestamp>,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let Some(before) = before else {
        let row = member_digest::Model {
            merchant_id: merchant.as_uuid(),
            account_id: account.as_uuid(),
            pace: pace.as_str().to_owned(),
            told_until: until.as_micros(),
        };
        let key = [member_digest::Column::MerchantId, member_digest::Column::AccountId, member_digest::Column::Pace];
        let inserted = member_digest::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.conn())
            .await?;
        return Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0));
    };
    let moved = member_digest::Entity::update_many()
        .col_expr(member_digest::Column::ToldUntil, Expr::value(until.as_micros()))
        .filter(member_digest::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(member_digest::Column::AccountId.eq(account.as_uuid()))
        .filter(member_digest::Column::Pace.eq(pace.as_str()))
        .filter(member_digest::Column::ToldUntil.eq(before.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(moved.rows_affected == 1)
}

/// Forgets what a person chose and was told, for one merchant or for all of them.
pub(crate) async fn forget(tx: &Tx, account: AccountId, only: Option<MerchantId>) -> Result<(), StoreError> {
    let mut paces = member_pace::Entity::delete_many().filter(member_pace::Column::AccountId.eq(account.as_uuid()));
    let mut marks = member_digest::Entity::delete_many().filter(member_digest::Column::AccountId.eq(account.as_uuid()));
    if let Some(merchant) = only {
        paces = paces.filter(member_pace::Column::MerchantId.eq(merchant.as_uuid()));
        marks = marks.filter(member_digest::Column::MerchantId.eq(merchant.as_uuid()));
    }
    paces.exec(tx.conn()).await?;
    marks.exec(tx.conn()).await?;
    Ok(())
}
