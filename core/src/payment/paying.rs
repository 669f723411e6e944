//! The card that an attempt pays with: given now, or opened from the vault.

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::payment::attempt::VaultUse;
use crate::payment::card::Card;
use crate::payment::confirm::PaymentMethod;
use crate::payment::error::PaymentError;
use crate::payment::{Payment, Payments};
use crate::store::Tx;
use crate::vault::keep;

/// The card of an attempt, and what the vault knows of it.
#[derive(Debug)]
pub(super) struct Paying<'a> {
    pub(super) card: Cow<'a, Card>,
    pub(super) vault: VaultUse,
    /// A saved card that may not pay now: the attempt is declined.
    pub(super) frozen: bool,
}

impl Paying<'_> {
    /// The card, when it came from the vault: the request does not hold it.
    pub(super) fn into_opened(self) -> Option<Box<Card>> {
        match self.card {
            Cow::Borrowed(_) => None,
            Cow::Owned(card) => Some(Box::new(card)),
        }
    }
}

impl Payments {
    /// Finds the card; a saved one is opened, a mandate taken for this one charge.
    pub(super) async fn paying<'a>(
        &self,
        tx: &Tx,
        payment: &Payment,
        method: &'a PaymentMethod,
        now: Timestamp,
    ) -> Result<Paying<'a>, PaymentError> {
        let whose = (payment.merchant_id, payment.mode);
        let (opened, vault) = match method {
            PaymentMethod::Card { card, .. } => {
                return Ok(Paying { card: Cow::Borrowed(card), vault: VaultUse::default(), frozen: false });
            }
            PaymentMethod::Saved { card, cvc, customer } => {
                let opened = keep::open(tx, &self.keyring, *card, (whose, customer.as_ref()), now).await?;
                cvc.check(opened.card.face().brand).map_err(PaymentError::Cvc)?;
                let vault = VaultUse { card: Some(opened.id), ..VaultUse::default() };
                (opened, vault)
            }
            PaymentMethod::Mandate(id) => {
                let mandate = keep::charge(tx, *id, payment, now).await?;
                let opened = keep::open(tx, &self.keyring, mandate.card_id, (whose, None), now).await?;
                let vault = VaultUse { card: Some(opened.id), mandate: Some(*id), by_merchant: true };
                (opened, vault)
            }
        };
        Ok(Paying { card: Cow::Owned(opened.card), vault, frozen: opened.frozen })
    }
}
