//! Looking for payments. Every search is in the audit log, those that find nothing too.

use aviso_core::account::email::mask;
use aviso_core::id::PaymentId;
use aviso_core::payment::{Payment, document_of};

use super::Shift;
use crate::callback::Press;
use crate::command::StaffCommand;
use crate::notice::{status_name, test_mark};
use crate::router::{Handling, HandlingError};
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// The longest query that is looked for.
const QUERY_CHARS_MAX: usize = 254;

/// `/find <text>`.
pub(super) async fn find(shift: &Shift<'_>, text: &str) -> Handling {
    if text.is_empty() {
        return shift.usage(StaffCommand::Find).await;
    }
    let found = search(shift, text).await?;
    let screen = hits(&found, text, shift.words);
    shift.say(&screen).await
}

/// Searches and writes it down. E-mails are masked in the log.
async fn search(shift: &Shift<'_>, text: &str) -> Result<Vec<Payment>, HandlingError> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(QUERY_CHARS_MAX).collect();
    let found = shift.services().payments.find(&text).await?;
    let shown = if text.contains('@') { mask(&text) } else { text };
    shift.note("payment.find", &shown, &format!("{} found", found.len())).await?;
    Ok(found)
}

fn hits(found: &[Payment], query: &str, words: &Words) -> Screen {
    let query = if query.contains('@') { mask(query) } else { query.chars().take(64).collect() };
    if found.is_empty() {
        return Screen::text(words.tell("staff-none", &Args::new().with("query", query)));
    }
    let args = Args::new().with("count", found.len().to_string()).with("query", query);
    let mut html = words.tell("find-title", &args);
    for payment in found {
        html.push('\n');
        html.push_str(&line(payment, words));
    }
    keys(found, words).into_iter().fold(Screen::text(html), |screen, key| screen.row([key]))
}

fn line(payment: &Payment, words: &Words) -> String {
    let args = Args::new()
        .with("amount", payment.amount.format(words.language()))
        .with("status", status_name(&document_of(payment, None), words))
        .with("email", payment.email.as_deref().map_or_else(|| words.say("card-none"), mask))
        .with("reference", payment.reference.to_string())
        .with_html("test", test_mark(payment.mode.as_str(), words));
    words.tell("find-line", &args)
}

fn keys(found: &[Payment], words: &Words) -> Vec<Key> {
    let label = |payment: &Payment| format!("{} · {}", payment.amount.format(words.language()), payment.reference);
    found.iter().map(|payment| Key::press(label(payment), Press::Card(payment.id))).collect()
}

/// The one payment that staff mean. Asks when there are several, says so when there is none; `None` then.
pub(super) async fn the_one(shift: &Shift<'_>, text: &str) -> Result<Option<PaymentId>, HandlingError> {
    let found = search(shift, text).await?;
    match found.as_slice() {
        [payment] => Ok(Some(payment.id)),
        [] => {
            shift.say(&hits(&found, text, shift.words)).await?;
            Ok(None)
        }
        [_, ..] => {
            let screen = Screen::text(shift.words.say("staff-several"));
            let screen = keys(&found, shift.words).into_iter().fold(screen, |screen, key| screen.row([key]));
            shift.say(&screen).await?;
            Ok(None)
        }
    }
}
