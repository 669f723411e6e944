//! Capturing and voiding.

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::crash::{self, Point};
use crate::document::Document;
use crate::event::EventType;
use crate::id::{PaymentId, RefundId};
use crate::idempotency::{Answer, Claim};
use crate::merchant::{Merchant, Scope};
use crate::money::Money;
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::machine::IllegalMove;
use crate::payment::message::NewMessage;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::published::{document_of, payment_event};
use crate::payment::service::{Gate, Handled, Subject, close_gate, detached, in_scope, pass_gate, recover};
use crate::payment::status::Status;
use crate::payment::withdraw::withdraw;
use crate::payment::{Payment, Payments};
use crate::port::Original;
use crate::refund::describe;
use crate::store::{
    Tx, attempt as attempt_rows, event as events, operation as operation_rows, payment as rows, review as reviews,
};

/// A person who takes or releases money by hand, and what they saw when they decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// Who.
    pub actor: Actor,
    /// The version of the payment that was looked at; another one means that it changed since.
    pub seen_version: i32,
}

/// What a merchant or member of staff asks for.
#[derive(Debug, Clone, Copy)]
enum Ask {
    Capture(Option<i64>),
    Void,
}

/// How far a request came in its first unit of work.
#[expect(clippy::large_enum_variant, reason = "moved a few times per request; a box would cost more than it saves")]
enum Asked {
    Done(Document),
    Replayed(Answer),
    ToBank(Box<Operation>, Original),
}

impl Payments {
    /// Takes reserved money: `minor` units, or all that is left.
    ///
    /// # Errors
    ///
    /// [`PaymentError::AmountTooLarge`], [`PaymentError::IllegalMove`],
    /// [`PaymentError::OperationInProgress`], [`PaymentError::NotFound`], [`PaymentError::Key`].
    pub async fn capture(
        &self,
        scope: Scope,
        id: PaymentId,
        minor: Option<i64>,
        claim: Option<Claim>,
    ) -> Result<Handled, PaymentError> {
        let this = self.clone();
        detached(async move { this.follow_up(&scope, id, Ask::Capture(minor), None, claim.as_ref()).await }).await
    }

    /// The same, by a person. It stands in the audit log.
    ///
    /// # Errors
    ///
    /// As [`capture`](Self::capture); [`PaymentError::OperationInProgress`] also when the payment changed since.
    pub async fn capture_by(
        &self,
        by: ByHand,
        scope: Scope,
        id: PaymentId,
        minor: Option<i64>,
        claim: Option<Claim>,
    ) -> Result<Handled, PaymentError> {
        let this = self.clone();
        detached(async move { this.follow_up(&scope, id, Ask::Capture(minor), Some(&by), claim.as_ref()).await }).await
    }

    /// Releases reserved money by a person's hand. It stands in the audit log.
    ///
    /// # Errors
    ///
    /// As [`void`](Self::void); [`PaymentError::OperationInProgress`] also when the payment changed since.
    pub async fn void_by(
        &self,
        by: ByHand,
        scope: Scope,
        id: PaymentId,
        claim: Option<Claim>,
    ) -> Result<Handled, PaymentError> {
        let this = self.clone();
        detached(async move { this.follow_up(&scope, id, Ask::Void, Some(&by), claim.as_ref()).await }).await
    }

    /// Releases reserved money, or cancels a payment that nobody paid yet.
    ///
    /// # Errors
    ///
    /// [`PaymentError::IllegalMove`], [`PaymentError::OperationInProgress`],
    /// [`PaymentError::NotFound`], [`PaymentError::Key`].
    pub async fn void(&self, scope: Scope, id: PaymentId, claim: Option<Claim>) -> Result<Handled, PaymentError> {
        let this = self.clone();
        detached(async move { this.follow_up(&scope, id, Ask::Void, None, claim.as_ref()).await }).await
    }

    async fn follow_up(
        &self,
        scope: &Scope,
        id: PaymentId,
        ask: Ask,
        by: Option<&ByHand>,
        claim: Option<&Claim>,
    ) -> Result<Handled, PaymentError> {
        crash::at(Point::FollowUpBegin);
        let message = self.new_message().await?;
        let subject = Subject { payment: id, operation: message.id, refund: None };
        let begun = self
            .store
            .write(async |tx| {
                let now = self.now();
                match pass_gate(tx, claim, &subject, now).await? {
                    Gate::Open => {}
                    Gate::Replay(answer) => return Ok(Asked::Replayed(answer)),
                    Gate::Begun(earlier) => return recover(tx, claim, &earlier, now).await.map(Asked::Replayed),
                }
                let payment =
                    rows::lock(tx, id).await?.filter(|p| in_scope(p, scope)).ok_or(PaymentError::NotFound(id))?;
                if by.is_some_and(|by| by.seen_version != payment.version()) {
                    return Err(PaymentError::OperationInProgress);
                }
                let not_sent = [Status::RequiresPaymentMethod, Status::InReview, Status::RequiresAction];
                if matches!(ask, Ask::Void) && not_sent.contains(&payment.status()) {
                    withdraw(tx, &payment, DeclineCode::ActionExpired, message, now).await?;
                    let before = describe(&payment);
                    let document = cancel(tx, payment, &scope.merchant.name, now).await?;
                    close_gate(tx, claim, &document, now).await?;
                    note(tx, by, &scope.merchant, (id, before, ask), now).await?;
                    return Ok(Asked::Done(document));
                }
                let (operation, original) = self.message(tx, message, &payment, ask, now).await?;
                operation_rows::insert(tx, &operation).await?;
                note(tx, by, &scope.merchant, (id, describe(&payment), ask), now).await?;
                Ok::<_, PaymentError>(Asked::ToBank(Box::new(operation), original))
            })
            .await?;
        match begun {
            Asked::Done(document) => Ok(Handled::Done(document)),
            Asked::Replayed(answer) => Ok(Handled::Replayed(answer)),
            Asked::ToBank(operation, original) => {
                crash::at(Point::FollowUpStored);
                let word = self.bank.follow_up(&operation, original).await;
                crash::at(Point::FollowUpAnswered);
                let shop = Some(scope.merchant.name.as_str());
                let done = self.complete(operation.id, id, &word, claim, shop).await;
                crash::at(Point::FollowUpDone);
                done
            }
        }
    }

    async fn message(
        &self,
        tx: &Tx,
        message: NewMessage,
        payment: &Payment,
        ask: Ask,
        now: Timestamp,
    ) -> Result<(Operation, Original), PaymentError> {
        let left = payment.authorized - payment.captured;
        let (kind, minor, what) = match ask {
            Ask::Capture(minor) => (OperationKind::Capture, minor.unwrap_or(left), "captured"),
            Ask::Void => (OperationKind::Void, left, "voided"),
        };
        // The move is tried on a copy first: what the machine refuses is not sent to the bank.
        let tried = match ask {
            Ask::Capture(_) if minor > left && left > 0 => {
                return Err(PaymentError::AmountTooLarge { available: left });
            }
            Ask::Capture(_) => payment.clone().capture(minor, now),
            Ask::Void => payment.clone().void(now),
        };
        tried?;
        let amount = Money::new(minor, payment.currency()).map_err(|_| IllegalMove { from: payment.status(), what })?;
        let message =
            FollowUp { message, kind, amount, refund_id: None, inquire_at: now.after(self.settings.inquiry_after) };
        follow_up_operation(tx, payment, &message, now).await
    }
}

impl Payments {
    /// Checks that the acquirer which took the money can give back this much of it.
    pub(crate) async fn may_refund(&self, tx: &Tx, payment: &Payment, minor: i64) -> Result<(), PaymentError> {
        let Some(name) = operation_rows::acquirer_of(tx.conn(), payment.id).await? else { return Ok(()) };
        let whole_only =
            |acquirer: &std::sync::Arc<dyn crate::port::Acquirer>| acquirer.refunds_whole(payment.currency());
        if minor < payment.amount.minor() && self.bank.acquirers.get(&name).is_some_and(whole_only) {
            return Err(PaymentError::WholeRefundOnly { acquirer: name });
        }
        Ok(())
    }
}

/// Writes down what a person asked for by hand.
async fn note(
    tx: &Tx,
    by: Option<&ByHand>,
    merchant: &Merchant,
    (payment, before, ask): (PaymentId, String, Ask),
    now: Timestamp,
) -> Result<(), PaymentError> {
    let Some(by) = by else { return Ok(()) };
    let (action, after) = match ask {
        Ask::Capture(Some(minor)) => ("payment.capture", format!("{minor} minor units asked for")),
        Ask::Capture(None) => ("payment.capture", "all that is reserved asked for".to_owned()),
        Ask::Void => ("payment.void", "release asked for".to_owned()),
    };
    let row = audit::NewRow {
        actor: by.actor.clone(),
        action,
        subject: payment.to_string(),
        before,
        after,
        reason: String::new(),
    };
    Ok(audit::record_for(tx, merchant.id, &row, now).await?)
}

/// A message to send about an earlier authorization.
pub(crate) struct FollowUp {
    pub(crate) message: NewMessage,
    pub(crate) kind: OperationKind,
    pub(crate) amount: Money,
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) inquire_at: Timestamp,
}

/// A message about the payment's authorization, unless another one has no outcome yet.
pub(crate) async fn follow_up_operation(
    tx: &Tx,
    payment: &Payment,
    message: &FollowUp,
    now: Timestamp,
) -> Result<(Operation, Original), PaymentError> {
    let operations = operation_rows::of_payment(tx.conn(), payment).await?;
    let is_refund = message.kind == OperationKind::Refund;
    let in_the_way = |other: &Operation| {
        let blocks = match other.kind {
            // Refunds may overlap: the money of each is set aside. Captures and voids may not.
            OperationKind::Refund => !is_refund,
            OperationKind::Authorize | OperationKind::Capture | OperationKind::Void => true,
            // It undoes an attempt that was declined, never the one that was paid.
            OperationKind::Reversal => false,
        };
        blocks && other.status.is_open()
    };
    if operations.iter().any(in_the_way) {
        return Err(PaymentError::OperationInProgress);
    }
    let authorization = operations
        .into_iter()
        .find(|o| o.kind == OperationKind::Authorize && o.status == OperationStatus::Succeeded)
        .ok_or(PaymentError::Interrupted)?;
    let original = authorization.as_original();
    let operation = Operation {
        id: message.message.id,
        trace: message.message.trace,
        original_id: Some(authorization.id),
        refund_id: message.refund_id,
        kind: message.kind,
        status: OperationStatus::Pending,
        amount: message.amount,
        takes_money: false,
        approval_code: None,
        decline: None,
        network_code: None,
        escalated_at: None,
        acknowledged: false,
        inquiries: 0,
        next_inquiry_at: Some(message.inquire_at),
        created_at: now,
        updated_at: now,
        ..authorization
    };
    Ok((operation, original))
}

/// Cancels a payment of which no bank knows; what a wallet knows was withdrawn before.
async fn cancel(tx: &Tx, payment: Payment, shop: &str, now: Timestamp) -> Result<Document, PaymentError> {
    let mut payment = payment.void(now)?;
    reviews::lapse(tx, payment.id, now).await?;
    let attempts = attempt_rows::of_payment(tx.conn(), payment.id).await?;
    attempt_rows::erase_sealed_cards(tx, payment.id).await?;
    crate::store::verifier::withdraw_of(tx, payment.id, now).await?;
    crate::vault::keep::abandoned(tx, payment.id).await?;
    let event = payment_event(EventType::PaymentVoided, &mut payment, attempts.last(), shop, now);
    events::insert(tx, &[event]).await?;
    rows::update(tx, &payment).await?;
    Ok(Document { payment: Some(document_of(&payment, attempts.last())), ..Document::default() })
}
