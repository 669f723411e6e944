//! How long rows are kept that only tell what happened, and the sweep that takes old ones away. Payments,
//! refunds, the ledger and the audit log are kept for ever.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::{Store, StoreError, retention as rows};

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Between two batches, so that a long sweep holds up nobody.
const PACE: Duration = Duration::from_millis(50);

/// How long rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionSettings {
    /// Deliveries that ended, and what was answered.
    pub deliveries: Duration,
    /// Events. Not shorter than their deliveries: those refer to them.
    pub events: Duration,
    /// What antifraud saw and decided.
    pub decisions: Duration,
    /// What lies in the inboxes of people's pages.
    pub inbox: Duration,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { deliveries: 60 * DAY, events: 400 * DAY, decisions: 400 * DAY, inbox: 180 * DAY }
    }
}

/// The sweep of old rows.
#[derive(Debug, Clone)]
pub struct Retention {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: RetentionSettings,
}

impl Retention {
    /// A sweep over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: RetentionSettings) -> Self {
        Self { store, clock, settings }
    }

    /// Takes every old row away, a bounded number in a unit of work and with pauses, until none is left
    /// or it is told to stop. Gives how many. Safe on several instances at once.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was taken away so far stays away.
    pub async fn sweep(&self, stop: &CancellationToken) -> Result<u64, StoreError> {
        let mut total = 0;
        while !stop.is_cancelled() {
            let taken = self.sweep_batch().await?;
            if taken == 0 {
                break;
            }
            total += taken;
            tokio::time::sleep(PACE).await;
        }
        if total > 0 {
            tracing::info!(rows = total, "old rows were taken away");
        }
        Ok(total)
    }

    async fn sweep_batch(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let RetentionSettings { deliveries, events, decisions, inbox } = self.settings;
        // Each in a unit of its own: short locks.
        let mut taken = self.store.write(async |tx| rows::deliveries(tx, now.before(deliveries)).await).await?;
        taken += self.store.write(async |tx| rows::inbox(tx, now.before(inbox)).await).await?;
        taken += self.store.write(async |tx| rows::events(tx, now.before(events)).await).await?;
        taken += self.store.write(async |tx| rows::decisions(tx, now.before(decisions)).await).await?;
        taken += self.store.write(async |tx| rows::links_and_sessions(tx, now.before(7 * DAY)).await).await?;
        Ok(taken)
    }
}
