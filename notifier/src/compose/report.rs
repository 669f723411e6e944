//! The sum of a month, for who asked for it.

use aviso_core::preference::Report;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};

pub(super) fn letter(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let event = &source.job.event;
    let report = Report::of(event).ok_or(ComposeError::Missing { kind: event.kind, part: "month" })?;
    let mut draft = Draft::new("report-monthly", Tone::Plain).with("month", report.month.short());
    for (currency, sum) in &report.sums {
        let paid = source.money(sum.paid, currency)?;
        draft = draft.row(source.row("label-paid", format!("{paid} ({})", sum.count)));
        if sum.refunded > 0 {
            draft = draft.row(source.row("label-refund", source.money(sum.refunded, currency)?));
        }
    }
    Ok(draft.row(source.date_row()).button(source.account_button()))
}
