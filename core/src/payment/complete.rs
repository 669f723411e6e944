//! The second unit of work: what the bank said becomes the payment's state.
//!
//! The same code completes a request, an inquiry after a crash and a late answer. A message whose
//! outcome is known already is left alone, so a second or late word changes nothing.

mod outcome;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::document::Document;
use crate::event::Event;
use crate::id::{OperationId, PaymentId};
use crate::idempotency::Claim;
use crate::ledger::fee::FeeTable;
use crate::payment::attempt::Attempt;
use crate::payment::bank::BankWord;
use crate::payment::error::PaymentError;
use crate::payment::message::NewMessage;
use crate::payment::operation::Operation;
use crate::payment::published::{document_of, operation_document, refund_document};
use crate::payment::service::{Handled, close_gate};
use crate::payment::{Payment, Payments};
use crate::store::{
    Tx, attempt as attempt_rows, merchant as merchants, operation as operation_rows, payment as rows,
    refund as refund_rows,
};

/// A word about a message, to be written down.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) operation: OperationId,
    pub(super) payment: PaymentId,
    pub(super) word: &'a BankWord,
    /// The shop's name, when it is known already.
    pub(super) shop: Option<&'a str>,
    /// Whether what is paid with is still at hand, so that the next bank can be asked.
    pub(super) goes_on: bool,
    /// What the unit before wrote, when this process made it.
    pub(super) stored: Option<&'a Stored>,
}

/// What writing it down may need besides.
pub(super) struct Means {
    /// The name of a reversal or of the next message, should one be needed.
    spare: NewMessage,
    /// What merchants pay.
    fees: Arc<FeeTable>,
}

/// What the unit before the bank was asked wrote down. While the payment has not changed since, none of it
/// need be read again.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) operation: Operation,
    pub(super) attempt: Attempt,
    /// The payment's version and the number of its newest event.
    pub(super) seen: (i32, i32),
}

impl Stored {
    /// Whether nothing about the payment changed since.
    fn stands(&self, payment: &Payment) -> bool {
        self.seen == (payment.version, payment.sequence)
    }
}

/// An authorization that was just sent, with what is known of it besides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) operation: &'a Operation,
    pub(super) stored: Option<&'a Stored>,
}

/// What became of a message that was just sent.
pub(super) enum Settled<T> {
    /// It has its outcome, or nobody knows it yet.
    Done(T),
    /// The bank certainly did nothing; this goes to the next one now.
    GoesOn(Box<Operation>),
}

/// Everything that one completion reads and writes.
struct Work<'a> {
    tx: &'a Tx,
    payment: Payment,
    operation: Operation,
    attempt: Attempt,
    shop: String,
    told: Vec<Event>,
    /// The name of a reversal, should one be needed.
    spare: NewMessage,
    /// How long money stays reserved.
    hold_for: Duration,
    /// How long a message may have no outcome before a person looks into it.
    look_after: Duration,
    /// What merchants pay.
    fees: &'a FeeTable,
    /// When the next bank is asked about a message without outcome; `None` where there is nothing to send it
    /// with any more.
    goes_on: Option<Timestamp>,
    /// The message to the next bank.
    next: Option<Operation>,
    now: Timestamp,
}

impl Payments {
    /// Writes down what became of a message, and the answer under the request's key. When somebody else
    /// completed the request before, that answer stands and is given.
    pub(crate) async fn complete(
        &self,
        operation: OperationId,
        payment: PaymentId,
        word: &BankWord,
        claim: Option<&Claim>,
        shop: Option<&str>,
    ) -> Result<Handled, PaymentError> {
        let told = Told { operation, payment, word, shop, goes_on: false, stored: None };
        match self.write_down(told, claim).await? {
            Settled::Done(handled) => Ok(handled),
            // Asked not to go on.
            Settled::GoesOn(_) => Err(PaymentError::Interrupted),
        }
    }

    /// Writes down what became of an authorization whose instrument is still at hand. When the bank certainly
    /// did nothing, the message to the next bank is written in the same unit.
    pub(super) async fn settle_or_go_on(
        &self,
        sent: Sent<'_>,
        word: &BankWord,
        claim: Option<&Claim>,
        shop: &str,
    ) -> Result<Settled<Handled>, PaymentError> {
        let (operation, payment) = (sent.operation.id, sent.operation.payment_id);
        let stored = sent.stored;
        self.write_down(Told { operation, payment, word, shop: Some(shop), goes_on: true, stored }, claim).await
    }

    async fn write_down(&self, told: Told<'_>, claim: Option<&Claim>) -> Result<Settled<Handled>, PaymentError> {
        let (means, now) = (self.means().await?, self.now());
        self.store
            .write(async |tx| {
                Ok(match self.complete_in(tx, told, &means, now).await? {
                    Settled::Done(document) => Settled::Done(close_gate(tx, claim, &document, now).await?),
                    Settled::GoesOn(next) => Settled::GoesOn(next),
                })
            })
            .await
    }

    /// What is fetched before the unit of work begins.
    pub(super) async fn means(&self) -> Result<Means, PaymentError> {
        Ok(Means { spare: self.new_message().await?, fees: self.fees.current(self.now()).await? })
    }

    /// The same inside a unit of work of the caller's.
    pub(super) async fn complete_in(
        &self,
        tx: &Tx,
        told: Told<'_>,
        means: &Means,
        now: Timestamp,
    ) -> Result<Settled<Document>, PaymentError> {
        let payment = rows::lock(tx, told.payment).await?.ok_or(PaymentError::NotFound(told.payment))?;
        let (operation, attempt) = match told.stored.filter(|stored| stored.stands(&payment)) {
            Some(stored) => (stored.operation.clone(), stored.attempt.clone()),
            None => {
                let operation = operation_rows::by_id(tx.conn(), told.operation, payment.currency()).await?;
                let operation = operation.ok_or(PaymentError::Interrupted)?;
                let attempt = attempt_rows::by_id(tx.conn(), operation.attempt_id).await?;
                (operation, attempt.ok_or(PaymentError::Interrupted)?)
            }
        };
        let shop = match told.shop {
            Some(shop) => shop.to_owned(),
            None => merchants::name(tx.conn(), payment.merchant_id).await?,
        };
        let mut refund = match operation.refund_id {
            Some(id) => refund_rows::by_id(tx.conn(), id).await?,
            None => None,
        };
        let (hold_for, look_after) = (self.settings.capture_within, self.settings.escalate_after);
        let open = operation.status.is_open();
        let goes_on = told.goes_on.then(|| now.after(self.settings.inquiry_after));
        let mut work = Work {
            tx,
            payment,
            operation,
            attempt,
            shop,
            told: Vec::new(),
            spare: means.spare,
            hold_for,
            look_after,
            fees: &means.fees,
            goes_on,
            next: None,
            now,
        };
        if open {
            work.apply(told.word, refund.as_mut()).await?;
        } else {
            work.heard_late(told.word).await?;
        }
        if let Some(next) = work.next {
            return Ok(Settled::GoesOn(Box::new(next)));
        }
        Ok(Settled::Done(Document {
            payment: Some(document_of(&work.payment, Some(&work.attempt))),
            refund: refund.as_ref().map(refund_document),
            operation: Some(operation_document(&work.operation)),
            ..Document::default()
        }))
    }
}
