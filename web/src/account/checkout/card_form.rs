//! The form: what is typed, and what is wrong with it, field by field.

use std::net::IpAddr;

use aviso_core::clock::Timestamp;
use aviso_core::id::CardId;
use aviso_core::payment::card::{Card, CardError, Cvc};
use aviso_core::payment::{Confirmation, Payer, PaymentError, PaymentMethod};
use aviso_core::secret::Secret;
use aviso_core::vault::{Saving, VaultSettings};
use serde::Deserialize;

use super::order::{Chosen, Order};
use crate::problem::Problem;
use crate::state::WebState;

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PayForm {
    number: Secret,
    expiry: Secret,
    cvc: Secret,
    /// Whether the card may be kept.
    save: String,
    /// A saved card instead.
    saved: String,
    /// A wallet instead.
    wallet: String,
    /// How many attempts the page knew of.
    attempt: String,
}

/// Why nothing was paid: ids of texts. What was typed into the card's fields is not in it.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// Above the form.
    pub(super) summary: Option<&'static str>,
    pub(super) number: Option<&'static str>,
    pub(super) expiry: Option<&'static str>,
    pub(super) cvc: Option<&'static str>,
    /// The saved card whose form it was.
    pub(super) saved: Option<String>,
    /// Whether the card was to be kept.
    pub(super) save: bool,
}

impl Refused {
    const fn summary(text: &'static str) -> Self {
        Self { summary: Some(text), number: None, expiry: None, cvc: None, saved: None, save: false }
    }

    /// What the buyer reads of an error; what is no affair of the buyer's is a problem.
    pub(super) fn by(error: PaymentError, saved: Option<String>) -> Result<Self, Problem> {
        match error {
            PaymentError::Cvc(_) => Ok(Self { cvc: Some("pay-error-cvc"), saved, ..Self::summary("pay-error") }),
            PaymentError::CardNotFound(_) => Ok(Self::summary("pay-error-card-gone")),
            PaymentError::CustomerDenied => Ok(Self::summary("pay-error-not-kept")),
            PaymentError::CardsNotOffered | PaymentError::WalletNotOffered(_) => {
                Ok(Self::summary("pay-error-not-offered"))
            }
            other => Err(other.into()),
        }
    }
}

impl PayForm {
    /// The checked choice.
    pub(super) fn chosen(self, web: &WebState, order: &Order, address: IpAddr) -> Result<Chosen, Refused> {
        let form = self.attempt.parse().unwrap_or(0);
        let payer = Payer { account: order.account, ip: Some(address).filter(|ip| !ip.is_unspecified()) };
        let (method, save) = self.method(web, order)?;
        let saved = match &method {
            PaymentMethod::Saved { card, .. } => Some(card.to_string()),
            PaymentMethod::Card { .. }
            | PaymentMethod::Mandate(_)
            | PaymentMethod::Wallet(_)
            | PaymentMethod::Telegram(_) => None,
        };
        Ok(Chosen { confirmation: Confirmation { save, payer, ..Confirmation::with(method) }, form, saved })
    }

    fn method(self, web: &WebState, order: &Order) -> Result<(PaymentMethod, Option<Saving>), Refused> {
        if !self.wallet.is_empty() {
            let offered = order.offer.wallets.iter().find(|wallet| wallet.as_str() == self.wallet);
            let wallet = offered.ok_or(Refused::summary("pay-error-not-offered"))?;
            return Ok((PaymentMethod::Wallet(wallet.clone()), None));
        }
        if !self.saved.is_empty() {
            let id: Option<CardId> = self.saved.parse().ok();
            let card = order.cards.iter().find(|card| Some(card.id) == id);
            let card = card.ok_or(Refused::summary("pay-error-card-gone"))?;
            let cvc = Cvc::new(self.cvc, card.face.brand).map_err(|_| Refused {
                cvc: Some("pay-error-cvc"),
                saved: Some(card.id.to_string()),
                ..Refused::summary("pay-error")
            })?;
            return Ok((PaymentMethod::Saved { card: card.id, cvc, customer: None }, None));
        }
        let save = !self.save.is_empty();
        let method = self.card(web.clock.now()).map_err(|refused| Refused { save, ..refused })?;
        let vault = web.payments.vault(VaultSettings::default());
        let customer = order.account.filter(|_| save).and_then(|account| vault.customer_of(account, &order.scope));
        Ok((method, customer.map(|customer| Saving { customer, mandate: None })))
    }

    fn card(self, now: Timestamp) -> Result<PaymentMethod, Refused> {
        let expiry = expiry(self.expiry.expose()).ok_or("pay-error-expiry");
        let expiry = expiry.and_then(|(month, year)| match Card::check_expiry(month, year, now) {
            Ok(()) => Ok((month, year)),
            Err(CardError::Expired) => Err("pay-error-expired"),
            Err(CardError::ExpMonth | CardError::ExpYear | CardError::Number | CardError::Cvc) => {
                Err("pay-error-expiry")
            }
        });
        // With any valid expiry the number is judged alone.
        let (month, year) = expiry.unwrap_or_else(|_| valid_expiry(now));
        let card = Card::new(&self.number, month, year, now);
        let cvc = match &card {
            Ok(card) => Cvc::new(self.cvc, card.face().brand),
            Err(_) => Cvc::of_saved(self.cvc),
        };
        match (card, expiry, cvc) {
            (Ok(card), Ok(_), Ok(cvc)) => Ok(PaymentMethod::Card { card, cvc: Some(cvc) }),
            (card, expiry, cvc) => Err(Refused {
                number: card.err().map(|_| "pay-error-number"),
                expiry: expiry.err(),
                cvc: cvc.err().map(|_| "pay-error-cvc"),
                ..Refused::summary("pay-error")
            }),
        }
    }
}

fn valid_expiry(now: Timestamp) -> (u8, u16) {
    let year = now.to_datetime().format("%Y").to_string();
    (12, year.parse().unwrap_or(u16::MAX))
}

/// Month and year as people write them: `12/30`, `12 / 2030`, `1230`.
fn expiry(text: &str) -> Option<(u8, u16)> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'/' | b'-' | b'.' | b' '));
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (month, year) = match parts.as_slice() {
        [month, year] => (*month, *year),
        [one] if matches!(one.len(), 4 | 6) => one.split_at(2),
        _ => return None,
    };
    let year: u16 = match year.len() {
        2 => year.parse::<u16>().ok()? + 2_000,
        4 => year.parse().ok()?,
        _ => return None,
    };
    (plain && month.len() <= 2).then(|| Some((month.parse().ok()?, year)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_read_as_people_write_it() {
        for text in ["12/30", "12 / 30", "12/2030", "1230", "122030", "12-30", " 12.30 "] {
            assert_eq!(expiry(text), Some((12, 2030)), "{text}");
        }
        assert_eq!(expiry("1/31"), Some((1, 2031)));
        for wrong in ["", "12", "12/3", "12/30/1", "ab/cd", "12x30", "123/30", "١٢/٣٠", "99999999999/30", "12/99999999"]
        {
            assert_eq!(expiry(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let now = Timestamp::from_micros(1_795_000_000_000_000);
        let form = |number: &str, expiry: &str, cvc: &str| {
            let (number, expiry, cvc) = (Secret::new(number), Secret::new(expiry), Secret::new(cvc));
            let refused = PayForm { number, expiry, cvc, ..PayForm::default() }.card(now).err();
            refused.map(|refused| (refused.number, refused.expiry, refused.cvc))
        };
        let (number, expiry, cvc) = (Some("pay-error-number"), Some("pay-error-expiry"), Some("pay-error-cvc"));
        assert_eq!(form("4242424242424242", "12/30", "123"), None);
        assert_eq!(form("4242424242424241", "x", "12"), Some((number, expiry, cvc)));
        assert_eq!(form("4242424242424242", "12/20", "123"), Some((None, Some("pay-error-expired"), None)));
        assert_eq!(form("378282246310005", "12/30", "123"), Some((None, None, cvc)));
        assert_eq!(form("", "", ""), Some((number, expiry, cvc)));
    }
}
