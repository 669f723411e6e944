//! One running hub: its services, its edges, its tasks.

mod bins;
mod janitor;
mod sandbox_pages;
mod services;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use aviso_bot::{Bot, BotConfig, BotMode, BotServices, TelegramChannel};
use aviso_core::clock::Clock;
use aviso_core::delivery::{Channel, Heartbeat, Worker};
use aviso_notifier::bounce::Bounces;
use aviso_notifier::channel::EmailChannel;
use aviso_notifier::email::config::{MailConfig, MailTransport};
use aviso_web::{BotLink, Limits, Rate, WebConfig, WebParts, WebState};
use aviso_webhooks::address::Policy;
use aviso_webhooks::channel::WebhookChannel;
use aviso_webhooks::client::{Client, Settings};
use aviso_webhooks::endpoint_url::check_endpoint_url;
use aviso_webhooks::header::check_header;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use crate::cli::RoleName;
use crate::config::{Config, TelegramMode};
use crate::lifecycle::Tasks;
use crate::telemetry;

pub use services::{Services, migrate, open_store};

/// How often security codes are forgotten whose buyers did not come back in time.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// A running hub.
#[derive(Debug)]
pub struct App {
    /// Its services.
    pub services: Services,
    /// Where API and pages listen.
    pub address: SocketAddr,
    /// Where metrics and probes listen.
    pub private_address: SocketAddr,
    /// Its tasks.
    pub tasks: Tasks,
    /// Outlives the tasks: leases that they still work on are not given away.
    heartbeat: Option<Tasks>,
}

impl App {
    /// Builds and starts everything that `roles` asks for. Listeners are bound when this returns.
    ///
    /// # Errors
    ///
    /// When the configuration, the database or a port does not allow it; nothing runs then.
    pub async fn start(config: &Config, clock: Arc<dyn Clock>, roles: &[RoleName]) -> anyhow::Result<Self> {
        let metrics = telemetry::metrics();
        let services = Services::open(config, Arc::clone(&clock)).await?;
        let listener = listen("server.listen", config.server.listen).await?;
        let private = listen("server.private_listen", config.server.private_listen).await?;
        let (address, private_address) = (listener.local_addr()?, private.local_addr()?);
        let heartbeat = if services.store.is_exclusive() {
            services.deliveries.adopt_orphans().await?;
            None
        } else {
            Some(beat(&services).await?)
        };
        let mut tasks = Tasks::default();
        let has = |role| roles.contains(&role);
        let stop = tasks.token();
        tasks.spawn("bins", bins::follow(config.clone(), services.bins.clone(), stop));

        let bot = match config.telegram_token()? {
            Some(token) => Some(bot(config, token, &services)?),
            None => None,
        };
        if let Some(link) = &services.iso8583 {
            let stop = tasks.base_token();
            tasks.spawn_base("iso8583", link.clone().run(stop));
        }
        let (stop, payments) = (tasks.token(), services.payments.clone());
        // In every process: each holds the security codes of the buyers that it sent to their issuers.
        let forget = janitor::every(FORGET_EVERY, stop, async move || {
            payments.forget_late_codes();
            Ok(())
        });
        tasks.spawn("security-codes", forget);
        if has(RoleName::Janitor) {
            janitor::start(&mut tasks, &services);
        }
        if has(RoleName::Webhooks) {
            let channel = webhook_channel(config, &services)?;
            start_worker(&mut tasks, "webhooks", &services, channel);
        }
        if has(RoleName::Notifier) {
            let mail = config.mail.clone().unwrap_or_else(|| mail_to_files(config));
            let (url, keyring) = (config.server.public_url.clone(), services.keyring.clone());
            let channel = EmailChannel::new(&mail, url, keyring.clone(), Arc::clone(&clock))?;
            let channel = channel.with_logos_of(services.merchants.clone()).with_reports(services.reports.clone());
            if let Some(bounces) = Bounces::open(&mail, keyring, services.deliveries.clone())? {
                let stop = tasks.token();
                tasks.spawn("bounces", bounces.run(stop));
            }
            start_worker(&mut tasks, "notifier", &services, Arc::new(channel));
        }
        let state = web_state(config, &services, bot.as_ref(), metrics)?;
        let mut router = aviso_web::router(state.clone());
        if services::is_sandbox(config) {
            router = router.merge(sandbox_pages::router(&services, address));
        }
        if let Some(bot) = bot
            && has(RoleName::Bot)
        {
            start_worker(&mut tasks, "bot-channel", &services, Arc::new(TelegramChannel::new(&bot)));
            if let Some(webhook) = bot.webhook_router() {
                router = router.merge(webhook);
            }
            let stop = tasks.token();
            tasks.spawn("broadcast-progress", bot.clone().follow_broadcasts(stop));
            let stop = tasks.token();
            tasks.spawn("bot", bot.run(stop));
        }
        serve(&mut tasks, "private", private, aviso_web::private_router(state));
        if has(RoleName::Web) {
            let stop = tasks.token();
            tasks.spawn("inbox", services.watches.clone().run(stop));
            serve(&mut tasks, "web", listener, router);
        }
        tracing::info!(%address, %private_address, database = services.store.backend_name(), "the hub runs");
        Ok(Self { services, address, private_address, tasks, heartbeat })
    }

    /// Stops everything and closes the database. Gives `false` when something had to be cut off.
    pub async fn stop(mut self) -> bool {
        let mut clean = self.tasks.stop_all().await;
        if let Some(heartbeat) = &mut self.heartbeat {
            clean &= heartbeat.stop_all().await;
        }
        if let Err(error) = self.services.store.close().await {
            tracing::error!(%error, "the database did not close");
            return false;
        }
        clean
    }
}

/// Tells the other processes on this database that this one lives, before it takes any lease.
async fn beat(services: &Services) -> anyhow::Result<Tasks> {
    let heartbeat = Heartbeat::new(services.store.clone(), Arc::clone(&services.clock));
    heartbeat.beat().await?;
    let mut tasks = Tasks::default();
    tasks.spawn("heartbeat", heartbeat.run(tasks.token()));
    Ok(tasks)
}

async fn listen(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{key} = {address}: the port cannot be bound"))
}

fn bot(config: &Config, token: aviso_core::secret::Secret, services: &Services) -> anyhow::Result<Bot> {
    let mode = match config.telegram.mode {
        TelegramMode::Polling => BotMode::Polling,
        TelegramMode::Webhook => BotMode::Webhook {
            url: config.server.public_url.join(aviso_bot::WEBHOOK_PATH)?,
            secret: config.telegram.webhook_secret.clone().context("telegram.webhook_secret is missing")?,
        },
    };
    let bot_config = BotConfig {
        token,
        api_url: config.telegram.api_url.clone(),
        mode,
        public_url: config.server.public_url.clone(),
        payments: services.telegram.clone(),
    };
    let bot_services = BotServices {
        accounts: services.accounts.clone(),
        payments: services.payments.clone(),
        refunds: services.refunds.clone(),
        bills: services.bills.clone(),
        risk: services.risk.clone(),
        onboardings: services.onboardings.clone(),
        memory: services.memory.clone(),
        deliveries: services.deliveries.clone(),
        audit: services.audit.clone(),
        clock: Arc::clone(&services.clock),
        database: services.store.backend_name(),
    };
    Bot::new(bot_services, bot_config).context("telegram")
}

fn policy(config: &Config) -> Policy {
    Policy { allow_loopback: config.webhooks.allow_loopback, allow_http: config.webhooks.allow_http }
}

fn webhook_channel(config: &Config, services: &Services) -> anyhow::Result<Arc<dyn Channel>> {
    let settings = Settings { policy: policy(config), ..Settings::default() };
    let client = Client::new(&settings, Arc::clone(&services.clock))?;
    Ok(Arc::new(WebhookChannel::new(Arc::new(services.endpoints.clone()), client, Arc::clone(&services.clock))))
}

/// Without a relay letters are files: nothing is lost, and everybody can read what would be sent.
fn mail_to_files(config: &Config) -> MailConfig {
    MailConfig {
        transport: MailTransport::File,
        host: None,
        port: None,
        tls: Default::default(),
        username: None,
        password: None,
        from: "Aviso <aviso@localhost.localdomain>".to_owned(),
        reply_to: None,
        pool_max: 4,
        timeout_secs: 20,
        extra_ca_pem: None,
        dkim: None,
        bounces: None,
        file_dir: Some(config.data_dir.join("mail")),
    }
}

fn web_state(
    config: &Config,
    services: &Services,
    bot: Option<&Bot>,
    metrics: &'static PrometheusHandle,
) -> anyhow::Result<WebState> {
    let policy = policy(config);
    let limits = Limits {
        api_key: rate(config.limits.api_per_second.saturating_mul(60), config.limits.api_burst),
        form: rate(config.limits.forms_per_minute, config.limits.forms_per_minute),
        ..Limits::default()
    };
    // Without a bot there is nothing to link to; the pages then lead to Telegram's own.
    let bot_link = bot.map_or_else(|| BotLink::from("https://t.me"), |bot| BotLink::from(bot.username_watch()));
    let web = WebConfig {
        limits,
        trusted_proxies: config.server.trusted_proxies,
        bot_token: config.telegram_token()?,
        ..WebConfig::new(config.server.public_url.clone(), bot_link)
    };
    Ok(WebParts {
        store: services.store.clone(),
        clock: Arc::clone(&services.clock),
        keyring: services.keyring.clone(),
        payments: services.payments.clone(),
        bills: services.bills.clone(),
        sites: services.sites.clone(),
        issuing: services.issuing.clone(),
        refunds: services.refunds.clone(),
        disputes: services.disputes.clone(),
        ledger: services.ledger.clone(),
        reports: services.reports.clone(),
        merchants: services.merchants.clone(),
        onboardings: services.onboardings.clone(),
        members: services.members.clone(),
        profiles: services.profiles.clone(),
        risk: services.risk.clone(),
        audit: services.audit.clone(),
        endpoints: services.endpoints.clone(),
        accounts: services.accounts.clone(),
        inbox: services.inbox.clone(),
        watches: services.watches.clone(),
        deliveries: services.deliveries.clone(),
        config: web,
        endpoint_check: Arc::new(move |url| {
            check_endpoint_url(url, &policy).map(|_| ()).map_err(|error| error.to_string())
        }),
        header_check: Arc::new(|name, value| check_header(name, value).map_err(|error| error.to_string())),
        ready: Arc::new(|| Ok(())),
        metrics: Arc::new(|| metrics.render()),
    }
    .into_state())
}

fn rate(per_minute: u32, burst: u32) -> Rate {
    // Checked by the configuration to be above 0.
    Rate::new(per_minute.max(1), burst.max(1))
}

fn serve(tasks: &mut Tasks, name: &'static str, listener: TcpListener, router: axum::Router) {
    let stop = tasks.token();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tasks.spawn(name, async move {
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await {
            tracing::error!(%error, name, "the listener failed");
        }
    });
}

fn start_worker(tasks: &mut Tasks, name: &'static str, services: &Services, channel: Arc<dyn Channel>) {
    let worker = Worker::new(services.store.clone(), Arc::clone(&services.clock), channel);
    let stop = tasks.token();
    tasks.spawn(name, worker.run(stop));
}
