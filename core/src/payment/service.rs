//! The service for payments, and what its requests share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::bin_table::Bins;
use crate::clock::{Clock, Timestamp};
use crate::document::Document;
use crate::id::{OperationId, PaymentId, RefundId};
use crate::idempotency::{Answer, Claim, KeyConflict};
use crate::kept::Kept;
use crate::ledger::fee::Fees;
use crate::merchant::{Mode, Scope};
use crate::payment::bank::{Acquirers, Bank};
use crate::payment::error::PaymentError;
use crate::payment::issuer::Issuer;
use crate::payment::published::{document_of, operation_document, refund_document};
use crate::payment::status::Stage;
use crate::payment::trace::Traces;
use crate::port::Authenticator;
use crate::risk::Limits;
use crate::routing::Profiles;
use crate::routing::breaker::{BreakerSettings, BreakerState, Breakers};
use crate::secret::Keyring;
use crate::store::{
    Store, Tx, attempt as attempt_rows, idempotency as keys, operation as operation_rows, payment as rows,
    refund as refunds,
};
use crate::vault::{Vault, VaultSettings};

/// How long it is believed that no bank enrolled any card.
const ENROLMENTS_GOOD_FOR: Duration = Duration::from_secs(1);

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
    /// Messages without an answer in a row until a bank is left alone.
    pub breaker_failures: u32,
    /// How long a bank that did not answer is left alone.
    pub breaker_pause: Duration,
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
            breaker_failures: 5,
            breaker_pause: Duration::from_secs(30),
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

impl Handled {
    /// How things stand, after work that no request waits for.
    pub(crate) fn document(self) -> Result<Document, PaymentError> {
        match self {
            Self::Done(document) => Ok(document),
            // Without a key there is no earlier answer.
            Self::Replayed(_) => Err(PaymentError::Interrupted),
        }
    }
}

/// The service for payments.
#[derive(Debug, Clone)]
pub struct Payments {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) bank: Bank,
    pub(super) keyring: Keyring,
    pub(super) issuer: Issuer,
    pub(super) traces: Traces,
    pub(super) fees: Fees,
    pub(super) limits: Limits,
    /// Whether banks enrolled any cards.
    pub(super) enrolments: Kept<bool>,
    pub(super) bins: Bins,
    pub(super) profiles: Profiles,
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
        let acquirers = acquirers.into();
        let breaker = BreakerSettings {
            failures: settings.breaker_failures,
            pause: settings.breaker_pause,
            // A message has its answer by then, or it was lost with its process.
            probe: settings.acquirer_deadline * 2,
        };
        let breakers = Breakers::new(acquirers.names(), breaker, Arc::clone(&clock));
        let bank = Bank { acquirers, deadline: settings.acquirer_deadline, breakers };
        let profiles = Profiles::new(store.clone(), Arc::clone(&clock));
        let (traces, fees) = (Traces::new(store.clone()), Fees::new(store.clone()));
        let issuer = Issuer::none(settings.acquirer_deadline);
        let (bins, limits) = (Bins::default(), Limits::default());
        let enrolments = Kept::new(ENROLMENTS_GOOD_FOR);
        Self { store, clock, bank, keyring, issuer, traces, fees, limits, enrolments, bins, profiles, settings }
    }

    /// With a 3-D Secure server, and with the address of the site that buyers come back to from the
    /// pages of issuers and wallets.
    #[must_use]
    pub fn with_actions(self, authenticator: Option<Arc<dyn Authenticator>>, site: &url::Url) -> Self {
        Self { issuer: self.issuer.with(authenticator, site), ..self }
    }

    /// The acquirer that payments of this world go to where nothing else is said.
    #[must_use]
    pub fn first_acquirer(&self, mode: Mode) -> &str {
        self.bank.acquirers.first(mode)
    }

    /// The vault that these payments save cards in.
    #[must_use]
    pub fn vault(&self, settings: VaultSettings) -> Vault {
        Vault::new(self.store.clone(), Arc::clone(&self.clock), self.keyring.clone(), settings)
    }

    /// With this table of issuers instead of the one that comes with Aviso.
    #[must_use]
    pub fn with_bins(mut self, bins: Bins) -> Self {
        self.bins = bins;
        self
    }

    /// With merchants' profiles from this service, so that a change made through it counts at once.
    #[must_use]
    pub fn with_profiles(mut self, profiles: Profiles) -> Self {
        self.profiles = profiles;
        self
    }

    /// The acquirers and how this process stands with each.
    #[must_use]
    pub fn bank_states(&self) -> Vec<(String, BreakerState)> {
        self.bank.breakers.states()
    }

    pub(crate) const fn bank(&self) -> &Bank {
        &self.bank
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

/// Stores the answer under the request's idempotency key, if it has one. An answer that is there already
/// was given to somebody: it stays, and is the answer.
pub(crate) async fn close_gate(
    tx: &Tx,
    claim: Option<&Claim>,
    document: &Document,
    now: Timestamp,
) -> Result<Handled, PaymentError> {
    let done = Handled::Done(document.clone());
    let Some(claim) = claim else { return Ok(done) };
    if keys::finish(tx, claim, &(claim.respond)(document), now).await? {
        return Ok(done);
    }
    keys::answer(tx, claim).await?.map(Handled::Replayed).ok_or(PaymentError::Interrupted)
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
    let attempts = attempt_rows::of_payment(tx.conn(), payment.id).await?;
    // A wallet's message is open while its buyer is at a page: that page is the answer.
    let at_page = payment.stage == Stage::Action && attempts.last().is_some_and(|last| last.action.is_some());
    if !at_page && operation.as_ref().is_some_and(|operation| operation.status.is_open()) {
        return Err(KeyConflict::InUse.into());
    }
    // The attempt went to the issuer and from there on to the bank, or is about to: a second message. A payment
    // that was cancelled meanwhile goes nowhere, though its check is still noted.
    let at_issuer = attempts.last().is_some_and(|last| last.issuer_check_at.is_some() && last.action.is_none());
    let asks_issuer = payment.stage == Stage::Action && at_issuer;
    if subject.refund.is_none() && (payment.stage == Stage::Bank || asks_issuer) {
        return Err(KeyConflict::InUse.into());
    }
    let refund = match subject.refund {
        Some(id) => refunds::by_id(tx.conn(), id).await?,
        None => None,
    };
    let document = Document {
        payment: Some(document_of(&payment, attempts.last())),
        refund: refund.as_ref().map(refund_document),
        operation: operation.as_ref().map(operation_document),
        ..Document::default()
    };
    match close_gate(tx, Some(claim), &document, now).await? {
        Handled::Done(document) => Ok((claim.respond)(&document)),
        Handled::Replayed(answer) => Ok(answer),
    }
}

/// Whether a payment belongs to this merchant's world.
pub(crate) fn in_scope(payment: &crate::payment::Payment, scope: &Scope) -> bool {
    payment.merchant_id == scope.merchant.id && payment.mode == scope.mode
}
