//! Today, minute by minute.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::merchant::Scope;
use crate::preference::TimeZone;
use crate::report::read::world;
use crate::report::{ByCurrency, Day, Grain, Period, ReportError, Reports};
use crate::store::report::minute;

/// What happened in one minute, in one currency; minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MinuteFigures {
    /// Payments created.
    pub payments: i64,
    /// How often money was taken.
    pub captures: i64,
    /// Taken.
    pub captured: i64,
    /// Gone back.
    pub refunded: i64,
}

/// A merchant's day so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// The day.
    pub day: Day,
    /// The moment of the figures.
    pub now: Timestamp,
    /// All of the day.
    pub total: ByCurrency,
    /// Every minute in which something happened, by its first moment and currency.
    pub minutes: BTreeMap<(Timestamp, String), MinuteFigures>,
}

impl Reports {
    /// The day so far in a time zone.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn today(&self, scope: &Scope, zone: TimeZone) -> Result<Today, ReportError> {
        let now = self.clock.now();
        let day = Day::at(now, zone);
        let period = Period { first: day, last: day, zone };
        let total = self.series(scope, &period, Grain::Day).await?.total;
        let mut minutes: BTreeMap<(Timestamp, String), MinuteFigures> = BTreeMap::new();
        for row in minute::of_day(self.store.reader(), world(scope), period.bounds()?).await? {
            let at = Timestamp::from_micros(row.minute.saturating_mul(60_000_000));
            let figures = minutes.entry((at, row.currency)).or_default();
            match row.measure.as_str() {
                "captured" => {
                    figures.captures += row.count;
                    figures.captured += row.amount;
                }
                "refunded" => figures.refunded += row.amount,
                _ => figures.payments += row.count,
            }
        }
        Ok(Today { day, now, total, minutes })
    }
}
