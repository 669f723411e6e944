//! The ledger: where every amount came from and where it went.
//!
//! An [`Entry`] is a transfer: it takes an amount from one account (the debit) and gives it to another
//! (the credit), so it sums to zero by its shape. Entries that belong together form a transaction
//! (`ltx_…`), written in the same unit of work as what caused it. Nobody changes an entry: a correction
//! is another transaction. Writing locks nothing; the [`Ledger::seal`] that follows numbers transactions,
//! chains them by hashes, and folds balances.
//!
//! The balance of an account is its credits less its debits: what the hub owes to whom the account
//! stands for. Accounts of what others owe to the hub (receivables, cash) are therefore below zero.

pub mod account;
mod audit;
mod balance;
pub mod fee;
mod payout;
pub(crate) mod posting;
mod seal;
mod service;
mod settle;

use std::fmt;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::id::{MerchantId, OperationId, PaymentId, TransactionId};
use crate::ledger::account::Account;
use crate::merchant::Mode;
use crate::money::Currency;
use crate::named::named;
use crate::secret::sha256_hex;
use crate::store::{StoreError, Tx, ledger as rows};

pub use audit::{Fault, Report};
pub use balance::{AccountBalance, MerchantBalance};
pub use payout::{Amount, NewPayout, Payout};
pub use service::{EntryFilter, Ledger, LedgerError};
pub use settle::Settled;

named! {
    /// Why a transaction was posted.
    pub enum EntryKind {
        /// How a payment stood that is older than the ledger.
        Opening = "opening",
        /// The bank reserved money.
        Authorization = "authorization",
        /// Money was taken; its fee goes with it.
        Capture = "capture",
        /// Reserved money was released.
        Release = "release",
        /// Taken money went back to the buyer.
        Refund = "refund",
        /// Taken money is held because its buyer disputes it.
        DisputeOpened = "dispute_opened",
        /// Held money goes back to the merchant.
        DisputeWon = "dispute_won",
        /// Held money goes to the issuer.
        DisputeLost = "dispute_lost",
        /// Acquirers paid: taken money becomes available.
        Settlement = "settlement",
        /// Available money was paid out.
        Payout = "payout",
    }
}

/// One transfer of a transaction that is about to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The account that gives.
    pub debit: Account,
    /// The account that receives.
    pub credit: Account,
    /// How much, in minor units, above 0.
    pub minor: i64,
}

/// A transaction that is about to be posted. All of it is of one merchant and in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// Why.
    pub kind: EntryKind,
    /// Test or live.
    pub mode: Mode,
    /// Whose money it is.
    pub merchant_id: MerchantId,
    /// The currency of all of it.
    pub currency: Currency,
    /// The payment that it is about.
    pub payment_id: Option<PaymentId>,
    /// The message to the bank that caused it.
    pub operation_id: Option<OperationId>,
    /// What else it is about: a refund, a payout, a dispute.
    pub subject: Option<String>,
    /// The transfers, in order.
    pub transfers: Vec<Transfer>,
    /// When.
    pub created_at: Timestamp,
}

/// An entry as it stands in the book. Its texts are not interpreted, so that a tampered one can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The transaction and the line in it.
    pub id: EntryId,
    /// [`EntryKind`].
    pub kind: String,
    /// Test or live.
    pub mode: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The account that gives.
    pub debit: String,
    /// The account that receives.
    pub credit: String,
    /// Minor units.
    pub amount: i64,
    /// Whose money it is.
    pub merchant_id: MerchantId,
    /// The payment that it is about.
    pub payment_id: Option<PaymentId>,
    /// The message to the bank that caused it.
    pub operation_id: Option<OperationId>,
    /// What else it is about.
    pub subject: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// The name of an entry: `ltx_…-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The transaction.
    pub transaction: TransactionId,
    /// Counts from 1.
    pub line: i32,
}

/// A text is not the name of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of an entry, like ltx_01jd8x4w3nf8a9v2m6k7q5t0yz-1")]
pub struct EntryIdError;

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.transaction, self.line)
    }
}

impl FromStr for EntryId {
    type Err = EntryIdError;

    fn from_str(text: &str) -> Result<Self, EntryIdError> {
        let (transaction, line) = text.split_once('-').ok_or(EntryIdError)?;
        let transaction = transaction.parse().map_err(|_| EntryIdError)?;
        let line = line.parse().ok().filter(|line| *line > 0).ok_or(EntryIdError)?;
        Ok(Self { transaction, line })
    }
}

/// Writes a transaction, in the unit of work of what caused it. One statement, no lock.
///
/// # Errors
///
/// [`StoreError`].
pub(crate) async fn post(tx: &Tx, transaction: &Transaction) -> Result<(), StoreError> {
    if transaction.transfers.is_empty() {
        return Ok(());
    }
    rows::insert(tx, transaction).await
}

/// The hash that seals a transaction: SHA-256 over its number, the hash before it, and every entry.
pub(crate) fn seal_hash(number: i64, previous: &str, entries: &[Entry]) -> String {
    // Lengths in front, so that moving a character from one field to the next changes the hash.
    let mut text = String::new();
    let mut push = |field: &str| text.push_str(&format!("{}:{field};", field.len()));
    push(&number.to_string());
    push(previous);
    for entry in entries {
        push(&entry.id.to_string());
        push(&entry.kind);
        push(&entry.mode);
        push(&entry.currency);
        push(&entry.debit);
        push(&entry.credit);
        push(&entry.amount.to_string());
        push(&entry.merchant_id.to_string());
        push(&entry.payment_id.map(|id| id.to_string()).unwrap_or_default());
        push(&entry.operation_id.map(|id| id.to_string()).unwrap_or_default());
        push(entry.subject.as_deref().unwrap_or_default());
        push(&entry.created_at.as_micros().to_string());
    }
    sha256_hex(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_names_read_back() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::from_name(kind.as_str()), Some(*kind));
        }
        let id = EntryId { transaction: TransactionId::new(Timestamp::from_micros(7)), line: 12 };
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "-", "ltx_-1", "pay_01h455vb4pex5vsknk084sn02q-1", "ltx_01h455vb4pex5vsknk084sn02q-0"] {
            assert_eq!(text.parse::<EntryId>(), Err(EntryIdError), "{text}");
        }
    }

    #[test]
    fn every_field_counts_in_the_seal() {
        let at = Timestamp::from_micros(7);
        let entry = Entry {
            id: EntryId { transaction: TransactionId::new(at), line: 1 },
            kind: "capture".into(),
            mode: "test".into(),
            currency: "EUR".into(),
            debit: "a".into(),
            credit: "bc".into(),
            amount: 5,
            merchant_id: MerchantId::new(at),
            payment_id: None,
            operation_id: None,
            subject: None,
            created_at: at,
        };
        let seal = |change: &dyn Fn(&mut Entry)| {
            let mut changed = entry.clone();
            change(&mut changed);
            seal_hash(1, "", &[changed])
        };
        let changes: [&dyn Fn(&mut Entry); 11] = [
            &|e| e.id.line = 2,
            &|e| e.kind = "refund".into(),
            &|e| e.mode = "live".into(),
            &|e| e.currency = "USD".into(),
            &|e| (e.debit, e.credit) = ("ab".into(), "c".into()),
            &|e| e.amount = 6,
            &|e| e.merchant_id = MerchantId::from_uuid(uuid::Uuid::nil()),
            &|e| e.payment_id = Some(PaymentId::new(at)),
            &|e| e.operation_id = Some(OperationId::new(at)),
            &|e| e.subject = Some("x".into()),
            &|e| e.created_at = Timestamp::from_micros(8),
        ];
        let whole = seal(&|_| {});
        for change in changes {
            assert_ne!(seal(change), whole);
        }
        assert_ne!(seal_hash(2, "", std::slice::from_ref(&entry)), whole);
        assert_ne!(seal_hash(1, "x", &[entry]), whole);
    }
}
