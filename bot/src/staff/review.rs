//! Payments that wait for staff: the queue, one card, and the decision.

use aviso_core::audit::Actor;
use aviso_core::id::{PaymentId, ReviewId};
use aviso_core::payment::{OpenReview, PaymentError, ReviewDecision, document_of};

use super::Shift;
use crate::callback::Press;
use crate::clean;
use crate::notice::{closed_card, review_card, status_name, test_mark};
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::services::BotServices;
use crate::words::Args;

/// Reviews in the queue's message.
const QUEUE_MAX: u64 = 8;
/// Reviews among which one is looked for.
const OPEN_MAX: u64 = 1_000;

/// `/review`: the most urgent ones, each with a button.
pub(super) async fn queue(shift: &Shift<'_>, pressed: Option<&Pressed>) -> Handling {
    let words = shift.words;
    let payments = &shift.services().payments;
    let (_, count) = payments.backlog().await?;
    let open = payments.open_reviews(QUEUE_MAX).await?;
    shift.note("review.look", "queue", &format!("{count} open")).await?;
    let screen = if open.is_empty() {
        Screen::text(words.say("staff-review-empty"))
    } else {
        let mut html = words.tell("staff-review-title", &Args::new().with("count", count.to_string()));
        let mut keys = Vec::new();
        for review in &open {
            let (line, key) = entry(shift, review).await?;
            html.push_str("\n\n");
            html.push_str(&line);
            keys.push(key);
        }
        keys.into_iter().fold(Screen::text(html), |screen, key| screen.row([key]))
    };
    match pressed {
        Some(pressed) => shift.replace(pressed, &screen).await,
        None => shift.say(&screen).await,
    }
}

async fn entry(shift: &Shift<'_>, review: &OpenReview) -> Result<(String, Key), HandlingError> {
    let words = shift.words;
    let details = shift.services().payments.details(review.payment_id).await?;
    let amount = details.payment.amount.format(words.language());
    let args = Args::new()
        .with("amount", &amount)
        .with("shop", clean::name(&details.shop))
        .with("reasons", reasons_of(review))
        .with_html("test", test_mark(details.payment.mode.as_str(), words));
    let due = words.tell("staff-review-due", &Args::new().with("at", words.moment(review.due_at)));
    let line = format!("{}\n{due}", words.tell("staff-review-line", &args));
    let label = format!("{amount} · {}", details.payment.reference);
    Ok((line, Key::press(label, Press::Review(review.id))))
}

fn reasons_of(review: &OpenReview) -> String {
    clean::line(&review.reasons.join(", "), 150).unwrap_or_else(|| "–".to_owned())
}

/// The card of one review.
pub(super) async fn show(shift: &Shift<'_>, pressed: &Pressed, id: ReviewId) -> Result<Option<String>, HandlingError> {
    let open = shift.services().payments.open_reviews(OPEN_MAX).await?;
    let Some(review) = open.into_iter().find(|review| review.id == id) else {
        return Ok(Some(shift.words.say("staff-review-late")));
    };
    shift.note_look("payment.look", review.payment_id).await?;
    let details = shift.services().payments.details(review.payment_id).await?;
    let document = document_of(&details.payment, details.attempts.last());
    let screen = review_card(&document, &details.shop, &reasons_of(&review), id, shift.words);
    let screen = screen.row([Key::press(shift.words.say("key-queue"), Press::Reviews)]);
    shift.replace(pressed, &screen).await?;
    Ok(None)
}

/// *Approve*.
pub(super) async fn approve(
    shift: &Shift<'_>,
    pressed: &Pressed,
    id: ReviewId,
) -> Result<Option<String>, HandlingError> {
    decide(shift, pressed, id, ReviewDecision::Approve).await
}

/// *Reject*.
pub(super) async fn reject(
    shift: &Shift<'_>,
    pressed: &Pressed,
    id: ReviewId,
) -> Result<Option<String>, HandlingError> {
    decide(shift, pressed, id, ReviewDecision::Reject).await
}

async fn decide(
    shift: &Shift<'_>,
    pressed: &Pressed,
    id: ReviewId,
    decision: ReviewDecision,
) -> Result<Option<String>, HandlingError> {
    let words = shift.words;
    let payments = &shift.services().payments;
    let document = match payments.decide_review(shift.actor(), id, decision).await {
        Ok(document) => document,
        Err(PaymentError::ReviewNotOpen(_)) => return Ok(Some(words.say("staff-review-late"))),
        Err(PaymentError::IllegalMove(_) | PaymentError::OperationInProgress) => {
            return Ok(Some(words.say("staff-unavailable")));
        }
        Err(error) => return Err(error.into()),
    };
    let Some(payment) = document.payment else { return Ok(None) };
    let shop = match payment.id.parse::<PaymentId>() {
        Ok(id) => payments.details(id).await?.shop,
        Err(_) => String::new(),
    };
    let mut screen = closed_card(&payment, &shop, decision.as_str(), Some(&shift.member.name), words);
    screen.html.push('\n');
    let outcome = Args::new().with("status", status_name(&payment, words));
    screen.html.push_str(&words.tell("staff-review-outcome", &outcome));
    let screen = screen.row([Key::press(words.say("key-queue"), Press::Reviews)]);
    shift.replace(pressed, &screen).await?;
    Ok(None)
}

/// The name of who decided the latest review of a payment, from the audit log.
pub(crate) async fn decider(services: &BotServices, payment: &str) -> Option<String> {
    const ROWS: u64 = 20;
    let rows = services.audit.latest(Some(payment), ROWS).await.ok()?;
    let row = rows.into_iter().find(|row| row.action == "review.decide")?;
    let id: i64 = row.actor.strip_prefix("staff:")?.parse().ok()?;
    debug_assert_eq!(Actor::Staff(id).to_string(), row.actor);
    let member = services.accounts.staff(id).await.ok()??;
    Some(member.name)
}
