//! Rows of events: the outbox.

use std::time::Duration;

use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use super::entity::event;
use super::{StoreError, Tx, Work};
use crate::clock::Timestamp;
use crate::document;
use crate::event::{Event, EventType};
use crate::id::{EventId, MerchantId, PaymentId, lowest_at};
use crate::merchant::Mode;

/// How much later than its id an event may be dated.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

fn row(event: &Event) -> event::Model {
    let json = "documents and audiences have text keys only";
    event::Model {
        id: event.id.as_uuid(),
        kind: event.kind.as_str().to_owned(),
        mode: event.mode.as_str().to_owned(),
        merchant_id: event.merchant_id.map(MerchantId::as_uuid),
        payment_id: event.payment_id.map(PaymentId::as_uuid),
        sequence: event.sequence,
        document: serde_json::to_string(&event.document).expect(json),
        document_version: document::VERSION,
        audience: serde_json::to_string(&event.audience).expect(json),
        created_at: event.created_at.as_micros(),
        planned_at: None,
    }
}

pub(super) fn event_from(row: event::Model) -> Result<Event, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "event", column };
    Ok(Event {
        id: EventId::from_uuid(row.id),
        kind: EventType::from_name(&row.kind).ok_or_else(|| bad("type"))?,
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        merchant_id: row.merchant_id.map(MerchantId::from_uuid),
        payment_id: row.payment_id.map(PaymentId::from_uuid),
        sequence: row.sequence,
        created_at: Timestamp::from_micros(row.created_at),
        document: serde_json::from_str(&row.document).map_err(|_| bad("document"))?,
        audience: serde_json::from_str(&row.audience).map_err(|_| bad("audience"))?,
    })
}

/// Writes events; the planner makes deliveries of them after the commit.
pub(crate) async fn insert(tx: &Tx, events: &[Event]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows = events.iter().map(|event| row(event).into_active_model());
    event::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    tx.leave(Work::Events);
    Ok(())
}

/// The oldest events without deliveries, locked against other planners.
pub(crate) async fn unplanned(tx: &Tx, limit: u64) -> Result<Vec<Event>, StoreError> {
    let rows = event::Entity::find()
        .filter(event::Column::PlannedAt.is_null())
        .order_by(event::Column::Id, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    rows.into_iter().map(event_from).collect()
}

pub(crate) async fn any_unplanned(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    let first = event::Entity::find()
        .select_only()
        .column(event::Column::Id)
        .filter(event::Column::PlannedAt.is_null())
        .limit(1)
        .into_tuple::<uuid::Uuid>()
        .one(conn)
        .await?;
    Ok(first.is_some())
}

pub(crate) async fn count_unplanned(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(event::Entity::find().filter(event::Column::PlannedAt.is_null()).count(conn).await?)
}

pub(crate) async fn mark_planned(tx: &Tx, ids: &[EventId], now: Timestamp) -> Result<(), StoreError> {
    event::Entity::update_many()
        .col_expr(event::Column::PlannedAt, Expr::value(now.as_micros()))
        .filter(event::Column::Id.is_in(ids.iter().map(|id| id.as_uuid())))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: EventId) -> Result<Option<Event>, StoreError> {
    event::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(event_from).transpose()
}

pub(crate) async fn by_ids(conn: &impl ConnectionTrait, ids: &[EventId]) -> Result<Vec<Event>, StoreError> {
    let query = event::Entity::find().filter(event::Column::Id.is_in(ids.iter().map(|id| id.as_uuid())));
    query.all(conn).await?.into_iter().map(event_from).collect()
}

/// The events of a payment in their order.
pub(crate) async fn of_payment(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Event>, StoreError> {
    let query = event::Entity::find()
        .filter(event::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(event::Column::Sequence, Order::Asc);
    query.all(conn).await?.into_iter().map(event_from).collect()
}

/// A merchant's events of a span of time, in the order of their ids, behind the last one looked at.
pub(crate) async fn after(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    (since, before): (Timestamp, Timestamp),
    last: Option<EventId>,
    limit: u64,
) -> Result<Vec<Event>, StoreError> {
    // An id begins with its time, so a span of time is a span of the index; the slack is for clocks that differ.
    let from = last.map_or_else(|| lowest_at(since.before(CLOCKS_DIFFER)), EventId::as_uuid);
    let query = event::Entity::find()
        .filter(event::Column::MerchantId.eq(scope.0.as_uuid()))
        .filter(event::Column::Mode.eq(scope.1.as_str()))
        .filter(event::Column::Id.gt(from))
        .filter(event::Column::CreatedAt.gte(since.as_micros()))
        .filter(event::Column::CreatedAt.lt(before.as_micros()))
        .order_by(event::Column::Id, Order::Asc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(event_from).collect()
}

/// A merchant's public events, newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    kind: Option<EventType>,
    before: Option<EventId>,
    limit: u64,
) -> Result<Vec<Event>, StoreError> {
    let public = EventType::ALL.iter().filter(|kind| kind.is_public()).map(|kind| kind.as_str());
    let mut query = event::Entity::find()
        .filter(event::Column::MerchantId.eq(scope.0.as_uuid()))
        .filter(event::Column::Mode.eq(scope.1.as_str()))
        .order_by(event::Column::Id, Order::Desc)
        .limit(limit);
    query = match kind {
        Some(kind) => query.filter(event::Column::Kind.eq(kind.as_str())),
        None => query.filter(event::Column::Kind.is_in(public)),
    };
    if let Some(before) = before {
        query = query.filter(event::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(event_from).collect()
}
