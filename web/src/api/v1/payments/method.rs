//! What a payment is confirmed with, as merchants send it.

use aviso_core::clock::Timestamp;
use aviso_core::payment::action::{ReturnUrl, ThreeDs};
use aviso_core::payment::{Confirmation, PaymentMethod};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::card::CardBody;
use super::super::field::{checked, invalid, required};
use crate::problem::Problem;

/// When the card's issuer is asked whether the buyer holds the card (3-D Secure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ThreeDs)]
pub(crate) enum ThreeDsWord {
    /// When the bank or antifraud wants it.
    Automatic,
    /// Before the bank is asked.
    Always,
    /// Not when the bank wants it.
    Never,
}

/// The fields of a body that say how it is paid.
#[derive(Debug)]
pub(super) struct MethodFields {
    pub(super) card: Option<CardBody>,
    pub(super) wallet: Option<String>,
    pub(super) three_ds: Option<ThreeDsWord>,
    pub(super) return_url: Option<String>,
}

impl MethodFields {
    /// The first of the fields that is there.
    pub(super) fn given(&self) -> Option<&'static str> {
        let card = self.card.is_some().then_some("/card");
        let wallet = self.wallet.is_some().then_some("/wallet");
        let three_ds = self.three_ds.is_some().then_some("/three_ds");
        card.or(wallet).or(three_ds).or(self.return_url.is_some().then_some("/return_url"))
    }

    /// The checked confirmation.
    ///
    /// # Errors
    ///
    /// 422 that names the field.
    pub(super) fn into_confirmation(self, now: Timestamp) -> Result<Confirmation, Problem> {
        let method = match (self.card, self.wallet) {
            (Some(_), Some(_)) => return Err(invalid("a payment is made with a card or with a wallet", "/wallet")),
            (card, None) => required(card, "/card")?.into_method(now)?,
            (None, Some(wallet)) => PaymentMethod::Wallet(checked(wallet.parse(), "/wallet")?),
        };
        if self.three_ds.is_some() && matches!(method, PaymentMethod::Wallet(_)) {
            return Err(invalid("3-D Secure is for cards", "/three_ds"));
        }
        let return_url = self.return_url.as_deref().map(ReturnUrl::new).transpose();
        Ok(Confirmation {
            method,
            three_ds: match self.three_ds {
                None | Some(ThreeDsWord::Automatic) => ThreeDs::Automatic,
                Some(ThreeDsWord::Always) => ThreeDs::Always,
                Some(ThreeDsWord::Never) => ThreeDs::Never,
            },
            return_url: checked(return_url, "/return_url")?,
        })
    }
}
