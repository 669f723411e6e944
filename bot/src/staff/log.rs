//! `/audit`: who did what, newest first.

use aviso_core::audit::AuditRow;
use aviso_core::id::Reference;

use super::Shift;
use crate::clean;
use crate::router::{Handling, HandlingError};
use crate::screen::Screen;
use crate::words::{Args, Words};

/// Rows shown.
const SHOWN_MAX: u64 = 12;
/// Characters of a field shown.
const FIELD_MAX: usize = 48;

/// `/audit [subject]`.
pub(super) async fn log(shift: &Shift<'_>, text: &str) -> Handling {
    let words = shift.words;
    let subject = subject_of(shift, text).await?;
    let rows = shift.services().audit.latest(subject.as_deref(), SHOWN_MAX).await?;
    shift.note("audit.look", subject.as_deref().unwrap_or("all"), "").await?;
    if rows.is_empty() {
        return shift.say(&Screen::text(words.say("audit-none"))).await;
    }
    let title = words.tell("audit-title", &Args::new().with("count", rows.len().to_string()));
    let lines = rows.iter().map(|row| line(row, words));
    let html = std::iter::once(title).chain(lines).collect::<Vec<_>>().join("\n\n");
    shift.say(&Screen::text(html)).await
}

/// Rows are about ids; people write references.
async fn subject_of(shift: &Shift<'_>, text: &str) -> Result<Option<String>, HandlingError> {
    if text.is_empty() {
        return Ok(None);
    }
    let text: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
    if text.parse::<Reference>().is_ok() {
        let found = shift.services().payments.find(&text).await?;
        return Ok(Some(found.first().map_or(text, |payment| payment.id.to_string())));
    }
    Ok(Some(text))
}

fn line(row: &AuditRow, words: &Words) -> String {
    let field = |text: &str| clean::line(text, FIELD_MAX).unwrap_or_default();
    let args = Args::new()
        .with("number", row.number.to_string())
        .with("at", row.at.to_datetime().format("%Y-%m-%d %H:%M:%S").to_string())
        .with("actor", field(&row.actor))
        .with("action", field(&row.action))
        .with("subject", field(&row.subject))
        .with("after", field(&row.after));
    words.tell("audit-line", &args)
}
