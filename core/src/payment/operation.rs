//! One message to an acquirer, stored before it is sent.

use crate::clock::Timestamp;
use crate::id::{AttemptId, OperationId, PaymentId, RefundId};
use crate::money::Money;
use crate::payment::decline::DeclineCode;
use crate::port::{MessageRef, Original};

/// What the message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// Reserve money.
    Authorize,
    /// Take reserved money.
    Capture,
    /// Release reserved money.
    Void,
    /// Give taken money back.
    Refund,
    /// Undo what must not stand.
    Reversal,
}

impl OperationKind {
    /// The name in tables and API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Reversal => "reversal",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Authorize, Self::Capture, Self::Void, Self::Refund, Self::Reversal]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// What is known of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationStatus {
    /// Stored; perhaps on its way.
    Pending,
    /// Sent, no answer: the acquirer is asked again.
    Unknown,
    /// Done.
    Succeeded,
    /// Refused, or proved not to have happened.
    Failed,
}

impl OperationStatus {
    /// The name in tables and API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Unknown, Self::Succeeded, Self::Failed].into_iter().find(|status| status.as_str() == name)
    }

    /// Whether it may still change.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }
}

/// One message to an acquirer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Our reference of the message.
    pub id: OperationId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The attempt it belongs to.
    pub attempt_id: AttemptId,
    /// The refund that it carries out.
    pub refund_id: Option<RefundId>,
    /// The authorization that it is about; `None` for an authorization.
    pub original_id: Option<OperationId>,
    /// What it asks for.
    pub kind: OperationKind,
    /// What is known of it.
    pub status: OperationStatus,
    /// How much.
    pub amount: Money,
    /// An authorization that also takes the money.
    pub takes_money: bool,
    /// A void because the authorization ran out, not because somebody asked for it.
    pub by_expiry: bool,
    /// Counts the messages of this install; the acquirer's trace number (STAN) is made of it.
    pub trace: i64,
    /// The acquirer's name.
    pub acquirer: String,
    /// The acquirer that is asked next should this one certainly not do it. Forgotten with the outcome.
    pub fallback: Option<String>,
    /// The acquirer's reference: of this message when it succeeded, of the authorization before.
    pub acquirer_ref: Option<String>,
    /// The issuer's approval code.
    pub approval_code: Option<String>,
    /// Why it was refused.
    pub decline: Option<DeclineCode>,
    /// The network's own word for it (ISO 8583 field 39), with Mastercard's merchant advice code behind a
    /// slash when there is one: `05/03`.
    pub network_code: Option<String>,
    /// The acquirer said that it has the message: it cannot have been lost on the way any more.
    pub acknowledged: bool,
    /// How often the acquirer was asked what became of it.
    pub inquiries: i32,
    /// When to ask next.
    pub next_inquiry_at: Option<Timestamp>,
    /// When staff were told that it has had no outcome for too long.
    pub escalated_at: Option<Timestamp>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Operation {
    /// How the message is named at the acquirer.
    #[must_use]
    pub const fn message(&self) -> MessageRef {
        MessageRef { operation: self.id, trace: self.trace, at: self.created_at }
    }

    /// This authorization as a later message refers to it.
    #[must_use]
    pub fn as_original(&self) -> Original {
        Original {
            message: self.message(),
            acquirer_ref: self.acquirer_ref.clone(),
            approval_code: self.approval_code.clone(),
            took_money: self.takes_money,
            amount: self.amount,
        }
    }
}
