//! The sweeper: gives back leases of workers that died, and wakes recipients that were forgotten.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::delivery::instance::SILENT_MAX;
use crate::delivery::reach::plan_fallback;
use crate::delivery::{AttemptRecord, ChannelKind, DeliveryLog};
use crate::payment::janitor_chain as chain;
use crate::store::delivery::{self as rows, Lost, LostBy, Verdict};
use crate::store::{StoreError, Tx, Work, event as events, recipient as recipients};

/// How often leases are looked after.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Forgotten recipients are looked for in every so many sweeps: there should be none.
const FORGOTTEN_EVERY: u32 = 10;
/// Leases given back in one unit of work.
const LOST_MAX: u64 = 100;
/// A delivery whose lease is lost in this attempt or a later one is dead: it may be what kills workers.
const ATTEMPTS_MAX: i32 = 12;
/// Wait after the second lost attempt; twice as long after each further one. None after the first: one
/// loss is a restart, several may be a message that kills whoever sends it.
const BACK_OFF: Duration = Duration::from_secs(5);
/// But no longer than this.
const BACK_OFF_MAX: Duration = Duration::from_secs(3_600);

impl DeliveryLog {
    /// Gives back leases of workers that died, and wakes recipients that were forgotten, until it is
    /// told to stop.
    pub async fn sweep(&self, stop: CancellationToken) {
        let mut round: u32 = 0;
        while !stop.is_cancelled() {
            if let Err(error) = self.reclaim().await {
                tracing::error!(error = %chain(&error), "leases were not looked after");
            }
            if round.is_multiple_of(FORGOTTEN_EVERY)
                && let Err(error) = self.wake_forgotten().await
            {
                tracing::error!(error = %chain(&error), "recipients were not looked after");
            }
            round = round.wrapping_add(1);
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
        let lost = self.reclaim().await?;
        self.wake_forgotten().await?;
        Ok(lost)
    }

    /// Gives leases that ran out back. Looks without the write lock first: there should be none.
    async fn reclaim(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let by = LostBy { run_out: now, silent_since: now.before(SILENT_MAX), but: self.store.instance() };
        if rows::lost(self.store.reader(), &by, 1).await?.is_empty() {
            return Ok(0);
        }
        self.store.write(async |tx| reclaim(tx, &by, now).await).await
    }

    /// Gives every lease back, run out or not: for the start of a process that is the only one on its
    /// database, when whoever held them is dead. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn adopt_orphans(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let by = LostBy { run_out: Timestamp::MAX, silent_since: now, but: self.store.instance() };
        self.store.write(async |tx| reclaim(tx, &by, now).await).await
    }

    /// Re-arms recipients that are due later than what waits for them: a lost wake-up heals itself.
    async fn wake_forgotten(&self) -> Result<(), StoreError> {
        let forgotten = recipients::forgotten(self.store.reader()).await?;
        if forgotten.is_empty() {
            return Ok(());
        }
        tracing::warn!(count = forgotten.len(), "recipients had been forgotten");
        self.store
            .write(async |tx| {
                for recipient in &forgotten {
                    recipients::rearm(tx, *recipient, None).await?;
                }
                tx.leave(Work::Deliveries);
                Ok(())
            })
            .await
    }
}

/// Gives back leases that are lost.
async fn reclaim(tx: &Tx, by: &LostBy, now: Timestamp) -> Result<usize, StoreError> {
    let mut attempts = Vec::new();
    let mut waiting: BTreeSet<Uuid> = BTreeSet::new();
    for lost in rows::lost(tx.conn(), by, LOST_MAX).await? {
        let dead = lost.attempt >= ATTEMPTS_MAX;
        let verdict = Verdict {
            id: lost.id,
            token: lost.token,
            state: if dead { "dead" } else { "pending" },
            next_at: if dead { now } else { now.after(back_off(lost.attempt)) },
            counted: true,
            provider_ref: None,
        };
        if !rows::finish(tx, &verdict, now).await? {
            continue;
        }
        attempts.push(lost_attempt(&lost, now));
        waiting.insert(lost.recipient);
        if dead {
            fall_back(tx, &lost, now).await?;
        }
    }
    rows::insert_attempts(tx, &attempts).await?;
    for recipient in waiting {
        recipients::rearm(tx, recipient, None).await?;
    }
    Ok(attempts.len())
}

/// The wait after this many attempts. Doubles, because what killed a worker may kill the next one.
fn back_off(attempt: i32) -> Duration {
    if attempt <= 1 {
        return Duration::ZERO;
    }
    let doublings = u32::try_from(attempt - 2).unwrap_or(0).min(16);
    BACK_OFF.saturating_mul(1 << doublings).min(BACK_OFF_MAX)
}

fn lost_attempt(lost: &Lost, now: Timestamp) -> AttemptRecord {
    AttemptRecord {
        delivery_id: lost.id,
        number: lost.attempt,
        at: now,
        duration_micros: 0,
        outcome: "lost".to_owned(),
        code: None,
        class: "lost".to_owned(),
        answer: "the worker ended before it recorded a result".to_owned(),
    }
}

/// A person's message that was given up goes by the next channel instead.
async fn fall_back(tx: &Tx, lost: &Lost, now: Timestamp) -> Result<(), StoreError> {
    let failed = match lost.channel {
        Some(channel @ (ChannelKind::Telegram | ChannelKind::Email)) if !lost.staff => channel,
        Some(ChannelKind::Telegram | ChannelKind::Email | ChannelKind::Webhook | ChannelKind::Inbox) | None => {
            return Ok(());
        }
    };
    let planned = match events::by_id(tx.conn(), lost.event).await {
        Ok(Some(event)) => plan_fallback(tx, &event, failed, lost.language, now).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    match planned {
        Err(error @ StoreError::Unreadable { .. }) => {
            tracing::error!(delivery = %lost.id, %error, "nothing takes the place of a lost message");
            Ok(())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_after_a_lost_attempt_grows_and_is_bounded() {
        assert_eq!(back_off(1), Duration::ZERO);
        assert_eq!(back_off(2), BACK_OFF);
        assert_eq!(back_off(3), BACK_OFF * 2);
        assert_eq!(back_off(ATTEMPTS_MAX), BACK_OFF_MAX);
        assert_eq!(back_off(i32::MAX), BACK_OFF_MAX);
    }
}
