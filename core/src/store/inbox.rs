//! Rows of the inbox of people's pages.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};
use uuid::Uuid;

use super::entity::{event, inbox_item, session};
use super::event::event_from;
use super::session::live;
use super::{StoreError, Tx, Work};
use crate::clock::Timestamp;
use crate::id::{AccountId, EventId, ItemId, SessionId};
use crate::inbox::Item;

/// Puts an event into an inbox, once.
pub(crate) async fn insert(tx: &Tx, account: AccountId, event: EventId, now: Timestamp) -> Result<(), StoreError> {
    let row = inbox_item::Model {
        id: ItemId::new(now).as_uuid(),
        account_id: account.as_uuid(),
        event_id: event.as_uuid(),
        created_at: now.as_micros(),
        read_at: None,
    };
    let mut once = OnConflict::columns([inbox_item::Column::AccountId, inbox_item::Column::EventId]);
    let inserted = inbox_item::Entity::insert(row.into_active_model())
        .on_conflict(once.do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(count) if count > 0) {
        tx.leave(Work::Inbox);
    }
    Ok(())
}

/// What is in an inbox, newest first; `before` is the last one of the page before. What this version cannot
/// read is left out.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    account: AccountId,
    before: Option<ItemId>,
    limit: u64,
) -> Result<Vec<(ItemId, Option<Item>)>, StoreError> {
    let mut query = inbox_item::Entity::find()
        .filter(inbox_item::Column::AccountId.eq(account.as_uuid()))
        .order_by(inbox_item::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(inbox_item::Column::Id.lt(before.as_uuid()));
    }
    let rows = query.all(conn).await?;
    let ids = rows.iter().map(|row| row.event_id);
    let found = event::Entity::find().filter(event::Column::Id.is_in(ids)).all(conn).await?;
    let mut events: BTreeMap<Uuid, event::Model> = found.into_iter().map(|event| (event.id, event)).collect();
    let mut item = |row: inbox_item::Model| {
        let id = ItemId::from_uuid(row.id);
        let event = event_from(events.remove(&row.event_id)?).ok()?;
        let read_at = row.read_at.map(Timestamp::from_micros);
        Some(Item { id, event, created_at: Timestamp::from_micros(row.created_at), read_at })
    };
    Ok(rows.into_iter().map(|row| (ItemId::from_uuid(row.id), item(row))).collect())
}

/// Marks one as read, or all that were there at a moment. Gives how many were not.
pub(crate) async fn mark_read(
    tx: &Tx,
    account: AccountId,
    only: Option<ItemId>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut these = inbox_item::Entity::update_many()
        .col_expr(inbox_item::Column::ReadAt, Expr::value(now.as_micros()))
        .filter(inbox_item::Column::AccountId.eq(account.as_uuid()))
        .filter(inbox_item::Column::ReadAt.is_null());
    if let Some(only) = only {
        these = these.filter(inbox_item::Column::Id.eq(only.as_uuid()));
    }
    let marked = these.exec(tx.conn()).await?.rows_affected;
    if marked > 0 {
        tx.leave(Work::Inbox);
    }
    Ok(marked)
}

/// How many are unread in each of these inboxes; one that has none is not named.
pub(crate) async fn unread(
    conn: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, u64>, StoreError> {
    let counts = inbox_item::Entity::find()
        .select_only()
        .column(inbox_item::Column::AccountId)
        .column_as(inbox_item::Column::Id.count(), "count")
        .filter(inbox_item::Column::AccountId.is_in(accounts.iter().map(|id| id.as_uuid())))
        .filter(Expr::cust("read_at IS NULL"))
        .group_by(inbox_item::Column::AccountId)
        .into_tuple::<(Uuid, i64)>()
        .all(conn)
        .await?;
    let count = |(id, count)| (AccountId::from_uuid(id), u64::try_from(count).unwrap_or(0));
    Ok(counts.into_iter().map(count).collect())
}

/// Which of these sessions live.
pub(crate) async fn living(
    conn: &impl ConnectionTrait,
    sessions: &[SessionId],
    now: Timestamp,
    idle: Duration,
) -> Result<Vec<SessionId>, StoreError> {
    let query = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::Id.is_in(sessions.iter().map(|id| id.as_uuid())))
        .filter(live(now, idle))
        .into_tuple::<Uuid>();
    Ok(query.all(conn).await?.into_iter().map(SessionId::from_uuid).collect())
}

/// Empties an inbox.
pub(crate) async fn forget(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let these = inbox_item::Entity::delete_many().filter(inbox_item::Column::AccountId.eq(account.as_uuid()));
    these.exec(tx.conn()).await?;
    Ok(())
}
