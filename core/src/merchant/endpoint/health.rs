//! The health of endpoints: since when one fails, when its merchant is warned, when it is switched off.

use std::time::Duration;

use super::{Endpoint, EndpointStatus};
use crate::clock::Timestamp;
use crate::delivery::ChannelKind;
use crate::event::{Event, EventType};
use crate::id::EndpointId;
use crate::store::{StoreError, Tx, delivery as deliveries, endpoint as rows, event as events};

/// An endpoint that fails for so long is switched off. First and last failure are then more than
/// twelve hours apart, too.
const DISABLE_AFTER: Duration = Duration::from_secs(5 * 24 * 3_600);
/// But not before so many attempts failed: a merchant with little traffic may have been tried twice.
const DISABLE_FAILURES_MIN: i32 = 10;
/// After so long, and again after three times as long, the merchant is warned.
const WARN_AFTER: [Duration; 2] = [Duration::from_secs(24 * 3_600), Duration::from_secs(72 * 3_600)];

/// What a group of attempts said about an endpoint, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pulse {
    /// Whether any attempt reached it.
    reached: bool,
    /// Attempts that failed after the last one that reached it.
    failures: i32,
    /// Whether it said, after that, that it is gone.
    gone: bool,
}

impl Pulse {
    pub(crate) const fn reached(&mut self) {
        *self = Self { reached: true, failures: 0, gone: false };
    }

    pub(crate) const fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    pub(crate) const fn gone(&mut self) {
        self.gone = true;
    }
}

impl Endpoint {
    /// Forgets that it failed.
    pub(super) const fn recover(&mut self) {
        self.failing_since = None;
        self.failures = 0;
        self.warned = 0;
    }

    /// Follows what attempts said. Gives the event to tell of, if any.
    fn feel(&mut self, pulse: Pulse, now: Timestamp) -> Option<Event> {
        if pulse.reached {
            self.recover();
        }
        if pulse.gone {
            return Some(self.disable("it answered that it is gone", now));
        }
        if pulse.failures == 0 {
            return None;
        }
        self.failures = self.failures.saturating_add(pulse.failures);
        let failing = now.since(*self.failing_since.get_or_insert(now));
        let warning = WARN_AFTER.get(usize::try_from(self.warned).unwrap_or(usize::MAX));
        if failing >= DISABLE_AFTER && self.failures >= DISABLE_FAILURES_MIN {
            Some(self.disable("it failed for five days", now))
        } else if warning.is_some_and(|after| failing >= *after) {
            self.warned += 1;
            Some(self.event(EventType::EndpointFailing, &[], now))
        } else {
            None
        }
    }

    fn disable(&mut self, reason: &str, now: Timestamp) -> Event {
        self.status = EndpointStatus::Disabled;
        self.disabled_reason = Some(reason.to_owned());
        self.event(EventType::EndpointDisabled, &[("reason", reason)], now)
    }
}

/// Keeps the failing-since clock, in the unit of work that records the attempts.
pub(crate) async fn note_health(tx: &Tx, id: EndpointId, pulse: Pulse, now: Timestamp) -> Result<(), StoreError> {
    if pulse.failures == 0 && !pulse.gone {
        // The usual case takes no lock: it was well and is well.
        let known = rows::by_id(tx.conn(), id).await?;
        if known.is_none_or(|endpoint| endpoint.failing_since.is_none()) {
            return Ok(());
        }
    }
    let Some(mut endpoint) = rows::lock(tx, id).await? else { return Ok(()) };
    if endpoint.status != EndpointStatus::Active {
        return Ok(());
    }
    let told = endpoint.feel(pulse, now);
    rows::update(tx, &endpoint).await?;
    if let Some(event) = told {
        events::insert(tx, &[event]).await?;
    }
    if endpoint.status == EndpointStatus::Disabled {
        deliveries::cancel_pending(tx, ChannelKind::Webhook, &id.to_string(), now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MerchantId;
    use crate::merchant::Mode;

    const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn endpoint() -> Endpoint {
        Endpoint::new((MerchantId::new(START), Mode::Test), "https://shop.example/hook", START)
    }

    fn failures(failures: i32) -> Pulse {
        Pulse { failures, ..Pulse::default() }
    }

    #[test]
    fn a_success_in_the_group_starts_the_failing_clock_anew() {
        let mut endpoint = endpoint();
        assert!(endpoint.feel(failures(3), START).is_none());
        let later = START.after(DISABLE_AFTER);
        let mut pulse = Pulse::default();
        pulse.failed();
        pulse.reached();
        pulse.failed();
        assert!(endpoint.feel(pulse, later).is_none());
        assert_eq!((endpoint.failing_since, endpoint.failures), (Some(later), 1));
    }

    #[test]
    fn two_failures_five_days_apart_switch_nothing_off() {
        let mut endpoint = endpoint();
        endpoint.warned = 2;
        assert!(endpoint.feel(failures(1), START).is_none());
        let later = START.after(DISABLE_AFTER);
        assert!(endpoint.feel(failures(1), later).is_none());
        assert_eq!(endpoint.status, EndpointStatus::Active);
        let told = endpoint.feel(failures(DISABLE_FAILURES_MIN), later).unwrap();
        assert_eq!((told.kind, endpoint.status), (EventType::EndpointDisabled, EndpointStatus::Disabled));
    }

    #[test]
    fn ten_failures_in_a_minute_switch_nothing_off() {
        let mut endpoint = endpoint();
        assert!(endpoint.feel(failures(10), START).is_none());
        assert!(endpoint.feel(failures(10), START.after(Duration::from_secs(60))).is_none());
        assert_eq!(endpoint.status, EndpointStatus::Active);
    }

    #[test]
    fn an_endpoint_that_is_gone_is_switched_off_at_once() {
        let mut endpoint = endpoint();
        let mut pulse = Pulse::default();
        pulse.reached();
        pulse.gone();
        assert!(endpoint.feel(pulse, START).is_some());
        assert_eq!(endpoint.status, EndpointStatus::Disabled);
    }
}
