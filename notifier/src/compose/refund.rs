//! Letters to a buyer about a refund.

use super::ComposeError;
use super::draft::{Draft, Source, Tone};
use super::payment::identified;
use crate::clean;

/// The longest reason of a shop that is shown.
const REASON_GRAPHEMES_MAX: usize = 200;

pub(super) fn created(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "refund-created", Tone::Waiting)
}

pub(super) fn succeeded(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "refund-succeeded", Tone::Done)
}

pub(super) fn failed(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "refund-failed", Tone::Stopped)
}

fn letter(source: &Source<'_>, id: &'static str, tone: Tone) -> Result<Draft, ComposeError> {
    let refund = source.refund()?;
    let amount = source.money(refund.amount, &refund.currency)?;
    let mut draft = Draft::new(id, tone)
        .with("amount", &amount)
        .with("shop", source.shop())
        .row(source.row("label-shop", source.shop()))
        .row(source.row("label-refund", amount));
    draft = match &source.job.event.document.payment {
        Some(payment) => {
            let paid = source.money(payment.amount, &payment.currency)?;
            identified(draft.row(source.row("label-paid", paid)), source, payment)
        }
        None => draft.row(source.row("label-reference", &refund.payment)),
    };
    let reason = refund.reason.as_deref().and_then(|reason| clean::line(reason, REASON_GRAPHEMES_MAX));
    Ok(draft
        .row(reason.map(|reason| source.row("label-reason", reason)))
        .row(source.date_row())
        .button(source.account_button()))
}
