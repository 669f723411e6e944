//! The messages to banks, as they are before they are written.

use crate::clock::Timestamp;
use crate::id::{AttemptId, OperationId};
use crate::payment::attempt::{Attempt, Method};
use crate::payment::error::PaymentError;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::standing::Banks;
use crate::payment::{CaptureMode, Payment, Payments};

/// The message that an attempt sends to the bank, named before it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewMessage {
    pub(crate) id: OperationId,
    pub(crate) trace: i64,
}

impl Payments {
    /// A new name for a message.
    pub(crate) async fn new_message(&self) -> Result<NewMessage, PaymentError> {
        Ok(NewMessage { id: OperationId::new(self.now()), trace: self.traces.next().await? })
    }

    /// The first message of an attempt: a card's goes where the merchant's routes say, a wallet's to the wallet.
    pub(super) fn first_message(
        &self,
        message: NewMessage,
        payment: &Payment,
        attempt: &Attempt,
        banks: Option<Banks>,
        now: Timestamp,
    ) -> Operation {
        let mut operation = self.authorization(message, payment, attempt.id, now);
        match (&attempt.method, banks) {
            (Method::Wallet(wallet), _) => operation.acquirer = wallet.to_string(),
            (Method::Card { .. }, Some(banks)) => banks.direct(&mut operation),
            (Method::Card { .. }, None) => {}
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
            acquirer: self.bank.acquirers.first(payment.mode).to_owned(),
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
