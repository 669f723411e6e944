//! Group commit on SQLite: units of work that wait at the same time share one physical commit.
//!
//! The first unit opens `BEGIN IMMEDIATE`; each passes through alone, in a savepoint of its own, so
//! that one that fails or is cancelled rolls back alone; the last one through (nobody waits, or the
//! batch is full or old) commits, and only then all are answered.
//!
//! Two things guard against answering `Ok` for what was rolled back. A savepoint is opened in a task
//! of its own, because a driver that is cancelled half-way through opening undoes one level too many.
//! And the outer transaction holds a savepoint of ours ([`PROOF`]) that must still be there at the
//! commit: whatever ended the transaction behind our back ended it, too. A batch that fails the proof
//! answers an error to everybody, and the connection is replaced.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::{StoreError, Tx};
use crate::crash::{self, Point};

/// Units in one physical commit at most.
const BATCH_MAX: usize = 256;
/// How long a batch stays open at most: bounds what the first unit in it waits.
const BATCH_AGE_MAX: Duration = Duration::from_millis(20);
/// The savepoint that proves that the outer transaction lives.
const PROOF: &str = "aviso_batch";

#[derive(Debug, Clone)]
pub(super) struct Turnstile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: ConnectOptions,
    connection: RwLock<DatabaseConnection>,
    batch: Arc<Mutex<Option<Batch>>>,
    waiting: AtomicUsize,
    /// The connection's transaction depth may be wrong: replace it before the next batch.
    suspect: AtomicBool,
}

#[derive(Debug)]
struct Batch {
    outer: DatabaseTransaction,
    passed: Vec<oneshot::Sender<Result<(), DbErr>>>,
    opened: Instant,
}

type Place = OwnedMutexGuard<Option<Batch>>;

impl Turnstile {
    pub(super) async fn connect(options: ConnectOptions) -> Result<Self, DbErr> {
        let connection = Database::connect(options.clone()).await?;
        Ok(Self(Arc::new(Inner {
            options,
            connection: RwLock::new(connection),
            batch: Arc::default(),
            waiting: AtomicUsize::new(0),
            suspect: AtomicBool::new(false),
        })))
    }

    pub(super) fn connection(&self) -> DatabaseConnection {
        self.0.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn pass<T, E, F>(&self, unit: F) -> Result<(T, u8), E>
    where
        F: AsyncFnOnce(&Tx) -> Result<T, E> + Clone,
        E: From<StoreError>,
    {
        let waiting = Waiting::new(self);
        let place = Arc::clone(&self.0.batch).lock_owned().await;
        let closer = waiting.passed();
        let (tx, mut place) = self.enter(place).await?;
        let result = unit(&tx).await;
        if result.is_ok() {
            crash::at(Point::UnitWritten);
        }
        let leaves = tx.leaves.into_inner();
        let ended = match &result {
            Ok(_) => tx.tx.commit().await,
            Err(_) => tx.tx.rollback().await,
        };
        if let Err(error) = ended {
            self.poison(&mut place);
            return Err(StoreError::from(error).into());
        }
        let batch = place.as_mut().ok_or(StoreError::Interrupted)?;
        let (answer, committed) = oneshot::channel();
        batch.passed.push(answer);
        let full = batch.passed.len() >= BATCH_MAX || batch.opened.elapsed() >= BATCH_AGE_MAX;
        closer.disarm();
        if full || self.0.waiting.load(Ordering::SeqCst) == 0 {
            // In a task of its own: a caller that is cancelled now must not take the others along.
            tokio::spawn(self.clone().commit(place));
        } else {
            drop(place);
        }
        // An error is answered after the commit too: it may rest on what the batch wrote.
        match committed.await {
            Ok(Ok(())) => result.map(|value| (value, leaves)),
            Ok(Err(error)) => Err(StoreError::from(error).into()),
            Err(_) => Err(StoreError::Interrupted.into()),
        }
    }

    /// Opens the unit's savepoint, and the batch if there is none. Not cancelled with its caller.
    async fn enter(&self, place: Place) -> Result<(Tx, Place), StoreError> {
        let opening = self.clone();
        tokio::spawn(async move { opening.savepoint(place).await }).await.map_err(|_| StoreError::Interrupted)?
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door itself")]
    async fn savepoint(self, mut place: Place) -> Result<(Tx, Place), StoreError> {
        let batch = match place.take() {
            Some(batch) => place.insert(batch),
            None => place.insert(self.open().await?),
        };
        match batch.outer.begin().await {
            // In this order: dropped together, the savepoint ends before the place is free.
            Ok(tx) => Ok((Tx::new(tx), place)),
            Err(error) => {
                self.poison(&mut place);
                Err(error.into())
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door itself")]
    async fn open(&self) -> Result<Batch, DbErr> {
        if self.0.suspect.swap(false, Ordering::SeqCst) {
            let fresh = Database::connect(self.0.options.clone()).await.inspect_err(|_| {
                self.0.suspect.store(true, Ordering::SeqCst);
            })?;
            let old = std::mem::replace(&mut *self.0.connection.write().unwrap_or_else(PoisonError::into_inner), fresh);
            old.close().await?;
        }
        let options = TransactionOptions {
            // A deferred transaction that reads first and writes later fails with SQLITE_BUSY_SNAPSHOT.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let outer = self.connection().begin_with_options(options).await?;
        outer.execute_unprepared(&format!("SAVEPOINT {PROOF}")).await?;
        Ok(Batch { outer, passed: Vec::new(), opened: Instant::now() })
    }

    /// Nobody knows what became of the batch: its units are answered with an error, none is committed.
    fn poison(&self, place: &mut Place) {
        self.0.suspect.store(true, Ordering::SeqCst);
        metrics::counter!("aviso_store_poisoned_batches_total").increment(1);
        // Dropping the senders answers everybody.
        drop(place.take());
    }

    async fn commit(self, mut place: Place) {
        let Some(batch) = place.take() else { return };
        let proven = batch.outer.execute_unprepared(&format!("RELEASE {PROOF}")).await;
        let result = match proven {
            Ok(_) => batch.outer.commit().await,
            Err(error) => {
                self.0.suspect.store(true, Ordering::SeqCst);
                drop(batch.outer);
                Err(error)
            }
        };
        if result.is_err() {
            self.0.suspect.store(true, Ordering::SeqCst);
        }
        metrics::counter!("aviso_store_commits_total").increment(1);
        metrics::histogram!("aviso_store_batch_units").record(batch.passed.len() as f64);
        for answer in batch.passed {
            // A caller that was cancelled meanwhile does not listen: its unit is committed all the same.
            let _ = answer.send(result.clone().map(|_| ()));
        }
    }

    /// Commits a batch that nobody else will: its last unit was cancelled or failed on the way.
    fn close_when_idle(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let turnstile = self.clone();
        runtime.spawn(async move {
            let place = Arc::clone(&turnstile.0.batch).lock_owned().await;
            if place.is_some() && turnstile.0.waiting.load(Ordering::SeqCst) == 0 {
                turnstile.commit(place).await;
            }
        });
    }
}

/// Somebody who waits to pass. When cancelled, the batch must not wait for it.
struct Waiting<'a>(Option<&'a Turnstile>);

impl<'a> Waiting<'a> {
    fn new(turnstile: &'a Turnstile) -> Self {
        turnstile.0.waiting.fetch_add(1, Ordering::SeqCst);
        Self(Some(turnstile))
    }

    fn passed(mut self) -> Closer<'a> {
        let turnstile = self.0.take();
        if let Some(turnstile) = turnstile {
            turnstile.0.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        Closer(turnstile)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(turnstile) = self.0 {
            turnstile.0.waiting.fetch_sub(1, Ordering::SeqCst);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use sea_orm::{DbBackend, FromQueryResult, Statement};

    use super::*;
    use crate::store::sqlite_options;

    #[derive(Debug, FromQueryResult)]
    struct Row {
        n: i64,
    }

    async fn fresh(folder: &tempfile::TempDir) -> Turnstile {
        let turnstile = Turnstile::connect(sqlite_options(&folder.path().join("t.db"), 1)).await.unwrap();
        turnstile.connection().execute_unprepared("CREATE TABLE t (n bigint NOT NULL PRIMARY KEY)").await.unwrap();
        turnstile
    }

    async fn rows(turnstile: &Turnstile) -> BTreeSet<i64> {
        let all = Statement::from_string(DbBackend::Sqlite, "SELECT n FROM t");
        let rows = Row::find_by_statement(all).all(&turnstile.connection()).await.unwrap();
        rows.into_iter().map(|row| row.n).collect()
    }

    async fn insert(turnstile: &Turnstile, n: i64) -> Result<(), StoreError> {
        let unit = async |tx: &Tx| {
            tx.conn().execute_unprepared(&format!("INSERT INTO t VALUES ({n})")).await?;
            tokio::task::yield_now().await;
            Ok::<_, StoreError>(())
        };
        turnstile.pass(unit).await.map(|_| ())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_answered_ok_is_there_whoever_goes_away_at_any_moment() {
        let folder = tempfile::tempdir().unwrap();
        let turnstile = fresh(&folder).await;
        let mut staying = tokio::task::JoinSet::new();
        for n in 0..400_i64 {
            let turnstile = turnstile.clone();
            staying.spawn(async move {
                if n % 2 == 0 {
                    return insert(&turnstile, n).await.ok().map(|()| n);
                }
                // Polled a few times, then dropped: gone at another await each time.
                let mut leaving = Box::pin(insert(&turnstile, n));
                for _ in 0..n % 13 {
                    let polled = std::future::poll_fn(|cx| Poll::Ready(leaving.as_mut().poll(cx))).await;
                    if let Poll::Ready(result) = polled {
                        return result.ok().map(|()| n);
                    }
                    tokio::task::yield_now().await;
                }
                None
            });
        }
        let mut answered = BTreeSet::new();
        while let Some(done) = staying.join_next().await {
            answered.extend(done.unwrap());
        }
        insert(&turnstile, 1_000).await.unwrap();
        let there = rows(&turnstile).await;
        assert!(answered.is_subset(&there), "lost: {:?}", answered.difference(&there).collect::<Vec<_>>());
        assert!((0..400).step_by(2).all(|n| answered.contains(&n)), "a unit failed because another one went away");
    }

    #[tokio::test]
    async fn a_unit_that_fails_rolls_back_alone() {
        let folder = tempfile::tempdir().unwrap();
        let turnstile = fresh(&folder).await;
        let (one, two, three) = tokio::join!(insert(&turnstile, 1), insert(&turnstile, 1), insert(&turnstile, 2));
        assert!(one.is_ok() != two.is_ok() && three.is_ok());
        assert_eq!(rows(&turnstile).await, BTreeSet::from([1, 2]));
    }

    #[tokio::test]
    async fn a_transaction_that_ended_behind_our_back_is_answered_with_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let turnstile = fresh(&folder).await;
        let sabotage = async |tx: &Tx| {
            tx.conn().execute_unprepared("INSERT INTO t VALUES (1)").await?;
            // As SQLite does by itself when the disk is full.
            tx.conn().execute_unprepared("ROLLBACK").await?;
            Ok::<_, StoreError>(())
        };
        assert!(turnstile.pass(sabotage).await.is_err());
        insert(&turnstile, 2).await.unwrap();
        assert_eq!(rows(&turnstile).await, BTreeSet::from([2]));
    }

    #[tokio::test]
    async fn a_caller_that_never_polls_again_blocks_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let turnstile = fresh(&folder).await;
        {
            let mut waiting = pin!(insert(&turnstile, 1));
            let _ = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        insert(&turnstile, 2).await.unwrap();
        assert!(rows(&turnstile).await.contains(&2));
    }
}
