//! Waiting for a condition with a deadline, instead of sleeping.

use std::time::{Duration, Instant};

/// How long a condition may take on a slow machine.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Asks again and again until the condition gives something.
///
/// # Panics
///
/// When the deadline passes: names what was awaited.
pub async fn until<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(DEADLINE, what, condition).await
}

/// Like [`until`], with a deadline of its own: for what waits for leases of a dead process.
///
/// # Panics
///
/// When the deadline passes: names what was awaited.
pub async fn until_within<T>(deadline: Duration, what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(started.elapsed() < deadline, "{what} did not happen within {deadline:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
