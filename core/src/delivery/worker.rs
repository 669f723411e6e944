//! The worker of a channel: claims only what it has slots for, sends with no transaction open,
//! and records results in groups.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, Timestamp};
use crate::delivery::record::{Ended, record};
use crate::delivery::{Answer, Channel, Lane, Outcome, Pace};
use crate::payment::janitor_chain as chain;
use crate::store::delivery::{self as rows, ClaimPlan, Leased};
use crate::store::{Store, StoreError, recipient as recipients};

/// Results in one unit of work at most.
const GROUP_MAX: usize = 64;
/// A lease is this much longer than a channel's deadline: time to record the result.
const LEASE_MARGIN: Duration = Duration::from_secs(15);
/// A worker looks at least this often, for deliveries of other instances and lost wake-ups.
const LOOK_AGAIN: Duration = Duration::from_millis(1_000);
/// How long attempts under way may take to end at shutdown.
const DRAIN: Duration = Duration::from_secs(20);

/// Delivers what is due on one channel.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    clock: Arc<dyn Clock>,
    channel: Arc<dyn Channel>,
    pace: Pace,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("channel", &self.channel.kind()).finish_non_exhaustive()
    }
}

impl Worker {
    /// A worker for this channel.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, channel: Arc<dyn Channel>) -> Self {
        let pace = channel.pace();
        Self { store, clock, channel, pace }
    }

    /// Delivers until it is told to stop; then lets attempts under way end.
    pub async fn run(self, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.pace.in_flight_max));
        let (results, inbox) = mpsc::channel(self.pace.in_flight_max.max(1));
        let recorder = tokio::spawn(self.clone().record_all(inbox));
        let tracker = TaskTracker::new();
        let mut commits = self.store.commits();
        while !stop.is_cancelled() {
            commits.mark_unchanged();
            let sent = match self.send_due(&slots, &results, &tracker).await {
                Ok(sent) => sent,
                Err(error) => {
                    tracing::error!(channel = self.channel.kind().as_str(), error = %chain(&error), "nothing was claimed");
                    0
                }
            };
            if sent > 0 {
                continue;
            }
            let wait = self.until_next().await;
            tokio::select! {
                () = stop.cancelled() => {}
                _ = commits.changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        tracker.close();
        if tokio::time::timeout(DRAIN, tracker.wait()).await.is_err() {
            tracing::warn!(channel = self.channel.kind().as_str(), "attempts were still under way at shutdown");
        }
        drop(results);
        if let Err(error) = recorder.await {
            tracing::error!(%error, "results were not recorded");
        }
    }

    /// How long until something is due that is not due now.
    async fn until_next(&self) -> Duration {
        let next = recipients::next_due(self.store.reader(), self.channel.kind()).await.ok().flatten();
        let wait = next.map_or(LOOK_AGAIN, |at| at.since(self.clock.now()));
        // Due but not claimable: no slot or no budget now.
        wait.clamp(Duration::from_millis(20), LOOK_AGAIN)
    }

    async fn send_due(
        &self,
        slots: &Arc<Semaphore>,
        results: &mpsc::Sender<Ended>,
        tracker: &TaskTracker,
    ) -> Result<usize, StoreError> {
        let mut sent = 0;
        for lane in Lane::ALL {
            let free = slots.available_permits().min(self.channel.budget(lane)).min(GROUP_MAX);
            if free == 0 {
                continue;
            }
            for leased in self.claim(lane, free).await? {
                let permit = Arc::clone(slots).acquire_owned().await.map_err(|_| StoreError::Interrupted)?;
                tracker.spawn(self.clone().send(leased, permit, results.clone()));
                sent += 1;
            }
        }
        Ok(sent)
    }

    async fn claim(&self, lane: Lane, slots: usize) -> Result<Vec<Leased>, StoreError> {
        let now = self.clock.now();
        let kind = self.channel.kind();
        // A look without the write lock first: most wake-ups are for somebody else.
        if recipients::next_due(self.store.reader(), kind).await?.is_none_or(|at| at > now) {
            return Ok(Vec::new());
        }
        let plan = ClaimPlan {
            channel: kind,
            lane,
            slots,
            burst: self.pace.burst_per_recipient,
            rest_until: now.after(self.pace.recipient_interval),
            lease_until: now.after(self.pace.deadline + LEASE_MARGIN),
            now,
        };
        self.store.write(async |tx| rows::claim(tx, &plan).await).await
    }

    async fn send(self, leased: Leased, permit: OwnedSemaphorePermit, results: mpsc::Sender<Ended>) {
        let Leased { job, token } = leased;
        let began = self.clock.now();
        let started = std::time::Instant::now();
        let sending = std::panic::AssertUnwindSafe(self.channel.send(&job)).catch_unwind();
        let outcome = match tokio::time::timeout(self.pace.deadline, sending).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Outcome::Failed(Answer::error("panic", "the channel failed on this message")),
            Err(_) => Outcome::Failed(Answer::error("timeout", "no answer within the deadline")),
        };
        let took = started.elapsed();
        let channel = self.channel.kind().as_str();
        let class = outcome.answer().class;
        metrics::counter!("aviso_delivery_attempts_total", "channel" => channel, "class" => class).increment(1);
        metrics::histogram!("aviso_delivery_seconds", "channel" => channel).record(took.as_secs_f64());
        // The recorder outlives every sender.
        let _ = results.send(Ended { job, token, outcome, began, took }).await;
        drop(permit);
    }

    async fn record_all(self, mut inbox: mpsc::Receiver<Ended>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while inbox.recv_many(&mut group, GROUP_MAX).await > 0 {
            self.record_group(&group).await;
            group.clear();
        }
    }

    /// Results must not be lost to a database that is away for a moment; when it stays away the
    /// leases run out and the messages are sent again.
    async fn record_group(&self, group: &[Ended]) {
        const TRIES: u32 = 8;
        for attempt in 0..TRIES {
            let now: Timestamp = self.clock.now();
            let kind = self.channel.kind();
            let written = self.store.write(async |tx| record(tx, group, &self.pace, kind, now).await).await;
            match written {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(channel = kind.as_str(), error = %chain(&error), "results were not recorded");
                    tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
                }
            }
        }
    }
}
