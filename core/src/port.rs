//! The ports to banks: [`Acquirer`] moves money, [`Authenticator`] proves that the buyer holds the card
//! (3-D Secure). Adapters live in `aviso-acquirers`.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::clock::Timestamp;
use crate::id::{AttemptId, OperationId, PaymentId};
use crate::merchant::Mode;
use crate::money::{Currency, Money};
use crate::payment::attempt::WalletName;
use crate::payment::authentication::Authentication;
use crate::payment::card::{Card, Cvc};
use crate::payment::decline::DeclineCode;
use crate::payment::operation::OperationKind;
use crate::payment::telegram::TelegramPayer;

/// How a message is named. All of it is stored before the message is sent, so that after a crash the
/// same message can be asked about, repeated or reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageRef {
    /// Our reference, unique for ever.
    pub operation: OperationId,
    /// Counts the messages of this install; a system trace audit number (STAN, ISO 8583 field 11) is
    /// made of it. Two messages close in time never share their last six digits.
    pub trace: i64,
    /// When the message was stored: the transmission time (ISO 8583 field 7).
    pub at: Timestamp,
}

/// Who started a payment (the networks' credential-on-file rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initiator {
    /// The buyer, now.
    Buyer,
    /// The merchant, under a mandate that the buyer gave earlier.
    Merchant,
}

/// What is paid with.
#[derive(Debug, Clone, Copy)]
pub enum Instrument<'a> {
    /// A card.
    Card {
        /// Number and expiry.
        card: &'a Card,
        /// The security code. Absent when the payment was released from review: it is never kept.
        cvc: Option<&'a Cvc>,
        /// What 3-D Secure found, when it was asked.
        authentication: Option<&'a Authentication>,
        /// Who started it.
        initiator: Initiator,
    },
    /// E-money: the buyer approves at the wallet's own page.
    Wallet {
        /// Which wallet.
        wallet: &'a WalletName,
        /// Where the wallet sends the buyer back to.
        return_url: &'a str,
    },
    /// Telegram asks whether the buyer may pay.
    Telegram(&'a TelegramPayer),
}

/// Asks for an authorization, or for authorization and capture in one message.
#[derive(Debug)]
pub struct AuthorizeRequest<'a> {
    /// This message.
    pub message: MessageRef,
    /// The payment, for the bank's records.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Whether the money is taken at once (ISO 8583: 0200 instead of 0100).
    pub capture: bool,
    /// What is paid with.
    pub instrument: Instrument<'a>,
}

/// An earlier authorization that another message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// The authorization's message.
    pub message: MessageRef,
    /// The acquirer's reference of it (RRN), when it was answered.
    pub acquirer_ref: Option<String>,
    /// The issuer's approval code.
    pub approval_code: Option<String>,
    /// Whether that message also took the money.
    pub took_money: bool,
    /// How much it was for.
    pub amount: Money,
}

/// Captures, voids, refunds or reverses what was authorized before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpRequest {
    /// This message.
    pub message: MessageRef,
    /// The payment, for the bank's records.
    pub payment: PaymentId,
    /// The authorization.
    pub original: Original,
    /// How much of it.
    pub amount: Money,
}

/// Asks what became of an earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryRequest {
    /// The message that is asked about.
    pub message: MessageRef,
    /// What it asked for.
    pub kind: OperationKind,
    /// The payment.
    pub payment: PaymentId,
    /// How much it was for.
    pub amount: Money,
    /// Whether it was an authorization that also takes the money.
    pub takes_money: bool,
    /// The authorization that it was about; `None` when it was the authorization itself.
    pub original: Option<Original>,
    /// How often it was asked about before.
    pub asked_before: i32,
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
        /// The network's own code (ISO 8583 field 39), with Mastercard's merchant advice code behind a
        /// slash when there is one: `05/03`.
        network_code: Option<String>,
    },
    /// The buyer must do something first, at this address; the outcome comes by callback or inquiry.
    ActionRequired {
        /// Where to send the buyer.
        url: String,
        /// The acquirer's reference of what was begun.
        acquirer_ref: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// Accepted, outcome later: ask again by inquiry.
    Pending,
    /// The buyer was let through: the money is taken without us, and the outcome comes by itself. Until then
    /// nothing is to be asked.
    Awaited {
        /// When it is not waited for any more.
        until: Timestamp,
    },
    /// The link has no such message: a person has to do it at the acquirer's own desk.
    ByHand,
}

impl AcquirerAnswer {
    /// A refusal without a network code.
    #[must_use]
    pub const fn declined(code: DeclineCode) -> Self {
        Self::Declined { code, network_code: None }
    }
}

/// What an inquiry by our own reference found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// The acquirer knows the message; this became of it.
    Found(AcquirerAnswer),
    /// The acquirer never received it, or undid it: no money moved, and none will.
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

/// A message that an acquirer sent to us by itself, as it arrived over HTTP.
#[derive(Debug, Clone)]
pub struct Callback {
    /// Header names in lower case, with their values.
    pub headers: BTreeMap<String, String>,
    /// The body, byte for byte: signatures are over it.
    pub body: Vec<u8>,
}

/// What an acquirer told us by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The acquirer's own id of the notice; a repeated one changes nothing.
    pub id: String,
    /// What it is about.
    pub about: NoticeSubject,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeSubject {
    /// What became of one of our messages.
    Outcome {
        /// The message.
        operation: OperationId,
        /// What became of it.
        answer: AcquirerAnswer,
    },
    /// A buyer disputes a payment at the issuer.
    Dispute {
        /// The acquirer's reference of the authorization.
        acquirer_ref: String,
        /// The acquirer's own reference of the dispute.
        dispute_ref: String,
        /// The network's reason code.
        reason_code: String,
        /// How much of the payment.
        amount: Money,
        /// Until when evidence is taken.
        respond_by: Option<Timestamp>,
        /// Where it stands.
        stage: DisputeNotice,
    },
}

/// What an acquirer says of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeNotice {
    /// The issuer only asks: no money is taken back yet.
    Asked,
    /// It was opened: the issuer takes the money back.
    Opened,
    /// The issuer decided for the merchant.
    Won,
    /// The issuer decided for the buyer.
    Lost,
}

/// What a merchant answers to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeReply<'a> {
    /// It contests it with these texts, each with what it is about.
    Challenged(&'a [(&'a str, &'a str)]),
    /// It does not contest it.
    Accepted,
}

/// Why a callback was not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// This acquirer sends none.
    #[error("this acquirer sends no callbacks")]
    Unsupported,
    /// The signature is missing, wrong or too old.
    #[error("the callback's signature does not hold")]
    Signature,
    /// The body cannot be read.
    #[error("the callback cannot be read: {0}")]
    Malformed(String),
}

/// A bank, a wallet, or a gateway to them.
#[async_trait]
pub trait Acquirer: Send + Sync + std::fmt::Debug {
    /// The name in configuration, tables and reports.
    fn name(&self) -> &str;

    /// Whether it is a wallet: it takes [`Instrument::Wallet`] with its own name, and no cards.
    fn is_wallet(&self) -> bool {
        false
    }

    /// Whether it takes payments of this world in this currency. Telegram Stars are paid in Telegram only.
    fn takes(&self, _mode: Mode, currency: Currency) -> bool {
        !currency.is_stars()
    }

    /// Whether it gives back the whole of a payment in this currency or nothing.
    fn refunds_whole(&self, _currency: Currency) -> bool {
        false
    }

    /// Reserves money, or takes it at once.
    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError>;

    /// Takes reserved money, whole or in part.
    async fn capture(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Releases reserved money.
    async fn void(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Gives taken money back, whole or in part.
    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Undoes an authorization that must not stand, whether or not it took the money. Sent until it is
    /// answered; a repeated one is answered like the first.
    async fn reverse(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError>;

    /// Asks what became of an earlier message. A link without inquiries settles the matter instead:
    /// it reverses the message and answers [`Inquiry::NotFound`] once that is acknowledged.
    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError>;

    /// Passes on what a merchant answered to a dispute. Sent until it is taken; a repeated one changes
    /// nothing. Where the link has no such message, staff pass it on at the acquirer's own desk.
    async fn reply_to_dispute(&self, dispute_ref: &str, reply: DisputeReply<'_>) -> Result<(), LinkError> {
        let what = match reply {
            DisputeReply::Challenged(_) => "evidence",
            DisputeReply::Accepted => "acceptance",
        };
        tracing::warn!(acquirer = self.name(), dispute_ref, what, "to be passed on by hand");
        Ok(())
    }

    /// Reads a message that the acquirer sent by itself.
    ///
    /// # Errors
    ///
    /// [`CallbackError`] when it is not the acquirer's, or not readable.
    fn read_callback(&self, _callback: &Callback, _now: Timestamp) -> Result<Notice, CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

/// Asks a card's issuer whether the buyer holds it (EMV 3-D Secure 2, message AReq).
#[derive(Debug)]
pub struct AuthenticationRequest<'a> {
    /// The attempt: our reference of the authentication.
    pub attempt: AttemptId,
    /// The card.
    pub card: &'a Card,
    /// How much.
    pub amount: Money,
    /// What the issuer's page shows as the shop.
    pub shop: &'a str,
    /// Where the issuer's page sends the buyer back to.
    pub return_url: &'a str,
}

/// What the issuer said to an authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthenticationAnswer {
    /// It is over: authenticated, attempted, failed or not available.
    Done(Authentication),
    /// The buyer must prove it at the issuer's page (transStatus C).
    Challenge {
        /// Where to send the buyer.
        url: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The buyer is still at the issuer's page.
    Pending,
}

/// A 3-D Secure server: the way to the issuers' access control servers.
#[async_trait]
pub trait Authenticator: Send + Sync + std::fmt::Debug {
    /// Begins an authentication.
    async fn authenticate(&self, request: AuthenticationRequest<'_>) -> Result<AuthenticationAnswer, LinkError>;

    /// Asks what became of an authentication that was begun with this attempt.
    async fn result(&self, attempt: AttemptId) -> Result<AuthenticationAnswer, LinkError>;
}
