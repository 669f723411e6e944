//! Rows of notices that can be taken back: each has a key that says what it is about.

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::delivery::PENDING;
use super::entity::{delivery, event, inbox_item, notice_plan};
use super::{StoreError, Tx, Work, recipient as recipients};
use crate::clock::Timestamp;
use crate::id::EventId;

/// Notes by which key events can be taken back, in the unit that writes them.
pub(crate) async fn note(tx: &Tx, events: &[EventId], key: &str) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let row = |event: &EventId| notice_plan::Model {
        event_id: event.as_uuid(),
        notice_key: key.to_owned(),
        cancelled_at: None,
    };
    let rows = events.iter().map(|event| row(event).into_active_model());
    notice_plan::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Whether an event was taken back before it was planned.
pub(crate) async fn is_cancelled(tx: &Tx, event: EventId) -> Result<bool, StoreError> {
    let query = notice_plan::Entity::find_by_id(event.as_uuid()).filter(notice_plan::Column::CancelledAt.is_not_null());
    Ok(query.one(tx.conn()).await?.is_some())
}

/// The ids of the events with a key.
fn events_of(key: &str) -> SelectStatement {
    Query::select()
        .column(notice_plan::Column::EventId)
        .from(notice_plan::Entity)
        .and_where(notice_plan::Column::NoticeKey.eq(key))
        .to_owned()
}

/// Takes back what was not told yet of the events with a key: nothing more is sent, and what nobody has
/// read leaves the inboxes. What is under way at the moment arrives. Gives how many deliveries were ended.
pub(crate) async fn cancel(tx: &Tx, key: &str, now: Timestamp) -> Result<u64, StoreError> {
    let noted = notice_plan::Entity::update_many()
        .col_expr(notice_plan::Column::CancelledAt, Expr::value(now.as_micros()))
        .filter(notice_plan::Column::NoticeKey.eq(key))
        .filter(notice_plan::Column::CancelledAt.is_null())
        .exec(tx.conn())
        .await?;
    if noted.rows_affected == 0 {
        return Ok(0);
    }
    let waiting = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::RecipientId)
        .distinct()
        .filter(delivery::Column::EventId.in_subquery(events_of(key)))
        .filter(Expr::cust(PENDING))
        .order_by(delivery::Column::RecipientId, Order::Asc)
        .into_tuple::<Uuid>()
        .all(tx.conn())
        .await?;
    let ended = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value("cancelled"))
        .col_expr(delivery::Column::FinishedAt, Expr::value(now.as_micros()))
        .filter(delivery::Column::EventId.in_subquery(events_of(key)))
        .filter(Expr::cust(PENDING))
        .exec(tx.conn())
        .await?;
    for recipient in waiting {
        recipients::rearm(tx, recipient, None).await?;
    }
    let unread = inbox_item::Entity::delete_many()
        .filter(inbox_item::Column::EventId.in_subquery(events_of(key)))
        .filter(Expr::cust("read_at IS NULL"))
        .exec(tx.conn())
        .await?;
    if unread.rows_affected > 0 {
        tx.leave(Work::Inbox);
    }
    Ok(ended.rows_affected)
}

/// How many events with a key are not planned, or have deliveries that are due and not sent.
pub(crate) async fn outstanding(conn: &impl ConnectionTrait, key: &str, now: Timestamp) -> Result<u64, StoreError> {
    let unplanned = event::Entity::find()
        .filter(event::Column::Id.in_subquery(events_of(key)))
        .filter(event::Column::PlannedAt.is_null())
        .count(conn)
        .await?;
    let unsent = delivery::Entity::find()
        .filter(delivery::Column::EventId.in_subquery(events_of(key)))
        .filter(Expr::cust("state IN ('pending', 'leased')"))
        .filter(delivery::Column::NextAt.lte(now.as_micros()))
        .count(conn)
        .await?;
    Ok(unplanned + unsent)
}

/// The deliveries of the events with a key, counted by state.
pub(crate) async fn states(conn: &impl ConnectionTrait, key: &str) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::State)
        .column_as(delivery::Column::Id.count(), "count")
        .filter(delivery::Column::EventId.in_subquery(events_of(key)))
        .group_by(delivery::Column::State)
        .into_tuple::<(String, i64)>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(state, count)| (state, u64::try_from(count).unwrap_or(0))).collect())
}
