//! What a change of a payment means for the ledger: a pure function of how it was and how it is.

use crate::clock::Timestamp;
use crate::id::TransactionId;
use crate::ledger::account::Account;
use crate::ledger::fee::FeeTable;
use crate::ledger::{EntryKind, Transaction, Transfer};
use crate::payment::Payment;
use crate::payment::attempt::Method;
use crate::payment::operation::Operation;

/// A payment before and after one message to the bank had its effect.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) before: &'a Payment,
    pub(crate) after: &'a Payment,
    pub(crate) operation: &'a Operation,
    pub(crate) method: &'a Method,
}

/// The transaction that books a change; `None` when no money moved.
///
/// Reserved money is held; taking it releases the hold and is owed by the acquirer; what went back is
/// owed less. The fee goes with what is taken and stays when it goes back.
pub(crate) fn of_change(change: &Change<'_>, fees: &FeeTable, now: Timestamp) -> Option<Transaction> {
    let Change { before, after, operation, method } = *change;
    let held = |payment: &Payment| payment.authorized() - payment.captured();
    let more_held = held(after) - held(before);
    let taken = after.captured() - before.captured();
    let returned = after.refunded() - before.refunded();
    let merchant = after.merchant_id;
    let acquirer = || operation.acquirer.clone();
    let (pending, receivable) = (Account::Pending(merchant), Account::Receivable(acquirer()));
    let mut transfers = Vec::new();
    let mut add = |debit: &Account, credit: &Account, minor: i64| {
        if minor > 0 {
            transfers.push(Transfer { debit: debit.clone(), credit: credit.clone(), minor });
        }
    };
    add(&Account::Holds(acquirer()), &Account::Held(merchant), more_held);
    add(&Account::Held(merchant), &Account::Holds(acquirer()), -more_held);
    add(&receivable, &pending, taken);
    if taken > 0
        && let Some(fee) = fees.find(merchant, after.mode, after.currency(), method)
    {
        add(&pending, &Account::Fees, fee.of(taken, before.captured() == 0));
    }
    add(&pending, &receivable, returned);
    let kind = match (returned > 0, taken > 0, more_held > 0) {
        (true, _, _) => EntryKind::Refund,
        (false, true, _) => EntryKind::Capture,
        (false, false, true) => EntryKind::Authorization,
        (false, false, false) => EntryKind::Release,
    };
    (!transfers.is_empty()).then(|| Transaction {
        id: TransactionId::new(now),
        kind,
        mode: after.mode,
        merchant_id: merchant,
        currency: after.currency(),
        payment_id: Some(after.id),
        operation_id: Some(operation.id),
        subject: operation.refund_id.map(|id| id.to_string()),
        transfers,
        created_at: now,
    })
}
