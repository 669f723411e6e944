//! An SMTP relay and the idle connections to it.
//!
//! lettre's own pool is not used. It takes a connection back whenever its future is dropped, also
//! in the middle of a command: after a time-out the late answer to one letter would be read as the
//! answer to the next. Here a connection is kept only after a complete, answered exchange; every
//! other way out drops it. Speaking the commands one by one also tells *which* of them was refused:
//! a 550 to `RCPT` is about the recipient, a 550 to `MAIL` about ourselves.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::time::{Instant, timeout};

use super::config::{MailConfig, MailConfigError, MailTls, read};
use super::message::Sealed;

/// Relays close a silent connection after five minutes (RFC 5321); we part earlier.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// How long a connection may take to show that it is still alive, or to start over.
const TEND_MAX: Duration = Duration::from_secs(2);

/// The step of the exchange in which it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Connecting, greeting and `EHLO`.
    Connect,
    /// `STARTTLS`.
    Tls,
    /// `AUTH`.
    LogIn,
    /// `MAIL FROM`: the relay judges us.
    Sender,
    /// `RCPT TO`: the relay judges the recipient.
    Recipient,
    /// `DATA` and the letter: the relay judges the content.
    Content,
}

/// Why the relay did not take a letter.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The exchange failed or the relay said no.
    Smtp(Stage, SmtpError),
    /// The address has characters that the relay does not take.
    International,
}

/// A relay.
pub(crate) struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    idle: Mutex<Vec<Parked>>,
    idle_max: usize,
}

enum Security {
    Implicit(TlsParameters),
    Starttls(TlsParameters),
    None,
}

struct Parked {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Relay {
    /// Checks the settings and loads the certificates. Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] names the key of the configuration that is wrong.
    pub(crate) fn open(config: &MailConfig) -> Result<Self, MailConfigError> {
        let host = config.relay_host()?.to_owned();
        let security = match config.tls {
            MailTls::Implicit => Security::Implicit(tls(config, &host)?),
            MailTls::Starttls => Security::Starttls(tls(config, &host)?),
            MailTls::None => Security::None,
        };
        let log_in = config.log_in()?;
        let credentials =
            log_in.map(|(user, password)| Credentials::new(user.to_owned(), password.expose().to_owned()));
        Ok(Self {
            host,
            port: config.relay_port()?,
            security,
            credentials,
            hello: ClientId::default(),
            idle: Mutex::default(),
            idle_max: config.connections_max()?,
        })
    }

    /// Hands a letter over; gives the relay's answer. Not bounded in time: the caller does that, and
    /// dropping the future drops the connection.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the step in which it happened.
    pub(crate) async fn hand_over(&self, sealed: &Sealed) -> Result<String, Refusal> {
        let mut connection = match self.take_idle().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let result = exchange(&mut connection, sealed).await;
        if is_reusable(&mut connection, &result).await {
            self.park(connection);
        }
        result
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Refusal> {
        let wrapper = match &self.security {
            Security::Implicit(tls) => Some(tls.clone()),
            Security::Starttls(_) | Security::None => None,
        };
        // The caller's time-out bounds the whole exchange, so none is set for connecting alone.
        let address = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, wrapper, None)
            .await
            .map_err(|error| Refusal::Smtp(Stage::Connect, error))?;
        if let Security::Starttls(tls) = &self.security {
            let upgraded = connection.starttls(tls.clone(), &self.hello).await;
            upgraded.map_err(|error| Refusal::Smtp(Stage::Tls, error))?;
        }
        if let Some(credentials) = &self.credentials {
            let answer = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            answer.map_err(|error| Refusal::Smtp(Stage::LogIn, error))?;
        }
        Ok(connection)
    }

    /// The most recently used connection that still answers.
    async fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let Parked { mut connection, since } = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if since.elapsed() < IDLE_MAX && timeout(TEND_MAX, connection.test_connected()).await == Ok(true) {
                return Some(connection);
            }
        }
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|parked| parked.since.elapsed() < IDLE_MAX);
        if idle.len() < self.idle_max {
            idle.push(Parked { connection, since: Instant::now() });
        }
    }
}

/// One letter over an open connection.
async fn exchange(connection: &mut AsyncSmtpConnection, sealed: &Sealed) -> Result<String, Refusal> {
    let at = |stage| move |error| Refusal::Smtp(stage, error);
    let options = mail_options(connection, &sealed.to)?;
    connection.command(Mail::new(Some(sealed.from.clone()), options)).await.map_err(at(Stage::Sender))?;
    connection.command(Rcpt::new(sealed.to.clone(), Vec::new())).await.map_err(at(Stage::Recipient))?;
    connection.command(Data).await.map_err(at(Stage::Content))?;
    let answer = connection.message(&sealed.bytes).await.map_err(at(Stage::Content))?;
    Ok(answer.message().collect::<Vec<_>>().join(" "))
}

/// Bodies and headers are always ASCII (base64 or quoted-printable), so 8BITMIME is never needed.
fn mail_options(connection: &AsyncSmtpConnection, to: &Address) -> Result<Vec<MailParameter>, Refusal> {
    if to.to_string().is_ascii() {
        return Ok(Vec::new());
    }
    let international = connection.server_info().supports_feature(Extension::SmtpUtfEight);
    if international { Ok(vec![MailParameter::SmtpUtfEight]) } else { Err(Refusal::International) }
}

/// Whether the connection stands between two letters, with no answer outstanding.
async fn is_reusable(connection: &mut AsyncSmtpConnection, result: &Result<String, Refusal>) -> bool {
    match result {
        Ok(_) | Err(Refusal::International) => true,
        // The relay said no and stays; 421 is said before closing.
        Err(Refusal::Smtp(_, error)) => {
            let stays = error.status().is_some_and(|code| u16::from(code) != 421);
            stays && matches!(timeout(TEND_MAX, connection.command(Rset)).await, Ok(Ok(_)))
        }
    }
}

fn tls(config: &MailConfig, host: &str) -> Result<TlsParameters, MailConfigError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    let mut key = "mail.tls";
    if let Some(path) = &config.extra_ca_pem {
        key = "mail.extra_ca_pem";
        let expected = "PEM with at least one certificate";
        let pem = read(key, path)?;
        if !String::from_utf8_lossy(&pem).contains("BEGIN CERTIFICATE") {
            return Err(MailConfigError::Invalid { key, expected });
        }
        let certificate = Certificate::from_pem(&pem).map_err(|_| MailConfigError::Invalid { key, expected })?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|source| MailConfigError::Tls { key, source })
}
