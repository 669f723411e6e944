//! 3-D Secure: the card's issuer is asked whether the buyer holds the card, before the bank is.
//!
//! An attempt that waits for its issuer has a time for its next check (`issuer_check_at`) and keeps its
//! card sealed. Whoever hears of a result (the request, the page that the buyer comes back to, the
//! janitor) writes it in [`Payments::issuer_said`] under the payment's lock. The first one takes the check
//! time away and stores the authorization in the same unit, so exactly one sends it.
//!
//! What a crash leaves behind, in order:
//! 1. Waiting, no page known: the janitor asks the issuer again under the same reference (the attempt).
//! 2. Waiting at a page: the buyer comes back, or the janitor asks for the result. The security code is
//!    gone with the process; the authorization goes without it.
//! 3. The authorization is stored, perhaps not sent: the janitor's inquiry finds out, as for any message.
//! 4. The bank wanted the buyer authenticated, and that was not written: the inquiry hears the decline.
//!    The card is gone, so the attempt is declined (`authentication_required`) and may be made again.

use crate::clock::Timestamp;
use crate::document::Document;
use crate::event::EventType;
use crate::id::{AttemptId, PaymentId};
use crate::idempotency::Claim;
use crate::money::Money;
use crate::payment::action::{Action, ActionKind, AuthenticationRecord, ThreeDs};
use crate::payment::attempt::Attempt;
use crate::payment::authentication::{Authentication, AuthenticationStatus};
use crate::payment::bank::BankWord;
use crate::payment::card::{Card, Cvc};
use crate::payment::confirm::Confirmation;
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::message::NewMessage;
use crate::payment::operation::{Operation, OperationStatus};
use crate::payment::published::{document_of, payment_event};
use crate::payment::service::{Handled, close_gate};
use crate::payment::status::Status;
use crate::payment::{Payment, Payments};
use crate::port::{AcquirerAnswer, AuthenticationAnswer, AuthenticationRequest, Initiator, Instrument};
use crate::risk::Challenge;
use crate::secret::{KeyError, Purpose};
use crate::store::{
    Tx, attempt as attempt_rows, card_decline as declines, event as events, operation as operation_rows,
    payment as rows,
};
use crate::vault::keep;

/// How often the janitor asks for the result of a buyer who is at the issuer's page.
const CHECK_EVERY: std::time::Duration = std::time::Duration::from_secs(15);
/// How long an attempt waits whose issuer named no page.
const WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(900);

/// An attempt that waits for its issuer.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(super) payment: PaymentId,
    pub(super) attempt: AttemptId,
    pub(super) amount: Money,
    pub(super) shop: String,
    /// The authorization that is sent once the issuer has spoken.
    pub(super) message: NewMessage,
}

/// What the issuer's word leaves to do.
enum Step {
    /// Nothing: this is how things stand.
    Stands(Document),
    /// The buyer is sent to the issuer's page.
    ToBuyer(Document, Timestamp),
    /// The bank is asked.
    ToBank(Box<Operation>, Card, Authentication),
}

/// Whether the issuer is asked before the bank.
pub(super) fn asks_first(three_ds: ThreeDs, challenge: Challenge) -> bool {
    match (three_ds, challenge) {
        (ThreeDs::Always | ThreeDs::Required, _) | (_, Challenge::Wanted) => true,
        (ThreeDs::Automatic | ThreeDs::Never, Challenge::NotWanted) => false,
    }
}

impl Payments {
    /// Makes an attempt wait for its issuer: its card is sealed until the bank is asked.
    pub(super) fn wait_for_issuer(&self, attempt: &mut Attempt, card: &Card, now: Timestamp) {
        attempt.sealed_card = Some(self.seal_card(attempt.id, card));
        // Longer than the deadline: the janitor does not ask while the request itself does.
        attempt.issuer_check_at = Some(now.after(self.settings.inquiry_after));
    }

    pub(super) fn seal_card(&self, attempt: AttemptId, card: &Card) -> Vec<u8> {
        let sealable = card.to_sealable();
        self.keyring.seal(Purpose::Cards, &attempt.to_string(), sealable.expose().as_bytes())
    }

    pub(super) fn open_card(&self, attempt: AttemptId, sealed: Option<&[u8]>) -> Result<Card, KeyError> {
        let sealed = sealed.ok_or(KeyError::Seal)?;
        let plain = self.keyring.open(Purpose::Cards, &attempt.to_string(), sealed)?;
        std::str::from_utf8(&plain).ok().and_then(Card::from_sealable).ok_or(KeyError::Seal)
    }

    /// The page of ours that the buyer of this attempt comes back to.
    pub(super) fn return_page(&self, attempt: AttemptId) -> String {
        self.issuer.return_page(self.keyring.return_token(attempt).expose())
    }

    /// Whether the bank's word means that the issuer is asked and the bank once more.
    pub(super) fn steps_up(&self, confirmation: &Confirmation, word: &BankWord) -> bool {
        let code = DeclineCode::AuthenticationRequired;
        let wanted = matches!(word, BankWord::Said(AcquirerAnswer::Declined { code: said, .. }) if *said == code);
        let by_buyer = confirmation.method.initiator() == Initiator::Buyer;
        wanted && by_buyer && confirmation.three_ds != ThreeDs::Never && self.issuer.is_there()
    }

    /// The bank wants the buyer authenticated: the message has failed, the attempt goes on at the issuer.
    pub(super) async fn step_up(
        &self,
        operation: &Operation,
        word: &BankWord,
        (card, cvc): (&Card, Option<&Cvc>),
        claim: Option<&Claim>,
        shop: &str,
    ) -> Result<Handled, PaymentError> {
        let network_code = match word {
            BankWord::Said(AcquirerAnswer::Declined { network_code, .. }) => network_code.clone(),
            _ => None,
        };
        let message = self.new_message().await?;
        let (payment_id, attempt_id) = (operation.payment_id, operation.attempt_id);
        let waits = self
            .store
            .write(async |tx| {
                let now = self.now();
                let payment = rows::lock(tx, payment_id).await?.ok_or(PaymentError::NotFound(payment_id))?;
                let known = operation_rows::by_id(tx.conn(), operation.id, payment.currency()).await?;
                let Some(mut known) = known.filter(|known| known.status.is_open()) else { return Ok(false) };
                let mut attempt = attempt_rows::by_id(tx.conn(), attempt_id).await?.ok_or(PaymentError::Interrupted)?;
                known.status = OperationStatus::Failed;
                known.decline = Some(DeclineCode::AuthenticationRequired);
                known.network_code.clone_from(&network_code);
                known.next_inquiry_at = None;
                known.updated_at = now;
                let payment = payment.require_action(now)?;
                self.wait_for_issuer(&mut attempt, card, now);
                operation_rows::update(tx, &known).await?;
                // To the networks it is a decline like any other; the message that follows is another try.
                declines::insert(tx, &attempt, &known, false, now).await?;
                attempt_rows::update(tx, &attempt).await?;
                rows::update(tx, &payment).await?;
                Ok::<_, PaymentError>(true)
            })
            .await?;
        if !waits {
            // The janitor heard the decline first.
            return self.complete(operation.id, payment_id, word, claim, Some(shop)).await;
        }
        let (amount, shop) = (operation.amount, shop.to_owned());
        let waiting = Waiting { payment: payment_id, attempt: attempt_id, amount, shop, message };
        self.ask_issuer(waiting, card, cvc, claim).await
    }

    /// Asks the issuer, and goes on with what it says.
    pub(super) async fn ask_issuer(
        &self,
        waiting: Waiting,
        card: &Card,
        cvc: Option<&Cvc>,
        claim: Option<&Claim>,
    ) -> Result<Handled, PaymentError> {
        let answer = self.begin_authentication(&waiting, card).await;
        self.issuer_said(&waiting, answer, cvc, claim).await
    }

    /// Asks the issuer. The reference is the attempt, so that asking again begins nothing new.
    pub(super) async fn begin_authentication(&self, waiting: &Waiting, card: &Card) -> AuthenticationAnswer {
        let return_url = self.return_page(waiting.attempt);
        let request = AuthenticationRequest {
            attempt: waiting.attempt,
            card,
            amount: waiting.amount,
            shop: &waiting.shop,
            return_url: &return_url,
        };
        self.issuer.ask(request).await
    }

    /// Writes down what the issuer said, and sends the authorization when it is time. Says how things
    /// stand when somebody else was quicker.
    pub(super) async fn issuer_said(
        &self,
        waiting: &Waiting,
        answer: AuthenticationAnswer,
        cvc: Option<&Cvc>,
        claim: Option<&Claim>,
    ) -> Result<Handled, PaymentError> {
        let (step, handled) = self
            .store
            .write(async |tx| {
                let step = self.write_issuers_word(tx, waiting, &answer).await?;
                let handled = match &step {
                    Step::Stands(document) | Step::ToBuyer(document, _) => {
                        Some(close_gate(tx, claim, document, self.now()).await?)
                    }
                    Step::ToBank(..) => None,
                };
                Ok::<_, PaymentError>((step, handled))
            })
            .await?;
        match step {
            Step::Stands(_) => handled.ok_or(PaymentError::Interrupted),
            Step::ToBuyer(_, until) => {
                if let Some(cvc) = cvc {
                    self.issuer.codes.hold(waiting.attempt, cvc.clone(), until, self.now());
                }
                handled.ok_or(PaymentError::Interrupted)
            }
            Step::ToBank(operation, card, found) => {
                let held = self.issuer.codes.take(waiting.attempt);
                let instrument = Instrument::Card {
                    card: &card,
                    cvc: cvc.or(held.as_ref()),
                    authentication: Some(&found),
                    initiator: Initiator::Buyer,
                };
                self.authorize(&operation, instrument, claim, &waiting.shop).await
            }
        }
    }

    async fn write_issuers_word(
        &self,
        tx: &Tx,
        waiting: &Waiting,
        answer: &AuthenticationAnswer,
    ) -> Result<Step, PaymentError> {
        let now = self.now();
        let payment = rows::lock(tx, waiting.payment).await?.ok_or(PaymentError::NotFound(waiting.payment))?;
        let mut attempt = attempt_rows::by_id(tx.conn(), waiting.attempt).await?.ok_or(PaymentError::Interrupted)?;
        let checked = attempt.issuer_check_at.take().is_some();
        if !checked || payment.status() != Status::RequiresAction {
            // Somebody was quicker, or the payment ended meanwhile: there is nothing left to check.
            if checked {
                attempt_rows::update(tx, &attempt).await?;
            }
            return Ok(Step::Stands(stands(&payment, &attempt)));
        }
        match answer {
            AuthenticationAnswer::Done(found) => {
                attempt.authentication = Some(AuthenticationRecord::from(found));
                match found.status {
                    // Who had to be authenticated was not: the issuer's silence is no proof.
                    AuthenticationStatus::Attempted | AuthenticationStatus::Unavailable
                        if attempt.three_ds == ThreeDs::Required =>
                    {
                        refuse(tx, waiting, payment, attempt, DeclineCode::AuthenticationFailed, now).await
                    }
                    AuthenticationStatus::Authenticated
                    | AuthenticationStatus::Attempted
                    | AuthenticationStatus::Unavailable => {
                        self.proceed(tx, waiting, payment, attempt, found.clone(), now).await
                    }
                    AuthenticationStatus::Failed | AuthenticationStatus::Rejected => {
                        refuse(tx, waiting, payment, attempt, DeclineCode::AuthenticationFailed, now).await
                    }
                }
            }
            AuthenticationAnswer::Challenge { url, expires_at } => {
                let action = Action { kind: ActionKind::ThreeDs, url: url.clone(), expires_at: *expires_at };
                send_to_page(tx, waiting, payment, attempt, action, now).await
            }
            AuthenticationAnswer::Pending => {
                let until = attempt
                    .action
                    .as_ref()
                    .map_or_else(|| attempt.created_at.after(WAIT_MAX), |action| action.expires_at);
                if now >= until {
                    return refuse(tx, waiting, payment, attempt, DeclineCode::ActionExpired, now).await;
                }
                attempt.issuer_check_at = Some(next_check(now, until));
                attempt_rows::update(tx, &attempt).await?;
                Ok(Step::Stands(stands(&payment, &attempt)))
            }
        }
    }

    async fn proceed(
        &self,
        tx: &Tx,
        waiting: &Waiting,
        payment: Payment,
        mut attempt: Attempt,
        found: Authentication,
        now: Timestamp,
    ) -> Result<Step, PaymentError> {
        if !keep::is_usable(tx, &attempt).await? {
            return refuse(tx, waiting, payment, attempt, DeclineCode::CardFrozen, now).await;
        }
        let sealed = attempt.sealed_card.take();
        let card = self.open_card(attempt.id, sealed.as_deref()).map_err(PaymentError::Seal)?;
        let payment = payment.send(now)?;
        let banks = self.banks_of(tx, &payment, &attempt).await?;
        let operation = self.first_message(waiting.message, &payment, &attempt, banks, now);
        attempt_rows::update(tx, &attempt).await?;
        operation_rows::insert(tx, &operation).await?;
        rows::update(tx, &payment).await?;
        Ok(Step::ToBank(Box::new(operation), card, found))
    }
}

fn next_check(now: Timestamp, until: Timestamp) -> Timestamp {
    now.after(CHECK_EVERY).min(until)
}

fn stands(payment: &Payment, attempt: &Attempt) -> Document {
    Document { payment: Some(document_of(payment, Some(attempt))), ..Document::default() }
}

/// The buyer must go to the issuer's page. Told once.
async fn send_to_page(
    tx: &Tx,
    waiting: &Waiting,
    mut payment: Payment,
    mut attempt: Attempt,
    action: Action,
    now: Timestamp,
) -> Result<Step, PaymentError> {
    let until = action.expires_at;
    let is_new = attempt.action.replace(action).is_none();
    attempt.issuer_check_at = Some(next_check(now, until));
    attempt_rows::update(tx, &attempt).await?;
    if is_new {
        let kind = EventType::PaymentActionRequired;
        let event = payment_event(kind, &mut payment, Some(&attempt), &waiting.shop, now);
        events::insert(tx, &[event]).await?;
        rows::update(tx, &payment).await?;
    }
    Ok(Step::ToBuyer(stands(&payment, &attempt), until))
}

async fn refuse(
    tx: &Tx,
    waiting: &Waiting,
    payment: Payment,
    attempt: Attempt,
    code: DeclineCode,
    now: Timestamp,
) -> Result<Step, PaymentError> {
    refuse_attempt(tx, (payment, attempt), code, &waiting.shop, now).await.map(Step::Stands)
}

/// Refuses an attempt that waited for its buyer, and tells.
pub(super) async fn refuse_attempt(
    tx: &Tx,
    (payment, mut attempt): (Payment, Attempt),
    code: DeclineCode,
    shop: &str,
    now: Timestamp,
) -> Result<Document, PaymentError> {
    attempt.sealed_card = None;
    attempt.decline = Some(code);
    keep::refused(tx, &mut attempt).await?;
    let mut payment = payment.decline(code, now)?;
    attempt_rows::update(tx, &attempt).await?;
    let event = payment_event(EventType::PaymentDeclined, &mut payment, Some(&attempt), shop, now);
    events::insert(tx, &[event]).await?;
    rows::update(tx, &payment).await?;
    Ok(stands(&payment, &attempt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_asked_first_when_the_merchant_or_a_policy_wants_it() {
        for (three_ds, challenge, first) in [
            (ThreeDs::Automatic, Challenge::NotWanted, false),
            (ThreeDs::Never, Challenge::NotWanted, false),
            (ThreeDs::Always, Challenge::NotWanted, true),
            (ThreeDs::Automatic, Challenge::Wanted, true),
            (ThreeDs::Never, Challenge::Wanted, true),
        ] {
            assert_eq!(asks_first(three_ds, challenge), first, "{three_ds:?} {challenge:?}");
        }
    }
}
