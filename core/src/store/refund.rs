//! Rows of refunds.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::entity::{payment, refund};
use super::payment::money;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, MerchantId, PaymentId, RefundId};
use crate::merchant::Mode;
use crate::refund::{Refund, RefundStatus};

fn row(refund: &Refund) -> refund::Model {
    refund::Model {
        id: refund.id.as_uuid(),
        payment_id: refund.payment_id.as_uuid(),
        merchant_id: refund.merchant_id.as_uuid(),
        mode: refund.mode.as_str().to_owned(),
        amount: refund.amount.minor(),
        currency: refund.amount.currency().code().to_owned(),
        status: refund.status.as_str().to_owned(),
        refund_ref: refund.refund_ref.clone(),
        reason: refund.reason.clone(),
        created_by: refund.created_by.clone(),
        created_at: refund.created_at.as_micros(),
        updated_at: refund.updated_at.as_micros(),
    }
}

fn refund_from(row: refund::Model) -> Result<Refund, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "refund", column };
    Ok(Refund {
        id: RefundId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        amount: money("refund", row.amount, &row.currency)?,
        status: RefundStatus::from_name(&row.status).ok_or_else(|| bad("status"))?,
        refund_ref: row.refund_ref,
        reason: row.reason,
        created_by: row.created_by,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

pub(crate) async fn insert(tx: &Tx, refund: &Refund) -> Result<(), StoreError> {
    refund::Entity::insert(row(refund).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, refund: &Refund) -> Result<(), StoreError> {
    let row = row(refund).into_active_model().reset_all();
    refund::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: RefundId) -> Result<Option<Refund>, StoreError> {
    refund::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(refund_from).transpose()
}

/// The refunds of a payment, oldest first.
pub(crate) async fn of_payment(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Refund>, StoreError> {
    let query = refund::Entity::find()
        .filter(refund::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(refund::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(refund_from).collect()
}

/// The refunds of a buyer's payments, newest first; `before` is the last id of the page before.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
    before: Option<RefundId>,
    limit: u64,
) -> Result<Vec<Refund>, StoreError> {
    let own = payment::Entity::find()
        .select_only()
        .column(payment::Column::Id)
        .filter(payment::Column::AccountId.eq(account.as_uuid()));
    let mut query = refund::Entity::find()
        .filter(refund::Column::PaymentId.in_subquery(own.into_query()))
        .order_by(refund::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(refund::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(refund_from).collect()
}

/// Newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    payment: Option<PaymentId>,
    before: Option<RefundId>,
    limit: u64,
) -> Result<Vec<Refund>, StoreError> {
    let mut query = refund::Entity::find()
        .filter(refund::Column::MerchantId.eq(scope.0.as_uuid()))
        .filter(refund::Column::Mode.eq(scope.1.as_str()))
        .order_by(refund::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(payment) = payment {
        query = query.filter(refund::Column::PaymentId.eq(payment.as_uuid()));
    }
    if let Some(before) = before {
        query = query.filter(refund::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(refund_from).collect()
}
