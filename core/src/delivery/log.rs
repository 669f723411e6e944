//! The delivery log: what was sent, how often, and what was answered. Redelivery by hand.

use std::sync::Arc;

use crate::clock::Clock;
use crate::delivery::{AttemptRecord, ChannelKind, DeliveryRecord};
use crate::id::{DeliveryId, EndpointId, PaymentId};
use crate::payment::Page;
use crate::store::delivery as rows;
use crate::store::{Store, StoreError, event as events, recipient as recipients};

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
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
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

    /// Sends an event again as an earlier delivery was: same address, lane and language. `address` guards that the
    /// delivery is the caller's.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::NotFound`].
    pub async fn redeliver(&self, id: DeliveryId, address: &str) -> Result<DeliveryId, DeliveryError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::repeat(tx, id, address, now).await?.ok_or(DeliveryError::NotFound(id))).await
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

    /// How many recipients have a delivery that is due now.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn due(&self) -> Result<u64, StoreError> {
        recipients::count_due(self.store.reader(), self.clock.now()).await
    }

    /// How many events have no deliveries yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unplanned(&self) -> Result<u64, StoreError> {
        events::count_unplanned(self.store.reader()).await
    }
}
