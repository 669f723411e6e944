//! Refunds: money given back, whole or in part, never more than was taken.

use std::sync::Arc;

use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::crash::{self, Point};
use crate::document::RefundDocument;
use crate::event::EventType;
use crate::id::{MerchantId, PaymentId, RefundId};
use crate::idempotency::Claim;
use crate::merchant::{Mode, Scope};
use crate::money::Money;
use crate::payment::bank::BankWord;
use crate::payment::follow_up::FollowUp;
use crate::payment::message::NewMessage;
use crate::payment::operation::{Operation, OperationKind};
use crate::payment::service::{Gate, Subject};
use crate::payment::text::{OrderRef, Reason};
use crate::payment::{Handled, Page, Payment, PaymentError, Payments, follow_up, published, service};
use crate::port::{AcquirerAnswer, Original};
use crate::store::{
    Constraint, Store, StoreError, Tx, attempt as attempt_rows, event as events, operation as operation_rows,
    payment as rows, refund as refund_rows,
};

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefundStatus {
    /// With the bank.
    Pending,
    /// The money is on its way to the buyer.
    Succeeded,
    /// The bank refused.
    Failed,
}

impl RefundStatus {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Succeeded, Self::Failed].into_iter().find(|status| status.as_str() == name)
    }
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Whose payment it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: RefundStatus,
    /// The merchant's own number.
    pub refund_ref: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who asked for it.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A refund to make.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// The payment.
    pub payment_id: PaymentId,
    /// Minor units; all that is left when absent.
    pub minor: Option<i64>,
    /// The merchant's own number, unique for ever.
    pub refund_ref: Option<OrderRef>,
    /// Why.
    pub reason: Option<Reason>,
    /// The version of the payment that was looked at; another one means that it changed since.
    pub seen_version: Option<i32>,
}

/// The service for refunds.
#[derive(Debug, Clone)]
pub struct Refunds {
    store: Store,
    clock: Arc<dyn Clock>,
    payments: Payments,
}

/// How far a request came in its first unit of work.
enum Begun {
    Replayed(crate::idempotency::Answer),
    ToBank(Box<Operation>, Original),
}

impl Refunds {
    /// A service over this store that refunds through the payments' acquirer.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, payments: Payments) -> Self {
        Self { store, clock, payments }
    }

    /// Gives money back. The outcome is in the document; a refusal by the bank is not an error.
    ///
    /// # Errors
    ///
    /// [`PaymentError::AmountTooLarge`], [`PaymentError::IllegalMove`], [`PaymentError::NotFound`],
    /// [`PaymentError::RefundRefTaken`], [`PaymentError::Key`]; nothing was written then.
    pub async fn create(
        &self,
        actor: Actor,
        scope: Scope,
        new: NewRefund,
        claim: Option<Claim>,
    ) -> Result<Handled, PaymentError> {
        let this = self.clone();
        service::detached(async move { this.create_now(&actor, &scope, &new, claim.as_ref()).await }).await
    }

    async fn create_now(
        &self,
        actor: &Actor,
        scope: &Scope,
        new: &NewRefund,
        claim: Option<&Claim>,
    ) -> Result<Handled, PaymentError> {
        crash::at(Point::RefundBegin);
        let id = RefundId::new(self.clock.now());
        let message = self.payments.new_message().await?;
        let subject = Subject { payment: new.payment_id, operation: message.id, refund: Some(id) };
        let begun = self
            .store
            .write(async |tx| {
                let now = self.clock.now();
                match service::pass_gate(tx, claim, &subject, now).await? {
                    Gate::Open => {}
                    Gate::Replay(answer) => return Ok(Begun::Replayed(answer)),
                    Gate::Begun(earlier) => {
                        return service::recover(tx, claim, &earlier, now).await.map(Begun::Replayed);
                    }
                }
                self.begin(tx, actor, scope, (id, message), new, now).await
            })
            .await
            .map_err(name_the_taken)?;
        match begun {
            Begun::Replayed(answer) => Ok(Handled::Replayed(answer)),
            Begun::ToBank(operation, original) => {
                crash::at(Point::RefundStored);
                let word = self.payments.bank().follow_up(&operation, original).await;
                crash::at(Point::RefundAnswered);
                let shop = Some(scope.merchant.name.as_str());
                let done = self.payments.complete(operation.id, operation.payment_id, &word, claim, shop).await;
                crash::at(Point::RefundDone);
                done
            }
        }
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) const fn payments(&self) -> &Payments {
        &self.payments
    }

    /// A refund that was made without us: it is written down, and the acquirer is not asked.
    pub(crate) async fn note_outside(
        &self,
        (actor, scope, new): (Actor, Scope, NewRefund),
        answer: AcquirerAnswer,
    ) -> Result<(), PaymentError> {
        let id = RefundId::new(self.clock.now());
        let message = self.payments.new_message().await?;
        let begun = self
            .store
            .write(async |tx| self.begin(tx, &actor, &scope, (id, message), &new, self.clock.now()).await)
            .await?;
        if let Begun::ToBank(operation, _) = begun {
            let word = BankWord::Said(answer);
            self.payments.complete(operation.id, operation.payment_id, &word, None, None).await?;
        }
        Ok(())
    }

    async fn begin(
        &self,
        tx: &Tx,
        actor: &Actor,
        scope: &Scope,
        (id, message): (RefundId, NewMessage),
        new: &NewRefund,
        now: Timestamp,
    ) -> Result<Begun, PaymentError> {
        let payment = rows::lock(tx, new.payment_id).await?.filter(|payment| service::in_scope(payment, scope));
        let payment = payment.ok_or(PaymentError::NotFound(new.payment_id))?;
        if new.seen_version.is_some_and(|seen| seen != payment.version()) {
            return Err(PaymentError::OperationInProgress);
        }
        let minor = new.minor.unwrap_or_else(|| payment.refundable());
        if payment.captured() > 0 && (minor > payment.refundable() || payment.refundable() == 0) {
            return Err(PaymentError::AmountTooLarge { available: payment.refundable() });
        }
        self.payments.may_refund(tx, &payment, minor).await?;
        let before = describe(&payment);
        let mut payment = payment.reserve_refund(minor, now)?;
        let amount = Money::new(minor, payment.currency()).map_err(|_| PaymentError::Interrupted)?;
        let refund = Refund {
            id,
            payment_id: payment.id,
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount,
            status: RefundStatus::Pending,
            refund_ref: new.refund_ref.as_ref().map(|text| text.as_str().to_owned()),
            reason: new.reason.as_ref().map(|text| text.as_str().to_owned()),
            created_by: actor.to_string(),
            created_at: now,
            updated_at: now,
        };
        let inquire_at = now.after(self.payments.settings().inquiry_after);
        let message = FollowUp { message, kind: OperationKind::Refund, amount, refund_id: Some(id), inquire_at };
        let (operation, original) = follow_up::follow_up_operation(tx, &payment, &message, now).await?;
        let attempts = attempt_rows::of_payment(tx.conn(), payment.id).await?;
        let shop = scope.merchant.name.as_str();
        let created =
            published::refund_event(EventType::RefundCreated, &mut payment, &refund, attempts.last(), shop, now);
        refund_rows::insert(tx, &refund).await?;
        operation_rows::insert(tx, &operation).await?;
        events::insert(tx, &[created]).await?;
        rows::update(tx, &payment).await?;
        if matches!(actor, Actor::Staff(_) | Actor::Operator | Actor::Account(_)) {
            let row = audit::NewRow {
                actor: actor.clone(),
                action: "refund.create",
                subject: payment.id.to_string(),
                before,
                after: describe(&payment),
                reason: refund.reason.clone().unwrap_or_default(),
            };
            audit::record_for(tx, payment.merchant_id, &row, now).await?;
        }
        Ok(Begun::ToBank(Box::new(operation), original))
    }

    /// A merchant's refund.
    ///
    /// # Errors
    ///
    /// [`PaymentError::RefundNotFound`] also for other merchants' refunds.
    pub async fn get(&self, scope: &Scope, id: RefundId) -> Result<RefundDocument, PaymentError> {
        let refund = refund_rows::by_id(self.store.reader(), id).await?;
        let refund = refund.filter(|refund| refund.merchant_id == scope.merchant.id && refund.mode == scope.mode);
        Ok(published::refund_document(&refund.ok_or(PaymentError::RefundNotFound(id))?))
    }

    /// A merchant's refunds, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(
        &self,
        scope: &Scope,
        payment: Option<PaymentId>,
        before: Option<RefundId>,
        limit: u64,
    ) -> Result<Page<RefundDocument>, StoreError> {
        let scope = (scope.merchant.id, scope.mode);
        let refunds = refund_rows::page(self.store.reader(), scope, payment, before, limit + 1).await?;
        Ok(Page::cut(refunds, limit).map(|refund| published::refund_document(&refund)))
    }
}

/// A payment's money, for the audit log.
pub(crate) fn describe(payment: &Payment) -> String {
    format!(
        "{}: captured {}, refunded {}, refund pending {} {}",
        payment.status().as_str(),
        payment.captured(),
        payment.refunded(),
        payment.refund_pending(),
        payment.currency()
    )
}

fn name_the_taken(error: PaymentError) -> PaymentError {
    match error {
        PaymentError::Store(error) if error.violates(Constraint::RefundRef) => PaymentError::RefundRefTaken,
        PaymentError::Store(error) if error.violates(Constraint::RefundedAmount) => {
            PaymentError::AmountTooLarge { available: 0 }
        }
        other => other,
    }
}
