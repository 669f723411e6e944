//! Trace numbers of messages, taken from the database a block at a time.

use std::ops::Range;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::store::{Store, StoreError, trace as rows};

/// Numbers taken at once: one commit in so many messages.
const BLOCK: i64 = 1_000;

/// Gives every message of this install a number of its own; numbers of a process that ended are lost.
#[derive(Debug, Clone)]
pub(crate) struct Traces {
    store: Store,
    block: Arc<Mutex<Range<i64>>>,
}

impl Traces {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, block: Arc::new(Mutex::new(0..0)) }
    }

    /// The next number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when no block could be taken.
    pub(crate) async fn next(&self) -> Result<i64, StoreError> {
        let mut block = self.block.lock().await;
        if let Some(number) = block.next() {
            return Ok(number);
        }
        let first = self.store.write(async |tx| rows::take(tx, BLOCK).await).await?;
        *block = first + 1..first + BLOCK;
        Ok(first)
    }
}
