//! One keep-alive connection to the hub.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::shop::{Refusal, Shop};

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// How long an answer may be.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// One keep-alive connection: one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    is_broken: bool,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("{address} cannot be reached"))?;
        stream.set_nodelay(true).context("a socket option")?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await.context("no HTTP on the connection")?;
        // It ends with the sender or the peer; the sender hears of its failure.
        tokio::spawn(driver);
        Ok(Self { sender, is_broken: false })
    }

    /// Whether the last request left the connection unusable.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken || self.sender.is_closed()
    }

    /// Sends an order and checks the answer.
    ///
    /// # Errors
    ///
    /// [`Refusal`] when there was none, or another one than it should be.
    pub(super) async fn pay(&mut self, order: Request<Full<Bytes>>) -> Result<(), Refusal> {
        match self.exchange(order).await {
            Ok((status, body)) => Shop::check(status, &body),
            Err(error) => {
                self.is_broken = true;
                Err(Refusal(format!("no answer: {error:#}")))
            }
        }
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<(u16, Bytes)> {
        let exchange = async {
            self.sender.ready().await?;
            let answer = self.sender.send_request(request).await?;
            let status = answer.status().as_u16();
            match Limited::new(answer.into_body(), BODY_MAX).collect().await {
                Ok(body) => Ok((status, body.to_bytes())),
                Err(error) => bail!("the answer broke off: {error}"),
            }
        };
        tokio::time::timeout(ANSWER_MAX, exchange).await.context("too late")?
    }
}

/// Fetches a page over a connection of its own: the status and the text.
///
/// # Errors
///
/// When there is no whole answer.
pub(crate) async fn get(address: SocketAddr, path: &str) -> anyhow::Result<(u16, String)> {
    let mut connection = Connection::open(address).await?;
    let request = Request::get(path).header(header::HOST, address.to_string()).body(Full::default())?;
    let (status, body) = connection.exchange(request).await?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
