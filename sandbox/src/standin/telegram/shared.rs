//! The state behind its lock, and the bell that rings when it changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::state::State;

/// What the server's tasks and the handle share.
pub(crate) struct Shared {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
    /// Ends waiting calls when the handle is dropped.
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(state: State, stop: CancellationToken) -> Self {
        Self { state: Mutex::new(state), changes: watch::Sender::new(0), stop }
    }

    /// Reads. Nothing awaits while the lock is held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes, and tells everybody who waits.
    pub(crate) fn change<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        let result = write(&mut self.lock());
        self.changes.send_modify(|version| *version += 1);
        result
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
