//! What the wallet writes down.

use aviso_core::clock::Timestamp;
use aviso_core::id::{OperationId, PaymentId};
use aviso_core::money::Money;
use serde::{Deserialize, Serialize};

use super::Decision;
use crate::sandbox::entry::{Verdict, money};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry {
    /// A merchant's side asks a buyer for money.
    Opened(Opened),
    /// The buyer decided.
    Decided { token: String, decision: Decision },
    /// A capture, void, refund or reversal, and what the wallet made of it.
    FollowedUp(FollowedUp),
    /// An inquiry found nothing: the reference is spent.
    NeverArrived { operation: OperationId },
}

/// What a buyer is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opened {
    pub(super) operation: OperationId,
    pub(super) payment: PaymentId,
    #[serde(with = "money")]
    pub(super) amount: Money,
    pub(super) capture: bool,
    pub(super) token: String,
    pub(super) return_url: String,
    pub(super) expires_at: Timestamp,
}

/// A later message about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FollowedUp {
    pub(super) operation: OperationId,
    pub(super) original: OperationId,
    #[serde(rename = "asks")]
    pub(super) kind: FollowUpKind,
    pub(super) verdict: Verdict,
}

/// What a later message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FollowUpKind {
    Capture,
    Void,
    Refund,
    Reversal,
}
