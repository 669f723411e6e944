//! Pages that are open and want to know how many items are unread.
//!
//! One look answers all of them: after a commit of this process, and by a timer for those of others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::account::{SESSION_IDLE, Session};
use crate::clock::Clock;
use crate::id::{AccountId, SessionId};
use crate::store::{Store, StoreError, Work, inbox as rows};

/// Open pages of one account at most.
const PER_ACCOUNT_MAX: usize = 6;
/// Open pages in one process at most.
const PER_PROCESS_MAX: usize = 512;
/// At least this long between two looks, however much is written.
const GATHER: Duration = Duration::from_millis(250);
/// At most this long, for what other processes wrote and for sessions that ended.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// As many pages are open as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many pages are open")]
pub struct TooManyWatches;

/// The pages that are open in this process.
#[derive(Debug, Clone)]
pub struct Watches {
    store: Store,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    table: Mutex<Table>,
    opened: Notify,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    /// The process is about to end.
    closed: bool,
    open: BTreeMap<u64, Open>,
}

#[derive(Debug)]
struct Open {
    account: AccountId,
    session: SessionId,
    unread: watch::Sender<Option<u64>>,
}

/// One open page. Ends its watching when it is dropped.
#[derive(Debug)]
pub struct Watch {
    number: u64,
    shared: Arc<Shared>,
    unread: watch::Receiver<Option<u64>>,
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until the number of unread items is another one, and gives it. `None` when the session ended, or
    /// the process is about to.
    pub async fn changed(&mut self) -> Option<u64> {
        loop {
            self.unread.changed().await.ok()?;
            let now = *self.unread.borrow_and_update();
            if now.is_some() {
                return now;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.table().open.remove(&self.number);
    }
}

impl Watches {
    /// None yet.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, shared: Arc::default() }
    }

    /// Watches the inbox of a session's account for as long as the session lives.
    ///
    /// # Errors
    ///
    /// [`TooManyWatches`] for this account or this process.
    pub fn open(&self, session: &Session) -> Result<Watch, TooManyWatches> {
        let mut table = self.shared.table();
        let own = table.open.values().filter(|open| open.account == session.account_id).count();
        if table.closed || own >= PER_ACCOUNT_MAX || table.open.len() >= PER_PROCESS_MAX {
            return Err(TooManyWatches);
        }
        table.next += 1;
        let (number, (unread, receiver)) = (table.next, watch::channel(None));
        table.open.insert(number, Open { account: session.account_id, session: session.id, unread });
        drop(table);
        self.shared.opened.notify_one();
        Ok(Watch { number, shared: Arc::clone(&self.shared), unread: receiver })
    }

    /// Tells open pages until it is told to stop; then ends them.
    pub async fn run(self, stop: CancellationToken) {
        let mut written = self.store.work(Work::Inbox);
        while !stop.is_cancelled() {
            written.mark_unchanged();
            if let Err(error) = self.look().await {
                tracing::error!(error = ?error, "open pages were not told of their inboxes");
            }
            let idle = self.shared.table().open.is_empty();
            let woken = async {
                tokio::select! {
                    _ = written.changed(), if !idle => {}
                    () = self.shared.opened.notified() => {}
                    () = tokio::time::sleep(LOOK_AGAIN), if !idle => {}
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = async { woken.await; tokio::time::sleep(GATHER).await } => {}
            }
        }
        let mut table = self.shared.table();
        table.closed = true;
        table.open.clear();
    }

    /// One look for everybody.
    async fn look(&self) -> Result<(), StoreError> {
        let (accounts, sessions): (BTreeSet<AccountId>, BTreeSet<SessionId>) =
            self.shared.table().open.values().map(|open| (open.account, open.session)).unzip();
        if accounts.is_empty() {
            return Ok(());
        }
        let (accounts, sessions) = (Vec::from_iter(accounts), Vec::from_iter(sessions));
        let conn = self.store.reader();
        let living = rows::living(conn, &sessions, self.clock.now(), SESSION_IDLE).await?;
        let unread = rows::unread(conn, &accounts).await?;
        let mut table = self.shared.table();
        // One that was opened meanwhile was not asked for: it stays for the next look.
        table.open.retain(|_, open| living.contains(&open.session) || !sessions.contains(&open.session));
        for open in table.open.values().filter(|open| living.contains(&open.session)) {
            let now = Some(unread.get(&open.account).copied().unwrap_or(0));
            open.unread.send_if_modified(|before| std::mem::replace(before, now) != now);
        }
        Ok(())
    }
}
