//! The `[mail]` section of the configuration: what can be set, the defaults, and what is refused.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aviso_core::secret::Secret;
use lettre::Address;
use lettre::message::Mailbox;
use serde::Deserialize;

use super::return_path::ReturnPath;

/// How mail leaves. Values are checked by `EmailChannel::new`, which names the key that is wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// `smtp` sends through a relay; `file` writes `.eml` files and sends nothing.
    pub transport: MailTransport,
    /// Name or IP address of the relay; its certificate must be valid for it. Needed for `smtp`.
    #[serde(default)]
    pub host: Option<String>,
    /// Port of the relay. Default: 465 with `implicit`, 587 with `starttls`, 25 with `none`.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is encrypted. Default: `implicit`.
    #[serde(default)]
    pub tls: MailTls,
    /// User name at the relay; together with `password`. Default: no log-in.
    #[serde(default)]
    pub username: Option<String>,
    /// Password at the relay; together with `username`.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Sender: `Shop Payments <pay@example.com>` or a bare address.
    pub from: String,
    /// Where answers go. Default: to `from`.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Connections to the relay, and letters under way at once: 1 to 64. Default: 4.
    #[serde(default = "pool_max_default")]
    pub pool_max: u32,
    /// Seconds until an attempt to send is given up, from connecting to the last answer: 1 to 28.
    /// Default: 20.
    #[serde(default = "timeout_secs_default")]
    pub timeout_secs: u64,
    /// PEM file with certificate authorities that are trusted besides the system's.
    #[serde(default)]
    pub extra_ca_pem: Option<PathBuf>,
    /// Signatures. Default: none, the relay signs.
    #[serde(default)]
    pub dkim: Option<DkimKeys>,
    /// Where reports about letters come back to, and where they are read. Default: to the sender, and unread.
    #[serde(default)]
    pub bounces: Option<BounceConfig>,
    /// Folder for `.eml` files. Needed for `file`; created when it is missing.
    #[serde(default)]
    pub file_dir: Option<PathBuf>,
}

/// Reports of mail servers about letters that they had taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BounceConfig {
    /// The address below which each letter has a return path of its own: `bounce@pay.example` makes
    /// `bounce+…@pay.example`. At most 16 characters in front of the `@`.
    pub address: String,
    /// The maildir to which that mail is delivered. Default: nobody reads it.
    #[serde(default)]
    pub folder: Option<PathBuf>,
}

impl BounceConfig {
    pub(crate) fn checked_address(&self) -> Result<Address, MailConfigError> {
        let expected = "an address like `bounce@pay.example`, with 1 to 16 plain characters in front of the @";
        let wrong = MailConfigError::Invalid { key: "mail.bounces.address", expected };
        self.address.parse().ok().filter(ReturnPath::fits).ok_or(wrong)
    }
}

/// Where mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// To a relay.
    Smtp,
    /// Into files, for rehearsals.
    File,
}

/// How the connection to the relay is encrypted. There is no "if possible": that can be taken away
/// by whoever sits in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// TLS from the first byte (RFC 8314).
    #[default]
    Implicit,
    /// Upgraded before anything is said; refused when the relay does not offer it.
    Starttls,
    /// None. Only for a relay on this machine.
    None,
}

/// DKIM (RFC 6376): whose signature, and with which keys. At least one key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimKeys {
    /// The signing domain, `d=`; the sender's domain or a parent of it.
    pub domain: String,
    /// The name of the key in DNS, `<selector>._domainkey.<domain>`.
    pub selector: String,
    /// The name of the Ed25519 key in DNS. Needed when both keys are set, because a name holds one
    /// key (RFC 8463). Default: `selector`.
    #[serde(default)]
    pub ed25519_selector: Option<String>,
    /// PEM file with an RSA key in PKCS#1 (`BEGIN RSA PRIVATE KEY`).
    #[serde(default)]
    pub rsa_key_file: Option<PathBuf>,
    /// File with the 32 bytes of an Ed25519 seed in base64.
    #[serde(default)]
    pub ed25519_seed_file: Option<PathBuf>,
}

const fn pool_max_default() -> u32 {
    4
}

const fn timeout_secs_default() -> u64 {
    20
}

/// What is wrong with the `[mail]` section.
#[derive(Debug, thiserror::Error)]
pub enum MailConfigError {
    /// A key is missing.
    #[error("{key} is missing: {expected}")]
    Missing {
        /// The key, from the top of the file.
        key: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// A key holds something else than it should.
    #[error("{key} is not valid: expected {expected}")]
    Invalid {
        /// The key, from the top of the file.
        key: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// A file or folder that a key names cannot be used.
    #[error("{key}: cannot use {}", .path.display())]
    Unusable {
        /// The key, from the top of the file.
        key: &'static str,
        /// The path that it names.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// TLS cannot be set up.
    #[error("{key}: TLS cannot be set up")]
    Tls {
        /// The key that is most likely the cause.
        key: &'static str,
        /// Why.
        source: lettre::transport::smtp::Error,
    },
}

impl MailConfig {
    /// The sender.
    pub(crate) fn sender(&self) -> Result<Mailbox, MailConfigError> {
        mailbox("mail.from", &self.from)
    }

    /// Where answers go, when not to the sender.
    pub(crate) fn answers(&self) -> Result<Option<Mailbox>, MailConfigError> {
        self.reply_to.as_deref().map(|text| mailbox("mail.reply_to", text)).transpose()
    }

    /// The longest that an attempt takes.
    pub(crate) fn limit(&self) -> Result<Duration, MailConfigError> {
        match self.timeout_secs {
            1..=28 => Ok(Duration::from_secs(self.timeout_secs)),
            _ => Err(MailConfigError::Invalid { key: "mail.timeout_secs", expected: "1 to 28 seconds" }),
        }
    }

    /// Connections at once.
    pub(crate) fn connections_max(&self) -> Result<usize, MailConfigError> {
        match self.pool_max {
            1..=64 => Ok(self.pool_max as usize),
            _ => Err(MailConfigError::Invalid { key: "mail.pool_max", expected: "1 to 64 connections" }),
        }
    }

    /// The relay's host, checked against how the connection is encrypted.
    pub(crate) fn relay_host(&self) -> Result<&str, MailConfigError> {
        let host = self.host.as_deref().map(str::trim).filter(|host| !host.is_empty());
        let host = host
            .ok_or(MailConfigError::Missing { key: "mail.host", expected: "the relay's name, with transport smtp" })?;
        if self.tls == MailTls::None && !is_loopback(host) {
            let expected = "implicit or starttls (none is only for a relay on 127.0.0.1, ::1 or localhost)";
            return Err(MailConfigError::Invalid { key: "mail.tls", expected });
        }
        Ok(host)
    }

    /// The relay's port.
    pub(crate) fn relay_port(&self) -> Result<u16, MailConfigError> {
        match (self.port, self.tls) {
            (Some(0), _) => Err(MailConfigError::Invalid { key: "mail.port", expected: "1 to 65535" }),
            (Some(port), _) => Ok(port),
            (None, MailTls::Implicit) => Ok(465),
            (None, MailTls::Starttls) => Ok(587),
            (None, MailTls::None) => Ok(25),
        }
    }

    /// User name and password, both or neither.
    pub(crate) fn log_in(&self) -> Result<Option<(&str, &Secret)>, MailConfigError> {
        match (self.username.as_deref(), &self.password) {
            (Some(user), Some(password)) => Ok(Some((user, password))),
            (None, None) => Ok(None),
            (Some(_), None) => {
                Err(MailConfigError::Missing { key: "mail.password", expected: "the password of mail.username" })
            }
            (None, Some(_)) => {
                Err(MailConfigError::Missing { key: "mail.username", expected: "the user of mail.password" })
            }
        }
    }
}

fn mailbox(key: &'static str, text: &str) -> Result<Mailbox, MailConfigError> {
    let expected = "an address like `Shop <pay@example.com>`";
    text.parse().map_err(|_| MailConfigError::Invalid { key, expected })
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Reads a file that a key names. Blocking: only while the program starts.
pub(crate) fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, MailConfigError> {
    std::fs::read(path).map_err(|source| MailConfigError::Unusable { key, path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
