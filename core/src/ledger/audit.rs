//! Checking the books: the chain, the balances, and the payments against both.

use std::fmt;

use uuid::Uuid;

use crate::id::{PaymentId, TransactionId};
use crate::ledger::seal::by_transaction;
use crate::ledger::{Ledger, seal_hash};
use crate::store::ledger::check::PaymentSums;
use crate::store::ledger::{check, seal as seals};
use crate::store::{StoreError, ledger as rows};

/// Rows read at once: the check needs no more memory for a long book than for a short one.
const PAGE: u64 = 500;
/// Faults of one sort that are listed; a book that is wrong everywhere need not be printed whole.
const FAULTS_MAX: usize = 100;

/// Something in the books that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The chain of seals breaks at this number: a transaction or seal was changed, taken out or put in.
    Chain {
        /// Counts from 1.
        number: i64,
        /// The transaction that is sealed there.
        transaction: TransactionId,
    },
    /// The chain does not end where the head says.
    Head {
        /// The number that the head says.
        number: i64,
    },
    /// A transaction is neither sealed nor waits for it.
    Unchained(TransactionId),
    /// A transaction is about a payment that is not there.
    NoPayment(TransactionId),
    /// A folded balance is not the sum of its entries.
    Balance {
        /// Test or live.
        mode: String,
        /// The currency.
        currency: String,
        /// The account.
        account: String,
        /// The balance less the sum; minor units.
        difference: i64,
    },
    /// The balances of a mode and currency do not sum to zero.
    Unbalanced {
        /// Test or live.
        mode: String,
        /// The currency.
        currency: String,
        /// What they sum to; minor units.
        total: i64,
    },
    /// A payment's amount is not what its entries say.
    Payment {
        /// The payment.
        payment: PaymentId,
        /// `held`, `captured`, `refunded` or `disputed`.
        what: &'static str,
        /// What the payment says; minor units.
        payment_says: i64,
        /// What the ledger says; minor units.
        ledger_says: i64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain { number, transaction } => {
                write!(f, "the chain breaks at number {number} ({transaction})")
            }
            Self::Head { number } => write!(f, "the chain does not end at number {number}, as its head says"),
            Self::Unchained(transaction) => write!(f, "{transaction} is neither sealed nor waits for it"),
            Self::NoPayment(transaction) => write!(f, "{transaction} is about a payment that is not there"),
            Self::Balance { mode, currency, account, difference } => {
                write!(f, "the balance of {account} ({mode}, {currency}) differs from its entries by {difference}")
            }
            Self::Unbalanced { mode, currency, total } => {
                write!(f, "the balances of {mode} {currency} sum to {total}, not to 0")
            }
            Self::Payment { payment, what, payment_says, ledger_says } => {
                write!(f, "{payment}: {what} {payment_says} by the payment, {ledger_says} by the ledger")
            }
        }
    }
}

/// What a check of the books found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Sealed transactions.
    pub sealed: i64,
    /// The hash of the newest seal. Whoever keeps it elsewhere notices when the chain is made anew.
    pub head: String,
    /// Transactions that wait to be sealed: there is no tamper evidence for them yet.
    pub unsealed: u64,
    /// Payments that were compared.
    pub payments: u64,
    /// What is wrong, at most a hundred of each sort.
    pub faults: Vec<Fault>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Ledger {
    /// Checks everything: the chain from its start, every balance, every payment. Reads only; the hub may
    /// run meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; a fault in the books is not an error but in the report.
    pub async fn audit(&self) -> Result<Report, StoreError> {
        let mut report = Report::default();
        self.check_chain(&mut report).await?;
        self.check_balances(&mut report).await?;
        self.check_payments(&mut report).await?;
        Ok(report)
    }

    async fn check_chain(&self, report: &mut Report) -> Result<(), StoreError> {
        let conn = self.store.reader();
        let head = seals::head(conn).await?;
        let (mut number, mut previous, mut at_head) = (0, String::new(), head.number == 0);
        let mut broken = 0;
        loop {
            let page = seals::after(conn, number, PAGE).await?;
            if page.is_empty() {
                break;
            }
            let ids: Vec<Uuid> = page.iter().map(|seal| seal.transaction).collect();
            let found = by_transaction(rows::of_transactions(conn, &ids).await?);
            for seal in page {
                let entries = found.get(&seal.transaction).map_or(&[][..], Vec::as_slice);
                let fits = seal.number == number + 1 && seal.hash == seal_hash(seal.number, &previous, entries);
                if (!fits || entries.is_empty()) && broken < FAULTS_MAX {
                    broken += 1;
                    let transaction = TransactionId::from_uuid(seal.transaction);
                    report.faults.push(Fault::Chain { number: seal.number, transaction });
                }
                at_head |= seal.number == head.number && seal.hash == head.hash;
                (number, previous) = (seal.number, seal.hash);
            }
        }
        if !at_head {
            report.faults.push(Fault::Head { number: head.number });
        }
        (report.sealed, report.head) = (number, previous);
        report.unsealed = seals::count_queued(conn).await?;
        let lost = check::unchained(conn, FAULTS_MAX as i64).await?;
        report.faults.extend(lost.into_iter().map(|id| Fault::Unchained(TransactionId::from_uuid(id))));
        Ok(())
    }

    async fn check_balances(&self, report: &mut Report) -> Result<(), StoreError> {
        let conn = self.store.reader();
        for one in check::balance_differences(conn, FAULTS_MAX as i64).await? {
            let check::BalanceDifference { mode, currency, account, difference } = one;
            report.faults.push(Fault::Balance { mode, currency, account, difference });
        }
        for check::Total { mode, currency, total } in check::totals(conn).await? {
            if total != 0 {
                report.faults.push(Fault::Unbalanced { mode, currency, total });
            }
        }
        Ok(())
    }

    async fn check_payments(&self, report: &mut Report) -> Result<(), StoreError> {
        let conn = self.store.reader();
        let (mut after, mut wrong) = (Uuid::nil(), 0);
        loop {
            let page = check::payment_sums(conn, after, PAGE as i64).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            report.payments += page.len() as u64;
            for fault in page.iter().flat_map(differences) {
                if wrong < FAULTS_MAX {
                    wrong += 1;
                    report.faults.push(fault);
                }
            }
        }
        let lost = check::without_payment(conn, FAULTS_MAX as i64).await?;
        report.faults.extend(lost.into_iter().map(|id| Fault::NoPayment(TransactionId::from_uuid(id))));
        Ok(())
    }
}

fn differences(sums: &PaymentSums) -> impl Iterator<Item = Fault> {
    let payment = PaymentId::from_uuid(sums.id);
    let pairs = [
        ("held", sums.held, sums.posted_held),
        ("captured", sums.captured, sums.posted_captured),
        ("refunded", sums.refunded, sums.posted_refunded),
        ("disputed", sums.disputed, sums.posted_disputed),
    ];
    let differ = pairs.into_iter().filter(|(_, payment_says, ledger_says)| payment_says != ledger_says);
    differ.map(move |(what, payment_says, ledger_says)| Fault::Payment { payment, what, payment_says, ledger_says })
}
