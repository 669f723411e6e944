//! One try to pay with one card or wallet.

use std::fmt;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::id::{AttemptId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::money::Money;
use crate::payment::action::{Action, AuthenticationRecord, ReturnUrl, ThreeDs};
use crate::payment::card::CardFace;
use crate::payment::decline::DeclineCode;
use crate::risk::Verdict;

/// A text is not the name of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a wallet's name has 1 to 32 characters of a-z, 0-9, - and _")]
pub struct WalletNameError;

/// The name of an e-money wallet, as in configuration and API: `sandbox_wallet`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WalletName(String);

impl WalletName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WalletName {
    type Err = WalletNameError;

    fn from_str(text: &str) -> Result<Self, WalletNameError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if (1..=32).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(WalletNameError)
        }
    }
}

impl fmt::Display for WalletName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an attempt pays with, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// A card.
    Card {
        /// What may be shown of it.
        face: CardFace,
        /// Its pseudonym on this install, for risk.
        card: String,
        /// Its pseudonym for this merchant.
        merchant_card: String,
    },
    /// An e-money wallet.
    Wallet(WalletName),
}

impl Method {
    /// The card's face, when it is a card.
    #[must_use]
    pub const fn face(&self) -> Option<&CardFace> {
        match self {
            Self::Card { face, .. } => Some(face),
            Self::Wallet(_) => None,
        }
    }

    /// The card's pseudonym on this install, when it is a card.
    #[must_use]
    pub fn pseudonym(&self) -> Option<&str> {
        match self {
            Self::Card { card, .. } => Some(card),
            Self::Wallet(_) => None,
        }
    }

    /// The card's last four digits, or the wallet's name: how people tell it apart.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Card { face, .. } => &face.last4,
            Self::Wallet(wallet) => wallet.as_str(),
        }
    }
}

/// One try to pay.
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
    /// What is paid with.
    pub method: Method,
    /// The buyer's e-mail in lower case.
    pub email: Option<String>,
    /// The buyer's address.
    pub ip: Option<String>,
    /// The card, sealed, while staff decide or the buyer is at the issuer's page; erased afterwards.
    pub(crate) sealed_card: Option<Vec<u8>>,
    /// What antifraud said.
    pub verdict: Verdict,
    /// Why it was refused.
    pub decline: Option<DeclineCode>,
    /// When.
    pub created_at: Timestamp,
    /// When the card's issuer is asked.
    pub three_ds: ThreeDs,
    /// Where the merchant wants the buyer back.
    pub return_url: Option<ReturnUrl>,
    /// What the buyer must do, or had to.
    pub action: Option<Action>,
    /// What 3-D Secure found.
    pub authentication: Option<AuthenticationRecord>,
    /// When the janitor asks the issuer next; `None` unless the attempt waits for the issuer.
    pub(crate) issuer_check_at: Option<Timestamp>,
}
