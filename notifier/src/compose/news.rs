//! Letters that people asked for.

use super::draft::{Draft, Source, Tone};
use crate::clean;

const TITLE_GRAPHEMES_MAX: usize = 120;
const LINE_GRAPHEMES_MAX: usize = 500;
const LINES_MAX: usize = 24;

/// Paragraph by paragraph, so that no line of it can pass for a part of the letter.
pub(super) fn letter(source: &Source<'_>) -> Draft {
    let facts = &source.job.event.audience.facts;
    let fact = |key: &str| facts.get(key).map(String::as_str).unwrap_or_default();
    let title = clean::line(fact("title"), TITLE_GRAPHEMES_MAX).unwrap_or_else(|| source.words.say("shop-unknown"));
    let lines = fact("text").lines().filter_map(|line| clean::line(line, LINE_GRAPHEMES_MAX)).take(LINES_MAX);
    let text = lines.collect::<Vec<_>>().join("\n\n");
    let text = if text.is_empty() { title.clone() } else { text };
    Draft::new("news", Tone::Plain)
        .with("title", title)
        .with("text", text)
        .row(source.date_row())
        .button(source.account_button())
}
