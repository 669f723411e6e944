//! When requests are due.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// How requests arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arrival {
    /// Each connection sends the next request when the last one was answered: as many as the hub takes.
    Closed {
        /// For so long.
        lasts: Duration,
    },
    /// So many per second, whatever the hub does.
    Constant {
        /// Requests per second.
        per_second: f64,
        /// For so long.
        lasts: Duration,
    },
}

/// The tickets of one phase. Whoever takes one sends a request.
#[derive(Debug)]
pub(super) struct Tickets {
    start: Instant,
    arrival: Arrival,
    /// Nothing is sent after this.
    end: Instant,
    next: AtomicU64,
    /// One permit for each ticket that is due.
    due: Semaphore,
    is_closed: AtomicBool,
}

impl Tickets {
    /// Tickets from now on. `catch_up` is how long late ones may still be taken.
    pub(super) fn new(arrival: Arrival, catch_up: Duration) -> Self {
        let start = Instant::now();
        let end = match arrival {
            Arrival::Closed { lasts } => start + lasts,
            Arrival::Constant { lasts, .. } => start + lasts + catch_up,
        };
        let (next, due) = (AtomicU64::new(0), Semaphore::new(0));
        Self { start, arrival, end, next, due, is_closed: AtomicBool::new(false) }
    }

    /// Takes the next ticket: the moment from which its latency counts. `None` when the phase is over.
    pub(super) async fn take(&self) -> Option<Instant> {
        match self.arrival {
            Arrival::Closed { .. } => {
                let now = Instant::now();
                (now < self.end).then_some(now)
            }
            Arrival::Constant { per_second, .. } => {
                self.due.acquire().await.ok()?.forget();
                if Instant::now() >= self.end {
                    return None;
                }
                let index = self.next.fetch_add(1, Ordering::Relaxed);
                (index < self.total()).then(|| self.start + due_after(index, per_second))
            }
        }
    }

    /// How many tickets there are; 0 when nobody decides that beforehand.
    fn total(&self) -> u64 {
        match self.arrival {
            Arrival::Closed { .. } => 0,
            Arrival::Constant { per_second, lasts } => (per_second * lasts.as_secs_f64()).round() as u64,
        }
    }

    /// Tickets that nobody took in time.
    pub(super) fn untaken(&self) -> u64 {
        self.total().saturating_sub(self.next.load(Ordering::Relaxed))
    }

    /// How long the phase has lasted.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Nobody takes tickets any more: the pacer may go.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }
}

fn due_after(index: u64, per_second: f64) -> Duration {
    Duration::from_secs_f64(index as f64 / per_second)
}

/// Makes tickets due at their moments. A thread of its own: the runtime's timer knows milliseconds only.
pub(super) fn pace(tickets: &Arc<Tickets>, takers: usize) -> JoinHandle<()> {
    let tickets = Arc::clone(tickets);
    std::thread::spawn(move || {
        if let Arrival::Constant { per_second, .. } = tickets.arrival {
            for index in 0..tickets.total() {
                let due = tickets.start + due_after(index, per_second);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                if tickets.is_closed.load(Ordering::Relaxed) {
                    return;
                }
                tickets.due.add_permits(1);
            }
            // Each taker once more: to hear that it is over.
            tickets.due.add_permits(takers);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_request_counts_from_when_it_was_due() {
        let arrival = Arrival::Constant { per_second: 100.0, lasts: Duration::from_millis(50) };
        let tickets = Arc::new(Tickets::new(arrival, Duration::from_secs(1)));
        let pacer = pace(&tickets, 1);
        tokio::time::sleep(Duration::from_millis(80)).await;
        let mut due = Vec::new();
        while let Some(at) = tickets.take().await {
            due.push(at.duration_since(tickets.start).as_millis());
        }
        pacer.join().unwrap();
        assert_eq!(due, [0, 10, 20, 30, 40]);
        assert_eq!(tickets.untaken(), 0);
    }

    #[tokio::test]
    async fn what_nobody_took_in_time_is_known() {
        let arrival = Arrival::Constant { per_second: 1_000.0, lasts: Duration::from_millis(10) };
        let tickets = Arc::new(Tickets::new(arrival, Duration::ZERO));
        pace(&tickets, 1).join().unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(tickets.take().await.is_none());
        assert_eq!(tickets.untaken(), 10);
    }
}
