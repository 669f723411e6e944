//! The hub under test: the real release binary in a process of its own.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use aviso::app::Services;
use aviso::config::Config;
use aviso_core::audit::Actor;
use aviso_core::clock::SystemClock;
use aviso_core::id::MerchantId;
use aviso_core::language::Language;
use aviso_core::ledger::fee::{Fee, FeeMethod};
use aviso_core::merchant::Mode;
use aviso_core::secret::Secret;
use aviso_tests::database::TestDatabase;

use crate::load;
use crate::metrics::Metrics;

/// How long the hub may take until it is ready, and until it stopped.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often it is asked whether it is ready.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// No rate limit on the load: it is not what is measured.
const UNLIMITED: &str = "1000000";

/// Refuses to measure a debug build.
///
/// # Errors
///
/// In a debug build.
pub(crate) fn release_only() -> anyhow::Result<()> {
    if cfg!(debug_assertions) {
        bail!("a benchmark of a debug build says nothing: cargo run --release -p aviso-benches --bin aviso-bench");
    }
    Ok(())
}

/// The release binary beside this one.
///
/// # Errors
///
/// Says what to build when there is none.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    release_only()?;
    let program = std::env::current_exe().context("this program does not know where it is")?.with_file_name("aviso");
    if !program.exists() {
        bail!("{} is missing: cargo build --release -p aviso", program.display());
    }
    Ok(program)
}

/// A database that is ready for a hub: migrated, with merchants and a key for each.
#[derive(Debug)]
pub(crate) struct Site {
    program: PathBuf,
    /// Data folder and working folder.
    folder: PathBuf,
    database: String,
    /// The merchants' API keys.
    pub(crate) keys: Vec<String>,
}

impl Site {
    /// Prepares a fresh database. No hub may run on it: a SQLite file serves one process.
    ///
    /// # Errors
    ///
    /// When the hub's own commands refuse.
    pub(crate) async fn prepare(program: &Path, database: &TestDatabase, merchants: u16) -> anyhow::Result<Self> {
        let mut site = Self {
            program: program.to_owned(),
            folder: database.folder().to_owned(),
            database: database.url_text(),
            keys: Vec::new(),
        };
        site.run(&["migrate"])?;
        site.keys = site.open_shops(merchants).await?;
        Ok(site)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // Nothing from outside: neither a setting nor an aviso.toml.
        command.env_clear().current_dir(&self.folder).stdin(Stdio::null());
        command.env("AVISO_DATA_DIR", &self.folder).env("AVISO_DATABASE__URL", &self.database);
        command.env("AVISO_LIMITS__API_PER_SECOND", UNLIMITED).env("AVISO_LIMITS__API_BURST", UNLIMITED);
        command.env("AVISO_LOG__FILTER", "warn");
        command
    }

    /// Creates merchants in this process: a command for each would take minutes.
    async fn open_shops(&self, count: u16) -> anyhow::Result<Vec<String>> {
        let mut config = Config { data_dir: self.folder.clone(), ..Config::default() };
        config.database.url = Some(Secret::new(self.database.as_str()));
        let services = Services::open(&config, Arc::new(SystemClock)).await?;
        let mut keys = Vec::new();
        let fee = Fee {
            merchant_id: MerchantId::from_uuid(Default::default()),
            mode: Mode::Test,
            currency: "EUR".parse()?,
            method: FeeMethod::Any,
            basis_points: 290,
            fixed: 30,
        };
        for number in 1..=count {
            let merchant = services.merchants.create(Actor::Operator, &format!("Bench {number}"), Language::En).await?;
            let fee = Fee { merchant_id: merchant.id, ..fee.clone() };
            services.ledger.set_fee(Actor::Operator, &fee).await?;
            let key = services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await?;
            keys.push(key.expose().to_owned());
        }
        services.store.close().await?;
        Ok(keys)
    }

    fn run(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = self.command().args(args).output().with_context(|| self.program.display().to_string())?;
        if !output.status.success() {
            bail!("aviso {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the hub and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When it does not start in time.
    pub(crate) async fn start(&self) -> anyhow::Result<Target> {
        let (address, private) = (free_address()?, free_address()?);
        let log = self.folder.join("aviso.log");
        let mut command = self.command();
        command.args(["serve", "--migrate"]).env("AVISO_SERVER__LISTEN", address.to_string());
        command.env("AVISO_SERVER__PRIVATE_LISTEN", private.to_string());
        command.stdout(Stdio::null()).stderr(File::create(&log).context("the hub's log")?);
        let began = Instant::now();
        let child = command.spawn().with_context(|| self.program.display().to_string())?;
        let mut target = Target { child, address, private, log, ready_after: Duration::ZERO };
        while !matches!(load::get(private, "/readyz").await, Ok((200, _))) {
            if target.child.try_wait().context("the hub's state")?.is_some() || began.elapsed() > DEADLINE {
                bail!("the hub did not become ready: {}", target.last_words());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        target.ready_after = began.elapsed();
        Ok(target)
    }
}

/// A running hub. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Target {
    child: Child,
    /// API and pages.
    pub(crate) address: SocketAddr,
    private: SocketAddr,
    log: PathBuf,
    /// From the start of the process until it was ready.
    pub(crate) ready_after: Duration,
}

impl Target {
    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the hub counted so far.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub(crate) async fn metrics(&self) -> anyhow::Result<Metrics> {
        let (status, text) = load::get(self.private, "/metrics").await?;
        if status != 200 {
            bail!("/metrics answered {status}");
        }
        Ok(Metrics::new(text))
    }

    /// The end of the hub's log: warnings and errors only.
    pub(crate) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// Stops it as an operator does, with SIGTERM.
    ///
    /// # Errors
    ///
    /// When it does not stop cleanly in time.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        // The shell's own `kill`: the program is not installed everywhere.
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status().context("sh")?;
        let began = Instant::now();
        while told.success() && began.elapsed() < DEADLINE {
            match self.child.try_wait().context("the hub's state")? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("the hub ended with {status}: {}", self.last_words()),
                None => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
        bail!("the hub did not stop: {}", self.last_words())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // Both fail only when it ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    listener.local_addr().context("a port without a number")
}
