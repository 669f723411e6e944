//! `aviso sandbox`: the hub with local stand-ins for what is not configured, seeded with a shop, a
//! buyer and a member of staff, and a page to watch it all on.

mod seed;
mod texts;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use aviso_core::clock::SystemClock;
use aviso_core::secret::Secret;
use aviso_notifier::email::config::{MailConfig, MailTls, MailTransport};
use aviso_sandbox::page::{Link, Page, PageConfig, StandIns};
use aviso_sandbox::standin::shop::Shop;
use aviso_sandbox::standin::smtp::{Smtp, SmtpConfig};
use aviso_sandbox::standin::telegram::{Telegram, User};
use url::Url;

use crate::app::App;
use crate::cli::{RoleName, SandboxArgs};
use crate::config::{Config, ServerConfig};
use crate::lifecycle;

/// The token of the local bot. Telegram's own server would refuse it.
const LOCAL_TOKEN: &str = "4200000000:sandbox-only-not-a-real-token";
/// The buyer in the sandbox: numeric Telegram id and e-mail.
pub const BUYER: (i64, &str) = (1001, "ana@example.com");
/// The member of staff in the sandbox: numeric Telegram id.
pub const STAFF: i64 = 2001;

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    /// The hub.
    pub app: App,
    /// The page.
    pub page: Page,
    /// The Bot API server.
    pub telegram: Telegram,
    /// The mail sink.
    pub smtp: Smtp,
    /// The shop.
    pub shop: Shop,
    /// The shop's API key.
    pub key: Secret,
}

/// Runs the sandbox until it is told to stop.
///
/// # Errors
///
/// When a port or the database does not allow it.
pub async fn run(config: Config, args: &SandboxArgs) -> anyhow::Result<ExitCode> {
    let mut sandbox = Sandbox::start(config, args.page).await?;
    announce(&sandbox);
    let healthy = sandbox
        .app
        .tasks
        .supervise(async {
            if let Err(error) = lifecycle::stop_signal().await {
                tracing::error!(%error, "signals cannot be received");
            }
        })
        .await;
    let clean = sandbox.app.stop().await;
    Ok(if healthy && clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Sandbox {
    /// Starts stand-ins, hub and page.
    ///
    /// # Errors
    ///
    /// When a port or the database does not allow it.
    pub async fn start(mut config: Config, page: SocketAddr) -> anyhow::Result<Self> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let telegram = Telegram::start(any, LOCAL_TOKEN).await?;
        let smtp = Smtp::start(any, SmtpConfig::default()).await?;
        let shop = Shop::start(any).await?;
        telegram.add_user(User::new(BUYER.0, "Ana").with_username("ana_lopez").with_language("en").started());
        telegram.add_user(User::new(STAFF, "Boris").with_username("boris_support").with_language("en").started());

        // Apart from whatever `serve` uses: the sandbox has an owner that everybody knows.
        config.data_dir = config.data_dir.join("sandbox");
        config.database.url = None;
        if config.server.public_url == ServerConfig::default().public_url && config.server.listen.port() != 0 {
            // Cookies belong to a host: the page's links and the letters' must name the same one.
            config.server.public_url = Url::parse(&format!("http://{}", config.server.listen))?;
        }
        let is_local_bot = config.telegram_token()?.is_none();
        if is_local_bot {
            config.telegram.token = Some(Secret::new(LOCAL_TOKEN));
            config.telegram.api_url = Some(Url::parse(&telegram.url())?);
            config.telegram.payments.test_provider_token = Some(Secret::new("284685063:TEST:a-local-provider"));
            config.telegram.payments.test_stars = true;
        }
        if config.mail.is_none() {
            config.mail = Some(local_mail(smtp.addr()));
            // Nothing leaves the machine.
            config.notices.test_addresses = vec!["*".to_owned()];
        }
        config.webhooks.allow_loopback = true;
        config.webhooks.allow_http = true;
        let roles = [RoleName::Web, RoleName::Bot, RoleName::Notifier, RoleName::Webhooks, RoleName::Janitor];
        let app = App::start(&config, Arc::new(SystemClock), &roles).await?;
        let api = Url::parse(&format!("http://{}", app.address))?;
        let key = seed::run(&app.services, &shop, &api, is_local_bot).await?;

        let mut page_config = PageConfig::new(BUYER.0, STAFF, BUYER.1);
        page_config.shop_name = seed::SHOP.to_owned();
        page_config.links = vec![
            Link { label: "Register an account".to_owned(), url: format!("{api}register") },
            Link { label: "Every letter and notice".to_owned(), url: "/texts".to_owned() },
            Link { label: "API description".to_owned(), url: format!("{api}openapi.json") },
            Link { label: "Metrics".to_owned(), url: format!("http://{}/metrics", app.private_address) },
        ];
        page_config.texts = texts::every(&config.server.public_url);
        let stand_ins = StandIns { telegram: telegram.clone(), smtp: smtp.clone(), shop: shop.clone() };
        let page = Page::start(page, stand_ins, page_config).await?;
        Ok(Self { app, page, telegram, smtp, shop, key })
    }
}

fn local_mail(address: SocketAddr) -> MailConfig {
    MailConfig {
        transport: MailTransport::Smtp,
        host: Some(address.ip().to_string()),
        port: Some(address.port()),
        tls: MailTls::None,
        username: None,
        password: None,
        from: "Aviso <aviso@example.com>".to_owned(),
        reply_to: None,
        pool_max: 4,
        timeout_secs: 20,
        extra_ca_pem: None,
        dkim: None,
        bounces: None,
        file_dir: None,
    }
}

#[expect(clippy::print_stdout, reason = "what a newcomer opens next")]
fn announce(sandbox: &Sandbox) {
    println!("\nAviso sandbox");
    println!("  Open this page:   {}", sandbox.page.url());
    println!("  API:              http://{}", sandbox.app.address);
    println!("  A key for it:     {}", sandbox.key.expose());
    println!("  Stop with Ctrl+C. Data stays in data/sandbox.\n");
}
