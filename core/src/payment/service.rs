//! The service for payments, and what its requests share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::document::Document;
use crate::id::{OperationId, PaymentId, RefundId};
use crate::idempotency::{Answer, Claim, KeyConflict};
use crate::ledger::fee::Fees;
use crate::merchant::Scope;
use crate::payment::bank::{Acquirers, Bank};
use crate::payment::error::PaymentError;
use crate::payment::published::{document_of, refund_document};
use crate::payment::trace::Traces;
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
    /// How long money stays reserved before it must be taken (Visa and Mastercard: 7 days for a buyer's
    /// own payment).
    pub capture_within: Duration,
    /// How long before a reservation runs out the merchant is told.
    pub warn_before: Duration,
    /// How long a message to the bank may have no outcome before staff are told.
    pub escalate_after: Duration,
}

impl Default for PaymentSettings {
    fn default() -> Self {
        Self {
            expires_after: Duration::from_secs(24 * 3_600),
            acquirer_deadline: Duration::from_secs(15),
            inquiry_after: Duration::from_secs(30),
            review_within: Duration::from_secs(4 * 3_600),
            capture_within: Duration::from_secs(7 * 24 * 3_600),
            warn_before: Duration::from_secs(24 * 3_600),
            escalate_after: Duration::from_secs(900),
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
    pub(super) traces: Traces,
    pub(super) fees: Fees,
    pub(super) settings: PaymentSettings,
}

impl Payments {
    /// A service over this store that pays through these acquirers.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        acquirers: impl Into<Acquirers>,
        keyring: Keyring,
        settings: PaymentSettings,
    ) -> Self {
        let bank = Bank { acquirers: acquirers.into(), deadline: settings.acquirer_deadline };
        let (traces, fees) = (Traces::new(store.clone()), Fees::new(store.clone()));
        Self { store, clock, bank, keyring, traces, fees, settings }
    }

    pub(crate) const fn bank(&self) -> &Bank {
        &self.bank
    }

    pub(crate) const fn traces(&self) -> &Traces {
        &self.traces
    }

    pub(crate) const fn acquirers(&self) -> &Acquirers {
        &self.bank.acquirers
    }

    pub(crate) const fn fees(&self) -> &Fees {
        &self.fees
    }

    pub(crate) const fn settings(&self) -> &PaymentSettings {
        &self.settings
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
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
