//! The service for payments, and the way to the bank.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::document::Document;
use crate::id::{OperationId, PaymentId, RefundId};
use crate::idempotency::{Answer, Claim, KeyConflict};
use crate::merchant::Scope;
use crate::payment::card::{Card, Cvc};
use crate::payment::error::PaymentError;
use crate::payment::operation::{Operation, OperationKind};
use crate::payment::published::{document_of, refund_document};
use crate::port::{Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, LinkError};
use crate::secret::Keyring;
use crate::store::{
    Store, StoreError, Tx, attempt as attempt_rows, idempotency as keys, operation as operation_rows, payment as rows,
    refund as refunds,
};

/// What is adjustable.
#[derive(Debug, Clone, Copy)]
pub struct PaymentSettings {
    /// How long a payment may be finished.
    pub expires_after: Duration,
    /// How long a bank may take to answer.
    pub acquirer_deadline: Duration,
    /// How long after a message was stored without outcome the bank is asked about it. Longer than
    /// the deadline, so that nobody asks about a message that is still on its way.
    pub inquiry_after: Duration,
    /// How long staff have for a review before it counts as late.
    pub review_within: Duration,
}

impl Default for PaymentSettings {
    fn default() -> Self {
        Self {
            expires_after: Duration::from_secs(24 * 3_600),
            acquirer_deadline: Duration::from_secs(15),
            inquiry_after: Duration::from_secs(30),
            review_within: Duration::from_secs(4 * 3_600),
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "moved a few times per request; a box would cost more than it saves")]
pub enum Handled {
    /// It had its effect now; this is how things stand.
    Done(Document),
    /// It had its effect earlier, under the same idempotency key; this was the answer.
    Replayed(Answer),
}

/// The service for payments.
#[derive(Debug, Clone)]
pub struct Payments {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) bank: Bank,
    pub(super) keyring: Keyring,
    pub(super) settings: PaymentSettings,
}

impl Payments {
    /// A service over this store that pays through this acquirer.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        acquirer: Arc<dyn Acquirer>,
        keyring: Keyring,
        settings: PaymentSettings,
    ) -> Self {
        let bank = Bank { acquirer, deadline: settings.acquirer_deadline };
        Self { store, clock, bank, keyring, settings }
    }

    pub(crate) const fn bank(&self) -> &Bank {
        &self.bank
    }

    pub(crate) const fn settings(&self) -> &PaymentSettings {
        &self.settings
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The way to a bank, with a deadline.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    acquirer: Arc<dyn Acquirer>,
    deadline: Duration,
}

/// What is known after a message was sent or asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BankWord {
    /// The bank answered.
    Said(AcquirerAnswer),
    /// Nothing was sent: the bank could not be reached.
    NotSent,
    /// The bank proved that it never received the message.
    NeverArrived,
    /// Nobody knows.
    Unknown,
}

impl Bank {
    pub(crate) fn name(&self) -> &str {
        self.acquirer.name()
    }

    pub(crate) async fn authorize(&self, operation: &Operation, card: &Card, cvc: Option<&Cvc>) -> BankWord {
        let request = AuthorizeRequest {
            operation: operation.id,
            payment: operation.payment_id,
            amount: operation.amount,
            capture: operation.takes_money,
            card,
            cvc,
        };
        self.word(operation, self.acquirer.authorize(request)).await
    }

    /// Sends a capture, void, refund or reversal of the authorization named by `operation.acquirer_ref`.
    pub(crate) async fn follow_up(&self, operation: &Operation) -> BankWord {
        let request = FollowUpRequest {
            operation: operation.id,
            acquirer_ref: operation.acquirer_ref.clone().unwrap_or_default(),
            amount: operation.amount,
        };
        match operation.kind {
            OperationKind::Capture => self.word(operation, self.acquirer.capture(&request)).await,
            OperationKind::Refund => self.word(operation, self.acquirer.refund(&request)).await,
            // Money that was taken at once is not reserved any more: it can only be given back.
            OperationKind::Reversal if operation.takes_money => {
                self.word(operation, self.acquirer.refund(&request)).await
            }
            OperationKind::Void | OperationKind::Reversal => self.word(operation, self.acquirer.void(&request)).await,
            // Needs a card, which a follow-up never has.
            OperationKind::Authorize => BankWord::NotSent,
        }
    }

    pub(crate) async fn inquire(&self, operation: OperationId) -> BankWord {
        match tokio::time::timeout(self.deadline, self.acquirer.inquire(operation)).await {
            Ok(Ok(Inquiry::Found(answer))) => BankWord::Said(answer),
            Ok(Ok(Inquiry::NotFound)) => BankWord::NeverArrived,
            Ok(Err(error)) => {
                tracing::warn!(%operation, %error, "the bank did not answer an inquiry");
                BankWord::Unknown
            }
            Err(_) => BankWord::Unknown,
        }
    }

    async fn word(
        &self,
        operation: &Operation,
        call: impl Future<Output = Result<AcquirerAnswer, LinkError>>,
    ) -> BankWord {
        let word = match tokio::time::timeout(self.deadline, call).await {
            Ok(Ok(answer)) => BankWord::Said(answer),
            Ok(Err(LinkError::NotSent(reason))) => {
                tracing::warn!(operation = %operation.id, reason, "nothing was sent to the bank");
                BankWord::NotSent
            }
            Ok(Err(LinkError::Unknown(reason))) => {
                tracing::warn!(operation = %operation.id, reason, "the bank did not answer");
                BankWord::Unknown
            }
            Err(_) => {
                tracing::warn!(operation = %operation.id, "the bank did not answer in time");
                BankWord::Unknown
            }
        };
        let outcome = match &word {
            BankWord::Said(AcquirerAnswer::Approved { .. }) => "approved",
            BankWord::Said(AcquirerAnswer::Declined { .. }) => "declined",
            BankWord::Said(AcquirerAnswer::Pending) => "pending",
            BankWord::NotSent => "not_sent",
            BankWord::NeverArrived => "never_arrived",
            BankWord::Unknown => "unknown",
        };
        let kind = operation.kind.as_str();
        metrics::counter!("aviso_bank_messages_total", "kind" => kind, "outcome" => outcome).increment(1);
        word
    }
}

/// Runs work that must not stop half-way when the caller goes away (a browser that disconnects).
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, PaymentError>> + Send + 'static,
) -> Result<T, PaymentError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a payment's task ended early");
            Err(PaymentError::Interrupted)
        }
    }
}

/// What an idempotency key lets a request do.
pub(crate) enum Gate {
    /// It is the first one.
    Open,
    /// It ended before with this answer.
    Replay(Answer),
    /// It was begun before and its answer was not stored: a crash, or still on its way.
    Begun(Subject),
}

/// What a request under an idempotency key is about: a payment or refund, and the message to the bank
/// that it waits for. Stored with the key, so that a crash in the middle can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// `pay_…`
    pub(crate) payment: PaymentId,
    /// `op_…`; stays unused when nothing is sent.
    pub(crate) operation: OperationId,
    /// `rfd_…`
    pub(crate) refund: Option<RefundId>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.payment, self.operation)?;
        self.refund.map_or(Ok(()), |refund| write!(f, " {refund}"))
    }
}

impl Subject {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (payment, operation) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let refund = parts.next().map(str::parse).transpose().ok()?;
        Some(Self { payment, operation, refund })
    }
}

/// Takes the request's idempotency key, if it has one. Comes before any lock on the payment, so that
/// two requests never wait for each other in a circle.
pub(crate) async fn pass_gate(
    tx: &Tx,
    claim: Option<&Claim>,
    subject: &Subject,
    now: Timestamp,
) -> Result<Gate, PaymentError> {
    let Some(claim) = claim else { return Ok(Gate::Open) };
    let Some(earlier) = keys::take(tx, claim, &subject.to_string(), now).await? else { return Ok(Gate::Open) };
    if earlier.fingerprint != claim.fingerprint {
        return Err(KeyConflict::Reused.into());
    }
    match earlier.answer {
        Some(answer) => Ok(Gate::Replay(answer)),
        None => Subject::parse(&earlier.subject).map(Gate::Begun).ok_or(PaymentError::Interrupted),
    }
}

/// Stores the answer under the request's idempotency key, if it has one.
pub(crate) async fn close_gate(
    tx: &Tx,
    claim: Option<&Claim>,
    document: &Document,
    now: Timestamp,
) -> Result<(), StoreError> {
    match claim {
        Some(claim) => keys::finish(tx, claim, &(claim.respond)(document), now).await,
        None => Ok(()),
    }
}

/// Answers a request that was begun before under the same key. While its message to the bank has no
/// outcome it is still under way; when a crash cut it short it is completed with how things stand.
pub(crate) async fn recover(
    tx: &Tx,
    claim: Option<&Claim>,
    subject: &Subject,
    now: Timestamp,
) -> Result<Answer, PaymentError> {
    let claim = claim.ok_or(PaymentError::Interrupted)?;
    let payment = rows::lock(tx, subject.payment).await?.ok_or(PaymentError::NotFound(subject.payment))?;
    // The first request may have ended while this one waited for the lock.
    if let Some(answer) = keys::answer(tx, claim).await? {
        return Ok(answer);
    }
    let operation = operation_rows::by_id(tx.conn(), subject.operation, payment.currency()).await?;
    if operation.is_some_and(|operation| operation.status.is_open()) {
        return Err(KeyConflict::InUse.into());
    }
    let refund = match subject.refund {
        Some(id) => refunds::by_id(tx.conn(), id).await?,
        None => None,
    };
    let attempts = attempt_rows::of_payment(tx.conn(), payment.id).await?;
    let document = Document {
        payment: Some(document_of(&payment, attempts.last())),
        refund: refund.as_ref().map(refund_document),
        ..Document::default()
    };
    close_gate(tx, Some(claim), &document, now).await?;
    Ok((claim.respond)(&document))
}

/// Whether a payment belongs to this merchant's world.
pub(crate) fn in_scope(payment: &crate::payment::Payment, scope: &Scope) -> bool {
    payment.merchant_id == scope.merchant.id && payment.mode == scope.mode
}
