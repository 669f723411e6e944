//! Rows of operations: the messages to acquirers.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::entity::{operation, payment};
use super::{StoreError, Tx, changing};
use crate::clock::Timestamp;
use crate::id::{AttemptId, OperationId, PaymentId, RefundId};
use crate::money::{Currency, Money};
use crate::payment::Payment;
use crate::payment::decline::DeclineCode;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};

fn operation_row(operation: &Operation) -> operation::Model {
    operation::Model {
        id: operation.id.as_uuid(),
        payment_id: operation.payment_id.as_uuid(),
        attempt_id: operation.attempt_id.as_uuid(),
        refund_id: operation.refund_id.map(RefundId::as_uuid),
        original_id: operation.original_id.map(OperationId::as_uuid),
        kind: operation.kind.as_str().to_owned(),
        status: operation.status.as_str().to_owned(),
        amount: operation.amount.minor(),
        takes_money: i32::from(operation.takes_money),
        by_expiry: i32::from(operation.by_expiry),
        trace: operation.trace,
        acquirer: operation.acquirer.clone(),
        fallback: operation.fallback.clone(),
        acquirer_ref: operation.acquirer_ref.clone(),
        approval_code: operation.approval_code.clone(),
        decline_code: operation.decline.map(|code| code.as_str().to_owned()),
        network_code: operation.network_code.clone(),
        acknowledged: i32::from(operation.acknowledged),
        inquiries: operation.inquiries,
        next_inquiry_at: operation.next_inquiry_at.map(Timestamp::as_micros),
        escalated_at: operation.escalated_at.map(Timestamp::as_micros),
        created_at: operation.created_at.as_micros(),
        updated_at: operation.updated_at.as_micros(),
    }
}

fn operation_from(row: operation::Model, currency: Currency) -> Result<Operation, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "operation", column };
    Ok(Operation {
        id: OperationId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        attempt_id: AttemptId::from_uuid(row.attempt_id),
        refund_id: row.refund_id.map(RefundId::from_uuid),
        original_id: row.original_id.map(OperationId::from_uuid),
        kind: OperationKind::from_name(&row.kind).ok_or_else(|| bad("kind"))?,
        status: OperationStatus::from_name(&row.status).ok_or_else(|| bad("status"))?,
        amount: Money::new(row.amount, currency).map_err(|_| bad("amount"))?,
        takes_money: row.takes_money != 0,
        by_expiry: row.by_expiry != 0,
        trace: row.trace,
        acquirer: row.acquirer,
        fallback: row.fallback,
        acquirer_ref: row.acquirer_ref,
        approval_code: row.approval_code,
        decline: row.decline_code.as_deref().and_then(DeclineCode::from_name),
        network_code: row.network_code,
        acknowledged: row.acknowledged != 0,
        inquiries: row.inquiries,
        next_inquiry_at: row.next_inquiry_at.map(Timestamp::from_micros),
        escalated_at: row.escalated_at.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

pub(crate) async fn insert(tx: &Tx, operation: &Operation) -> Result<(), StoreError> {
    operation::Entity::insert(operation_row(operation).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// What never changes once it is written, and is left out of updates.
const FIXED: &[operation::Column] = {
    use operation::Column::{
        Amount, AttemptId, ByExpiry, CreatedAt, Kind, OriginalId, PaymentId, RefundId, TakesMoney, Trace,
    };
    &[Amount, AttemptId, ByExpiry, CreatedAt, Kind, OriginalId, PaymentId, RefundId, TakesMoney, Trace]
};

pub(crate) async fn update(tx: &Tx, operation: &Operation) -> Result<(), StoreError> {
    let row = changing(operation_row(operation), FIXED);
    operation::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_id(
    conn: &impl ConnectionTrait,
    id: OperationId,
    currency: Currency,
) -> Result<Option<Operation>, StoreError> {
    let row = operation::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    row.map(|row| operation_from(row, currency)).transpose()
}

/// The payment of a message, and the acquirer that it went to.
pub(crate) async fn owner(
    conn: &impl ConnectionTrait,
    id: OperationId,
) -> Result<Option<(PaymentId, String)>, StoreError> {
    let row = operation::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    Ok(row.map(|row| (PaymentId::from_uuid(row.payment_id), row.acquirer)))
}

/// The payment of the authorization that an acquirer calls so.
pub(crate) async fn payment_by_acquirer_ref(
    conn: &impl ConnectionTrait,
    acquirer: &str,
    acquirer_ref: &str,
) -> Result<Option<PaymentId>, StoreError> {
    let row = operation::Entity::find()
        .filter(operation::Column::AcquirerRef.eq(acquirer_ref))
        .filter(operation::Column::Acquirer.eq(acquirer))
        // Literals, as in the index's predicate.
        .filter(Expr::cust("kind = 'authorize' AND acquirer_ref IS NOT NULL"))
        .one(conn)
        .await?;
    Ok(row.map(|row| PaymentId::from_uuid(row.payment_id)))
}

/// Where the money of a payment was reserved, if it was.
pub(crate) async fn acquirer_of(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<String>, StoreError> {
    let row = operation::Entity::find()
        .filter(operation::Column::PaymentId.eq(payment.as_uuid()))
        .filter(operation::Column::Kind.eq(OperationKind::Authorize.as_str()))
        .filter(operation::Column::Status.eq(OperationStatus::Succeeded.as_str()))
        .one(conn)
        .await?;
    Ok(row.map(|row| row.acquirer))
}

/// Takes the task of asking about a message, unless another instance was quicker.
pub(crate) async fn take_inquiry(
    tx: &Tx,
    id: OperationId,
    seen_due_by: Timestamp,
    next: Timestamp,
) -> Result<bool, StoreError> {
    let updated = operation::Entity::update_many()
        .col_expr(operation::Column::NextInquiryAt, Expr::value(next.as_micros()))
        .filter(operation::Column::Id.eq(id.as_uuid()))
        .filter(operation::Column::NextInquiryAt.lte(seen_due_by.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The messages about a payment, oldest first.
pub(crate) async fn of_payment(conn: &impl ConnectionTrait, payment: &Payment) -> Result<Vec<Operation>, StoreError> {
    let query = operation::Entity::find()
        .filter(operation::Column::PaymentId.eq(payment.id.as_uuid()))
        .order_by(operation::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(|row| operation_from(row, payment.currency())).collect()
}

/// A message by its id alone.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: OperationId) -> Result<Option<Operation>, StoreError> {
    let Some(row) = operation::Entity::find_by_id(id.as_uuid()).one(conn).await? else { return Ok(None) };
    let payment = super::payment::by_id(conn, PaymentId::from_uuid(row.payment_id)).await?;
    payment.map(|payment| operation_from(row, payment.currency())).transpose()
}

/// Messages stored before this time that have no outcome and that staff were not told of. Those that
/// wait for the buyer are not overdue.
pub(crate) async fn overdue(
    conn: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<(OperationId, PaymentId)>, StoreError> {
    // Literals, word for word the index's predicate: with bound values SQLite would not use it.
    let open = Expr::cust("status IN ('pending', 'unknown') AND escalated_at IS NULL");
    let waiting = payment::Entity::find()
        .select_only()
        .column(payment::Column::Id)
        .filter(Expr::cust("status = 'requires_action'"));
    let rows = operation::Entity::find()
        .select_only()
        .columns([operation::Column::Id, operation::Column::PaymentId])
        .filter(open)
        .filter(operation::Column::CreatedAt.lte(before.as_micros()))
        .filter(operation::Column::PaymentId.not_in_subquery(sea_orm::QueryTrait::into_query(waiting)))
        .order_by(operation::Column::CreatedAt, Order::Asc)
        .limit(limit)
        .into_tuple::<(uuid::Uuid, uuid::Uuid)>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, payment)| (OperationId::from_uuid(id), PaymentId::from_uuid(payment))).collect())
}

/// Messages whose outcome should be asked for now, with the payment of each.
pub(crate) async fn inquiries_due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(OperationId, PaymentId)>, StoreError> {
    let rows = operation::Entity::find()
        .select_only()
        .columns([operation::Column::Id, operation::Column::PaymentId])
        .filter(operation::Column::NextInquiryAt.is_not_null())
        .filter(operation::Column::NextInquiryAt.lte(now.as_micros()))
        .order_by(operation::Column::NextInquiryAt, Order::Asc)
        .limit(limit)
        .into_tuple::<(uuid::Uuid, uuid::Uuid)>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, payment)| (OperationId::from_uuid(id), PaymentId::from_uuid(payment))).collect())
}

/// How many messages have no outcome yet.
pub(crate) async fn count_open(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(operation::Entity::find().filter(operation::Column::NextInquiryAt.is_not_null()).count(conn).await?)
}
