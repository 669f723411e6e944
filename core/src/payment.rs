//! Payments: what a merchant wants, the attempts to pay it, and the messages to the acquirer.
//!
//! [`Payments`] is the service; [`Payment`] the state machine, whose status is a pure function of its
//! facts ([`status`]).

pub mod action;
pub mod attempt;
mod authenticate;
pub mod authentication;
pub(crate) mod bank;
mod buyer;
pub mod card;
pub mod checkout;
mod complete;
pub(crate) mod confirm;
pub(crate) mod create;
pub mod decline;
pub(crate) mod error;
mod failover;
pub(crate) mod follow_up;
mod heard;
mod issuer;
mod issuer_checks;
mod janitor;
mod lapse;
mod machine;
pub(crate) mod message;
mod method;
pub mod operation;
mod overdue;
mod paying;
pub(crate) mod published;
mod read;
pub mod recompute;
mod returned;
mod review;
mod search;
pub(crate) mod service;
mod standing;
pub mod status;
pub mod telegram;
pub mod text;
mod trace;
mod verify;
mod withdraw;

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::account::email::EmailAddress;
use crate::clock::Timestamp;
use crate::id::{AccountId, BillId, MerchantId, PaymentId, Reference};
use crate::language::Language;
use crate::merchant::Mode;
use crate::money::{Currency, Money};
use crate::payment::action::ReturnUrl;
use crate::payment::decline::DeclineCode;
use crate::payment::status::{Stage, Status};
use crate::payment::text::{Description, Metadata, OrderRef};
use crate::verifier::Wish;

pub use bank::Acquirers;
pub use buyer::{BuyerRefund, LookUp, LookedUp, Narrowed, StatementLine};
pub use confirm::{Confirmation, Payer};
pub use error::PaymentError;
pub use follow_up::ByHand;
pub use heard::{HearError, Heard};
pub(crate) use janitor::chain as janitor_chain;
pub use machine::IllegalMove;
pub use method::PaymentMethod;
pub use overdue::Settlement;
pub use published::document_of;
pub use read::{Page, PaymentDetails, Search, TimelineEntry};
pub use returned::Returned;
pub use review::{OpenReview, ReviewDecision};
pub use search::{MethodKind, News, ShopSearch};
pub use service::{Handled, PaymentSettings, Payments};
pub use verify::{Answered, Keypad, Mailed, Stroke};

/// How money is taken after the bank reserved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMode {
    /// At once, in the same message.
    Auto,
    /// When the merchant says so.
    Manual,
}

impl CaptureMode {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Auto, Self::Manual].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// Who pays, as far as the merchant says.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Where to write to.
    pub email: Option<EmailAddress>,
    /// The language to write in.
    pub language: Option<Language>,
    /// The address that the buyer's browser came from.
    pub ip: Option<IpAddr>,
}

/// What a merchant asks for.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// The merchant's own order number.
    pub order_ref: OrderRef,
    /// How much.
    pub amount: Money,
    /// When money is taken.
    pub capture: CaptureMode,
    /// What the buyer reads.
    pub description: Option<Description>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// Who pays.
    pub customer: Customer,
    /// Where the checkout page leads back to.
    pub return_url: Option<ReturnUrl>,
    /// Whether its buyer has to confirm it.
    pub verification: Wish,
}

/// A payment.
///
/// Invariants, each also a constraint in the database: `0 <= captured <= authorized <= amount`,
/// `0 <= disputed + refunded + refund_pending <= captured`; at most one successful authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Its short name for people.
    pub reference: Reference,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// The merchant's order number.
    pub order_ref: String,
    /// What was asked for.
    pub amount: Money,
    /// When money is taken.
    pub capture: CaptureMode,
    /// What the buyer reads.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: BTreeMap<String, String>,
    /// The buyer's account, when the e-mail belongs to one.
    pub account_id: Option<AccountId>,
    /// The buyer's e-mail in lower case.
    pub email: Option<String>,
    /// The buyer's address.
    pub ip: Option<String>,
    /// The language to write in.
    pub language: Option<Language>,
    /// Attempts so far.
    pub attempts: i32,
    /// Why the last attempt was refused.
    pub decline: Option<DeclineCode>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it lapses if nobody finishes it.
    pub expires_at: Timestamp,
    /// When a reservation that was not taken runs out; `None` while nothing is reserved.
    pub capture_before: Option<Timestamp>,
    /// Whether the merchant was told that it will soon run out.
    pub(crate) expiry_warned: bool,
    /// While the bank's answer is not known: when a person looks into it at the latest.
    pub outcome_due_at: Option<Timestamp>,
    /// Where the checkout page leads back to.
    pub return_url: Option<ReturnUrl>,
    /// The bill that it pays.
    pub bill: Option<BillId>,
    /// Whether the merchant wants its buyer to confirm it.
    pub verification: Wish,
    pub(crate) stage: Stage,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) refund_pending: i64,
    pub(crate) disputed: i64,
    pub(crate) sequence: i32,
    pub(crate) version: i32,
}

impl Payment {
    /// Where it stands: computed, never set.
    #[must_use]
    pub fn status(&self) -> Status {
        status::Facts {
            stage: self.stage,
            authorized: self.authorized,
            captured: self.captured,
            refunded: self.refunded,
        }
        .status()
    }

    /// The currency of every amount in it.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// Reserved by the bank and not released, captured money included; minor units.
    #[must_use]
    pub const fn authorized(&self) -> i64 {
        self.authorized
    }

    /// Taken, refunded money included; minor units.
    #[must_use]
    pub const fn captured(&self) -> i64 {
        self.captured
    }

    /// Given back; minor units.
    #[must_use]
    pub const fn refunded(&self) -> i64 {
        self.refunded
    }

    /// On its way back; minor units.
    #[must_use]
    pub const fn refund_pending(&self) -> i64 {
        self.refund_pending
    }

    /// Held or lost because the buyer disputes it; minor units.
    #[must_use]
    pub const fn disputed(&self) -> i64 {
        self.disputed
    }

    /// What may still be refunded; minor units.
    #[must_use]
    pub const fn refundable(&self) -> i64 {
        self.captured - self.refunded - self.refund_pending - self.disputed
    }

    /// Counts its changes; a button made for one version is stale at the next.
    #[must_use]
    pub const fn version(&self) -> i32 {
        self.version
    }
}
