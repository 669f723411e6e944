//! Payments held for staff: the queue, and the decision that resumes or declines.

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::crash::{self, Point};
use crate::document::Document;
use crate::event::EventType;
use crate::id::{AttemptId, PaymentId, ReviewId};
use crate::payment::action::ThreeDs;
use crate::payment::attempt::{Attempt, Method};
use crate::payment::authenticate::Waiting;
use crate::payment::card::Card;
use crate::payment::complete::Sent;
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::message::NewMessage;
use crate::payment::operation::Operation;
use crate::payment::published::{document_of, payment_event, staff_event};
use crate::payment::service::detached;
use crate::payment::verify::Check;
use crate::payment::{Payment, Payments};
use crate::port::{Initiator, Instrument};
use crate::store::{
    StoreError, Tx, attempt as attempt_rows, event as events, merchant as merchants, operation as operation_rows,
    payment as rows, review as reviews,
};
use crate::vault::keep;

/// A payment that waits for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReview {
    /// Its id.
    pub id: ReviewId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The attempt that was held.
    pub attempt_id: AttemptId,
    /// Why it was held.
    pub reasons: Vec<String>,
    /// Since when.
    pub opened_at: Timestamp,
    /// By when staff should decide.
    pub due_at: Timestamp,
}

/// What staff say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewDecision {
    /// It goes to the bank.
    Approve,
    /// It is declined.
    Reject,
}

impl ReviewDecision {
    /// The state that the review ends in.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
        }
    }
}

/// What the decision's unit of work leaves to do.
#[expect(clippy::large_enum_variant, reason = "moved a few times per request; a box would cost more than it saves")]
enum Decided {
    Done(Document),
    ToBank(Box<Operation>, Option<Card>, Attempt, String),
    ToIssuer(Waiting, Card),
}

impl Payments {
    /// The payments that wait for staff, the most urgent first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn open_reviews(&self, limit: u64) -> Result<Vec<OpenReview>, StoreError> {
        reviews::open(self.store.reader(), limit).await
    }

    /// Decides about a held payment. An approved one goes to the bank (without its security code,
    /// which is never kept) and the outcome is in the document.
    ///
    /// # Errors
    ///
    /// [`PaymentError::ReviewNotOpen`] when somebody else decided first.
    pub async fn decide_review(
        &self,
        actor: Actor,
        review: ReviewId,
        decision: ReviewDecision,
    ) -> Result<Document, PaymentError> {
        let this = self.clone();
        detached(async move { this.decide_now(&actor, review, decision).await }).await
    }

    async fn decide_now(
        &self,
        actor: &Actor,
        review: ReviewId,
        decision: ReviewDecision,
    ) -> Result<Document, PaymentError> {
        crash::at(Point::ReviewBegin);
        let now = self.now();
        let message = self.new_message().await?;
        let decided = self
            .store
            .write(async |tx| {
                let open = reviews::open_by_id(tx.conn(), review).await?.ok_or(PaymentError::ReviewNotOpen(review))?;
                let payment = rows::lock(tx, open.payment_id).await?.ok_or(PaymentError::NotFound(open.payment_id))?;
                if !reviews::close(tx, review, decision, &actor.to_string(), now).await? {
                    return Err(PaymentError::ReviewNotOpen(review));
                }
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "review.decide",
                    subject: payment.id.to_string(),
                    before: payment.status().as_str().to_owned(),
                    after: decision.as_str().to_owned(),
                    reason: open.reasons.join(", "),
                };
                audit::record(tx, &row, now).await?;
                let attempt =
                    attempt_rows::by_id(tx.conn(), open.attempt_id).await?.ok_or(PaymentError::Interrupted)?;
                let shop = merchants::name(tx.conn(), payment.merchant_id).await?;
                let closing = [("review", review.to_string()), ("decision", decision.as_str().to_owned())];
                self.carry_out(tx, payment, attempt, decision, message, &shop, &closing, now).await
            })
            .await?;
        match decided {
            Decided::Done(document) => Ok(document),
            Decided::ToIssuer(waiting, card) => self.ask_issuer(waiting, &card, None, None).await?.document(),
            Decided::ToBank(operation, card, attempt, shop) => {
                let back = self.return_page(operation.attempt_id);
                let instrument = match (&attempt.method, &card) {
                    (Method::Card { .. }, Some(card)) => {
                        let initiator = attempt.vault.initiator();
                        Instrument::Card { card, cvc: None, authentication: None, initiator }
                    }
                    (Method::Wallet(wallet), _) => Instrument::Wallet { wallet, return_url: &back },
                    (Method::Card { .. }, None) => return Err(PaymentError::Interrupted),
                };
                crash::at(Point::ReviewStored);
                let word = self.bank.authorize(&operation, instrument).await;
                crash::at(Point::ReviewAnswered);
                let done = self
                    .settle_or_ask_next(Sent { operation: &operation, stored: None }, &word, instrument, None, &shop)
                    .await;
                crash::at(Point::ReviewDone);
                done?.document()
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one unit of work, cut in two for reading")]
    async fn carry_out(
        &self,
        tx: &Tx,
        payment: Payment,
        mut attempt: Attempt,
        decision: ReviewDecision,
        message: NewMessage,
        shop: &str,
        closing: &[(&str, String)],
        now: Timestamp,
    ) -> Result<Decided, PaymentError> {
        let sealed = attempt.sealed_card.take();
        let card = match (&attempt.method, decision) {
            (Method::Card { .. }, ReviewDecision::Approve) => {
                Some(self.open_card(attempt.id, sealed.as_deref()).map_err(PaymentError::Seal)?)
            }
            (Method::Wallet(_), _) | (Method::Card { .. }, ReviewDecision::Reject) => None,
        };
        let frozen = decision == ReviewDecision::Approve && !keep::is_usable(tx, &attempt).await?;
        // Staff took antifraud's doubts away; what the merchant or the card's bank wants is theirs.
        let check = match decision {
            ReviewDecision::Approve if !frozen => self.demanded(tx, (&payment, &attempt), false, shop, now).await?,
            ReviewDecision::Approve | ReviewDecision::Reject => Check::Nothing,
        };
        if let Check::Issuer = check {
            attempt.three_ds = ThreeDs::Required;
        }
        let by_buyer = attempt.vault.initiator() == Initiator::Buyer;
        let wants_issuer = matches!(attempt.three_ds, ThreeDs::Always | ThreeDs::Required);
        let issuer_first = wants_issuer && by_buyer && self.issuer.is_there();
        let asked = card.as_ref().filter(|_| issuer_first);
        let (mut payment, operation) = match decision {
            ReviewDecision::Reject => {
                attempt.decline = Some(DeclineCode::ReviewRejected);
                keep::refused(tx, &mut attempt).await?;
                (payment.decline(DeclineCode::ReviewRejected, now)?, None)
            }
            ReviewDecision::Approve if let (Check::Ask(question), Some(card)) = (&check, &card) => {
                self.wait_for_answer(&mut attempt, question, (card, None), now);
                (payment.require_action(now)?, None)
            }
            ReviewDecision::Approve if let Check::Nobody(_) = check => {
                attempt.decline = Some(DeclineCode::VerificationUnavailable);
                keep::refused(tx, &mut attempt).await?;
                (payment.decline(DeclineCode::VerificationUnavailable, now)?, None)
            }
            // Frozen, taken away or ended while it was held.
            ReviewDecision::Approve if frozen => {
                attempt.decline = Some(DeclineCode::CardFrozen);
                keep::refused(tx, &mut attempt).await?;
                (payment.decline(DeclineCode::CardFrozen, now)?, None)
            }
            ReviewDecision::Approve if let Some(card) = asked => {
                self.wait_for_issuer(&mut attempt, card, now);
                (payment.require_action(now)?, None)
            }
            ReviewDecision::Approve => {
                let payment = payment.send(now)?;
                // Routes that were taken away since it was held leave the install's first acquirer.
                let banks = self.banks_of(tx, &payment, &attempt).await?;
                let operation = self.first_message(message, &payment, &attempt, banks, now);
                (payment, Some(operation))
            }
        };
        let mut told = vec![staff_event(EventType::ReviewClosed, &mut payment, Some(&attempt), shop, closing, now)];
        if let Check::Ask(question) = &check {
            told.extend(self.ask(tx, question, (&mut payment, &attempt), now).await?);
        }
        if decision == ReviewDecision::Reject || frozen || matches!(check, Check::Nobody(_)) {
            told.push(payment_event(EventType::PaymentDeclined, &mut payment, Some(&attempt), shop, now));
        }
        attempt_rows::update(tx, &attempt).await?;
        if let Some(operation) = &operation {
            operation_rows::insert(tx, operation).await?;
        }
        events::insert(tx, &told).await?;
        rows::update(tx, &payment).await?;
        let (shop, amount) = (shop.to_owned(), payment.amount);
        let card = card.filter(|_| !frozen && matches!(check, Check::Nothing | Check::Issuer));
        Ok(match (operation, card) {
            (Some(operation), card) => Decided::ToBank(Box::new(operation), card, attempt, shop),
            (None, Some(card)) => {
                let waiting = Waiting { payment: payment.id, attempt: attempt.id, amount, shop, message };
                Decided::ToIssuer(waiting, card)
            }
            (None, None) => {
                Decided::Done(Document { payment: Some(document_of(&payment, Some(&attempt))), ..Document::default() })
            }
        })
    }
}
