//! Bills: what a merchant asks for by a link. Whoever has the link may pay, and only one payment is made.
//!
//! A bill has no payment until somebody pays: mail scanners and the curious open links, too. From then on its
//! state is that of its payment ([`BillState::of_payment`]), written in the same unit of work; events about it
//! follow within a second.

mod chat;
mod published;
mod service;

use crate::account::email::EmailAddress;
use crate::clock::Timestamp;
use crate::id::{BillId, MerchantId, PaymentId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::money::{Currency, Money};
use crate::payment::PaymentError;
use crate::payment::action::ReturnUrl;
use crate::payment::status::Status;
use crate::payment::text::{Description, OrderRef};
use crate::store::StoreError;

pub use chat::BillChat;
pub use published::bill_document;
pub use service::{Bills, OpenBill};

/// Where a bill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BillState {
    /// It may be paid, or somebody is about to.
    Open,
    /// The money was reserved or taken.
    Paid,
    /// The merchant took it back, or released the money.
    Cancelled,
    /// Nobody paid in time.
    Expired,
    /// Antifraud refused, or every attempt was used up.
    Declined,
}

impl BillState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Paid, Self::Cancelled, Self::Expired, Self::Declined];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Declined => "declined",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state of a bill whose payment stands so.
    #[must_use]
    pub const fn of_payment(status: Status) -> Self {
        match status {
            Status::RequiresPaymentMethod | Status::RequiresAction | Status::InReview | Status::Processing => {
                Self::Open
            }
            Status::Authorized
            | Status::PartiallyCaptured
            | Status::Captured
            | Status::PartiallyRefunded
            | Status::Refunded => Self::Paid,
            Status::Voided => Self::Cancelled,
            Status::Declined => Self::Declined,
            Status::Expired => Self::Expired,
        }
    }
}

/// What a merchant asks for.
#[derive(Debug, Clone)]
pub struct NewBill {
    /// The merchant's own order number, unique among its bills and for the payment.
    pub order_ref: OrderRef,
    /// How much.
    pub amount: Money,
    /// What the buyer reads.
    pub description: Option<Description>,
    /// Whom the link is mailed to.
    pub email: Option<EmailAddress>,
    /// The language to write in.
    pub language: Option<Language>,
    /// Where the page leads back to.
    pub return_url: Option<ReturnUrl>,
    /// Until when it may be paid.
    pub expires_at: Option<Timestamp>,
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Its id.
    pub id: BillId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// The merchant's own order number.
    pub order_ref: OrderRef,
    /// What is asked for.
    pub amount: Money,
    /// What the buyer reads.
    pub description: Option<Description>,
    /// Whom the link was mailed to.
    pub email: Option<EmailAddress>,
    /// The language to write in.
    pub language: Option<Language>,
    /// Where the page leads back to.
    pub return_url: Option<ReturnUrl>,
    /// Where it stands.
    pub state: BillState,
    /// The state that merchants were last told of.
    pub(crate) told: BillState,
    /// Its payment, once somebody pays.
    pub payment_id: Option<PaymentId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Until when it may be paid.
    pub expires_at: Timestamp,
}

impl Bill {
    /// Whether somebody may begin to pay it at this time.
    #[must_use]
    pub fn may_be_paid(&self, now: Timestamp) -> bool {
        self.state == BillState::Open && now < self.expires_at
    }
}

/// Why a bill was not created, cancelled or paid.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// No such bill in this merchant's world.
    #[error("there is no bill {0}")]
    NotFound(BillId),
    /// The order number belongs to another bill or payment.
    #[error("the order number is already used by another bill or payment")]
    OrderRefTaken,
    /// It may be paid for too short or too long.
    #[error("a bill may be paid for one minute to 366 days")]
    Expiry,
    /// The merchant does not take payments in this currency.
    #[error("the shop takes no payments in {0}")]
    CurrencyNotAccepted(Currency),
    /// It was paid, cancelled, or its time is over.
    #[error("the bill is {}", .0.as_str())]
    NotOpen(BillState),
    /// Its payment does not allow it.
    #[error(transparent)]
    Payment(PaymentError),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl From<PaymentError> for BillError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::OrderRefTaken => Self::OrderRefTaken,
            PaymentError::CurrencyNotAccepted(currency) => Self::CurrencyNotAccepted(currency),
            PaymentError::Store(error) => Self::Store(error),
            other => Self::Payment(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_every_status_has_a_state() {
        for state in BillState::ALL {
            assert_eq!(BillState::from_name(state.as_str()), Some(state));
        }
        for status in Status::ALL {
            let paid = BillState::of_payment(status) == BillState::Paid;
            let money = ["authorized", "captured", "refunded"].iter().any(|word| status.as_str().contains(word));
            assert_eq!(paid, money, "{status:?}");
        }
    }
}
