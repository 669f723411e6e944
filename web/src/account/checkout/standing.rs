//! From where a payment stands to what its page says.

use aviso_core::account::email::mask;
use aviso_core::clock::Timestamp;
use aviso_core::money::format_minor;
use aviso_core::payment::action::ActionKind;
use aviso_core::payment::checkout::Checkout;
use aviso_core::payment::decline::{Advice, DeclineCode};
use aviso_core::payment::status::Status;
use aviso_core::verifier::{Verification, Way};

use super::order::{Order, document};
use super::page::{PayPage, Tone};
use crate::state::WebState;

/// How soon a page looks again while the bank is asked.
const SOON: u32 = 2;
/// How soon a page looks again while people or banks take their time.
const LATER: u32 = 15;

/// The page of a payment as it stands.
pub(super) fn page(web: &WebState, checkout: &Checkout, order: &Order) -> PayPage {
    let (payment, words) = (&checkout.payment, order.words);
    let shop = [("shop", order.shop())];
    let page = PayPage::new(order);
    match payment.status() {
        Status::RequiresPaymentMethod if web.clock.now() >= payment.expires_at => {
            page.says(Tone::Stopped, "pay-expired").text(words.tell("pay-expired-text", &shop))
        }
        Status::RequiresPaymentMethod => match payment.decline {
            None => page.asks_to_pay(),
            Some(code) => {
                let why = words.say(&format!("decline-{}", dashed(code)));
                page.asks_to_pay().alert(format!("{why} {}", words.say(advice(code))))
            }
        },
        Status::RequiresAction => acting(web, checkout, order, page),
        Status::InReview => {
            page.says(Tone::Waiting, "pay-review").text(words.tell("pay-review-text", &shop)).again(LATER)
        }
        Status::Processing => match payment.outcome_due_at {
            Some(at) => {
                let until = moment(at);
                let text = words.tell("pay-unknown-text", &[("until", &until)]);
                page.says(Tone::Waiting, "pay-unknown").text(text).again(LATER)
            }
            None => page.says(Tone::Waiting, "pay-processing").text(words.say("pay-processing-text")).again(SOON),
        },
        Status::Authorized
        | Status::PartiallyCaptured
        | Status::Captured
        | Status::PartiallyRefunded
        | Status::Refunded => receipt(checkout, order, page),
        Status::Voided => page.says(Tone::Stopped, "pay-cancelled").text(words.tell("pay-cancelled-text", &shop)),
        Status::Expired => page.says(Tone::Stopped, "pay-expired").text(words.tell("pay-expired-text", &shop)),
        Status::Declined => {
            let code = payment.decline.map_or(DeclineCode::CardDeclined, DeclineCode::buyer_safe);
            let why = words.say(&format!("decline-{}", dashed(code)));
            let page = page.says(Tone::Stopped, "pay-declined");
            page.text(format!("{why} {}", words.tell("pay-declined-text", &shop)))
        }
    }
}

/// The buyer must act elsewhere; or the issuer is being asked where that is.
fn acting(web: &WebState, checkout: &Checkout, order: &Order, page: PayPage) -> PayPage {
    let words = order.words;
    if let Some(asked) = &checkout.verification {
        return confirming(asked, web.clock.now(), order, page);
    }
    let Some(action) = checkout.latest.as_ref().and_then(|attempt| attempt.action.as_ref()) else {
        return page.says(Tone::Waiting, "pay-processing").text(words.say("pay-processing-text")).again(SOON);
    };
    let (title, text, button) = match action.kind {
        ActionKind::ThreeDs => ("pay-issuer", "pay-issuer-text", "pay-issuer-button"),
        ActionKind::Wallet => ("pay-wallet", "pay-wallet-text", "pay-wallet-button"),
        // Confirmed a moment ago: the bank is about to be asked.
        ActionKind::Verification => {
            return page.says(Tone::Waiting, "pay-processing").text(words.say("pay-processing-text")).again(SOON);
        }
    };
    let page = page.says(Tone::Waiting, title).text(words.say(text)).link(&action.url, words.say(button));
    if order.goes { page.go(&action.url) } else { page.again(LATER) }
}

/// Somebody has to confirm it: in their chat, or here with the code from a letter.
fn confirming(asked: &Verification, now: Timestamp, order: &Order, page: PayPage) -> PayPage {
    let words = order.words;
    let until = moment(asked.expires_at);
    match asked.way {
        Way::Chat => {
            let text = words.tell("pay-confirm-text", &[("until", &until)]);
            page.says(Tone::Waiting, "pay-confirm").text(text).again(SOON)
        }
        Way::Mail => {
            let to = asked.email.as_deref().map(mask).unwrap_or_default();
            let text = words.tell("pay-code-text", &[("email", &to), ("until", &until)]);
            let left = asked.expires_at.since(now).as_secs();
            // Not while somebody types: only once it is too late.
            let page = page.says(Tone::Waiting, "pay-code").text(text).asks_code(order);
            page.again(u32::try_from(left).unwrap_or(u32::MAX).saturating_add(SOON))
        }
    }
}

fn receipt(checkout: &Checkout, order: &Order, page: PayPage) -> PayPage {
    let (payment, words) = (&checkout.payment, order.words);
    let document = document(checkout);
    let paid_with = match (&document.card, &document.wallet) {
        (Some(card), _) => Some(format!("{} •• {}", brand(&card.brand), card.last4)),
        (None, Some(wallet)) => Some(wallet_name(order, wallet)),
        (None, None) => None,
    };
    let at = checkout.latest.as_ref().map_or(payment.created_at, |attempt| attempt.created_at);
    let refunded = payment.refunded();
    let refunded = (refunded > 0).then(|| format_minor(refunded, payment.currency(), words.0));
    let rows = [
        ("pay-shop", Some(order.shop().to_owned())),
        ("pay-amount", Some(order.sum())),
        ("pay-refunded", refunded),
        ("pay-for", order.description.clone()),
        ("pay-order", Some(order.order_ref.clone())),
        ("pay-with", paid_with),
        ("pay-date", Some(moment(at))),
        ("pay-reference", Some(payment.reference.to_string())),
    ];
    let text = if payment.status() == Status::Authorized { "pay-reserved-text" } else { "pay-paid-text" };
    let text = words.tell(text, &[("shop", order.shop())]);
    rows.into_iter().fold(page.says(Tone::Done, "pay-paid").text(text), |page, (label, value)| match value {
        Some(value) => page.row(words.say(label), value),
        None => page,
    })
}

fn dashed(code: DeclineCode) -> String {
    code.buyer_safe().as_str().replace('_', "-")
}

const fn advice(code: DeclineCode) -> &'static str {
    match code.buyer_safe().advice() {
        Advice::RetryLater => "pay-advice-retry",
        Advice::OtherCard | Advice::Never => "pay-advice-other",
    }
}

/// The network's name as it stands on cards.
pub(super) fn brand(name: &str) -> &str {
    match name {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        "discover" => "Discover",
        "diners" => "Diners Club",
        "jcb" => "JCB",
        "mir" => "Mir",
        "unionpay" => "UnionPay",
        _ => "",
    }
}

/// What buyers know a wallet by; its own name when the words know none.
pub(super) fn wallet_name(order: &Order, wallet: &str) -> String {
    match wallet {
        "sandbox_wallet" => order.words.say("wallet-sandbox"),
        other => other.replace('_', " "),
    }
}

fn moment(at: Timestamp) -> String {
    at.to_datetime().format("%Y-%m-%d %H:%M UTC").to_string()
}
