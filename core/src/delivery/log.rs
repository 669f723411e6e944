//! The delivery log: what was sent, how often, and what was answered. Redelivery by hand.
//! Also the sweeper that gives back leases of workers that died.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::delivery::{AttemptRecord, ChannelKind, DeliveryRecord, Lane};
use crate::id::{DeliveryId, EndpointId, PaymentId};
use crate::language::Language;
use crate::payment::{Page, janitor_chain as chain};
use crate::store::delivery::{self as rows, NewDelivery};
use crate::store::{Store, StoreError, event as events};

/// How often leases are looked after.
const SWEEP_EVERY: Duration = Duration::from_secs(2);
/// Leases given back in one unit of work.
const SWEEP_MAX: u64 = 100;

/// Why a delivery was not repeated.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// No such delivery to that address.
    #[error("there is no delivery {0}")]
    NotFound(DeliveryId),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for looking at deliveries and repeating them.
#[derive(Debug, Clone)]
pub struct DeliveryLog {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl DeliveryLog {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The deliveries to an endpoint, newest first, with their attempts.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_endpoint(
        &self,
        endpoint: EndpointId,
        before: Option<DeliveryId>,
        limit: u64,
    ) -> Result<(Page<DeliveryRecord>, Vec<AttemptRecord>), StoreError> {
        let conn = self.store.reader();
        let address = endpoint.to_string();
        let found = rows::page_of_address(conn, ChannelKind::Webhook, &address, before, limit + 1).await?;
        let page = Page::cut(found, limit);
        let ids: Vec<DeliveryId> = page.items.iter().map(|delivery| delivery.id).collect();
        let attempts = rows::attempts(conn, &ids).await?;
        Ok((page, attempts))
    }

    /// The deliveries about a payment on every channel, oldest first, with their attempts.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_payment(
        &self,
        payment: PaymentId,
    ) -> Result<(Vec<DeliveryRecord>, Vec<AttemptRecord>), StoreError> {
        let conn = self.store.reader();
        let found = rows::of_payment(conn, payment).await?;
        let ids: Vec<DeliveryId> = found.iter().map(|delivery| delivery.id).collect();
        let attempts = rows::attempts(conn, &ids).await?;
        Ok((found, attempts))
    }

    /// Sends an event again to the address of an earlier delivery. `address` guards that the
    /// delivery is the caller's.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::NotFound`].
    pub async fn redeliver(&self, id: DeliveryId, address: &str) -> Result<DeliveryId, DeliveryError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let record = rows::by_id(tx.conn(), id).await?.filter(|record| record.address == address);
                let record = record.ok_or(DeliveryError::NotFound(id))?;
                let event = events::by_id(tx.conn(), record.event_id).await?.ok_or(DeliveryError::NotFound(id))?;
                let new = NewDelivery {
                    event: &event,
                    channel: record.channel,
                    lane: Lane::Transactional,
                    address: record.address.clone(),
                    language: Language::En,
                    staff: false,
                    round: rows::rounds(tx, &record).await?,
                };
                rows::insert(tx, &new, now).await?.ok_or(DeliveryError::NotFound(id))
            })
            .await
    }

    /// How many deliveries wait, are under way or died, by channel and state.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn backlog(&self) -> Result<Vec<(ChannelKind, String, u64)>, StoreError> {
        let counts = rows::count_by_state(self.store.reader()).await?;
        Ok(counts.into_iter().map(|((channel, state), count)| (channel, state, count)).collect())
    }

    /// How many events have no deliveries yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unplanned(&self) -> Result<u64, StoreError> {
        events::count_unplanned(self.store.reader()).await
    }

    /// Gives back leases of workers that died, and wakes recipients that were forgotten, until it is
    /// told to stop.
    pub async fn sweep(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.sweep_once().await {
                tracing::error!(error = %chain(&error), "leases were not looked after");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(SWEEP_EVERY) => {}
            }
        }
    }

    /// One round of [`sweep`](Self::sweep). Gives how many leases were given back.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn sweep_once(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let lost = rows::reclaim(tx, now, SWEEP_MAX).await?;
                let attempts: Vec<AttemptRecord> = lost
                    .iter()
                    .map(|(id, number)| AttemptRecord {
                        delivery_id: *id,
                        number: *number,
                        at: now,
                        duration_micros: 0,
                        outcome: "lost".to_owned(),
                        code: None,
                        class: "lost".to_owned(),
                        answer: "the worker ended before it recorded a result".to_owned(),
                    })
                    .collect();
                rows::insert_attempts(tx, &attempts).await?;
                rows::rearm_forgotten(tx, now, SWEEP_MAX).await?;
                Ok(lost.len())
            })
            .await
    }
}
