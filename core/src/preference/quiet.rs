//! Quiet hours: from one time of day to another, in the person's time zone. What comes meanwhile is
//! put off to their end, never dropped.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Timelike};
use chrono_tz::Tz;

use crate::clock::Timestamp;
use crate::preference::TimeZone;

/// A time of day to the minute, `00:00` to `23:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinuteOfDay(u16);

/// No such time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is written like 22:00")]
pub struct NoTimeOfDay;

impl MinuteOfDay {
    /// The time so many minutes after midnight; `None` when the day has no such minute.
    #[must_use]
    pub fn from_minutes(minutes: i32) -> Option<Self> {
        u16::try_from(minutes).ok().filter(|minutes| *minutes < 24 * 60).map(Self)
    }

    /// Minutes since midnight.
    #[must_use]
    pub const fn minutes(self) -> i32 {
        self.0 as i32
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for MinuteOfDay {
    type Err = NoTimeOfDay;

    fn from_str(text: &str) -> Result<Self, NoTimeOfDay> {
        let (hour, minute) = text.trim().split_once(':').ok_or(NoTimeOfDay)?;
        let read = |part: &str| (part.len() <= 2).then(|| part.parse::<u16>().ok()).flatten().ok_or(NoTimeOfDay);
        let (hour, minute) = (read(hour)?, read(minute)?);
        if hour < 24 && minute < 60 { Ok(Self(hour * 60 + minute)) } else { Err(NoTimeOfDay) }
    }
}

/// From when until when a person is left alone. Over midnight when `from` is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: MinuteOfDay,
    until: MinuteOfDay,
}

impl QuietHours {
    /// Quiet hours; `None` when both times are the same: that would be never or always.
    #[must_use]
    pub fn new(from: MinuteOfDay, until: MinuteOfDay) -> Option<Self> {
        (from != until).then_some(Self { from, until })
    }

    /// When they begin.
    #[must_use]
    pub const fn from(self) -> MinuteOfDay {
        self.from
    }

    /// When they end.
    #[must_use]
    pub const fn until(self) -> MinuteOfDay {
        self.until
    }

    fn contains(self, minute: u16) -> bool {
        let (from, until) = (self.from.0, self.until.0);
        if from < until { (from..until).contains(&minute) } else { minute >= from || minute < until }
    }

    /// The earliest moment at which the person may be written to: `now`, or the end of the quiet
    /// hours that it falls into.
    #[must_use]
    pub fn not_before(self, zone: TimeZone, now: Timestamp) -> Timestamp {
        let local = now.to_datetime().with_timezone(&zone.rules());
        let minute = minute_of(&local);
        if !self.contains(minute) {
            return now;
        }
        let today = local.date_naive();
        let day = if minute < self.until.0 { today } else { next_day(today) };
        let end = ends_at(zone.rules(), day, self.until);
        end.filter(|end| *end > now).unwrap_or(now)
    }
}

fn minute_of(local: &DateTime<Tz>) -> u16 {
    // At most 24 * 60.
    (local.hour() * 60 + local.minute()) as u16
}

fn next_day(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// The moment of a local time. When clocks are put forward over it, the first moment after the gap;
/// when they are put back and it comes twice, the first of the two.
pub(super) fn ends_at(zone: Tz, day: NaiveDate, time: MinuteOfDay) -> Option<Timestamp> {
    const STEP: Duration = Duration::from_secs(60);
    /// The longest gap was a whole day: Samoa left out the 30th of December 2011.
    const STEPS_MAX: u32 = 25 * 60;
    let mut local: NaiveDateTime = day.and_hms_opt(u32::from(time.0 / 60), u32::from(time.0 % 60), 0)?;
    for _ in 0..STEPS_MAX {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                return Some(Timestamp::from_micros(at.timestamp_micros()));
            }
            LocalResult::None => local += STEP,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_micros(DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros())
    }

    fn quiet(from: &str, until: &str) -> QuietHours {
        QuietHours::new(from.parse().unwrap(), until.parse().unwrap()).unwrap()
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        for (text, minutes) in [("00:00", 0), ("7:05", 425), ("23:59", 1_439)] {
            assert_eq!(text.parse::<MinuteOfDay>().unwrap().minutes(), minutes);
        }
        for wrong in ["", "24:00", "12:60", "12", "-1:00", "1:2:3", "012:00", "aa:bb"] {
            assert!(wrong.parse::<MinuteOfDay>().is_err(), "{wrong}");
        }
        assert!(QuietHours::new("09:00".parse().unwrap(), "09:00".parse().unwrap()).is_none());
    }

    #[test]
    fn the_night_is_the_persons_own() {
        let madrid: TimeZone = "Europe/Madrid".parse().unwrap();
        let night = quiet("22:00", "08:00");
        // 21:30 in winter Madrid is before the night, 22:00 is its first minute, 08:00 after it.
        assert_eq!(night.not_before(madrid, at("2026-01-10T20:30:00Z")), at("2026-01-10T20:30:00Z"));
        assert_eq!(night.not_before(madrid, at("2026-01-10T21:00:00Z")), at("2026-01-11T07:00:00Z"));
        assert_eq!(night.not_before(madrid, at("2026-01-11T06:59:59Z")), at("2026-01-11T07:00:00Z"));
        assert_eq!(night.not_before(madrid, at("2026-01-11T07:00:00Z")), at("2026-01-11T07:00:00Z"));
        assert_eq!(quiet("13:00", "15:00").not_before(madrid, at("2026-07-10T11:30:00Z")), at("2026-07-10T13:00:00Z"));
    }

    #[test]
    fn clocks_that_are_put_forward_or_back_lose_nothing() {
        let madrid: TimeZone = "Europe/Madrid".parse().unwrap();
        // On 29 March 2026 there is no 02:30; the first moment after the gap is 03:00 summer time.
        assert_eq!(quiet("23:00", "02:30").not_before(madrid, at("2026-03-28T23:00:00Z")), at("2026-03-29T01:00:00Z"));
        // On 25 October 2026 02:30 comes twice; the first one counts.
        assert_eq!(quiet("23:00", "02:30").not_before(madrid, at("2026-10-24T22:00:00Z")), at("2026-10-25T00:30:00Z"));
    }

    proptest! {
        #[test]
        fn nobody_waits_in_vain_or_in_the_past(
            from in 0_u16..1_440, until in 0_u16..1_440, second in 0_i64..4_000_000_000, zone in 0_usize..590,
        ) {
            prop_assume!(from != until);
            let hours = QuietHours { from: MinuteOfDay(from), until: MinuteOfDay(until) };
            let zone = TimeZone::all().nth(zone % TimeZone::all().count()).unwrap();
            let now = Timestamp::from_micros(second * 1_000_000);
            let then = hours.not_before(zone, now);
            prop_assert!(then >= now);
            prop_assert!(then.since(now) <= Duration::from_secs(50 * 3_600));
            let local = now.to_datetime().with_timezone(&zone.rules());
            // An hour that comes twice may be over already the second time.
            let comes_once = matches!(zone.rules().from_local_datetime(&local.naive_local()), LocalResult::Single(_));
            prop_assert!(!(comes_once && then == now && hours.contains(minute_of(&local))));
        }
    }
}
