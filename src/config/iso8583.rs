//! `[iso8583]`: the host link to a bank.

use std::path::PathBuf;
use std::time::Duration;

use aviso_acquirers::iso8583::mac::{MacAlgorithm, MacKey};
use aviso_acquirers::iso8583::profile::{HeaderName, Profile, ProfileName};
use aviso_acquirers::iso8583::settings::{Identity, Settings, TlsSettings};
use aviso_core::secret::Secret;
use serde::Deserialize;

use super::{Config, ConfigError, PaymentsConfig};

/// The host link to a bank. There is one when this section is in the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Iso8583Config {
    /// Its name in tables and reports.
    pub name: String,
    /// The bank's host name or address.
    pub host: String,
    /// The bank's port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// The name in the bank's certificate, when it is not `host`.
    pub tls_server_name: Option<String>,
    /// Certificate authorities that are trusted instead of the system's.
    pub tls_ca_file: Option<PathBuf>,
    /// Our certificate, when the bank asks for one.
    pub tls_cert_file: Option<PathBuf>,
    /// Its key.
    pub tls_key_file: Option<PathBuf>,
    /// How messages are written.
    pub profile: ProfileName,
    /// The length in front of each message.
    pub header: HeaderName,
    /// The key of authentication codes, in hexadecimal.
    pub mac_key: Option<Secret>,
    /// How authentication codes are made.
    pub mac_algorithm: MacAlgorithm,
    /// Field 41.
    pub terminal_id: String,
    /// Field 42.
    pub merchant_id: String,
    /// Field 32.
    pub acquirer_id: String,
    /// Field 18.
    pub merchant_category: Option<String>,
    /// Field 43.
    pub merchant_place: Option<String>,
    /// How long a message may be without answer.
    pub response_timeout_ms: u64,
    /// How long connecting and signing on may take.
    pub connect_timeout_ms: u64,
    /// How often the line is tested.
    pub echo_secs: u64,
    /// Messages that may wait to be written.
    pub queue_max: usize,
}

impl Default for Iso8583Config {
    fn default() -> Self {
        Self {
            name: "iso8583".to_owned(),
            host: String::new(),
            port: 0,
            tls: true,
            tls_server_name: None,
            tls_ca_file: None,
            tls_cert_file: None,
            tls_key_file: None,
            profile: ProfileName::default(),
            header: HeaderName::default(),
            mac_key: None,
            mac_algorithm: MacAlgorithm::default(),
            terminal_id: String::new(),
            merchant_id: String::new(),
            acquirer_id: String::new(),
            merchant_category: None,
            merchant_place: None,
            response_timeout_ms: 10_000,
            connect_timeout_ms: 5_000,
            echo_secs: 60,
            queue_max: 1_024,
        }
    }
}

impl Iso8583Config {
    /// The settings of the link.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Value`] when the key does not fit.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let mac = match &self.mac_key {
            Some(key) => Some(MacKey::from_hex(self.mac_algorithm, key).map_err(|_| ConfigError::Value {
                key: "iso8583.mac_key",
                value: "[secret]".to_owned(),
                expected: "hexadecimal: 16 bytes for x919, 16 to 64 for hmac_sha256",
            })?),
            None => None,
        };
        let tls = self.tls.then(|| TlsSettings {
            server_name: self.tls_server_name.clone(),
            ca_file: self.tls_ca_file.clone(),
            client: self.tls_cert_file.clone().zip(self.tls_key_file.clone()),
        });
        Ok(Settings {
            name: self.name.clone(),
            host: self.host.clone(),
            port: self.port,
            tls,
            profile: Profile::named(self.profile, self.header),
            mac,
            identity: Identity {
                terminal_id: self.terminal_id.clone(),
                merchant_id: self.merchant_id.clone(),
                acquirer_id: self.acquirer_id.clone(),
                merchant_category: self.merchant_category.clone(),
                merchant_place: self.merchant_place.clone(),
            },
            response_timeout: Duration::from_millis(self.response_timeout_ms),
            echo_every: Duration::from_secs(self.echo_secs),
            connect_timeout: Duration::from_millis(self.connect_timeout_ms),
            queue_max: self.queue_max,
        })
    }

    /// Checks what types alone cannot say.
    pub(super) fn check(&self, payments: &PaymentsConfig) -> Result<(), ConfigError> {
        let checks = self.line_checks(payments).into_iter().chain(self.identity_checks());
        for (key, value, fits, expected) in checks {
            if !fits {
                return Err(ConfigError::Value { key, value, expected });
            }
        }
        self.settings().map(|_| ())
    }

    fn line_checks(&self, payments: &PaymentsConfig) -> [Check; 8] {
        let name = (1..=32).contains(&self.name.len()) && self.name != "sandbox";
        let plain = self.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let deadline_ms = payments.acquirer_deadline_secs.saturating_mul(1_000);
        [
            ("iso8583.name", self.name.clone(), name && plain, "1 to 32 of a-z, 0-9 and _, other than `sandbox`"),
            ("iso8583.host", self.host.clone(), !self.host.is_empty(), "the bank's host name or address"),
            ("iso8583.port", self.port.to_string(), self.port > 0, "the bank's port"),
            (
                "iso8583.response_timeout_ms",
                self.response_timeout_ms.to_string(),
                (100..deadline_ms).contains(&self.response_timeout_ms),
                "100 or more, and less than payments.acquirer_deadline_secs, so that the link says what it knows",
            ),
            (
                "iso8583.connect_timeout_ms",
                self.connect_timeout_ms.to_string(),
                (100..=60_000).contains(&self.connect_timeout_ms),
                "100 to 60000",
            ),
            ("iso8583.echo_secs", self.echo_secs.to_string(), (1..=3_600).contains(&self.echo_secs), "1 to 3600"),
            ("iso8583.queue_max", self.queue_max.to_string(), (1..=65_536).contains(&self.queue_max), "1 to 65536"),
            (
                "iso8583.tls_cert_file, iso8583.tls_key_file",
                "one of two".to_owned(),
                self.tls_cert_file.is_some() == self.tls_key_file.is_some(),
                "both or neither",
            ),
        ]
    }

    fn identity_checks(&self) -> [Check; 5] {
        let printable =
            |text: &str, max: usize| text.len() <= max && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let some = |text: &str| !text.trim().is_empty();
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (terminal, merchant, acquirer) = (&self.terminal_id, &self.merchant_id, &self.acquirer_id);
        let category = self.merchant_category.as_deref().unwrap_or("0000");
        let place = self.merchant_place.as_deref().unwrap_or_default();
        [
            (
                "iso8583.terminal_id",
                terminal.clone(),
                some(terminal) && printable(terminal, 8),
                "1 to 8 printable ASCII characters",
            ),
            (
                "iso8583.merchant_id",
                merchant.clone(),
                some(merchant) && printable(merchant, 15),
                "1 to 15 printable ASCII characters",
            ),
            (
                "iso8583.acquirer_id",
                acquirer.clone(),
                (1..=11).contains(&acquirer.len()) && digits(acquirer),
                "1 to 11 digits",
            ),
            ("iso8583.merchant_category", category.to_owned(), category.len() == 4 && digits(category), "4 digits"),
            ("iso8583.merchant_place", place.to_owned(), printable(place, 40), "up to 40 printable ASCII characters"),
        ]
    }
}

/// Key, value, whether it fits, and what was expected.
type Check = (&'static str, String, bool, &'static str);

impl Config {
    /// Checks the acquirers: the first one must be configured.
    pub(super) fn check_first_acquirer(&self) -> Result<(), ConfigError> {
        if let Some(link) = &self.iso8583 {
            link.check(&self.payments)?;
        }
        let first = self.payments.acquirer.as_str();
        let known = first == "sandbox" || self.iso8583.as_ref().is_some_and(|link| link.name == first);
        if known {
            return Ok(());
        }
        Err(ConfigError::Value {
            key: "payments.acquirer",
            value: first.to_owned(),
            expected: "`sandbox`, or the name of the link in [iso8583], which must be configured then",
        })
    }

    /// What `check-config` shows of the link.
    pub(super) fn iso8583_lines(&self) -> Vec<(&'static str, String)> {
        let Some(link) = &self.iso8583 else { return vec![("iso8583", "not set".to_owned())] };
        let mac = if link.mac_key.is_some() { "[secret]" } else { "not set" };
        vec![
            ("iso8583.name", link.name.clone()),
            ("iso8583.host", format!("{}:{}, tls {}", link.host, link.port, link.tls)),
            ("iso8583.profile", format!("{}, header {}", link.profile.as_str(), link.header.as_str())),
            ("iso8583.mac_key", format!("{mac}, {}", link.mac_algorithm.as_str())),
            ("iso8583.terminal_id", link.terminal_id.clone()),
            ("iso8583.merchant_id", link.merchant_id.clone()),
            ("iso8583.acquirer_id", link.acquirer_id.clone()),
            ("iso8583.response_timeout_ms", link.response_timeout_ms.to_string()),
            ("iso8583.connect_timeout_ms", link.connect_timeout_ms.to_string()),
            ("iso8583.echo_secs", link.echo_secs.to_string()),
            ("iso8583.queue_max", link.queue_max.to_string()),
        ]
    }
}
