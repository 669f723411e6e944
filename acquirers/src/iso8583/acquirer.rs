//! Core's port over the link.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aviso_core::clock::Clock;
use aviso_core::id::OperationId;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::OperationKind;
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, InquiryRequest, Instrument, LinkError,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::answer::{self, Asked};
use super::compose::{self, Earlier, Payer, Undo};
use super::link::Link;
use super::message::{Message, Misfit};
use super::settings::Settings;
use super::tls::TlsError;

/// Reversals that are remembered as sent; for those forgotten a repeat looks like the first.
const ADVISED_MAX: usize = 10_000;

/// A bank behind an ISO 8583 host link. Cheap to clone; all clones share the line.
#[derive(Debug, Clone)]
pub struct Iso8583 {
    link: Arc<Link>,
    advised: Arc<Mutex<Advised>>,
}

/// The messages whose reversal was sent by this process.
#[derive(Debug, Default)]
struct Advised {
    known: HashSet<OperationId>,
    order: VecDeque<OperationId>,
}

impl Iso8583 {
    /// A link that nothing keeps up yet: spawn [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// [`TlsError`] when certificates cannot be read.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        Ok(Self { link: Arc::new(Link::new(settings, clock)?), advised: Arc::default() })
    }

    /// Keeps the line up until it is told to stop; then waits for what is on its way and signs off.
    pub async fn run(self, stop: CancellationToken) {
        self.link.run(stop).await;
    }

    /// Whether the bank took our sign-on, now and whenever that changes.
    #[must_use]
    pub fn signed_on(&self) -> watch::Receiver<bool> {
        self.link.watch()
    }

    /// How many answers came too late for whoever waited and wait for an inquiry.
    #[must_use]
    pub fn late_answers(&self) -> usize {
        self.link.flight.late()
    }

    async fn ask(&self, message: &Message, about: OperationId, asked: &Asked) -> Result<AcquirerAnswer, LinkError> {
        let answer = self.link.exchange(message, about).await?;
        answer::read(&answer, asked)
    }

    /// Sends a reversal advice until it is acknowledged once; who is not answered calls again.
    async fn undo(&self, undo: &Undo) -> Result<(), LinkError> {
        let mut message = compose::reversal_advice(&self.link.settings, undo).map_err(unsendable)?;
        let earlier = undo.earlier.message.operation;
        if self.was_advised(earlier) {
            message.mti = message.mti.repeated();
        }
        let exchanged = self.link.exchange(&message, undo.message.operation).await;
        if !matches!(exchanged, Err(LinkError::NotSent(_))) {
            self.remember_advised(earlier);
        }
        // Its own answer coming late has nothing to say that a repeat would not hear.
        self.link.flight.take_late(undo.message.operation);
        answer::acknowledged(&exchanged?)
    }

    fn was_advised(&self, operation: OperationId) -> bool {
        self.advised.lock().unwrap_or_else(PoisonError::into_inner).known.contains(&operation)
    }

    fn remember_advised(&self, operation: OperationId) {
        let mut advised = self.advised.lock().unwrap_or_else(PoisonError::into_inner);
        if advised.known.insert(operation) {
            advised.order.push_back(operation);
        }
        while advised.order.len() > ADVISED_MAX {
            if let Some(oldest) = advised.order.pop_front() {
                advised.known.remove(&oldest);
            }
        }
    }

    fn capture_message(&self, request: &FollowUpRequest) -> Result<(Message, Asked), LinkError> {
        let message = compose::capture(&self.link.settings, request).map_err(unsendable)?;
        let asked = asked(request.amount, &message);
        Ok((message, asked))
    }

    fn void_message(&self, request: &FollowUpRequest) -> Result<(Message, Asked), LinkError> {
        let message = compose::void(&self.link.settings, request).map_err(unsendable)?;
        let on_wire = request.original.amount.minor();
        let asked = Asked { on_wire, takes_back: true, ..asked(request.amount, &message) };
        Ok((message, asked))
    }

    /// Captures and voids may be repeated: the bank knows them by trace number and time.
    async fn repeat(
        &self,
        (mut message, asked): (Message, Asked),
        request: &InquiryRequest,
    ) -> Result<Inquiry, LinkError> {
        if let Some(late) = self.link.flight.take_late(request.message.operation) {
            return answer::read(&late, &asked).map(Inquiry::Found);
        }
        message.mti = message.mti.repeated();
        self.ask(&message, request.message.operation, &asked).await.map(Inquiry::Found)
    }

    /// Authorizations and refunds may not be repeated: without an answer they must not stand.
    async fn settle(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        let is_refund = request.kind == OperationKind::Refund;
        let reference = compose::retrieval_reference(request.message.operation);
        if let Some(late) = self.link.flight.take_late(request.message.operation) {
            match answer::read(&late, &Asked::new(request.amount, reference)) {
                Ok(answer) => return Ok(Inquiry::Found(answer)),
                Err(error) => tracing::warn!(operation = %request.message.operation, %error, "a late answer"),
            }
        }
        let mti = compose::authorization_type(is_refund || request.takes_money);
        let earlier = Earlier { mti, message: request.message };
        let undo = Undo { message: request.message, earlier, amount: request.amount, is_refund };
        self.undo(&undo).await?;
        Ok(Inquiry::NotFound)
    }
}

#[async_trait]
impl Acquirer for Iso8583 {
    fn name(&self) -> &str {
        &self.link.settings.name
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        let Instrument::Card { card, cvc, authentication, initiator } = request.instrument else {
            return Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted));
        };
        let payer = Payer { card, cvc, authentication, initiator };
        let what = (request.payment, request.amount, request.capture);
        let message = match compose::authorization(&self.link.settings, request.message, what, &payer) {
            Ok(message) => message,
            // More digits than field 4 has.
            Err(Misfit { field: 4, .. }) => return Ok(AcquirerAnswer::declined(DeclineCode::AmountLimitExceeded)),
            Err(misfit) => return Err(unsendable(misfit)),
        };
        let asked = asked(request.amount, &message);
        self.ask(&message, request.message.operation, &asked).await
    }

    async fn capture(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let (message, asked) = self.capture_message(request)?;
        self.ask(&message, request.message.operation, &asked).await
    }

    async fn void(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let (message, asked) = self.void_message(request)?;
        self.ask(&message, request.message.operation, &asked).await
    }

    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let message = compose::refund(&self.link.settings, request).map_err(unsendable)?;
        let asked = asked(request.amount, &message);
        self.ask(&message, request.message.operation, &asked).await
    }

    async fn reverse(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let original = &request.original;
        // Whatever else is heard of the authorization, it must not stand.
        self.link.flight.take_late(original.message.operation);
        let earlier = Earlier::authorization(original);
        let undo = Undo { message: request.message, earlier, amount: request.amount, is_refund: false };
        self.undo(&undo).await?;
        let acquirer_ref = compose::retrieval_reference(original.message.operation);
        Ok(AcquirerAnswer::Approved { acquirer_ref, approval_code: String::new(), amount: request.amount })
    }

    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        let follow_up = || {
            let original = request.original.clone();
            let original = original.ok_or_else(|| LinkError::NotSent("the authorization is not named".to_owned()))?;
            let (message, payment, amount) = (request.message, request.payment, request.amount);
            Ok::<_, LinkError>(FollowUpRequest { message, payment, original, amount })
        };
        match request.kind {
            OperationKind::Authorize | OperationKind::Refund => self.settle(request).await,
            OperationKind::Capture => self.repeat(self.capture_message(&follow_up()?)?, request).await,
            OperationKind::Void => self.repeat(self.void_message(&follow_up()?)?, request).await,
            OperationKind::Reversal => self.reverse(&follow_up()?).await.map(Inquiry::Found),
        }
    }
}

fn asked(amount: aviso_core::money::Money, message: &Message) -> Asked {
    Asked::new(amount, message.text(37).unwrap_or_default().to_owned())
}

/// A message that cannot be written was not sent.
fn unsendable(misfit: Misfit) -> LinkError {
    LinkError::NotSent(misfit.to_string())
}
