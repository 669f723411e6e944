//! Circuit breakers: a bank that does not answer several times in a row is left alone for a while, so that
//! buyers do not wait for it. One message then tries whether it is back.
//!
//! They live in memory, one for each acquirer and process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Messages without an answer in a row until it opens.
    pub failures: u32,
    /// How long it stays open before one message is let through.
    pub pause: Duration,
    /// How long that message may take before another one is let through.
    pub probe: Duration,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Messages pass.
    Closed,
    /// None pass.
    Open,
    /// One message is on its way to see whether the bank is back.
    HalfOpen,
}

impl BreakerState {
    /// The name in logs and on status pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    Closed { failures: u32 },
    Open { since: Timestamp },
    Probing { since: Timestamp },
}

/// The breaker of one acquirer.
#[derive(Debug, Clone)]
pub struct Breaker {
    settings: BreakerSettings,
    stage: Stage,
}

impl Breaker {
    /// A closed one.
    #[must_use]
    pub const fn new(settings: BreakerSettings) -> Self {
        Self { settings, stage: Stage::Closed { failures: 0 } }
    }

    /// How it stands.
    #[must_use]
    pub const fn state(&self) -> BreakerState {
        match self.stage {
            Stage::Closed { .. } => BreakerState::Closed,
            Stage::Open { .. } => BreakerState::Open,
            Stage::Probing { .. } => BreakerState::HalfOpen,
        }
    }

    /// Whether a message would pass now.
    #[must_use]
    pub fn would_pass(&self, now: Timestamp) -> bool {
        match self.stage {
            Stage::Closed { .. } => true,
            Stage::Open { since } => now.since(since) >= self.settings.pause,
            // Whoever carried the message may have died with it.
            Stage::Probing { since } => now.since(since) >= self.settings.probe,
        }
    }

    /// Lets a message pass, or not. After the pause it lets one pass to see whether the bank is back.
    pub fn pass(&mut self, now: Timestamp) -> bool {
        let passes = self.would_pass(now);
        if passes && !matches!(self.stage, Stage::Closed { .. }) {
            self.stage = Stage::Probing { since: now };
        }
        passes
    }

    /// Hears whether the bank answered a message, whatever it said.
    pub const fn hear(&mut self, answered: bool, now: Timestamp) {
        self.stage = match (self.stage, answered) {
            (_, true) => Stage::Closed { failures: 0 },
            (Stage::Closed { failures }, false) if failures + 1 < self.settings.failures => {
                Stage::Closed { failures: failures + 1 }
            }
            // A message that was sent before it opened says nothing new.
            (Stage::Open { since }, false) => Stage::Open { since },
            (Stage::Closed { .. } | Stage::Probing { .. }, false) => Stage::Open { since: now },
        };
    }
}

/// The breakers of an install's acquirers, in this process.
#[derive(Debug, Clone)]
pub(crate) struct Breakers {
    by_name: Arc<BTreeMap<String, Mutex<Breaker>>>,
    clock: Arc<dyn Clock>,
}

impl Breakers {
    pub(crate) fn new<'a>(
        names: impl Iterator<Item = &'a str>,
        settings: BreakerSettings,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let by_name = names.map(|name| (name.to_owned(), Mutex::new(Breaker::new(settings)))).collect();
        let breakers = Self { by_name: Arc::new(by_name), clock };
        for (name, state) in breakers.states() {
            show(&name, state);
        }
        breakers
    }

    fn lock(&self, name: &str) -> Option<MutexGuard<'_, Breaker>> {
        self.by_name.get(name).map(|breaker| breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is such an acquirer and a message to it would pass now.
    pub(crate) fn would_pass(&self, name: &str) -> bool {
        let now = self.clock.now();
        self.lock(name).is_some_and(|breaker| breaker.would_pass(now))
    }

    /// Lets a message pass, or not.
    pub(crate) fn pass(&self, name: &str) -> bool {
        let now = self.clock.now();
        self.lock(name).is_some_and(|mut breaker| breaker.pass(now))
    }

    /// Hears whether an acquirer answered.
    pub(crate) fn hear(&self, name: &str, answered: bool) {
        let now = self.clock.now();
        let Some(mut breaker) = self.lock(name) else { return };
        let before = breaker.state();
        breaker.hear(answered, now);
        let after = breaker.state();
        drop(breaker);
        if before != after {
            show(name, after);
            match after {
                BreakerState::Open => tracing::error!(acquirer = name, "the bank does not answer; it is left alone"),
                BreakerState::Closed => tracing::info!(acquirer = name, "the bank answers again"),
                BreakerState::HalfOpen => {}
            }
        }
    }

    /// How each stands, by name.
    pub(crate) fn states(&self) -> Vec<(String, BreakerState)> {
        let state = |breaker: &Mutex<Breaker>| breaker.lock().unwrap_or_else(PoisonError::into_inner).state();
        self.by_name.iter().map(|(name, breaker)| (name.clone(), state(breaker))).collect()
    }
}

fn show(name: &str, state: BreakerState) {
    let open = if state == BreakerState::Closed { 0.0 } else { 1.0 };
    metrics::gauge!("aviso_acquirer_breaker_open", "acquirer" => name.to_owned()).set(open);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTINGS: BreakerSettings =
        BreakerSettings { failures: 3, pause: Duration::from_secs(30), probe: Duration::from_secs(20) };

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_micros(secs * 1_000_000)
    }

    #[test]
    fn it_opens_tries_once_and_closes() {
        let mut breaker = Breaker::new(SETTINGS);
        for second in 0..3 {
            assert!(breaker.pass(at(second)));
            breaker.hear(false, at(second));
        }
        assert_eq!(breaker.state(), BreakerState::Open);
        assert!(!breaker.pass(at(31)), "the pause is not over");
        assert!(breaker.pass(at(32)), "one message tries");
        assert!(!breaker.pass(at(33)), "and only one");
        breaker.hear(false, at(34));
        assert!(!breaker.would_pass(at(63)));
        assert!(breaker.pass(at(64)));
        breaker.hear(true, at(65));
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn a_lost_probe_does_not_block_for_ever() {
        let mut breaker = Breaker::new(BreakerSettings { failures: 1, ..SETTINGS });
        breaker.hear(false, at(0));
        assert!(breaker.pass(at(30)));
        assert!(!breaker.pass(at(49)));
        assert!(breaker.pass(at(50)));
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Wait(i64),
        Pass,
        Answered,
        Silent,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let one = prop_oneof![
            2 => (0_i64..25).prop_map(Step::Wait),
            3 => Just(Step::Pass),
            1 => Just(Step::Answered),
            3 => Just(Step::Silent),
        ];
        prop::collection::vec(one, 0..80)
    }

    /// All that was heard, looked through from the start for every question.
    fn model(history: &[(i64, Step)], now: i64) -> bool {
        let (mut in_a_row, mut shut, mut probe) = (0, None::<i64>, None::<i64>);
        for (second, step) in history {
            match step {
                Step::Wait(_) => {}
                Step::Answered => (in_a_row, shut, probe) = (0, None, None),
                Step::Silent if shut.is_some() && probe.is_none() => {}
                Step::Silent => {
                    in_a_row += 1;
                    if probe.is_some() || in_a_row >= 3 {
                        (shut, probe) = (Some(*second), None);
                    }
                }
                // Only those that passed are in the history.
                Step::Pass => probe = shut.is_some().then_some(*second),
            }
        }
        match (shut, probe) {
            (_, Some(since)) => now - since >= 20,
            (Some(since), None) => now - since >= 30,
            (None, None) => true,
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_look_through_the_whole_history(steps in steps()) {
            let (mut breaker, mut history, mut now) = (Breaker::new(SETTINGS), Vec::new(), 0);
            for step in steps {
                let expected = model(&history, now);
                prop_assert_eq!(breaker.would_pass(at(now)), expected);
                match step {
                    Step::Wait(seconds) => now += seconds,
                    Step::Pass => {
                        prop_assert_eq!(breaker.pass(at(now)), expected);
                        if expected {
                            history.push((now, step));
                        }
                    }
                    Step::Answered | Step::Silent => {
                        breaker.hear(matches!(step, Step::Answered), at(now));
                        history.push((now, step));
                    }
                }
            }
        }
    }
}
