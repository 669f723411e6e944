//! Reservations that run out: the merchant is warned, then the money is released.

use std::time::Duration;

use futures::StreamExt;

use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::PaymentId;
use crate::money::Money;
use crate::payment::Payments;
use crate::payment::error::PaymentError;
use crate::payment::follow_up::{FollowUp, follow_up_operation};
use crate::payment::janitor::{AT_ONCE, ROUND_MAX, chain};
use crate::payment::machine::IllegalMove;
use crate::payment::operation::OperationKind;
use crate::payment::published::payment_event;
use crate::store::{
    StoreError, attempt as attempt_rows, event as events, merchant as merchants, operation as operation_rows,
    payment as rows,
};

/// How long until a release that the bank refused is tried again.
pub(super) const TRY_AGAIN_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// How long until a bank that could not be reached is asked again to release.
pub(super) const REACH_AGAIN_AFTER: Duration = Duration::from_secs(600);

impl Payments {
    /// Tells merchants of reservations that run out soon, once each. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one payment is logged and tried again.
    pub async fn warn_due(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let until = now.after(self.settings.warn_before);
        let due = rows::reserved_until(self.store.reader(), until, Some(false), ROUND_MAX).await?;
        for id in &due {
            if let Err(error) = self.warn(*id, until, now).await {
                tracing::error!(payment = %id, error = %chain(&error), "nobody was warned of a reservation's end");
            }
        }
        Ok(due.len())
    }

    async fn warn(&self, id: PaymentId, until: Timestamp, now: Timestamp) -> Result<(), PaymentError> {
        self.store
            .write(async |tx| {
                let Some(payment) = rows::lock(tx, id).await? else { return Ok(()) };
                // Somebody may have taken or released it since it was listed.
                if payment.capture_before.is_none_or(|at| at > until) {
                    return Ok(());
                }
                let Ok(mut payment) = payment.warn_of_expiry(now) else { return Ok(()) };
                let shop = merchants::name(tx.conn(), payment.merchant_id).await?;
                let attempts = attempt_rows::of_payment(tx.conn(), id).await?;
                let kind = EventType::PaymentAuthorizationExpiring;
                let event = payment_event(kind, &mut payment, attempts.last(), &shop, now);
                events::insert(tx, &[event]).await?;
                rows::update(tx, &payment).await?;
                Ok::<_, PaymentError>(())
            })
            .await
    }

    /// Releases reservations whose time is over: the bank is asked to void what was not taken. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one payment is logged and tried again.
    pub async fn release_due(&self) -> Result<usize, StoreError> {
        let due = rows::reserved_until(self.store.reader(), self.now(), None, ROUND_MAX).await?;
        let found = due.len();
        // Several at once: a bank that hangs on one void must not hold up the others.
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |id| async move {
                match self.release(id).await {
                    // A capture under way decides first.
                    Ok(()) | Err(PaymentError::OperationInProgress) => {}
                    Err(error) => {
                        tracing::error!(payment = %id, error = %chain(&error), "a reservation was not released");
                    }
                }
            })
            .await;
        Ok(found)
    }

    async fn release(&self, id: PaymentId) -> Result<(), PaymentError> {
        let message = self.new_message().await?;
        let begun = self
            .store
            .write(async |tx| {
                let now = self.now();
                let Some(payment) = rows::lock(tx, id).await? else { return Ok(None) };
                if payment.capture_before.is_none_or(|at| at > now) {
                    return Ok(None);
                }
                let left = payment.authorized() - payment.captured();
                payment.clone().lapse(now)?;
                let refused = IllegalMove { from: payment.status(), what: "released" };
                let amount = Money::new(left, payment.currency()).map_err(|_| refused)?;
                let inquire_at = now.after(self.settings.inquiry_after);
                let ask = FollowUp { message, kind: OperationKind::Void, amount, refund_id: None, inquire_at };
                let (mut operation, original) = follow_up_operation(tx, &payment, &ask, now).await?;
                operation.by_expiry = true;
                operation_rows::insert(tx, &operation).await?;
                Ok::<_, PaymentError>(Some((operation, original)))
            })
            .await?;
        let Some((operation, original)) = begun else { return Ok(()) };
        let word = self.bank.follow_up(&operation, original).await;
        self.complete(operation.id, id, &word, None, None).await.map(|_| ())
    }
}
