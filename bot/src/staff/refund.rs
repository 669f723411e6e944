//! Refunds in two steps: a summary with amounts, then a button that works once. The button is bound to
//! the person, the chat, and the payment's version: what changed meanwhile makes it stale.

use std::time::Duration;

use aviso_core::id::{ButtonId, PaymentId};
use aviso_core::money::{Money, format_minor};
use aviso_core::payment::text::Reason;
use aviso_core::payment::{Handled, PaymentDetails, PaymentError, document_of};
use aviso_core::refund::NewRefund;
use serde::{Deserialize, Serialize};

use super::{Shift, find};
use crate::callback::Press;
use crate::clean;
use crate::command::StaffCommand;
use crate::notice::{status_name, test_mark};
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::words::Args;

/// How long a summary may be confirmed.
const BUTTON_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// What the confirming button does.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Action {
    Refund { payment: PaymentId, version: i32, minor: i64, reason: Option<String> },
}

/// `/refund <payment> [amount] [reason]`: the summary.
pub(super) async fn ask(shift: &Shift<'_>, args: &str) -> Handling {
    let (wanted, rest) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    if wanted.is_empty() {
        return shift.usage(StaffCommand::Refund).await;
    }
    let Some(id) = find::the_one(shift, wanted).await? else { return Ok(()) };
    summarise(shift, id, rest.trim()).await
}

/// The button *Refund…*: the summary of all that is left.
pub(super) async fn ask_by_button(shift: &Shift<'_>, id: PaymentId) -> Handling {
    summarise(shift, id, "").await
}

async fn summarise(shift: &Shift<'_>, id: PaymentId, rest: &str) -> Handling {
    let words = shift.words;
    let details = shift.services().payments.details(id).await?;
    let (minor, reason) = match read_rest(shift, &details, rest) {
        Ok(read) => read,
        Err(screen) => return shift.say(&screen).await,
    };
    let payment = &details.payment;
    let amount = |minor| format_minor(minor, payment.currency(), words.language());
    let action = Action::Refund { payment: id, version: payment.version(), minor, reason: reason.clone() };
    let action = serde_json::to_string(&action).expect("an action is plain data");
    let memory = &shift.services().memory;
    let button = memory.make_button(shift.member.tg_user_id, shift.chat_id, &action, BUTTON_LIFETIME).await?;
    let last4 = details.attempts.last().map_or("–", |attempt| attempt.method.label());
    let args = Args::new()
        .with("amount", amount(minor))
        .with("shop", clean::name(&details.shop))
        .with("order", &payment.order_ref)
        .with("reference", payment.reference.to_string())
        .with("last4", last4)
        .with("captured", amount(payment.captured()))
        .with("refunded", amount(payment.refunded()))
        .with("left", amount(payment.refundable() - minor))
        .with("reason", reason.unwrap_or_else(|| words.say("card-none")))
        .with_html("test", test_mark(payment.mode.as_str(), words));
    let mut html = words.tell("refund-summary", &args);
    if rest.is_empty() {
        html.push('\n');
        html.push_str(&words.tell("refund-summary-part", &args));
    }
    let screen = Screen::text(html).row([
        Key::press(words.tell("key-confirm", &args), Press::Once(button)),
        Key::press(words.say("key-leave"), Press::Card(id)),
    ]);
    shift.say(&screen).await
}

/// Amount and reason as they were typed, or what is wrong with them.
fn read_rest(shift: &Shift<'_>, details: &PaymentDetails, rest: &str) -> Result<(i64, Option<String>), Screen> {
    let (words, payment) = (shift.words, &details.payment);
    let amount = |minor| format_minor(minor, payment.currency(), words.language());
    if payment.refundable() <= 0 {
        let args = Args::new()
            .with("captured", amount(payment.captured()))
            .with("refunded", amount(payment.refunded()))
            .with("pending", amount(payment.refund_pending()));
        return Err(Screen::text(words.tell("refund-nothing", &args)));
    }
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let is_amount = first.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | ','));
    let (minor, reason) = if is_amount {
        let wrong = |_| {
            let text: String = first.chars().take(32).collect();
            let args = Args::new().with("text", text).with("currency", payment.currency().code());
            Screen::text(words.tell("refund-amount-wrong", &args))
        };
        (Money::parse(first, payment.currency()).map_err(wrong)?.minor(), after.trim())
    } else {
        (payment.refundable(), rest)
    };
    if minor > payment.refundable() {
        let args = Args::new().with("available", amount(payment.refundable()));
        return Err(Screen::text(words.tell("refund-too-much", &args)));
    }
    if !reason.is_empty() && Reason::new(reason).is_err() {
        return Err(Screen::text(words.say("refund-reason-wrong")));
    }
    Ok((minor, (!reason.is_empty()).then(|| reason.to_owned())))
}

/// The button was pressed: the money goes back.
pub(super) async fn confirm(
    shift: &Shift<'_>,
    pressed: &Pressed,
    button: ButtonId,
) -> Result<Option<String>, HandlingError> {
    let words = shift.words;
    let found = shift.services().memory.press(button, shift.member.tg_user_id, shift.chat_id).await?;
    let action = found.and_then(|found| serde_json::from_str::<Action>(&found.action).ok());
    let Some(Action::Refund { payment, version, minor, reason }) = action else {
        return Ok(Some(words.say("staff-stale")));
    };
    // The bank may take longer than Telegram waits for this answer.
    shift.desk.api.answer(&pressed.query, None).await;
    let details = shift.services().payments.details(payment).await?;
    let amount = format_minor(minor, details.payment.currency(), words.language());
    let sending = words.tell("refund-sending", &Args::new().with("amount", &amount));
    if let Err(fault) = shift.replace(pressed, &Screen::text(sending)).await {
        tracing::warn!(%fault, "the summary of a refund was not changed");
    }
    let scope = shift.services().payments.scope_of(payment).await?;
    let new = NewRefund {
        payment_id: payment,
        minor: Some(minor),
        refund_ref: None,
        reason: reason.and_then(|text| Reason::new(text).ok()),
        seen_version: Some(version),
    };
    let outcome = shift.services().refunds.create(shift.actor(), scope, new, None).await;
    let html = result(shift, &details, &amount, outcome)?;
    let screen = Screen::text(html).row([Key::press(words.say("key-card"), Press::Card(payment))]);
    shift.replace(pressed, &screen).await?;
    Ok(None)
}

fn result(
    shift: &Shift<'_>,
    details: &PaymentDetails,
    amount: &str,
    outcome: Result<Handled, PaymentError>,
) -> Result<String, HandlingError> {
    let words = shift.words;
    let payment = &details.payment;
    let args = Args::new()
        .with("amount", amount)
        .with("reference", payment.reference.to_string())
        .with_html("test", test_mark(payment.mode.as_str(), words));
    let id = match &outcome {
        Ok(Handled::Done(document)) => match document.refund.as_ref().map(|refund| refund.status.as_str()) {
            Some("succeeded") => "refund-done",
            Some("failed") => "refund-refused",
            Some(_) | None => "refund-waiting",
        },
        Ok(Handled::Replayed(_)) => "refund-waiting",
        // The version is another one, or an earlier operation has no outcome: look again.
        Err(PaymentError::OperationInProgress) => "staff-changed",
        Err(PaymentError::AmountTooLarge { available }) => {
            let available = format_minor(*available, payment.currency(), words.language());
            return Ok(words.tell("refund-too-much", &Args::new().with("available", available)));
        }
        Err(PaymentError::IllegalMove(_)) => {
            let status = status_name(&document_of(payment, None), words);
            return Ok(words.tell("refund-impossible", &Args::new().with("status", status)));
        }
        Err(
            PaymentError::NotFound(_)
            | PaymentError::RefundNotFound(_)
            | PaymentError::ReviewNotOpen(_)
            | PaymentError::OperationNotOpen(_)
            | PaymentError::OrderRefTaken
            | PaymentError::RefundRefTaken
            | PaymentError::WalletNotOffered(_)
            | PaymentError::CardNotFound(_)
            | PaymentError::Cvc(_)
            | PaymentError::CustomerDenied
            | PaymentError::MandateNotFound(_)
            | PaymentError::Terms(_)
            | PaymentError::Mandate(_)
            | PaymentError::ShopClosed(_)
            | PaymentError::CurrencyNotAccepted(_)
            | PaymentError::CardsNotOffered
            | PaymentError::Key(_)
            | PaymentError::Seal(_)
            | PaymentError::Interrupted
            | PaymentError::Store(_),
        ) => return outcome.map(|_| String::new()).map_err(HandlingError::from),
    };
    Ok(words.tell(id, &args))
}
