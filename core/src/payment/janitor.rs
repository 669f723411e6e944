//! The janitor: asks banks about messages without outcome, reverses what must not stand, and ends
//! payments that nobody finished. Safe to run twice and on several instances.

use futures::StreamExt;

use crate::clock::Timestamp;
use crate::crash::{self, Point};
use crate::event::EventType;
use crate::id::{OperationId, PaymentId};
use crate::payment::Payments;
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::operation::{Operation, OperationKind};
use crate::payment::published::payment_event;
use crate::payment::withdraw::withdraw;
use crate::store::{
    StoreError, attempt as attempt_rows, event as events, idempotency as keys, merchant as merchants,
    operation as operation_rows, payment as rows, review as reviews,
};

/// Messages or payments handled in one round.
pub(super) const ROUND_MAX: u64 = 100;
/// Messages asked about at the same time.
pub(super) const AT_ONCE: usize = 16;

impl Payments {
    /// Asks about every message that is due. Gives how many were asked about.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one message is logged and tried again later.
    pub async fn resolve_due(&self) -> Result<usize, StoreError> {
        let due = operation_rows::inquiries_due(self.store.reader(), self.now(), ROUND_MAX).await?;
        let asked = due.len();
        // Several at once: a bank that hangs on one message must not hold up the others.
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |(operation, payment)| async move {
                if let Err(error) = self.resolve(operation, payment, self.now()).await {
                    tracing::error!(%operation, %payment, error = %chain(&error), "an unknown outcome was not resolved");
                }
            })
            .await;
        Ok(asked)
    }

    /// Asks about one message, if it is due by then and no other instance asks meanwhile.
    pub(super) async fn resolve(
        &self,
        id: OperationId,
        payment: PaymentId,
        due_by: Timestamp,
    ) -> Result<(), PaymentError> {
        let now = self.now();
        // Longer than the bank's deadline: no other instance asks meanwhile.
        let next = now.after(self.settings.inquiry_after);
        if !self.store.write(async |tx| operation_rows::take_inquiry(tx, id, due_by, next).await).await? {
            return Ok(());
        }
        let payment = rows::by_id(self.store.reader(), payment).await?.ok_or(PaymentError::NotFound(payment))?;
        let operation = operation_rows::by_id(self.store.reader(), id, payment.currency())
            .await?
            .ok_or(PaymentError::Interrupted)?;
        let original = match operation.original_id {
            Some(id) => operation_rows::by_id(self.store.reader(), id, payment.currency()).await?,
            None => None,
        };
        let original = original.as_ref().map(Operation::as_original);
        let [taken, answered, done] = match operation.kind {
            OperationKind::Reversal => [Point::ReversalTaken, Point::ReversalAnswered, Point::ReversalDone],
            OperationKind::Authorize | OperationKind::Capture | OperationKind::Void | OperationKind::Refund => {
                [Point::InquiryTaken, Point::InquiryAnswered, Point::InquiryDone]
            }
        };
        crash::at(taken);
        let word = match operation.kind {
            // A reversal must happen: it is sent until it is answered. The bank answers a repeated
            // reference as it did before.
            OperationKind::Reversal => match original {
                Some(original) => self.bank.follow_up(&operation, original).await,
                None => return Err(PaymentError::Interrupted),
            },
            OperationKind::Authorize | OperationKind::Capture | OperationKind::Void | OperationKind::Refund => {
                self.bank.inquire(&operation, original).await
            }
        };
        crash::at(answered);
        let completed = self.complete(id, payment.id, &word, None, None).await;
        crash::at(done);
        completed.map(|_| ())
    }

    /// Ends unfinished payments whose time is over. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn expire_due(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let overdue = rows::overdue(self.store.reader(), now, ROUND_MAX).await?;
        for id in &overdue {
            if let Err(error) = self.expire(*id, now).await {
                tracing::error!(payment = %id, error = %chain(&error), "a payment was not ended");
            }
        }
        Ok(overdue.len())
    }

    async fn expire(&self, id: PaymentId, now: Timestamp) -> Result<(), PaymentError> {
        let message = self.new_message().await?;
        self.store
            .write(async |tx| {
                let Some(payment) = rows::lock(tx, id).await? else { return Ok(()) };
                // Somebody may have finished it since it was listed.
                let Ok(mut payment) = payment.expire(now) else { return Ok(()) };
                withdraw(tx, &payment, DeclineCode::ActionExpired, message, now).await?;
                let shop = merchants::name(tx.conn(), payment.merchant_id).await?;
                let attempts = attempt_rows::of_payment(tx.conn(), id).await?;
                reviews::lapse(tx, id, now).await?;
                attempt_rows::erase_sealed_cards(tx, id).await?;
                crate::store::verifier::withdraw_of(tx, id, now).await?;
                crate::vault::keep::abandoned(tx, id).await?;
                let event = payment_event(EventType::PaymentExpired, &mut payment, attempts.last(), &shop, now);
                events::insert(tx, &[event]).await?;
                rows::update(tx, &payment).await?;
                Ok::<_, PaymentError>(())
            })
            .await
    }

    /// Forgets idempotency keys older than two days, as promised, a bounded number at a
    /// time. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn sweep_keys(&self) -> Result<u64, StoreError> {
        let before = self.now().before(std::time::Duration::from_secs(48 * 3_600));
        self.store.write(async |tx| keys::sweep(tx, before).await).await
    }
}

/// An error with all its causes, for the one place that logs it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
