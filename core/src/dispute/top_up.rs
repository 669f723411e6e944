//! Money of a disputed payment that became free: a refund failed, or more was taken. It is held, too.

use crate::clock::Timestamp;
use crate::dispute::DisputeError;
use crate::dispute::carry::Case;
use crate::payment::{Payment, PaymentError};
use crate::store::{Tx, dispute as rows};

/// Gives the payment as it is when every dispute that holds less than is disputed has taken what it can, oldest
/// first. The caller holds the payment's lock, and writes it.
///
/// # Errors
///
/// [`PaymentError`] when it cannot be written.
pub(crate) async fn top_up(tx: &Tx, mut payment: Payment, now: Timestamp) -> Result<Payment, PaymentError> {
    for dispute in rows::of_payment(tx.conn(), payment.id).await? {
        if dispute.standing.holds() {
            payment = Case { tx, payment, dispute, is_new: false, now }.top_up().await.map_err(as_payments)?;
        }
    }
    Ok(payment)
}

fn as_payments(error: DisputeError) -> PaymentError {
    match error {
        DisputeError::Payment(error) => error,
        DisputeError::Store(error) => error.into(),
        // A top-up looks nothing up and changes no standing.
        DisputeError::NotFound(_)
        | DisputeError::UnknownAuthorization { .. }
        | DisputeError::IllegalMove(_)
        | DisputeError::NoEvidence
        | DisputeError::Amount { .. } => PaymentError::Interrupted,
    }
}
