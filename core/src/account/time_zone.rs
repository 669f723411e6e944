//! Time zones by their names in the IANA database, such as `Europe/Madrid`.

use std::str::FromStr;

use chrono::{DateTime, TimeZone as _};
use chrono_tz::Tz;

use crate::clock::Timestamp;

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(Tz);

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
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
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
}

impl FromStr for TimeZone {
    type Err = UnknownTimeZone;

    fn from_str(name: &str) -> Result<Self, UnknownTimeZone> {
        name.parse().map(Self).map_err(|_| UnknownTimeZone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

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
