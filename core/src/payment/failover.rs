//! Sending an authorization, and once more to the next bank when it is certain that the first did nothing.
//!
//! The unit of work that writes down the first outcome also writes the second message, so a crash at any
//! point leaves a message that the janitor asks about. An attempt whose outcome is unknown goes nowhere else:
//! the first bank may have taken the money.

use crate::idempotency::Claim;
use crate::payment::bank::BankWord;
use crate::payment::complete::{Sent, Settled};
use crate::payment::error::PaymentError;
use crate::payment::operation::Operation;
use crate::payment::{Handled, Payments};
use crate::port::Instrument;

impl Payments {
    /// Sends an authorization and writes down what became of it.
    pub(super) async fn authorize(
        &self,
        operation: &Operation,
        instrument: Instrument<'_>,
        claim: Option<&Claim>,
        shop: &str,
    ) -> Result<Handled, PaymentError> {
        let word = self.bank.authorize(operation, instrument).await;
        let sent = Sent { operation, stored: None };
        self.settle_or_ask_next(sent, &word, instrument, claim, shop).await
    }

    /// Writes down what the first bank said; asks the next one, when there is one and the first certainly did
    /// nothing.
    pub(super) async fn settle_or_ask_next(
        &self,
        sent: Sent<'_>,
        word: &BankWord,
        instrument: Instrument<'_>,
        claim: Option<&Claim>,
        shop: &str,
    ) -> Result<Handled, PaymentError> {
        match self.settle_or_go_on(sent, word, claim, shop).await? {
            Settled::Done(handled) => Ok(handled),
            Settled::GoesOn(next) => {
                let word = self.ask_next(sent.operation, &next, instrument).await;
                self.complete(next.id, next.payment_id, &word, claim, Some(shop)).await
            }
        }
    }

    /// Sends the message to the next bank.
    pub(super) async fn ask_next(&self, earlier: &Operation, next: &Operation, instrument: Instrument<'_>) -> BankWord {
        let (from, to) = (earlier.acquirer.clone(), next.acquirer.clone());
        tracing::warn!(operation = %next.id, from, to, "an authorization goes to another bank");
        metrics::counter!("aviso_failovers_total", "from" => from, "to" => to).increment(1);
        self.bank.authorize(next, instrument).await
    }
}
