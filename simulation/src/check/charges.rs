//! Charges under a mandate: within what the buyer agreed to, and none after it stopped.

use std::collections::BTreeSet;
use std::time::Duration;

use aviso_core::clock::Timestamp;
use aviso_core::id::OperationId;
use aviso_core::money::Money;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::attempt::Attempt;
use aviso_core::payment::operation::{Operation, OperationKind, OperationStatus};

use super::{Checked, sent};
use crate::request::{CHARGE_DAYS, CHARGE_MAX, CHARGE_MIN};

/// How far the clock goes back in a run, at most: what happened before may be dated after.
const CLOCK_SLACK: Duration = Duration::from_secs(3_600);

/// A payment under a mandate that was sent to a bank: its first one, or a charge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge {
    amount: Money,
    by_merchant: bool,
    begun: Timestamp,
    approved: Option<Timestamp>,
}

impl Charge {
    /// `None` when no bank was asked.
    pub(crate) fn of(details: &PaymentDetails, attempt: &Attempt) -> Option<Self> {
        let sent = sent::authorizations(attempt, &details.operations);
        let approved = sent.iter().find(|operation| operation.status == OperationStatus::Succeeded);
        let amount = sent.first()?.amount;
        let (by_merchant, begun) = (attempt.vault.by_merchant, attempt.created_at);
        Some(Self { amount, by_merchant, begun, approved: approved.map(|operation| operation.updated_at) })
    }
}

/// Whether an attempt began to be paid after these messages were all that was sent.
pub(crate) fn is_sent_after(attempt: &Attempt, operations: &[Operation], before: &BTreeSet<OperationId>) -> bool {
    let theirs = |o: &&Operation| o.kind == OperationKind::Authorize && o.attempt_id == attempt.id;
    let mut sent = operations.iter().filter(theirs).peekable();
    // What was on its way may end, at the next bank, too.
    sent.peek().is_some() && !sent.any(|operation| before.contains(&operation.id))
}

/// All payments under one mandate are within what was agreed.
pub(crate) fn within(mut charges: Vec<Charge>) -> Checked {
    charges.sort_by_key(|charge| charge.begun);
    let first = charges.iter().find(|charge| !charge.by_merchant).map(|charge| charge.amount.currency());
    for charge in charges.iter().filter(|charge| charge.by_merchant) {
        let minor = charge.amount.minor();
        if !(CHARGE_MIN..=CHARGE_MAX).contains(&minor) {
            return Err(format!("{minor} were charged, {CHARGE_MIN} to {CHARGE_MAX} were agreed"));
        }
        if first.is_some_and(|currency| currency != charge.amount.currency()) {
            return Err(format!("a charge in {}, which was not agreed", charge.amount.currency()));
        }
    }
    let approved: Vec<&Charge> = charges.iter().filter(|charge| charge.approved.is_some()).collect();
    let period = Duration::from_secs(u64::from(CHARGE_DAYS) * 86_400).saturating_sub(CLOCK_SLACK);
    for pair in approved.windows(2) {
        let [before, after] = pair else { continue };
        if after.by_merchant && before.approved.is_some_and(|approved| after.begun < approved.after(period)) {
            return Err("two charges within one period".to_owned());
        }
    }
    Ok(())
}
