//! A clock that stands still until it is moved.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aviso_core::clock::{Clock, Timestamp};

/// The moment at which every run begins: some time after every card was issued.
const BEGIN: i64 = 1_800_000_000_000_000;

/// The clock of a run.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl Default for ManualClock {
    fn default() -> Self {
        Self(AtomicI64::new(BEGIN))
    }
}

impl ManualClock {
    /// Moves it on.
    pub fn forward(&self, by: Duration) {
        self.0.fetch_add(micros(by), Ordering::SeqCst);
    }

    /// Moves it back, as a machine's clock is that was ahead.
    pub fn back(&self, by: Duration) {
        self.0.fetch_sub(micros(by), Ordering::SeqCst);
    }

    /// Back to the beginning, for the next run.
    pub fn restart(&self) {
        self.0.store(BEGIN, Ordering::SeqCst);
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
