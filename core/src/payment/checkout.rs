//! What the checkout page shows and does: a payment by its secret, what it may be paid with, and paying it.

use crate::id::PaymentId;
use crate::idempotency::{Answer, Claim, IdempotencyKey};
use crate::merchant::Scope;
use crate::payment::attempt::{Attempt, WalletName};
use crate::payment::confirm::Confirmation;
use crate::payment::error::PaymentError;
use crate::payment::status::Status;
use crate::payment::{Payment, Payments};
use crate::routing::{Paid, Profile};
use crate::secret::Secret;
use crate::store::{StoreError, attempt as attempt_rows, merchant as merchants, payment as rows, verifier};
use crate::verifier::Verification;

/// A payment as its checkout page shows it.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// The payment.
    pub payment: Payment,
    /// The last attempt.
    pub latest: Option<Attempt>,
    /// The shop.
    pub scope: Scope,
    /// What somebody has to confirm before it goes on.
    pub verification: Option<Verification>,
}

/// What a shop may be paid with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Cards.
    pub cards: bool,
    /// Wallets, by name.
    pub wallets: Vec<WalletName>,
}

impl Payments {
    /// The secret of a payment's checkout page.
    #[must_use]
    pub fn checkout_secret(&self, payment: PaymentId) -> Secret {
        self.keyring.checkout_secret(payment)
    }

    /// The payment behind a checkout secret. `None` when the secret is not ours.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn checkout(&self, secret: &str) -> Result<Option<Checkout>, StoreError> {
        let conn = self.store.reader();
        let Some(id) = self.keyring.verify_checkout_secret(secret) else { return Ok(None) };
        let Some(payment) = rows::by_id(conn, id).await? else { return Ok(None) };
        let Some(merchant) = merchants::by_id(conn, payment.merchant_id).await? else { return Ok(None) };
        let latest = attempt_rows::of_payment(conn, id).await?.pop();
        let scope = Scope { merchant, mode: payment.mode, key_id: None };
        let verification = match payment.status() {
            Status::RequiresAction => verifier::live_of(conn, id).await?,
            _ => None,
        };
        Ok(Some(Checkout { payment, latest, scope, verification }))
    }

    /// What a shop may be paid with.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn offer(&self, scope: &Scope) -> Result<Offer, StoreError> {
        let profile: Profile = self.profiles.show(scope.merchant.id, scope.mode).await?.unwrap_or_default();
        let wallets = self.bank.acquirers.wallets().filter(|wallet| profile.offers(Paid::Wallet(wallet))).collect();
        Ok(Offer { cards: profile.cards, wallets })
    }

    /// Confirms a payment from its page, once for each form that was shown: `form` is the number of attempts
    /// that the page knew of. A form that is sent twice, or from a page that others have overtaken, does
    /// nothing. The page then shows how things stand.
    ///
    /// # Errors
    ///
    /// As [`confirm`](Self::confirm), but for what says that somebody else was quicker.
    pub async fn pay(
        &self,
        scope: Scope,
        id: PaymentId,
        form: u32,
        confirmation: Confirmation,
    ) -> Result<(), PaymentError> {
        let key = IdempotencyKey::new(&format!("checkout/{id}/{form}")).map_err(|_| PaymentError::Interrupted)?;
        let claim = Claim {
            merchant_id: scope.merchant.id,
            mode: scope.mode,
            key,
            // The same for every content: whichever form comes first counts.
            fingerprint: "checkout".to_owned(),
            respond: std::sync::Arc::new(|_| Answer { status: 0, body: String::new() }),
        };
        match self.confirm(scope, id, confirmation, Some(claim)).await {
            Ok(_) | Err(PaymentError::Key(_) | PaymentError::IllegalMove(_) | PaymentError::Interrupted) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
