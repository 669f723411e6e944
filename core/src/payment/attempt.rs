//! One try to pay with one card.

use crate::clock::Timestamp;
use crate::id::{AttemptId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::money::Money;
use crate::payment::card::CardFace;
use crate::payment::decline::DeclineCode;
use crate::risk::Verdict;

/// One try to pay with one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Counts from 1.
    pub number: i32,
    /// Whose payment it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// How much.
    pub amount: Money,
    /// What may be shown of the card.
    pub face: CardFace,
    /// The card's pseudonym on this install, for risk.
    pub card: String,
    /// The card's pseudonym for this merchant.
    pub merchant_card: String,
    /// The buyer's e-mail in lower case.
    pub email: Option<String>,
    /// The buyer's address.
    pub ip: Option<String>,
    /// The card, sealed, while staff decide; erased with the decision.
    pub(crate) sealed_card: Option<Vec<u8>>,
    /// What antifraud said.
    pub verdict: Verdict,
    /// Why it was refused.
    pub decline: Option<DeclineCode>,
    /// When.
    pub created_at: Timestamp,
}
