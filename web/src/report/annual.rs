//! The annual report in a reader's language: its charts, and the names of its parts.

use aviso_core::money::{Currency, format_minor};
use aviso_core::report::{Annual, AnnualSide, Figures};

use super::chart::{Chart, Pair, escaped};
use crate::account::words::Words;

/// The currencies of a year or the one before, in order of their codes.
pub(crate) fn currencies(annual: &Annual) -> Vec<String> {
    let sides = [&annual.current, &annual.previous];
    let mut all: Vec<String> = sides.iter().flat_map(|side| side.months.total.keys().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

/// An amount as people of a language write it.
pub(crate) fn money(words: Words, minor: i64, currency: &str) -> String {
    let known: Result<Currency, _> = currency.parse();
    known.map_or_else(|_| minor.to_string(), |currency| format_minor(minor, currency, words.0))
}

/// What a side has in a currency.
pub(crate) fn total(side: &AnnualSide, currency: &str) -> Figures {
    side.months.total.get(currency).copied().unwrap_or_default()
}

/// The turnover of each month beside that of the year before.
pub(crate) fn turnover(words: Words, annual: &Annual, currency: &str) -> Chart {
    let of = |side: &AnnualSide, place: usize| {
        let figures = side.months.stretches.get(place).and_then(|(_, figures)| figures.get(currency));
        figures.map_or(0, |figures| figures.captured)
    };
    let (year, before) = (annual.year.to_string(), (annual.year - 1).to_string());
    let pair = |(place, (start, _)): (usize, &(String, _))| {
        let (now, then) = (of(&annual.current, place), of(&annual.previous, place));
        Pair {
            // The month alone: the year stands in the legend.
            label: start.rsplit('-').next().unwrap_or_default().to_owned(),
            now: (now, money(words, now, currency)),
            before: (then, money(words, then, currency)),
        }
    };
    let sums = [&annual.current, &annual.previous].map(|side| money(words, total(side, currency).captured, currency));
    let [now, then] = [sums[0].as_str(), sums[1].as_str()];
    Chart {
        id: format!("turnover-{currency}"),
        title: words.tell("report-turnover-by-month", &[("currency", currency), ("year", year.as_str())]),
        description: words.tell(
            "report-turnover-described",
            &[("year", year.as_str()), ("now", now), ("before-year", before.as_str()), ("before", then)],
        ),
        now: year.clone(),
        before: before.clone(),
        pairs: annual.current.months.stretches.iter().enumerate().map(pair).collect(),
        words,
        currency: currency.to_owned(),
    }
}

/// What the report is called.
pub(crate) fn title(words: Words, annual: &Annual) -> String {
    let year = annual.year.to_string();
    words.tell("report-annual", &[("year", year.as_str())])
}

/// Charts of every currency below each other, as one file.
pub(crate) fn drawing(words: Words, annual: &Annual) -> String {
    let charts: Vec<String> =
        currencies(annual).iter().map(|currency| turnover(words, annual, currency).svg()).collect();
    let height = 320 * charts.len().max(1);
    let placed: String = charts
        .iter()
        .enumerate()
        .map(|(place, chart)| {
            let at = format!("<svg x=\"0\" y=\"{}\" width=\"720\" height=\"300\" ", place * 320);
            chart.replacen("<svg ", &at, 1)
        })
        .collect();
    let title = escaped(&title(words, annual));
    // As a file of its own it has no page to take its colour from.
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" width=\"720\" height=\"{height}\" \
         color=\"#111\"><title>{title}</title><rect width=\"720\" height=\"{height}\" fill=\"#fff\"/>{placed}</svg>\n"
    )
}
