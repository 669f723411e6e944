//! The heartbeat of a process that shares its database with others: when it stops, its leases are
//! given back within seconds, long before they run out.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::payment::janitor_chain as chain;
use crate::store::{Store, StoreError, instance as rows};

/// How often a process says that it lives.
const BEAT_EVERY: Duration = Duration::from_millis(1_000);
/// A process that was silent for so long is taken for dead. It may only be slow: then a message is sent
/// twice at most, for its results are fenced off.
pub(super) const SILENT_MAX: Duration = Duration::from_millis(3_500);
/// Rows of processes that ended without a word are kept so long, for people who look.
const KEPT: Duration = Duration::from_secs(24 * 3_600);

/// The heartbeat of this process.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Heartbeat {
    /// The heartbeat of the process that opened this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Says once that the process lives. Comes before its first lease.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn beat(&self) -> Result<(), StoreError> {
        let (id, now) = (self.store.instance(), self.clock.now());
        self.store.write(async |tx| rows::beat(tx, id, now).await).await
    }

    /// Says so again and again until it is told to stop; then says goodbye.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.beat().await {
                tracing::error!(error = %chain(&error), "the heartbeat was not written");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(BEAT_EVERY) => {}
            }
        }
        let (id, before) = (self.store.instance(), self.clock.now().before(KEPT));
        let goodbye = self.store.write(async |tx| {
            rows::sweep(tx, before).await?;
            rows::leave(tx, id).await
        });
        if let Err(error) = goodbye.await {
            tracing::warn!(error = %chain(&error), "the process could not say that it ended");
        }
    }
}
