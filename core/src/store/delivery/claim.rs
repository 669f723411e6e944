//! Claiming due deliveries, with what is needed to send them.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::settle::{Verdict, finish, insert_attempts};
use super::{LEASED, PENDING};
use crate::clock::Timestamp;
use crate::delivery::{AttemptRecord, ChannelKind, Job, Lane};
use crate::event::Event;
use crate::id::{DeliveryId, EventId};
use crate::language::Language;
use crate::store::entity::{delivery, recipient};
use crate::store::{StoreError, Tx, event as events, recipient as recipients};

/// A leased delivery with what is needed to send it.
#[derive(Debug)]
pub(crate) struct Leased {
    pub(crate) job: Job,
    pub(crate) token: Uuid,
    pub(crate) recipient: Uuid,
}

/// How many rows a claim takes, and from whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimPlan {
    pub(crate) channel: ChannelKind,
    pub(crate) lane: Lane,
    pub(crate) slots: usize,
    /// Rows of one recipient in this claim at most.
    pub(crate) burst: u32,
    /// Rows of one recipient under way at once at most.
    pub(crate) in_flight_max: u32,
    /// Until when a recipient rests that gave rows.
    pub(crate) rest_until: Timestamp,
    pub(crate) lease_until: Timestamp,
    /// Whose the leases are.
    pub(crate) owner: Uuid,
    pub(crate) now: Timestamp,
}

/// Recipients looked at in one claim.
const RECIPIENTS_PER_CLAIM: u64 = 16;

/// Leases due deliveries: a few of each recipient, the longest waiting recipients first. Every
/// recipient looked at gets a new due moment, also one that had nothing due.
pub(crate) async fn claim(tx: &Tx, plan: &ClaimPlan) -> Result<Vec<Leased>, StoreError> {
    let mut visits = Vec::new();
    let mut ids = Vec::new();
    for recipient in recipients::due(tx, plan.channel, plan.lane, plan.now, RECIPIENTS_PER_CLAIM).await? {
        let room = plan.slots.saturating_sub(ids.len());
        if room == 0 {
            break;
        }
        let own = recipient.max_in_flight.and_then(|own| u32::try_from(own).ok());
        let most = own.map_or(plan.in_flight_max, |own| Ord::min(own, plan.in_flight_max));
        let free = u64::from(most).saturating_sub(in_flight(tx, recipient.id).await?);
        let take = Ord::min(Ord::min(u64::from(plan.burst), free), room as u64);
        let due = if take > 0 { due_ids(tx, recipient.id, plan.now, take).await? } else { Vec::new() };
        let rest_until = (!due.is_empty()).then(|| rest(&recipient, due.len(), plan));
        let pause_until = (free == 0).then(|| plan.now.after(recipients::FULL_PAUSE));
        visits.push((recipient, rest_until, pause_until));
        ids.extend(due);
    }
    let token = DeliveryId::new(plan.now).as_uuid();
    let rows = lease(tx, ids, token, plan).await?;
    for (recipient, rest_until, pause_until) in visits {
        recipients::schedule(tx, &recipient, rest_until, pause_until).await?;
    }
    jobs(tx, rows, token, plan.now).await
}

/// Until when a recipient rests that gave so many rows: as the channel wants it, or longer where it has a pace of
/// its own.
fn rest(recipient: &recipient::Model, rows: usize, plan: &ClaimPlan) -> Timestamp {
    let interval = recipient.interval_micros.map_or(0, i64::unsigned_abs);
    let own = Duration::from_micros(interval.saturating_mul(rows as u64));
    Ord::max(plan.rest_until, plan.now.after(own))
}

async fn in_flight(tx: &Tx, recipient: Uuid) -> Result<u64, StoreError> {
    let leased =
        delivery::Entity::find().filter(delivery::Column::RecipientId.eq(recipient)).filter(Expr::cust(LEASED));
    Ok(leased.count(tx.conn()).await?)
}

async fn due_ids(tx: &Tx, recipient: Uuid, now: Timestamp, limit: u64) -> Result<Vec<Uuid>, StoreError> {
    let query = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::RecipientId.eq(recipient))
        .filter(Expr::cust(PENDING))
        .filter(delivery::Column::NextAt.lte(now.as_micros()))
        .order_by(delivery::Column::NextAt, Order::Asc)
        .order_by(delivery::Column::Id, Order::Asc)
        .limit(limit)
        .into_tuple::<Uuid>();
    Ok(query.all(tx.conn()).await?)
}

/// Leases what is still pending of these, and gives what really was leased: somebody may have
/// cancelled a row since it was read.
async fn lease(tx: &Tx, ids: Vec<Uuid>, token: Uuid, plan: &ClaimPlan) -> Result<Vec<delivery::Model>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value("leased"))
        .col_expr(delivery::Column::LeaseToken, Expr::value(token))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(plan.lease_until.as_micros()))
        .col_expr(delivery::Column::LeaseOwner, Expr::value(plan.owner))
        .col_expr(delivery::Column::Attempt, Expr::col(delivery::Column::Attempt).add(1))
        .filter(delivery::Column::Id.is_in(ids.iter().copied()))
        .filter(Expr::cust(PENDING))
        .exec(tx.conn())
        .await?;
    let leased = delivery::Entity::find()
        .filter(delivery::Column::Id.is_in(ids))
        .filter(delivery::Column::LeaseToken.eq(token))
        .order_by(delivery::Column::NextAt, Order::Asc)
        .order_by(delivery::Column::Id, Order::Asc);
    Ok(leased.all(tx.conn()).await?)
}

async fn jobs(tx: &Tx, rows: Vec<delivery::Model>, token: Uuid, now: Timestamp) -> Result<Vec<Leased>, StoreError> {
    let ids: Vec<EventId> = rows.iter().map(|row| EventId::from_uuid(row.event_id)).collect();
    let known = if ids.is_empty() { BTreeMap::new() } else { readable_events(tx.conn(), &ids).await? };
    let mut leased = Vec::with_capacity(rows.len());
    for row in rows {
        let event = known.get(&EventId::from_uuid(row.event_id));
        let (Some(event), Some(lane)) = (event, Lane::from_rank(row.lane)) else {
            bury(tx, &row, token, now).await?;
            continue;
        };
        let job = Job {
            id: DeliveryId::from_uuid(row.id),
            event: event.clone(),
            lane,
            previous: previous_message(tx, &row).await?,
            address: row.address,
            language: Language::from_code(&row.language).unwrap_or_default(),
            attempt: row.attempt,
            staff: row.staff != 0,
        };
        leased.push(Leased { job, token, recipient: row.recipient_id });
    }
    Ok(leased)
}

/// The events with these ids that this version can read. One that it cannot (a newer version wrote
/// it) must not hold up the others.
pub(super) async fn readable_events(
    conn: &impl ConnectionTrait,
    ids: &[EventId],
) -> Result<BTreeMap<EventId, Event>, StoreError> {
    match events::by_ids(conn, ids).await {
        Ok(found) => return Ok(found.into_iter().map(|event| (event.id, event)).collect()),
        Err(StoreError::Unreadable { .. }) => {}
        Err(error) => return Err(error),
    }
    let mut readable = BTreeMap::new();
    for id in ids {
        match events::by_id(conn, *id).await {
            Ok(event) => readable.extend(event.map(|event| (*id, event))),
            Err(error @ StoreError::Unreadable { .. }) => tracing::error!(event = %id, %error, "an event was skipped"),
            Err(error) => return Err(error),
        }
    }
    Ok(readable)
}

/// Ends a delivery that this version cannot send: its event or its lane is unknown.
async fn bury(tx: &Tx, row: &delivery::Model, token: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let id = DeliveryId::from_uuid(row.id);
    tracing::error!(delivery = %id, "a delivery is unreadable and was given up");
    let verdict = Verdict { id, token, state: "dead", next_at: now, counted: true, provider_ref: None };
    finish(tx, &verdict, now).await?;
    let attempt = AttemptRecord {
        delivery_id: id,
        number: row.attempt,
        at: now,
        duration_micros: 0,
        outcome: "rejected".to_owned(),
        code: None,
        class: "unreadable".to_owned(),
        answer: "this version cannot read the event".to_owned(),
    };
    insert_attempts(tx, &[attempt]).await
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
