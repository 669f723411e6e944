//! The service for the ledger: fees, balances, entries.

use std::sync::Arc;

use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::document::{BalanceDocument, LedgerEntryDocument};
use crate::id::{MerchantId, PaymentId};
use crate::ledger::fee::{Fee, Fees};
use crate::ledger::{AccountBalance, Entry, EntryId, EntryKind, MerchantBalance};
use crate::merchant::Scope;
use crate::money::Currency;
use crate::payment::{Page, Payments};
use crate::store::{Store, StoreError, ledger as rows, merchant as merchants};

/// Why money of the ledger was not moved, or a fee not set.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// No such merchant.
    #[error("there is no merchant {0}")]
    NotFound(MerchantId),
    /// A part above all of it, or a fixed part below nothing.
    #[error("a fee has 0 to 10000 basis points and a fixed part from 0 minor units")]
    Fee,
    /// More than may be paid out.
    #[error("at most {payable} minor units of {currency} may be paid out now")]
    AmountTooLarge {
        /// What may be paid out; minor units.
        payable: i64,
        /// The currency.
        currency: Currency,
    },
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// What a list of entries is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct EntryFilter {
    /// Only those about this payment.
    pub payment: Option<PaymentId>,
    /// Only those of this kind.
    pub kind: Option<EntryKind>,
    /// Only those of this moment or later.
    pub created_from: Option<Timestamp>,
    /// Only those before this moment.
    pub created_before: Option<Timestamp>,
}

/// The service for the ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    fees: Fees,
}

impl Ledger {
    /// A service over this store. Fees that it changes count at once for these payments.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, payments: &Payments) -> Self {
        Self { store, clock, fees: payments.fees().clone() }
    }

    /// Sets what a merchant pays. Counts for what is taken from now on; other processes of the install
    /// learn of it within five seconds.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Fee`], [`LedgerError::NotFound`].
    pub async fn set_fee(&self, actor: Actor, fee: &Fee) -> Result<(), LedgerError> {
        if !(0..=10_000).contains(&fee.basis_points) || fee.fixed < 0 {
            return Err(LedgerError::Fee);
        }
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let merchant = merchants::by_id(tx.conn(), fee.merchant_id).await?;
                merchant.ok_or(LedgerError::NotFound(fee.merchant_id))?;
                rows::put_fee(tx, fee, now).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "fee.set",
                    subject: fee.merchant_id.to_string(),
                    before: String::new(),
                    after: format!(
                        "{} {} {}: {} basis points and {} minor units",
                        fee.mode.as_str(),
                        fee.currency,
                        fee.method,
                        fee.basis_points,
                        fee.fixed
                    ),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await?;
                Ok::<_, LedgerError>(())
            })
            .await?;
        self.fees.forget().await;
        Ok(())
    }

    /// Every balance at this moment, by merchant, mode, currency and account.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn balances(&self) -> Result<Vec<AccountBalance>, StoreError> {
        rows::balances(self.store.reader(), None).await
    }

    /// What a merchant has, in each currency.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn balance(&self, scope: &Scope) -> Result<Vec<BalanceDocument>, StoreError> {
        let world = (scope.merchant.id, scope.mode);
        let accounts = rows::balances(self.store.reader(), Some(world)).await?;
        Ok(MerchantBalance::of(&accounts).into_iter().map(BalanceDocument::from).collect())
    }

    /// A merchant's entries, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn entries(
        &self,
        scope: &Scope,
        filter: &EntryFilter,
        before: Option<EntryId>,
        limit: u64,
    ) -> Result<Page<LedgerEntryDocument>, StoreError> {
        let world = (scope.merchant.id, scope.mode);
        let entries = rows::page(self.store.reader(), world, filter, before, limit + 1).await?;
        Ok(Page::cut(entries, limit).map(LedgerEntryDocument::from))
    }
}

impl From<Entry> for LedgerEntryDocument {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            transaction: entry.id.transaction.to_string(),
            kind: entry.kind,
            debit: entry.debit,
            credit: entry.credit,
            amount: entry.amount,
            currency: entry.currency,
            payment: entry.payment_id.map(|id| id.to_string()),
            subject: entry.subject,
            created_at: entry.created_at.to_string(),
        }
    }
}
