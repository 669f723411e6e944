//! Orders that a merchant's own site signs: a form or link opens the checkout page, and nobody on the way can
//! change what is to be paid.
//!
//! The signature is HMAC-SHA256 under the merchant's site key, over the fields in a fixed order, one a line.
//! The key is derived and has a number, so that it can be changed without being stored; it signs orders and
//! opens nothing else.

use std::sync::Arc;

use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::id::{MerchantId, PaymentId};
use crate::merchant::{Merchant, Mode, Scope};
use crate::money::{Currency, Money};
use crate::payment::action::ReturnUrl;
use crate::payment::text::{Description, Metadata, OrderRef};
use crate::payment::{CaptureMode, Customer, Handled, NewPayment, PaymentError, Payments};
use crate::secret::{Keyring, Secret, site_signature};
use crate::store::{Store, StoreError, merchant as merchants, payment as payment_rows};
use crate::verifier::Wish;

/// An order as it travels: every field a text, exactly as it was signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteOrder {
    /// `mer_…`
    pub merchant: String,
    /// The merchant's own order number.
    pub order_ref: String,
    /// Minor units.
    pub amount: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What the buyer reads; may be empty.
    pub description: String,
    /// Until when the order may be begun, RFC 3339.
    pub expires_at: String,
    /// Where the page leads back to; may be empty.
    pub return_url: String,
}

impl SiteOrder {
    /// What is signed.
    fn message(&self) -> String {
        let Self { merchant, order_ref, amount, currency, description, expires_at, return_url } = self;
        [merchant, order_ref, amount, currency, description, expires_at, return_url].map(String::as_str).join("\n")
    }

    fn new_payment(&self) -> Result<(NewPayment, Timestamp), SiteError> {
        let wrong = |field: &'static str, why: &dyn std::fmt::Display| SiteError::Field { field, why: why.to_string() };
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let currency: Currency = self.currency.parse().map_err(|error| wrong("currency", &error))?;
        let minor: i64 = self.amount.parse().map_err(|error| wrong("amount", &error))?;
        let new = NewPayment {
            order_ref: OrderRef::new(self.order_ref.clone()).map_err(|error| wrong("order_ref", &error))?,
            amount: Money::new(minor, currency).map_err(|error| wrong("amount", &error))?,
            capture: CaptureMode::Auto,
            description: some(&self.description)
                .map(Description::new)
                .transpose()
                .map_err(|error| wrong("description", &error))?,
            metadata: Metadata::default(),
            customer: Customer::default(),
            return_url: some(&self.return_url)
                .map(|url| ReturnUrl::new(&url))
                .transpose()
                .map_err(|error| wrong("return_url", &error))?,
            verification: Wish::Automatic,
        };
        let expires_at = self.expires_at.parse().map_err(|error| wrong("expires_at", &error))?;
        Ok((new, expires_at))
    }
}

/// Why an order was not opened.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// No such merchant.
    #[error("there is no merchant {0}")]
    NotFound(MerchantId),
    /// The merchant's key did not sign this order, or somebody changed it.
    #[error("the order's signature does not hold")]
    Signature,
    /// The signature holds, and a field will not do.
    #[error("{field}: {why}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What is wrong.
        why: String,
    },
    /// It may no longer be begun.
    #[error("the order could be begun until {0}")]
    Late(Timestamp),
    /// The order number belongs to a payment of another amount.
    #[error("the order number belongs to a payment of another amount")]
    OrderRefTaken,
    /// The payment was not made.
    #[error(transparent)]
    Payment(PaymentError),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for orders that merchants' sites sign.
#[derive(Debug, Clone)]
pub struct Sites {
    store: Store,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
    payments: Payments,
}

impl Sites {
    /// A service over this store whose orders are paid through `payments`.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring, payments: Payments) -> Self {
        Self { store, clock, keyring, payments }
    }

    /// The key that a merchant's site signs with in this world.
    ///
    /// # Errors
    ///
    /// [`SiteError::NotFound`], [`SiteError::Store`].
    pub async fn key(&self, merchant: MerchantId, mode: Mode) -> Result<Secret, SiteError> {
        let number = merchants::site_key(self.store.reader(), merchant).await?;
        Ok(self.keyring.site_key(merchant, mode, number.ok_or(SiteError::NotFound(merchant))?))
    }

    /// Gives a merchant new site keys, in both worlds. What the old ones signed no longer opens.
    ///
    /// # Errors
    ///
    /// [`SiteError::NotFound`].
    pub async fn change_key(&self, actor: Actor, merchant: MerchantId) -> Result<(), SiteError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                if !merchants::next_site_key(tx, merchant).await? {
                    return Err(SiteError::NotFound(merchant));
                }
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "merchant.change_site_key",
                    subject: merchant.to_string(),
                    before: String::new(),
                    after: String::new(),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await?;
                Ok(())
            })
            .await
    }

    /// The signature of an order in this world, 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`SiteError::Field`] when the order would be refused.
    pub async fn sign(&self, mode: Mode, order: &SiteOrder) -> Result<String, SiteError> {
        order.new_payment()?;
        let merchant = parse_merchant(order)?;
        Ok(site_signature(&self.key(merchant, mode).await?, &order.message()))
    }

    /// The payment of a signed order: made now, or when the order was opened before.
    ///
    /// # Errors
    ///
    /// [`SiteError`].
    pub async fn open(&self, order: &SiteOrder, signature: &str) -> Result<PaymentId, SiteError> {
        let merchant = parse_merchant(order).map_err(|_| SiteError::Signature)?;
        let found = merchants::by_id(self.store.reader(), merchant).await?.ok_or(SiteError::Signature)?;
        let mode = self.world(order, &found, signature).await?;
        let (new, expires_at) = order.new_payment()?;
        if self.clock.now() >= expires_at {
            return Err(SiteError::Late(expires_at));
        }
        let (order_ref, amount) = (new.order_ref.clone(), new.amount);
        let scope = Scope { merchant: found, mode, key_id: None };
        match self.payments.create(scope, new, None, None).await {
            Ok(Handled::Done(document)) => {
                let made = document.payment.and_then(|payment| payment.id.parse().ok());
                made.ok_or(SiteError::Payment(PaymentError::Interrupted))
            }
            // Without a key there is no earlier answer.
            Ok(Handled::Replayed(_)) => Err(SiteError::Payment(PaymentError::Interrupted)),
            Err(PaymentError::OrderRefTaken) => {
                let whose = (merchant, mode);
                let known = payment_rows::by_order_ref(self.store.reader(), whose, order_ref.as_str()).await?;
                let same = known.filter(|payment| payment.amount == amount);
                same.map(|payment| payment.id).ok_or(SiteError::OrderRefTaken)
            }
            Err(error) => Err(SiteError::Payment(error)),
        }
    }

    /// The world whose key signed an order.
    async fn world(&self, order: &SiteOrder, merchant: &Merchant, signature: &str) -> Result<Mode, SiteError> {
        for mode in [Mode::Live, Mode::Test] {
            let key = self.key(merchant.id, mode).await?;
            if Secret::new(site_signature(&key, &order.message())).matches(signature) {
                return Ok(mode);
            }
        }
        Err(SiteError::Signature)
    }
}

fn parse_merchant(order: &SiteOrder) -> Result<MerchantId, SiteError> {
    let wrong = |error: crate::id::IdError| SiteError::Field { field: "merchant", why: error.to_string() };
    order.merchant.parse().map_err(wrong)
}
