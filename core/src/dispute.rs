//! Disputes: a buyer contests a payment at the issuer, which takes the money back until it decides.
//!
//! [`Disputes::heard`] takes what acquirers say; merchants answer with evidence or accept. What is held,
//! comes back or is lost follows from the standing ([`status`]) alone, and is booked in the same unit.

mod answer;
mod carry;
mod evidence;
mod hear;
mod janitor;
mod published;
mod service;
pub mod status;
mod top_up;

use crate::clock::Timestamp;
use crate::id::{DisputeId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::money::Money;
use crate::payment::PaymentError;
use crate::store::StoreError;
use status::{IllegalDisputeMove, Standing};

pub use answer::Answer;
pub use evidence::{Evidence, EvidenceError, EvidenceKind, EvidenceText, NewEvidence};
pub use hear::{Decision, NewDispute};
pub use service::{DisputeFilter, Disputes};
pub(crate) use top_up::top_up;

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Whose payment it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// How much the buyer disputes.
    pub amount: Money,
    /// How much of it is held or lost; minor units. Less than the amount when part of it was refunded before.
    pub held: i64,
    /// Who told us.
    pub acquirer: String,
    /// The acquirer's own reference of it.
    pub dispute_ref: String,
    /// The network's reason code.
    pub reason_code: String,
    /// Where it stands.
    pub standing: Standing,
    /// Until when the merchant may answer.
    pub respond_by: Option<Timestamp>,
    /// Whether the notice of its opening came. A decision may come first.
    pub(crate) opening_heard: bool,
    /// When the acquirer should be told the merchant's answer, if it was not yet.
    pub(crate) reply_due_at: Option<Timestamp>,
    /// Who opened it here.
    pub opened_by: String,
    /// When it was opened here.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Why a dispute was not opened, answered or decided.
#[derive(Debug, thiserror::Error)]
pub enum DisputeError {
    /// No such dispute in this merchant's world.
    #[error("there is no dispute {0}")]
    NotFound(DisputeId),
    /// A notice is about an authorization that is not in our books, or not yet.
    #[error("the acquirer's reference {acquirer_ref} is not known")]
    UnknownAuthorization {
        /// The acquirer's reference.
        acquirer_ref: String,
    },
    /// Its standing does not allow it.
    #[error(transparent)]
    IllegalMove(#[from] IllegalDisputeMove),
    /// The merchant sends no evidence, and sent none before.
    #[error("a dispute is contested with evidence: send at least one text")]
    NoEvidence,
    /// Only money that was taken can be disputed, and never more.
    #[error("at most {taken} minor units were taken")]
    Amount {
        /// What was taken; minor units.
        taken: i64,
    },
    /// The payment did not allow it.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
