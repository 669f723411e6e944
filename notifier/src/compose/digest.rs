//! What happened at a merchant, for one of its members: sums first, then the lines that matter most.

use aviso_core::event::EventType;
use aviso_core::merchant::digest::Digest;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};
use crate::clean;

/// The longest reference or id that is shown.
const ABOUT_GRAPHEMES_MAX: usize = 40;

pub(super) fn letter(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let digest = Digest::of(&source.job.event);
    let pace = match source.job.event.audience.fact("pace") {
        Some("hourly") => "shop-digest-hourly",
        Some("daily") => "shop-digest-daily",
        _ => "shop-digest",
    };
    let wrong = digest.lines.iter().any(|line| {
        matches!(line.kind, EventType::EndpointDisabled | EventType::EndpointFailing | EventType::DisputeOpened)
    });
    let tone = if wrong { Tone::Stopped } else { Tone::Plain };
    let mut draft = Draft::new(pace, tone).with("shop", source.shop()).row(source.row("label-shop", source.shop()));
    for ((kind, currency), sum) in &digest.sums {
        let Some(kind) = EventType::from_name(kind) else { continue };
        let shown = if currency.is_empty() {
            sum.count.to_string()
        } else {
            format!("{} ({})", source.money(sum.minor, currency)?, sum.count)
        };
        draft = draft.row(source.row(&label(kind), shown));
    }
    for line in &digest.lines {
        let about = clean::line(&line.about, ABOUT_GRAPHEMES_MAX).unwrap_or_else(|| "–".to_owned());
        let shown = if line.currency.is_empty() {
            about
        } else {
            format!("{} · {about}", source.money(line.minor, &line.currency)?)
        };
        draft = draft.row(source.row(&label(line.kind), shown));
    }
    Ok(draft.row(source.date_row()).button(source.button("button-cabinet", "/merchant")))
}

/// What a kind of event is called in a table.
fn label(kind: EventType) -> String {
    format!("digest-{}", kind.in_texts())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;
    use aviso_core::language::Language;
    use aviso_core::merchant::digest::Topic;

    #[test]
    fn everything_that_members_are_told_of_has_a_name() {
        for kind in EventType::ALL.iter().filter(|kind| Topic::of(**kind).is_some()) {
            for language in Language::ALL {
                assert_ne!(Words::of(language).say(&label(*kind)), label(*kind), "{language:?}");
            }
        }
    }
}
