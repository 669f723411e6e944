//! Reading: rollups and what is not folded yet, at one moment.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;

use crate::id::MerchantId;
use crate::merchant::{Mode, Scope};
use crate::named::named;
use crate::report::calendar::{hour_of, weekday_of};
use crate::report::fold::tell_apart;
use crate::report::{Cells, Dimension, Figures, Grain, Period, ReportError, Reports, SLOT_SECS, State};
use crate::store::StoreError;
use crate::store::report::rollup::{self, BySlot};
use crate::store::report::{self as rows, Head, fact, recompute};

/// Figures by currency code. Currencies are never added to each other.
pub type ByCurrency = BTreeMap<String, Figures>;
/// Figures by value and currency.
pub type Groups = BTreeMap<String, ByCurrency>;

named! {
    /// By what a report tells its figures apart, besides the time.
    pub enum Part {
        /// By brand or wallet.
        Method = "method",
        /// By the issuer's country.
        Country = "country",
        /// By currency.
        Currency = "currency",
        /// By why attempts were refused.
        Decline = "decline",
        /// By the day of the week, 1 for Monday.
        Weekday = "weekday",
        /// By the hour of the day.
        Hour = "hour",
    }
}

/// Figures of a period, stretch by stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// All of it.
    pub total: ByCurrency,
    /// Every stretch in order, those without anything, too.
    pub stretches: Vec<(String, ByCurrency)>,
}

pub(super) type World = (MerchantId, Mode);

pub(super) fn world(scope: &Scope) -> World {
    (scope.merchant.id, scope.mode)
}

impl Reports {
    /// A period stretch by stretch.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn series(&self, scope: &Scope, period: &Period, grain: Grain) -> Result<Series, ReportError> {
        let stretches = period.stretches(grain)?;
        let slots = self.slots(world(scope), period.slots()?).await?;
        Ok(series_of(&slots, stretches))
    }

    /// A period told apart by something else than time.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn groups(&self, scope: &Scope, period: &Period, part: Part) -> Result<Groups, ReportError> {
        let dimension = match part {
            Part::Method => Dimension::Method,
            Part::Country => Dimension::Country,
            Part::Decline => Dimension::Decline,
            Part::Currency | Part::Weekday | Part::Hour => {
                let slots = self.slots(world(scope), period.slots()?).await?;
                return Ok(by_clock(&slots, period, part));
            }
        };
        Ok(self.sums(world(scope), dimension, period.slots()?).await?)
    }

    /// The figures of every slot that has some.
    pub(super) async fn slots(&self, world: World, span: (i64, i64)) -> Result<BySlot, StoreError> {
        self.store
            .read_at_once(async |conn| {
                let Some((head, tail)) = standing(conn, world).await? else {
                    return Ok(pick(&everything(conn, world).await?, Dimension::Total, span));
                };
                debug_assert_eq!(head.state, State::Ready, "only then there is a tail");
                let mut slots = rollup::slots(conn, world, Dimension::Total, span).await?;
                for (key, figures) in pick(&tail, Dimension::Total, span) {
                    *slots.entry(key).or_default() += figures;
                }
                Ok(slots)
            })
            .await
    }

    /// The sums of a span by value.
    pub(super) async fn sums(
        &self,
        world: World,
        dimension: Dimension,
        span: (i64, i64),
    ) -> Result<Groups, StoreError> {
        let (sums, more) = self
            .store
            .read_at_once(async |conn| match standing(conn, world).await? {
                Some((_, tail)) => {
                    Ok((rollup::sums(conn, world, dimension, span).await?, pick(&tail, dimension, span)))
                }
                None => Ok((BTreeMap::new(), pick(&everything(conn, world).await?, dimension, span))),
            })
            .await?;
        let mut groups = Groups::new();
        let late = more.into_iter().map(|((_, currency, value), figures)| ((currency, value), figures));
        for ((currency, value), figures) in sums.into_iter().chain(late) {
            *groups.entry(value).or_default().entry(currency).or_default() += figures;
        }
        Ok(groups)
    }
}

/// How far folding is and what is not folded; `None` while the rollups are being built.
async fn standing(conn: &impl ConnectionTrait, world: World) -> Result<Option<(Head, Cells)>, StoreError> {
    let head = rows::head(conn).await?;
    if head.state != State::Ready {
        return Ok(None);
    }
    Ok(Some((head, tail(conn, world, head).await?)))
}

/// What of a merchant is not folded yet.
pub(super) async fn tail(conn: &impl ConnectionTrait, world: World, head: Head) -> Result<Cells, StoreError> {
    let mut cells = Cells::default();
    fact::unfolded(conn, world, head.seal).await?.iter().for_each(|fact| cells.count(fact));
    let waiting = rows::waiting(conn, world).await?;
    let (facts, bought) = fact::of_waiting(conn, &waiting).await?;
    facts.iter().for_each(|fact| cells.count(fact));
    let keys: Vec<_> = bought.iter().filter_map(|one| one.buyer.clone()).collect();
    let known = rows::known_buyers(conn, &keys).await?;
    tell_apart(bought, known).0.iter().for_each(|fact| cells.count(fact));
    Ok(cells)
}

/// Everything of a merchant, computed from payments and ledger.
pub(super) async fn everything(conn: &impl ConnectionTrait, world: World) -> Result<Cells, StoreError> {
    let mut cells = Cells::default();
    recompute::facts(conn, world).await?.iter().for_each(|fact| cells.count(fact));
    Ok(cells)
}

/// The slots of a span in one dimension.
fn pick(cells: &Cells, dimension: Dimension, (from, until): (i64, i64)) -> BySlot {
    let wanted = cells.0.iter().filter(|(cell, _)| {
        cell.span == SLOT_SECS && cell.dimension == dimension.as_str() && (from..until).contains(&cell.slot)
    });
    wanted.map(|(cell, figures)| ((cell.slot, cell.currency.clone(), cell.value.clone()), *figures)).collect()
}

/// Figures by slot put together stretch by stretch.
pub(super) fn series_of(slots: &BySlot, stretches: Vec<(String, i64, i64)>) -> Series {
    let mut total = ByCurrency::new();
    let mut filled = Vec::with_capacity(stretches.len());
    for (name, from, until) in stretches {
        let mut figures = ByCurrency::new();
        let within = (from, String::new(), String::new())..(until, String::new(), String::new());
        for ((_, currency, _), more) in slots.range(within) {
            *figures.entry(currency.clone()).or_default() += *more;
            *total.entry(currency.clone()).or_default() += *more;
        }
        filled.push((name, figures));
    }
    Series { total, stretches: filled }
}

/// Figures by slot put together by currency, weekday or hour of the day.
pub(super) fn by_clock(slots: &BySlot, period: &Period, part: Part) -> Groups {
    let mut groups = Groups::new();
    for ((slot, currency, _), figures) in slots {
        let value = match part {
            Part::Hour => format!("{:02}", hour_of(period.zone, *slot)),
            Part::Weekday => weekday_of(period.zone, *slot).to_string(),
            Part::Method | Part::Country | Part::Currency | Part::Decline => currency.clone(),
        };
        *groups.entry(value).or_default().entry(currency.clone()).or_default() += *figures;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::DAY_SECS;

    #[test]
    fn every_slot_is_in_one_stretch() {
        let zone: crate::preference::TimeZone = "America/New_York".parse().unwrap();
        let period = Period { first: "2026-11-01".parse().unwrap(), last: "2026-11-02".parse().unwrap(), zone };
        let (from, until) = period.slots().unwrap();
        let one = Figures { payments: 1, ..Figures::default() };
        let mut slots = BySlot::new();
        for slot in (from - DAY_SECS..until + DAY_SECS).step_by(900) {
            slots.insert((slot, "EUR".to_owned(), String::new()), one);
        }
        let series = series_of(&slots, period.stretches(Grain::Hour).unwrap());
        // The day on which clocks go back has 25 hours.
        assert_eq!((series.total["EUR"].payments, series.stretches.len()), (4 * 49, 49));
        assert!(series.stretches.iter().all(|(_, figures)| figures["EUR"].payments == 4));
    }
}
