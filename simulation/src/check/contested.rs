//! Disputes: what is held and lost, and how they end.

use aviso_core::document::DisputeDocument;
use aviso_core::payment::Payment;
use aviso_core::port::DisputeNotice;

use super::Checked;

/// What is held or lost of a payment is what its disputes say, and no more than was taken and not given back.
pub(crate) fn amounts(payment: &Payment, disputes: &[DisputeDocument]) -> Checked {
    let held: i64 = disputes.iter().map(|dispute| dispute.amount_held).sum();
    if payment.disputed() != held {
        return Err(format!("{} are disputed by the payment, {held} by its disputes", payment.disputed()));
    }
    if payment.disputed() + payment.refunded() + payment.refund_pending() > payment.captured() {
        return Err(format!("{held} disputed, {} given back of {}", payment.refunded(), payment.captured()));
    }
    for dispute in disputes {
        // Before the issuer takes the money back, and after it decided for the merchant, nothing is held.
        let may_hold = dispute.stage != "pre_dispute" && dispute.status != "won";
        if (!may_hold && dispute.amount_held != 0) || dispute.amount_held > dispute.amount {
            let DisputeDocument { stage, status, amount_held, amount, .. } = dispute;
            return Err(format!("a {stage} that is {status} holds {amount_held} of {amount}"));
        }
    }
    Ok(())
}

/// A dispute of which everything was heard in order ended with the issuer's last word, unless the merchant gave
/// it up or let its time run out. What the merchant answered has arrived.
pub(crate) fn ended(
    dispute: &DisputeDocument,
    last_word: Option<DisputeNotice>,
    answered: Option<bool>,
    arrived: Option<bool>,
) -> Checked {
    let given_up = matches!(dispute.status.as_str(), "accepted" | "expired");
    let expected = match last_word {
        Some(DisputeNotice::Won) => Some("won"),
        Some(DisputeNotice::Lost) => Some("lost"),
        Some(DisputeNotice::Asked | DisputeNotice::Opened) | None => None,
    };
    if let Some(expected) = expected.filter(|expected| *expected != dispute.status && !given_up) {
        return Err(format!("the issuer's last word was {expected}, the dispute is {}", dispute.status));
    }
    if dispute.status == "opened" {
        return Err("a dispute never ended".to_owned());
    }
    if answered.is_some() && arrived.is_none() {
        return Err("what the merchant answered never arrived".to_owned());
    }
    Ok(())
}
