//! The figures, for people and for programs.

use std::fmt::Write;

use aviso_tests::database::Kind;
use serde_json::{Value, json};

use crate::bar::{self, Bar};
use crate::disk::Disk;
use crate::machine::Machine;
use crate::pgbench::Pgbench;
use crate::run::{Phase, Run};

const MIB: f64 = 1024.0 * 1024.0;

/// Everything that one run of the benchmark found.
#[derive(Debug)]
pub(crate) struct Report {
    /// Where it ran.
    pub(crate) machine: Machine,
    /// What the disk can do.
    pub(crate) disk: Disk,
    /// What PostgreSQL can do, if it was measured.
    pub(crate) pgbench: Option<Pgbench>,
    /// What the hub did on each database.
    pub(crate) runs: Vec<Run>,
}

impl Run {
    /// The database's name.
    pub(crate) const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        }
    }

    /// Its phases by name.
    pub(crate) const fn phases(&self) -> [(&'static str, &Phase); 2] {
        [("full load", &self.saturated), ("constant rate", &self.steady)]
    }
}

impl Report {
    /// Whether every payment ended as it should.
    pub(crate) fn is_clean(&self) -> bool {
        self.runs.iter().flat_map(Run::phases).all(|(_, phase)| phase.tally.errors().is_empty())
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.write_text(&mut out).expect("a text takes everything");
        out
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        let machine = &self.machine;
        writeln!(out, "commit      {}", machine.commit)?;
        writeln!(
            out,
            "machine     {} cores, {}, {:.1} GiB, Linux {}; load {:.1} before the run; load generator on the same cores",
            machine.cores,
            machine.processor,
            machine.memory as f64 / MIB / 1024.0,
            machine.kernel,
            machine.load_before
        )?;
        writeln!(
            out,
            "disk        4 KiB + fdatasync: {:.0}/s overwriting, {:.0}/s growing",
            self.disk.overwriting_per_second, self.disk.growing_per_second
        )?;
        if let Some(pgbench) = self.pgbench {
            writeln!(
                out,
                "pgbench     TPC-B-like, prepared, scale 10: {:.0} tps with 64 clients, {:.0} tps with 1",
                pgbench.clients_64, pgbench.clients_1
            )?;
        }
        for run in &self.runs {
            write_run(out, run)?;
        }
        writeln!(out, "\nbars")?;
        for Bar { what, seen, is_met } in bar::bars(self) {
            writeln!(out, "  {:<8}{what:<66}{seen}", if is_met { "met" } else { "NOT MET" })?;
        }
        Ok(())
    }

    /// For programs. Times in milliseconds, sizes in bytes.
    pub(crate) fn json(&self) -> Value {
        json!({
            "commit": self.machine.commit,
            "machine": {
                "processor": self.machine.processor, "cores": self.machine.cores,
                "memory_bytes": self.machine.memory, "kernel": self.machine.kernel, "load_before": self.machine.load_before,
            },
            "binary_bytes": self.machine.binary,
            "disk": {
                "overwriting_syncs_per_second": self.disk.overwriting_per_second,
                "growing_syncs_per_second": self.disk.growing_per_second,
            },
            "pgbench": self.pgbench.map(|p| json!({ "tps_64_clients": p.clients_64, "tps_1_client": p.clients_1 })),
            "runs": self.runs.iter().map(run_json).collect::<Vec<_>>(),
            "bars": bar::bars(self).iter()
                .map(|bar| json!({ "what": bar.what, "seen": bar.seen, "met": bar.is_met }))
                .collect::<Vec<_>>(),
        })
    }
}

fn write_run(out: &mut String, run: &Run) -> std::fmt::Result {
    writeln!(out, "\n{:<12}{}", run.name(), run.settings)?;
    writeln!(
        out,
        "            ready after {:.0} ms; resident {:.1} MiB at rest, {:.1} MiB at the peak; {} connections, {} merchants",
        run.ready_after.as_secs_f64() * 1_000.0,
        run.memory_idle as f64 / MIB,
        run.memory_peak as f64 / MIB,
        run.connections,
        run.merchants
    )?;
    writeln!(out, "  {:<46}{:>14}{:>14}", "", "full load", "constant rate")?;
    for (name, decimals, figures) in rows(run) {
        let [full, steady] =
            figures.map(|figure| figure.map_or("-".to_owned(), |figure| format!("{figure:.decimals$}")));
        writeln!(out, "  {name:<46}{full:>14}{steady:>14}")?;
    }
    for (phase, Phase { tally, .. }) in run.phases() {
        for (what, count) in tally.errors() {
            writeln!(out, "  ERROR, {phase}, {count} times: {what}")?;
        }
    }
    Ok(())
}

/// The table's rows: name, decimals, and the figures under full load and at a constant rate.
fn rows(run: &Run) -> Vec<(&'static str, usize, [Option<f64>; 2])> {
    let both = |figure: &dyn Fn(&Phase) -> Option<f64>| [figure(&run.saturated), figure(&run.steady)];
    let wide = |figure: Option<u64>| figure.map(|figure| figure as f64);
    let batch = |phase: &Phase, units: f64| (phase.units > 0.0).then_some(units);
    vec![
        ("payments/s asked", 0, [None, Some(run.steady_per_second)]),
        ("payments/s", 0, both(&|p| Some(p.tally.per_second()))),
        ("payments", 0, both(&|p| Some(p.tally.paid() as f64))),
        ("errors", 0, both(&|p| Some(p.tally.errors().values().sum::<u64>() as f64))),
        ("latency p50, ms", 2, both(&|p| Some(p.tally.latency_ms(0.5)))),
        ("latency p95, ms", 2, both(&|p| Some(p.tally.latency_ms(0.95)))),
        ("latency p99, ms", 2, both(&|p| Some(p.tally.latency_ms(0.99)))),
        ("latency max, ms", 2, both(&|p| Some(p.tally.latency_ms(1.0)))),
        ("commits per payment, the planner's included", 2, both(&|p| Some(p.per_payment(p.commits)))),
        ("units of work per payment", 2, both(&|p| batch(p, p.per_payment(p.units)))),
        ("units per commit, mean", 1, both(&|p| batch(p, p.units / p.commits.max(1.0)))),
        ("units per commit, p50 of the last minute", 1, both(&|p| batch(p, p.batch.0))),
        ("units per commit, p99 of the last minute", 1, both(&|p| batch(p, p.batch.1))),
        ("server's log syncs per payment", 2, both(&|p| wide(p.log_syncs).map(|n| p.per_payment(n)))),
        ("CPU-ms per payment, aviso", 2, both(&|p| Some(p.per_payment(p.hub_cpu_ms as f64)))),
        ("CPU-ms per payment, database server", 2, both(&|p| wide(p.server_cpu_ms).map(|ms| p.per_payment(ms)))),
        ("CPU-ms per payment, load generator", 2, both(&|p| Some(p.per_payment(p.own_cpu_ms as f64)))),
    ]
}

fn run_json(run: &Run) -> Value {
    json!({
        "database": run.name(),
        "settings": run.settings,
        "connections": run.connections,
        "merchants": run.merchants,
        "ready_after_ms": run.ready_after.as_secs_f64() * 1_000.0,
        "memory_idle_bytes": run.memory_idle,
        "memory_peak_bytes": run.memory_peak,
        "constant_rate_per_second": run.steady_per_second,
        "full_load": phase_json(&run.saturated),
        "constant_rate": phase_json(&run.steady),
    })
}

fn phase_json(phase: &Phase) -> Value {
    let tally = &phase.tally;
    json!({
        "payments": tally.paid(),
        "payments_per_second": tally.per_second(),
        "errors": tally.errors(),
        "latency_ms": {
            "p50": tally.latency_ms(0.5), "p95": tally.latency_ms(0.95),
            "p99": tally.latency_ms(0.99), "max": tally.latency_ms(1.0),
        },
        "commits": phase.commits,
        "units": phase.units,
        "cpu_ms": { "aviso": phase.hub_cpu_ms, "server": phase.server_cpu_ms, "load_generator": phase.own_cpu_ms },
        "server_log_syncs": phase.log_syncs,
    })
}
