//! Settlement: acquirers paid for what was taken before a cut-off, so merchants may have it.
//!
//! It is net: what went back, and what merchants owe from before, is set off against what came in.

use std::collections::BTreeSet;

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::id::{MerchantId, TransactionId};
use crate::ledger::account::Account;
use crate::ledger::{self, AccountBalance, EntryKind, Ledger, LedgerError, MerchantBalance, Transaction, Transfer};
use crate::merchant::Mode;
use crate::money::Currency;
use crate::store::{Tx, ledger as rows};

/// What a settlement moved for one merchant in one currency; minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// The currency.
    pub currency: Currency,
    /// From pending to available; below zero when the merchant owed more than came in.
    pub moved: i64,
    /// What acquirers paid; below zero when they were paid.
    pub cash: i64,
}

impl Ledger {
    /// Settles what was taken before a moment, of one merchant or of all: the acquirers have paid it.
    /// Running it again for the same moment moves nothing more.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NotFound`]; the store's. What was settled before the error stays settled.
    pub async fn settle(
        &self,
        actor: &Actor,
        before: Timestamp,
        only: Option<MerchantId>,
    ) -> Result<Vec<Settled>, LedgerError> {
        let balances = rows::balances(self.store.reader(), None).await?;
        let worlds: BTreeSet<(MerchantId, &'static str)> = balances
            .iter()
            .filter(|balance| only.is_none_or(|only| only == balance.merchant_id))
            .map(|balance| (balance.merchant_id, balance.mode.as_str()))
            .collect();
        let mut settled = Vec::new();
        for (merchant, mode) in worlds {
            let Some(mode) = Mode::from_name(mode) else { continue };
            let now = self.clock.now();
            let cut_off = Cut { world: (merchant, mode), before, now };
            let part = self.store.write(async |tx| settle_one(tx, actor, &cut_off).await).await?;
            settled.extend(part);
        }
        Ok(settled)
    }
}

/// One merchant's world, and until when it is settled.
struct Cut {
    world: (MerchantId, Mode),
    before: Timestamp,
    now: Timestamp,
}

async fn settle_one(tx: &Tx, actor: &Actor, cut: &Cut) -> Result<Vec<Settled>, LedgerError> {
    let (merchant, mode) = cut.world;
    if !rows::payout::lock_merchant(tx, merchant).await? {
        return Err(LedgerError::NotFound(merchant));
    }
    let rows::Standing { now: standing, since: later } = rows::standing(tx.conn(), cut.world, cut.before).await?;
    let mut settled = Vec::new();
    for balance in MerchantBalance::of(&standing) {
        let (part, transfers) = moves(merchant, mode, &balance, &standing, &later);
        if transfers.is_empty() {
            continue;
        }
        let transaction = Transaction {
            id: TransactionId::new(cut.now),
            kind: EntryKind::Settlement,
            mode,
            merchant_id: merchant,
            currency: balance.currency,
            payment_id: None,
            operation_id: None,
            subject: Some(format!("before {}", cut.before)),
            transfers,
            created_at: cut.now,
        };
        ledger::post(tx, &transaction).await?;
        let row = audit::NewRow {
            actor: actor.clone(),
            action: "ledger.settle",
            subject: merchant.to_string(),
            before: format!("pending {}, available {} {}", balance.pending, balance.available, balance.currency),
            after: format!("moved {}, cash {} {}", part.moved, part.cash, balance.currency),
            reason: format!("{} before {}", mode.as_str(), cut.before),
        };
        audit::record(tx, &row, cut.now).await?;
        settled.push(part);
    }
    Ok(settled)
}

/// What to move in one currency: a pure function of the balances and of what moved after the cut-off.
fn moves(
    merchant: MerchantId,
    mode: Mode,
    balance: &MerchantBalance,
    standing: &[AccountBalance],
    later: &[AccountBalance],
) -> (Settled, Vec<Transfer>) {
    let of_currency = |balances: &[AccountBalance], account: &Account| -> i64 {
        let same = |b: &&AccountBalance| b.currency == balance.currency && b.account == *account;
        balances.iter().filter(same).map(|b| b.minor).sum()
    };
    let (pending, available) = (Account::Pending(merchant), Account::Available(merchant));
    let mut transfers = Vec::new();
    let mut add = |debit: &Account, credit: &Account, minor: i64| {
        if minor > 0 {
            transfers.push(Transfer { debit: debit.clone(), credit: credit.clone(), minor });
        }
    };
    // Not more than stands now: what went back after the cut-off is set off at once. A debt is paid
    // from what is available.
    let came_in = Ord::min(balance.pending - of_currency(later, &pending), balance.pending).max(0);
    let paid_back = Ord::min(balance.owed(), balance.available);
    add(&pending, &available, came_in);
    add(&available, &pending, paid_back);
    let mut cash = 0;
    for one in standing.iter().filter(|one| one.currency == balance.currency) {
        if let Account::Receivable(_) = one.account {
            let due = of_currency(later, &one.account) - one.minor;
            add(&Account::Cash, &one.account, due);
            add(&one.account, &Account::Cash, -due);
            cash += due;
        }
    }
    let moved = came_in - paid_back;
    (Settled { merchant_id: merchant, mode, currency: balance.currency, moved, cash }, transfers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merchant() -> MerchantId {
        MerchantId::from_uuid(uuid::Uuid::nil())
    }

    fn account(account: Account, minor: i64) -> AccountBalance {
        AccountBalance { merchant_id: merchant(), mode: Mode::Test, currency: "EUR".parse().unwrap(), account, minor }
    }

    /// What is moved and what is cash, given pending, available, the receivable, and what moved later on pending
    /// and receivable.
    fn settle(pending: i64, available: i64, receivable: i64, later: i64) -> (i64, i64) {
        let bank = || Account::Receivable("bank".into());
        let standing = [
            account(bank(), receivable),
            account(Account::Available(merchant()), available),
            account(Account::Pending(merchant()), pending),
        ];
        let later = [account(Account::Pending(merchant()), later), account(bank(), -later)];
        let balance = MerchantBalance::of(&standing)[0];
        let (settled, transfers) = moves(merchant(), Mode::Test, &balance, &standing, &later);
        assert!(transfers.iter().all(|transfer| transfer.minor > 0 && transfer.debit != transfer.credit));
        (settled.moved, settled.cash)
    }

    #[test]
    fn what_came_in_before_the_cut_off_is_moved() {
        assert_eq!(settle(100, 0, -100, 0), (100, 100));
        assert_eq!(settle(100, 7, -100, 40), (60, 60));
        assert_eq!(settle(40, 0, -40, 40), (0, 0));
    }

    #[test]
    fn what_went_back_after_the_cut_off_is_set_off_at_once() {
        assert_eq!(settle(30, 0, -30, -70), (30, 100));
        assert_eq!(settle(-20, 0, 20, -120), (0, 100));
    }

    #[test]
    fn a_debt_is_paid_from_what_is_available_and_no_further() {
        assert_eq!(settle(-50, 80, 50, 0), (-50, -50));
        assert_eq!(settle(-50, 30, 50, 0), (-30, -50));
    }
}
