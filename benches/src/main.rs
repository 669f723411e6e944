//! The benchmark: payments over HTTP against the release binary, on SQLite and on PostgreSQL, with the
//! disk and pgbench measured in the same run, so that every figure stands beside what the machine can do.
//!
//! ```text
//! cargo build --release -p aviso -p aviso-benches && target/release/aviso-bench
//! ```
//!
//! The load generator lives on the same cores as the hub and speaks to loopback only.

mod bar;
mod disk;
mod hub;
mod load;
mod machine;
mod metrics;
mod pgbench;
mod postgres;
mod process;
mod report;
mod reports;
mod run;
mod shop;
mod target;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use aviso_tests::database::{Kind, TestDatabase};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::machine::Machine;
use crate::report::Report;

/// Measures payments over HTTP against the release binary, with the disk and pgbench in the same run.
#[derive(Debug, Parser)]
#[command(name = "aviso-bench", args_conflicts_with_subcommands = true)]
struct Args {
    /// Measure something else instead.
    #[command(subcommand)]
    part: Option<Part>,
    /// Which databases.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// How long each phase of load lasts.
    #[arg(long, value_name = "S", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Payments per second of the open-loop phase. Default: half of what the first phase reached.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: Option<u32>,
    /// Keep-alive connections.
    #[arg(long, value_name = "C", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    connections: u16,
    /// Merchants that take turns: with one, every payment is booked on the same accounts.
    #[arg(long, value_name = "M", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    merchants: u16,
    /// Every payment names a buyer: screening counts by e-mail and address too, and a letter is written.
    #[arg(long)]
    buyers: bool,
    /// Write the figures here, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Something else to measure.
#[derive(Debug, clap::Subcommand)]
enum Part {
    /// The notification hub: pushes beside a broadcast, its rate, and letters a second.
    Hub {
        /// Which databases.
        #[arg(long, value_enum, default_value = "both")]
        database: Databases,
        /// People whom the broadcast is for.
        #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        people: u32,
        /// How long pushes are asked for while it runs.
        #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
        seconds: u64,
        /// Letters.
        #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        letters: u32,
    },
    /// Reports and lists over histories of several lengths, without HTTP.
    Reports {
        /// Which databases.
        #[arg(long, value_enum, default_value = "both")]
        database: Databases,
        /// Payments of each history.
        #[arg(long, value_delimiter = ',', default_value = "1000,1000000")]
        payments: Vec<usize>,
    },
}

/// Which databases to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Databases {
    /// SQLite only; pgbench is left out.
    Sqlite,
    /// PostgreSQL only.
    Postgres,
    /// Both, one after the other.
    Both,
}

// One thread: the load generator must leave the cores to the hub.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let measured = async {
        match &args.part {
            Some(Part::Hub { database, people, seconds, letters }) => {
                let plan = hub::Plan { people: *people, seconds: *seconds, letters: *letters };
                bench_hub(*database, plan).await
            }
            Some(Part::Reports { database, payments }) => bench_reports(*database, payments).await,
            None => bench(&args).await,
        }
    };
    let ended = tokio::select! {
        ended = measured => ended,
        // What was started is dropped, and thereby ended.
        stopped = told_to_stop() => stopped.and_then(|()| bail!("stopped by a signal")),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Measures reports and lists.
async fn bench_reports(database: Databases, payments: &[usize]) -> anyhow::Result<bool> {
    for kind in [Kind::Postgres, Kind::Sqlite] {
        let is_wanted = match database {
            Databases::Sqlite => kind == Kind::Sqlite,
            Databases::Postgres => kind == Kind::Postgres,
            Databases::Both => true,
        };
        if is_wanted {
            say(&reports::measure(kind, payments).await?);
        }
    }
    Ok(true)
}

/// Measures everything and prints it. Gives `false` when a payment did not end as it should.
async fn bench(args: &Args) -> anyhow::Result<bool> {
    let program = target::program()?;
    let machine = Machine::look(&program)?;
    progress("the disk");
    let disk = disk::measure(TestDatabase::create(Kind::Sqlite).folder())?;
    let plan = run::Plan {
        program,
        seconds: args.seconds,
        rate: args.rate,
        connections: args.connections,
        merchants: args.merchants,
        buyers: args.buyers,
    };
    let (mut pgbench, mut runs) = (None, Vec::new());
    if args.database != Databases::Sqlite {
        progress("pgbench");
        pgbench = Some(pgbench::measure(&TestDatabase::create(Kind::Postgres))?);
        runs.push(run::measure(Kind::Postgres, &plan).await.context("PostgreSQL")?);
    }
    if args.database != Databases::Postgres {
        runs.push(run::measure(Kind::Sqlite, &plan).await.context("SQLite")?);
    }
    let report = Report { machine, disk, pgbench, runs };
    say(&report.text());
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report.json()).context("figures are always JSON")?;
        std::fs::write(path, text + "\n").with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(report.is_clean())
}

/// Measures the notification hub and prints it. Gives `false` when Telegram's limits were overstepped.
async fn bench_hub(databases: Databases, plan: hub::Plan) -> anyhow::Result<bool> {
    target::release_only()?;
    let mut clean = true;
    for kind in [Kind::Postgres, Kind::Sqlite] {
        let left_out = match kind {
            Kind::Postgres => Databases::Sqlite,
            Kind::Sqlite => Databases::Postgres,
        };
        if databases == left_out {
            continue;
        }
        // The hub runs in this process, and has threads as it has in its own.
        let figures = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(hub::measure(kind, plan))
        });
        let figures = figures.await.context("the measurement died")??;
        clean &= figures.is_clean();
        say(&figures.text());
    }
    Ok(clean)
}

async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals cannot be received")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Says on standard error what is measured now.
pub(crate) fn progress(what: &str) {
    // Nobody listening is no reason to stop measuring.
    let _ = writeln!(std::io::stderr(), "measuring {what} …");
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
fn complain(error: &anyhow::Error) {
    eprintln!("aviso-bench: {error:#}");
}
