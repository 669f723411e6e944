//! The stand-ins, and what they share: a loopback listener that lives as long as its handle.

pub mod acs;
mod buyer_page;
pub mod shop;
pub mod smtp;
pub mod telegram;
pub mod wallet;

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Why a stand-in could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Stand-ins are toys without authentication worth the name: they stay on loopback.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The certificate for the TLS listener could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(String),
}

/// Binds a loopback address; port 0 asks for a free one.
pub(crate) async fn listen(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    if !addr.ip().is_loopback() {
        return Err(StartError::NotLoopback(addr));
    }
    let failed = |source| StartError::Listen { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Serves `router` until `stop` is cancelled.
pub(crate) fn serve(listener: TcpListener, router: axum::Router, stop: CancellationToken) {
    tokio::spawn(async move {
        let until = stop.cancelled_owned();
        let served = axum::serve(listener, router).with_graceful_shutdown(until).await;
        if let Err(error) = served {
            tracing::error!(%error, "a stand-in stopped serving");
        }
    });
}

/// The time of day. Stand-ins are outside the product, so they have a clock of their own, as the
/// real services have.
#[allow(clippy::disallowed_methods, reason = "the outside world does not share our clock")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
