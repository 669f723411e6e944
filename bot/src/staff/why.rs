//! `/why`: what antifraud saw and said, what the bank said, and what the buyer reads.

use aviso_core::account::email::mask;
use aviso_core::id::PaymentId;
use aviso_core::payment::operation::Operation;
use aviso_core::payment::{PaymentDetails, document_of};
use aviso_core::risk::Decision;

use super::{Shift, card::mask_ip, find};
use crate::callback::Press;
use crate::clean;
use crate::command::StaffCommand;
use crate::notice::{decline_reason, test_mark};
use crate::router::Handling;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// Decisions and messages shown; of more, the newest.
const SHOWN_MAX: usize = 5;
const FEATURES_MAX: usize = 16;

/// `/why <payment>`.
pub(super) async fn why(shift: &Shift<'_>, text: &str) -> Handling {
    if text.is_empty() {
        return shift.usage(StaffCommand::Why).await;
    }
    match find::the_one(shift, text).await? {
        Some(id) => show(shift, id).await,
        None => Ok(()),
    }
}

/// The button *Why*: a message of its own, so that the card stays.
pub(super) async fn show(shift: &Shift<'_>, id: PaymentId) -> Handling {
    shift.note_look("payment.why", id).await?;
    let details = shift.services().payments.details(id).await?;
    let decisions = shift.services().risk.decisions(id).await?;
    shift.say(&screen(&details, &decisions, shift.words)).await
}

fn screen(details: &PaymentDetails, decisions: &[Decision], words: &Words) -> Screen {
    let payment = &details.payment;
    let title = Args::new()
        .with("reference", payment.reference.to_string())
        .with_html("test", test_mark(payment.mode.as_str(), words));
    let mut lines = vec![words.tell("why-title", &title)];
    if decisions.is_empty() {
        lines.push(words.say("why-none"));
    }
    for decision in decisions.iter().skip(decisions.len().saturating_sub(SHOWN_MAX)) {
        lines.extend(decision_lines(decision, words));
    }
    let skipped = details.operations.len().saturating_sub(SHOWN_MAX);
    lines.extend(details.operations.iter().skip(skipped).map(|operation| bank_line(operation, words)));
    if let Some(decline) = &document_of(payment, details.attempts.last()).decline {
        let (why, advice) = decline_reason(decline, words);
        lines.push(words.tell("why-buyer", &Args::new().with_html("text", format!("{why} {advice}"))));
    }
    Screen::text(lines.join("\n")).row([Key::press(words.say("key-card"), Press::Card(payment.id))])
}

fn decision_lines(decision: &Decision, words: &Words) -> Vec<String> {
    let at = decision.created_at.to_datetime().format("%Y-%m-%d %H:%M:%S").to_string();
    let args = Args::new().with("at", at).with("verdict", decision.verdict.as_str());
    let mut lines = vec![words.tell("why-decision", &args)];
    match clean::line(&decision.reasons.join(", "), 200) {
        Some(reasons) => lines.push(words.tell("why-reasons", &Args::new().with("reasons", reasons))),
        None => lines.push(words.say("why-no-reasons")),
    }
    for (key, value) in decision.features.iter().take(FEATURES_MAX) {
        let value = match key.as_str() {
            "email" => mask(value),
            "ip" => mask_ip(value),
            _ => value.clone(),
        };
        let value = clean::line(&value, 64).unwrap_or_else(|| "–".to_owned());
        lines.push(words.tell("why-feature", &Args::new().with("key", key).with("value", value)));
    }
    lines
}

fn bank_line(operation: &Operation, words: &Words) -> String {
    let code = operation.decline.map(|code| format!(" ({})", code.as_str())).unwrap_or_default();
    let args = Args::new()
        .with("acquirer", &operation.acquirer)
        .with("kind", operation.kind.as_str())
        .with("status", operation.status.as_str())
        .with("code", code);
    words.tell("why-bank", &args)
}
