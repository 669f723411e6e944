//! The bars: what a figure must reach.

use aviso_tests::database::Kind;

use crate::report::Report;
use crate::run::Run;

const MIB: f64 = 1024.0 * 1024.0;

/// One bar and the figure that was seen.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    /// What is asked.
    pub(crate) what: String,
    /// What was seen.
    pub(crate) seen: String,
    /// Whether that is enough.
    pub(crate) is_met: bool,
}

impl Bar {
    fn at_least(what: String, seen: f64, bar: f64) -> Self {
        Self { what, seen: format!("{seen:.0} ≥ {bar:.0}"), is_met: seen >= bar }
    }

    /// Compared as printed: to one decimal.
    fn at_most(what: String, seen: f64, bar: f64) -> Self {
        let is_met = (seen * 10.0).round() <= (bar * 10.0).round();
        Self { what, seen: format!("{seen:.1} ≤ {bar:.1}"), is_met }
    }
}

/// Every bar that a report has figures for.
pub(crate) fn bars(report: &Report) -> Vec<Bar> {
    let find = |kind| report.runs.iter().find(|run| run.kind == kind);
    let rate = |run: &Run| run.saturated.tally.per_second();
    let mut bars = Vec::new();
    if let Some((run, pgbench)) = find(Kind::Postgres).zip(report.pgbench) {
        let what = "PostgreSQL: payments/s, a third of pgbench's tps with 64 clients".to_owned();
        bars.push(Bar::at_least(what, rate(run), pgbench.clients_64 / 3.0));
    }
    if let Some((sqlite, postgres)) = find(Kind::Sqlite).zip(find(Kind::Postgres)) {
        let what = "SQLite: payments/s, as on PostgreSQL".to_owned();
        bars.push(Bar::at_least(what, rate(sqlite), rate(postgres)));
    }
    for run in &report.runs {
        let name = run.name();
        for (phase, figures) in run.phases() {
            let commits = figures.per_payment(figures.commits);
            bars.push(Bar::at_most(format!("{name}: commits per payment, {phase}"), commits, 2.0));
        }
        bars.push(Bar::at_most(format!("{name}: MiB resident at rest"), run.memory_idle as f64 / MIB, 64.0));
        bars.push(Bar::at_most(format!("{name}: MiB resident at the peak"), run.memory_peak as f64 / MIB, 256.0));
        let ready_ms = run.ready_after.as_secs_f64() * 1_000.0;
        bars.push(Bar::at_most(format!("{name}: ms from start to ready"), ready_ms, 300.0));
    }
    bars.push(Bar::at_most("release binary, MiB".to_owned(), report.machine.binary as f64 / MIB, 40.0));
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_as_it_is_printed() {
        assert!(Bar::at_most(String::new(), 2.04, 2.0).is_met);
        assert!(!Bar::at_most(String::new(), 2.06, 2.0).is_met);
        assert!(Bar::at_least(String::new(), 1_000.0, 1_000.0).is_met);
        assert!(!Bar::at_least(String::new(), 999.0, 1_000.0).is_met);
    }
}
