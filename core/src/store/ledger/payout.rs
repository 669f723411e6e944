//! Rows of payouts, and the lock under which a merchant's money is moved.

use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};

use crate::clock::Timestamp;
use crate::id::{MerchantId, PayoutId};
use crate::ledger::Payout;
use crate::merchant::Mode;
use crate::store::entity::{merchant, payout};
use crate::store::payment::money;
use crate::store::{StoreError, Tx, locks_rows};

/// Keeps other settlements and payouts of a merchant waiting until the unit ends. Payments do not wait:
/// the lock leaves the merchant's key free for references. Gives whether there is such a merchant.
pub(crate) async fn lock_merchant(tx: &Tx, id: MerchantId) -> Result<bool, StoreError> {
    let mut query = merchant::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::NoKeyUpdate);
    }
    Ok(query.one(tx.conn()).await?.is_some())
}

pub(crate) async fn insert(tx: &Tx, payout: &Payout) -> Result<(), StoreError> {
    let row = payout::Model {
        id: payout.id.as_uuid(),
        merchant_id: payout.merchant_id.as_uuid(),
        mode: payout.mode.as_str().to_owned(),
        currency: payout.amount.currency().code().to_owned(),
        amount: payout.amount.minor(),
        available_before: payout.available_before,
        owed_before: payout.owed_before,
        created_by: payout.created_by.clone(),
        created_at: payout.created_at.as_micros(),
    };
    payout::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    before: Option<PayoutId>,
    limit: u64,
) -> Result<Vec<Payout>, StoreError> {
    let mut query = payout::Entity::find()
        .filter(payout::Column::MerchantId.eq(scope.0.as_uuid()))
        .filter(payout::Column::Mode.eq(scope.1.as_str()))
        .order_by(payout::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(payout::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(payout_from).collect()
}

fn payout_from(row: payout::Model) -> Result<Payout, StoreError> {
    let mode = Mode::from_name(&row.mode).ok_or(StoreError::Unreadable { table: "payout", column: "mode" })?;
    Ok(Payout {
        id: PayoutId::from_uuid(row.id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode,
        amount: money("payout", row.amount, &row.currency)?,
        available_before: row.available_before,
        owed_before: row.owed_before,
        created_by: row.created_by,
        created_at: Timestamp::from_micros(row.created_at),
    })
}
