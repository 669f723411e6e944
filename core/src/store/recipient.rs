//! Rows of recipients: the unit of scheduling. `next_due_at` is when a recipient's earliest pending
//! delivery is due, or nothing; it is never before `rest_until`, which only grows.
//!
//! Whoever makes a delivery pending writes it first and arms or re-arms its recipient then. On
//! PostgreSQL the foreign key's share lock orders the two sides: a re-arming unit, which locks the
//! row for update, either waits for the new delivery and counts it, or is done before it is written.

use std::time::Duration;

use sea_orm::sea_query::{CaseStatement, Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::delivery::PENDING;
use super::entity::{delivery, recipient};
use super::{StoreError, Tx, Work};
use crate::clock::Timestamp;
use crate::delivery::{ChannelKind, Lane};
use crate::id::DeliveryId;

/// How long a recipient with as much under way as it may have is left alone; a result wakes it earlier.
pub(super) const FULL_PAUSE: Duration = Duration::from_millis(250);

/// The recipient with this address, made when it is new. It is not armed by this.
pub(crate) async fn ensure(
    tx: &Tx,
    channel: ChannelKind,
    lane: Lane,
    address: &str,
    now: Timestamp,
) -> Result<Uuid, StoreError> {
    let find = || {
        recipient::Entity::find()
            .filter(recipient::Column::Channel.eq(channel.as_str()))
            .filter(recipient::Column::Lane.eq(lane.rank()))
            .filter(recipient::Column::Address.eq(address))
    };
    if let Some(row) = find().one(tx.conn()).await? {
        return Ok(row.id);
    }
    let row = recipient::Model {
        id: DeliveryId::new(now).as_uuid(),
        channel: channel.as_str().to_owned(),
        lane: lane.rank(),
        address: address.to_owned(),
        next_due_at: None,
        rest_until: 0,
        max_in_flight: None,
        interval_micros: None,
    };
    let columns = [recipient::Column::Channel, recipient::Column::Lane, recipient::Column::Address];
    recipient::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    let row = find().one(tx.conn()).await?.ok_or(StoreError::Interrupted)?;
    Ok(row.id)
}

/// How fast what goes to an address may go, in every lane: less under way at once than the channel allows, and
/// a rest after each message.
pub(crate) async fn limit(
    tx: &Tx,
    channel: ChannelKind,
    address: &str,
    max_in_flight: u32,
    interval: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let interval = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX);
    for lane in Lane::ALL {
        let id = ensure(tx, channel, lane, address, now).await?;
        recipient::Entity::update_many()
            .col_expr(recipient::Column::MaxInFlight, Expr::value(i32::try_from(max_in_flight).ok()))
            .col_expr(recipient::Column::IntervalMicros, Expr::value((interval > 0).then_some(interval)))
            .filter(recipient::Column::Id.eq(id))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// `at`, or the end of the rest when that is later.
fn not_in_rest(at: Timestamp) -> CaseStatement {
    let rest = || Expr::col(recipient::Column::RestUntil);
    Expr::case(rest().gt(at.as_micros()), rest()).finally(at.as_micros())
}

/// Makes a recipient due at this moment at the latest, or when its rest ends, for a delivery whose
/// row was written before in the same unit. Changes and locks nothing when it is due earlier anyway.
pub(crate) async fn arm(tx: &Tx, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
    let late = Condition::any()
        .add(recipient::Column::NextDueAt.is_null())
        .add(Expr::col(recipient::Column::NextDueAt).gt(not_in_rest(at)));
    recipient::Entity::update_many()
        .col_expr(recipient::Column::NextDueAt, not_in_rest(at).into())
        .filter(recipient::Column::Id.eq(id))
        .filter(late)
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The recipients that wait longest, locked against other workers and against new deliveries.
pub(super) async fn due(
    tx: &Tx,
    channel: ChannelKind,
    lane: Lane,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<recipient::Model>, StoreError> {
    let query = recipient::Entity::find()
        .filter(recipient::Column::Channel.eq(channel.as_str()))
        .filter(recipient::Column::Lane.eq(lane.rank()))
        .filter(recipient::Column::NextDueAt.is_not_null())
        .filter(recipient::Column::NextDueAt.lte(now.as_micros()))
        .order_by(recipient::Column::NextDueAt, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(query.all(tx.conn()).await?)
}

pub(crate) async fn count_due(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let due = recipient::Entity::find()
        .filter(recipient::Column::NextDueAt.is_not_null())
        .filter(recipient::Column::NextDueAt.lte(now.as_micros()));
    Ok(due.count(conn).await?)
}

/// When the earliest recipient of each lane of a channel is due, most urgent lane first. One look
/// into the index for each lane; a query over all of them would sort every armed recipient.
pub(crate) async fn next_due(
    conn: &impl ConnectionTrait,
    channel: ChannelKind,
) -> Result<Vec<(Lane, Timestamp)>, StoreError> {
    let mut lanes = Vec::with_capacity(Lane::ALL.len());
    for lane in Lane::ALL {
        let next = recipient::Entity::find()
            .select_only()
            .column(recipient::Column::NextDueAt)
            .filter(recipient::Column::Channel.eq(channel.as_str()))
            .filter(recipient::Column::Lane.eq(lane.rank()))
            .filter(recipient::Column::NextDueAt.is_not_null())
            .order_by(recipient::Column::NextDueAt, Order::Asc)
            .limit(1)
            .into_tuple::<i64>()
            .one(conn)
            .await?;
        lanes.extend(next.map(|at| (lane, Timestamp::from_micros(at))));
    }
    Ok(lanes)
}

/// Sets a recipient's next due moment from its pending deliveries. It rests until `rest_until` at
/// least: a rest that was longer stays.
pub(crate) async fn rearm(tx: &Tx, id: Uuid, rest_until: Option<Timestamp>) -> Result<(), StoreError> {
    // Renders nothing on SQLite, whose one writer is the lock.
    let query = recipient::Entity::find_by_id(id).lock(LockType::Update);
    match query.one(tx.conn()).await? {
        Some(row) => schedule(tx, &row, rest_until, None).await,
        None => Ok(()),
    }
}

/// The same for a row that is locked already. `pause_until` puts the next due moment off once,
/// without a rest.
pub(super) async fn schedule(
    tx: &Tx,
    row: &recipient::Model,
    rest_until: Option<Timestamp>,
    pause_until: Option<Timestamp>,
) -> Result<(), StoreError> {
    let earliest = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::NextAt)
        .filter(delivery::Column::RecipientId.eq(row.id))
        .filter(Expr::cust(PENDING))
        .order_by(delivery::Column::NextAt, Order::Asc)
        .limit(1)
        .into_tuple::<i64>()
        .one(tx.conn())
        .await?;
    let rest = rest_until.map_or(row.rest_until, |until| Ord::max(row.rest_until, until.as_micros()));
    let pause = pause_until.map_or(i64::MIN, Timestamp::as_micros);
    let next = earliest.map(|at| Ord::max(Ord::max(at, rest), pause));
    recipient::Entity::update_many()
        .col_expr(recipient::Column::NextDueAt, Expr::value(next))
        .col_expr(recipient::Column::RestUntil, Expr::value(rest))
        .filter(recipient::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Ends the pause of recipients that had as much under way as they may have: some of it ended.
/// One that has nothing pending is disarmed by the next claim.
pub(crate) async fn wake_full(tx: &Tx, ids: &[Uuid], now: Timestamp) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let woken = recipient::Entity::update_many()
        .col_expr(recipient::Column::NextDueAt, not_in_rest(now).into())
        .filter(recipient::Column::Id.is_in(ids.iter().copied()))
        .filter(recipient::Column::NextDueAt.gt(now.as_micros()))
        .filter(recipient::Column::NextDueAt.lte(now.after(FULL_PAUSE).as_micros()))
        .exec(tx.conn())
        .await?;
    if woken.rows_affected > 0 {
        tx.leave(Work::Deliveries);
    }
    Ok(())
}

/// Locks the recipients with an address, one for each lane, and gives them in the order of their ids.
pub(super) async fn lock_address(tx: &Tx, channel: ChannelKind, address: &str) -> Result<Vec<Uuid>, StoreError> {
    let rows = recipient::Entity::find()
        .filter(recipient::Column::Channel.eq(channel.as_str()))
        .filter(recipient::Column::Lane.is_in(Lane::ALL.map(Lane::rank)))
        .filter(recipient::Column::Address.eq(address))
        .order_by(recipient::Column::Id, Order::Asc)
        .lock(LockType::Update)
        .all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Steps from one recipient with pending deliveries to the next in the index of these, so that
/// neither idle recipients nor a long queue of one recipient cost anything. The slack, in
/// microseconds, is more than any pause. `min` would be shorter, but PostgreSQL has none for uuids.
const FORGOTTEN: &str = "
WITH RECURSIVE waiting (id) AS (
    SELECT first.recipient_id FROM (
        SELECT recipient_id FROM delivery WHERE state = 'pending' ORDER BY recipient_id LIMIT 1
    ) AS first
    UNION ALL
    SELECT (
        SELECT d.recipient_id FROM delivery AS d
        WHERE d.state = 'pending' AND d.recipient_id > waiting.id ORDER BY d.recipient_id LIMIT 1
    ) FROM waiting WHERE waiting.id IS NOT NULL
)
SELECT r.id FROM waiting JOIN recipient AS r ON r.id = waiting.id
WHERE r.next_due_at IS NULL OR (
    r.next_due_at - 1000000 > r.rest_until AND r.next_due_at - 1000000 > (
        SELECT d.next_at FROM delivery AS d
        WHERE d.state = 'pending' AND d.recipient_id = r.id ORDER BY d.next_at LIMIT 1
    )
)
ORDER BY r.id LIMIT 100";

/// Recipients that are due later than their earliest pending delivery, or never, in the order of
/// their ids; at most a hundred. [`rearm`] heals them.
pub(crate) async fn forgotten(conn: &impl ConnectionTrait) -> Result<Vec<Uuid>, StoreError> {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), FORGOTTEN)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<Uuid>, _>>()?)
}
