//! Rows of disputes and their evidence.

use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter,
    QueryOrder, QuerySelect, TryInsertResult,
};

use super::entity::{dispute, dispute_evidence, dispute_notice};
use super::payment::money;
use super::{StoreError, Tx, locks_rows, payment as payments};
use crate::clock::Timestamp;
use crate::dispute::status::{Stage, Standing, Status};
use crate::dispute::{Dispute, DisputeFilter, Evidence, EvidenceKind};
use crate::id::{DisputeId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::payment::Payment;

fn row(dispute: &Dispute) -> dispute::Model {
    dispute::Model {
        id: dispute.id.as_uuid(),
        payment_id: dispute.payment_id.as_uuid(),
        merchant_id: dispute.merchant_id.as_uuid(),
        mode: dispute.mode.as_str().to_owned(),
        amount: dispute.amount.minor(),
        currency: dispute.amount.currency().code().to_owned(),
        held: dispute.held,
        acquirer: dispute.acquirer.clone(),
        dispute_ref: dispute.dispute_ref.clone(),
        reason_code: dispute.reason_code.clone(),
        stage: dispute.standing.stage.as_str().to_owned(),
        status: dispute.standing.status.as_str().to_owned(),
        respond_by: dispute.respond_by.map(Timestamp::as_micros),
        opening_heard: i32::from(dispute.opening_heard),
        reply_due_at: dispute.reply_due_at.map(Timestamp::as_micros),
        opened_by: dispute.opened_by.clone(),
        created_at: dispute.created_at.as_micros(),
        updated_at: dispute.updated_at.as_micros(),
    }
}

fn dispute_from(row: dispute::Model) -> Result<Dispute, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "dispute", column };
    let stage = Stage::from_name(&row.stage).ok_or_else(|| bad("stage"))?;
    let status = Status::from_name(&row.status).ok_or_else(|| bad("status"))?;
    Ok(Dispute {
        id: DisputeId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        amount: money("dispute", row.amount, &row.currency)?,
        held: row.held,
        acquirer: row.acquirer,
        dispute_ref: row.dispute_ref,
        reason_code: row.reason_code,
        standing: Standing::new(stage, status),
        respond_by: row.respond_by.map(Timestamp::from_micros),
        opening_heard: row.opening_heard != 0,
        reply_due_at: row.reply_due_at.map(Timestamp::from_micros),
        opened_by: row.opened_by,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

pub(crate) async fn insert(tx: &Tx, dispute: &Dispute) -> Result<(), StoreError> {
    dispute::Entity::insert(row(dispute).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes a dispute that was read under its payment's lock in the same unit.
pub(crate) async fn update(tx: &Tx, dispute: &Dispute) -> Result<(), StoreError> {
    let row = row(dispute).into_active_model().reset_all();
    dispute::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// A payment's disputes, oldest first.
pub(crate) async fn of_payment(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Dispute>, StoreError> {
    let query = dispute::Entity::find()
        .filter(dispute::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(dispute::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(dispute_from).collect()
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: DisputeId) -> Result<Option<Dispute>, StoreError> {
    dispute::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(dispute_from).transpose()
}

/// The dispute that an acquirer calls so.
pub(crate) async fn by_ref(
    conn: &impl ConnectionTrait,
    acquirer: &str,
    dispute_ref: &str,
) -> Result<Option<Dispute>, StoreError> {
    let query = dispute::Entity::find()
        .filter(dispute::Column::Acquirer.eq(acquirer))
        .filter(dispute::Column::DisputeRef.eq(dispute_ref));
    query.one(conn).await?.map(dispute_from).transpose()
}

/// A dispute and its payment, both kept from others until the unit ends. The payment is locked first, as
/// by whoever moves its money.
pub(crate) async fn lock(tx: &Tx, id: DisputeId) -> Result<Option<(Payment, Dispute)>, StoreError> {
    let Some(seen) = by_id(tx.conn(), id).await? else { return Ok(None) };
    let Some(payment) = payments::lock(tx, seen.payment_id).await? else { return Ok(None) };
    let mut query = dispute::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    let dispute = query.one(tx.conn()).await?.map(dispute_from).transpose()?;
    Ok(dispute.map(|dispute| (payment, dispute)))
}

/// Newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    filter: &DisputeFilter,
    before: Option<DisputeId>,
    limit: u64,
) -> Result<Vec<Dispute>, StoreError> {
    let all = Condition::all()
        .add(dispute::Column::MerchantId.eq(scope.0.as_uuid()))
        .add(dispute::Column::Mode.eq(scope.1.as_str()))
        .add_option(filter.payment.map(|id| dispute::Column::PaymentId.eq(id.as_uuid())))
        .add_option(filter.status.map(|status| dispute::Column::Status.eq(status.as_str())))
        .add_option(before.map(|id| dispute::Column::Id.lt(id.as_uuid())));
    let query = dispute::Entity::find().filter(all).order_by(dispute::Column::Id, Order::Desc).limit(limit);
    query.all(conn).await?.into_iter().map(dispute_from).collect()
}

/// Disputes that wait for an answer whose time is over.
pub(crate) async fn overdue(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<DisputeId>, StoreError> {
    let ids = dispute::Entity::find()
        .select_only()
        .column(dispute::Column::Id)
        // A literal, as in the index's predicate.
        .filter(Expr::cust("status = 'opened'"))
        .filter(dispute::Column::RespondBy.lte(now.as_micros()))
        .order_by(dispute::Column::RespondBy, Order::Asc)
        .limit(limit)
        .into_tuple::<uuid::Uuid>()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(DisputeId::from_uuid).collect())
}

/// Disputes whose answer the acquirer should hear now.
pub(crate) async fn replies_due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Dispute>, StoreError> {
    let query = dispute::Entity::find()
        .filter(dispute::Column::ReplyDueAt.lte(now.as_micros()))
        .order_by(dispute::Column::ReplyDueAt, Order::Asc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(dispute_from).collect()
}

/// Puts an answer off, or ends it with `None`, unless it is not due by `due_by` any more.
pub(crate) async fn take_reply(
    tx: &Tx,
    id: DisputeId,
    due_by: Timestamp,
    next: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let updated = dispute::Entity::update_many()
        .col_expr(dispute::Column::ReplyDueAt, Expr::value(next.map(Timestamp::as_micros)))
        .filter(dispute::Column::Id.eq(id.as_uuid()))
        .filter(dispute::Column::ReplyDueAt.lte(due_by.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Notes that a notice was heard. Gives `false` when it was heard before.
pub(crate) async fn note_notice(tx: &Tx, acquirer: &str, notice: &str, now: Timestamp) -> Result<bool, StoreError> {
    let row =
        dispute_notice::Model { acquirer: acquirer.to_owned(), notice: notice.to_owned(), heard_at: now.as_micros() };
    let key = [dispute_notice::Column::Acquirer, dispute_notice::Column::Notice];
    let inserted = dispute_notice::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

/// The evidence of a dispute, oldest first.
pub(crate) async fn evidence(conn: &impl ConnectionTrait, id: DisputeId) -> Result<Vec<Evidence>, StoreError> {
    let query = dispute_evidence::Entity::find()
        .filter(dispute_evidence::Column::DisputeId.eq(id.as_uuid()))
        .order_by(dispute_evidence::Column::Number, Order::Asc);
    query.all(conn).await?.into_iter().map(evidence_from).collect()
}

fn evidence_from(row: dispute_evidence::Model) -> Result<Evidence, StoreError> {
    let kind = EvidenceKind::from_name(&row.kind);
    Ok(Evidence {
        kind: kind.ok_or(StoreError::Unreadable { table: "dispute_evidence", column: "kind" })?,
        text: row.text,
        author: row.author,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

pub(crate) async fn insert_evidence(
    tx: &Tx,
    id: DisputeId,
    number: usize,
    evidence: &Evidence,
) -> Result<(), StoreError> {
    let row = dispute_evidence::Model {
        dispute_id: id.as_uuid(),
        number: i32::try_from(number).unwrap_or(i32::MAX),
        kind: evidence.kind.as_str().to_owned(),
        text: evidence.text.clone(),
        author: evidence.author.clone(),
        created_at: evidence.created_at.as_micros(),
    };
    dispute_evidence::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dispute::status::TRANSITIONS;
    use crate::store::entity::dispute_transition;
    use crate::store::{DatabaseUrl, Store};

    #[tokio::test]
    async fn the_database_allows_the_same_changes_of_a_dispute_as_the_code() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("disputes.db"))).await.unwrap();
        aviso_migrations::migrate(&store.migration_connection()).await.unwrap();
        let rows = dispute_transition::Entity::find().all(store.reader()).await.unwrap();
        let stored: BTreeSet<[String; 4]> =
            rows.into_iter().map(|row| [row.from_stage, row.from_status, row.to_stage, row.to_status]).collect();
        let names = |standing: &Standing| [standing.stage.as_str().to_owned(), standing.status.as_str().to_owned()];
        let known = TRANSITIONS.iter().map(|(from, to, _)| {
            let ([a, b], [c, d]) = (names(from), names(to));
            [a, b, c, d]
        });
        assert_eq!(stored, known.collect());
    }
}
