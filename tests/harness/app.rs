//! A hub of its own for each test: every role in this process, stand-ins on loopback sockets.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use aviso::app::App;
use aviso::cli::RoleName;
use aviso::config::Config;
use aviso_core::account::{Entered, LoggedIn, Visit};
use aviso_core::clock::{Clock, ShiftedClock};
use aviso_core::secret::Secret;
use aviso_notifier::email::config::{MailConfig, MailTls, MailTransport};
use aviso_sandbox::standin::shop::Shop;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_sandbox::standin::telegram::Telegram;
use url::Url;

use crate::database::{Kind, TestDatabase};
use crate::until::until;

/// The local bot's token.
pub const TOKEN: &str = "4200000001:a-token-for-tests-only";

/// A running hub and the world around it.
#[derive(Debug, Clone)]
pub struct TestApp(Arc<World>);

/// What a test sees.
#[derive(Debug)]
pub struct World {
    /// The hub.
    pub hub: App,
    /// The hub's clock: the real one plus what tests add.
    pub clock: Arc<ShiftedClock>,
    /// The Bot API server.
    pub telegram: Telegram,
    /// The mail sink.
    pub smtp: Smtp,
    /// A shop's server.
    pub shop: Shop,
    /// A client for the API and the pages. Follows no redirects.
    pub http: reqwest::Client,
    /// The configuration that the hub runs with.
    pub config: Config,
    /// The database.
    pub database: TestDatabase,
}

impl Deref for TestApp {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl TestApp {
    /// Logs a browser that calls itself so in to an account without an authenticator.
    ///
    /// # Panics
    ///
    /// When the password is wrong, or a code is asked for.
    pub async fn session(&self, email: &str, password: &str, device: &str) -> LoggedIn {
        let (browser, password) = (Secret::new("a browser of its own"), Secret::new(password));
        let visit = Visit { browser: &browser, device };
        match self.hub.services.accounts.log_in(email, &password, visit).await.expect("a session") {
            Entered::In(session) => session,
            Entered::CodeNeeded(_) => panic!("a code is asked for"),
        }
    }

    /// Runs a scenario on a fresh hub; afterwards nothing may be stuck.
    ///
    /// # Panics
    ///
    /// When the scenario fails, or a queue does not run empty.
    pub async fn run<F: Future<Output = ()>>(kind: Kind, scenario: impl FnOnce(Self) -> F) {
        let app = Self::start(kind).await;
        scenario(app.clone()).await;
        app.finish().await;
    }

    /// Waits until nothing is due, and stops the hub.
    ///
    /// # Panics
    ///
    /// When a queue does not run empty, somebody still uses the app, or something had to be cut off.
    pub async fn finish(self) {
        self.settle().await;
        let world = Arc::into_inner(self.0).expect("a scenario keeps no handle on its app");
        assert!(world.hub.stop().await, "the hub did not stop cleanly");
    }

    /// Starts a hub.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start(kind: Kind) -> Self {
        Self::start_with(kind, |_| {}).await
    }

    /// Starts a hub whose configuration is changed first.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start_with(kind: Kind, change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::create(kind);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let telegram = Telegram::start(any, TOKEN).await.expect("the Bot API stand-in");
        let smtp = Smtp::start(any, SmtpConfig::default()).await.expect("the mail sink");
        let shop = Shop::start(any).await.expect("the shop");
        let mut config = config(&database, &telegram, smtp.addr());
        change(&mut config);
        aviso::app::migrate(&config).await.expect("a fresh schema");
        let clock = Arc::new(ShiftedClock::default());
        let roles = [RoleName::Web, RoleName::Bot, RoleName::Notifier, RoleName::Webhooks, RoleName::Janitor];
        let hub = App::start(&config, Arc::clone(&clock) as Arc<dyn Clock>, &roles).await.expect("a hub");
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client");
        Self(Arc::new(World { hub, clock, telegram, smtp, shop, http, config, database }))
    }

    /// A URL of the hub.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.hub.address)
    }

    /// Waits until every event is planned and nothing is due on any channel.
    pub async fn settle(&self) {
        until("every queue being empty", async || {
            let (unplanned, backlog) = (
                self.hub.services.deliveries.unplanned().await.ok()?,
                self.hub.services.deliveries.backlog().await.ok()?,
            );
            let waiting = backlog.iter().any(|(_, state, _)| state == "leased");
            let due = self.hub.services.deliveries.due().await.ok()?;
            (unplanned == 0 && !waiting && due == 0).then_some(())
        })
        .await;
    }
}

/// The configuration of a hub in a test: any ports, fast bank time-outs.
fn config(database: &TestDatabase, telegram: &Telegram, smtp: SocketAddr) -> Config {
    let mut config = Config {
        data_dir: database.folder().to_owned(),
        mail: Some(MailConfig {
            transport: MailTransport::Smtp,
            host: Some(smtp.ip().to_string()),
            port: Some(smtp.port()),
            tls: MailTls::None,
            username: None,
            password: None,
            from: "Aviso <aviso@example.com>".to_owned(),
            reply_to: None,
            pool_max: 4,
            timeout_secs: 5,
            extra_ca_pem: None,
            dkim: None,
            bounces: None,
            file_dir: None,
        }),
        ..Config::default()
    };
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    config.server.listen = any;
    config.server.private_listen = any;
    config.database.url = Some(Secret::new(database.url_text()));
    // Every browser of a test has the same address.
    config.limits.forms_per_minute = 6_000;
    // The mail of tests goes nowhere.
    config.notices.test_addresses = vec!["*".to_owned()];
    config.payments.sandbox_timeout_ms = 50;
    config.payments.more_sandboxes = vec!["sandbox_b".to_owned()];
    config.payments.acquirer_deadline_secs = 5;
    config.payments.inquiry_after_secs = 6;
    config.telegram.token = Some(Secret::new(TOKEN));
    config.telegram.api_url = Some(Url::parse(&telegram.url()).expect("the stand-in's URL"));
    config.telegram.payments.test_provider_token = Some(Secret::new("284685063:TEST:for-tests-only"));
    config.telegram.payments.test_stars = true;
    config.webhooks.allow_loopback = true;
    config.webhooks.allow_http = true;
    config
}
