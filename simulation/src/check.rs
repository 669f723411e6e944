//! What must hold after every step, and what must hold at the end.

pub(crate) mod books;
pub(crate) mod charges;
pub(crate) mod contested;
mod proof;
mod sent;
mod told;

use std::collections::BTreeMap;

use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::{OperationKind, OperationStatus};
use aviso_core::payment::recompute::discrepancies;
use aviso_core::payment::status::Status;
use aviso_core::payment::{Payment, PaymentDetails};
use aviso_core::risk::Verdict;

use crate::bank::{Hold, SimBank};
use crate::request::{Request, Wish};

pub(crate) use told::events;

/// Why a run failed: what does not hold, in words.
pub(crate) type Checked = Result<(), String>;

/// How a payment reads in the trace.
pub(crate) fn summary(payment: &Payment) -> String {
    format!(
        "{} {}/{}/{}+{}",
        payment.status().as_str(),
        payment.authorized(),
        payment.captured(),
        payment.refunded(),
        payment.refund_pending()
    )
}

/// What always holds of one payment.
pub(crate) fn payment(details: &PaymentDetails, before: Option<&PaymentDetails>, bank: &SimBank) -> Checked {
    if let Some(found) = discrepancies(details).first() {
        return Err(format!("the payment is not what its operations say: {found}"));
    }
    let now = &details.payment;
    if let Some(before) = before.map(|details| &details.payment) {
        let ended = |status| matches!(status, Status::Voided | Status::Declined | Status::Expired);
        if ended(before.status()) && now.status() != before.status() {
            return Err(format!("a payment that ended as {} went on as {}", summary(before), summary(now)));
        }
        if now.captured() < before.captured() || now.refunded() < before.refunded() {
            return Err(format!("money that moved came back: {} became {}", summary(before), summary(now)));
        }
    }
    let stands: Vec<Hold> = bank.holds(now.id).into_iter().filter(|hold| !hold.reversed).collect();
    sent::whereabouts(details, &stands, bank)?;
    for attempt in &details.attempts {
        sent::messages_of(attempt, &details.operations)?;
        proof::of(attempt, &details.operations, bank)?;
    }
    let (taken, back) = (sum(&stands, |hold| hold.taken), sum(&stands, |hold| hold.back));
    if now.captured() > taken || now.refunded() > back {
        return Err(format!("{} is more than the bank moved: it took {taken} and gave back {back}", summary(now)));
    }
    bank.complaints().first().map_or(Ok(()), |complaint| Err(complaint.clone()))
}

fn sum(holds: &[Hold], amount: fn(&Hold) -> i64) -> i64 {
    holds.iter().map(amount).sum()
}

/// The status in the table is the one that follows from the facts.
pub(crate) fn stored_status(stored: &BTreeMap<String, String>, payment: &Payment) -> Checked {
    let computed = payment.status().as_str();
    match stored.get(&payment.order_ref) {
        Some(status) if status == computed => Ok(()),
        other => Err(format!("the table says {other:?}, the facts say {computed}")),
    }
}

/// At the end nothing is open, and the bank has the same books.
pub(crate) fn ended(details: &PaymentDetails, bank: &SimBank) -> Checked {
    let now = &details.payment;
    if let Some(open) = details.operations.iter().find(|operation| operation.status.is_open()) {
        return Err(format!("{} never ended: {}", open.kind.as_str(), summary(now)));
    }
    let reserved = now.authorized() > now.captured();
    let unended = [Status::RequiresPaymentMethod, Status::RequiresAction, Status::InReview, Status::Processing];
    if reserved || unended.contains(&now.status()) {
        return Err(format!("the payment never ended: {}", summary(now)));
    }
    let holds = bank.holds(now.id);
    // A hold that was reversed, or of which nothing is left, is as good as none.
    let live = |hold: &&Hold| !hold.reversed;
    let stands: Vec<&Hold> = holds.iter().filter(live).collect();
    let paid =
        details.operations.iter().any(|o| o.kind == OperationKind::Authorize && o.status == OperationStatus::Succeeded);
    let [hold] = stands[..] else {
        return if stands.is_empty() && !paid {
            Ok(())
        } else {
            Err(format!("{}, and the bank holds money {} times for it", summary(now), stands.len()))
        };
    };
    let left = if hold.released { 0 } else { hold.reserved - hold.taken };
    let theirs = (left, hold.taken, hold.back);
    let ours = (now.authorized() - now.captured(), now.captured(), now.refunded());
    if theirs != ours || !paid {
        return Err(format!("{}, but at the bank (reserved, taken, given back) are {theirs:?}", summary(now)));
    }
    Ok(())
}

/// Every request that was answered had its effect once, and there are no effects besides.
pub(crate) fn effects(place: usize, details: &PaymentDetails, requests: &[Request]) -> Checked {
    let answered = |wished: fn(&Wish) -> bool| {
        let theirs = requests.iter().filter(|request| request.payment == place && wished(&request.wish));
        theirs.filter(|request| request.answer.is_some()).count()
    };
    let sent = |kind: OperationKind| {
        let theirs = details.operations.iter().filter(|operation| operation.kind == kind);
        theirs.filter(|operation| !operation.takes_money || kind == OperationKind::Authorize).count()
    };
    let same = |what: &str, requests: usize, effects: usize| {
        let words = format!("{requests} answered requests for {what} had {effects} effects");
        if requests == effects { Ok(()) } else { Err(words) }
    };
    same("a refund", answered(|wish| matches!(wish, Wish::Refund(_))), details.refunds.len())?;
    same("a capture", answered(|wish| matches!(wish, Wish::Capture(_))), sent(OperationKind::Capture))?;
    let attempts = answered(|wish| matches!(wish, Wish::Confirm(_) | Wish::Create { with: Some(_), .. }));
    same("an attempt", attempts, details.attempts.len())?;
    for attempt in &details.attempts {
        let sent = sent::authorizations(attempt, &details.operations).len();
        let frozen = attempt.decline == Some(DeclineCode::CardFrozen);
        let fits = match attempt.verdict {
            // Who must be authenticated first may never have been.
            Verdict::Allow | Verdict::Verify => sent > 0 || proof::is_demanded(attempt) || frozen,
            Verdict::Review => true,
            Verdict::Block => sent == 0,
        };
        if !fits {
            return Err(format!("an attempt with verdict {} was sent {sent} times", attempt.verdict.as_str()));
        }
    }
    // Without a message to the bank when nobody had paid yet.
    let voids = answered(|wish| matches!(wish, Wish::Void));
    let cancelled = usize::from(details.payment.status() == Status::Voided && sent(OperationKind::Void) == 0);
    let released = details.operations.iter().filter(|o| o.kind == OperationKind::Void && !o.by_expiry).count();
    same("a void", voids, released + cancelled)
}
