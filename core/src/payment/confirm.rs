//! Confirming a payment with a card or wallet: screen first, then the bank.
//!
//! Two commits: one before the bank is asked (payment, attempt, decision, message), one after.

use std::net::IpAddr;

use crate::country::Country;
use crate::crash::{self, Point};
use crate::document::Document;
use crate::event::{Event, EventType};
use crate::id::{AccountId, PaymentId, ReviewId};
use crate::idempotency::{Answer, Claim};
use crate::merchant::Scope;
use crate::payment::action::{ReturnUrl, ThreeDs};
use crate::payment::authenticate::{Waiting, asks_first};
use crate::payment::bank::BankWord;
use crate::payment::card::Card;
use crate::payment::complete::{Sent, Settled, Stored};
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::message::NewMessage;
use crate::payment::method::PaymentMethod;
use crate::payment::published::{document_of, payment_event, staff_event};
use crate::payment::service::{Gate, Handled, Subject, close_gate, detached, in_scope, pass_gate, recover};
use crate::payment::verify::Check;
use crate::payment::{Payment, Payments};
use crate::port::Initiator;
use crate::risk::{self, Challenge, Verdict};
use crate::store::{
    Tx, attempt as attempt_rows, event as events, operation as operation_rows, payment as rows, review as reviews,
    risk as risk_rows, telegram_charge as charges,
};
use crate::vault::keep::{self, Saving};

/// How a buyer wants to pay.
#[derive(Debug)]
pub struct Confirmation {
    /// What with.
    pub method: PaymentMethod,
    /// When the card's issuer is asked.
    pub three_ds: ThreeDs,
    /// Where the merchant wants the buyer back from the issuer's or wallet's page.
    pub return_url: Option<ReturnUrl>,
    /// What is kept of it if the payment is approved.
    pub save: Option<Saving>,
    /// Who pays, where a page of ours saw the buyer.
    pub payer: Payer,
}

/// A buyer as a page of ours saw them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Payer {
    /// The account that is logged in. The payment becomes its, unless it is somebody's already.
    pub account: Option<AccountId>,
    /// Where the browser is; counts instead of what the merchant said.
    pub ip: Option<IpAddr>,
}

impl Confirmation {
    /// With this method; the issuer is asked when the bank wants it, nothing is kept.
    #[must_use]
    pub const fn with(method: PaymentMethod) -> Self {
        Self {
            method,
            three_ds: ThreeDs::Automatic,
            return_url: None,
            save: None,
            payer: Payer { account: None, ip: None },
        }
    }
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
    /// This goes to the bank now; with the saved card that pays, when one does.
    ToBank(Box<Stored>, Option<Box<Card>>),
    /// The card's issuer is asked first.
    ToIssuer(Waiting, Option<Box<Card>>),
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
        let message = self.new_message().await?;
        let subject = Subject { payment: id, operation: message.id, refund: None };
        let begun = self
            .store
            .write(async |tx| {
                match pass_gate(tx, claim, &subject, now).await? {
                    Gate::Open => {}
                    Gate::Replay(answer) => return Ok(Begun::Replayed(answer)),
                    Gate::Begun(earlier) => return recover(tx, claim, &earlier, now).await.map(Begun::Replayed),
                }
                scope.may_ask_for_money(now)?;
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
        payment.account_id = payment.account_id.or(confirmation.payer.account);
        let paying = self.paying(tx, &payment, &confirmation.method, now).await?;
        let card = paying.card.as_deref();
        let mut attempt = self.attempt(&payment, confirmation, &paying, now);
        let in_telegram = confirmation.method.telegram();
        let telegram_id = in_telegram.map(|payer| payer.user_id.to_string());
        let subject = risk::Subject {
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            card: attempt.method.pseudonym(),
            first6: attempt.method.face().map(|face| face.first6.as_str()),
            country: attempt.issuer.country.as_ref().map(Country::code),
            email: payment.email.as_deref(),
            ip: attempt.ip.as_deref(),
            telegram: telegram_id.as_deref(),
        };
        let standing = self.standing(tx, &payment, &attempt, now).await?;
        let mut screening = risk::screen(tx, &self.limits, &subject, now).await?;
        let can_ask = confirmation.method.initiator() == Initiator::Buyer && card.is_some() && self.issuer.is_there();
        let mut refusal = standing.join(&mut screening, can_ask);
        let shop = scope.merchant.name.as_str();
        let check = self.check_buyer(tx, (&payment, &attempt), &mut screening, shop, now).await?;
        if let Check::Nobody(_) = check {
            refusal = DeclineCode::VerificationUnavailable;
            screening.verdict = Verdict::Block;
        }
        if screening.challenge == Challenge::Wanted {
            // Kept with the attempt, so that it counts after a review, too.
            attempt.three_ds = ThreeDs::Required;
        }
        metrics::counter!("aviso_risk_decisions_total", "verdict" => screening.verdict.as_str()).increment(1);
        attempt.verdict = screening.verdict;
        let refusal = if paying.frozen { DeclineCode::CardFrozen } else { refusal };
        let verdict = if paying.frozen { Verdict::Block } else { screening.verdict };
        // Telegram waits ten seconds for its answer: nothing can be held for staff there.
        let (verdict, refusal) = match (verdict, in_telegram) {
            (Verdict::Review, Some(_)) => (Verdict::Block, DeclineCode::TransactionNotPermitted),
            (verdict, _) => (verdict, refusal),
        };
        if let Some((saving, given)) = confirmation.save.as_ref().zip(card).filter(|_| verdict != Verdict::Block) {
            let account = confirmation.payer.account;
            keep::prepare(tx, &self.keyring, (saving, account), (&payment, &mut attempt, given), now).await?;
        }
        let (mut operation, mut review, mut asks_issuer) = (None, None, false);
        let mut question = None;
        match verdict {
            Verdict::Allow if let (Check::Ask(asked), Some(card)) = (&check, card) => {
                self.wait_for_answer(&mut attempt, asked, (card, confirmation.method.cvc()), now);
                payment = payment.require_action(now)?;
                question = Some(asked);
            }
            Verdict::Allow if let Some(card) = card.filter(|_| self.asks_issuer(confirmation, screening.challenge)) => {
                self.wait_for_issuer(&mut attempt, card, now);
                payment = payment.require_action(now)?;
                asks_issuer = true;
            }
            // What was to be verified is allowed by now, or is asked.
            Verdict::Allow | Verdict::Verify => {
                payment = payment.send(now)?;
                operation = Some(self.first_message(message, &payment, &attempt, standing.banks, now));
            }
            Verdict::Block => {
                attempt.decline = Some(refusal);
                keep::refused(tx, &mut attempt).await?;
                payment = payment.decline(refusal, now)?;
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
        match (is_new, question) {
            (true, None) => rows::insert(tx, &payment).await?,
            (false, None) => rows::update(tx, &payment).await?,
            (_, Some(question)) => {
                // The question refers to the payment, and its events count in it.
                if is_new {
                    rows::insert(tx, &payment).await?;
                }
                told.extend(self.ask(tx, question, (&mut payment, &attempt), now).await?);
                rows::update(tx, &payment).await?;
            }
        }
        attempt_rows::insert(tx, &attempt).await?;
        risk_rows::insert_decision(tx, payment.id, attempt.id, &screening, now).await?;
        if let Some(id) = review {
            let due_at = now.after(self.settings.review_within);
            reviews::insert(tx, id, payment.id, attempt.id, &screening.reasons, now, due_at).await?;
        }
        if let Some(operation) = &operation {
            operation_rows::insert(tx, operation).await?;
            if let Some(payer) = in_telegram {
                charges::insert(tx, (operation.id, payment.id), payer, now).await?;
            }
        }
        events::insert(tx, &told).await?;
        Ok(match operation {
            Some(operation) => {
                let opened = paying.into_opened();
                Begun::ToBank(
                    Box::new(Stored { operation, attempt, seen: (payment.version, payment.sequence) }),
                    opened,
                )
            }
            None if asks_issuer => {
                let (amount, shop) = (payment.amount, shop.to_owned());
                let waiting = Waiting { payment: payment.id, attempt: attempt.id, amount, shop, message };
                Begun::ToIssuer(waiting, paying.into_opened())
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
            (Begun::ToBank(stored, opened), Some(confirmation)) => {
                let operation = &stored.operation;
                let back = self.return_page(operation.attempt_id);
                let method = &confirmation.method;
                let instrument = method.instrument(opened.as_deref(), &back).ok_or(PaymentError::Interrupted)?;
                crash::at(Point::AttemptStored);
                let word = self.bank.authorize(operation, instrument).await;
                crash::at(Point::AttemptAnswered);
                let steps_up =
                    |word: &BankWord| method.card(opened.as_deref()).filter(|_| self.steps_up(confirmation, word));
                if let Some(paying) = steps_up(&word) {
                    return self.step_up(operation, &word, paying, claim, shop).await;
                }
                let sent = Sent { operation, stored: Some(&stored) };
                let done = match self.settle_or_go_on(sent, &word, claim, shop).await? {
                    Settled::Done(handled) => Ok(handled),
                    Settled::GoesOn(next) => {
                        let word = self.ask_next(operation, &next, instrument).await;
                        match steps_up(&word) {
                            Some(paying) => self.step_up(&next, &word, paying, claim, shop).await,
                            None => self.complete(next.id, next.payment_id, &word, claim, Some(shop)).await,
                        }
                    }
                };
                crash::at(Point::AttemptDone);
                done
            }
            (Begun::ToIssuer(waiting, opened), Some(confirmation)) => {
                let paying = confirmation.method.card(opened.as_deref());
                let (card, cvc) = paying.ok_or(PaymentError::Interrupted)?;
                self.ask_issuer(waiting, card, cvc, claim).await
            }
            (Begun::ToBank(..) | Begun::ToIssuer(..), None) => Err(PaymentError::Interrupted),
        }
    }

    /// Whether the issuer is asked before the bank, and there is one to ask. Without the buyer nobody can
    /// answer it.
    fn asks_issuer(&self, confirmation: &Confirmation, challenge: Challenge) -> bool {
        let by_buyer = confirmation.method.initiator() == Initiator::Buyer;
        by_buyer && asks_first(confirmation.three_ds, challenge) && self.issuer.is_there()
    }
}
