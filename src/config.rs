//! The configuration: a TOML file and the environment (`AVISO_SECTION__KEY`), validated whole before
//! a port is bound. Only this file reads the environment.

mod check;
mod environment;
mod iso8583;
mod onboarding;
mod section;
mod show;

use std::path::{Path, PathBuf};
use std::time::Duration;

use aviso_core::crash::CrashAt;
use aviso_core::payment::PaymentSettings;
use aviso_core::secret::{Keyring, Secret};
use aviso_core::store::DatabaseUrl;
use aviso_core::vault::VaultSettings;
use aviso_notifier::email::config::MailConfig;
use figment::Figment;
use figment::providers::{Format, Toml};
use serde::Deserialize;

pub use iso8583::Iso8583Config;
pub use onboarding::OnboardingConfig;
pub use section::{
    DatabaseConfig, LimitsConfig, LogConfig, LogFormat, PaymentsConfig, RetentionConfig, SecretsConfig, ServerConfig,
    TelegramConfig, TelegramMode, TestingConfig, VaultConfig, WebhooksConfig,
};

/// Why the configuration was refused. Each names key, value and expectation.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {path} cannot be read: {reason}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A key that nobody knows, or a value of the wrong type.
    #[error("{0}")]
    Shape(String),
    /// A value that does not fit.
    #[error("{key} = {value}: expected {expected}")]
    Value {
        /// The key, `section.key`.
        key: &'static str,
        /// What was given; secrets are not shown.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

/// Everything that can be set. Every key has a default: with nothing at all Aviso runs on SQLite.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder for the database, the master key and mail files.
    pub data_dir: PathBuf,
    /// `[server]`
    pub server: ServerConfig,
    /// `[database]`
    pub database: DatabaseConfig,
    /// `[secrets]`
    pub secrets: SecretsConfig,
    /// `[vault]`
    pub vault: VaultConfig,
    /// `[payments]`
    pub payments: PaymentsConfig,
    /// `[iso8583]`; without it there is no host link.
    pub iso8583: Option<Iso8583Config>,
    /// `[onboarding]`
    pub onboarding: OnboardingConfig,
    /// `[telegram]`
    pub telegram: TelegramConfig,
    /// `[mail]`; without it letters are written to files in the data folder.
    pub mail: Option<MailConfig>,
    /// `[webhooks]`
    pub webhooks: WebhooksConfig,
    /// `[limits]`
    pub limits: LimitsConfig,
    /// `[retention]`
    pub retention: RetentionConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[testing]`
    pub testing: TestingConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            server: ServerConfig::default(),
            database: DatabaseConfig::default(),
            secrets: SecretsConfig::default(),
            vault: VaultConfig::default(),
            payments: PaymentsConfig::default(),
            iso8583: None,
            onboarding: OnboardingConfig::default(),
            telegram: TelegramConfig::default(),
            mail: None,
            webhooks: WebhooksConfig::default(),
            limits: LimitsConfig::default(),
            retention: RetentionConfig::default(),
            log: LogConfig::default(),
            testing: TestingConfig::default(),
        }
    }
}

impl Config {
    /// Reads the file (`aviso.toml` when it is there) and the environment, and checks everything.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names key, value and expectation.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        let default = Path::new("aviso.toml");
        if let Some(path) = file.or_else(|| default.exists().then_some(default)) {
            let text = std::fs::read_to_string(path)
                .map_err(|error| ConfigError::File { path: path.to_owned(), reason: error.to_string() })?;
            figment = figment.merge(Toml::string(&text));
        }
        let figment = figment.merge(environment::settings());
        let config: Self =
            figment.extract().map_err(|error| ConfigError::Shape(environment::explain(&figment, &error)))?;
        config.check()?;
        Ok(config)
    }

    /// Where the process dies, when a test asks for it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Value`] when there is no such place, and for any place in a release build.
    pub fn crash_at(&self) -> Result<Option<CrashAt>, ConfigError> {
        let Some(text) = &self.testing.crash_at else { return Ok(None) };
        let refuse = |expected| ConfigError::Value { key: "testing.crash_at", value: text.clone(), expected };
        if !cfg!(debug_assertions) {
            return Err(refuse("nothing: this executable is built for release and does not die on request"));
        }
        text.parse().map(Some).map_err(|_| refuse("a crash point such as refund.stored or refund.stored:3"))
    }

    /// Which database to open.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Value`] when the URL is neither SQLite nor PostgreSQL.
    pub fn database_url(&self) -> Result<DatabaseUrl, ConfigError> {
        let Some(url) = &self.database.url else { return Ok(DatabaseUrl::Sqlite(self.data_dir.join("aviso.db"))) };
        let text = url.expose();
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && !path.contains(":memory:") {
                return Ok(DatabaseUrl::Sqlite(PathBuf::from(path)));
            }
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(text.to_owned()));
        }
        Err(ConfigError::Value {
            key: "database.url",
            value: text.split(':').next().unwrap_or_default().chars().take(20).collect::<String>() + ":…",
            expected: "sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
        })
    }

    /// The bot's token, if there is a bot.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the token's file cannot be read.
    pub fn telegram_token(&self) -> Result<Option<Secret>, ConfigError> {
        match (&self.telegram.token, &self.telegram.token_file) {
            (Some(token), _) => Ok(Some(token.clone())),
            (None, Some(path)) => read_secret(path).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The master keys. On a first run one it is made and kept in the data folder, readable by its owner only.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it cannot be read, made or understood.
    pub fn keyring(&self) -> Result<Keyring, ConfigError> {
        let key = match (&self.secrets.master_key, &self.secrets.master_key_file) {
            (Some(key), _) => key.clone(),
            (None, Some(path)) => read_secret(path)?,
            (None, None) => read_or_make_key(&self.data_dir.join("master.key"))?,
        };
        let refuse = |key| ConfigError::Value {
            key,
            value: "[secret]".to_owned(),
            expected: "64 hexadecimal digits; for previous keys a list of them, the newest first",
        };
        Keyring::from_hex(&key).map_err(|_| refuse("secrets.master_key"))?;
        let previous = self.previous_master_keys()?;
        Keyring::from_hex_list(&key, &previous).map_err(|_| refuse("secrets.previous_master_keys"))
    }

    fn previous_master_keys(&self) -> Result<Vec<Secret>, ConfigError> {
        let mut keys = self.secrets.previous_master_keys.clone();
        if let Some(path) = &self.secrets.previous_master_keys_file {
            let text = read_secret(path)?;
            keys.extend(text.expose().lines().map(str::trim).filter(|line| !line.is_empty()).map(Secret::new));
        }
        Ok(keys)
    }

    /// The settings of the vault.
    #[must_use]
    pub fn vault_settings(&self) -> VaultSettings {
        VaultSettings { unused_for: Duration::from_secs(u64::from(self.vault.unused_days) * 86_400) }
    }

    /// The settings of payments.
    #[must_use]
    pub fn payment_settings(&self) -> PaymentSettings {
        PaymentSettings {
            expires_after: Duration::from_secs(self.payments.expires_after_secs),
            acquirer_deadline: Duration::from_secs(self.payments.acquirer_deadline_secs),
            inquiry_after: Duration::from_secs(self.payments.inquiry_after_secs),
            review_within: Duration::from_secs(self.payments.review_within_secs),
            capture_within: Duration::from_secs(self.payments.capture_within_secs),
            warn_before: Duration::from_secs(self.payments.warn_before_secs),
            escalate_after: Duration::from_secs(self.payments.escalate_after_secs),
            breaker_failures: self.payments.breaker_failures,
            breaker_pause: Duration::from_secs(self.payments.breaker_pause_secs),
        }
    }
}

fn read_secret(path: &Path) -> Result<Secret, ConfigError> {
    std::fs::read_to_string(path)
        .map(|text| Secret::new(text.trim()))
        .map_err(|error| ConfigError::File { path: path.to_owned(), reason: error.to_string() })
}

fn read_or_make_key(path: &Path) -> Result<Secret, ConfigError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let fail = |error: std::io::Error| ConfigError::File { path: path.to_owned(), reason: error.to_string() };
    if path.exists() {
        return read_secret(path);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let key = Keyring::generate_hex();
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            file.write_all(key.expose().as_bytes()).map_err(fail)?;
            file.sync_all().map_err(fail)?;
            Ok(key)
        }
        // Another process was quicker: its key counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => read_secret(path),
        Err(error) => Err(fail(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let figment = Figment::new().merge(Toml::string(text));
        let config: Config =
            figment.extract().map_err(|error| ConfigError::Shape(environment::explain(&figment, &error)))?;
        config.check()?;
        Ok(config)
    }

    #[test]
    fn nothing_at_all_is_a_configuration() {
        let config = read("").unwrap();
        assert_eq!(config.database_url().unwrap(), DatabaseUrl::Sqlite("data/aviso.db".into()));
    }

    #[test]
    fn a_wrong_value_is_named_with_what_was_expected() {
        for (text, parts) in [
            ("[database]\nurl = \"mysql://root:pw@x/y\"", ["database.url", "postgres://"]),
            ("[server]\nlisten = \"nowhere\"", ["server.listen = nowhere", "127.0.0.1:8080"]),
            ("[server]\npublic_url = \"ftp://x\"", ["server.public_url", "http"]),
            ("[server]\nlisten_on = \"x\"", ["listen_on", "server"]),
            ("[payments]\ninquiry_after_secs = 5", ["payments.inquiry_after_secs", "acquirer_deadline_secs"]),
            ("[payments]\nacquirer = \"iso8583\"", ["payments.acquirer", "[iso8583]"]),
            ("[iso8583]\nhost = \"bank\"", ["iso8583.port", "the bank's port"]),
            ("[iso8583]\nmac_keys = \"00\"", ["mac_keys", "iso8583"]),
            ("[payments]\nmore_sandboxes = [\"sandbox\"]", ["payments.more_sandboxes = sandbox", "each once"]),
            ("[payments]\nbreaker_failures = 0", ["payments.breaker_failures = 0", "1 to 1000"]),
            ("[telegram]\ntoken = \"abc\"", ["telegram.token", "BotFather"]),
            ("[telegram]\nmode = \"webhook\"", ["telegram.webhook_secret", "16 to 256"]),
            ("[log]\nfilter = \"a=b=c\"", ["log.filter", "filter"]),
            ("[testing]\ncrash_at = \"anywhere\"", ["testing.crash_at = anywhere", "refund.stored"]),
        ] {
            let message = read(text).unwrap_err().to_string();
            for part in parts {
                assert!(message.contains(part), "{text:?} says {message:?}, without {part:?}");
            }
            assert!(!message.contains("pw"), "{message}");
        }
    }
}
