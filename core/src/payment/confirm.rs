//! Confirming a payment with a card or wallet: screen first, then the bank.
//!
//! Two commits: one before the bank is asked (payment, attempt, decision, message), one after.

use crate::clock::Timestamp;
use crate::crash::{self, Point};
use crate::document::Document;
use crate::event::{Event, EventType};
use crate::id::{AttemptId, OperationId, PaymentId, ReviewId};
use crate::idempotency::{Answer, Claim};
use crate::merchant::Scope;
use crate::payment::action::{ReturnUrl, ThreeDs};
use crate::payment::attempt::{Attempt, Method, WalletName};
use crate::payment::authenticate::{Waiting, asks_first};
use crate::payment::card::{Card, Cvc};
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::published::{document_of, payment_event, staff_event};
use crate::payment::service::{Gate, Handled, Subject, close_gate, detached, in_scope, pass_gate, recover};
use crate::payment::{CaptureMode, Payment, Payments};
use crate::port::{Initiator, Instrument};
use crate::risk::{self, Challenge, Verdict};
use crate::store::{
    Tx, attempt as attempt_rows, event as events, operation as operation_rows, payment as rows, review as reviews,
    risk as risk_rows,
};

/// How a buyer wants to pay.
#[derive(Debug)]
pub struct Confirmation {
    /// What with.
    pub method: PaymentMethod,
    /// When the card's issuer is asked.
    pub three_ds: ThreeDs,
    /// Where the merchant wants the buyer back from the issuer's or wallet's page.
    pub return_url: Option<ReturnUrl>,
}

impl Confirmation {
    /// With this method; the issuer is asked when the bank wants it.
    #[must_use]
    pub const fn with(method: PaymentMethod) -> Self {
        Self { method, three_ds: ThreeDs::Automatic, return_url: None }
    }
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
    /// An e-money wallet.
    Wallet(WalletName),
}

impl PaymentMethod {
    /// What the bank is shown. `return_url` is where a wallet sends the buyer back to.
    pub(super) fn instrument<'a>(&'a self, return_url: &'a str) -> Instrument<'a> {
        match self {
            Self::Card { card, cvc } => {
                Instrument::Card { card, cvc: cvc.as_ref(), authentication: None, initiator: Initiator::Buyer }
            }
            Self::Wallet(wallet) => Instrument::Wallet { wallet, return_url },
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
    /// The card's issuer is asked first.
    ToIssuer(Waiting),
}

impl Payments {
    /// Confirms a payment with a card or wallet. Its outcome is in the document, a decline is not an error.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`], [`PaymentError::IllegalMove`], [`PaymentError::WalletNotOffered`],
    /// [`PaymentError::Key`], [`PaymentError::Store`]; nothing was written then.
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
        crash::at(Point::AttemptBegin);
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
        let mut attempt = self.attempt(&payment, confirmation, now)?;
        let card = match &confirmation.method {
            PaymentMethod::Card { card, .. } => Some(card),
            PaymentMethod::Wallet(_) => None,
        };
        let subject = risk::Subject {
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            card: attempt.method.pseudonym(),
            first6: attempt.method.face().map(|face| face.first6.as_str()),
            country: card.and_then(|card| risk::bin::country_of(card.number().expose())),
            email: payment.email.as_deref(),
            ip: payment.ip.as_deref(),
        };
        let screening = risk::screen(tx, &subject, now).await?;
        metrics::counter!("aviso_risk_decisions_total", "verdict" => screening.verdict.as_str()).increment(1);
        attempt.verdict = screening.verdict;
        let shop = scope.merchant.name.as_str();
        let (mut operation, mut review, mut asks_issuer) = (None, None, false);
        match screening.verdict {
            Verdict::Allow if let Some(card) = card.filter(|_| self.asks_issuer(confirmation, screening.challenge)) => {
                self.wait_for_issuer(&mut attempt, card, now);
                payment = payment.require_action(now)?;
                asks_issuer = true;
            }
            Verdict::Allow => {
                payment = payment.send(now)?;
                operation = Some(self.first_message(message, &payment, &attempt, now));
            }
            Verdict::Block => {
                attempt.decline = Some(DeclineCode::RiskBlocked);
                payment = payment.decline(DeclineCode::RiskBlocked, now)?;
                told.push(payment_event(EventType::PaymentDeclined, &mut payment, Some(&attempt), shop, now));
            }
            Verdict::Review => {
                attempt.sealed_card = card.map(|card| self.seal_card(attempt.id, card));
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
            None if asks_issuer => {
                let (amount, shop) = (payment.amount, shop.to_owned());
                Begun::ToIssuer(Waiting { payment: payment.id, attempt: attempt.id, amount, shop, message })
            }
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
                let back = self.return_page(operation.attempt_id);
                crash::at(Point::AttemptStored);
                let word = self.bank.authorize(&operation, confirmation.method.instrument(&back)).await;
                crash::at(Point::AttemptAnswered);
                if self.steps_up(confirmation, &word) {
                    return self.step_up(&operation, &word, confirmation, claim, shop).await;
                }
                let done = self.complete(operation.id, operation.payment_id, &word, claim, Some(shop)).await;
                crash::at(Point::AttemptDone);
                done
            }
            (Begun::ToIssuer(waiting), Some(Confirmation { method: PaymentMethod::Card { card, cvc }, .. })) => {
                self.ask_issuer(waiting, card, cvc.as_ref(), claim).await
            }
            (Begun::ToBank(_) | Begun::ToIssuer(_), _) => Err(PaymentError::Interrupted),
        }
    }

    /// Whether the issuer is asked before the bank, and there is one to ask.
    fn asks_issuer(&self, confirmation: &Confirmation, challenge: Challenge) -> bool {
        asks_first(confirmation.three_ds, challenge) && self.issuer.is_there()
    }

    fn method(&self, payment: &Payment, given: &PaymentMethod) -> Result<Method, PaymentError> {
        match given {
            PaymentMethod::Card { card, .. } => {
                let number = card.number().expose();
                Ok(Method::Card {
                    face: card.face(),
                    card: self.keyring.fingerprint("platform", number),
                    merchant_card: self.keyring.fingerprint(&payment.merchant_id.to_string(), number),
                })
            }
            PaymentMethod::Wallet(wallet) if self.bank.acquirers.offers(wallet) => Ok(Method::Wallet(wallet.clone())),
            PaymentMethod::Wallet(wallet) => Err(PaymentError::WalletNotOffered(wallet.clone())),
        }
    }

    fn attempt(&self, payment: &Payment, given: &Confirmation, now: Timestamp) -> Result<Attempt, PaymentError> {
        Ok(Attempt {
            id: AttemptId::new(now),
            payment_id: payment.id,
            number: payment.attempts,
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            method: self.method(payment, &given.method)?,
            email: payment.email.clone(),
            ip: payment.ip.clone(),
            sealed_card: None,
            verdict: Verdict::Allow,
            decline: None,
            created_at: now,
            three_ds: given.three_ds,
            return_url: given.return_url.clone(),
            action: None,
            authentication: None,
            issuer_check_at: None,
        })
    }

    /// The first message of an attempt: a wallet's goes to the wallet.
    pub(super) fn first_message(
        &self,
        message: NewMessage,
        payment: &Payment,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Operation {
        let mut operation = self.authorization(message, payment, attempt.id, now);
        if let Method::Wallet(wallet) = &attempt.method {
            operation.acquirer = wallet.to_string();
        }
        operation
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
