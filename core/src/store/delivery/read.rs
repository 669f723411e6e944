//! Reading deliveries: the delivery log, and the backlog.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::claim::readable_events;
use crate::clock::Timestamp;
use crate::delivery::{AttemptRecord, ChannelKind, DeliveryRecord};
use crate::event::Event;
use crate::id::{DeliveryId, EventId, PaymentId};
use crate::store::StoreError;
use crate::store::entity::{delivery, delivery_attempt};

fn record_from(row: delivery::Model, event: Option<&Event>) -> Result<DeliveryRecord, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "delivery", column };
    Ok(DeliveryRecord {
        id: DeliveryId::from_uuid(row.id),
        event_id: EventId::from_uuid(row.event_id),
        event_kind: event.map(|event| event.kind),
        channel: ChannelKind::from_name(&row.channel).ok_or_else(|| bad("channel"))?,
        address: row.address,
        state: row.state,
        attempts: row.attempt,
        next_at: Timestamp::from_micros(row.next_at),
        created_at: Timestamp::from_micros(row.created_at),
        finished_at: row.finished_at.map(Timestamp::from_micros),
    })
}

async fn records(conn: &impl ConnectionTrait, rows: Vec<delivery::Model>) -> Result<Vec<DeliveryRecord>, StoreError> {
    let ids: Vec<EventId> = rows.iter().map(|row| EventId::from_uuid(row.event_id)).collect();
    let known = readable_events(conn, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let event = known.get(&EventId::from_uuid(row.event_id));
            record_from(row, event)
        })
        .collect()
}

/// The deliveries to an address, newest first; `before` is the last id of the page before.
pub(crate) async fn page_of_address(
    conn: &impl ConnectionTrait,
    channel: ChannelKind,
    address: &str,
    before: Option<DeliveryId>,
    limit: u64,
) -> Result<Vec<DeliveryRecord>, StoreError> {
    let mut query = delivery::Entity::find()
        .filter(delivery::Column::Channel.eq(channel.as_str()))
        .filter(delivery::Column::Address.eq(address))
        .order_by(delivery::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(delivery::Column::Id.lt(before.as_uuid()));
    }
    records(conn, query.all(conn).await?).await
}

/// What an address was sent of some events.
#[derive(Debug, Default)]
pub(crate) struct SentTo {
    /// Events that it took, or that are on their way.
    pub(crate) settled: BTreeSet<EventId>,
    /// How often each was sent.
    pub(crate) rounds: BTreeMap<EventId, i32>,
}

/// What an address was sent of these events.
pub(crate) async fn sent_to(
    conn: &impl ConnectionTrait,
    channel: ChannelKind,
    address: &str,
    wanted: &[&Event],
) -> Result<SentTo, StoreError> {
    let mut sent = SentTo::default();
    if wanted.is_empty() {
        return Ok(sent);
    }
    let rows = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::EventId, delivery::Column::State])
        .filter(delivery::Column::EventId.is_in(wanted.iter().map(|event| event.id.as_uuid())))
        .filter(delivery::Column::Channel.eq(channel.as_str()))
        .filter(delivery::Column::Address.eq(address))
        .into_tuple::<(Uuid, String)>()
        .all(conn)
        .await?;
    for (event, state) in rows {
        let event = EventId::from_uuid(event);
        *sent.rounds.entry(event).or_default() += 1;
        if matches!(state.as_str(), "done" | "pending" | "leased") {
            sent.settled.insert(event);
        }
    }
    Ok(sent)
}

/// The deliveries of a payment's events on every channel, oldest first.
pub(crate) async fn of_payment(
    conn: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Vec<DeliveryRecord>, StoreError> {
    let query = delivery::Entity::find()
        .filter(delivery::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(delivery::Column::Id, Order::Asc);
    records(conn, query.all(conn).await?).await
}

/// The attempts of a delivery, first one first.
pub(crate) async fn attempts(
    conn: &impl ConnectionTrait,
    deliveries: &[DeliveryId],
) -> Result<Vec<AttemptRecord>, StoreError> {
    let rows = delivery_attempt::Entity::find()
        .filter(delivery_attempt::Column::DeliveryId.is_in(deliveries.iter().map(|id| id.as_uuid())))
        .order_by(delivery_attempt::Column::Id, Order::Asc)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| AttemptRecord {
            delivery_id: DeliveryId::from_uuid(row.delivery_id),
            number: row.number,
            at: Timestamp::from_micros(row.at),
            duration_micros: row.duration_micros,
            outcome: row.outcome,
            code: row.code,
            class: row.class,
            answer: row.answer,
        })
        .collect())
}

/// Pending and leased deliveries of each channel, and dead ones.
pub(crate) async fn count_by_state(
    conn: &impl ConnectionTrait,
) -> Result<BTreeMap<(ChannelKind, String), u64>, StoreError> {
    let rows = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Channel)
        .column(delivery::Column::State)
        .column_as(delivery::Column::Id.count(), "count")
        .filter(delivery::Column::State.is_in(["pending", "leased", "dead"]))
        .group_by(delivery::Column::Channel)
        .group_by(delivery::Column::State)
        .into_tuple::<(String, String, i64)>()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(channel, state, count)| {
            Some(((ChannelKind::from_name(&channel)?, state), u64::try_from(count).unwrap_or(0)))
        })
        .collect())
}
