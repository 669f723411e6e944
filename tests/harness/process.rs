//! The hub as a process of its own, to be killed.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use aviso::app::Services;
use aviso::config::Config;
use aviso_core::audit::Actor;
use aviso_core::clock::SystemClock;
use aviso_core::language::Language;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::secret::Secret;
use aviso_sandbox::standin::shop::Shop;

use crate::database::TestDatabase;
use crate::until::until;

/// A hub that runs as `aviso serve`.
#[derive(Debug)]
pub struct Hub {
    settings: Vec<(String, String)>,
    data_dir: PathBuf,
    database: String,
    address: SocketAddr,
    crash_at: Option<String>,
    child: Option<Child>,
    log: Option<PathBuf>,
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

impl Hub {
    /// A hub that does not run yet.
    #[must_use]
    pub fn new(database: &TestDatabase, smtp: SocketAddr) -> Self {
        let (address, private) = (free_port(), free_port());
        let set = |key: &str, value: String| (format!("AVISO_{key}"), value);
        let settings = vec![
            set("DATA_DIR", database.folder().display().to_string()),
            set("DATABASE__URL", database.url_text()),
            set("SERVER__LISTEN", address.to_string()),
            set("SERVER__PRIVATE_LISTEN", private.to_string()),
            set("PAYMENTS__SANDBOX_TIMEOUT_MS", "20".to_owned()),
            set("PAYMENTS__ACQUIRER_DEADLINE_SECS", "1".to_owned()),
            set("PAYMENTS__INQUIRY_AFTER_SECS", "2".to_owned()),
            set("LIMITS__API_PER_SECOND", "100000".to_owned()),
            set("LIMITS__API_BURST", "100000".to_owned()),
            set("NOTICES__TEST_ADDRESSES", "*".to_owned()),
            set("WEBHOOKS__ALLOW_LOOPBACK", "true".to_owned()),
            set("WEBHOOKS__ALLOW_HTTP", "true".to_owned()),
            set("MAIL__TRANSPORT", "smtp".to_owned()),
            set("MAIL__HOST", smtp.ip().to_string()),
            set("MAIL__PORT", smtp.port().to_string()),
            set("MAIL__TLS", "none".to_owned()),
            set("MAIL__FROM", "aviso@example.com".to_owned()),
            set("LOG__FILTER", "error".to_owned()),
        ];
        let (data_dir, database) = (database.folder().to_owned(), database.url_text());
        Self { settings, data_dir, database, address, crash_at: None, child: None, log: None }
    }

    /// Writes the hub's log to a file, with this filter.
    pub fn log_to(&mut self, file: &std::path::Path, filter: &str) {
        self.log = Some(file.to_owned());
        self.settings.push(("AVISO_LOG__FILTER".to_owned(), filter.to_owned()));
    }

    /// A URL of the hub.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Changes a setting: `SECTION__KEY`. Holds from the next start on.
    pub fn set(&mut self, key: &str, value: impl ToString) {
        self.settings.push((format!("AVISO_{key}"), value.to_string()));
    }

    /// The services over the same database, while the hub does not run.
    ///
    /// # Panics
    ///
    /// When the database does not open.
    pub async fn services(&self) -> Services {
        let mut config = Config { data_dir: self.data_dir.clone(), ..Config::default() };
        config.database.url = Some(Secret::new(self.database.as_str()));
        aviso::app::migrate(&config).await.expect("a fresh schema");
        Services::open(&config, Arc::new(SystemClock)).await.expect("services")
    }

    /// A merchant whose events go to this shop, with its test key.
    ///
    /// # Panics
    ///
    /// When the database cannot be written.
    pub async fn open_shop(&self, shop: &Shop) -> (Scope, String) {
        let services = self.services().await;
        let merchant = services.merchants.create(Actor::Operator, "Luna", Language::En).await.expect("a merchant");
        let key = services.merchants.issue_key(Actor::Operator, merchant.id, Mode::Test).await.expect("a key");
        let scope = services.merchants.authenticate(&key).await.expect("a look").expect("a scope");
        let (_, secret) =
            services.endpoints.create(&scope, &shop.webhook_url(), Default::default()).await.expect("an endpoint");
        shop.trust(secret.expose());
        services.store.close().await.expect("closed");
        (scope, key.expose().to_owned())
    }

    /// Starts the process and waits until it is ready.
    ///
    /// # Panics
    ///
    /// When it does not become ready.
    pub async fn start(&mut self) {
        let stderr = match (&self.crash_at, &self.log) {
            (Some(_), _) => Stdio::null(),
            (None, Some(file)) => {
                std::fs::File::options().create(true).append(true).open(file).expect("a log file").into()
            }
            (None, None) => Stdio::inherit(),
        };
        let mut command = Command::new(program());
        command.arg("serve").envs(self.settings.iter().cloned());
        if let Some(place) = &self.crash_at {
            command.env("AVISO_TESTING__CRASH_AT", place);
        }
        let child =
            command.current_dir(&self.data_dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn();
        self.child = Some(child.expect("the aviso executable"));
        let url = self.url("/readyz");
        until("the hub being ready", async || {
            if self.has_died() {
                return Some(());
            }
            reqwest::get(&url).await.ok().filter(|answer| answer.status().is_success()).map(|_| ())
        })
        .await;
    }

    /// Lets the next process die at a crash point, perhaps before it is ready, or at none.
    pub fn crash_at(&mut self, place: Option<&str>) {
        self.crash_at = place.map(str::to_owned);
    }

    /// Whether the process died at its crash point.
    pub fn has_died(&mut self) -> bool {
        let ended = self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|status| status.is_some()));
        ended && self.crash_at.is_some()
    }

    /// The books of the sandbox bank, while the hub does not run.
    ///
    /// # Panics
    ///
    /// When they cannot be read.
    #[must_use]
    pub fn bank(&self) -> aviso_acquirers::sandbox::SandboxBank {
        let books = self.data_dir.join("sandbox-bank.jsonl");
        aviso_acquirers::sandbox::SandboxBank::builder().journal(books).build().expect("the bank's books")
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself; then there is nothing to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, and waits for a clean end.
    ///
    /// # Panics
    ///
    /// When it does not end cleanly.
    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()));
        let ended = until("the hub ending", async || child.try_wait().ok().flatten()).await;
        assert!(ended.success(), "the hub ended with {ended}");
    }

    /// What the sandbox bank took and did not give back, each authorization.
    ///
    /// # Panics
    ///
    /// When its books cannot be read.
    #[must_use]
    pub fn bank_books(&self) -> Vec<i64> {
        self.bank().authorizations().iter().map(|a| a.captured_minor - a.refunded_minor).collect()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The executable beside the test's own: `cargo test --workspace` and `scripts/test` build it.
fn program() -> PathBuf {
    let mut folder = std::env::current_exe().expect("the test's own path");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let program = folder.join("aviso");
    assert!(program.exists(), "{} is missing: run `cargo build` first", program.display());
    program
}
