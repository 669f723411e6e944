//! A payment computed again from what was sent to banks and decided about it.
//!
//! The state machine changes a payment step by step; this adds up what the steps left behind. The two
//! share no code, so where they differ one of them is wrong, or somebody changed rows by hand.

use std::fmt;

use crate::event::EventType;
use crate::payment::attempt::Attempt;
use crate::payment::decline::DeclineCode;
use crate::payment::machine::ATTEMPTS_MAX;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::status::{Facts, Stage};
use crate::payment::{Payment, PaymentDetails};
use crate::refund::{Refund, RefundStatus};
use crate::risk::Verdict;

/// What a payment should be. Amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recomputed {
    /// Where it should stand.
    pub facts: Facts,
    /// What should be on its way back.
    pub refund_pending: i64,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// What is compared: `captured`, `stage`, `authorizations`.
    pub what: &'static str,
    /// What stands in the payment.
    pub stored: String,
    /// What its operations and decisions say.
    pub recomputed: String,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: stored {}, recomputed {}", self.what, self.stored, self.recomputed)
    }
}

/// Computes a payment from its attempts, operations, refunds and timeline; its own row is not looked at,
/// but for the amount that was asked for.
#[must_use]
pub fn recompute(details: &PaymentDetails) -> Recomputed {
    let operations = &details.operations;
    let reserved = sum(operations, OperationKind::Authorize);
    let captured = sum(operations, OperationKind::Capture);
    let void = operations.iter().find(|o| o.kind == OperationKind::Void && o.status == OperationStatus::Succeeded);
    // A release takes all that is reserved and not taken, and nothing can be taken after it.
    let authorized = if void.is_some() { captured } else { reserved };
    let stage = match void {
        Some(void) if captured == 0 && void.by_expiry => Stage::Expired,
        Some(_) if captured == 0 => Stage::Voided,
        Some(_) => Stage::Open,
        None if reserved > 0 => Stage::Open,
        None => unpaid_stage(details),
    };
    let pending = details.refunds.iter().filter(|refund| refund.status == RefundStatus::Pending);
    Recomputed {
        facts: Facts { stage, authorized, captured, refunded: sum(operations, OperationKind::Refund) },
        refund_pending: pending.map(|refund| refund.amount.minor()).sum(),
    }
}

/// Where a payment stands of which no money was ever reserved: as its last attempt says, unless somebody
/// cancelled it or its time ran out.
fn unpaid_stage(details: &PaymentDetails) -> Stage {
    let happened = |kind| details.timeline.iter().any(|entry| entry.kind == kind);
    if happened(EventType::PaymentVoided) {
        return Stage::Voided;
    }
    if happened(EventType::PaymentExpired) {
        return Stage::Expired;
    }
    let Some(last) = details.attempts.last() else { return Stage::Open };
    match last.decline {
        Some(DeclineCode::RiskBlocked | DeclineCode::ReviewRejected | DeclineCode::DeniedByBuyer) => Stage::Declined,
        Some(_) if last.number >= ATTEMPTS_MAX => Stage::Declined,
        Some(_) => Stage::Open,
        None => running_stage(last, &details.operations),
    }
}

/// The stage of an attempt that has not ended.
fn running_stage(attempt: &Attempt, operations: &[Operation]) -> Stage {
    let sent = operations.iter().any(|o| o.attempt_id == attempt.id && o.kind == OperationKind::Authorize);
    // Released by staff, and on to the issuer.
    let at_issuer = attempt.issuer_check_at.is_some() || attempt.action.is_some();
    match (sent, attempt.verdict) {
        (true, _) => Stage::Bank,
        (false, Verdict::Review) if !at_issuer => Stage::Review,
        // Neither with the bank nor with staff: with the buyer.
        (false, Verdict::Allow | Verdict::Verify | Verdict::Block | Verdict::Review) => Stage::Action,
    }
}

fn sum(operations: &[Operation], kind: OperationKind) -> i64 {
    let done = operations.iter().filter(|o| o.kind == kind && o.status == OperationStatus::Succeeded);
    done.map(|operation| operation.amount.minor()).sum()
}

/// Everything about a payment that does not fit together. Empty when all is well.
#[must_use]
pub fn discrepancies(details: &PaymentDetails) -> Vec<Discrepancy> {
    let (stored, again) = (&details.payment, recompute(details));
    let mut found = Vec::new();
    compare(&mut found, "authorized", stored.authorized, again.facts.authorized);
    compare(&mut found, "captured", stored.captured, again.facts.captured);
    compare(&mut found, "refunded", stored.refunded, again.facts.refunded);
    compare(&mut found, "refund_pending", stored.refund_pending, again.refund_pending);
    if !same_stage(stored.stage, again.facts.stage) {
        compare(&mut found, "stage", format!("{:?}", stored.stage), format!("{:?}", again.facts.stage));
    }
    compare(&mut found, "sequence", i64::from(stored.sequence), count(details.timeline.len()));
    compare(&mut found, "attempts", i64::from(stored.attempts), count(details.attempts.len()));
    bounds(&mut found, stored);
    messages(&mut found, details);
    for refund in &details.refunds {
        carried_out(&mut found, refund, &details.operations);
    }
    found
}

/// A wallet's message is with the bank while its buyer is sent there.
fn same_stage(stored: Stage, again: Stage) -> bool {
    stored == again || (stored, again) == (Stage::Action, Stage::Bank)
}

fn bounds(found: &mut Vec<Discrepancy>, payment: &Payment) {
    let holds = 0 <= payment.captured
        && payment.captured <= payment.authorized
        && payment.authorized <= payment.amount.minor()
        && payment.refunded >= 0
        && payment.refund_pending >= 0
        && payment.refunded + payment.refund_pending <= payment.captured;
    if !holds {
        let amounts = format!(
            "{} of {} of {}, back {} and {}",
            payment.captured, payment.authorized, payment.amount, payment.refunded, payment.refund_pending
        );
        compare(found, "bounds", amounts, "0 <= taken <= reserved <= amount, 0 <= back <= taken".to_owned());
    }
}

fn messages(found: &mut Vec<Discrepancy>, details: &PaymentDetails) {
    let done = |kinds: &[OperationKind]| {
        let succeeded = details.operations.iter().filter(|o| o.status == OperationStatus::Succeeded);
        count(succeeded.filter(|operation| kinds.contains(&operation.kind)).count())
    };
    let approved = done(&[OperationKind::Authorize]);
    let followed = done(&[OperationKind::Capture, OperationKind::Void, OperationKind::Refund]);
    // One at most, and nothing is taken, released or given back without one.
    compare(found, "authorizations", approved, approved.clamp(followed.min(1), 1));
    // A release takes all that is left: there is no second one.
    let released = done(&[OperationKind::Void]);
    compare(found, "releases", released, released.min(1));
    for operation in &details.operations {
        if operation.amount.currency() != details.payment.currency() {
            let currency = |money: crate::money::Money| money.currency().to_string();
            compare(found, "currency", currency(details.payment.amount), currency(operation.amount));
        }
    }
}

/// A refund stands as its message to the bank does.
fn carried_out(found: &mut Vec<Discrepancy>, refund: &Refund, operations: &[Operation]) {
    let messages: Vec<_> = operations.iter().filter(|operation| operation.refund_id == Some(refund.id)).collect();
    let [message] = messages[..] else {
        return compare(found, "messages of a refund", count(messages.len()), 1);
    };
    compare(found, "amount of a refund", refund.amount.minor(), message.amount.minor());
    let expected = match message.status {
        OperationStatus::Pending | OperationStatus::Unknown => RefundStatus::Pending,
        OperationStatus::Succeeded => RefundStatus::Succeeded,
        OperationStatus::Failed => RefundStatus::Failed,
    };
    compare(found, "status of a refund", refund.status.as_str(), expected.as_str());
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn compare<T: PartialEq + ToString>(found: &mut Vec<Discrepancy>, what: &'static str, stored: T, recomputed: T) {
    if stored != recomputed {
        found.push(Discrepancy { what, stored: stored.to_string(), recomputed: recomputed.to_string() });
    }
}

#[cfg(test)]
mod tests;
