//! The port to banks: [`Acquirer`]. Adapters live in `aviso-acquirers`.

use async_trait::async_trait;

use crate::id::{OperationId, PaymentId};
use crate::money::Money;
use crate::payment::card::{Card, Cvc};
use crate::payment::decline::DeclineCode;

/// Asks for an authorization, or for authorization and capture in one message.
#[derive(Debug)]
pub struct AuthorizeRequest<'a> {
    /// Our reference of this message, stored before sending; an inquiry uses it.
    pub operation: OperationId,
    /// The payment, for the bank's records.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Whether the money is taken at once (ISO 8583: 0200 instead of 0100).
    pub capture: bool,
    /// The card.
    pub card: &'a Card,
    /// The card's security code. Absent when the payment was released from review: it is never kept.
    pub cvc: Option<&'a Cvc>,
}

/// Captures, voids or refunds what was authorized before.
#[derive(Debug, Clone)]
pub struct FollowUpRequest {
    /// Our reference of this message.
    pub operation: OperationId,
    /// The acquirer's reference of the authorization.
    pub acquirer_ref: String,
    /// How much of it.
    pub amount: Money,
}

/// What the acquirer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcquirerAnswer {
    /// Done.
    Approved {
        /// The acquirer's own reference (RRN).
        acquirer_ref: String,
        /// The issuer's approval code, up to six characters.
        approval_code: String,
        /// The amount that the acquirer confirms; another one than asked is a conflict.
        amount: Money,
    },
    /// Refused.
    Declined {
        /// Why, in our vocabulary.
        code: DeclineCode,
    },
    /// Accepted, outcome later: ask again by inquiry.
    Pending,
}

/// What an inquiry by our own reference found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// The acquirer knows the message; this became of it.
    Found(AcquirerAnswer),
    /// The acquirer never received it: no money moved, and none will.
    NotFound,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Failed before a byte left: nothing happened, it may be sent again.
    #[error("nothing was sent to the acquirer: {0}")]
    NotSent(String),
    /// It may have arrived: nobody knows yet. Never to be repeated blindly.
    #[error("the acquirer's answer is not known: {0}")]
    Unknown(String),
}

/// A bank, or a gateway to banks.
#[async_trait]
pub trait Acquirer: Send + Sync + std::fmt::Debug {
    /// The name in configuration, tables and reports.
    fn name(&self) -> &str;

    /// Reserves money, or takes it at once.
    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError>;

    /// Takes reserved money, whole or in part.
    async fn capture(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Releases reserved money.
    async fn void(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Gives taken money back, whole or in part.
    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Asks what became of an earlier message.
    async fn inquire(&self, operation: OperationId) -> Result<Inquiry, LinkError>;
}
