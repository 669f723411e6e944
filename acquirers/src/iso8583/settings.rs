//! What a link needs to know about its bank.

use std::path::PathBuf;
use std::time::Duration;

use super::mac::MacKey;
use super::profile::Profile;

/// The settings of one link.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The acquirer's name in configuration, tables and reports.
    pub name: String,
    /// The bank's host name or address.
    pub host: String,
    /// The bank's port.
    pub port: u16,
    /// TLS around the connection, if any.
    pub tls: Option<TlsSettings>,
    /// How messages are written.
    pub profile: Profile,
    /// The key of authentication codes. With one, every message carries a code and must carry one.
    pub mac: Option<MacKey>,
    /// Who we are at the bank.
    pub identity: Identity,
    /// How long a message may be without answer.
    pub response_timeout: Duration,
    /// How often an idle or busy line is tested.
    pub echo_every: Duration,
    /// How long connecting and signing on may take.
    pub connect_timeout: Duration,
    /// Messages that may wait to be written.
    pub queue_max: usize,
}

/// Who we are at the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Field 41: up to eight characters.
    pub terminal_id: String,
    /// Field 42: up to fifteen characters.
    pub merchant_id: String,
    /// Field 32: up to eleven digits.
    pub acquirer_id: String,
    /// Field 18: four digits; not sent without one.
    pub merchant_category: Option<String>,
    /// Field 43, name and place: up to forty characters; not sent without one.
    pub merchant_place: Option<String>,
}

/// TLS around the connection.
#[derive(Debug, Clone, Default)]
pub struct TlsSettings {
    /// The name in the bank's certificate; the host if not set.
    pub server_name: Option<String>,
    /// Certificate authorities (PEM) that are trusted instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Our certificate chain (PEM) and its key (PEM), when the bank wants to know who calls.
    pub client: Option<(PathBuf, PathBuf)>,
}
