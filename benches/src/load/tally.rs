//! What came of the requests of one phase.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::shop::Refusal;

/// Latencies are kept in microseconds, to three digits, up to two minutes.
const MICROS_MAX: u64 = 120_000_000;
/// Kinds of errors that are told apart.
const ERROR_KINDS_MAX: usize = 20;

/// What came of the requests of one phase.
#[derive(Debug)]
pub(crate) struct Tally {
    latency: Histogram<u64>,
    errors: BTreeMap<String, u64>,
    elapsed: Duration,
}

impl Tally {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        let latency = Histogram::new_with_bounds(1, MICROS_MAX, 3).expect("bounds that fit three digits");
        Self { latency, errors: BTreeMap::new(), elapsed: Duration::ZERO }
    }

    /// Counts an answer.
    pub(super) fn count(&mut self, latency: Duration, answer: Result<(), Refusal>) {
        match answer {
            Ok(()) => {
                let micros = u64::try_from(latency.as_micros()).unwrap_or(MICROS_MAX);
                self.latency.saturating_record(micros.max(1));
            }
            Err(Refusal(what)) => self.count_errors(what, 1),
        }
    }

    fn count_errors(&mut self, what: String, count: u64) {
        let is_known = self.errors.contains_key(&what);
        let kind = if is_known || self.errors.len() < ERROR_KINDS_MAX { what } else { "others".to_owned() };
        *self.errors.entry(kind).or_default() += count;
    }

    /// The phase is over.
    pub(super) fn close(&mut self, elapsed: Duration, untaken: u64) {
        self.elapsed = elapsed;
        if untaken > 0 {
            self.count_errors("never sent: every connection was busy".to_owned(), untaken);
        }
    }

    /// Payments that ended as they should.
    pub(crate) fn paid(&self) -> u64 {
        self.latency.len()
    }

    /// Those, per second.
    pub(crate) fn per_second(&self) -> f64 {
        self.paid() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// The latency that this share of the payments did not exceed, in milliseconds.
    pub(crate) fn latency_ms(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1_000.0
    }

    /// What went wrong, and how often.
    pub(crate) const fn errors(&self) -> &BTreeMap<String, u64> {
        &self.errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_not_latencies_and_do_not_grow_without_bound() {
        let mut tally = Tally::new();
        tally.count(Duration::from_millis(4), Ok(()));
        for n in 0..100 {
            tally.count(Duration::from_secs(1), Err(Refusal(format!("500: {n}"))));
        }
        tally.close(Duration::from_secs(2), 3);
        assert_eq!(tally.paid(), 1);
        assert!((tally.per_second() - 0.5).abs() < 1e-9);
        assert!((tally.latency_ms(1.0) - 4.0).abs() < 0.01);
        assert_eq!(tally.errors().len(), ERROR_KINDS_MAX + 1);
        assert_eq!(tally.errors().values().sum::<u64>(), 103);
    }
}
