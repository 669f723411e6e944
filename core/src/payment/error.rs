//! What can go wrong with a payment or refund.

use crate::id::{CardId, MandateId, OperationId, PaymentId, RefundId, ReviewId};
use crate::idempotency::KeyConflict;
use crate::mandate::{Refusal, TermsError};
use crate::merchant::ShopClosed;
use crate::money::Currency;
use crate::payment::attempt::WalletName;
use crate::payment::card::CardError;
use crate::payment::machine::IllegalMove;
use crate::secret::KeyError;
use crate::store::StoreError;

/// Why a payment was not created, confirmed, captured, voided or refunded.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// No such payment in this merchant's world.
    #[error("there is no payment {0}")]
    NotFound(PaymentId),
    /// No such refund in this merchant's world.
    #[error("there is no refund {0}")]
    RefundNotFound(RefundId),
    /// No such review, or it was decided.
    #[error("review {0} is not open")]
    ReviewNotOpen(ReviewId),
    /// No such message, or its outcome is known.
    #[error("message {0} has its outcome already")]
    OperationNotOpen(OperationId),
    /// No such saved card of this merchant, mode and customer.
    #[error("there is no saved card {0}")]
    CardNotFound(CardId),
    /// The security code does not fit the saved card.
    #[error(transparent)]
    Cvc(CardError),
    /// The customer may not save cards.
    #[error("this customer may not save cards")]
    CustomerDenied,
    /// No such mandate in this merchant's world.
    #[error("there is no mandate {0}")]
    MandateNotFound(MandateId),
    /// The terms of a new mandate will not do.
    #[error(transparent)]
    Terms(TermsError),
    /// The charge is outside the mandate.
    #[error(transparent)]
    Mandate(#[from] Refusal),
    /// The order number belongs to another payment.
    #[error("the order number is already used by another payment")]
    OrderRefTaken,
    /// The refund number belongs to another refund.
    #[error("the refund number is already used by another refund")]
    RefundRefTaken,
    /// The merchant may not ask for money now.
    #[error(transparent)]
    ShopClosed(#[from] ShopClosed),
    /// The merchant does not take payments in this currency.
    #[error("the shop takes no payments in {0}")]
    CurrencyNotAccepted(Currency),
    /// The merchant does not offer to pay with a card.
    #[error("the shop takes no cards")]
    CardsNotOffered,
    /// The merchant does not offer this wallet, or no acquirer does.
    #[error("the wallet {0} is not offered here")]
    WalletNotOffered(WalletName),
    /// The payment's status does not allow it.
    #[error(transparent)]
    IllegalMove(#[from] IllegalMove),
    /// More than there is.
    #[error("only {available} minor units are available")]
    AmountTooLarge {
        /// What is there, minor units.
        available: i64,
    },
    /// An earlier capture, void or refund of the payment has no outcome yet.
    #[error("another operation on the payment has no outcome yet")]
    OperationInProgress,
    /// The idempotency key does not let it through.
    #[error(transparent)]
    Key(#[from] KeyConflict),
    /// A held card could not be opened: wrong master key.
    #[error("a sealed card could not be opened")]
    Seal(#[source] KeyError),
    /// The work was interrupted by a fault; what was begun is completed by the janitor.
    #[error("the work was interrupted")]
    Interrupted,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
