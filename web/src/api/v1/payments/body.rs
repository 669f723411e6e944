//! What merchants send about payments.

use std::collections::BTreeMap;

use aviso_core::account::email::EmailAddress;
use aviso_core::clock::Timestamp;
use aviso_core::language::Language;
use aviso_core::money::{Currency, Money};
use aviso_core::payment::action::ReturnUrl;
use aviso_core::payment::text::{Description, Metadata, OrderRef};
use aviso_core::payment::{CaptureMode, Confirmation, Customer, NewPayment};
use aviso_core::secret::Secret;
use aviso_core::verifier::Wish;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::card::CardBody;
use super::super::field::{checked, invalid, required};
use super::how::{ConfirmBody, MandateBody, ThreeDsWord};
use crate::extract::JsonBody;
use crate::problem::Problem;

/// A payment to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPayment, example = json!({
    "order_ref": "A-100", "amount": 1050, "currency": "EUR", "description": "Two coffees",
    "customer": {"email": "ana@example.com", "language": "es"}, "metadata": {"table": "7"},
    "confirm": true, "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"},
}))]
pub(crate) struct CreateBody {
    /// Your own order number: 1 to 64 printable ASCII characters, unique.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 64)]
    order_ref: Option<String>,
    /// Minor units: 1050 is 10.50 EUR.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 1_000_000_000_000_000_i64)]
    amount: Option<i64>,
    /// ISO 4217 code.
    #[schema(required = true, nullable = false, min_length = 3, max_length = 3)]
    currency: Option<String>,
    /// When money is taken; `auto` when absent.
    capture: Option<CaptureWord>,
    /// What the buyer reads: 1 to 200 characters on one line.
    #[schema(min_length = 1, max_length = 200)]
    description: Option<String>,
    /// Your own notes: at most 20; keys of 1 to 40 characters, values of at most 500.
    metadata: Option<BTreeMap<String, String>>,
    /// Who pays.
    customer: Option<CustomerBody>,
    /// Whether to confirm at once; `card`, `saved_card`, `wallet` or `mandate` is needed then.
    confirm: Option<bool>,
    /// The card to confirm with.
    card: Option<CardBody>,
    /// The saved card to pay with, `card_…`; needs `cvc`.
    #[schema(example = "card_01h455vb4pex5vsknk084sn02q")]
    saved_card: Option<String>,
    /// The security code of the saved card.
    #[schema(value_type = Option<String>, write_only, example = "123")]
    cvc: Option<Secret>,
    /// Whether the buyer agreed that the card is kept; needs `customer_ref`.
    save_card: Option<bool>,
    /// Your own name for the customer: 1 to 32 printable ASCII characters.
    #[schema(min_length = 1, max_length = 32)]
    customer_ref: Option<String>,
    /// Terms that the buyer agreed to, with `save_card`; or the mandate to charge, `man_…`.
    mandate: Option<MandateBody>,
    /// Instead of a card: an e-money wallet, by its name.
    #[schema(min_length = 1, max_length = 32, example = "sandbox_wallet")]
    wallet: Option<String>,
    /// When the card's issuer is asked; `automatic` when absent.
    three_ds: Option<ThreeDsWord>,
    /// Whether the buyer has to confirm a card payment, in Telegram or with a code from a letter; `automatic` when
    /// absent.
    verification: Option<VerificationWord>,
    /// Where the checkout page leads back to, or where the buyer goes after the page of the issuer or wallet:
    /// an http or https address. `payment` is added to it, and `status` after an issuer or wallet.
    #[schema(max_length = 2048, example = "https://shop.example/thanks")]
    return_url: Option<String>,
}

/// When money is taken.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaptureMode)]
pub(crate) enum CaptureWord {
    /// At once.
    Auto,
    /// When you say so.
    Manual,
}

/// When the buyer has to confirm a card payment before it goes to the bank.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Verification)]
pub(crate) enum VerificationWord {
    /// When antifraud or the bank that issued the card wants it.
    Automatic,
    /// In any case.
    Required,
}

/// Who pays, as far as you know.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Customer)]
pub(crate) struct CustomerBody {
    /// Where to write to.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// The language to write in: `en`, `es` or `ru`.
    #[schema(example = "es")]
    language: Option<String>,
    /// The address that the buyer's browser came from.
    #[schema(example = "203.0.113.9")]
    ip: Option<String>,
}

/// Money to take.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCapture, example = json!({"amount": 500}))]
pub(crate) struct CaptureBody {
    /// Minor units; all that is left when absent.
    #[schema(minimum = 1)]
    pub(super) amount: Option<i64>,
}

/// Nothing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewVoid, example = json!({}))]
pub(crate) struct VoidBody {}

impl JsonBody for CreateBody {}
impl JsonBody for CaptureBody {
    const MAY_BE_ABSENT: bool = true;
}
impl JsonBody for VoidBody {
    const MAY_BE_ABSENT: bool = true;
}

impl CreateBody {
    /// The checked payment, and the card to confirm it with.
    ///
    /// # Errors
    ///
    /// 422 that names the field.
    pub(super) fn into_payment(self, now: Timestamp) -> Result<(NewPayment, Option<Confirmation>), Problem> {
        let how = ConfirmBody {
            card: self.card,
            saved_card: self.saved_card,
            cvc: self.cvc,
            save_card: self.save_card,
            customer_ref: self.customer_ref,
            mandate: self.mandate,
            wallet: self.wallet,
            three_ds: self.three_ds,
            return_url: self.return_url.clone(),
        };
        let order_ref = checked(OrderRef::new(required(self.order_ref, "/order_ref")?), "/order_ref")?;
        let amount = required(self.amount, "/amount")?;
        let currency: Currency = checked(required(self.currency, "/currency")?.parse(), "/currency")?;
        let new = NewPayment {
            order_ref,
            amount: checked(Money::new(amount, currency), "/amount")?,
            capture: match self.capture {
                Some(CaptureWord::Auto) | None => CaptureMode::Auto,
                Some(CaptureWord::Manual) => CaptureMode::Manual,
            },
            description: checked(self.description.map(Description::new).transpose(), "/description")?,
            metadata: checked(Metadata::new(self.metadata.unwrap_or_default()), "/metadata")?,
            customer: self.customer.unwrap_or_default().into_customer()?,
            return_url: checked(self.return_url.as_deref().map(ReturnUrl::new).transpose(), "/return_url")?,
            verification: match self.verification {
                Some(VerificationWord::Automatic) | None => Wish::Automatic,
                Some(VerificationWord::Required) => Wish::Required,
            },
        };
        let confirmation = match (self.confirm.unwrap_or(false), how.first_given()) {
            (true, _) => Some(how.into_confirmation(now)?),
            (false, Some(field)) => return Err(invalid("it is taken only together with `\"confirm\": true`", field)),
            (false, None) => None,
        };
        Ok((new, confirmation))
    }
}

impl CustomerBody {
    fn into_customer(self) -> Result<Customer, Problem> {
        let email = self.email.as_deref().map(EmailAddress::new).transpose();
        let language = self.language.as_deref().map(|code| Language::from_code(code).ok_or("one of en, es, ru"));
        let ip = self.ip.as_deref().map(|ip| ip.parse().map_err(|_| "an IPv4 or IPv6 address, like 203.0.113.9"));
        Ok(Customer {
            email: checked(email, "/customer/email")?,
            language: checked(language.transpose(), "/customer/language")?,
            ip: checked(ip.transpose(), "/customer/ip")?,
        })
    }
}
