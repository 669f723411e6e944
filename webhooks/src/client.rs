//! The HTTP client for callbacks: shared connections, no redirects, no proxy, no decompression, one hard
//! deadline over everything, and never more of an answer than is needed.

mod failure;

use std::sync::Arc;
use std::time::Duration;

use aviso_core::clock::Clock;
use aviso_core::merchant::endpoint::CustomHeader;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

use crate::address::Policy;
use crate::endpoint_url::check_endpoint_url;
use crate::resolver::GuardedResolver;
use crate::retry_after;

pub use failure::Failure;

/// So much of an answer is read. Well-behaved answers end before, and their connection is used again.
const READ_LEN_MAX: usize = 16 * 1024;
/// So much of it is kept for the delivery log.
const KEPT_LEN_MAX: usize = 1024;

const USER_AGENT: &str = concat!("Aviso/", env!("CARGO_PKG_VERSION"));

/// How callbacks are sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to.
    pub policy: Policy,
    /// The longest that one attempt takes: DNS, connecting, TLS, headers and body together.
    pub deadline: Duration,
    /// Certificates (PEM, one after another) that are trusted besides the public roots.
    pub trusted_pem: Option<Vec<u8>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { policy: Policy::default(), deadline: Duration::from_secs(15), trusted_pem: None }
    }
}

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the client for webhooks cannot be set up: check the trusted certificates")]
pub struct SetupError(#[from] reqwest::Error);

/// The client. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    policy: Policy,
    deadline: Duration,
    clock: Arc<dyn Clock>,
}

/// A signed message. Its `Debug` is left out on purpose: nothing of it belongs in a log.
pub struct Message<'a> {
    /// Where to post, as registered.
    pub url: &'a str,
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`
    pub timestamp_secs: i64,
    /// `webhook-signature`
    pub signature: &'a str,
    /// What the merchant wants along.
    pub headers: &'a [CustomHeader],
    /// JSON.
    pub body: Bytes,
}

/// What a receiver asks for in the header `webhook-delivery`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Never to be called again.
    Disable,
    /// Not to be sent this message again.
    AbortMessage,
}

/// An answer with any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The first kilobyte of the body.
    pub text: String,
    /// The header `Retry-After`, at most a day.
    pub retry_after: Option<Duration>,
    /// The header `webhook-delivery`.
    pub control: Option<Control>,
}

impl Client {
    /// A client.
    ///
    /// # Errors
    ///
    /// [`SetupError`] when the trusted certificates cannot be read.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let mut builder = reqwest::Client::builder()
            .use_rustls_tls()
            .min_tls_version(reqwest::tls::Version::TLS_1_2)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .dns_resolver(Arc::new(GuardedResolver::new(settings.policy)))
            // A connection may go on being made after its request was given up: it ends as well.
            .connect_timeout(settings.deadline)
            .pool_max_idle_per_host(8)
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(USER_AGENT);
        if let Some(pem) = &settings.trusted_pem {
            for certificate in reqwest::Certificate::from_pem_bundle(pem)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        Ok(Self { http: builder.build()?, policy: settings.policy, deadline: settings.deadline, clock })
    }

    /// The longest that [`post`](Self::post) takes.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Posts a message once.
    ///
    /// # Errors
    ///
    /// [`Failure`] when there was no whole answer in time, or the URL may not be called.
    pub async fn post(&self, message: Message<'_>) -> Result<Reply, Failure> {
        let url = check_endpoint_url(message.url, &self.policy)?;
        let mut custom = HeaderMap::new();
        for header in message.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| Failure::Request)?;
            let mut value = HeaderValue::from_str(header.value.expose()).map_err(|_| Failure::Request)?;
            value.set_sensitive(true);
            custom.insert(name, value);
        }
        let request = self
            .http
            .post(url)
            .headers(custom)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp_secs)
            .header("webhook-signature", message.signature)
            .body(message.body);
        match tokio::time::timeout(self.deadline, self.exchange(request)).await {
            Ok(reply) => reply,
            Err(_) => Err(Failure::Timeout),
        }
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Reply, Failure> {
        let response = request.send().await.map_err(|error| Failure::of(&error))?;
        let status = response.status().as_u16();
        let retry_after = header(response.headers(), RETRY_AFTER.as_str())
            .and_then(|value| retry_after::parse(value, self.clock.now()));
        let control = header(response.headers(), "webhook-delivery").and_then(Control::from_value);
        let text = loggable(&read_start(response.bytes_stream()).await);
        Ok(Reply { status, text, retry_after, control })
    }
}

impl Control {
    fn from_value(value: &str) -> Option<Self> {
        match value.trim() {
            "disable" => Some(Self::Disable),
            "abort-message" => Some(Self::AbortMessage),
            _ => None,
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads up to [`READ_LEN_MAX`] and keeps the first [`KEPT_LEN_MAX`]. A body that breaks off ends there:
/// the receiver has already said by its status what it made of the message.
async fn read_start<E>(body: impl Stream<Item = Result<Bytes, E>>) -> Vec<u8> {
    let mut body = std::pin::pin!(body);
    let (mut kept, mut read) = (Vec::new(), 0_usize);
    while read < READ_LEN_MAX {
        let Some(Ok(chunk)) = body.next().await else { break };
        read = read.saturating_add(chunk.len());
        let room = KEPT_LEN_MAX - kept.len();
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    kept
}

/// Text of at most [`KEPT_LEN_MAX`] bytes, without NUL, which PostgreSQL does not store.
fn loggable(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}");
    text.truncate(text.floor_char_boundary(KEPT_LEN_MAX));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    #[tokio::test]
    async fn a_body_without_end_is_read_to_16_kib() {
        let polled = std::sync::atomic::AtomicUsize::new(0);
        let endless = futures::stream::repeat_with(|| {
            polled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 1000]))
        });
        assert_eq!(read_start(endless).await, [b'x'; 1024]);
        assert_eq!(polled.into_inner(), 17);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_ends_there() {
        let body =
            futures::stream::iter([Ok(Bytes::from_static(b"half")), Err("reset"), Ok(Bytes::from_static(b"no"))]);
        assert_eq!(read_start(body).await, b"half");
    }

    #[test]
    fn a_character_cut_in_half_and_a_nul_do_not_spoil_the_log() {
        assert_eq!(loggable("a\0é".as_bytes()), "a\u{fffd}é");
        assert_eq!(loggable(&"é".as_bytes()[..1]), "\u{fffd}");
        assert!(loggable(&[0xff; 1024]).len() <= 1024);
    }

    #[test]
    fn certificates_that_cannot_be_read_are_an_error() {
        let wrong = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
        let settings = Settings { trusted_pem: Some(wrong), ..Settings::default() };
        assert!(Client::new(&settings, Arc::new(aviso_core::clock::SystemClock)).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_none_take_more_than_a_kilobyte(bytes in proptest::collection::vec(any::<u8>(), 0..1100)) {
            prop_assert!(loggable(&bytes).len() <= KEPT_LEN_MAX);
        }
    }
}
