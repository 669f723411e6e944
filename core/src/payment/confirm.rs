//! Confirming a payment with a card: screen first, then the bank.
//!
//! Two commits: one before the bank is asked (payment, attempt, decision, message), one after.

use crate::clock::Timestamp;
use crate::country::Country;
use crate::document::Document;
use crate::event::{Event, EventType};
use crate::id::{AttemptId, OperationId, PaymentId, ReviewId};
use crate::idempotency::{Answer, Claim};
use crate::merchant::Scope;
use crate::payment::attempt::{Attempt, Method};
use crate::payment::card::{Card, Cvc};
use crate::payment::error::PaymentError;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::published::{document_of, payment_event, staff_event};
use crate::payment::service::{Gate, Handled, Subject, close_gate, detached, in_scope, pass_gate, recover};
use crate::payment::{CaptureMode, Payment, Payments};
use crate::port::{Initiator, Instrument};
use crate::risk::{self, Verdict};
use crate::secret::Purpose;
use crate::store::{
    Tx, attempt as attempt_rows, event as events, operation as operation_rows, payment as rows, review as reviews,
    risk as risk_rows,
};

/// How a buyer wants to pay.
#[derive(Debug)]
pub struct Confirmation {
    /// What with.
    pub method: PaymentMethod,
}

/// What a buyer pays with.
#[derive(Debug)]
pub enum PaymentMethod {
    /// A card, given now.
    Card {
        /// Number and expiry.
        card: Card,
        /// Its security code.
        cvc: Option<Cvc>,
    },
}

impl PaymentMethod {
    /// What the bank is shown.
    pub(super) fn instrument(&self) -> Instrument<'_> {
        match self {
            Self::Card { card, cvc } => {
                Instrument::Card { card, cvc: cvc.as_ref(), authentication: None, initiator: Initiator::Buyer }
            }
        }
    }
}

/// The message that an attempt sends to the bank, named before it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewMessage {
    pub(crate) id: OperationId,
    pub(crate) trace: i64,
}

/// A payment at the start of an attempt.
#[derive(Debug)]
pub(super) enum Row {
    /// Made in this unit; not in the database yet.
    Unwritten(Payment),
    /// Read and locked.
    Locked(Payment),
}

/// How far a request came in its first unit of work.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "moved a few times per request; a box would cost more than it saves")]
pub(super) enum Begun {
    /// It ended: nothing goes to the bank.
    Done(Document),
    /// It ended earlier.
    Replayed(Answer),
    /// This goes to the bank now.
    ToBank(Box<Operation>),
}

impl Payments {
    /// Confirms a payment with a card. Its outcome is in the document, a decline is not an error.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`], [`PaymentError::IllegalMove`], [`PaymentError::Key`],
    /// [`PaymentError::Store`]; nothing was written then.
    pub async fn confirm(
        &self,
        scope: Scope,
        id: PaymentId,
        confirmation: Confirmation,
        claim: Option<Claim>,
    ) -> Result<Handled, PaymentError> {
        let this = self.clone();
        detached(async move { this.confirm_now(&scope, id, &confirmation, claim.as_ref()).await }).await
    }

    async fn confirm_now(
        &self,
        scope: &Scope,
        id: PaymentId,
        confirmation: &Confirmation,
        claim: Option<&Claim>,
    ) -> Result<Handled, PaymentError> {
        let now = self.now();
        let message = NewMessage { id: OperationId::new(now), trace: self.traces.next().await? };
        let subject = Subject { payment: id, operation: message.id, refund: None };
        let begun = self
            .store
            .write(async |tx| {
                match pass_gate(tx, claim, &subject, now).await? {
                    Gate::Open => {}
                    Gate::Replay(answer) => return Ok(Begun::Replayed(answer)),
                    Gate::Begun(earlier) => return recover(tx, claim, &earlier, now).await.map(Begun::Replayed),
                }
                let payment =
                    rows::lock(tx, id).await?.filter(|p| in_scope(p, scope)).ok_or(PaymentError::NotFound(id))?;
                let begun = self.begin(tx, scope, Row::Locked(payment), confirmation, Vec::new(), message).await?;
                if let Begun::Done(document) = &begun {
                    close_gate(tx, claim, document, now).await?;
                }
                Ok::<_, PaymentError>(begun)
            })
            .await?;
        self.finish(begun, Some(confirmation), claim, &scope.merchant.name).await
    }

    /// The first unit of work: a new attempt is screened and ends, is held, or is made ready for the bank.
    pub(super) async fn begin(
        &self,
        tx: &Tx,
        scope: &Scope,
        row: Row,
        confirmation: &Confirmation,
        mut told: Vec<Event>,
        message: NewMessage,
    ) -> Result<Begun, PaymentError> {
        // Read here and not before the unit waited for its turn: the bank is asked about a message
        // without outcome so long after it was stored.
        let now = self.now();
        let (payment, is_new) = match row {
            Row::Unwritten(payment) => (payment, true),
            Row::Locked(payment) => (payment, false),
        };
        let mut payment = payment.start_attempt(now)?;
        let PaymentMethod::Card { card: given, .. } = &confirmation.method;
        let mut attempt = self.attempt(&payment, given, now);
        let face = given.face();
        let fingerprint = self.keyring.fingerprint("platform", given.number().expose());
        let subject = risk::Subject {
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            card: &fingerprint,
            first6: &face.first6,
            country: attempt.issuer.country.as_ref().map(Country::code),
            email: payment.email.as_deref(),
            ip: payment.ip.as_deref(),
        };
        let standing = self.standing(tx, &payment, &attempt, now).await?;
        let mut screening = risk::screen(tx, &subject, now).await?;
        let refusal = standing.join(&mut screening);
        metrics::counter!("aviso_risk_decisions_total", "verdict" => screening.verdict.as_str()).increment(1);
        attempt.verdict = screening.verdict;
        let shop = scope.merchant.name.as_str();
        let (mut operation, mut review) = (None, None);
        match screening.verdict {
            Verdict::Allow => {
                payment = payment.send(now)?;
                let mut authorization = self.authorization(message, &payment, attempt.id, now);
                if let Some(banks) = standing.banks {
                    banks.direct(&mut authorization);
                }
                operation = Some(authorization);
            }
            Verdict::Block => {
                attempt.decline = Some(refusal);
                payment = payment.decline(refusal, now)?;
                told.push(payment_event(EventType::PaymentDeclined, &mut payment, Some(&attempt), shop, now));
            }
            Verdict::Review => {
                let sealable = given.to_sealable();
                let owner = attempt.id.to_string();
                attempt.sealed_card = Some(self.keyring.seal(Purpose::Cards, &owner, sealable.expose().as_bytes()));
                payment = payment.hold(now)?;
                told.push(payment_event(EventType::PaymentInReview, &mut payment, Some(&attempt), shop, now));
                let id = ReviewId::new(now);
                let facts = [("review", id.to_string()), ("reasons", screening.reasons.join(", "))];
                told.push(staff_event(EventType::ReviewOpened, &mut payment, Some(&attempt), shop, &facts, now));
                review = Some(id);
            }
        }
        // Written once, in the state that the unit ends in.
        if is_new {
            rows::insert(tx, &payment).await?;
        } else {
            rows::update(tx, &payment).await?;
        }
        attempt_rows::insert(tx, &attempt).await?;
        risk_rows::insert_decision(tx, payment.id, attempt.id, &screening, now).await?;
        if let Some(id) = review {
            let due_at = now.after(self.settings.review_within);
            reviews::insert(tx, id, payment.id, attempt.id, &screening.reasons, now, due_at).await?;
        }
        if let Some(operation) = &operation {
            operation_rows::insert(tx, operation).await?;
        }
        events::insert(tx, &told).await?;
        Ok(match operation {
            Some(operation) => Begun::ToBank(Box::new(operation)),
            None => {
                Begun::Done(Document { payment: Some(document_of(&payment, Some(&attempt))), ..Document::default() })
            }
        })
    }

    /// Asks the bank, if there is something to ask, and writes down what it said.
    pub(super) async fn finish(
        &self,
        begun: Begun,
        confirmation: Option<&Confirmation>,
        claim: Option<&Claim>,
        shop: &str,
    ) -> Result<Handled, PaymentError> {
        match (begun, confirmation) {
            (Begun::Done(document), _) => Ok(Handled::Done(document)),
            (Begun::Replayed(answer), _) => Ok(Handled::Replayed(answer)),
            (Begun::ToBank(operation), Some(confirmation)) => {
                self.authorize(&operation, confirmation.method.instrument(), claim, shop).await.map(Handled::Done)
            }
            (Begun::ToBank(_), None) => Err(PaymentError::Interrupted),
        }
    }

    fn attempt(&self, payment: &Payment, card: &Card, now: Timestamp) -> Attempt {
        let number = card.number().expose();
        let issuer = self.bins.table().issuer_of(card);
        let mut face = card.face();
        face.brand = issuer.brand.unwrap_or(face.brand);
        Attempt {
            id: AttemptId::new(now),
            payment_id: payment.id,
            number: payment.attempts,
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            method: Method::Card {
                face,
                card: self.keyring.fingerprint("platform", number),
                merchant_card: self.keyring.fingerprint(&payment.merchant_id.to_string(), number),
            },
            issuer,
            email: payment.email.clone(),
            ip: payment.ip.clone(),
            sealed_card: None,
            verdict: Verdict::Allow,
            decline: None,
            created_at: now,
        }
    }

    pub(super) fn authorization(
        &self,
        message: NewMessage,
        payment: &Payment,
        attempt: AttemptId,
        now: Timestamp,
    ) -> Operation {
        Operation {
            id: message.id,
            payment_id: payment.id,
            attempt_id: attempt,
            refund_id: None,
            original_id: None,
            kind: OperationKind::Authorize,
            status: OperationStatus::Pending,
            amount: payment.amount,
            takes_money: payment.capture == CaptureMode::Auto,
            by_expiry: false,
            trace: message.trace,
            acquirer: self.bank.acquirers.first().to_owned(),
            fallback: None,
            acquirer_ref: None,
            approval_code: None,
            decline: None,
            network_code: None,
            acknowledged: false,
            inquiries: 0,
            next_inquiry_at: Some(now.after(self.settings.inquiry_after)),
            escalated_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}
