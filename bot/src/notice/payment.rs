//! A payment as its buyer sees it: one message that follows the payment's state.

use aviso_core::document::{DeclineDocument, PaymentDocument, RefundDocument};
use aviso_core::event::{Event, EventType};
use aviso_core::id::PaymentId;
use aviso_core::merchant::Mode;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::status::Status;
use aviso_core::payment::telegram::TELEGRAM;

use super::{Follow, Notice};
use crate::callback::Press;
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// What a buyer's chat sees of an event of a payment.
pub(super) fn compose(event: &Event, words: &Words) -> Option<Notice> {
    let document = event.document.payment.as_ref()?;
    let shop = event.audience.fact("shop").unwrap_or_default();
    let refund = event.document.refund.as_ref();
    let screen = payment_screen(document, shop, refund, words);
    let reply = match event.kind {
        EventType::RefundSucceeded => Some("refund-succeeded"),
        EventType::RefundFailed => Some("refund-failed"),
        // A refund that was only asked for shows in the message itself; its outcome makes a sound.
        _ => None,
    };
    let reply = reply.zip(refund).map(|(id, refund)| {
        let args = Args::new()
            .with("amount", words.amount(refund.amount, &refund.currency))
            .with("shop", clean::name(shop))
            .with("reference", &document.reference)
            .with_html("test", test_mark(&document.mode, words));
        Screen::text(words.tell(id, &args))
    });
    Some(Notice { screen, follow: Follow::Update, reply })
}

/// The message about a payment, a pure function of its document: it can be shown again at any time.
pub(crate) fn payment_screen(
    document: &PaymentDocument,
    shop: &str,
    refund: Option<&RefundDocument>,
    words: &Words,
) -> Screen {
    let state = state_id(document);
    let amount = |minor| words.amount(minor, &document.currency);
    let taken = if document.amount_captured > 0 { document.amount_captured } else { document.amount };
    let (why, advice) = document.decline.as_ref().map(|decline| decline_reason(decline, words)).unwrap_or_default();
    let args = Args::new()
        .with("amount", amount(taken))
        .with("reserved", amount(document.amount_authorized))
        .with("refunded", amount(document.amount_refunded))
        .with("shop", clean::name(shop))
        .with_html("why", why)
        .with_html("advice", advice);
    let part = |part: &str| words.tell(&format!("notice-{state}.{part}"), &args);
    let mut html = format!("<b>{}</b>{}\n{}", part("title"), test_mark(&document.mode, words), part("lead"));
    if let Some(refund) = refund.filter(|refund| refund.status == "pending") {
        let amount = words.amount(refund.amount, &refund.currency);
        html.push('\n');
        html.push_str(&words.tell("line-refund-pending", &Args::new().with("amount", amount)));
    }
    html.push('\n');
    html.push_str(&part("next"));
    if let Some(by) = &document.outcome_due_at {
        html.push(' ');
        html.push_str(&words.tell("line-known-by", &Args::new().with("by", words.written_moment(by))));
    }
    html.push_str("\n\n");
    html.push_str(&facts(document, words));
    let Ok(id) = document.id.parse::<PaymentId>() else { return Screen::text(html) };
    let details = Key::press(words.say("key-details"), Press::Details(id, 0));
    let receipt = (document.amount_captured > 0).then(|| Key::press(words.say("key-receipt"), Press::Receipt(id)));
    let not_me = may_be_denied(document).then(|| Key::press(words.say("key-not-me"), Press::NotMe(id)));
    Screen::text(html).row([details].into_iter().chain(receipt).chain(not_me))
}

/// What buyers know a way to pay by.
pub(crate) fn wallet_name(wallet: &str) -> String {
    if wallet == TELEGRAM { "Telegram".to_owned() } else { wallet.to_owned() }
}

fn facts(document: &PaymentDocument, words: &Words) -> String {
    let mut lines = Vec::new();
    if let Some(card) = &document.card {
        lines.push(words.tell("line-card", &Args::new().with("last4", &card.last4)));
    }
    if let Some(wallet) = &document.wallet {
        lines.push(words.tell("line-wallet", &Args::new().with("wallet", wallet_name(wallet))));
    }
    lines.push(words.tell("line-order", &Args::new().with("order", &document.order_ref)));
    lines.push(words.tell("line-reference", &Args::new().with("reference", &document.reference)));
    lines.push(words.tell("line-date", &Args::new().with("at", words.written_moment(&document.updated_at))));
    lines.join("\n")
}

/// Whether the buyer may say that it was not them: money moved, or somebody tried to move it.
fn may_be_denied(document: &PaymentDocument) -> bool {
    document.amount_captured > 0 || document.decline.is_some()
}

/// The part of the texts' ids that stands for the state.
fn state_id(document: &PaymentDocument) -> &'static str {
    match Status::from_name(&document.status) {
        Some(Status::RequiresPaymentMethod) if document.decline.is_some() => "declined",
        Some(Status::RequiresPaymentMethod) | None => "open",
        Some(Status::RequiresAction) => "requires-action",
        Some(Status::InReview) => "in-review",
        Some(Status::Processing) => "processing",
        Some(Status::Authorized) => "authorized",
        Some(Status::PartiallyCaptured) => "partially-captured",
        Some(Status::Captured) => "captured",
        Some(Status::PartiallyRefunded) => "partially-refunded",
        Some(Status::Refunded) => "refunded",
        Some(Status::Voided) => "voided",
        Some(Status::Declined) => "declined",
        Some(Status::Expired) => "expired",
    }
}

/// The status in two or three words, for lists.
pub(crate) fn status_name(document: &PaymentDocument, words: &Words) -> String {
    words.say(&format!("notice-{}.short", state_id(document)))
}

/// Why it was declined and what to do, in words that are safe for a buyer.
pub(crate) fn decline_reason(decline: &DeclineDocument, words: &Words) -> (String, String) {
    let code = DeclineCode::from_name(&decline.code).unwrap_or(DeclineCode::CardDeclined);
    // The advice follows the true code: a stolen card must not be tried again, whatever the text says.
    let advice = code.advice().as_str().replace('_', "-");
    let why = code.buyer_safe().as_str().replace('_', "-");
    (words.say(&format!("decline-{why}")), words.say(&format!("advice-{advice}")))
}

/// ` [TEST]` for payments of the test world.
pub(crate) fn test_mark(mode: &str, words: &Words) -> String {
    match Mode::from_name(mode) {
        Some(Mode::Test) => format!(" {}", words.say("mark-test")),
        Some(Mode::Live) | None => String::new(),
    }
}
