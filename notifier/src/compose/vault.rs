//! Letters to a buyer about saved cards and mandates.

use aviso_core::clock::Timestamp;
use aviso_core::event::EventType;
use aviso_core::vault::card::CardState;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};
use super::payment::card_row;

pub(super) fn letter(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let (document, kind) = (&source.job.event.document, source.job.event.kind);
    let saved = document.saved_card.as_ref().ok_or(ComposeError::Missing { kind, part: "saved_card" })?;
    let (id, tone) = match kind {
        EventType::CardSaved => ("card-saved", Tone::Done),
        EventType::CardExpiring => ("card-expiring", Tone::Waiting),
        EventType::MandateCreated => ("mandate-created", Tone::Done),
        EventType::MandateEnded => ("mandate-ended", Tone::Plain),
        _ if saved.state == CardState::Expired.as_str() => ("card-expired", Tone::Plain),
        _ => ("card-removed", Tone::Plain),
    };
    let draft = Draft::new(id, tone)
        .with("shop", source.shop())
        .with("last4", &saved.card.last4)
        .row(source.row("label-shop", source.shop()))
        .row(card_row(source, &saved.card))
        .row(source.date_row());
    let draft = draft.button(source.account_button());
    let Some(mandate) = &document.mandate else {
        return Ok(draft.with("until", format!("{:02}/{}", saved.card.exp_month, saved.card.exp_year)));
    };
    let ends_at = mandate.ends_at.parse::<Timestamp>().ok();
    Ok(draft
        .with("min", source.money(mandate.amount_min, &mandate.currency)?)
        .with("max", source.money(mandate.amount_max, &mandate.currency)?)
        .with("days", mandate.period_days.to_string())
        .with("until", ends_at.map(|at| source.words.moment(at)).unwrap_or_default()))
}
