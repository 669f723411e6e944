//! What one word about a message makes of its payment.

use std::time::Duration;

use super::Work;
use crate::audit;
use crate::dispute;
use crate::event::EventType;
use crate::id::OperationId;
use crate::ledger::{self, posting};
use crate::money::Money;
use crate::payment::action::{Action, ActionKind};
use crate::payment::bank::{BankWord, ByHand};
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::lapse::{REACH_AGAIN_AFTER, TRY_AGAIN_AFTER};
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::overdue::{audit_row, overdue_event, settlement_action};
use crate::payment::published::{operation_document, payment_event, refund_event};
use crate::payment::status::Status;
use crate::payment::withdraw::{is_reversed, reversal_of};
use crate::payment::{Payment, Settlement};
use crate::port::AcquirerAnswer;
use crate::refund::{Refund, RefundStatus};
use crate::routing::limit;
use crate::store::{
    StoreError, attempt as attempt_rows, card_decline as declines, event as events, operation as operation_rows,
    payment as rows, refund as refund_rows,
};
use crate::vault::keep;

/// How long until a bank is asked again, by how often it was asked.
const INQUIRY_BACKOFF_SECS: [u64; 8] = [2, 5, 15, 60, 300, 900, 3_600, 14_400];
/// The longest step of it while a buyer is at a wallet's page.
const ACTION_BACKOFF_STEP_MAX: usize = 3;

impl Work<'_> {
    pub(super) async fn apply(&mut self, word: &BankWord, refund: Option<&mut Refund>) -> Result<(), PaymentError> {
        let must_happen = self.operation.kind == OperationKind::Reversal;
        match word {
            BankWord::Said(AcquirerAnswer::Approved { acquirer_ref, approval_code, amount }) => {
                self.operation.acquirer_ref = Some(acquirer_ref.clone());
                self.operation.approval_code = Some(approval_code.clone());
                if *amount == self.operation.amount {
                    self.approved(refund).await?;
                } else {
                    self.conflicted(*amount).await?;
                }
            }
            // A reversal is money of a buyer who was told that nothing was taken: it is sent until done.
            BankWord::Said(AcquirerAnswer::Declined { .. }) | BankWord::NotSent | BankWord::NeverArrived
                if must_happen =>
            {
                tracing::error!(operation = %self.operation.id, ?word, "a reversal was not carried out; tried again");
                self.unknown();
            }
            BankWord::Said(AcquirerAnswer::Declined { code, network_code }) => {
                self.operation.network_code.clone_from(network_code);
                if self.operation.kind == OperationKind::Authorize {
                    let is_final = limit::is_final(*code, network_code.as_deref());
                    declines::insert(self.tx, &self.attempt, &self.operation, is_final, self.now).await?;
                }
                self.refused(*code, refund).await?;
            }
            BankWord::NotSent => self.refused(DeclineCode::BankUnavailable, refund).await?,
            // A bank that acknowledged a message cannot say that it never came: ask again.
            BankWord::NeverArrived if self.operation.acknowledged => self.unknown(),
            BankWord::NeverArrived => self.refused(DeclineCode::ProcessingError, refund).await?,
            BankWord::Said(AcquirerAnswer::ActionRequired { url, acquirer_ref, expires_at })
                if self.operation.kind == OperationKind::Authorize =>
            {
                self.operation.acquirer_ref = Some(acquirer_ref.clone());
                let action = Action { kind: ActionKind::Wallet, url: url.clone(), expires_at: *expires_at };
                self.action_required(action).await?;
            }
            BankWord::Said(AcquirerAnswer::Awaited { until }) if self.operation.kind == OperationKind::Authorize => {
                self.operation.next_inquiry_at = Some(*until);
                self.operation.updated_at = self.now;
            }
            BankWord::Said(AcquirerAnswer::ByHand) => self.left_to_staff(),
            BankWord::Said(
                AcquirerAnswer::Pending | AcquirerAnswer::ActionRequired { .. } | AcquirerAnswer::Awaited { .. },
            ) => {
                self.operation.acknowledged = true;
                self.unknown();
            }
            BankWord::Unknown => self.unknown(),
            BankWord::Settled(by_hand) => self.settled_by_hand(by_hand, refund).await?,
        }
        if self.operation.escalated_at.is_some() && !self.operation.status.is_open() {
            let event = overdue_event(&mut self.payment, &self.operation, Some(&self.attempt), &self.shop, self.now);
            self.told.push(event);
        }
        operation_rows::update(self.tx, &self.operation).await?;
        if let Some(next) = &self.next {
            return Ok(operation_rows::insert(self.tx, next).await?);
        }
        events::insert(self.tx, &self.told).await?;
        rows::update(self.tx, &self.payment).await?;
        Ok(())
    }

    /// An answer to a message that was settled without it. An approval after the attempt was declined
    /// is money that must not stand: it is reversed.
    pub(super) async fn heard_late(&mut self, word: &BankWord) -> Result<(), PaymentError> {
        let declined = self.operation.status == OperationStatus::Failed;
        match word {
            BankWord::Said(AcquirerAnswer::Approved { acquirer_ref, amount, .. })
                if declined && self.operation.kind == OperationKind::Authorize =>
            {
                // The same word may come by callback and by inquiry: it is reversed once.
                if !is_reversed(self.tx, &self.payment, self.operation.id).await? {
                    self.operation.acquirer_ref = Some(acquirer_ref.clone());
                    self.reverse(*amount).await?;
                    operation_rows::update(self.tx, &self.operation).await?;
                }
            }
            BankWord::Said(answer) => self.note_contradiction(answer),
            BankWord::NotSent | BankWord::NeverArrived | BankWord::Unknown | BankWord::Settled(_) => {}
        }
        Ok(())
    }

    /// A late word that says the opposite of what is written down: our books and the bank's may differ.
    fn note_contradiction(&self, answer: &AcquirerAnswer) {
        let contradicts = match (answer, self.operation.status) {
            (AcquirerAnswer::Approved { .. }, OperationStatus::Failed)
            | (AcquirerAnswer::Declined { .. }, OperationStatus::Succeeded) => true,
            (
                AcquirerAnswer::Approved { .. }
                | AcquirerAnswer::Declined { .. }
                | AcquirerAnswer::ActionRequired { .. }
                | AcquirerAnswer::Pending
                | AcquirerAnswer::Awaited { .. }
                | AcquirerAnswer::ByHand,
                _,
            ) => false,
        };
        if contradicts {
            tracing::error!(operation = %self.operation.id, "the bank contradicts what is written down; staff must look");
            metrics::counter!("aviso_bank_conflicts_total").increment(1);
        }
    }

    /// Staff know what became of it. Their word is written down with it.
    async fn settled_by_hand(&mut self, word: &ByHand, refund: Option<&mut Refund>) -> Result<(), PaymentError> {
        let row = audit_row(&word.actor, settlement_action(word.settlement), &self.operation, &word.reason);
        audit::record(self.tx, &row, self.now).await?;
        match word.settlement {
            Settlement::Done => self.approved(refund).await,
            Settlement::Failed => self.refused(DeclineCode::ProcessingError, refund).await,
        }
    }

    async fn reverse(&self, amount: Money) -> Result<(), StoreError> {
        tracing::error!(operation = %self.operation.id, "the bank approved what must not stand; it is reversed");
        metrics::counter!("aviso_bank_conflicts_total").increment(1);
        let reversal = Operation { amount, ..reversal_of(&self.operation, self.spare, self.now) };
        operation_rows::insert(self.tx, &reversal).await
    }

    fn settle(&mut self, status: OperationStatus, decline: Option<DeclineCode>) {
        self.operation.status = status;
        self.operation.fallback = None;
        self.operation.decline = decline;
        self.operation.next_inquiry_at = None;
        self.operation.updated_at = self.now;
    }

    fn tell(&mut self, kind: EventType) {
        let event = payment_event(kind, &mut self.payment, Some(&self.attempt), &self.shop, self.now);
        self.told.push(event);
    }

    fn tell_refusal(&mut self, kind: EventType) {
        self.tell(kind);
        if let Some(event) = self.told.last_mut() {
            event.document.operation = Some(operation_document(&self.operation));
        }
    }

    fn tell_refund(&mut self, kind: EventType, refund: &Refund) {
        let event = refund_event(kind, &mut self.payment, refund, Some(&self.attempt), &self.shop, self.now);
        self.told.push(event);
    }

    /// The bank did what was asked, by its own word or by that of staff: the payment moves, and so do the books.
    async fn approved(&mut self, refund: Option<&mut Refund>) -> Result<(), PaymentError> {
        self.settle(OperationStatus::Succeeded, None);
        let before = self.payment.clone();
        let (payment, minor, now) = (before.clone(), self.operation.amount.minor(), self.now);
        match self.operation.kind {
            OperationKind::Authorize => {
                self.payment = payment.approve(now.after(self.hold_for), now)?;
                let kept = keep::approved(self.tx, &mut self.attempt, &self.shop, now).await?;
                if self.operation.takes_money {
                    self.record_capture().await?;
                    self.tell(EventType::PaymentCaptured);
                } else {
                    self.tell(EventType::PaymentAuthorized);
                }
                self.told.extend(kept);
            }
            OperationKind::Capture => {
                self.payment = payment.capture(minor, now)?;
                // Only what was taken can be disputed: the first capture comes before any dispute.
                if before.captured() > 0 {
                    self.payment = dispute::top_up(self.tx, self.payment.clone(), now).await?;
                }
                let whole = self.payment.status() == Status::Captured;
                self.tell(if whole { EventType::PaymentCaptured } else { EventType::PaymentPartiallyCaptured });
            }
            OperationKind::Void => {
                if self.operation.by_expiry {
                    self.payment = payment.lapse(now)?;
                    let gone = self.payment.status() == Status::Expired;
                    self.tell(if gone { EventType::PaymentExpired } else { EventType::PaymentVoided });
                } else {
                    self.payment = payment.void(now)?;
                    self.tell(EventType::PaymentVoided);
                }
            }
            OperationKind::Refund => {
                self.payment = payment.settle_refund(minor, now)?;
                self.end_refund(refund, RefundStatus::Succeeded, EventType::RefundSucceeded).await?;
            }
            // The buyer was told of the decline when the reversal was decided.
            OperationKind::Reversal => {}
        }
        Ok(self.book(&before).await?)
    }

    /// Posts what moved to the ledger.
    async fn book(&self, before: &Payment) -> Result<(), StoreError> {
        let (after, operation, method) = (&self.payment, &self.operation, &self.attempt.method);
        let change = posting::Change { before, after, operation, method };
        match posting::of_change(&change, self.fees, self.now) {
            Some(transaction) => ledger::post(self.tx, &transaction).await,
            None => Ok(()),
        }
    }

    async fn refused(&mut self, code: DeclineCode, refund: Option<&mut Refund>) -> Result<(), PaymentError> {
        self.next = self.next_bank(code);
        // Frozen or taken away since the attempt began: no other bank is asked.
        if self.next.is_some() && !keep::is_usable(self.tx, &self.attempt).await? {
            self.next = None;
        }
        self.settle(OperationStatus::Failed, Some(code));
        match self.operation.kind {
            OperationKind::Authorize if self.next.is_some() => {}
            OperationKind::Authorize => {
                self.attempt.decline = Some(code);
                keep::refused(self.tx, &mut self.attempt).await?;
                attempt_rows::update(self.tx, &self.attempt).await?;
                self.payment = self.payment.clone().decline(code, self.now)?;
                self.tell(EventType::PaymentDeclined);
            }
            OperationKind::Refund => {
                let minor = self.operation.amount.minor();
                let freed = self.payment.clone().release_refund(minor, self.now)?;
                self.payment = dispute::top_up(self.tx, freed, self.now).await?;
                self.end_refund(refund, RefundStatus::Failed, EventType::RefundFailed).await?;
            }
            OperationKind::Capture => self.tell_refusal(EventType::PaymentCaptureFailed),
            // The bank was not reached: nothing was refused, and it is soon tried again.
            OperationKind::Void if self.operation.by_expiry && code == DeclineCode::BankUnavailable => {
                let again = self.now.after(REACH_AGAIN_AFTER);
                self.payment = self.payment.clone().postpone_lapse(again, self.now)?;
            }
            OperationKind::Void if self.operation.by_expiry => {
                // What runs out at the bank, too, is tried again rather than called released.
                let again = self.now.after(TRY_AGAIN_AFTER);
                self.payment = self.payment.clone().postpone_lapse(again, self.now)?;
                self.tell_refusal(EventType::PaymentVoidFailed);
            }
            OperationKind::Void => self.tell_refusal(EventType::PaymentVoidFailed),
            OperationKind::Reversal => {
                tracing::warn!(operation = %self.operation.id, code = code.as_str(), "a reversal was given up by staff");
            }
        }
        Ok(())
    }

    /// The same authorization at the next bank, when there is one and this refusal is not about the card.
    fn next_bank(&self, code: DeclineCode) -> Option<Operation> {
        let inquire_at = self.goes_on.filter(|_| code.is_about_the_link())?;
        let acquirer = self.operation.fallback.clone()?;
        Some(Operation {
            id: self.spare.id,
            trace: self.spare.trace,
            acquirer,
            fallback: None,
            acquirer_ref: None,
            network_code: None,
            next_inquiry_at: Some(inquire_at),
            created_at: self.now,
            updated_at: self.now,
            ..self.operation.clone()
        })
    }

    /// The bank confirmed another amount than was asked. For an authorization that money must not
    /// stand: it is reversed and the attempt declined. For anything else our books would be wrong
    /// whatever we wrote: the message stays without outcome, which keeps others from being sent, until
    /// a person settles it.
    async fn conflicted(&mut self, confirmed: Money) -> Result<(), PaymentError> {
        if self.operation.kind == OperationKind::Authorize {
            self.reverse(confirmed).await?;
            return self.refused(DeclineCode::AmountMismatch, None).await;
        }
        tracing::error!(operation = %self.operation.id, "the bank confirmed another amount; staff must settle it");
        metrics::counter!("aviso_bank_conflicts_total").increment(1);
        self.left_to_staff();
        Ok(())
    }

    /// Nothing more can be sent or asked: staff are told at once, and say what became of it.
    fn left_to_staff(&mut self) {
        self.operation.status = OperationStatus::Unknown;
        self.operation.next_inquiry_at = None;
        self.operation.updated_at = self.now;
        self.operation.escalated_at = Some(self.now);
        let event = overdue_event(&mut self.payment, &self.operation, Some(&self.attempt), &self.shop, self.now);
        self.told.push(event);
    }

    /// The buyer must act at the wallet. Its callback tells what became of it, or an inquiry: soon, then
    /// less often, and when the page expires.
    async fn action_required(&mut self, action: Action) -> Result<(), PaymentError> {
        let step = usize::try_from(self.operation.inquiries).unwrap_or(0) + 1;
        let pause = INQUIRY_BACKOFF_SECS[step.min(ACTION_BACKOFF_STEP_MAX)];
        let next = self.now.after(Duration::from_secs(pause));
        let until = action.expires_at;
        self.operation.acknowledged = true;
        self.operation.inquiries += 1;
        self.operation.next_inquiry_at = Some(if self.now < until { next.min(until) } else { next });
        self.operation.updated_at = self.now;
        if self.attempt.action.as_ref() != Some(&action) {
            self.attempt.action = Some(action);
            attempt_rows::update(self.tx, &self.attempt).await?;
        }
        if self.payment.status() == Status::Processing {
            self.payment = self.payment.clone().require_action(self.now)?;
            self.tell(EventType::PaymentActionRequired);
        }
        Ok(())
    }

    /// Nobody knows yet. The buyer and the merchant are told so once; the bank is asked again.
    fn unknown(&mut self) {
        // While the buyer is at the wallet's page there is nothing to be told.
        let first = self.operation.status == OperationStatus::Pending && self.payment.status() == Status::Processing;
        let step = usize::try_from(self.operation.inquiries).unwrap_or(0).min(INQUIRY_BACKOFF_SECS.len() - 1);
        self.operation.status = OperationStatus::Unknown;
        self.operation.inquiries += 1;
        self.operation.next_inquiry_at = Some(self.now.after(Duration::from_secs(INQUIRY_BACKOFF_SECS[step])));
        self.operation.updated_at = self.now;
        if first && self.operation.kind == OperationKind::Authorize {
            self.payment.outcome_due_at = Some(self.operation.created_at.after(self.look_after));
            self.tell(EventType::PaymentOutcomeUnknown);
        }
    }

    /// An authorization that took the money at once is followed by its capture in our books.
    async fn record_capture(&self) -> Result<(), StoreError> {
        let capture = Operation {
            id: OperationId::new(self.now),
            original_id: Some(self.operation.id),
            kind: OperationKind::Capture,
            created_at: self.now,
            ..self.operation.clone()
        };
        operation_rows::insert(self.tx, &capture).await
    }

    async fn end_refund(
        &mut self,
        refund: Option<&mut Refund>,
        status: RefundStatus,
        kind: EventType,
    ) -> Result<(), PaymentError> {
        let refund = refund.ok_or(PaymentError::Interrupted)?;
        refund.status = status;
        refund.updated_at = self.now;
        refund_rows::update(self.tx, refund).await?;
        self.tell_refund(kind, refund);
        Ok(())
    }
}
