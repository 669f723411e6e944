//! What a request must be answered with, as a plain reading of the rules has it. Knows nothing of how the
//! core decides.

use aviso_core::clock::Timestamp;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::operation::OperationKind;
use aviso_core::payment::status::Status;

use crate::request::{Keep, Means, Refusal, Wish};

/// Attempts that a payment has.
const ATTEMPTS: i32 = 5;

/// What must come of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It has its effect.
    Accepted,
    /// It has none.
    Refused(Refusal),
    /// It had its effect before.
    Replay,
    /// A process died over it, or others move at the same time: one of several things.
    Any,
}

/// What a new request must come to, with the payment as it stands.
pub(crate) fn expect(wish: Wish, details: Option<&PaymentDetails>, now: Timestamp) -> Expected {
    if uses_vault(wish) {
        return Expected::Any;
    }
    let Some(details) = details else {
        return match wish {
            Wish::Create { .. } => Expected::Accepted,
            Wish::Confirm(_) | Wish::Capture(_) | Wish::Void | Wish::Refund(_) => Expected::Any,
        };
    };
    let refusal = match wish {
        Wish::Create { .. } => Some(Refusal::OrderRefTaken),
        Wish::Confirm(_) => confirm(details, now),
        Wish::Capture(minor) => capture(details, minor),
        Wish::Void => void(details),
        Wish::Refund(minor) => refund(details, minor),
    };
    refusal.map_or(Expected::Accepted, Expected::Refused)
}

/// Whether the vault has a word in it: what becomes of its cards is checked afterwards.
const fn uses_vault(wish: Wish) -> bool {
    match wish {
        Wish::Create { with: Some(how), .. } | Wish::Confirm(how) => {
            matches!(how.means, Means::Saved(..) | Means::Mandate(..)) || !matches!(how.keep, Keep::Nothing)
        }
        Wish::Create { with: None, .. } | Wish::Capture(_) | Wish::Void | Wish::Refund(_) => false,
    }
}

fn confirm(details: &PaymentDetails, now: Timestamp) -> Option<Refusal> {
    let payment = &details.payment;
    let waits = payment.status() == Status::RequiresPaymentMethod;
    let may = waits && payment.attempts < ATTEMPTS && now < payment.expires_at;
    (!may).then_some(Refusal::IllegalMove)
}

/// Reserved and neither taken nor released.
fn left(details: &PaymentDetails) -> i64 {
    details.payment.authorized() - details.payment.captured()
}

fn capture(details: &PaymentDetails, minor: Option<i64>) -> Option<Refusal> {
    let left = left(details);
    match minor {
        _ if left == 0 => Some(Refusal::IllegalMove),
        Some(minor) if minor > left => Some(Refusal::AmountTooLarge),
        Some(_) | None => busy(details, false),
    }
}

fn void(details: &PaymentDetails) -> Option<Refusal> {
    match details.payment.status() {
        Status::RequiresPaymentMethod | Status::RequiresAction | Status::InReview => None,
        Status::Authorized | Status::PartiallyCaptured | Status::PartiallyRefunded | Status::Refunded
            if left(details) > 0 =>
        {
            busy(details, false)
        }
        Status::Processing
        | Status::Authorized
        | Status::PartiallyCaptured
        | Status::Captured
        | Status::PartiallyRefunded
        | Status::Refunded
        | Status::Voided
        | Status::Declined
        | Status::Expired => Some(Refusal::IllegalMove),
    }
}

fn refund(details: &PaymentDetails, minor: Option<i64>) -> Option<Refusal> {
    let payment = &details.payment;
    let free = payment.captured() - payment.refunded() - payment.refund_pending() - payment.disputed();
    match minor {
        _ if payment.captured() == 0 => Some(Refusal::IllegalMove),
        _ if free == 0 => Some(Refusal::AmountTooLarge),
        Some(minor) if minor > free => Some(Refusal::AmountTooLarge),
        Some(_) | None => busy(details, true),
    }
}

/// Captures and voids go one at a time; refunds may overlap with each other.
fn busy(details: &PaymentDetails, refund: bool) -> Option<Refusal> {
    let open = details.operations.iter().filter(|operation| operation.status.is_open());
    let in_the_way = open.filter(|operation| match operation.kind {
        OperationKind::Authorize | OperationKind::Capture | OperationKind::Void => true,
        OperationKind::Refund => !refund,
        // Undoes another authorization than the one that stands.
        OperationKind::Reversal => false,
    });
    (in_the_way.count() > 0).then_some(Refusal::InProgress)
}
