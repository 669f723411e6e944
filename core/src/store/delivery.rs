//! Rows of deliveries and their attempts.

mod claim;
mod outbox;
mod read;
mod report;
mod settle;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, TryInsertResult};

use super::entity::delivery;
use super::{StoreError, Tx, Work, event as events, recipient as recipients};
use crate::clock::Timestamp;
use crate::delivery::{ChannelKind, Lane};
use crate::event::Event;
use crate::id::{DeliveryId, EventId, PaymentId};
use crate::language::Language;

pub(crate) use claim::{ClaimPlan, Leased, claim};
pub(crate) use outbox::{take_unplanned, unplanned_ids};
pub(crate) use read::{attempts, count_by_state, of_payment, page_of_address, sent_to};
pub(crate) use report::{bury, letter, note_report};
pub(crate) use settle::{Lost, LostBy, Verdict, finish, insert_attempts, lost};

/// What the partial indexes say, with the state written out: neither database can tell in advance
/// that a parameter fits an index.
pub(super) const PENDING: &str = "state = 'pending'";
/// See [`PENDING`].
const LEASED: &str = "state = 'leased'";
/// How often a redelivery looks for a free round, against others who ask for one at the same time.
const ROUND_TRIES: u32 = 3;

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
    /// When it is due: now, or later when the recipient wants to be left alone.
    pub(crate) not_before: Timestamp,
}

/// Writes a delivery, once per event, channel, address and round. `None` when it was there.
pub(crate) async fn insert(tx: &Tx, new: &NewDelivery<'_>, now: Timestamp) -> Result<Option<DeliveryId>, StoreError> {
    // The row goes first and arms after: see the recipients' module.
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
        next_at: new.not_before.as_micros(),
        lease_token: None,
        lease_until: None,
        lease_owner: None,
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
    if !matches!(inserted, TryInsertResult::Inserted(count) if count > 0) {
        return Ok(None);
    }
    recipients::arm(tx, recipient_id, new.not_before).await?;
    tx.leave(Work::Deliveries);
    Ok(Some(id))
}

/// Plans a delivery to this address once more: the same event, lane, language and reader. `None`
/// when there is no such delivery.
pub(crate) async fn repeat(
    tx: &Tx,
    id: DeliveryId,
    address: &str,
    now: Timestamp,
) -> Result<Option<DeliveryId>, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "delivery", column };
    let found = delivery::Entity::find_by_id(id.as_uuid()).one(tx.conn()).await?;
    let Some(row) = found.filter(|row| row.address == address) else { return Ok(None) };
    let Some(event) = events::by_id(tx.conn(), EventId::from_uuid(row.event_id)).await? else { return Ok(None) };
    for _ in 0..ROUND_TRIES {
        let new = NewDelivery {
            event: &event,
            channel: ChannelKind::from_name(&row.channel).ok_or_else(|| bad("channel"))?,
            lane: Lane::from_rank(row.lane).ok_or_else(|| bad("lane"))?,
            address: row.address.clone(),
            language: Language::from_code(&row.language).unwrap_or_default(),
            staff: row.staff != 0,
            round: rounds(tx, &row).await?,
            not_before: now,
        };
        if let Some(id) = insert(tx, &new, now).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// How many rounds an event was already sent to an address.
async fn rounds(tx: &Tx, row: &delivery::Model) -> Result<i32, StoreError> {
    let count = delivery::Entity::find()
        .filter(delivery::Column::EventId.eq(row.event_id))
        .filter(delivery::Column::Channel.eq(row.channel.as_str()))
        .filter(delivery::Column::Address.eq(row.address.as_str()))
        .count(tx.conn())
        .await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// Ends what waits for an address: its endpoint was switched off or taken away.
pub(crate) async fn cancel_pending(
    tx: &Tx,
    channel: ChannelKind,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for recipient in recipients::lock_address(tx, channel, address).await? {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value("cancelled"))
            .col_expr(delivery::Column::FinishedAt, Expr::value(now.as_micros()))
            .filter(delivery::Column::RecipientId.eq(recipient))
            .filter(Expr::cust(PENDING))
            .exec(tx.conn())
            .await?;
        recipients::rearm(tx, recipient, None).await?;
    }
    Ok(())
}
