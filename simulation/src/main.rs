//! Runs of the simulation from the command line.

use std::collections::BTreeSet;
use std::ops::Range;
use std::process::ExitCode;

use aviso_simulation::{Arena, Failure, Options, run_many, shrink};
use clap::Parser;

/// Deterministic runs of the payment core.
#[derive(Debug, Parser)]
struct Cli {
    /// Print the trace of this seed's run.
    #[arg(long, conflicts_with = "seeds", required_unless_present = "seeds")]
    seed: Option<u64>,
    /// Leave these steps out of the run.
    #[arg(long, value_delimiter = ',', requires = "seed")]
    without: Vec<usize>,
    /// Leave steps out of a run that fails, while it fails, and print what is left.
    #[arg(long, requires = "seed")]
    shrink: bool,
    /// Make the runs of all these seeds, FIRST..END.
    #[arg(long, value_parser = range)]
    seeds: Option<Range<u64>>,
    /// Steps of a run, before faults end.
    #[arg(long, default_value_t = Options::default().steps)]
    steps: usize,
    /// Threads for many runs.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let bounds = text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    bounds.ok_or_else(|| "expected FIRST..END, such as 0..10000".to_owned())
}

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let options = Options { steps: cli.steps, ..Options::default() };
    if let Some(seed) = cli.seed {
        let without: BTreeSet<usize> = cli.without.into_iter().collect();
        let report = Arena::in_memory()?.run_without(seed, options, &without)?;
        let run = Failure { seed, without, report };
        let failed = run.report.failure.is_some();
        return Ok(tell(&if failed && cli.shrink { shrink(run, options)? } else { run }));
    }
    let seeds = cli.seeds.unwrap_or(0..0);
    let began = std::time::Instant::now();
    match run_many(seeds, cli.threads, options)? {
        Ok(runs) => {
            say(&format!("{runs} runs in {:.1} s: all well", began.elapsed().as_secs_f64()));
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            say(&failure.to_string());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn tell(run: &Failure) -> ExitCode {
    if run.report.failure.is_some() {
        say(&run.to_string());
        return ExitCode::FAILURE;
    }
    say(&run.report.trace.join(
        "
",
    ));
    say("all well");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn say(text: &str) {
    println!("{text}");
}
