//! Labelled places where a process may be made to die: for tests of recovery only.
//!
//! Between two of these places nothing durable changes, so dying at each of them is dying everywhere.
//! Nothing happens at any of them unless a test armed one; an executable built for release refuses to
//! (see `testing.crash_at` in the configuration).

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::named::named;

named! {
    /// A labelled place.
    pub enum Point {
        /// An attempt came in; nothing is written.
        AttemptBegin = "attempt.begin",
        /// The attempt and its message are stored; the bank was not asked.
        AttemptStored = "attempt.stored",
        /// The bank answered the attempt; nothing of it is written.
        AttemptAnswered = "attempt.answered",
        /// The attempt's outcome is stored; the merchant has no answer.
        AttemptDone = "attempt.done",
        /// A capture or void came in; nothing is written.
        FollowUpBegin = "follow_up.begin",
        /// The capture's or void's message is stored; the bank was not asked.
        FollowUpStored = "follow_up.stored",
        /// The bank answered the capture or void; nothing of it is written.
        FollowUpAnswered = "follow_up.answered",
        /// The outcome of the capture or void is stored; the merchant has no answer.
        FollowUpDone = "follow_up.done",
        /// A refund came in; nothing is written.
        RefundBegin = "refund.begin",
        /// The refund and its message are stored; the bank was not asked.
        RefundStored = "refund.stored",
        /// The bank answered the refund; nothing of it is written.
        RefundAnswered = "refund.answered",
        /// The refund's outcome is stored; the merchant has no answer.
        RefundDone = "refund.done",
        /// Staff decided; nothing is written.
        ReviewBegin = "review.begin",
        /// The decision is stored; the bank was not asked.
        ReviewStored = "review.stored",
        /// The bank answered after an approval by staff; nothing of it is written.
        ReviewAnswered = "review.answered",
        /// The outcome after an approval by staff is stored.
        ReviewDone = "review.done",
        /// The janitor took an inquiry; the bank was not asked.
        InquiryTaken = "inquiry.taken",
        /// The bank answered an inquiry; nothing of it is written.
        InquiryAnswered = "inquiry.answered",
        /// The inquiry's outcome is stored.
        InquiryDone = "inquiry.done",
        /// The janitor took a reversal; the bank was not asked.
        ReversalTaken = "reversal.taken",
        /// The bank answered a reversal; nothing of it is written.
        ReversalAnswered = "reversal.answered",
        /// The reversal's outcome is stored.
        ReversalDone = "reversal.done",
        /// The planner read events; their deliveries are not written.
        PlanBegin = "plan.begin",
        /// The deliveries of some events are written.
        PlanDone = "plan.done",
        /// Deliveries are claimed; nothing was sent.
        DeliveryClaimed = "delivery.claimed",
        /// A message was sent; its result is not written.
        DeliverySent = "delivery.sent",
        /// The results of some deliveries are written.
        DeliveryRecorded = "delivery.recorded",
        /// A unit of work, any of them, wrote all it writes; it is not committed.
        UnitWritten = "unit.written",
        /// A unit of work, any of them, is committed; its caller does not know it yet.
        UnitCommitted = "unit.committed",
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where to die: a place, and how often it is passed before. `refund.stored:3` dies at the third pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashAt {
    /// The place.
    pub point: Point,
    /// At which pass, from 1.
    pub pass: u64,
}

/// The text is not `point` or `point:pass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a crash point is written as its name, or name:pass with a pass from 1")]
pub struct CrashAtError;

impl FromStr for CrashAt {
    type Err = CrashAtError;

    fn from_str(text: &str) -> Result<Self, CrashAtError> {
        let (name, pass) = text.split_once(':').unwrap_or((text, "1"));
        let point = Point::from_name(name).ok_or(CrashAtError)?;
        let pass = pass.parse().ok().filter(|pass| *pass > 0).ok_or(CrashAtError)?;
        Ok(Self { point, pass })
    }
}

/// What a test does at a place: it looks whether its time has come, and ends the work if so.
pub type Hook = fn(Point);

#[derive(Debug)]
enum Armed {
    Abort { at: CrashAt, passed: AtomicU64 },
    Hook(Hook),
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Makes this process abort at a place. For tests only. Does nothing when something is armed already.
pub fn abort_at(at: CrashAt) {
    // Armed once: a second wish would move the place from under the first.
    let _ = ARMED.set(Armed::Abort { at, passed: AtomicU64::new(0) });
}

/// Calls this at every place of this process. For tests only. Does nothing when something is armed already.
pub fn call_at_every_point(hook: Hook) {
    // Armed once, like `abort_at`.
    let _ = ARMED.set(Armed::Hook(hook));
}

/// This is such a place.
pub(crate) fn at(point: Point) {
    match ARMED.get() {
        None => {}
        Some(Armed::Abort { at, passed }) => {
            let is_due = at.point == point && passed.fetch_add(1, Ordering::SeqCst) + 1 == at.pass;
            if is_due {
                std::process::abort();
            }
        }
        Some(Armed::Hook(hook)) => hook(point),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_from_its_name() {
        for point in Point::ALL {
            assert_eq!(point.as_str().parse(), Ok(CrashAt { point: *point, pass: 1 }));
            assert_eq!(format!("{point}:3").parse(), Ok(CrashAt { point: *point, pass: 3 }));
        }
        for wrong in ["", "refund", "refund.stored:0", "refund.stored:", "refund.stored:-1", "REFUND.STORED"] {
            assert_eq!(wrong.parse::<CrashAt>(), Err(CrashAtError), "{wrong}");
        }
    }
}
