//! The time zone that a person lives in, by its name in the IANA database.

use std::fmt;
use std::str::FromStr;

use chrono_tz::{TZ_VARIANTS, Tz};

use chrono::{DateTime, Datelike, NaiveDate, TimeZone as _};

use crate::clock::Timestamp;
use crate::preference::MinuteOfDay;
use crate::preference::quiet::ends_at;

/// A time zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeZone(Tz);

/// A month of the calendar, written `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u32,
}

/// No such month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written like 2026-03")]
pub struct NoMonth;

impl Month {
    /// As people of each of our languages write it: `03/2026`.
    #[must_use]
    pub fn short(self) -> String {
        format!("{:02}/{:04}", self.month, self.year)
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }

    /// The month before it.
    #[must_use]
    pub const fn previous(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { year: self.year, month: month - 1 },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let (year, month) = text.trim().split_once('-').ok_or(NoMonth)?;
        let read = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u32>().ok())
                .flatten()
        };
        let (year, month) = (read(year, 4).ok_or(NoMonth)?, read(month, 2).ok_or(NoMonth)?);
        let year = i32::try_from(year).map_err(|_| NoMonth)?;
        if (1..=12).contains(&month) { Ok(Self { year, month }) } else { Err(NoMonth) }
    }
}

/// No time zone has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time zone has a name like Europe/Madrid")]
pub struct UnknownTimeZone;

impl Default for TimeZone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl TimeZone {
    /// Its name: `Europe/Madrid`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The time of day there: `14:05`.
    #[must_use]
    pub fn local_time(self, at: Timestamp) -> String {
        at.to_datetime().with_timezone(&self.0).format("%H:%M").to_string()
    }

    /// The day there: `2026-03-05 14:05`.
    #[must_use]
    pub fn written(self, at: Timestamp) -> String {
        at.to_datetime().with_timezone(&self.0).format("%Y-%m-%d %H:%M").to_string()
    }

    /// The month that it is there.
    #[must_use]
    pub fn month_at(self, at: Timestamp) -> Month {
        let local = at.to_datetime().with_timezone(&self.0);
        Month { year: local.year(), month: local.month() }
    }

    /// The day of the month that it is there, from 1.
    #[must_use]
    pub fn day_at(self, at: Timestamp) -> u32 {
        at.to_datetime().with_timezone(&self.0).day()
    }

    /// From when until before when a month is there; `None` when it is beyond the calendar.
    #[must_use]
    pub fn span_of(self, month: Month) -> Option<(Timestamp, Timestamp)> {
        let midnight = MinuteOfDay::from_minutes(0)?;
        let first = |month: Month| NaiveDate::from_ymd_opt(month.year, month.month, 1);
        let from = ends_at(self.0, first(month)?, midnight)?;
        let until = ends_at(self.0, first(month.next())?, midnight)?;
        Some((from, until))
    }

    /// The names of every zone of a place (`Area/City`), and `UTC`, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let areas = [
            "Africa/",
            "America/",
            "Antarctica/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ];
        let is_place = move |name: &&str| *name == "UTC" || areas.iter().any(|area| name.starts_with(area));
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(is_place)
    }

    /// A moment on the zone's clocks.
    #[must_use]
    pub fn at(self, moment: Timestamp) -> DateTime<Tz> {
        moment.to_datetime().with_timezone(&self.0)
    }

    /// The first moment of a day on the zone's clocks. Where clocks go forward at midnight, the first hour
    /// that there is.
    #[must_use]
    pub fn day_begins(self, day: chrono::NaiveDate) -> Option<Timestamp> {
        let hours = (0..4).filter_map(|hour| day.and_hms_opt(hour, 0, 0));
        let first = hours.filter_map(|time| self.0.from_local_datetime(&time).earliest()).next()?;
        Some(Timestamp::from_micros(first.timestamp_micros()))
    }

    /// The first moment of a day written as `2026-11-24`, or of the day so many days after it.
    #[must_use]
    pub fn day_of(self, text: &str, later: u64) -> Option<Timestamp> {
        let day: chrono::NaiveDate = text.parse().ok()?;
        self.day_begins(day.checked_add_days(chrono::Days::new(later))?)
    }

    pub(super) const fn rules(self) -> Tz {
        self.0
    }

    /// Every zone, by name.
    pub fn all() -> impl Iterator<Item = Self> {
        TZ_VARIANTS.iter().copied().map(Self)
    }

    /// Zones whose name or city contains this text, at most so many. Old names of the same place
    /// follow after those of the form `Area/City`.
    #[must_use]
    pub fn search(text: &str, limit: usize) -> Vec<Self> {
        let wanted: String = text.trim().to_lowercase().replace([' ', '-'], "_");
        if wanted.is_empty() || wanted.len() > 64 {
            return Vec::new();
        }
        let mut found: Vec<Self> =
            Self::all().filter(|zone| zone.name().to_lowercase().replace('-', "_").contains(&wanted)).collect();
        found.sort_by_key(|zone| (!zone.name().contains('/'), zone.name().len()));
        found.truncate(limit);
        found
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TimeZone {
    type Err = UnknownTimeZone;

    fn from_str(text: &str) -> Result<Self, UnknownTimeZone> {
        let wanted = text.trim();
        Self::all().find(|zone| zone.name().eq_ignore_ascii_case(wanted)).ok_or(UnknownTimeZone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_city_and_read_by_name() {
        assert_eq!(TimeZone::search("madrid", 5)[0].name(), "Europe/Madrid");
        assert_eq!(TimeZone::search("New York", 5)[0].name(), "America/New_York");
        assert_eq!(TimeZone::search("", 5), []);
        assert_eq!(TimeZone::search("atlantis", 5), []);
        assert_eq!("europe/moscow".parse::<TimeZone>().unwrap().name(), "Europe/Moscow");
        for wrong in ["", "Madrid", "Europe/Madrid; DROP TABLE account", "../etc"] {
            assert_eq!(wrong.parse::<TimeZone>(), Err(UnknownTimeZone), "{wrong}");
        }
        assert_eq!(TimeZone::default().name(), "UTC");
    }

    #[test]
    fn a_month_begins_and_ends_at_the_zones_own_midnight() {
        let madrid: TimeZone = "Europe/Madrid".parse().unwrap();
        let (from, until) = madrid.span_of("2026-03".parse().unwrap()).unwrap();
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2026-02-28T23:00:00.000Z".into(), "2026-03-31T22:00:00.000Z".into())
        );
        let december: Month = "2025-12".parse().unwrap();
        assert_eq!((december.next().to_string(), december.next().previous()), ("2026-01".to_owned(), december));
        for wrong in ["", "2026", "2026-13", "2026-00", "26-03", "2026-3", "-026-03", "2026-03-01"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_has_its_own_days() {
        let madrid: TimeZone = "Europe/Madrid".parse().unwrap();
        let day = |year, month, day| madrid.day_begins(NaiveDate::from_ymd_opt(year, month, day).unwrap()).unwrap();
        assert_eq!(day(2026, 7, 1).to_string(), "2026-06-30T22:00:00.000Z");
        assert_eq!(day(2026, 12, 1).to_string(), "2026-11-30T23:00:00.000Z");
        assert_eq!(madrid.at(day(2026, 7, 1)).format("%d %H:%M").to_string(), "01 00:00");
        // Clocks went forward at midnight there.
        let cairo: TimeZone = "Africa/Cairo".parse().unwrap();
        let spring = cairo.day_begins(NaiveDate::from_ymd_opt(2024, 4, 26).unwrap()).unwrap();
        assert_eq!(cairo.at(spring).format("%H:%M").to_string(), "01:00");
        assert_eq!("Europe/Nowhere".parse::<TimeZone>(), Err(UnknownTimeZone));
        assert!(TimeZone::names().any(|name| name == "UTC") && TimeZone::names().count() > 300);
    }
}
