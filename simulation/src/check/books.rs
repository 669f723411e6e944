//! The ledger against the payments and the banks: added up here from its entries alone.

use std::collections::BTreeMap;

use aviso_core::document::LedgerEntryDocument;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::operation::{Operation, OperationKind, OperationStatus};

use super::Checked;
use crate::bank::SimBank;
use crate::process::{FEE_BASIS_POINTS, FEE_FIXED};

/// Credits less debits by account, of the entries about one payment.
fn balances(details: &PaymentDetails, entries: &[LedgerEntryDocument]) -> BTreeMap<String, i64> {
    let id = details.payment.id.to_string();
    let mut sums = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.payment.as_ref() == Some(&id)) {
        *sums.entry(entry.debit.clone()).or_default() -= entry.amount;
        *sums.entry(entry.credit.clone()).or_default() += entry.amount;
    }
    sums
}

fn sum(balances: &BTreeMap<String, i64>, is: impl Fn(&str) -> bool) -> i64 {
    balances.iter().filter(|(account, _)| is(account)).map(|(_, balance)| balance).sum()
}

/// The books say of a payment what the payment says. `lost` is what disputes took for good.
pub(crate) fn of(details: &PaymentDetails, lost: i64, entries: &[LedgerEntryDocument], bank: &SimBank) -> Checked {
    let books = balances(details, entries);
    let now = &details.payment;
    let fees = fees(&details.operations);
    let (held, disputed) = (now.authorized() - now.captured(), now.disputed());
    let same = |what: &str, booked: i64, expected: i64| {
        if booked == expected {
            Ok(())
        } else {
            Err(format!("{booked} {what} by the books, {expected} by the payment"))
        }
    };
    same("held", sum(&books, |account| account.ends_with(":held")), held)?;
    same("paid as fees", sum(&books, |account| account == "fees"), fees)?;
    same("contested", sum(&books, |account| account.starts_with("chargeback:")), disputed - lost)?;
    let pending = now.captured() - now.refunded() - disputed - fees;
    same("due to the merchant", sum(&books, |account| account.ends_with(":pending")), pending)?;
    for hold in bank.holds(now.id).iter().filter(|hold| !hold.reversed) {
        let account = format!("acquirer:{}:receivable", hold.house.name());
        same("owed by the bank", -sum(&books, |name| name == account), hold.taken - hold.back - lost)?;
    }
    Ok(())
}

/// A part of each capture, rounded to the nearest, and so much once; never more than what was taken.
fn fees(operations: &[Operation]) -> i64 {
    let mut captures: Vec<&Operation> = operations
        .iter()
        .filter(|operation| operation.kind == OperationKind::Capture && operation.status == OperationStatus::Succeeded)
        .collect();
    // Which one was first decides only where the fixed part is due: with the first that was written down.
    captures.sort_by_key(|operation| (operation.updated_at, operation.trace));
    let fee = |(place, operation): (usize, &&Operation)| {
        let minor = operation.amount.minor();
        let part = (minor * i64::from(FEE_BASIS_POINTS) + 5_000) / 10_000;
        Ord::min(minor, part + if place == 0 { FEE_FIXED } else { 0 })
    };
    captures.iter().enumerate().map(fee).sum()
}
