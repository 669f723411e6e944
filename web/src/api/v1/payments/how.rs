//! How a payment is confirmed: with a card, a saved one, a wallet, or under a mandate.

use aviso_core::clock::Timestamp;
use aviso_core::id::{CardId, MandateId};
use aviso_core::mandate::NewTerms;
use aviso_core::payment::action::{ReturnUrl, ThreeDs};
use aviso_core::payment::card::Cvc;
use aviso_core::payment::{Confirmation, PaymentMethod};
use aviso_core::secret::Secret;
use aviso_core::vault::Saving;
use aviso_core::vault::customer::CustomerRef;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::card::CardBody;
use super::super::field::{checked, invalid, required};
use crate::extract::JsonBody;
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

/// Terms to agree on with the buyer, or the mandate to charge.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Mandate)]
pub(crate) enum MandateBody {
    /// `man_…`: charges it, without a card and without the buyer.
    Charge(String),
    /// Agrees on one; needs `card` and `save_card`.
    Agree(TermsBody),
}

/// What the buyer agrees to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateTerms)]
pub(crate) struct TermsBody {
    /// The most of one payment, minor units.
    #[schema(minimum = 1)]
    amount_max: i64,
    /// The least of one payment, minor units; 1 when absent.
    #[schema(minimum = 1)]
    amount_min: Option<i64>,
    /// Days from one successful payment to the next, at least.
    #[schema(minimum = 1, maximum = 366)]
    period_days: u16,
    /// When the agreement ends, RFC 3339.
    #[schema(example = "2027-11-01T00:00:00Z")]
    ends_at: String,
}

/// A card or wallet to confirm with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewConfirmation, example = json!({
    "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"},
}))]
pub(crate) struct ConfirmBody {
    /// The card.
    pub(super) card: Option<CardBody>,
    /// The saved card to pay with, `card_…`; needs `cvc`.
    #[schema(example = "card_01h455vb4pex5vsknk084sn02q")]
    pub(super) saved_card: Option<String>,
    /// The security code of the saved card.
    #[schema(value_type = Option<String>, write_only, example = "123")]
    pub(super) cvc: Option<Secret>,
    /// Whether the buyer agreed that the card is kept; needs `customer_ref`.
    pub(super) save_card: Option<bool>,
    /// Your own name for the customer: 1 to 32 printable ASCII characters.
    #[schema(min_length = 1, max_length = 32)]
    pub(super) customer_ref: Option<String>,
    /// Terms that the buyer agreed to, with `save_card`; or the mandate to charge, `man_…`.
    pub(super) mandate: Option<MandateBody>,
    /// Instead of a card: an e-money wallet, by its name.
    #[schema(min_length = 1, max_length = 32, example = "sandbox_wallet")]
    pub(super) wallet: Option<String>,
    /// When the card's issuer is asked; `automatic` when absent.
    pub(super) three_ds: Option<ThreeDsWord>,
    /// Where the buyer goes after the page of the issuer or wallet: an http or https address. `payment` and
    /// `status` are added to it.
    #[schema(max_length = 2048, example = "https://shop.example/thanks")]
    pub(super) return_url: Option<String>,
}

impl JsonBody for ConfirmBody {}

impl ConfirmBody {
    /// The first field that only makes sense when the payment is confirmed.
    pub(super) fn first_given(&self) -> Option<&'static str> {
        let given = [
            (self.card.is_some(), "/card"),
            (self.saved_card.is_some(), "/saved_card"),
            (self.cvc.is_some(), "/cvc"),
            (self.save_card.is_some(), "/save_card"),
            (self.customer_ref.is_some(), "/customer_ref"),
            (self.mandate.is_some(), "/mandate"),
            (self.wallet.is_some(), "/wallet"),
            (self.three_ds.is_some(), "/three_ds"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, pointer)| pointer)
    }

    /// The checked confirmation.
    ///
    /// # Errors
    ///
    /// 422 that names the field.
    pub(super) fn into_confirmation(self, now: Timestamp) -> Result<Confirmation, Problem> {
        let return_url = checked(self.return_url.as_deref().map(ReturnUrl::new).transpose(), "/return_url")?;
        let three_ds = self.three_ds;
        let (method, save) = self.into_method(now)?;
        match &method {
            PaymentMethod::Card { .. } | PaymentMethod::Saved { .. } => {}
            PaymentMethod::Wallet(_) | PaymentMethod::Telegram(_) => {
                unwanted(three_ds.is_some(), "/three_ds", "3-D Secure is for cards")?
            }
            PaymentMethod::Mandate(_) => {
                let why = "a mandate is charged without the buyer";
                unwanted(three_ds.is_some(), "/three_ds", why)?;
                unwanted(return_url.is_some(), "/return_url", why)?;
            }
        }
        let three_ds = match three_ds {
            None | Some(ThreeDsWord::Automatic) => ThreeDs::Automatic,
            Some(ThreeDsWord::Always) => ThreeDs::Always,
            Some(ThreeDsWord::Never) => ThreeDs::Never,
        };
        Ok(Confirmation { three_ds, return_url, save, ..Confirmation::with(method) })
    }

    fn into_method(self, now: Timestamp) -> Result<(PaymentMethod, Option<Saving>), Problem> {
        if let Some(wallet) = self.wallet {
            let why = "a payment is made with a card or with a wallet";
            let card = self.card.is_some() || self.saved_card.is_some() || self.mandate.is_some();
            let of_a_card = self.cvc.is_some() || self.save_card.is_some() || self.customer_ref.is_some();
            unwanted(card || of_a_card, "/wallet", why)?;
            return Ok((PaymentMethod::Wallet(checked(wallet.parse(), "/wallet")?), None));
        }
        let customer =
            checked(self.customer_ref.as_deref().map(str::parse::<CustomerRef>).transpose(), "/customer_ref")?;
        let save = self.save_card.unwrap_or(false);
        match (self.card, self.saved_card, self.mandate) {
            (None, None, Some(MandateBody::Charge(id))) => {
                unwanted(self.cvc.is_some(), "/cvc", "a mandate is charged without a security code")?;
                unwanted(save, "/save_card", "a mandate has its card already")?;
                unwanted(customer.is_some(), "/customer_ref", "a mandate has its customer already")?;
                let mandate: MandateId = checked(id.parse(), "/mandate")?;
                Ok((PaymentMethod::Mandate(mandate), None))
            }
            (_, _, Some(MandateBody::Charge(_))) => Err(invalid("a mandate is charged without a card", "/mandate")),
            (None, Some(id), None) => {
                unwanted(save, "/save_card", "the card is saved already")?;
                let card: CardId = checked(id.parse(), "/saved_card")?;
                let cvc = checked(Cvc::of_saved(required(self.cvc, "/cvc")?), "/cvc")?;
                Ok((PaymentMethod::Saved { card, cvc, customer }, None))
            }
            (_, Some(_), _) => {
                Err(invalid("a saved card is paid with alone: no `card`, no new mandate", "/saved_card"))
            }
            (card, None, terms) => {
                unwanted(self.cvc.is_some(), "/cvc", "the security code of a card belongs into `card`")?;
                let method = required(card, "/card")?.into_method(now)?;
                Ok((method, saving(save, customer, terms)?))
            }
        }
    }
}

fn saving(save: bool, customer: Option<CustomerRef>, terms: Option<MandateBody>) -> Result<Option<Saving>, Problem> {
    let terms = match terms {
        Some(MandateBody::Agree(terms)) => Some(terms.into_terms()?),
        Some(MandateBody::Charge(_)) | None => None,
    };
    match (save, terms) {
        (true, mandate) => Ok(Some(Saving { customer: required(customer, "/customer_ref")?, mandate })),
        (false, Some(_)) => Err(invalid("a mandate needs `\"save_card\": true`", "/mandate")),
        (false, None) => {
            unwanted(customer.is_some(), "/customer_ref", "a customer is named to save a card or to pay with one")?;
            Ok(None)
        }
    }
}

fn unwanted(given: bool, pointer: &str, why: &str) -> Result<(), Problem> {
    if given { Err(invalid(why, pointer)) } else { Ok(()) }
}

impl TermsBody {
    fn into_terms(self) -> Result<NewTerms, Problem> {
        Ok(NewTerms {
            amount_min: self.amount_min.unwrap_or(1),
            amount_max: self.amount_max,
            period_days: self.period_days,
            ends_at: checked(self.ends_at.parse(), "/mandate/ends_at")?,
        })
    }
}
