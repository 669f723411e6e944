//! Balances: of an account, and of a merchant as it sees them.

use std::collections::BTreeMap;

use crate::document::BalanceDocument;
use crate::id::MerchantId;
use crate::ledger::account::Account;
use crate::merchant::Mode;
use crate::money::Currency;

/// The balance of one account, as far as it is about one merchant's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBalance {
    /// Whose money it is about.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// The currency.
    pub currency: Currency,
    /// The account.
    pub account: Account,
    /// Credits less debits, minor units.
    pub minor: i64,
}

/// What a merchant has in one currency; minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MerchantBalance {
    /// The currency.
    pub currency: Currency,
    /// Reserved at buyers' banks and not taken.
    pub held: i64,
    /// Taken, not yet settled; below zero when more went back than came in.
    pub pending: i64,
    /// Settled, ready to be paid out.
    pub available: i64,
    /// Held because buyers dispute it.
    pub disputed: i64,
}

impl MerchantBalance {
    /// Sums up the accounts of one merchant and mode, a balance for each currency, in order of their codes.
    pub(crate) fn of(accounts: &[AccountBalance]) -> Vec<Self> {
        let mut found: BTreeMap<&'static str, Self> = BTreeMap::new();
        for AccountBalance { currency, account, minor, .. } in accounts {
            let none = Self { currency: *currency, held: 0, pending: 0, available: 0, disputed: 0 };
            let balance = found.entry(currency.code()).or_insert(none);
            match account {
                Account::Held(_) => balance.held += minor,
                Account::Pending(_) => balance.pending += minor,
                Account::Available(_) => balance.available += minor,
                Account::Chargeback(_) => balance.disputed += minor,
                Account::Receivable(_) | Account::Holds(_) | Account::Fees | Account::Cash => {}
            }
        }
        found.into_values().collect()
    }

    /// What the merchant owes: more went back than came in since the last settlement.
    pub(crate) const fn owed(&self) -> i64 {
        if self.pending < 0 { -self.pending } else { 0 }
    }

    /// What may be paid out now: what is available, less what the merchant owes.
    #[must_use]
    pub const fn payable(&self) -> i64 {
        let left = self.available - self.owed();
        if left > 0 { left } else { 0 }
    }
}

impl From<MerchantBalance> for BalanceDocument {
    fn from(balance: MerchantBalance) -> Self {
        Self {
            currency: balance.currency.code().to_owned(),
            held: balance.held,
            pending: balance.pending,
            available: balance.available,
            disputed: balance.disputed,
        }
    }
}
