//! Days and stretches of time on the clocks of a zone. A day lasts 23 to 25 hours, and an hour may come twice.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike};
use chrono_tz::Tz;

use crate::clock::Timestamp;
use crate::named::named;
use crate::preference::TimeZone;
use crate::report::{ReportError, SLOT_SECS};

/// Stretches that a report shows at most.
const STRETCHES_MAX: usize = 2_400;

named! {
    /// How long a stretch of a report is.
    pub enum Grain {
        /// An hour.
        Hour = "hour",
        /// A day.
        Day = "day",
        /// A week from Monday.
        Week = "week",
        /// A month.
        Month = "month",
    }
}

/// A day of the calendar, written `2026-11-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

/// A text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-11-24")]
pub struct NoDay;

impl Day {
    /// A day by its numbers; `None` when there is none.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).filter(|date| (1970..=9999).contains(&date.year())).map(Self)
    }

    /// The day that it is in a zone.
    #[must_use]
    pub fn at(moment: Timestamp, zone: TimeZone) -> Self {
        Self(zone.at(moment).date_naive())
    }

    /// The day so many days later.
    #[must_use]
    pub fn later(self, days: u64) -> Option<Self> {
        self.0.checked_add_days(Days::new(days)).map(Self)
    }

    /// The day before.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        self.0.pred_opt().map(Self)
    }

    /// Its year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The same day a year earlier; the 28th of February for the 29th.
    #[must_use]
    pub fn year_before(self) -> Option<Self> {
        let year = self.0.year() - 1;
        self.0.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28)).map(Self)
    }

    /// Its first moment in a zone.
    #[must_use]
    pub fn begins(self, zone: TimeZone) -> Option<Timestamp> {
        zone.day_begins(self.0)
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date: NaiveDate = text.parse().map_err(|_| NoDay)?;
        Self::new(date.year(), date.month(), date.day()).filter(|_| shaped).ok_or(NoDay)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// Whole days of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub first: Day,
    /// The last day, which belongs to it.
    pub last: Day,
    /// The zone.
    pub zone: TimeZone,
}

impl Period {
    /// From when until before when.
    ///
    /// # Errors
    ///
    /// [`ReportError::Backwards`], [`ReportError::Calendar`].
    pub fn bounds(&self) -> Result<(Timestamp, Timestamp), ReportError> {
        if self.last < self.first {
            return Err(ReportError::Backwards);
        }
        let from = self.first.begins(self.zone).ok_or(ReportError::Calendar)?;
        let until = self.last.later(1).and_then(|day| day.begins(self.zone)).ok_or(ReportError::Calendar)?;
        Ok((from, until))
    }

    /// The seconds of its first slot and of the first behind it.
    pub(super) fn slots(&self) -> Result<(i64, i64), ReportError> {
        let (from, until) = self.bounds()?;
        Ok((from.as_secs(), until.as_secs()))
    }

    /// Its stretches in order, each with the slots from which until before which it lasts.
    pub(super) fn stretches(&self, grain: Grain) -> Result<Vec<(String, i64, i64)>, ReportError> {
        let (from, until) = self.slots()?;
        let mut stretches: Vec<(String, i64, i64)> = Vec::new();
        let mut slot = from;
        while slot < until {
            let name = stretch_of(self.zone, slot, grain);
            match stretches.last_mut() {
                Some((last, _, end)) if *last == name => *end = slot + SLOT_SECS,
                Some(_) | None => stretches.push((name, slot, slot + SLOT_SECS)),
            }
            if stretches.len() > STRETCHES_MAX {
                return Err(ReportError::TooLong(STRETCHES_MAX));
            }
            slot += SLOT_SECS;
        }
        Ok(stretches)
    }
}

fn local(zone: TimeZone, slot: i64) -> DateTime<Tz> {
    zone.at(Timestamp::from_micros(slot.saturating_mul(1_000_000)))
}

/// The name of the stretch that a slot belongs to. An hour carries its offset: one of them comes twice a year.
fn stretch_of(zone: TimeZone, slot: i64, grain: Grain) -> String {
    let at = local(zone, slot);
    match grain {
        Grain::Hour => at.format("%Y-%m-%dT%H:00:00%:z").to_string(),
        Grain::Day => at.format("%Y-%m-%d").to_string(),
        Grain::Week => {
            let back = Days::new(u64::from(at.weekday().num_days_from_monday()));
            at.date_naive().checked_sub_days(back).unwrap_or_else(|| at.date_naive()).format("%Y-%m-%d").to_string()
        }
        Grain::Month => at.format("%Y-%m").to_string(),
    }
}

/// The hour of the day of a slot, from 0.
pub(super) fn hour_of(zone: TimeZone, slot: i64) -> u32 {
    local(zone, slot).hour()
}

/// The day of the week of a slot, from 1 for Monday.
pub(super) fn weekday_of(zone: TimeZone, slot: i64) -> u32 {
    local(zone, slot).weekday().number_from_monday()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: &str, last: &str, zone: &str) -> Period {
        Period { first: first.parse().unwrap(), last: last.parse().unwrap(), zone: zone.parse().unwrap() }
    }

    fn lengths(period: &Period, grain: Grain) -> Vec<(String, i64)> {
        let all = period.stretches(grain).unwrap();
        all.into_iter().map(|(name, from, until)| (name, (until - from) / 3_600)).collect()
    }

    #[test]
    fn days_of_changed_clocks_have_23_and_25_hours() {
        let spring = period("2026-03-28", "2026-03-30", "Europe/Madrid");
        let days = [("2026-03-28".to_owned(), 24), ("2026-03-29".to_owned(), 23), ("2026-03-30".to_owned(), 24)];
        assert_eq!(lengths(&spring, Grain::Day), days);
        let autumn = period("2026-10-25", "2026-10-25", "Europe/Madrid");
        assert_eq!(lengths(&autumn, Grain::Day), [("2026-10-25".to_owned(), 25)]);
        let hours = autumn.stretches(Grain::Hour).unwrap();
        let twice: Vec<&str> = hours.iter().map(|hour| hour.0.as_str()).filter(|name| name.contains("T02")).collect();
        assert_eq!(twice, ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]);
        assert_eq!(hours.len(), 25);
    }

    #[test]
    fn every_zone_has_whole_slots() {
        for zone in ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns"] {
            for (first, last) in [("2026-01-01", "2026-12-31"), ("2000-02-28", "2000-03-01")] {
                let (from, until) = period(first, last, zone).slots().unwrap();
                assert_eq!((from % SLOT_SECS, until % SLOT_SECS), (0, 0), "{zone} {first}");
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_months_are_cut_at_the_ends() {
        let weeks = period("2026-11-24", "2026-12-01", "UTC").stretches(Grain::Week).unwrap();
        assert_eq!(weeks.iter().map(|week| week.0.as_str()).collect::<Vec<_>>(), ["2026-11-23", "2026-11-30"]);
        let months = lengths(&period("2026-01-31", "2026-02-28", "UTC"), Grain::Month);
        assert_eq!(months, [("2026-01".to_owned(), 24), ("2026-02".to_owned(), 28 * 24)]);
    }

    #[test]
    fn what_is_too_long_or_backwards_is_refused() {
        let long = period("2020-01-01", "2026-12-31", "UTC");
        assert!(matches!(long.stretches(Grain::Day), Err(ReportError::TooLong(_))));
        assert!(matches!(period("2026-01-02", "2026-01-01", "UTC").bounds(), Err(ReportError::Backwards)));
        for wrong in ["", "2026", "2026-02-30", "26-01-01", "2026-1-1", "+2026-01-01", "12026-01-01", "2026-01-01 "] {
            assert_eq!(wrong.parse::<Day>(), Err(NoDay), "{wrong}");
        }
        let leap: Day = "2028-02-29".parse().unwrap();
        assert_eq!(leap.year_before().unwrap().to_string(), "2027-02-28");
    }
}
