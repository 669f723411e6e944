//! The registry of a merchant's day.

use aviso_core::report::RegistryFacts;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};

pub(super) fn letter(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let event = &source.job.event;
    let registry = RegistryFacts::of(event).ok_or(ComposeError::Missing { kind: event.kind, part: "day" })?;
    let id = if registry.sums.is_empty() { "report-registry-empty" } else { "report-registry" };
    let mut draft = Draft::new(id, Tone::Plain)
        .with("day", registry.day.to_string())
        .with("zone", registry.zone.name())
        .with("shop", source.shop());
    for (currency, (count, captured, refunded)) in &registry.sums {
        let taken = source.money(*captured, currency)?;
        draft = draft.row(source.row("label-turnover", format!("{taken} ({count})")));
        if *refunded > 0 {
            draft = draft.row(source.row("label-refund", source.money(*refunded, currency)?));
        }
    }
    Ok(draft)
}
