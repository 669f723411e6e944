//! What the sandbox bank writes down: one entry for each message that reached it. Card numbers are not
//! among it, only their first six and last four digits.

use aviso_core::clock::Timestamp;
use aviso_core::id::{OperationId, PaymentId};
use aviso_core::money::{Currency, Money};
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::AcquirerAnswer;
use serde::{Deserialize, Serialize};

/// One message and what the bank made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookEntry {
    /// The caller's reference of the message, unique in the books.
    pub operation: OperationId,
    /// When it arrived.
    pub at: Timestamp,
    /// What was asked.
    pub message: Message,
    /// What the bank decided.
    pub verdict: Verdict,
    /// So many inquiries hear "pending" before one hears the verdict.
    #[serde(default)]
    pub pending_inquiries: u8,
}

/// What was asked. Two messages with the same reference are the same when these are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Reserve money, or take it at once.
    Authorize {
        /// The caller's payment.
        payment: PaymentId,
        /// How much.
        #[serde(with = "money")]
        amount: Money,
        /// Whether to take it at once.
        capture: bool,
        /// First six digits of the card.
        first6: String,
        /// Last four digits of the card.
        last4: String,
        /// The test card's name, when the number is one of [`TEST_CARDS`](super::card::TEST_CARDS).
        test_card: Option<String>,
        /// What 3-D Secure found, when it was asked: the electronic commerce indicator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        eci: Option<String>,
    },
    /// Take reserved money.
    Capture {
        /// The authorization.
        acquirer_ref: String,
        /// How much of it.
        #[serde(with = "money")]
        amount: Money,
    },
    /// Release reserved money.
    Void {
        /// The authorization.
        acquirer_ref: String,
        /// How much the caller believes to be reserved; all is released.
        #[serde(with = "money")]
        amount: Money,
    },
    /// Give taken money back.
    Refund {
        /// The authorization.
        acquirer_ref: String,
        /// How much of it.
        #[serde(with = "money")]
        amount: Money,
    },
    /// Nothing arrived, and an inquiry was told so: the reference is spent, so that a message that was
    /// only slow cannot move money after the caller was told that none ever will.
    NeverArrived,
}

/// What the bank decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Verdict {
    /// Done.
    Approved {
        /// The bank's reference of the authorization, 12 characters.
        acquirer_ref: String,
        /// Six characters.
        approval_code: String,
        /// How much.
        #[serde(with = "money")]
        amount: Money,
    },
    /// Refused.
    Declined {
        /// Why.
        #[serde(with = "decline")]
        code: DeclineCode,
    },
}

impl Verdict {
    /// As the port's type.
    #[must_use]
    pub fn to_answer(&self) -> AcquirerAnswer {
        match self {
            Self::Approved { acquirer_ref, approval_code, amount } => AcquirerAnswer::Approved {
                acquirer_ref: acquirer_ref.clone(),
                approval_code: approval_code.clone(),
                amount: *amount,
            },
            Self::Declined { code } => AcquirerAnswer::declined(*code),
        }
    }
}

/// Money that the bank reserved, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The bank's reference.
    pub acquirer_ref: String,
    /// The caller's payment.
    pub payment: PaymentId,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Reserved.
    pub authorized_minor: i64,
    /// Taken, at most what was reserved.
    pub captured_minor: i64,
    /// Given back, at most what was taken.
    pub refunded_minor: i64,
    /// Whether it was released; then nothing was ever taken.
    pub voided: bool,
    /// The test card's name, when the number is a known one.
    pub test_card: Option<String>,
}

/// Money as `{"minor":1050,"currency":"EUR"}`.
pub(crate) mod money {
    use super::{Currency, Money};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[derive(Serialize, Deserialize)]
    struct Text {
        minor: i64,
        currency: String,
    }

    pub(crate) fn serialize<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
        Text { minor: money.minor(), currency: money.currency().code().to_owned() }.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let currency: Currency = text.currency.parse().map_err(D::Error::custom)?;
        Money::new(text.minor, currency).map_err(D::Error::custom)
    }
}

/// A decline code by its name.
pub(crate) mod decline {
    use super::DeclineCode;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(code: &DeclineCode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeclineCode, D::Error> {
        let name = String::deserialize(deserializer)?;
        DeclineCode::from_name(&name).ok_or_else(|| D::Error::custom(format!("no decline code `{name}`")))
    }
}
