//! The letter with the link of a bill.

use super::ComposeError;
use super::draft::{Draft, Source, Tone, written};
use crate::clean;

pub(super) fn created(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let kind = source.job.event.kind;
    let missing = ComposeError::Missing { kind, part: "bill" };
    let bill = source.job.event.document.bill.as_ref().ok_or_else(|| missing.clone())?;
    let id = bill.id.parse().map_err(|_| missing)?;
    let amount = source.money(bill.amount, &bill.currency)?;
    let until = written(&bill.expires_at).map(|at| source.words.moment(at)).unwrap_or_default();
    let what = bill.description.as_deref().and_then(clean::name);
    Ok(Draft::new("bill-created", Tone::Waiting)
        .with("shop", source.shop())
        .with("amount", &amount)
        .with("until", &until)
        .row(source.row("label-shop", source.shop()))
        .row(source.row("label-amount", amount))
        .row(what.map(|what| source.row("label-description", what)))
        .row(source.row("label-until", until))
        .button(source.bill_button("button-pay", id)))
}
