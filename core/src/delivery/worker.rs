//! The worker of a channel: claims only what it has slots for, sends with no transaction open,
//! and records results in groups.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, Timestamp};
use crate::crash::{self, Point};
use crate::delivery::record::{Ended, record};
use crate::delivery::{Answer, Channel, Lane, Outcome, Pace};
use crate::payment::janitor_chain as chain;
use crate::store::delivery::{self as rows, ClaimPlan, Leased, Verdict};
use crate::store::{Store, StoreError, Tx, Work, recipient as recipients};

/// Results in one unit of work at most.
const GROUP_MAX: usize = 64;
/// A lease is this much longer than a channel's deadline: time to record the result.
const LEASE_MARGIN: Duration = Duration::from_secs(15);
/// A worker looks at least this often, for deliveries of other instances and lost wake-ups.
const LOOK_AGAIN: Duration = Duration::from_millis(1_000);
/// How long attempts under way may take to end at shutdown.
const DRAIN: Duration = Duration::from_secs(20);
/// How often results are tried to be recorded.
const TRIES: u32 = 8;
/// How often of these as a group.
const TRIES_TOGETHER: u32 = 3;

/// Delivers what is due on one channel.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    clock: Arc<dyn Clock>,
    channel: Arc<dyn Channel>,
    pace: Pace,
}

/// What the attempts of one run share.
struct Desk {
    slots: Arc<Semaphore>,
    results: mpsc::Sender<Ended>,
    tracker: TaskTracker,
    /// No new attempts.
    stop: CancellationToken,
    /// No waiting for attempts under way either.
    abandon: CancellationToken,
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

    /// Delivers until it is told to stop; then lets attempts under way end. Returns early when
    /// results cannot be recorded any more.
    pub async fn run(self, stop: CancellationToken) {
        let (results, inbox) = mpsc::channel(self.pace.in_flight_max.max(1));
        let recorder = tokio::spawn(self.clone().record_all(inbox));
        let desk = Desk {
            slots: Arc::new(Semaphore::new(self.pace.in_flight_max)),
            results,
            tracker: TaskTracker::new(),
            stop,
            abandon: CancellationToken::new(),
        };
        let mut planned = self.store.work(Work::Deliveries);
        while !desk.stop.is_cancelled() && !desk.results.is_closed() {
            planned.mark_unchanged();
            let sent = match self.send_due(&desk).await {
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
                () = desk.stop.cancelled() => {}
                () = desk.results.closed() => {}
                _ = planned.changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        desk.tracker.close();
        if tokio::time::timeout(DRAIN, desk.tracker.wait()).await.is_err() {
            tracing::warn!(channel = self.channel.kind().as_str(), "attempts were still under way at shutdown");
            // Whether they were sent is not known: their leases run out.
            desk.abandon.cancel();
            desk.tracker.wait().await;
        }
        // The last sender: the recorder ends when it has written what was sent to it.
        drop(desk);
        if let Err(error) = recorder.await {
            tracing::error!(%error, "results were not recorded");
        }
    }

    /// How long until something is due that is not due now.
    async fn until_next(&self) -> Duration {
        let lanes = recipients::next_due(self.store.reader(), self.channel.kind()).await.unwrap_or_default();
        let next = lanes.into_iter().map(|(_, at)| at).min();
        let wait = next.map_or(LOOK_AGAIN, |at| at.since(self.clock.now()));
        // Due but not claimable: no slot or no budget now.
        wait.clamp(Duration::from_millis(20), LOOK_AGAIN)
    }

    async fn send_due(&self, desk: &Desk) -> Result<usize, StoreError> {
        let mut sent = 0;
        // A look without the write lock first: most wake-ups are for somebody else.
        for (lane, at) in recipients::next_due(self.store.reader(), self.channel.kind()).await? {
            let free = desk.slots.available_permits().min(self.channel.budget(lane)).min(GROUP_MAX);
            if free == 0 || at > self.clock.now() {
                continue;
            }
            let claimed = self.claim(lane, free).await?;
            if desk.stop.is_cancelled() {
                self.hand_back(claimed).await;
                break;
            }
            for leased in claimed {
                // Free as just counted, and nobody else takes any.
                let permit = Arc::clone(&desk.slots).acquire_owned().await.map_err(|_| StoreError::Interrupted)?;
                let attempt = self.clone().send(leased, permit, desk.results.clone());
                let abandon = desk.abandon.clone();
                desk.tracker.spawn(async move {
                    tokio::select! {
                        () = attempt => {}
                        () = abandon.cancelled() => {}
                    }
                });
                sent += 1;
            }
        }
        Ok(sent)
    }

    async fn claim(&self, lane: Lane, slots: usize) -> Result<Vec<Leased>, StoreError> {
        let now = self.clock.now();
        let kind = self.channel.kind();
        let plan = ClaimPlan {
            channel: kind,
            lane,
            slots,
            burst: self.pace.burst_per_recipient.max(1),
            in_flight_max: self.pace.in_flight_per_recipient_max.max(1),
            rest_until: now.after(self.pace.recipient_interval),
            lease_until: now.after(self.pace.deadline + LEASE_MARGIN),
            owner: self.store.instance(),
            now,
        };
        self.store.write(async |tx| rows::claim(tx, &plan).await).await
    }

    /// Gives back what was claimed while the worker was told to stop: none of it was sent.
    async fn hand_back(&self, claimed: Vec<Leased>) {
        let now = self.clock.now();
        let written = self.store.write(async |tx| give_back(tx, &claimed, now).await).await;
        if let Err(error) = written {
            tracing::error!(channel = self.channel.kind().as_str(), error = %chain(&error), "leases were not given back");
        }
    }

    async fn send(self, leased: Leased, permit: OwnedSemaphorePermit, results: mpsc::Sender<Ended>) {
        let Leased { job, token, recipient } = leased;
        crash::at(Point::DeliveryClaimed);
        let began = self.clock.now();
        let started = std::time::Instant::now();
        let sending = std::panic::AssertUnwindSafe(self.channel.send(&job)).catch_unwind();
        let outcome = match tokio::time::timeout(self.pace.deadline, sending).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Outcome::Failed(Answer::error("panic", "the channel failed on this message")),
            Err(_) => Outcome::Failed(Answer::error("timeout", "no answer within the deadline")),
        };
        crash::at(Point::DeliverySent);
        let took = started.elapsed();
        let channel = self.channel.kind().as_str();
        let class = outcome.answer().class;
        metrics::counter!("aviso_delivery_attempts_total", "channel" => channel, "class" => class).increment(1);
        metrics::histogram!("aviso_delivery_seconds", "channel" => channel).record(took.as_secs_f64());
        if results.send(Ended { job, token, recipient, outcome, began, took }).await.is_err() {
            tracing::error!(channel, "a result was lost: the recorder died");
        }
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
    /// leases run out and the messages are sent again. After a few tries each result is written on
    /// its own, so that one that the database refuses does not take the others along.
    async fn record_group(&self, group: &[Ended]) {
        let kind = self.channel.kind().as_str();
        let mut left = vec![group];
        for attempt in 0..TRIES {
            if attempt == TRIES_TOGETHER {
                left = group.chunks(1).collect();
            }
            let mut failed = Vec::new();
            let mut parts = left.into_iter();
            while let Some(part) = parts.next() {
                let Err(error) = self.record(part).await else { continue };
                tracing::error!(channel = kind, error = %chain(&error), "results were not recorded");
                failed.push(part);
                if matches!(error, StoreError::Unavailable(_)) {
                    // The others would only wait for the same time-out.
                    failed.extend(parts.by_ref());
                }
            }
            if failed.is_empty() {
                return;
            }
            left = failed;
            tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
        }
        for ended in left.into_iter().flatten() {
            tracing::error!(channel = kind, delivery = %ended.job.id, "a result was given up: the lease runs out");
        }
    }

    async fn record(&self, part: &[Ended]) -> Result<(), StoreError> {
        let now: Timestamp = self.clock.now();
        let recorded = self.store.write(async |tx| record(tx, part, &self.pace, self.channel.kind(), now).await).await;
        crash::at(Point::DeliveryRecorded);
        recorded
    }
}

async fn give_back(tx: &Tx, claimed: &[Leased], now: Timestamp) -> Result<(), StoreError> {
    let mut waiting = BTreeSet::new();
    for Leased { job, token, recipient } in claimed {
        let verdict =
            Verdict { id: job.id, token: *token, state: "pending", next_at: now, counted: false, provider_ref: None };
        if rows::finish(tx, &verdict, now).await? {
            waiting.insert(*recipient);
        }
    }
    for recipient in waiting {
        recipients::rearm(tx, recipient, None).await?;
    }
    Ok(())
}
