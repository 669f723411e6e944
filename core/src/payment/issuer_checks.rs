//! The janitor at the issuers: finishes authentications whose buyers did not come back.

use futures::StreamExt;

use crate::id::{AttemptId, PaymentId};
use crate::payment::Payments;
use crate::payment::authenticate::Waiting;
use crate::payment::error::PaymentError;
use crate::payment::janitor_chain as chain;
use crate::payment::status::Status;
use crate::port::AuthenticationAnswer;
use crate::store::{StoreError, attempt as attempt_rows, merchant as merchants, payment as rows};

/// Attempts looked after in one round.
const ROUND_MAX: u64 = 100;
/// Issuers asked at the same time.
const AT_ONCE: usize = 16;

impl Payments {
    /// Forgets the security codes, held in this process, of buyers that did not come back in time.
    pub fn forget_late_codes(&self) {
        self.issuer.codes.sweep(self.now());
    }

    /// Asks the issuer of every attempt that is due: a result is acted on, an overdue one declined.
    /// Gives how many. Safe to run twice and on several instances.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one attempt is logged and tried again later.
    pub async fn check_issuers_due(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let due = attempt_rows::issuer_checks_due(self.store.reader(), now, ROUND_MAX).await?;
        let checked = due.len();
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |(attempt, payment)| async move {
                if let Err(error) = self.check_issuer(attempt, payment).await {
                    tracing::error!(%attempt, %payment, error = %chain(&error), "an issuer was not asked");
                }
            })
            .await;
        Ok(checked)
    }

    async fn check_issuer(&self, id: AttemptId, payment: PaymentId) -> Result<(), PaymentError> {
        let now = self.now();
        // Longer than the issuer's deadline: no other instance asks meanwhile.
        let next = now.after(self.settings.inquiry_after);
        if !self.store.write(async |tx| attempt_rows::take_issuer_check(tx, id, now, next).await).await? {
            return Ok(());
        }
        let payment = rows::by_id(self.store.reader(), payment).await?.ok_or(PaymentError::NotFound(payment))?;
        let attempt = attempt_rows::by_id(self.store.reader(), id).await?.ok_or(PaymentError::Interrupted)?;
        let waiting = Waiting {
            payment: payment.id,
            attempt: id,
            amount: payment.amount,
            shop: merchants::name(self.store.reader(), payment.merchant_id).await?,
            message: self.new_message().await?,
        };
        let answer = if payment.status() != Status::RequiresAction {
            AuthenticationAnswer::Pending
        } else if attempt.action.is_some() {
            self.issuer.result(id).await
        } else {
            // The request that asked was cut short. What it began is found under the same reference.
            let card = self.open_card(id, attempt.sealed_card.as_deref()).map_err(PaymentError::Seal)?;
            self.begin_authentication(&waiting, &card).await
        };
        self.issuer_said(&waiting, answer, None, None).await.map(|_| ())
    }
}
