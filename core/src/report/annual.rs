//! The annual report: a year beside the one before.

use std::collections::BTreeMap;

use crate::merchant::Scope;
use crate::preference::TimeZone;
use crate::report::read::{by_clock, series_of, world};
use crate::report::{Day, Dimension, Fraud, Grain, Groups, Part, Period, ReportError, Reports, Series};

/// One of the two years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnualSide {
    /// Its days: while the year lasts, those until today.
    pub period: Period,
    /// Month by month.
    pub months: Series,
    /// Disputes and complaints by currency.
    pub fraud: BTreeMap<String, Fraud>,
}

/// A year of a merchant, told apart in every way, beside the same days of the year before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annual {
    /// The year.
    pub year: i32,
    /// Whether the year is not over.
    pub is_running: bool,
    /// The year.
    pub current: AnnualSide,
    /// The same days of the year before.
    pub previous: AnnualSide,
    /// The year by brand or wallet.
    pub methods: Groups,
    /// The year by the issuer's country.
    pub countries: Groups,
    /// The year by why attempts were refused.
    pub declines: Groups,
    /// The year by the day of the week, 1 for Monday.
    pub weekdays: Groups,
    /// The year by the hour of the day.
    pub hours: Groups,
}

impl Reports {
    /// A year in a time zone.
    ///
    /// # Errors
    ///
    /// [`ReportError::Calendar`] for a year that did not begin yet, or beyond the calendar.
    pub async fn annual(&self, scope: &Scope, year: i32, zone: TimeZone) -> Result<Annual, ReportError> {
        let today = Day::at(self.clock.now(), zone);
        let first = Day::new(year, 1, 1).filter(|first| *first <= today).ok_or(ReportError::Calendar)?;
        let end = Day::new(year, 12, 31).ok_or(ReportError::Calendar)?;
        let current = Period { first, last: Ord::min(end, today), zone };
        let before = |day: Day| day.year_before().ok_or(ReportError::Calendar);
        let previous = Period { first: before(current.first)?, last: before(current.last)?, zone };
        let (slots, span) = (self.slots(world(scope), current.slots()?).await?, current.slots()?);
        let sums = async |dimension| self.sums(world(scope), dimension, span).await;
        Ok(Annual {
            year,
            is_running: today <= end,
            methods: sums(Dimension::Method).await?,
            countries: sums(Dimension::Country).await?,
            declines: sums(Dimension::Decline).await?,
            weekdays: by_clock(&slots, &current, Part::Weekday),
            hours: by_clock(&slots, &current, Part::Hour),
            current: AnnualSide {
                months: series_of(&slots, current.stretches(Grain::Month)?),
                fraud: self.fraud(scope, &current).await?,
                period: current,
            },
            previous: AnnualSide {
                months: self.series(scope, &previous, Grain::Month).await?,
                fraud: self.fraud(scope, &previous).await?,
                period: previous,
            },
        })
    }
}
