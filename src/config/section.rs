//! The sections of the configuration and their defaults. What they mean is said once, in
//! `aviso.example.toml`; what they may be is checked by [`super::Config::check`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use aviso_core::delivery::{NoTestAddress, TestAddresses};
use aviso_core::retention::RetentionSettings;
use aviso_core::secret::Secret;
use serde::Deserialize;
use url::Url;

/// Where it listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// API and pages.
    pub listen: SocketAddr,
    /// Metrics and probes: not for the internet.
    pub private_listen: SocketAddr,
    /// How the world reaches `listen`; stands in links.
    pub public_url: Url,
    /// How many proxies of yours stand in front and each add the caller's address to
    /// `X-Forwarded-For`. With 0 that header is not believed.
    pub trusted_proxies: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            private_listen: SocketAddr::from(([127, 0, 0, 1], 9090)),
            public_url: Url::parse("http://localhost:8080").expect("a constant URL"),
            trusted_proxies: 0,
        }
    }
}

/// Where data is kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:path` or `postgres://user:password@host/database`. Default: `aviso.db` in the data folder.
    pub url: Option<Secret>,
}

/// The master key.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsConfig {
    /// 64 hexadecimal digits.
    pub master_key: Option<Secret>,
    /// A file with the key. Default: `master.key` in the data folder, made when it is missing.
    pub master_key_file: Option<PathBuf>,
    /// Master keys that were used before, the newest first.
    pub previous_master_keys: Vec<Secret>,
    /// A file with them, one a line.
    pub previous_master_keys_file: Option<PathBuf>,
}

/// Saved cards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultConfig {
    /// How many days a saved card may pay nothing before it is erased.
    pub unused_days: u32,
}

impl Default for VaultConfig {
    fn default() -> Self {
        Self { unused_days: 540 }
    }
}

/// For tests of recovery. Refused by an executable that is built for release.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TestingConfig {
    /// Where the process dies: a crash point of `aviso_core::crash`, `refund.stored` or `refund.stored:3`.
    pub crash_at: Option<String>,
}

/// Payments and the bank.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentsConfig {
    /// The acquirer that is used first: `sandbox`, or the name of the link in `[iso8583]`.
    pub acquirer: String,
    /// Where payments of the test world go unless a route says otherwise.
    pub test_acquirer: String,
    /// How long a payment may be finished.
    pub expires_after_secs: u64,
    /// How long the bank may take to answer.
    pub acquirer_deadline_secs: u64,
    /// How long after a message without outcome the bank is asked about it.
    pub inquiry_after_secs: u64,
    /// How long staff have for a review.
    pub review_within_secs: u64,
    /// How long money stays reserved before it must be taken.
    pub capture_within_secs: u64,
    /// How long before a reservation runs out the merchant is told.
    pub warn_before_secs: u64,
    /// How long a message to the bank may have no outcome before staff are told.
    pub escalate_after_secs: u64,
    /// How long the sandbox bank stays silent when it plays a time-out.
    pub sandbox_timeout_ms: u64,
    /// Names of further sandbox banks, whose links have no faults.
    pub more_sandboxes: Vec<String>,
    /// Messages without an answer in a row until a bank is left alone.
    pub breaker_failures: u32,
    /// How long a bank that did not answer is left alone.
    pub breaker_pause_secs: u64,
    /// The table of card issuers. Without it only test cards are known.
    pub bin_file: Option<PathBuf>,
}

impl Default for PaymentsConfig {
    fn default() -> Self {
        Self {
            acquirer: "sandbox".to_owned(),
            test_acquirer: "sandbox".to_owned(),
            expires_after_secs: 86_400,
            acquirer_deadline_secs: 15,
            inquiry_after_secs: 30,
            review_within_secs: 14_400,
            capture_within_secs: 604_800,
            warn_before_secs: 86_400,
            escalate_after_secs: 900,
            sandbox_timeout_ms: 2_000,
            more_sandboxes: Vec::new(),
            breaker_failures: 5,
            breaker_pause_secs: 30,
            bin_file: None,
        }
    }
}

/// How updates of the bot arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TelegramMode {
    /// Aviso asks for them.
    Polling,
    /// Telegram sends them to `public_url`.
    Webhook,
}

/// The bot. Without a token there is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramConfig {
    /// The token from BotFather.
    pub token: Option<Secret>,
    /// A file with the token.
    pub token_file: Option<PathBuf>,
    /// Another Bot API server than Telegram's own.
    pub api_url: Option<Url>,
    /// How updates arrive.
    pub mode: TelegramMode,
    /// What Telegram shows with each update in webhook mode: 16 to 256 of `A-Za-z0-9_-`.
    pub webhook_secret: Option<Secret>,
    /// Payments in chats.
    pub payments: TelegramPaymentsConfig,
}

/// Payments in chats. Without any of these there are none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramPaymentsConfig {
    /// The payment provider's token from BotFather, for live payments.
    pub provider_token: Option<Secret>,
    /// The same for the test world.
    pub test_provider_token: Option<Secret>,
    /// Whether live payments may be in Telegram Stars (currency XTR).
    pub stars: bool,
    /// Whether payments of the test world may: they are real Stars unless the bot is on Telegram's test servers.
    pub test_stars: bool,
    /// How long after a buyer was let through Telegram may tell that it took the money.
    pub success_within_secs: u64,
}

impl Default for TelegramPaymentsConfig {
    fn default() -> Self {
        Self {
            provider_token: None,
            test_provider_token: None,
            stars: false,
            test_stars: false,
            success_within_secs: 600,
        }
    }
}

impl TelegramPaymentsConfig {
    /// Whether anything is paid in chats.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.provider_token.is_some() || self.test_provider_token.is_some() || self.stars || self.test_stars
    }
}

impl Default for TelegramConfig {
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            api_url: None,
            mode: TelegramMode::Polling,
            webhook_secret: None,
            payments: TelegramPaymentsConfig::default(),
        }
    }
}

/// Signed callbacks out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksConfig {
    /// Allows endpoints on this machine: for the sandbox only.
    pub allow_loopback: bool,
    /// Allows endpoints without TLS.
    pub allow_http: bool,
}

/// How long rows are kept that only tell what happened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Deliveries that ended, and what was answered.
    pub deliveries_days: u32,
    /// Events: the API's list and the timelines of payments.
    pub events_days: u32,
    /// What antifraud saw and decided.
    pub decisions_days: u32,
    /// What lies in the inboxes of people's pages.
    pub inbox_days: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { deliveries_days: 60, events_days: 400, decisions_days: 400, inbox_days: 180 }
    }
}

impl RetentionConfig {
    /// As the core takes it.
    #[must_use]
    pub fn settings(&self) -> RetentionSettings {
        let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
        RetentionSettings {
            deliveries: days(self.deliveries_days),
            events: days(self.events_days),
            decisions: days(self.decisions_days),
            inbox: days(self.inbox_days),
        }
    }
}

/// Who is told.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoticesConfig {
    /// Addresses that may be written to about test payments: `qa@shop.example`, `@shop.example`, or `*`. People
    /// whose account has their address confirmed may be anyway.
    pub test_addresses: Vec<String>,
}

impl NoticesConfig {
    /// As the core takes it.
    ///
    /// # Errors
    ///
    /// [`NoTestAddress`] names the entry that is wrong.
    pub fn addresses(&self) -> Result<TestAddresses, NoTestAddress> {
        TestAddresses::read(&self.test_addresses)
    }
}

/// How fast callers may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Requests per second of an API key.
    pub api_per_second: u32,
    /// Requests of an API key at once.
    pub api_burst: u32,
    /// Form posts (log-in, registration, reset) per minute of an address.
    pub forms_per_minute: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { api_per_second: 100, api_burst: 200, forms_per_minute: 20 }
    }
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A filter such as `info` or `aviso=debug,warn`.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info,sqlx=warn,sea_orm=warn".to_owned() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
