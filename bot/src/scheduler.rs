//! Who may send when: Telegram takes about 30 messages a second in all and one a second in a chat.
//!
//! One bucket for everything, and smaller ones for news and bulk in front of it, so that at least
//! ten messages a second are left for what a person waits for. teloxide's own `Throttle` is not used:
//! it has no priorities, and one slow chat stops all others.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use aviso_core::delivery::Lane;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Messages a second in all; Telegram's figure is about 30.
const OVERALL: NonZeroU32 = NonZeroU32::new(25).expect("25 is above 0");
/// News and bulk together: what is left of [`OVERALL`] is for replies and log-in pushes.
const NEWS: NonZeroU32 = NonZeroU32::new(15).expect("15 is above 0");
/// Broadcasts and replays.
const BULK: NonZeroU32 = NonZeroU32::new(12).expect("12 is above 0");
/// Messages that a quiet chat takes at once.
const CHAT_BURST: NonZeroU32 = NonZeroU32::new(3).expect("3 is above 0");
const ONE: NonZeroU32 = NonZeroU32::new(1).expect("1 is above 0");
/// Permits that are taken ahead for deliveries not yet claimed, per lane. Small, because they come on
/// top of [`OVERALL`] when they are used.
const AHEAD_MAX: usize = 2;
/// Two chats told to wait within this time mean that the bot as a whole is too fast.
const SAME_TIME: Duration = Duration::from_secs(1);
/// Longest wait of a message for its chat's turn before it is put back.
const TURN_MAX: Duration = Duration::from_secs(4);
/// Chats remembered at most; beyond, the quiet ones are forgotten.
const CHATS_MAX: usize = 10_000;

/// The message has to wait: its chat, or the bot as a whole, was told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paused(pub(crate) Duration);

#[derive(Debug, Default)]
struct Pauses {
    all_until: Option<Instant>,
    chats: HashMap<i64, Instant>,
    last: Option<(i64, Instant)>,
}

/// The permits to send. One for all that a bot sends.
#[derive(Debug)]
pub(crate) struct Scheduler {
    overall: DefaultDirectRateLimiter,
    news: DefaultDirectRateLimiter,
    bulk: DefaultDirectRateLimiter,
    chats: DefaultKeyedRateLimiter<i64>,
    ahead: [AtomicUsize; 3],
    pauses: Mutex<Pauses>,
}

impl Scheduler {
    pub(crate) fn new() -> Self {
        let bucket = |rate| RateLimiter::direct(Quota::per_second(rate).allow_burst(ONE));
        Self {
            overall: bucket(OVERALL),
            news: bucket(NEWS),
            bulk: bucket(BULK),
            chats: RateLimiter::keyed(Quota::per_second(ONE).allow_burst(CHAT_BURST)),
            ahead: [AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0)],
            pauses: Mutex::new(Pauses::default()),
        }
    }

    /// How many messages of a lane may leave right now. The permits are set aside for them.
    pub(crate) fn budget(&self, lane: Lane) -> usize {
        if self.pauses().all_until.is_some_and(|until| until > Instant::now()) {
            return 0;
        }
        let ahead = &self.ahead[place(lane)];
        while ahead.load(Ordering::SeqCst) < AHEAD_MAX && self.take_now(lane) {
            ahead.fetch_add(1, Ordering::SeqCst);
        }
        ahead.load(Ordering::SeqCst)
    }

    fn take_now(&self, lane: Lane) -> bool {
        let lane_allows = match lane {
            Lane::Interactive => true,
            Lane::Transactional => self.news.check().is_ok(),
            Lane::Bulk => self.bulk.check().is_ok() && self.news.check().is_ok(),
        };
        lane_allows && self.overall.check().is_ok()
    }

    /// Waits until one new message may be sent to a chat.
    ///
    /// # Errors
    ///
    /// [`Paused`] when the wait would be too long to hold on to the message.
    pub(crate) async fn permit(&self, lane: Lane, chat_id: i64) -> Result<(), Paused> {
        self.check_pause(chat_id)?;
        let turn = self.chats.until_key_ready(&chat_id);
        tokio::time::timeout(TURN_MAX, turn).await.map_err(|_| Paused(Duration::from_secs(1)))?;
        self.pass(lane).await;
        if self.chats.len() > CHATS_MAX {
            self.chats.retain_recent();
        }
        self.check_pause(chat_id)
    }

    /// Waits until a message may be changed: that makes no sound, so the chat's own limit is not asked.
    ///
    /// # Errors
    ///
    /// [`Paused`].
    pub(crate) async fn permit_change(&self, lane: Lane, chat_id: i64) -> Result<(), Paused> {
        self.check_pause(chat_id)?;
        self.pass(lane).await;
        self.check_pause(chat_id)
    }

    async fn pass(&self, lane: Lane) {
        let less = |ahead: usize| ahead.checked_sub(1);
        if self.ahead[place(lane)].fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return;
        }
        match lane {
            Lane::Interactive => {}
            Lane::Transactional => self.news.until_ready().await,
            Lane::Bulk => {
                self.bulk.until_ready().await;
                self.news.until_ready().await;
            }
        }
        self.overall.until_ready().await;
    }

    fn check_pause(&self, chat_id: i64) -> Result<(), Paused> {
        let now = Instant::now();
        let pauses = self.pauses();
        let until = pauses.chats.get(&chat_id).copied().max(pauses.all_until);
        match until.map(|until| until.saturating_duration_since(now)) {
            Some(left) if left > Duration::ZERO => Err(Paused(left)),
            _ => Ok(()),
        }
    }

    /// Telegram said 429: the chat rests. A second chat within a second, and all rest.
    pub(crate) fn told_to_wait(&self, chat_id: i64, wait: Duration) {
        let now = Instant::now();
        let mut pauses = self.pauses();
        pauses.chats.retain(|_, until| *until > now);
        pauses.chats.insert(chat_id, now + wait);
        let other = pauses.last.is_some_and(|(chat, at)| chat != chat_id && now.duration_since(at) < SAME_TIME);
        if other {
            // Different instances must not come back in the same moment.
            let jitter = Duration::from_millis(250 + rand::random_range(0..250));
            pauses.all_until = pauses.all_until.max(Some(now + wait + jitter));
        }
        pauses.last = Some((chat_id, now));
    }

    fn pauses(&self) -> MutexGuard<'_, Pauses> {
        self.pauses.lock().expect("nothing panics while it holds the pauses")
    }
}

const fn place(lane: Lane) -> usize {
    match lane {
        Lane::Interactive => 0,
        Lane::Transactional => 1,
        Lane::Bulk => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_told_chat_rests_and_others_do_not() {
        let scheduler = Scheduler::new();
        scheduler.told_to_wait(7, Duration::from_secs(30));
        assert!(scheduler.permit(Lane::Interactive, 7).await.is_err());
        assert!(scheduler.permit(Lane::Interactive, 8).await.is_ok());
    }

    #[tokio::test]
    async fn two_chats_in_a_second_stop_all() {
        let scheduler = Scheduler::new();
        scheduler.told_to_wait(7, Duration::from_secs(30));
        scheduler.told_to_wait(8, Duration::from_secs(30));
        assert!(scheduler.permit(Lane::Interactive, 9).await.is_err());
        assert_eq!(scheduler.budget(Lane::Transactional), 0);
    }

    #[tokio::test]
    async fn bulk_leaves_room_for_who_waits() {
        let scheduler = std::sync::Arc::new(Scheduler::new());
        let senders: Vec<_> = (0..40)
            .map(|chat| {
                let scheduler = std::sync::Arc::clone(&scheduler);
                tokio::spawn(async move { scheduler.permit(Lane::Bulk, chat).await })
            })
            .collect();
        tokio::task::yield_now().await;
        let began = Instant::now();
        for chat in 100..105 {
            scheduler.permit(Lane::Interactive, chat).await.unwrap();
        }
        assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
        senders.iter().for_each(tokio::task::JoinHandle::abort);
    }

    #[tokio::test]
    async fn a_budget_is_small_and_comes_back() {
        let scheduler = Scheduler::new();
        assert!(scheduler.budget(Lane::Interactive) <= AHEAD_MAX);
        assert!(scheduler.budget(Lane::Transactional) <= AHEAD_MAX);
        for chat in 0..6 {
            scheduler.permit(Lane::Transactional, chat).await.unwrap();
        }
    }
}
