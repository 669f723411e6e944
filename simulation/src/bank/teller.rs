//! The banks as the hub sees them: one acquirer each.

use std::sync::Arc;

use async_trait::async_trait;
use aviso_core::id::OperationId;
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, DisputeReply, FollowUpRequest, Inquiry, InquiryRequest, Instrument,
    LinkError,
};

use super::{Ask, Message, SimBank};

/// A bank of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum House {
    /// Takes what no route speaks of.
    #[default]
    First,
    /// Is asked when the first one did nothing, or before it.
    Second,
    /// An e-money wallet: its buyers approve at its page.
    Purse,
}

impl House {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Purse];

    /// The acquirer's name in the hub.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Purse => "purse",
        }
    }
}

/// The way to one bank.
#[derive(Debug)]
pub struct Teller {
    bank: Arc<SimBank>,
    house: House,
}

impl Teller {
    /// The way to this bank.
    #[must_use]
    pub const fn new(bank: Arc<SimBank>, house: House) -> Self {
        Self { bank, house }
    }

    fn follow_up(&self, request: &FollowUpRequest, ask: fn(OperationId) -> Ask) -> Message {
        Message {
            house: self.house,
            operation: request.message.operation,
            payment: request.payment,
            ask: ask(request.original.message.operation),
            amount: request.amount,
            proof: None,
        }
    }
}

#[async_trait]
impl Acquirer for Teller {
    fn name(&self) -> &str {
        self.house.name()
    }

    fn is_wallet(&self) -> bool {
        self.house == House::Purse
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        let ask = Ask::Authorize { capture: request.capture };
        let proof = match request.instrument {
            Instrument::Card { authentication, .. } => authentication.map(|found| found.status),
            Instrument::Wallet { .. } | Instrument::Telegram(_) => None,
        };
        let AuthorizeRequest { message, payment, amount, .. } = request;
        let operation = message.operation;
        self.bank.exchange(Message { house: self.house, operation, payment, ask, amount, proof }).await
    }

    async fn capture(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.bank.exchange(self.follow_up(request, Ask::Capture)).await
    }

    async fn void(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.bank.exchange(self.follow_up(request, Ask::Void)).await
    }

    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.bank.exchange(self.follow_up(request, Ask::Refund)).await
    }

    async fn reverse(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.bank.exchange(self.follow_up(request, Ask::Reverse)).await
    }

    async fn reply_to_dispute(&self, dispute_ref: &str, reply: DisputeReply<'_>) -> Result<(), LinkError> {
        self.bank.hear_reply(dispute_ref, matches!(reply, DisputeReply::Accepted))
    }

    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        self.bank.inquire(self.house, request)
    }
}
