//! Rows of deliveries and their attempts.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, TryInsertResult,
};
use uuid::Uuid;

use super::entity::{delivery, delivery_attempt, recipient};
use super::{StoreError, Tx, event as events, recipient as recipients};
use crate::clock::Timestamp;
use crate::delivery::{AttemptRecord, ChannelKind, DeliveryRecord, Job, Lane};
use crate::event::Event;
use crate::id::{DeliveryId, EventId, PaymentId};
use crate::language::Language;

/// A delivery to write.
#[derive(Debug, Clone)]
pub(crate) struct NewDelivery<'a> {
    pub(crate) event: &'a Event,
    pub(crate) channel: ChannelKind,
    pub(crate) lane: Lane,
    pub(crate) address: String,
    pub(crate) language: Language,
    pub(crate) staff: bool,
    /// 0 for the planned one, then one more for each redelivery.
    pub(crate) round: i32,
}

/// Writes a delivery, once per event, channel, address and round.
pub(crate) async fn insert(tx: &Tx, new: &NewDelivery<'_>, now: Timestamp) -> Result<Option<DeliveryId>, StoreError> {
    let recipient_id = recipients::ensure(tx, new.channel, new.lane, &new.address, now).await?;
    let id = DeliveryId::new(now);
    let row = delivery::Model {
        id: id.as_uuid(),
        event_id: new.event.id.as_uuid(),
        channel: new.channel.as_str().to_owned(),
        lane: new.lane.rank(),
        recipient_id,
        address: new.address.clone(),
        language: new.language.code().to_owned(),
        staff: i32::from(new.staff),
        payment_id: new.event.payment_id.map(PaymentId::as_uuid),
        state: "pending".to_owned(),
        attempt: 0,
        round: new.round,
        next_at: now.as_micros(),
        lease_token: None,
        lease_until: None,
        provider_ref: None,
        created_at: now.as_micros(),
        finished_at: None,
    };
    let columns =
        [delivery::Column::EventId, delivery::Column::Channel, delivery::Column::Address, delivery::Column::Round];
    let inserted = delivery::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0).then_some(id))
}

/// A leased delivery with what is needed to send it.
#[derive(Debug)]
pub(crate) struct Leased {
    pub(crate) job: Job,
    pub(crate) token: Uuid,
}

/// How many rows a claim takes, and from whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimPlan {
    pub(crate) channel: ChannelKind,
    pub(crate) lane: Lane,
    pub(crate) slots: usize,
    pub(crate) burst: u32,
    pub(crate) rest_until: Timestamp,
    pub(crate) lease_until: Timestamp,
    pub(crate) now: Timestamp,
}

/// Recipients looked at in one claim.
const RECIPIENTS_PER_CLAIM: u64 = 16;

/// Leases due deliveries: a few of each recipient, the longest waiting recipients first.
pub(crate) async fn claim(tx: &Tx, plan: &ClaimPlan) -> Result<Vec<Leased>, StoreError> {
    let mut rows = Vec::new();
    for recipient in recipients::due(tx, plan.channel, plan.lane, plan.now, RECIPIENTS_PER_CLAIM).await? {
        let room = plan.slots - rows.len();
        if room == 0 {
            break;
        }
        let due = delivery::Entity::find()
            .filter(delivery::Column::RecipientId.eq(recipient))
            .filter(delivery::Column::State.eq("pending"))
            .filter(delivery::Column::NextAt.lte(plan.now.as_micros()))
            .order_by(delivery::Column::NextAt, Order::Asc)
            .order_by(delivery::Column::Id, Order::Asc)
            .limit(Ord::min(u64::from(plan.burst), room as u64))
            .all(tx.conn())
            .await?;
        rows.extend(due.into_iter().map(|row| (recipient, row)));
    }
    let token = DeliveryId::new(plan.now).as_uuid();
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.id).collect();
    if !ids.is_empty() {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value("leased"))
            .col_expr(delivery::Column::LeaseToken, Expr::value(token))
            .col_expr(delivery::Column::LeaseUntil, Expr::value(plan.lease_until.as_micros()))
            .col_expr(delivery::Column::Attempt, Expr::col(delivery::Column::Attempt).add(1))
            .filter(delivery::Column::Id.is_in(ids))
            .exec(tx.conn())
            .await?;
    }
    let mut seen: Vec<Uuid> = rows.iter().map(|(recipient, _)| *recipient).collect();
    seen.dedup();
    for recipient in seen {
        recipients::rearm(tx, recipient, plan.rest_until).await?;
    }
    let rows: Vec<delivery::Model> = rows.into_iter().map(|(_, row)| row).collect();
    jobs(tx, rows, token).await
}

async fn jobs(tx: &Tx, rows: Vec<delivery::Model>, token: Uuid) -> Result<Vec<Leased>, StoreError> {
    let ids: Vec<EventId> = rows.iter().map(|row| EventId::from_uuid(row.event_id)).collect();
    let known: BTreeMap<EventId, Event> = match ids.is_empty() {
        true => BTreeMap::new(),
        false => events::by_ids(tx.conn(), &ids).await?.into_iter().map(|event| (event.id, event)).collect(),
    };
    let mut leased = Vec::with_capacity(rows.len());
    for row in rows {
        let event = known.get(&EventId::from_uuid(row.event_id)).ok_or(StoreError::Interrupted)?.clone();
        let previous = previous_message(tx, &row).await?;
        let job = Job {
            id: DeliveryId::from_uuid(row.id),
            event,
            lane: Lane::from_rank(row.lane).ok_or(StoreError::Unreadable { table: "delivery", column: "lane" })?,
            address: row.address,
            language: Language::from_code(&row.language).unwrap_or_default(),
            attempt: row.attempt + 1,
            staff: row.staff != 0,
            previous,
        };
        leased.push(Leased { job, token });
    }
    Ok(leased)
}

/// The latest message about the same payment to the same address. Only chats update in place.
async fn previous_message(tx: &Tx, row: &delivery::Model) -> Result<Option<String>, StoreError> {
    let Some(payment) = row.payment_id.filter(|_| row.channel == ChannelKind::Telegram.as_str()) else {
        return Ok(None);
    };
    let found = delivery::Entity::find()
        .filter(delivery::Column::PaymentId.eq(payment))
        .filter(delivery::Column::Channel.eq(row.channel.as_str()))
        .filter(delivery::Column::Address.eq(row.address.as_str()))
        .filter(delivery::Column::Staff.eq(row.staff))
        .filter(delivery::Column::ProviderRef.is_not_null())
        .order_by(delivery::Column::FinishedAt, Order::Desc)
        .one(tx.conn())
        .await?;
    Ok(found.and_then(|row| row.provider_ref))
}

/// What becomes of a leased delivery.
#[derive(Debug, Clone)]
pub(crate) struct Verdict<'a> {
    pub(crate) id: DeliveryId,
    pub(crate) token: Uuid,
    /// The new state: `done`, `dead`, or `pending` with the next moment.
    pub(crate) state: &'static str,
    pub(crate) next_at: Timestamp,
    /// Whether the attempt counts.
    pub(crate) counted: bool,
    pub(crate) provider_ref: Option<&'a str>,
}

/// Writes a result, unless the lease is somebody else's by now. `false` then.
pub(crate) async fn finish(tx: &Tx, result: &Verdict<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let ended = result.state != "pending";
    let mut update = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(result.state))
        .col_expr(delivery::Column::NextAt, Expr::value(result.next_at.as_micros()))
        .col_expr(delivery::Column::LeaseToken, Expr::value(Option::<Uuid>::None))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(delivery::Column::FinishedAt, Expr::value(ended.then_some(now.as_micros())));
    if !result.counted {
        update = update.col_expr(delivery::Column::Attempt, Expr::col(delivery::Column::Attempt).sub(1));
    }
    if let Some(provider_ref) = result.provider_ref {
        update = update.col_expr(delivery::Column::ProviderRef, Expr::value(provider_ref));
    }
    let updated = update
        .filter(delivery::Column::Id.eq(result.id.as_uuid()))
        .filter(delivery::Column::LeaseToken.eq(result.token))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Makes a recipient due for a delivery that waits again.
pub(crate) async fn rearm_recipient(tx: &Tx, id: DeliveryId, earliest: Timestamp) -> Result<(), StoreError> {
    if let Some(row) = delivery::Entity::find_by_id(id.as_uuid()).one(tx.conn()).await? {
        recipients::rearm(tx, row.recipient_id, earliest).await?;
    }
    Ok(())
}

pub(crate) async fn insert_attempts(tx: &Tx, attempts: &[AttemptRecord]) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let rows = attempts.iter().map(|attempt| {
        delivery_attempt::Model {
            id: DeliveryId::new(attempt.at).as_uuid(),
            delivery_id: attempt.delivery_id.as_uuid(),
            number: attempt.number,
            at: attempt.at.as_micros(),
            duration_micros: attempt.duration_micros,
            outcome: attempt.outcome.clone(),
            code: attempt.code,
            class: attempt.class.clone(),
            answer: attempt.answer.clone(),
        }
        .into_active_model()
    });
    delivery_attempt::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Gives leases that ran out back: their worker died. Gives the deliveries.
pub(crate) async fn reclaim(tx: &Tx, now: Timestamp, limit: u64) -> Result<Vec<(DeliveryId, i32)>, StoreError> {
    let lost = delivery::Entity::find()
        .filter(delivery::Column::State.eq("leased"))
        .filter(delivery::Column::LeaseUntil.lte(now.as_micros()))
        .order_by(delivery::Column::LeaseUntil, Order::Asc)
        .limit(limit)
        .all(tx.conn())
        .await?;
    let mut reclaimed = Vec::new();
    for row in lost {
        let Some(token) = row.lease_token else { continue };
        let result = Verdict {
            id: DeliveryId::from_uuid(row.id),
            token,
            state: "pending",
            next_at: now,
            counted: true,
            provider_ref: None,
        };
        if finish(tx, &result, now).await? {
            recipients::rearm(tx, row.recipient_id, now).await?;
            reclaimed.push((result.id, row.attempt));
        }
    }
    Ok(reclaimed)
}

/// Re-arms recipients that have due deliveries but no due moment: a lost wake-up heals itself.
pub(crate) async fn rearm_forgotten(tx: &Tx, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let disarmed = recipient::Entity::find()
        .select_only()
        .column(recipient::Column::Id)
        .filter(recipient::Column::NextDueAt.is_null());
    let forgotten = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::RecipientId)
        .distinct()
        .filter(delivery::Column::State.eq("pending"))
        .filter(delivery::Column::RecipientId.in_subquery(sea_orm::QueryTrait::into_query(disarmed)))
        .limit(limit)
        .into_tuple::<Uuid>()
        .all(tx.conn())
        .await?;
    for recipient in &forgotten {
        recipients::rearm(tx, *recipient, now).await?;
    }
    Ok(forgotten.len() as u64)
}

/// Ends what waits for an address: its endpoint was switched off, its chat is gone.
pub(crate) async fn cancel_pending(tx: &Tx, address: &str, now: Timestamp) -> Result<(), StoreError> {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value("cancelled"))
        .col_expr(delivery::Column::FinishedAt, Expr::value(now.as_micros()))
        .filter(delivery::Column::Address.eq(address))
        .filter(delivery::Column::State.eq("pending"))
        .exec(tx.conn())
        .await?;
    Ok(())
}

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
    let known = events::by_ids(conn, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let event = known.iter().find(|event| event.id.as_uuid() == row.event_id);
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

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<DeliveryRecord>, StoreError> {
    match delivery::Entity::find_by_id(id.as_uuid()).one(conn).await? {
        Some(row) => Ok(records(conn, vec![row]).await?.pop()),
        None => Ok(None),
    }
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

/// How many rounds an event was already sent to an address.
pub(crate) async fn rounds(tx: &Tx, record: &DeliveryRecord) -> Result<i32, StoreError> {
    let count = delivery::Entity::find()
        .filter(delivery::Column::EventId.eq(record.event_id.as_uuid()))
        .filter(delivery::Column::Channel.eq(record.channel.as_str()))
        .filter(delivery::Column::Address.eq(record.address.as_str()))
        .count(tx.conn())
        .await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
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
