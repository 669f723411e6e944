//! Messages to the bank whose outcome is overdue: ask again, or write down what the bank says.

use aviso_core::id::OperationId;
use aviso_core::payment::operation::OperationStatus;
use aviso_core::payment::{PaymentError, Settlement};

use super::Shift;
use crate::clean;
use crate::command::StaffCommand;
use crate::notice::status_name;
use crate::router::{Handling, HandlingError};
use crate::screen::Screen;
use crate::words::Args;

/// The longest reason that is kept.
const REASON_MAX: usize = 200;

/// The button *Ask the bank again*. The card changes by itself when the outcome is known.
pub(super) async fn ask_again(shift: &Shift<'_>, id: OperationId) -> Result<Option<String>, HandlingError> {
    let words = shift.words;
    let text = match shift.services().payments.ask_again(shift.actor(), id).await {
        Ok(operation) => match operation.status {
            OperationStatus::Succeeded => "overdue-asked-succeeded",
            OperationStatus::Failed => "overdue-asked-failed",
            OperationStatus::Pending | OperationStatus::Unknown => "overdue-asked-unknown",
        },
        Err(PaymentError::OperationNotOpen(_)) => "overdue-known",
        Err(error) => return Err(error.into()),
    };
    Ok(Some(words.say(text)))
}

/// `/settle <op_…> <done|failed> <reason>`.
pub(super) async fn settle(shift: &Shift<'_>, text: &str) -> Handling {
    let mut parts = text.splitn(3, char::is_whitespace);
    let id = parts.next().and_then(|id| id.parse::<OperationId>().ok());
    let settlement = parts.next().and_then(Settlement::from_name);
    let reason = parts.next().and_then(|reason| clean::line(reason, REASON_MAX));
    let (Some(id), Some(settlement), Some(reason)) = (id, settlement, reason) else {
        return shift.usage(StaffCommand::Settle).await;
    };
    let words = shift.words;
    let document = match shift.services().payments.settle_by_hand(shift.actor(), id, settlement, reason).await {
        Ok(document) => document,
        Err(PaymentError::OperationNotOpen(_)) => return shift.say(&Screen::text(words.say("overdue-known"))).await,
        Err(error) => return Err(error.into()),
    };
    let status = document.payment.as_ref().map(|payment| status_name(payment, words)).unwrap_or_default();
    let args = Args::new().with("status", status).with("operation", id.to_string());
    shift.say(&Screen::text(words.tell("overdue-settled", &args))).await
}
