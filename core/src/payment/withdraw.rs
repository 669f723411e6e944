//! Taking back what was begun at a wallet, when a payment ends before its buyer acted.

use crate::clock::Timestamp;
use crate::id::OperationId;
use crate::payment::Payment;
use crate::payment::decline::DeclineCode;
use crate::payment::message::NewMessage;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::store::{StoreError, Tx, operation as operation_rows};

/// A reversal of an authorization, due at once.
pub(super) fn reversal_of(authorization: &Operation, message: NewMessage, now: Timestamp) -> Operation {
    Operation {
        id: message.id,
        original_id: Some(authorization.id),
        trace: message.trace,
        kind: OperationKind::Reversal,
        status: OperationStatus::Pending,
        acknowledged: false,
        inquiries: 0,
        next_inquiry_at: Some(now),
        escalated_at: None,
        fallback: None,
        created_at: now,
        updated_at: now,
        ..authorization.clone()
    }
}

/// Ends the authorization that still waits for the buyer, if there is one, and reverses it: the buyer may
/// approve it at the wallet at this very moment.
pub(super) async fn withdraw(
    tx: &Tx,
    payment: &Payment,
    code: DeclineCode,
    message: NewMessage,
    now: Timestamp,
) -> Result<(), StoreError> {
    let operations = operation_rows::of_payment(tx.conn(), payment).await?;
    let open = |operation: &Operation| operation.kind == OperationKind::Authorize && operation.status.is_open();
    let Some(mut waiting) = operations.into_iter().find(open) else { return Ok(()) };
    operation_rows::insert(tx, &reversal_of(&waiting, message, now)).await?;
    waiting.status = OperationStatus::Failed;
    waiting.decline = Some(code);
    waiting.next_inquiry_at = None;
    waiting.updated_at = now;
    operation_rows::update(tx, &waiting).await
}

/// Whether an authorization is being reversed, or was.
pub(super) async fn is_reversed(tx: &Tx, payment: &Payment, authorization: OperationId) -> Result<bool, StoreError> {
    let operations = operation_rows::of_payment(tx.conn(), payment).await?;
    Ok(operations.iter().any(|o| o.kind == OperationKind::Reversal && o.original_id == Some(authorization)))
}
