//! Which banks were asked: one for each message, the next one only after the one before certainly did
//! nothing, and no money anywhere that nobody is about to release.

use aviso_core::payment::PaymentDetails;
use aviso_core::payment::attempt::Attempt;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::{Operation, OperationKind, OperationStatus};

use super::Checked;
use crate::bank::{Hold, SimBank};

/// The authorizations of an attempt, first one first.
pub(super) fn authorizations<'a>(attempt: &Attempt, operations: &'a [Operation]) -> Vec<&'a Operation> {
    let theirs = operations.iter().filter(|o| o.kind == OperationKind::Authorize && o.attempt_id == attempt.id);
    let mut sent: Vec<_> = theirs.collect();
    // Two of them may be of the same moment.
    sent.sort_by_key(|operation| operation.trace);
    sent
}

/// Messages went to the bank that they name, and what stands at a bank is known.
pub(super) fn whereabouts(details: &PaymentDetails, stands: &[Hold], bank: &SimBank) -> Checked {
    for operation in &details.operations {
        let mut others = bank.who_heard(operation.id).into_iter().filter(|house| house.name() != operation.acquirer);
        if let Some(house) = others.next() {
            let (kind, named) = (operation.kind.as_str(), &operation.acquirer);
            return Err(format!("{kind} names the {named} bank, and the {} bank heard it", house.name()));
        }
    }
    for hold in stands {
        let house = hold.house.name();
        let Some(operation) = details.operations.iter().find(|operation| operation.id == hold.operation) else {
            return Err(format!("the {house} bank holds money for a message that is not written down"));
        };
        let undoes = |o: &&Operation| o.kind == OperationKind::Reversal && o.original_id == Some(operation.id);
        let undone = details.operations.iter().filter(undoes).any(|reversal| reversal.status.is_open());
        if operation.status == OperationStatus::Failed && !undone {
            return Err(format!("the {house} bank holds money by a message that failed, and nobody reverses it"));
        }
    }
    Ok(())
}

/// An attempt goes on to another bank only when the one before certainly did nothing, and asks one again
/// only after the buyer was authenticated.
pub(super) fn messages_of(attempt: &Attempt, operations: &[Operation]) -> Checked {
    let sent = authorizations(attempt, operations);
    for pair in sent.windows(2) {
        let [before, after] = pair else { continue };
        let may = match before.decline {
            Some(DeclineCode::BankUnavailable | DeclineCode::ProcessingError) => before.acquirer != after.acquirer,
            Some(DeclineCode::AuthenticationRequired) => attempt.authentication.is_some(),
            Some(_) | None => false,
        };
        if before.status != OperationStatus::Failed || !may {
            return Err(format!(
                "the {} bank was asked after the {} one, whose message is {} {:?}",
                after.acquirer,
                before.acquirer,
                before.status.as_str(),
                before.decline
            ));
        }
    }
    if sent.len() > 3 { Err(format!("{} messages of one attempt", sent.len())) } else { Ok(()) }
}
