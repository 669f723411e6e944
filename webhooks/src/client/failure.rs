//! Why there is no answer, told from the chain of errors of the HTTP client. The texts go to the
//! merchant's delivery log: they hold neither URL nor address.

use std::error::Error;
use std::io;

use crate::endpoint_url::EndpointUrlError;
use crate::resolver::ResolveError;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The URL may not be called.
    #[error(transparent)]
    Url(#[from] EndpointUrlError),
    /// The host name leads to an address that may not be called.
    #[error("the host name leads to an address that is not on the public Internet")]
    BlockedAddress,
    /// The host name has no address.
    #[error("the host name could not be resolved")]
    Dns,
    /// No connection.
    #[error("no connection: {0}")]
    Connect(io::ErrorKind),
    /// No secure connection.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// No whole answer within the deadline.
    #[error("no whole answer in time")]
    Timeout,
    /// The connection ended, or what came over it is not HTTP.
    #[error("the connection ended without an answer")]
    Closed,
    /// The request cannot be made: a header value is not allowed in HTTP.
    #[error("the request cannot be made")]
    Request,
}

impl Failure {
    /// The stable class for metrics and the delivery log.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Url(_) | Self::BlockedAddress => "blocked_address",
            Self::Dns => "dns",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::Request => "unsignable",
        }
    }

    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::Request;
        }
        if let Some(cause) = find::<ResolveError>(error) {
            return match cause {
                ResolveError::Blocked => Self::BlockedAddress,
                ResolveError::Lookup(_) | ResolveError::Empty => Self::Dns,
            };
        }
        if find::<rustls::pki_types::InvalidDnsNameError>(error).is_some() {
            return Self::Dns;
        }
        if let Some(cause) = find::<rustls::Error>(error) {
            return Self::Tls(cause.to_string());
        }
        if error.is_timeout() {
            return Self::Timeout;
        }
        if error.is_connect() {
            return Self::Connect(find::<io::Error>(error).map_or(io::ErrorKind::Other, io::Error::kind));
        }
        Self::Closed
    }
}

/// The first error of this type in the chain of causes. An [`io::Error`] hides the error that it wraps
/// from `source`, so these are opened.
fn find<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
