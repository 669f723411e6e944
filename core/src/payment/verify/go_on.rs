//! After the right answer: the payment goes on to the card's issuer or to the bank, once.

use crate::clock::Timestamp;
use crate::crash::{self, Point};
use crate::document::Document;
use crate::payment::action::ThreeDs;
use crate::payment::attempt::Attempt;
use crate::payment::authenticate::{Waiting, refuse_attempt};
use crate::payment::bank::BankWord;
use crate::payment::card::Card;
use crate::payment::complete::Sent;
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::message::NewMessage;
use crate::payment::operation::Operation;
use crate::payment::{Payment, Payments};
use crate::port::{AcquirerAnswer, Initiator, Instrument};
use crate::store::{Tx, attempt as attempt_rows, operation as operation_rows, payment as rows};
use crate::vault::keep;

/// What the answer leaves to do.
pub(super) enum Next {
    /// Nothing: this is how things stand.
    Stands(Box<Document>),
    /// The card's issuer is asked.
    ToIssuer(Waiting, Card),
    /// The bank is asked.
    ToBank(Box<Operation>, Card, ThreeDs, String),
}

impl Payments {
    /// Part of the unit that ends the question: what follows is stored with it.
    pub(super) async fn proceed_confirmed(
        &self,
        tx: &Tx,
        (payment, mut attempt): (Payment, Attempt),
        message: NewMessage,
        shop: &str,
        now: Timestamp,
    ) -> Result<Next, PaymentError> {
        if !keep::is_usable(tx, &attempt).await? {
            let stands = refuse_attempt(tx, (payment, attempt), DeclineCode::CardFrozen, shop, now).await?;
            return Ok(Next::Stands(Box::new(stands)));
        }
        let sealed = attempt.sealed_card.take();
        let card = self.open_card(attempt.id, sealed.as_deref()).map_err(PaymentError::Seal)?;
        attempt.action = None;
        let wants_issuer = matches!(attempt.three_ds, ThreeDs::Always | ThreeDs::Required);
        if wants_issuer && self.issuer.is_there() {
            self.wait_for_issuer(&mut attempt, &card, now);
            let payment = payment.require_action(now)?;
            attempt_rows::update(tx, &attempt).await?;
            rows::update(tx, &payment).await?;
            let (amount, shop) = (payment.amount, shop.to_owned());
            let waiting = Waiting { payment: payment.id, attempt: attempt.id, amount, shop, message };
            return Ok(Next::ToIssuer(waiting, card));
        }
        let payment = payment.send(now)?;
        let banks = self.banks_of(tx, &payment, &attempt).await?;
        let operation = self.first_message(message, &payment, &attempt, banks, now);
        attempt_rows::update(tx, &attempt).await?;
        operation_rows::insert(tx, &operation).await?;
        rows::update(tx, &payment).await?;
        Ok(Next::ToBank(Box::new(operation), card, attempt.three_ds, shop.to_owned()))
    }

    /// Asks whom there is to ask.
    pub(super) async fn carry_on(&self, next: Next) -> Result<Document, PaymentError> {
        match next {
            Next::Stands(document) => Ok(*document),
            Next::ToIssuer(waiting, card) => {
                let cvc = self.issuer.codes.take(waiting.attempt);
                self.ask_issuer(waiting, &card, cvc.as_ref(), None).await?.document()
            }
            Next::ToBank(operation, card, three_ds, shop) => {
                let cvc = self.issuer.codes.take(operation.attempt_id);
                let instrument = Instrument::Card {
                    card: &card,
                    cvc: cvc.as_ref(),
                    authentication: None,
                    initiator: Initiator::Buyer,
                };
                crash::at(Point::AttemptStored);
                let word = self.bank.authorize(&operation, instrument).await;
                crash::at(Point::AttemptAnswered);
                if three_ds != ThreeDs::Never && self.issuer.is_there() && wants_issuer(&word) {
                    return self.step_up(&operation, &word, (&card, cvc.as_ref()), None, &shop).await?.document();
                }
                let sent = Sent { operation: &operation, stored: None };
                let done = self.settle_or_ask_next(sent, &word, instrument, None, &shop).await;
                crash::at(Point::AttemptDone);
                done?.document()
            }
        }
    }
}

/// The bank wants the buyer authenticated by the card's issuer, too.
fn wants_issuer(word: &BankWord) -> bool {
    let code = DeclineCode::AuthenticationRequired;
    matches!(word, BankWord::Said(AcquirerAnswer::Declined { code: said, .. }) if *said == code)
}
