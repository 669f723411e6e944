//! One database, measured: start-up, memory, the highest rate, and latency at half of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use aviso_tests::database::{Kind, TestDatabase};

use crate::load::{self, Arrival, Tally};
use crate::metrics::Metrics;
use crate::postgres::Postgres;
use crate::process;
use crate::progress;
use crate::shop::Shop;
use crate::target::{Site, Target};

/// Load before anything is counted: connections are opened, statements prepared, files grown.
const WARM_UP: Duration = Duration::from_secs(3);
/// Idle before memory is read.
const REST: Duration = Duration::from_secs(1);
/// The hub is started so often; the median counts.
const STARTS: usize = 3;
/// How the core opens SQLite; the settings belong to its connections and cannot be asked from outside.
const SQLITE_SETTINGS: &str = "SQLite, journal_mode=WAL, synchronous=FULL, one writer, group commit";

/// What to measure.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The release binary.
    pub(crate) program: PathBuf,
    /// How long each phase lasts.
    pub(crate) seconds: u64,
    /// The rate of the open-loop phase, if it is given.
    pub(crate) rate: Option<u32>,
    /// Keep-alive connections.
    pub(crate) connections: u16,
    /// Merchants that take turns.
    pub(crate) merchants: u16,
    /// Whether payments name buyers.
    pub(crate) buyers: bool,
}

/// The figures of one database.
#[derive(Debug)]
pub(crate) struct Run {
    /// Which.
    pub(crate) kind: Kind,
    /// What a commit costs there.
    pub(crate) settings: String,
    /// From the start of the process until it is ready: the median of several starts.
    pub(crate) ready_after: Duration,
    /// Bytes resident before any load.
    pub(crate) memory_idle: u64,
    /// Bytes resident at the peak.
    pub(crate) memory_peak: u64,
    /// Connections of the load generator.
    pub(crate) connections: u16,
    /// Merchants that took turns.
    pub(crate) merchants: u16,
    /// As many payments as the hub takes.
    pub(crate) saturated: Phase,
    /// Payments at a constant rate.
    pub(crate) steady: Phase,
    /// The rate of the second.
    pub(crate) steady_per_second: f64,
}

/// The figures of one phase of load.
#[derive(Debug)]
pub(crate) struct Phase {
    /// What the load generator saw.
    pub(crate) tally: Tally,
    /// Physical commits, the planner's included.
    pub(crate) commits: f64,
    /// Units of work that shared commits.
    pub(crate) units: f64,
    /// Units in one commit: median and 99th percentile of the last minute.
    pub(crate) batch: (f64, f64),
    /// Processor time of the hub, in milliseconds.
    pub(crate) hub_cpu_ms: u64,
    /// Processor time of PostgreSQL, in milliseconds.
    pub(crate) server_cpu_ms: Option<u64>,
    /// Processor time of the load generator, in milliseconds.
    pub(crate) own_cpu_ms: u64,
    /// How often PostgreSQL synced its log.
    pub(crate) log_syncs: Option<u64>,
}

impl Phase {
    /// A figure per payment.
    pub(crate) fn per_payment(&self, figure: f64) -> f64 {
        figure / (self.tally.paid() as f64).max(1.0)
    }
}

/// What is under load, and its database's server if there is one.
struct Stage {
    target: Target,
    server: Option<(Postgres, u32)>,
}

/// Measures one database, from an empty one to a stopped hub.
///
/// # Errors
///
/// When the hub or the server does not do what is asked.
pub(crate) async fn measure(kind: Kind, plan: &Plan) -> anyhow::Result<Run> {
    progress(&format!("{kind:?}: start-up and memory at rest"));
    let database = TestDatabase::create(kind);
    let server = match kind {
        Kind::Sqlite => None,
        Kind::Postgres => Some(Postgres::at(&database.url_text())?),
    };
    let settings = server.as_ref().map_or_else(|| Ok(SQLITE_SETTINGS.to_owned()), Postgres::settings)?;
    let server = server.map(|server| server.postmaster().map(|pid| (server, pid))).transpose()?;
    let site = Site::prepare(&plan.program, &database, plan.merchants).await?;
    let (target, ready_after) = start_often(&site).await?;
    tokio::time::sleep(REST).await;
    let (memory_idle, _) = process::memory(target.pid())?;
    let shop = Arc::new(Shop::new(target.address, site.keys.clone(), plan.buyers));
    let stage = Stage { target, server };
    let lasts = Duration::from_secs(plan.seconds);

    progress(&format!("{kind:?}: the highest rate"));
    load::run(&shop, plan.connections, Arrival::Closed { lasts: WARM_UP }).await.context("warm-up")?;
    let saturated = stage.phase(&shop, plan.connections, Arrival::Closed { lasts }).await?;
    let per_second = plan.rate.map_or_else(|| (saturated.tally.per_second() / 2.0).max(1.0), f64::from);
    progress(&format!("{kind:?}: {per_second:.0} payments per second"));
    let warm_up = Arrival::Constant { per_second, lasts: WARM_UP };
    load::run(&shop, plan.connections, warm_up).await.context("warm-up")?;
    let steady = stage.phase(&shop, plan.connections, Arrival::Constant { per_second, lasts }).await?;
    let (_, memory_peak) = process::memory(stage.target.pid())?;
    stage.target.stop().await?;
    Ok(Run {
        kind,
        settings,
        ready_after,
        memory_idle,
        memory_peak,
        connections: plan.connections,
        merchants: plan.merchants,
        saturated,
        steady,
        steady_per_second: per_second,
    })
}

/// Starts the hub several times and leaves the last one running. Gives the median time.
async fn start_often(site: &Site) -> anyhow::Result<(Target, Duration)> {
    let mut target = site.start().await?;
    let mut times = vec![target.ready_after];
    while times.len() < STARTS {
        target.stop().await?;
        target = site.start().await?;
        times.push(target.ready_after);
    }
    times.sort_unstable();
    Ok((target, times[STARTS / 2]))
}

/// What is read before and after a phase.
struct Reading {
    metrics: Metrics,
    hub_cpu_ms: u64,
    server_cpu_ms: Option<u64>,
    own_cpu_ms: u64,
    log_syncs: Option<u64>,
}

impl Stage {
    async fn phase(&self, shop: &Arc<Shop>, connections: u16, arrival: Arrival) -> anyhow::Result<Phase> {
        self.settle().await?;
        let before = self.read().await?;
        let tally = load::run(shop, connections, arrival).await?;
        self.settle().await?;
        let after = self.read().await?;
        let since = |after: Option<u64>, before: Option<u64>| Some(after?.saturating_sub(before?));
        Ok(Phase {
            tally,
            commits: after.metrics.commits() - before.metrics.commits(),
            units: after.metrics.batches().0 - before.metrics.batches().0,
            batch: (after.metrics.batch_units("0.5"), after.metrics.batch_units("0.99")),
            hub_cpu_ms: after.hub_cpu_ms - before.hub_cpu_ms,
            server_cpu_ms: since(after.server_cpu_ms, before.server_cpu_ms),
            own_cpu_ms: after.own_cpu_ms - before.own_cpu_ms,
            log_syncs: since(after.log_syncs, before.log_syncs),
        })
    }

    /// Waits until the hub commits nothing more: the planner has caught up.
    async fn settle(&self) -> anyhow::Result<()> {
        let mut last = f64::NAN;
        for _ in 0..50 {
            let now = self.target.metrics().await?.commits();
            if (now - last).abs() < 0.5 {
                break;
            }
            last = now;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok(())
    }

    async fn read(&self) -> anyhow::Result<Reading> {
        Ok(Reading {
            metrics: self.target.metrics().await?,
            hub_cpu_ms: process::stat(self.target.pid())?.cpu_ms,
            server_cpu_ms: self.server.as_ref().map(|(_, pid)| process::family_cpu_ms(*pid)).transpose()?,
            own_cpu_ms: process::stat(std::process::id())?.cpu_ms,
            log_syncs: self.server.as_ref().and_then(|(server, _)| server.log_syncs()),
        })
    }
}
