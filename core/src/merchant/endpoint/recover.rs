//! Sending again what an endpoint missed: a stored job, so that a restart goes on with it, in the lane of what
//! nobody waits for, so that it delays nothing.

use super::{EndpointError, Endpoints, theirs};
use crate::clock::Timestamp;
use crate::delivery::{ChannelKind, Lane};
use crate::event::{Event, EventType};
use crate::id::{EndpointId, EventId, RecoveryId};
use crate::language::Language;
use crate::merchant::Scope;
use crate::store::delivery::{self as deliveries, NewDelivery};
use crate::store::{StoreError, Tx, endpoint as rows, event as events, recovery as jobs};

/// Events looked at in one unit of work.
const BATCH: u64 = 100;

/// What is sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// To which endpoint.
    pub endpoint_id: EndpointId,
    /// Events from then on.
    pub since: Timestamp,
    /// And before this: what came later is on its way anyway.
    pub before: Timestamp,
    /// The last event that was looked at.
    pub(crate) last_event: Option<EventId>,
    /// Deliveries that were planned so far.
    pub planned: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When the last event was looked at.
    pub finished_at: Option<Timestamp>,
}

impl Endpoints {
    /// Plans to send every event since then again that this endpoint wants and did not take. What was taken is
    /// not sent again.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`], [`EndpointError::Since`], [`EndpointError::Recovering`] while an earlier one
    /// is not finished.
    pub async fn recover(&self, scope: &Scope, id: EndpointId, since: Timestamp) -> Result<Recovery, EndpointError> {
        let now = self.clock.now();
        if since >= now {
            return Err(EndpointError::Since);
        }
        let recovery = Recovery {
            id: RecoveryId::new(now),
            endpoint_id: id,
            since,
            before: now,
            last_event: None,
            planned: 0,
            created_at: now,
            finished_at: None,
        };
        self.store
            .write(async |tx| {
                let endpoint = rows::lock(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                endpoint.ok_or(EndpointError::NotFound(id))?;
                if jobs::is_open(tx.conn(), id).await? {
                    return Err(EndpointError::Recovering);
                }
                jobs::insert(tx, &recovery).await?;
                Ok(())
            })
            .await?;
        Ok(recovery)
    }

    /// An endpoint's recoveries, newest first, at most as many as asked for.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`].
    pub async fn recoveries(&self, scope: &Scope, id: EndpointId, limit: u64) -> Result<Vec<Recovery>, EndpointError> {
        self.get(scope, id).await?;
        Ok(jobs::of_endpoint(self.store.reader(), id, limit).await?)
    }

    /// Goes on with every recovery that is not finished, a batch of each. Gives how many events were looked at.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn recover_step(&self) -> Result<usize, StoreError> {
        let mut looked_at = 0;
        for id in jobs::open(self.store.reader()).await? {
            let now = self.clock.now();
            looked_at += self.store.write(async |tx| step(tx, id, now).await).await?;
        }
        Ok(looked_at)
    }
}

async fn step(tx: &Tx, id: RecoveryId, now: Timestamp) -> Result<usize, StoreError> {
    // Another instance may have gone on with it meanwhile.
    let Some(mut recovery) = jobs::lock(tx, id).await?.filter(|recovery| recovery.finished_at.is_none()) else {
        return Ok(0);
    };
    let Some(endpoint) = rows::by_id(tx.conn(), recovery.endpoint_id).await? else { return Ok(0) };
    let world = (endpoint.merchant_id, endpoint.mode);
    let span = (recovery.since, recovery.before);
    let found = events::after(tx.conn(), world, span, recovery.last_event, BATCH).await?;
    let address = endpoint.id.to_string();
    let wanted: Vec<&Event> = found.iter().filter(|event| is_news(event.kind) && endpoint.wants(event.kind)).collect();
    let sent = deliveries::sent_to(tx.conn(), ChannelKind::Webhook, &address, &wanted).await?;
    for event in wanted {
        // Taken before, or on its way.
        if sent.settled.contains(&event.id) {
            continue;
        }
        let new = NewDelivery {
            event,
            channel: ChannelKind::Webhook,
            lane: Lane::Bulk,
            address: address.clone(),
            language: Language::default(),
            staff: false,
            round: sent.rounds.get(&event.id).copied().unwrap_or(0),
            not_before: now,
        };
        if deliveries::insert(tx, &new, now).await?.is_some() {
            recovery.planned += 1;
        }
    }
    recovery.last_event = found.last().map(|event| event.id).or(recovery.last_event);
    if found.len() < BATCH as usize {
        recovery.finished_at = Some(now);
    }
    jobs::update(tx, &recovery).await?;
    Ok(found.len())
}

/// Whether merchants hear of it by themselves. A test was for one moment.
fn is_news(kind: EventType) -> bool {
    kind != EventType::EndpointTest && kind.is_public()
}
