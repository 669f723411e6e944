//! Messages whose outcome has been unknown for too long: staff are told, ask again, or settle them by hand.

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::document::Document;
use crate::event::{Event, EventType};
use crate::id::{OperationId, PaymentId};
use crate::payment::attempt::Attempt;
use crate::payment::bank::{BankWord, ByHand};
use crate::payment::error::PaymentError;
use crate::payment::janitor::{ROUND_MAX, chain};
use crate::payment::operation::Operation;
use crate::payment::published::staff_event;
use crate::payment::service::detached;
use crate::payment::{Payment, Payments};
use crate::store::{
    StoreError, attempt as attempt_rows, event as events, merchant as merchants, operation as operation_rows,
    payment as rows,
};

/// What staff found out at the bank about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// The bank did it.
    Done,
    /// The bank did not do it, and will not.
    Failed,
}

impl Settlement {
    /// The word in commands and the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The settlement with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Done, Self::Failed].into_iter().find(|settlement| settlement.as_str() == name)
    }
}

/// What staff read of a message in trouble. `state` is where it stands now.
pub(super) fn overdue_event(
    payment: &mut Payment,
    operation: &Operation,
    latest: Option<&Attempt>,
    shop: &str,
    now: Timestamp,
) -> Event {
    let facts = [
        ("operation", operation.id.to_string()),
        ("kind", operation.kind.as_str().to_owned()),
        ("state", operation.status.as_str().to_owned()),
        ("acquirer", operation.acquirer.clone()),
        ("amount", operation.amount.minor().to_string()),
        ("since", operation.created_at.to_string()),
    ];
    staff_event(EventType::PaymentOutcomeOverdue, payment, latest, shop, &facts, now)
}

impl Payments {
    /// Tells staff of messages that have had no outcome for too long, once each. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one message is logged and tried again.
    pub async fn escalate_due(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let before = now.before(self.settings.escalate_after);
        let overdue = operation_rows::overdue(self.store.reader(), before, ROUND_MAX).await?;
        for (id, payment) in &overdue {
            if let Err(error) = self.escalate(*id, *payment, now).await {
                tracing::error!(operation = %id, error = %chain(&error), "staff were not told of an unknown outcome");
            }
        }
        Ok(overdue.len())
    }

    async fn escalate(&self, id: OperationId, payment: PaymentId, now: Timestamp) -> Result<(), PaymentError> {
        self.store
            .write(async |tx| {
                let Some(mut payment) = rows::lock(tx, payment).await? else { return Ok(()) };
                let operation = operation_rows::by_id(tx.conn(), id, payment.currency()).await?;
                let told = |operation: &Operation| !operation.status.is_open() || operation.escalated_at.is_some();
                let Some(mut operation) = operation.filter(|operation| !told(operation)) else { return Ok(()) };
                let shop = merchants::name(tx.conn(), payment.merchant_id).await?;
                let attempt = attempt_rows::by_id(tx.conn(), operation.attempt_id).await?;
                operation.escalated_at = Some(now);
                let event = overdue_event(&mut payment, &operation, attempt.as_ref(), &shop, now);
                operation_rows::update(tx, &operation).await?;
                events::insert(tx, &[event]).await?;
                rows::update(tx, &payment).await?;
                Ok::<_, PaymentError>(())
            })
            .await
    }

    /// Asks the bank about a message now, whenever it was due.
    ///
    /// # Errors
    ///
    /// [`PaymentError::OperationNotOpen`] when its outcome is known already.
    pub async fn ask_again(&self, actor: Actor, id: OperationId) -> Result<Operation, PaymentError> {
        let this = self.clone();
        detached(async move {
            let operation = this.overdue_operation(id).await?;
            let row = audit_row(&actor, "operation.ask", &operation, "");
            let now = this.now();
            this.store.write(async |tx| audit::record(tx, &row, now).await).await?;
            this.resolve(id, operation.payment_id, Timestamp::MAX).await?;
            let payment = rows::by_id(this.store.reader(), operation.payment_id).await?;
            let payment = payment.ok_or(PaymentError::NotFound(operation.payment_id))?;
            operation_rows::by_id(this.store.reader(), id, payment.currency()).await?.ok_or(PaymentError::Interrupted)
        })
        .await
    }

    /// Writes down what staff found out at the bank by other means.
    ///
    /// # Errors
    ///
    /// [`PaymentError::OperationNotOpen`] when its outcome is known already.
    pub async fn settle_by_hand(
        &self,
        actor: Actor,
        id: OperationId,
        settlement: Settlement,
        reason: String,
    ) -> Result<Document, PaymentError> {
        let this = self.clone();
        detached(async move {
            let operation = this.overdue_operation(id).await?;
            let word = BankWord::Settled(Box::new(ByHand { settlement, actor, reason }));
            this.complete(id, operation.payment_id, &word, None, None).await?.document()
        })
        .await
    }

    /// Only what staff were told of: a younger message may still be on its way to the bank.
    async fn overdue_operation(&self, id: OperationId) -> Result<Operation, PaymentError> {
        let found = operation_rows::find(self.store.reader(), id).await?;
        let overdue = |operation: &Operation| operation.status.is_open() && operation.escalated_at.is_some();
        found.filter(overdue).ok_or(PaymentError::OperationNotOpen(id))
    }
}

/// The row of the audit log about something that staff did to a message.
pub(super) fn audit_row(actor: &Actor, action: &'static str, operation: &Operation, reason: &str) -> audit::NewRow {
    audit::NewRow {
        actor: actor.clone(),
        action,
        subject: operation.payment_id.to_string(),
        before: format!("{} {} {}", operation.id, operation.kind.as_str(), operation.status.as_str()),
        after: String::new(),
        reason: reason.to_owned(),
    }
}

/// The audit log's name of a settlement.
pub(super) const fn settlement_action(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Done => "operation.settle_done",
        Settlement::Failed => "operation.settle_failed",
    }
}
