//! A bank host: ISO 8583:1987 over TCP on loopback, with books of its own, and told to misbehave.
//!
//! Cards behave as the sandbox bank's do. It writes and reads messages with the hub's codec, which the
//! hub's tests check against other people's code; the length in front of each message, the fields that
//! it looks at and its books are its own.

mod books;
mod effect;
mod session;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aviso_acquirers::iso8583::mac::MacKey;
use aviso_acquirers::iso8583::profile::Profile;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::books::{Entry, Kind};

use self::books::Books;
use super::StartError;
use super::smtp::tls;

/// How the bank speaks.
#[derive(Clone, Debug)]
pub struct BankHostConfig {
    /// How it writes messages.
    pub profile: Profile,
    /// The key of authentication codes; without one it sends and asks for none.
    pub mac: Option<MacKey>,
    /// Whether connections are encrypted, with an authority of its own.
    pub tls: bool,
}

impl Default for BankHostConfig {
    fn default() -> Self {
        Self { profile: Profile::BCD, mac: None, tls: false }
    }
}

/// Something that goes wrong with the next message that is not about the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The message never arrives.
    LoseRequest,
    /// The bank acts and its answer is lost.
    LoseAnswer,
    /// The bank acts and answers so much later.
    AnswerLate(Duration),
    /// The answer comes twice.
    AnswerTwice,
    /// The bank confirms one minor unit less.
    OtherAmount,
    /// The answer names another retrieval reference.
    OtherReference,
    /// The bank acts; bytes that are no message come instead of the answer.
    Noise,
    /// The bank acts, and the connection ends before the answer.
    Cut,
}

/// A running bank. Clones are handles of the same one; it stops with the last of them.
#[derive(Clone, Debug)]
pub struct BankHost {
    server: Arc<Server>,
}

#[derive(Debug)]
struct Server {
    addr: SocketAddr,
    ca_pem: Option<String>,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

/// What the connections share.
#[derive(Debug)]
struct Shared {
    config: BankHostConfig,
    desk: Mutex<Desk>,
}

#[derive(Debug, Default)]
struct Desk {
    books: Books,
    faults: Vec<Fault>,
    refuses_sign_on: bool,
    heard: Vec<String>,
    /// Cancelled to end all present connections.
    line: CancellationToken,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BankHost {
    /// Starts a bank; port 0 asks for a free one.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the address is not on loopback or cannot be bound.
    pub async fn start(addr: SocketAddr, config: BankHostConfig) -> Result<Self, StartError> {
        let identity = if config.tls { Some(tls::identity()?) } else { None };
        let (listener, addr) = super::listen(addr).await?;
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared { config, desk: Mutex::default() });
        let (acceptor, ca_pem) = match identity {
            Some(identity) => (Some(identity.acceptor), Some(identity.ca_pem)),
            None => (None, None),
        };
        tokio::spawn(accept(listener, acceptor, Arc::clone(&shared), stop.clone()));
        Ok(Self { server: Arc::new(Server { addr, ca_pem, shared, _stop: stop.drop_guard() }) })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// The certificate authority that callers must trust, with TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.server.ca_pem.as_deref()
    }

    /// What it did, oldest first.
    #[must_use]
    pub fn book(&self) -> Vec<Entry> {
        self.server.shared.desk().books.entries()
    }

    /// The types of all messages that arrived, oldest first; network messages with their subject: `0800 301`.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.server.shared.desk().heard.clone()
    }

    /// Lets this happen to the next message; several are taken in turn.
    pub fn script(&self, fault: Fault) {
        self.server.shared.desk().faults.push(fault);
    }

    /// Whether sign-ons are refused from now on.
    pub fn refuse_sign_on(&self, refuse: bool) {
        self.server.shared.desk().refuses_sign_on = refuse;
    }

    /// Ends all connections.
    pub fn cut(&self) {
        let mut desk = self.server.shared.desk();
        std::mem::take(&mut desk.line).cancel();
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>, stop: CancellationToken) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the bank host cannot take a connection");
                    continue;
                }
            },
        };
        let (shared, stop, acceptor) = (Arc::clone(&shared), stop.clone(), acceptor.clone());
        tokio::spawn(async move {
            match acceptor {
                None => serve(stream, shared, stop).await,
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => serve(stream, shared, stop).await,
                    Err(error) => tracing::warn!(%error, "a caller does not trust the bank host"),
                },
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Send + 'static, shared: Arc<Shared>, stop: CancellationToken) {
    let line = shared.desk().line.clone();
    tokio::select! {
        () = stop.cancelled() => {}
        () = line.cancelled() => {}
        ended = session::serve(stream, Arc::clone(&shared)) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a caller hung up");
            }
        }
    }
}
