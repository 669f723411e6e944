//! The line to the bank: one connection, made again whenever it ends, shared by all messages.
//!
//! A message is refused at once while nobody is signed on. What was written may have arrived, so
//! without an answer its outcome is not known; what was not yet written was not sent.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aviso_core::clock::Clock;
use aviso_core::id::OperationId;
use aviso_core::port::LinkError;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::codec;
use super::connection::{self, End};
use super::flight::{Flight, Key, Outcome};
use super::framing;
use super::message::{Message, Misfit};
use super::mti::Mti;
use super::settings::Settings;
use super::tls::{Tls, TlsError};

/// The first pause before connecting again; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// What network messages (0800) are about: field 70.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    SignOn,
    SignOff,
    Echo,
}

impl Network {
    const fn code(self) -> &'static str {
        match self {
            Self::SignOn => "001",
            Self::SignOff => "002",
            Self::Echo => "301",
        }
    }
}

/// A message on its way to the writer. Without a ticket nobody waits for an answer.
pub(super) struct Outgoing {
    pub(super) ticket: Option<(Key, u64)>,
    pub(super) frame: Zeroizing<Vec<u8>>,
}

/// The line to the bank.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) settings: Settings,
    pub(super) flight: Flight,
    tls: Option<Tls>,
    clock: Arc<dyn Clock>,
    /// The queue of the present connection.
    queue: RwLock<Option<mpsc::Sender<Outgoing>>>,
    signed_on: watch::Sender<bool>,
    network_trace: AtomicU32,
}

impl Link {
    /// A line that nothing keeps up yet: see [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// [`TlsError`] when certificates cannot be read.
    pub(super) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let tls = settings.tls.as_ref().map(|tls| Tls::new(&settings, tls)).transpose()?;
        Ok(Self {
            settings,
            flight: Flight::default(),
            tls,
            clock,
            queue: RwLock::new(None),
            signed_on: watch::Sender::new(false),
            // Not the same numbers after each start: an answer from before would be taken for one of now.
            network_trace: AtomicU32::new(rand::random_range(0..999_999)),
        })
    }

    /// Whether the bank took our sign-on.
    pub(super) fn watch(&self) -> watch::Receiver<bool> {
        self.signed_on.subscribe()
    }

    /// Keeps the line up until it is told to stop; then what is on its way is waited for.
    pub(super) async fn run(&self, stop: CancellationToken) {
        let mut pause = PAUSE_MIN;
        while !stop.is_cancelled() {
            let end = self.connect_and_serve(&stop).await;
            let served = matches!(end, End::Lost { served: true, .. });
            match end {
                End::Stopped => break,
                End::Lost { why, .. } => {
                    tracing::warn!(link = self.settings.name, why, "the line to the bank is down");
                    metrics::counter!("aviso_iso8583_connections_lost_total", "link" => self.settings.name.clone())
                        .increment(1);
                }
            }
            pause = if served { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
            // Not all hubs of a bank at the same moment.
            let jitter = rand::random_range(0.5..1.0);
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause.mul_f64(jitter)) => {}
            }
        }
    }

    async fn connect_and_serve(&self, stop: &CancellationToken) -> End {
        let connected = tokio::select! {
            () = stop.cancelled() => return End::Stopped,
            connected = connection::connect(&self.settings, self.tls.as_ref()) => connected,
        };
        let stream = match connected {
            Ok(stream) => stream,
            Err(why) => return End::Lost { why, served: false },
        };
        let (queue, waiting) = mpsc::channel(self.settings.queue_max);
        self.set_queue(Some(queue));
        let end = connection::serve(stream, self, waiting, stop).await;
        // In this order: who comes later finds no queue, who came before is told.
        self.set_signed_on(false);
        self.set_queue(None);
        self.flight.cut();
        end
    }

    fn set_queue(&self, queue: Option<mpsc::Sender<Outgoing>>) {
        *self.queue.write().unwrap_or_else(PoisonError::into_inner) = queue;
    }

    pub(super) fn set_signed_on(&self, on: bool) {
        self.signed_on.send_replace(on);
        metrics::gauge!("aviso_iso8583_signed_on", "link" => self.settings.name.clone()).set(if on {
            1.0
        } else {
            0.0
        });
    }

    /// Sends a message and waits for its answer.
    ///
    /// # Errors
    ///
    /// [`LinkError::NotSent`] when no byte of it left, else [`LinkError::Unknown`].
    pub(super) async fn exchange(&self, message: &Message, about: OperationId) -> Result<Message, LinkError> {
        if !*self.signed_on.borrow() {
            return Err(LinkError::NotSent("nobody is signed on at the bank".to_owned()));
        }
        self.send_and_wait(message, Some(about), self.settings.response_timeout).await
    }

    /// Sends a network message and gives the response code of its answer.
    pub(super) async fn network(&self, subject: Network) -> Result<String, LinkError> {
        let number = self.network_trace.fetch_add(1, Ordering::Relaxed) % 999_999 + 1;
        let message = self.network_message(subject, number).map_err(|error| LinkError::NotSent(error.to_string()))?;
        let answer = self.send_and_wait(&message, None, self.settings.connect_timeout).await?;
        Ok(answer.text(39).unwrap_or_default().to_owned())
    }

    fn network_message(&self, subject: Network, number: u32) -> Result<Message, Misfit> {
        let mut message = Message::new(Mti::NETWORK);
        message.set(7, self.clock.now().to_datetime().format("%m%d%H%M%S").to_string())?;
        message.set(11, format!("{number:06}"))?.set(70, subject.code())?;
        Ok(message)
    }

    async fn send_and_wait(
        &self,
        message: &Message,
        about: Option<OperationId>,
        timeout: Duration,
    ) -> Result<Message, LinkError> {
        let not_sent = |reason: &str| Err(LinkError::NotSent(reason.to_owned()));
        let Some(frame) = self.frame(message) else { return not_sent("the message is too long") };
        let Some(key) = Key::of_request(message) else { return not_sent("the message expects no answer") };
        let Some(mut ticket) = self.flight.board(key, message, about) else {
            return not_sent("a message with the same trace number is on its way");
        };
        let outgoing = Outgoing { ticket: Some((ticket.key.clone(), ticket.number)), frame };
        if let Err(reason) = self.enqueue(outgoing) {
            return not_sent(reason);
        }
        let began = tokio::time::Instant::now();
        let outcome = tokio::time::timeout(timeout, &mut ticket.outcome).await;
        let result = match outcome {
            Ok(Ok(Outcome::Answered(answer))) => Ok(answer),
            Ok(Ok(Outcome::Cut { started: false })) => not_sent("the connection ended before the message was written"),
            Ok(Ok(Outcome::Cut { started: true })) => Err(LinkError::Unknown("the connection ended".to_owned())),
            // The sender lives in the flight until it says something.
            Ok(Err(_)) => Err(LinkError::Unknown("nobody waits for the answer".to_owned())),
            Err(_) if ticket.is_started() => {
                Err(LinkError::Unknown(format!("no answer within {} ms", timeout.as_millis())))
            }
            Err(_) => not_sent("the message waited too long to be written"),
        };
        self.measure(message.mti, &result, began.elapsed());
        result
    }

    fn measure(&self, mti: Mti, result: &Result<Message, LinkError>, took: Duration) {
        let outcome = match result {
            Ok(_) => "answered",
            Err(LinkError::NotSent(_)) => "not_sent",
            Err(LinkError::Unknown(_)) => "unknown",
        };
        let (link, mti) = (self.settings.name.clone(), mti.to_string());
        metrics::counter!("aviso_iso8583_messages_total", "link" => link.clone(), "type" => mti, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("aviso_iso8583_answer_seconds", "link" => link).record(took.as_secs_f64());
    }

    /// Gives a message to the writer.
    pub(super) fn enqueue(&self, outgoing: Outgoing) -> Result<(), &'static str> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else { return Err("the line to the bank is down") };
        queue.try_send(outgoing).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => "too many messages wait to be written",
            mpsc::error::TrySendError::Closed(_) => "the line to the bank went down",
        })
    }

    /// A message as it goes over the wire: length, bytes, and the code over them if there is a key.
    pub(super) fn frame(&self, message: &Message) -> Option<Zeroizing<Vec<u8>>> {
        let body = match &self.settings.mac {
            Some(key) => codec::seal(message, &self.settings.profile, key),
            None => codec::encode(message, &self.settings.profile),
        };
        let header = framing::header(body.len(), self.settings.profile.header)?;
        let mut frame = Zeroizing::new(Vec::with_capacity(header.len() + body.len()));
        frame.extend_from_slice(&header);
        frame.extend_from_slice(&body);
        Some(frame)
    }
}
