//! One connection: what is written, what is read, and whether the other side is still there.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, BufWriter, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::codec;
use super::flight::Arrival;
use super::framing;
use super::link::{Link, Network, Outgoing};
use super::message::Message;
use super::mti::Mti;
use super::settings::Settings;
use super::tls::Tls;

/// How long a write may be stuck before the connection is given up.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// How long messages on their way are waited for when the hub stops.
const DRAIN_WITHIN: Duration = Duration::from_secs(15);
/// How often they are counted meanwhile.
const DRAIN_STEP: Duration = Duration::from_millis(20);

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// The hub stops.
    Stopped,
    /// It was lost, or never made.
    Lost {
        /// What happened.
        why: String,
        /// Whether the bank had taken our sign-on.
        served: bool,
    },
}

/// A connection, with TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Connects to the bank.
pub(super) async fn connect(settings: &Settings, tls: Option<&Tls>) -> Result<Box<dyn Stream>, String> {
    let connecting = async {
        let tcp = TcpStream::connect((settings.host.as_str(), settings.port)).await?;
        tcp.set_nodelay(true)?;
        Ok::<Box<dyn Stream>, std::io::Error>(match tls {
            Some(tls) => Box::new(tls.connector.connect(tls.name.clone(), tcp).await?),
            None => Box::new(tcp),
        })
    };
    match tokio::time::timeout(settings.connect_timeout, connecting).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(format!("cannot connect: {error}")),
        Err(_) => Err("cannot connect in time".to_owned()),
    }
}

/// Serves a connection until it ends or the hub stops.
pub(super) async fn serve(
    stream: Box<dyn Stream>,
    link: &Link,
    queue: mpsc::Receiver<Outgoing>,
    stop: &CancellationToken,
) -> End {
    let (reader, writer) = tokio::io::split(stream);
    let why = tokio::select! {
        why = read(reader, link) => why,
        why = write(writer, link, queue) => why,
        kept = keep(link, stop) => match kept {
            Ok(()) => return End::Stopped,
            Err(why) => why,
        },
    };
    End::Lost { why, served: *link.watch().borrow() }
}

/// Signs on, tests the line again and again, and when the hub stops waits for what is on its way.
async fn keep(link: &Link, stop: &CancellationToken) -> Result<(), String> {
    match link.network(Network::SignOn).await {
        Ok(code) if code == "00" => {}
        Ok(code) => return Err(format!("the bank refused the sign-on with {code}")),
        Err(error) => return Err(format!("the sign-on was not answered: {error}")),
    }
    tracing::info!(link = link.settings.name, "signed on at the bank");
    link.set_signed_on(true);
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(link.settings.echo_every) => {
                link.network(Network::Echo).await.map_err(|error| format!("an echo was not answered: {error}"))?;
            }
        }
    }
    let drained = async {
        while link.flight.len() > 0 {
            tokio::time::sleep(DRAIN_STEP).await;
        }
    };
    if tokio::time::timeout(DRAIN_WITHIN, drained).await.is_err() {
        tracing::warn!(link = link.settings.name, "messages without answer are left behind");
    }
    link.set_signed_on(false);
    if let Err(error) = link.network(Network::SignOff).await {
        tracing::warn!(link = link.settings.name, %error, "the sign-off was not answered");
    }
    Ok(())
}

async fn write(writer: WriteHalf<Box<dyn Stream>>, link: &Link, mut queue: mpsc::Receiver<Outgoing>) -> String {
    let mut writer = BufWriter::new(writer);
    while let Some(first) = queue.recv().await {
        let mut next = Some(first);
        let written = async {
            // What waits together leaves together.
            while let Some(outgoing) = next.take() {
                let is_wanted = outgoing.ticket.is_none_or(|(key, number)| link.flight.start(&key, number));
                if is_wanted {
                    writer.write_all(&outgoing.frame).await?;
                }
                next = queue.try_recv().ok();
            }
            writer.flush().await
        };
        match tokio::time::timeout(WRITE_WITHIN, written).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return format!("cannot write: {error}"),
            Err(_) => return "the bank takes nothing any more".to_owned(),
        }
    }
    "the queue was closed".to_owned()
}

async fn read(reader: ReadHalf<Box<dyn Stream>>, link: &Link) -> String {
    let mut reader = BufReader::new(reader);
    loop {
        match framing::read(&mut reader, link.settings.profile.header).await {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => heard(link, &Zeroizing::new(bytes)),
            Err(error) => return format!("cannot read: {error}"),
        }
    }
}

/// One message of the bank. What cannot be read or believed is dropped: whoever waited will ask.
fn heard(link: &Link, bytes: &[u8]) {
    let profile = &link.settings.profile;
    let read = match &link.settings.mac {
        Some(key) => codec::open(bytes, profile, key),
        None => codec::decode(bytes, profile).map_err(Into::into),
    };
    let what = match read {
        Ok(message) if message.mti == Mti::NETWORK => {
            answer_network(link, &message);
            return;
        }
        Ok(message) => {
            let (mti, trace) = (message.mti, message.text(11).unwrap_or_default().to_owned());
            match link.flight.land(message) {
                Arrival::Awaited => return,
                Arrival::Late => {
                    tracing::info!(link = link.settings.name, %mti, trace, "an answer came late; it is kept");
                    "late"
                }
                Arrival::Mismatched => {
                    tracing::error!(link = link.settings.name, %mti, trace, "an answer with another reference");
                    "mismatched"
                }
                Arrival::Stray => {
                    tracing::warn!(link = link.settings.name, %mti, trace, "an answer that nobody waits for");
                    "stray"
                }
            }
        }
        Err(error) => {
            tracing::error!(link = link.settings.name, %error, "a message of the bank was not understood");
            "unreadable"
        }
    };
    let name = link.settings.name.clone();
    metrics::counter!("aviso_iso8583_unmatched_total", "link" => name, "what" => what).increment(1);
}

/// The bank tests the line, too.
fn answer_network(link: &Link, asked: &Message) {
    let Some(mti) = asked.mti.answer() else { return };
    let mut answer = Message::new(mti);
    for field in [7, 11, 70] {
        if let Some(value) = asked.bytes(field) {
            // It was read from this very field.
            let _ = answer.set(field, value);
        }
    }
    let _ = answer.set(39, "00");
    if let Some(frame) = link.frame(&answer)
        && let Err(reason) = link.enqueue(Outgoing { ticket: None, frame })
    {
        tracing::warn!(link = link.settings.name, reason, "an echo of the bank was not answered");
    }
}
