//! Rows of reviews and of buyers' cases.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, TryInsertResult,
};

use super::entity::{buyer_case, review};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, AttemptId, CaseId, PaymentId, ReviewId};
use crate::payment::{OpenReview, ReviewDecision};

fn review_from(row: review::Model) -> Result<OpenReview, StoreError> {
    Ok(OpenReview {
        id: ReviewId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        attempt_id: AttemptId::from_uuid(row.attempt_id),
        reasons: serde_json::from_str(&row.reasons)
            .map_err(|_| StoreError::Unreadable { table: "review", column: "reasons" })?,
        opened_at: Timestamp::from_micros(row.opened_at),
        due_at: Timestamp::from_micros(row.due_at),
    })
}

pub(crate) async fn insert(
    tx: &Tx,
    id: ReviewId,
    payment: PaymentId,
    attempt: AttemptId,
    reasons: &[String],
    now: Timestamp,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    let row = review::Model {
        id: id.as_uuid(),
        payment_id: payment.as_uuid(),
        attempt_id: attempt.as_uuid(),
        state: "open".to_owned(),
        reasons: serde_json::to_string(reasons).expect("texts are always JSON"),
        opened_at: now.as_micros(),
        due_at: due_at.as_micros(),
        decided_at: None,
        decided_by: None,
    };
    review::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn open(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<OpenReview>, StoreError> {
    let query = review::Entity::find()
        .filter(review::Column::State.eq("open"))
        .order_by(review::Column::DueAt, Order::Asc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(review_from).collect()
}

pub(crate) async fn count_open(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(review::Entity::find().filter(review::Column::State.eq("open")).count(conn).await?)
}

pub(crate) async fn open_by_id(conn: &impl ConnectionTrait, id: ReviewId) -> Result<Option<OpenReview>, StoreError> {
    let query = review::Entity::find_by_id(id.as_uuid()).filter(review::Column::State.eq("open"));
    query.one(conn).await?.map(review_from).transpose()
}

/// Ends an open review. `false` when it was not open any more.
pub(crate) async fn close(
    tx: &Tx,
    id: ReviewId,
    decision: ReviewDecision,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let updated = review::Entity::update_many()
        .col_expr(review::Column::State, Expr::value(decision.as_str()))
        .col_expr(review::Column::DecidedAt, Expr::value(now.as_micros()))
        .col_expr(review::Column::DecidedBy, Expr::value(by))
        .filter(review::Column::Id.eq(id.as_uuid()))
        .filter(review::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Ends the open review of a payment that was cancelled or ran out of time.
pub(crate) async fn lapse(tx: &Tx, payment: PaymentId, now: Timestamp) -> Result<(), StoreError> {
    review::Entity::update_many()
        .col_expr(review::Column::State, Expr::value("lapsed"))
        .col_expr(review::Column::DecidedAt, Expr::value(now.as_micros()))
        .filter(review::Column::PaymentId.eq(payment.as_uuid()))
        .filter(review::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Opens a case, once per payment, account and kind. `false` when there is one.
pub(crate) async fn open_case(
    tx: &Tx,
    payment: PaymentId,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<CaseId>, StoreError> {
    let id = CaseId::new(now);
    let row = buyer_case::Model {
        id: id.as_uuid(),
        payment_id: payment.as_uuid(),
        account_id: account.as_uuid(),
        kind: "not_me".to_owned(),
        state: "open".to_owned(),
        created_at: now.as_micros(),
    };
    let columns = [buyer_case::Column::PaymentId, buyer_case::Column::AccountId, buyer_case::Column::Kind];
    let inserted = buyer_case::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0).then_some(id))
}
