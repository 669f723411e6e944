//! Group commit on SQLite: units of work that wait at the same time share one physical commit.
//!
//! The first unit opens `BEGIN IMMEDIATE`; each passes through alone, in a savepoint of its own, so
//! that one that fails or is cancelled rolls back alone; the last one through (nobody waits, or the
//! batch is full or old) commits, and only then all are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::{StoreError, Tx};

/// Units in one physical commit at most.
const BATCH_MAX: usize = 256;
/// How long a batch stays open at most: bounds what the first unit in it waits.
const BATCH_AGE_MAX: Duration = Duration::from_millis(20);

#[derive(Debug, Clone)]
pub(super) struct Turnstile {
    connection: DatabaseConnection,
    batch: Arc<Mutex<Option<Batch>>>,
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Batch {
    outer: DatabaseTransaction,
    passed: Vec<oneshot::Sender<Result<(), sea_orm::DbErr>>>,
    opened: Instant,
}

impl Turnstile {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        Self { connection, batch: Arc::default(), waiting: Arc::default() }
    }

    pub(super) const fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door itself")]
    pub(super) async fn pass<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&Tx) -> Result<T, E> + Clone,
        E: From<StoreError>,
    {
        let waiting = Waiting::new(self);
        let mut place = Arc::clone(&self.batch).lock_owned().await;
        let closer = waiting.passed();

        let batch = match place.take() {
            Some(batch) => place.insert(batch),
            None => place.insert(self.open().await.map_err(StoreError::from)?),
        };
        let tx = Tx { tx: batch.outer.begin().await.map_err(StoreError::from)? };
        let result = unit(&tx).await;
        match &result {
            Ok(_) => tx.tx.commit().await.map_err(StoreError::from)?,
            Err(_) => tx.tx.rollback().await.map_err(StoreError::from)?,
        }
        let (answer, committed) = oneshot::channel();
        batch.passed.push(answer);
        let full = batch.passed.len() >= BATCH_MAX || batch.opened.elapsed() >= BATCH_AGE_MAX;
        closer.disarm();
        if full || self.waiting.load(Ordering::SeqCst) == 0 {
            // In a task of its own: a caller that is cancelled now must not take the others along.
            tokio::spawn(commit(place));
        } else {
            drop(place);
        }
        // An error is answered after the commit too: it may rest on what the batch wrote.
        match committed.await {
            Ok(Ok(())) => result,
            Ok(Err(error)) => Err(StoreError::from(error).into()),
            Err(_) => Err(StoreError::Interrupted.into()),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door itself")]
    async fn open(&self) -> Result<Batch, sea_orm::DbErr> {
        let options = TransactionOptions {
            // A deferred transaction that reads first and writes later fails with SQLITE_BUSY_SNAPSHOT.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let outer = self.connection.begin_with_options(options).await?;
        Ok(Batch { outer, passed: Vec::new(), opened: Instant::now() })
    }

    /// Commits a batch that nobody else will: its last unit was cancelled or failed on the way.
    fn close_when_idle(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (batch, waiting) = (Arc::clone(&self.batch), Arc::clone(&self.waiting));
        runtime.spawn(async move {
            let place = batch.lock_owned().await;
            if place.is_some() && waiting.load(Ordering::SeqCst) == 0 {
                commit(place).await;
            }
        });
    }
}

async fn commit(mut place: OwnedMutexGuard<Option<Batch>>) {
    let Some(batch) = place.take() else { return };
    let result = batch.outer.commit().await;
    metrics::counter!("aviso_store_commits_total").increment(1);
    metrics::histogram!("aviso_store_batch_units").record(batch.passed.len() as f64);
    for answer in batch.passed {
        // A caller that was cancelled meanwhile does not listen: its unit is committed all the same.
        let _ = answer.send(result.clone());
    }
}

/// Somebody who waits to pass. When cancelled, the batch must not wait for it.
struct Waiting<'a>(Option<&'a Turnstile>);

impl<'a> Waiting<'a> {
    fn new(turnstile: &'a Turnstile) -> Self {
        turnstile.waiting.fetch_add(1, Ordering::SeqCst);
        Self(Some(turnstile))
    }

    fn passed(mut self) -> Closer<'a> {
        let turnstile = self.0.take();
        if let Some(turnstile) = turnstile {
            turnstile.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        Closer(turnstile)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(turnstile) = self.0 {
            turnstile.waiting.fetch_sub(1, Ordering::SeqCst);
            turnstile.close_when_idle();
        }
    }
}

/// Sees to it that the batch is closed when a unit ends early: by error, panic or cancellation.
struct Closer<'a>(Option<&'a Turnstile>);

impl Closer<'_> {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Closer<'_> {
    fn drop(&mut self) {
        if let Some(turnstile) = self.0 {
            turnstile.close_when_idle();
        }
    }
}
