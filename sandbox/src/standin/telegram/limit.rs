//! Telegram's published sending limits: 30 a second in all, 1 a second per private chat with a
//! burst of 3, 20 a minute per group.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

const OVERALL_PER_SECOND: usize = 30;
const CHAT_BURST: f64 = 3.0;
const GROUP_PER_MINUTE: usize = 20;

/// Counts what was sent and says when a send comes too soon. A refused send is not counted.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) on: bool,
    pub(crate) violations: u64,
    overall: VecDeque<Instant>,
    chats: HashMap<i64, Bucket>,
    groups: HashMap<i64, VecDeque<Instant>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Limits {
    pub(crate) fn enforced() -> Self {
        Self { on: true, ..Self::default() }
    }

    /// Takes a slot for one message, or says how many seconds to wait.
    pub(crate) fn take(&mut self, chat_id: i64, now: Instant) -> Result<(), u32> {
        if !self.on {
            return Ok(());
        }
        let wait = self.overall_wait(now).max(self.chat_wait(chat_id, now));
        if wait > Duration::ZERO {
            self.violations += 1;
            return Err(wait.as_secs_f64().ceil().max(1.0) as u32);
        }
        self.overall.push_back(now);
        if chat_id < 0 {
            self.groups.entry(chat_id).or_default().push_back(now);
        } else if let Some(bucket) = self.chats.get_mut(&chat_id) {
            bucket.tokens -= 1.0;
        }
        Ok(())
    }

    fn overall_wait(&mut self, now: Instant) -> Duration {
        window_wait(&mut self.overall, OVERALL_PER_SECOND, Duration::from_secs(1), now)
    }

    fn chat_wait(&mut self, chat_id: i64, now: Instant) -> Duration {
        if chat_id < 0 {
            let sent = self.groups.entry(chat_id).or_default();
            return window_wait(sent, GROUP_PER_MINUTE, Duration::from_secs(60), now);
        }
        let bucket = self.chats.entry(chat_id).or_insert(Bucket { tokens: CHAT_BURST, at: now });
        let refill = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + refill).min(CHAT_BURST);
        bucket.at = now;
        // The tolerance keeps a client that paces itself at exactly one a second from being told
        // off for the rounding of two clocks.
        if bucket.tokens >= 0.98 { Duration::ZERO } else { Duration::from_secs_f64(1.0 - bucket.tokens) }
    }
}

fn window_wait(sent: &mut VecDeque<Instant>, most: usize, window: Duration, now: Instant) -> Duration {
    while sent.front().is_some_and(|at| now.saturating_duration_since(*at) >= window) {
        sent.pop_front();
    }
    match sent.front() {
        Some(oldest) if sent.len() >= most => window.saturating_sub(now.saturating_duration_since(*oldest)),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_chat_has_a_burst_of_three_and_then_one_a_second() {
        let (mut limits, start) = (Limits::enforced(), Instant::now());
        for _ in 0..3 {
            assert_eq!(limits.take(7, start), Ok(()));
        }
        assert_eq!(limits.take(7, start), Err(1));
        assert_eq!(limits.take(8, start), Ok(()));
        assert_eq!(limits.take(7, start + Duration::from_secs(1)), Ok(()));
        assert_eq!(limits.violations, 1);
    }

    #[test]
    fn thirty_a_second_overall() {
        let (mut limits, start) = (Limits::enforced(), Instant::now());
        for chat in 1..=30 {
            assert_eq!(limits.take(chat, start), Ok(()));
        }
        assert_eq!(limits.take(31, start), Err(1));
        assert_eq!(limits.take(31, start + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn a_group_takes_twenty_a_minute() {
        let (mut limits, start) = (Limits::enforced(), Instant::now());
        for n in 0..20 {
            assert_eq!(limits.take(-5, start + Duration::from_millis(100 * n)), Ok(()));
        }
        assert_eq!(limits.take(-5, start + Duration::from_secs(2)), Err(58));
    }

    #[test]
    fn switched_off_nothing_is_refused() {
        let mut limits = Limits::default();
        let now = Instant::now();
        assert!((0..100).all(|_| limits.take(1, now).is_ok()));
    }
}
