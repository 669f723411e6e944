//! The card of a payment. The buyer's data is masked until it is revealed, and that is logged.

use aviso_core::account::email::mask;
use aviso_core::id::PaymentId;
use aviso_core::money::format_minor;
use aviso_core::payment::attempt::{Attempt, Method};
use aviso_core::payment::{Payment, PaymentDetails, document_of};

use super::{Shift, find};
use crate::callback::Press;
use crate::clean;
use crate::command::StaffCommand;
use crate::notice::{status_name, test_mark};
use crate::router::{Handling, Pressed};
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// Events in the timeline; of more, the newest.
const TIMELINE_MAX: usize = 15;
const REFUNDS_MAX: usize = 8;

/// `/pay <id, reference, order or last four>`.
pub(super) async fn pay(shift: &Shift<'_>, text: &str) -> Handling {
    if text.is_empty() {
        return shift.usage(StaffCommand::Pay).await;
    }
    let Some(id) = find::the_one(shift, text).await? else { return Ok(()) };
    shift.note_look("payment.look", id).await?;
    let details = shift.services().payments.details(id).await?;
    shift.say(&screen(&details, false, shift.words)).await
}

/// The card in place of the message whose button was pressed.
pub(super) async fn show(shift: &Shift<'_>, pressed: &Pressed, id: PaymentId, revealed: bool) -> Handling {
    // Written before it is shown: a look that leaves no trace must not exist.
    shift.note_look(if revealed { "payment.reveal" } else { "payment.look" }, id).await?;
    let details = shift.services().payments.details(id).await?;
    shift.replace(pressed, &screen(&details, revealed, shift.words)).await
}

fn screen(details: &PaymentDetails, revealed: bool, words: &Words) -> Screen {
    let payment = &details.payment;
    let mut lines = head(details, words);
    lines.push(buyer_line(payment, revealed, words));
    if let Some(face) = details.attempts.last().and_then(|attempt| attempt.method.face()) {
        let args = Args::new()
            .with("brand", face.brand.as_str())
            .with("first6", &face.first6)
            .with("last4", &face.last4)
            .with("expiry", format!("{:02}/{}", face.exp_month, face.exp_year));
        lines.push(words.tell("card-card", &args));
    }
    if let Some(attempt) = details.attempts.last() {
        lines.extend(method_lines(attempt, words));
    }
    if let Some(code) = payment.decline {
        lines.push(words.tell("card-decline", &Args::new().with("code", code.as_str())));
    }
    lines.extend(refunds(details, words));
    lines.extend(timeline(details, words));
    let refund = (payment.refundable() > 0).then(|| Key::press(words.say("key-refund"), Press::Refund(payment.id)));
    let reveal = (!revealed).then(|| Key::press(words.say("key-reveal"), Press::Reveal(payment.id)));
    let why = Key::press(words.say("key-why"), Press::Why(payment.id));
    Screen::text(lines.join("\n")).row(refund.into_iter().chain([why]).chain(reveal))
}

/// The wallet, and what 3-D Secure found.
fn method_lines(attempt: &Attempt, words: &Words) -> impl Iterator<Item = String> {
    let wallet = match &attempt.method {
        Method::Card { .. } => None,
        Method::Wallet(wallet) => {
            Some(words.tell("card-wallet", &Args::new().with("wallet", clean::name(wallet.as_str()))))
        }
    };
    let authentication = attempt.authentication.as_ref().map(|found| {
        let args = Args::new()
            .with("status", found.status.as_str())
            .with("eci", found.eci.as_ref().map(|eci| format!(", ECI {eci}")).unwrap_or_default())
            .with("liability", if found.status.shifts_liability() { "yes" } else { "no" });
        words.tell("card-authentication", &args)
    });
    wallet.into_iter().chain(authentication)
}

fn head(details: &PaymentDetails, words: &Words) -> Vec<String> {
    let payment = &details.payment;
    let document = document_of(payment, details.attempts.last());
    let amount = |minor| format_minor(minor, payment.currency(), words.language());
    let title = Args::new()
        .with("amount", payment.amount.format(words.language()))
        .with("status", status_name(&document, words))
        .with_html("test", test_mark(payment.mode.as_str(), words));
    let amounts = Args::new()
        .with("authorized", amount(payment.authorized()))
        .with("captured", amount(payment.captured()))
        .with("refunded", amount(payment.refunded()))
        .with("pending", amount(payment.refund_pending()));
    vec![
        words.tell("card-title", &title),
        words.tell("card-shop", &Args::new().with("shop", clean::name(&details.shop))),
        words.tell("card-order", &Args::new().with("order", &payment.order_ref)),
        words.tell("card-reference", &Args::new().with("reference", payment.reference.to_string())),
        words.tell("card-id", &Args::new().with("payment", payment.id.to_string())),
        words.tell("card-amounts", &amounts),
    ]
}

fn buyer_line(payment: &Payment, revealed: bool, words: &Words) -> String {
    let none = || words.say("card-none");
    let email =
        payment.email.as_deref().map_or_else(none, |email| if revealed { email.to_owned() } else { mask(email) });
    let ip = payment.ip.as_deref().map_or_else(none, |ip| if revealed { ip.to_owned() } else { mask_ip(ip) });
    words.tell("card-buyer", &Args::new().with("email", email).with("ip", ip))
}

/// Keeps the network, hides the host: `203.0.113.…`.
pub(super) fn mask_ip(ip: &str) -> String {
    let separator = if ip.contains(':') { ':' } else { '.' };
    let kept: Vec<&str> = ip.split(separator).take(if separator == ':' { 2 } else { 3 }).collect();
    format!("{}{separator}…", kept.join(&separator.to_string()))
}

fn refunds(details: &PaymentDetails, words: &Words) -> Vec<String> {
    if details.refunds.is_empty() {
        return Vec::new();
    }
    let line = |refund: &aviso_core::refund::Refund| {
        let args = Args::new()
            .with("amount", refund.amount.format(words.language()))
            .with("status", refund.status.as_str())
            .with("by", &refund.created_by);
        words.tell("card-refund", &args)
    };
    let newest = details.refunds.iter().rev().take(REFUNDS_MAX).map(line);
    std::iter::once(words.say("card-refunds")).chain(newest).collect()
}

fn timeline(details: &PaymentDetails, words: &Words) -> Vec<String> {
    let skipped = details.timeline.len().saturating_sub(TIMELINE_MAX);
    let lines = details.timeline.iter().skip(skipped).map(|entry| {
        let at = entry.at.to_datetime().format("%Y-%m-%d %H:%M:%S").to_string();
        words.tell("card-event", &Args::new().with("at", at).with("event", entry.kind.as_str()))
    });
    std::iter::once(words.say("card-timeline")).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::mask_ip;

    #[test]
    fn an_address_shows_its_network_only() {
        assert_eq!(mask_ip("203.0.113.7"), "203.0.113.…");
        assert_eq!(mask_ip("2001:db8::1"), "2001:db8:…");
    }
}
