//! An SMTP sink: takes mail on loopback, keeps it in memory, and can be told to misbehave.
//!
//! It speaks plain SMTP, STARTTLS or implicit TLS (with an authority of its own) and shows what
//! arrived as a person's mail program would. It forwards nothing.

mod encoded_word;
mod fault;
#[cfg(test)]
mod lettre_tests;
mod mailbox;
mod mime;
mod session;
pub(crate) mod tls;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::fault::Mishap;
pub use self::mailbox::Mail;
pub use self::mime::Attachment;

use self::mailbox::Mailbox;
use self::session::{Ended, Session};
use self::wire::Wire;
use super::StartError;

const CONNECTIONS_MAX: usize = 256;

/// How the sink protects the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    #[default]
    Plain,
    /// On `STARTTLS`, which it offers.
    StartTls,
    /// On `STARTTLS`; mail before it is refused with 530.
    StartTlsRequired,
    /// From the first byte.
    Implicit,
}

/// How the sink behaves.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Protection of the connection.
    pub tls: Tls,
    /// Name and password that `AUTH` takes; `None` offers no `AUTH`.
    pub login: Option<(String, String)>,
    /// Mail without login is refused with 530.
    pub login_required: bool,
    /// Bytes a message may have; more is 552.
    pub size_max: usize,
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self { tls: Tls::Plain, login: None, login_required: true, size_max: 10 * 1024 * 1024 }
    }
}

impl SmtpConfig {
    /// With this protection.
    pub fn with_tls(tls: Tls) -> Self {
        Self { tls, ..Self::default() }
    }

    /// Wants this login.
    #[must_use]
    pub fn login(mut self, name: &str, password: &str) -> Self {
        self.login = Some((name.to_owned(), password.to_owned()));
        self
    }
}

/// A running sink. Clones are handles of the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Smtp {
    server: Arc<Server>,
}

struct Server {
    addr: SocketAddr,
    ca_pem: String,
    mailbox: Arc<Mailbox>,
    _stop: DropGuard,
}

impl Smtp {
    /// Starts on a loopback address; port 0 for a free one.
    ///
    /// # Errors
    ///
    /// The address is not loopback or is taken.
    pub async fn start(addr: SocketAddr, config: SmtpConfig) -> Result<Self, StartError> {
        let (listener, addr) = super::listen(addr).await?;
        let identity = tls::identity()?;
        let stop = CancellationToken::new();
        let mailbox = Arc::new(Mailbox::new());
        let place = Arc::new(Place { config, mailbox: Arc::clone(&mailbox), acceptor: identity.acceptor });
        tokio::spawn(accept(listener, place, stop.clone()));
        let server = Server { addr, ca_pem: identity.ca_pem, mailbox, _stop: stop.drop_guard() };
        Ok(Self { server: Arc::new(server) })
    }

    /// The socket it listens on; its certificate names `localhost` and `127.0.0.1`.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// The authority a client must trust to talk TLS with it.
    pub fn ca_pem(&self) -> String {
        self.server.ca_pem.clone()
    }

    /// Everything that arrived, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.server.mailbox.mails()
    }

    /// Everything that arrived for an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.is_to(address)).collect()
    }

    /// Empties the mailbox.
    pub fn clear(&self) {
        self.server.mailbox.clear();
    }

    /// Scripts something to go wrong; `u32::MAX` times is for ever.
    pub fn fail_next(&self, mishap: Mishap, times: u32) {
        self.server.mailbox.script(mishap, times);
    }

    /// Drops what was scripted and not used up.
    pub fn clear_faults(&self) {
        self.server.mailbox.clear_script();
    }

    /// Rings whenever mail arrives.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.server.mailbox.subscribe()
    }

    /// Waits for mail to an address that fits; the newest one wins.
    ///
    /// # Errors
    ///
    /// What did arrive, when none fits in time.
    pub async fn wait_for(
        &self,
        to: &str,
        within: Duration,
        mut fits: impl FnMut(&Mail) -> bool,
    ) -> Result<Mail, String> {
        let mut changes = self.subscribe();
        let deadline = tokio::time::Instant::now() + within;
        loop {
            changes.mark_unchanged();
            let found = self.mails().into_iter().rev().find(|mail| mail.is_to(to) && fits(mail));
            if let Some(mail) = found {
                return Ok(mail);
            }
            if tokio::time::timeout_at(deadline, changes.changed()).await.is_err() {
                let there: Vec<_> =
                    self.mails().iter().map(|mail| format!("  {:?}: {}", mail.to, mail.subject)).collect();
                return Err(format!("no mail to {to} fits after {within:?}; there is:\n{}", there.join("\n")));
            }
        }
    }
}

struct Place {
    config: SmtpConfig,
    mailbox: Arc<Mailbox>,
    acceptor: TlsAcceptor,
}

async fn accept(listener: TcpListener, place: Arc<Place>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&places).acquire_owned() => permit,
            () = stop.cancelled() => return,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let (Ok(permit), Ok((stream, _))) = (permit, stream) else { continue };
        let (place, stop) = (Arc::clone(&place), stop.clone());
        tokio::spawn(async move {
            let _permit = permit;
            tokio::select! {
                ended = talk(&place, stream) => if let Err(error) = ended {
                    tracing::debug!(%error, "an SMTP conversation broke");
                },
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn talk(place: &Place, stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    if place.config.tls == Tls::Implicit {
        let mut wire = Wire::new(place.acceptor.accept(stream).await?);
        return converse(place, &mut wire, true).await.map(drop);
    }
    let mut wire = Wire::new(stream);
    if converse(place, &mut wire, false).await? == Ended::StartTls {
        let mut wire = Wire::new(place.acceptor.accept(wire.into_stream()).await?);
        Session::new(&place.config, &place.mailbox, true).converse(&mut wire).await?;
    }
    Ok(())
}

async fn converse<S>(place: &Place, wire: &mut Wire<S>, tls: bool) -> std::io::Result<Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let at_greeting = |mishap: &Mishap| matches!(mishap, Mishap::SilentGreeting | Mishap::CloseAtGreeting);
    match place.mailbox.mishap(at_greeting) {
        Some(Mishap::SilentGreeting) => std::future::pending::<()>().await,
        Some(_) => return Ok(Ended::Closed),
        None => {}
    }
    wire.say("220 sandbox ESMTP").await?;
    Session::new(&place.config, &place.mailbox, tls).converse(wire).await
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("addr", &self.addr()).finish_non_exhaustive()
    }
}
