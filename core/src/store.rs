//! The database, and the one door to write to it: [`Store::write`].
//!
//! A unit of work commits whole or not at all, and `write` returns after it is durable. On
//! PostgreSQL each unit is a transaction; on SQLite units that wait at the same time share one
//! physical commit (see [`turnstile`]). No unit performs network I/O. Rows stay in here: the
//! query files below translate them to domain types.

pub(crate) mod account;
pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod bill;
pub(crate) mod bill_chat;
pub(crate) mod bot;
pub(crate) mod broadcast;
pub(crate) mod card_decline;
pub(crate) mod delivery;
pub(crate) mod digest;
pub(crate) mod dispute;
pub(crate) mod endpoint;
mod entity;
mod error;
pub(crate) mod event;
pub(crate) mod financial;
pub(crate) mod idempotency;
pub(crate) mod inbox;
pub(crate) mod instance;
pub(crate) mod issuing;
pub(crate) mod ledger;
pub(crate) mod link;
pub(crate) mod logo;
pub(crate) mod mandate;
pub(crate) mod member;
pub(crate) mod merchant;
pub(crate) mod notice;
pub(crate) mod notice_plan;
pub(crate) mod onboarding;
pub(crate) mod operation;
pub(crate) mod password;
pub(crate) mod payment;
pub(crate) mod preference;
pub(crate) mod profile;
pub(crate) mod recipient;
pub(crate) mod reconciliation;
pub(crate) mod recovery;
pub(crate) mod refund;
pub(crate) mod report;
pub(crate) mod retention;
pub(crate) mod review;
pub(crate) mod risk;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod staff;
pub(crate) mod telegram_charge;
pub(crate) mod telegram_proof;
pub(crate) mod trace;
mod turnstile;
pub(crate) mod vault;
pub(crate) mod verifier;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, EntityTrait, FromQueryResult, IntoActiveModel, IsolationLevel, Statement, TransactionTrait, Value,
};
use tokio::sync::watch;
use uuid::Uuid;

pub(crate) use error::Constraint;
pub use error::StoreError;
use turnstile::Turnstile;

use crate::crash::{self, Point};

/// Which database to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, for one process.
    Sqlite(PathBuf),
    /// A PostgreSQL URL.
    Postgres(String),
}

/// A handle on the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Names this opening of the database: whose a lease is.
    instance: Uuid,
    reader: DatabaseConnection,
    writer: Writer,
    written: [watch::Sender<u64>; Work::ALL.len()],
}

#[derive(Debug)]
enum Writer {
    Sqlite(Turnstile),
    Postgres(DatabaseConnection),
}

/// Work that a unit leaves for somebody to do after its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Events without deliveries: for the planner.
    Events,
    /// Deliveries: for the workers of the channels.
    Deliveries,
    /// Updates in the bot's own inbox: for the bot.
    Updates,
    /// Something new, or read, in the inbox of people's pages: for the pages that are open.
    Inbox,
}

impl Work {
    const ALL: [Self; 4] = [Self::Events, Self::Deliveries, Self::Updates, Self::Inbox];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A unit of work in progress. Only [`Store::write`] makes one.
#[derive(Debug)]
pub struct Tx {
    tx: DatabaseTransaction,
    leaves: AtomicU8,
}

impl Tx {
    const fn new(tx: DatabaseTransaction) -> Self {
        Self { tx, leaves: AtomicU8::new(0) }
    }

    /// Notes that somebody has something to do after the commit, so that they are woken by it.
    pub(crate) fn leave(&self, work: Work) {
        self.leaves.fetch_or(work.bit(), Ordering::Relaxed);
    }

    pub(crate) const fn conn(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

/// How often a unit is tried again after a serialization failure or a deadlock.
const RETRIES_MAX: u32 = 5;
/// Pages of the write-ahead log before it is folded back: 16 MiB. The file is then overwritten, not
/// truncated, because a file that does not grow syncs several times faster.
const WAL_PAGES: &str = "4000";

impl Store {
    /// Opens the database. Creates the SQLite file when it is missing; migrates nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let (reader, writer) = match url {
            DatabaseUrl::Sqlite(path) => {
                let writer = Turnstile::connect(sqlite_options(path, 1)).await?;
                let reader = Database::connect(sqlite_options(path, 4)).await?;
                (reader, Writer::Sqlite(writer))
            }
            DatabaseUrl::Postgres(url) => {
                let pool = Database::connect(postgres_options(url)).await?;
                (pool.clone(), Writer::Postgres(pool))
            }
        };
        let written = Work::ALL.map(|_| watch::channel(0).0);
        Ok(Self { inner: Arc::new(Inner { instance: Uuid::now_v7(), reader, writer, written }) })
    }

    /// The connection for migrations. Nothing else writes through it.
    #[must_use]
    pub fn migration_connection(&self) -> DatabaseConnection {
        match &self.inner.writer {
            Writer::Sqlite(turnstile) => turnstile.connection(),
            Writer::Postgres(pool) => pool.clone(),
        }
    }

    /// For reading outside a unit of work.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// Reads several statements at one moment: what others commit meanwhile is not seen. For reads of
    /// milliseconds; nothing else may be awaited inside.
    pub(crate) async fn read_at_once<T>(
        &self,
        read: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tx = snapshot(&self.inner.reader).await?;
        let found = read(&tx).await;
        tx.rollback().await?;
        found
    }

    /// `sqlite` or `postgres`, for status pages and benchmarks.
    #[must_use]
    pub fn backend_name(&self) -> &'static str {
        match self.inner.writer {
            Writer::Sqlite(_) => "sqlite",
            Writer::Postgres(_) => "postgres",
        }
    }

    /// Changes whenever this process committed work of this kind. Whoever does that work awaits it,
    /// and looks by a timer, too, for what other processes committed.
    pub(crate) fn work(&self, work: Work) -> watch::Receiver<u64> {
        self.inner.written[work as usize].subscribe()
    }

    /// Names this opening of the database among those of other processes.
    pub(crate) fn instance(&self) -> Uuid {
        self.inner.instance
    }

    /// Whether this process is the only one on its database: SQLite files are locked against others.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        matches!(self.inner.writer, Writer::Sqlite(_))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.reader.ping().await.map_err(StoreError::from)
    }

    /// Runs a unit of work: all of it is durable when this returns `Ok`, none of it is kept when the
    /// unit returns an error, panics or is cancelled.
    ///
    /// The unit may run more than once (PostgreSQL: serialization failure or deadlock), so it must
    /// have no effect besides the database.
    ///
    /// # Errors
    ///
    /// The unit's own, or [`StoreError`] through `E`.
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&Tx) -> Result<T, E> + Clone,
        E: From<StoreError> + std::error::Error + 'static,
    {
        let result = match &self.inner.writer {
            Writer::Sqlite(turnstile) => turnstile.pass(unit).await,
            Writer::Postgres(pool) => write_postgres(pool, unit).await,
        };
        let (value, leaves) = result?;
        crash::at(Point::UnitCommitted);
        for work in Work::ALL.into_iter().filter(|work| leaves & work.bit() != 0) {
            self.inner.written[work as usize].send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(value)
    }

    /// Closes every connection. SQLite folds its log back into the file.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the database does not let go.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.reader.close_by_ref().await?;
        match &self.inner.writer {
            Writer::Sqlite(turnstile) => turnstile.connection().close_by_ref().await?,
            Writer::Postgres(_) => {}
        }
        Ok(())
    }
}

/// SQLite's readers see the moment of their first statement by themselves.
#[expect(clippy::disallowed_methods, reason = "it cannot write")]
async fn snapshot(reader: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    Ok(match reader.get_database_backend() {
        DbBackend::Postgres => {
            reader.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?
        }
        _ => reader.begin().await?,
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the door itself")]
async fn write_postgres<T, E, F>(pool: &DatabaseConnection, unit: F) -> Result<(T, u8), E>
where
    F: AsyncFnOnce(&Tx) -> Result<T, E> + Clone,
    E: From<StoreError> + std::error::Error + 'static,
{
    let mut tries = 0;
    loop {
        let tx = Tx::new(pool.begin().await.map_err(StoreError::from)?);
        let result = match unit.clone()(&tx).await {
            Ok(value) => {
                crash::at(Point::UnitWritten);
                let leaves = tx.leaves.into_inner();
                match tx.tx.commit().await.map_err(StoreError::from) {
                    Ok(()) => {
                        metrics::counter!("aviso_store_commits_total").increment(1);
                        return Ok((value, leaves));
                    }
                    Err(error) => Err(E::from(error)),
                }
            }
            Err(error) => {
                tx.tx.rollback().await.map_err(StoreError::from)?;
                Err(error)
            }
        };
        match result {
            Err(error) if tries < RETRIES_MAX && is_retryable(&error) => tries += 1,
            other => return other,
        }
    }
}

/// Whether somewhere in the chain of sources stands a failure that another try may not meet.
fn is_retryable(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(|error| error.downcast_ref::<StoreError>().is_some_and(StoreError::is_retryable))
}

fn sqlite_options(path: &Path, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite://placeholder");
    let path = path.to_owned();
    options.max_connections(connections).min_connections(1).sqlx_logging(false).test_before_acquire(false);
    options.acquire_timeout(Duration::from_secs(30)).idle_timeout(None).max_lifetime(None);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: a committed payment survives a power cut, not only a crash.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("wal_autocheckpoint", WAL_PAGES)
            // Savepoints keep a journal each; in memory, not in files of their own.
            .pragma("temp_store", "MEMORY")
            .pragma("cache_size", "-8000")
    });
    options
}

fn postgres_options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(16).min_connections(2).sqlx_logging(false);
    options.acquire_timeout(Duration::from_secs(5)).set_application_name("aviso");
    options.idle_timeout(Duration::from_secs(600)).max_lifetime(Duration::from_secs(1800));
    options.test_before_acquire(false).test_before_acquire_if_idle_for(Duration::from_secs(30));
    options
}

/// A row to be updated by its id, without the columns that are `fixed`.
pub(crate) fn changing<M, A>(row: M, fixed: &[<A::Entity as EntityTrait>::Column]) -> A
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    let mut row = row.into_active_model().reset_all();
    for column in fixed {
        row.not_set(*column);
    }
    row
}

/// The rows that a question written out in SQL finds.
pub(crate) async fn ask<T: FromQueryResult>(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<T>, StoreError> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).all(conn).await?)
}

/// Carries out a statement written out in SQL. Gives how many rows it changed.
pub(crate) async fn carry_out(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
    let statement = Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, values);
    Ok(tx.conn().execute_raw(statement).await?.rows_affected())
}

/// Places for so many values in a statement, from this number on: `$3, $4, $5`.
pub(crate) fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

/// Whether a backend needs its rows locked by hand: SQLite has one writer, which is the lock.
pub(crate) fn locks_rows(backend: DbBackend) -> bool {
    backend == DbBackend::Postgres
}
