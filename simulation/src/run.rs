//! One run, and many of them.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::bank::SimBank;
use crate::clock::ManualClock;
use crate::process::{Ground, Process};
use crate::sabotage::Sabotage;
use crate::shrink::shrink;
use crate::world::{Stepped, World};
use anyhow::Context;
use aviso_core::store::DatabaseUrl;

/// How runs are made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Steps of a run, before faults end.
    pub steps: usize,
    /// Damage that is done half-way, to prove that it is noticed.
    pub sabotage: Option<Sabotage>,
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: 24, sabotage: None }
    }
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What happened, a line each. No ids, no times: the same seed gives the same lines.
    pub trace: Vec<String>,
    /// What did not hold.
    pub failure: Option<String>,
}

/// A run that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Its seed.
    pub seed: u64,
    /// Steps that were left out.
    pub without: BTreeSet<usize>,
    /// What became of it.
    pub report: Report,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}", self.seed)?;
        for line in &self.report.trace {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "FAILED: {}", self.report.failure.as_deref().unwrap_or("no"))?;
        write!(f, "replay: cargo run --release -p aviso-simulation -- --seed {}", self.seed)?;
        if !self.without.is_empty() {
            let steps: Vec<String> = self.without.iter().map(usize::to_string).collect();
            write!(f, " --without {}", steps.join(","))?;
        }
        Ok(())
    }
}

/// A database on which runs are made one after another, each with a merchant of its own.
#[derive(Debug)]
pub struct Arena {
    ground: Ground,
    _folder: Option<tempfile::TempDir>,
}

impl Arena {
    /// On an empty database.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or migrated.
    pub fn new(url: DatabaseUrl) -> anyhow::Result<Self> {
        let clock = Arc::new(ManualClock::default());
        let bank = Arc::new(SimBank::new(Arc::clone(&clock)));
        let ground = Ground { url, clock, bank };
        let process = Process::start(&ground)?;
        process.prepare(&ground).context("the database cannot be prepared")?;
        process.stop();
        Ok(Self { ground, _folder: None })
    }

    /// On a SQLite file of its own, in memory where the machine has a place for that.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn in_memory() -> anyhow::Result<Self> {
        let shared = PathBuf::from("/dev/shm");
        let folder = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() };
        let folder = folder.context("no temporary folder")?;
        let arena = Self::new(DatabaseUrl::Sqlite(folder.path().join("run.db")))?;
        Ok(Self { _folder: Some(folder), ..arena })
    }

    /// Makes the run of a seed.
    ///
    /// # Errors
    ///
    /// When the database cannot be used; a run that fails is no error.
    pub fn run(&self, seed: u64, options: Options) -> anyhow::Result<Report> {
        self.run_without(seed, options, &BTreeSet::new())
    }

    /// Makes the run of a seed without some of its steps. Every step has chance of its own, so the others
    /// stay what they were, as far as they can.
    ///
    /// # Errors
    ///
    /// When the database cannot be used; a run that fails is no error.
    pub fn run_without(&self, seed: u64, options: Options, without: &BTreeSet<usize>) -> anyhow::Result<Report> {
        let process = Process::start(&self.ground)?;
        let mut world = World::new(self.ground.clone(), process, seed, options.sabotage)?;
        let failure = play(&mut world, options, without).err();
        if let Some(process) = world.process.take() {
            process.stop();
        }
        Ok(Report { trace: world.trace, failure })
    }
}

fn play(world: &mut World, options: Options, without: &BTreeSet<usize>) -> Stepped {
    let mut damage = options.sabotage;
    for step in (0..options.steps).filter(|step| !without.contains(step)) {
        world.say(format!("{step}"));
        world.throw_dice_of(step);
        world.step()?;
        if let Some(sabotage) = damage
            && step > options.steps / 4
        {
            let connection = world.process().services().store.migration_connection();
            let struck = world.process().run(sabotage.strike(&connection, world.scope.merchant.id));
            if struck.map_err(|error| format!("the sabotage itself failed: {error}"))? {
                damage = None;
                world.say("sabotage");
            }
        }
    }
    world.check_statuses()?;
    world.throw_dice_of(usize::MAX);
    world.heal()
}

/// Runs of one database before the next one: tables that grow make runs slow.
const RUNS_A_DATABASE: usize = 20;

/// Makes the runs of many seeds on this many threads, and stops at the first that fails. Gives how many
/// were made.
///
/// # Errors
///
/// When a database cannot be made or used.
pub fn run_many(seeds: Range<u64>, threads: usize, options: Options) -> anyhow::Result<Result<u64, Box<Failure>>> {
    let (next, done) = (AtomicU64::new(seeds.start), AtomicU64::new(0));
    let failed = std::sync::Mutex::new(None);
    let work = || -> anyhow::Result<()> {
        loop {
            let arena = Arena::in_memory()?;
            for _ in 0..RUNS_A_DATABASE {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= seeds.end {
                    return Ok(());
                }
                let report = arena.run(seed, options)?;
                done.fetch_add(1, Ordering::SeqCst);
                if report.failure.is_some() {
                    next.store(seeds.end, Ordering::SeqCst);
                    let failure = shrink(Failure { seed, without: BTreeSet::new(), report }, options)?;
                    let mut failed = failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    failed.get_or_insert_with(|| Box::new(failure));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow::anyhow!("a run panicked"))?)
    })?;
    let failed = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(failed.map_or(Ok(done.into_inner()), Err))
}
