//! What an attempt pays with: a card given now, one opened from the vault, or a wallet.

use std::borrow::Cow;
use std::ops::Deref;

use crate::bin_table::Issuer;
use crate::clock::Timestamp;
use crate::id::AttemptId;
use crate::payment::attempt::{Attempt, Method, VaultUse};
use crate::payment::card::Card;
use crate::payment::confirm::Confirmation;
use crate::payment::error::PaymentError;
use crate::payment::method::PaymentMethod;
use crate::payment::{Payment, Payments, telegram};
use crate::risk::Verdict;
use crate::store::Tx;
use crate::vault::keep;

/// What an attempt pays with, and what the vault knows of it.
#[derive(Debug)]
pub(super) struct Paying<'a> {
    /// What may be shown of it.
    pub(super) method: Method,
    /// What is known of the card's issuer.
    pub(super) issuer: Issuer,
    /// The card, when it is one.
    pub(super) card: Option<TheCard<'a>>,
    pub(super) vault: VaultUse,
    /// A saved card that may not pay now: the attempt is declined.
    pub(super) frozen: bool,
}

/// A card that the request holds, or that came from the vault.
#[derive(Debug)]
pub(super) struct TheCard<'a>(Cow<'a, Card>);

impl Deref for TheCard<'_> {
    type Target = Card;

    fn deref(&self) -> &Card {
        &self.0
    }
}

impl Paying<'_> {
    /// The card, when it came from the vault: the request does not hold it.
    pub(super) fn into_opened(self) -> Option<Box<Card>> {
        match self.card?.0 {
            Cow::Borrowed(_) => None,
            Cow::Owned(card) => Some(Box::new(card)),
        }
    }
}

impl Payments {
    /// Finds what is paid with; a saved card is opened, a mandate taken for this one charge.
    ///
    /// # Errors
    ///
    /// [`PaymentError::CardNotFound`], [`PaymentError::Cvc`], [`PaymentError::MandateNotFound`],
    /// [`PaymentError::Mandate`], [`PaymentError::WalletNotOffered`].
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
                return Ok(self.by_card(payment, Cow::Borrowed(card), VaultUse::default(), false));
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
            PaymentMethod::Wallet(wallet) => {
                if !self.bank.acquirers.offers(wallet) {
                    return Err(PaymentError::WalletNotOffered(wallet.clone()));
                }
                let (method, vault) = (Method::Wallet(wallet.clone()), VaultUse::default());
                return Ok(Paying { method, issuer: Issuer::default(), card: None, vault, frozen: false });
            }
            PaymentMethod::Telegram(_) => {
                let name = telegram::method_name();
                let telegram = self.bank.acquirers.get(telegram::TELEGRAM);
                if !telegram.is_some_and(|acquirer| acquirer.takes(payment.mode, payment.currency())) {
                    return Err(PaymentError::WalletNotOffered(name));
                }
                let (method, vault) = (Method::Wallet(name), VaultUse::default());
                return Ok(Paying { method, issuer: Issuer::default(), card: None, vault, frozen: false });
            }
        };
        Ok(self.by_card(payment, Cow::Owned(opened.card), vault, opened.frozen))
    }

    fn by_card<'a>(&self, payment: &Payment, card: Cow<'a, Card>, vault: VaultUse, frozen: bool) -> Paying<'a> {
        let number = card.number().expose();
        let issuer = self.bins.table().issuer_of(&card);
        let mut face = card.face();
        face.brand = issuer.brand.unwrap_or(face.brand);
        let method = Method::Card {
            face,
            card: self.keyring.fingerprint("platform", number),
            merchant_card: self.keyring.fingerprint(&payment.merchant_id.to_string(), number),
        };
        Paying { method, issuer, card: Some(TheCard(card)), vault, frozen }
    }

    /// A new attempt, as antifraud has to judge it.
    pub(super) fn attempt(
        &self,
        payment: &Payment,
        given: &Confirmation,
        paying: &Paying<'_>,
        now: Timestamp,
    ) -> Attempt {
        Attempt {
            id: AttemptId::new(now),
            payment_id: payment.id,
            number: payment.attempts,
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            method: paying.method.clone(),
            issuer: paying.issuer.clone(),
            email: payment.email.clone(),
            ip: given.payer.ip.map(|ip| ip.to_canonical().to_string()).or_else(|| payment.ip.clone()),
            sealed_card: None,
            vault: paying.vault,
            verdict: Verdict::Allow,
            decline: None,
            created_at: now,
            three_ds: given.three_ds,
            return_url: given.return_url.clone(),
            action: None,
            authentication: None,
            issuer_check_at: None,
        }
    }
}
