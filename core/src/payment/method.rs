//! What a buyer pays with, and what the bank is shown of it.

use crate::id::{CardId, MandateId};
use crate::payment::attempt::WalletName;
use crate::payment::card::{Card, Cvc};
use crate::payment::telegram::TelegramPayer;
use crate::port::{Initiator, Instrument};
use crate::vault::customer::CustomerRef;

/// What a buyer pays with.
#[derive(Debug)]
pub enum PaymentMethod {
    /// A card, given now.
    Card {
        /// Number and expiry.
        card: Card,
        /// Its security code.
        cvc: Option<Cvc>,
    },
    /// A saved card, by its buyer.
    Saved {
        /// Which one.
        card: CardId,
        /// Its security code.
        cvc: Cvc,
        /// Whose it must be, if the merchant says.
        customer: Option<CustomerRef>,
    },
    /// A saved card, by the merchant, under the buyer's agreement.
    Mandate(MandateId),
    /// An e-money wallet.
    Wallet(WalletName),
    /// In Telegram, which asks whether to go on.
    Telegram(TelegramPayer),
}

impl PaymentMethod {
    /// What the bank is shown. `opened` is the saved card, when it is one; `return_url` is where a wallet
    /// sends the buyer back to.
    pub(super) fn instrument<'a>(&'a self, opened: Option<&'a Card>, return_url: &'a str) -> Option<Instrument<'a>> {
        let initiator = self.initiator();
        Some(match self {
            Self::Wallet(wallet) => Instrument::Wallet { wallet, return_url },
            Self::Telegram(payer) => Instrument::Telegram(payer),
            Self::Card { .. } | Self::Saved { .. } | Self::Mandate(_) => {
                let (card, cvc) = self.card(opened)?;
                Instrument::Card { card, cvc, authentication: None, initiator }
            }
        })
    }

    /// The card and its security code, when it is one.
    pub(super) fn card<'a>(&'a self, opened: Option<&'a Card>) -> Option<(&'a Card, Option<&'a Cvc>)> {
        match self {
            Self::Card { card, cvc } => Some((card, cvc.as_ref())),
            Self::Saved { cvc, .. } => Some((opened?, Some(cvc))),
            Self::Mandate(_) => Some((opened?, None)),
            Self::Wallet(_) | Self::Telegram(_) => None,
        }
    }

    /// Who pays, when it is in Telegram.
    pub(super) const fn telegram(&self) -> Option<&TelegramPayer> {
        match self {
            Self::Telegram(payer) => Some(payer),
            Self::Card { .. } | Self::Saved { .. } | Self::Mandate(_) | Self::Wallet(_) => None,
        }
    }

    /// The security code, when one came along.
    pub(super) const fn cvc(&self) -> Option<&Cvc> {
        match self {
            Self::Card { cvc, .. } => cvc.as_ref(),
            Self::Saved { cvc, .. } => Some(cvc),
            Self::Mandate(_) | Self::Wallet(_) | Self::Telegram(_) => None,
        }
    }

    /// Who starts the payment.
    pub(super) const fn initiator(&self) -> Initiator {
        match self {
            Self::Card { .. } | Self::Saved { .. } | Self::Wallet(_) | Self::Telegram(_) => Initiator::Buyer,
            Self::Mandate(_) => Initiator::Merchant,
        }
    }
}
