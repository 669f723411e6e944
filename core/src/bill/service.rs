//! The service for bills.

use std::sync::Arc;
use std::time::Duration;

use super::published::bill_event;
use super::{Bill, BillError, BillState, NewBill};
use crate::clock::{Clock, Timestamp};
use crate::event::EventType;
use crate::id::{BillId, PaymentId};
use crate::merchant::Scope;
use crate::payment::create::name_the_taken;
use crate::payment::janitor_chain as chain;
use crate::payment::published::payment_event;
use crate::payment::text::Metadata;
use crate::payment::{CaptureMode, Customer, NewPayment, Page, PaymentError, Payments};
use crate::secret::{Keyring, Secret};
use crate::store::{
    Constraint, Store, StoreError, bill as rows, event as events, merchant as merchants, payment as payment_rows,
};

/// How long a bill may be paid when the merchant does not say.
const EXPIRES_AFTER: Duration = Duration::from_secs(30 * 86_400);
const EXPIRES_AFTER_MIN: Duration = Duration::from_secs(60);
const EXPIRES_AFTER_MAX: Duration = Duration::from_secs(366 * 86_400);
/// Bills ended or told of in one round.
const ROUND_MAX: u64 = 100;

/// A bill behind a link, and the shop that sent it.
#[derive(Debug, Clone)]
pub struct OpenBill {
    /// The bill.
    pub bill: Bill,
    /// The shop.
    pub scope: Scope,
}

/// The service for bills.
#[derive(Debug, Clone)]
pub struct Bills {
    store: Store,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
    payments: Payments,
}

impl Bills {
    /// A service over this store whose bills are paid through `payments`.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring, payments: Payments) -> Self {
        Self { store, clock, keyring, payments }
    }

    /// The secret of a bill's page.
    #[must_use]
    pub fn secret(&self, bill: BillId) -> Secret {
        self.keyring.bill_secret(bill)
    }

    /// Creates a bill; its link is mailed if there is an address.
    ///
    /// # Errors
    ///
    /// [`BillError::OrderRefTaken`], [`BillError::Expiry`], [`BillError::Payment`] when the shop may not ask
    /// for money, [`BillError::Store`].
    pub async fn create(&self, scope: &Scope, new: NewBill) -> Result<Bill, BillError> {
        let now = self.clock.now();
        scope.may_ask_for_money(now).map_err(PaymentError::from)?;
        let expires_at = new.expires_at.unwrap_or_else(|| now.after(EXPIRES_AFTER));
        if expires_at < now.after(EXPIRES_AFTER_MIN) || expires_at > now.after(EXPIRES_AFTER_MAX) {
            return Err(BillError::Expiry);
        }
        let bill = Bill {
            id: BillId::new(now),
            merchant_id: scope.merchant.id,
            mode: scope.mode,
            order_ref: new.order_ref,
            amount: new.amount,
            description: new.description,
            email: new.email,
            language: new.language,
            return_url: new.return_url,
            state: BillState::Open,
            told: BillState::Open,
            payment_id: None,
            created_at: now,
            updated_at: now,
            expires_at,
        };
        self.store
            .write(async |tx| {
                let whose = (bill.merchant_id, bill.mode);
                let currency = bill.amount.currency();
                if !self.payments.takes(tx, whose, currency).await? {
                    return Err(BillError::CurrencyNotAccepted(currency));
                }
                if payment_rows::by_order_ref(tx.conn(), whose, bill.order_ref.as_str()).await?.is_some() {
                    return Err(BillError::OrderRefTaken);
                }
                rows::insert(tx, &bill).await?;
                events::insert(tx, &[bill_event(&bill, &scope.merchant.name, now)]).await?;
                Ok(())
            })
            .await
            .map_err(|error| match error {
                BillError::Store(error) if error.violates(Constraint::BillOrderRef) => BillError::OrderRefTaken,
                other => other,
            })?;
        Ok(bill)
    }

    /// A merchant's bill.
    ///
    /// # Errors
    ///
    /// [`BillError::NotFound`] also for other merchants' bills.
    pub async fn get(&self, scope: &Scope, id: BillId) -> Result<Bill, BillError> {
        let bill = rows::by_id(self.store.reader(), id).await?;
        let theirs = |bill: &Bill| bill.merchant_id == scope.merchant.id && bill.mode == scope.mode;
        bill.filter(theirs).ok_or(BillError::NotFound(id))
    }

    /// A merchant's bills, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(
        &self,
        scope: &Scope,
        state: Option<BillState>,
        before: Option<BillId>,
        limit: u64,
    ) -> Result<Page<Bill>, StoreError> {
        let whose = (scope.merchant.id, scope.mode);
        Ok(Page::cut(rows::page(self.store.reader(), whose, state, before, limit + 1).await?, limit))
    }

    /// Takes a bill back, so that nobody can pay it. A second time changes nothing.
    ///
    /// # Errors
    ///
    /// [`BillError::NotFound`], [`BillError::NotOpen`], [`BillError::Payment`] while a payment of it is
    /// under way.
    pub async fn cancel(&self, scope: &Scope, id: BillId) -> Result<Bill, BillError> {
        let bill = self.get(scope, id).await?;
        match bill.state {
            BillState::Cancelled => return Ok(bill),
            BillState::Open => {}
            BillState::Paid | BillState::Expired | BillState::Declined => return Err(BillError::NotOpen(bill.state)),
        }
        let payment = match bill.payment_id {
            Some(payment) => Some(payment),
            None => self.end(id, BillState::Cancelled).await?.payment_id,
        };
        if let Some(payment) = payment {
            self.payments.void(scope.clone(), payment, None).await?;
        }
        self.get(scope, id).await
    }

    /// Ends a bill that nobody began to pay; one that somebody did is left as it is.
    async fn end(&self, id: BillId, state: BillState) -> Result<Bill, BillError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let mut bill = rows::lock(tx, id).await?.ok_or(BillError::NotFound(id))?;
                if bill.payment_id.is_none() && bill.state == BillState::Open {
                    bill.state = state;
                    bill.updated_at = now;
                    rows::update(tx, &bill).await?;
                }
                Ok(bill)
            })
            .await
    }

    /// The bill behind a link. `None` when the secret is not ours.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn behind(&self, secret: &str) -> Result<Option<OpenBill>, StoreError> {
        let Some(id) = self.keyring.verify_bill_secret(secret) else { return Ok(None) };
        let Some(bill) = rows::by_id(self.store.reader(), id).await? else { return Ok(None) };
        let merchant = merchants::by_id(self.store.reader(), bill.merchant_id).await?;
        let mode = bill.mode;
        Ok(merchant.map(|merchant| OpenBill { bill, scope: Scope { merchant, mode, key_id: None } }))
    }

    /// The payment of a bill that somebody is about to pay: made now, or before by whoever was quicker.
    ///
    /// # Errors
    ///
    /// [`BillError::NotOpen`], [`BillError::OrderRefTaken`], [`BillError::CurrencyNotAccepted`].
    pub async fn payment(&self, open: &OpenBill) -> Result<PaymentId, BillError> {
        let (now, scope) = (self.clock.now(), &open.scope);
        self.store
            .write(async |tx| {
                let id = open.bill.id;
                let bill = rows::lock(tx, id).await?.ok_or(BillError::NotFound(id))?;
                if let Some(payment) = bill.payment_id {
                    return Ok(payment);
                }
                if !bill.may_be_paid(now) {
                    return Err(BillError::NotOpen(bill.state));
                }
                let payment_id = PaymentId::new(now);
                let mut payment = self.payments.draft(tx, payment_id, scope, &as_payment(&bill), now).await?;
                payment.expires_at = bill.expires_at;
                payment.bill = Some(bill.id);
                let shop = &scope.merchant.name;
                let created = payment_event(EventType::PaymentCreated, &mut payment, None, shop, now);
                payment_rows::insert(tx, &payment).await.map_err(PaymentError::Store).map_err(name_the_taken)?;
                events::insert(tx, &[created]).await?;
                rows::update(tx, &Bill { payment_id: Some(payment_id), updated_at: now, ..bill }).await?;
                Ok(payment_id)
            })
            .await
    }

    /// Ends bills that nobody paid in time, and tells merchants where their bills stand. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one bill is logged and tried again.
    pub async fn look_after(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let due = rows::overdue(self.store.reader(), now, ROUND_MAX).await?;
        for id in &due {
            if let Err(error) = self.end(*id, BillState::Expired).await {
                tracing::error!(bill = %id, error = %chain(&error), "a bill was not ended");
            }
        }
        let untold = rows::untold(self.store.reader(), ROUND_MAX).await?;
        for id in &untold {
            if let Err(error) = self.tell(*id, now).await {
                tracing::error!(bill = %id, error = %chain(&error), "nobody was told of a bill");
            }
        }
        Ok(due.len() + untold.len())
    }

    async fn tell(&self, id: BillId, now: Timestamp) -> Result<(), StoreError> {
        self.store
            .write(async |tx| {
                let bill = rows::lock(tx, id).await?.filter(|bill| bill.told != bill.state);
                let Some(bill) = bill else { return Ok(()) };
                let shop = merchants::name(tx.conn(), bill.merchant_id).await?;
                events::insert(tx, &[bill_event(&bill, &shop, now)]).await?;
                rows::update(tx, &Bill { told: bill.state, ..bill }).await?;
                Ok(())
            })
            .await
    }
}

fn as_payment(bill: &Bill) -> NewPayment {
    NewPayment {
        order_ref: bill.order_ref.clone(),
        amount: bill.amount,
        capture: CaptureMode::Auto,
        description: bill.description.clone(),
        metadata: Metadata::default(),
        customer: Customer { email: bill.email.clone(), language: bill.language, ip: None },
        return_url: bill.return_url.clone(),
    }
}
