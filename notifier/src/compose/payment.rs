//! Letters to a buyer about a payment.

use aviso_core::document::{CardDocument, PaymentDocument};
use aviso_core::payment::card::Brand;
use aviso_core::payment::decline::{Advice, DeclineCode};

use super::ComposeError;
use super::draft::{Draft, Row, Source, Tone, written};
use crate::clean;

pub(super) fn captured(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "payment-captured", Tone::Done, |payment| payment.amount_captured)
}

pub(super) fn partially_captured(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let payment = source.payment()?;
    let taken = source.money(payment.amount_captured, &payment.currency)?;
    let reserved = source.money(payment.amount_authorized, &payment.currency)?;
    let draft = Draft::new("payment-partially-captured", Tone::Done)
        .with("amount", &taken)
        .with("reserved", &reserved)
        .with("shop", source.shop())
        .row(source.row("label-shop", source.shop()))
        .row(source.row("label-taken", taken))
        .row(source.row("label-reserved", reserved));
    Ok(identified(draft, source, payment).row(source.date_row()).button(source.account_button()))
}

pub(super) fn authorized(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "payment-authorized", Tone::Waiting, |payment| payment.amount_authorized)
}

/// The reason is always one that is safe to tell: never lost, stolen or suspected.
pub(super) fn declined(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let decline = source.payment()?.decline.as_ref();
    let code = decline.and_then(|decline| DeclineCode::from_name(&decline.code)).unwrap_or(DeclineCode::CardDeclined);
    Ok(letter(source, "payment-declined", Tone::Stopped, |payment| payment.amount)?
        .with("why", source.words.say(why(code)))
        .with("advice", source.words.say(advice(code.advice()))))
}

pub(super) fn in_review(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "payment-in-review", Tone::Waiting, |payment| payment.amount)
}

/// Without a link to the page: letters that lead to banks teach people to follow forged ones.
pub(super) fn action_required(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "payment-action-required", Tone::Waiting, |payment| payment.amount)
}

pub(super) fn voided(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "payment-voided", Tone::Plain, |payment| payment.amount)
}

pub(super) fn expired(source: &Source<'_>) -> Result<Draft, ComposeError> {
    letter(source, "payment-expired", Tone::Plain, |payment| payment.amount)
}

pub(super) fn outcome_unknown(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let due = source.payment()?.outcome_due_at.as_deref().and_then(written);
    let by = source.words.moment(due.unwrap_or(source.happened_at()));
    Ok(letter(source, "payment-outcome-unknown", Tone::Waiting, |payment| payment.amount)?.with("by", by))
}

/// A letter about one amount of the event's payment, with its summary.
pub(super) fn letter(
    source: &Source<'_>,
    id: &'static str,
    tone: Tone,
    amount: fn(&PaymentDocument) -> i64,
) -> Result<Draft, ComposeError> {
    let payment = source.payment()?;
    let shown = source.money(amount(payment), &payment.currency)?;
    let draft = Draft::new(id, tone)
        .with("amount", &shown)
        .with("shop", source.shop())
        .row(source.row("label-shop", source.shop()))
        .row(source.row("label-amount", shown));
    Ok(identified(draft, source, payment).row(source.date_row()).button(source.account_button()))
}

/// With the rows by which a payment is found again: card, order number, reference.
pub(super) fn identified(draft: Draft, source: &Source<'_>, payment: &PaymentDocument) -> Draft {
    draft
        .row(payment.card.as_ref().map(|card| card_row(source, card)))
        .row(clean::name(&payment.order_ref).map(|order| source.row("label-order", order)))
        .row(source.row("label-reference", &payment.reference))
}

pub(super) fn card_row(source: &Source<'_>, card: &CardDocument) -> Row {
    let brand = match Brand::from_name(&card.brand) {
        Brand::Visa => "Visa".to_owned(),
        Brand::Mastercard => "Mastercard".to_owned(),
        Brand::Amex => "American Express".to_owned(),
        Brand::Discover => "Discover".to_owned(),
        Brand::Diners => "Diners Club".to_owned(),
        Brand::Jcb => "JCB".to_owned(),
        Brand::Mir => "Mir".to_owned(),
        Brand::UnionPay => "UnionPay".to_owned(),
        Brand::Unknown => source.words.say("card-unknown"),
    };
    source.row("label-card", format!("{brand} •• {}", card.last4))
}

/// The text for the code's safe form.
const fn why(code: DeclineCode) -> &'static str {
    match code.buyer_safe() {
        DeclineCode::InsufficientFunds => "decline-insufficient-funds",
        DeclineCode::ExpiredCard => "decline-expired-card",
        DeclineCode::IncorrectCvc => "decline-incorrect-cvc",
        DeclineCode::IncorrectNumber => "decline-incorrect-number",
        DeclineCode::ProcessingError => "decline-processing-error",
        DeclineCode::CardVelocityExceeded => "decline-card-velocity-exceeded",
        DeclineCode::BankUnavailable => "decline-bank-unavailable",
        DeclineCode::AmountMismatch => "decline-amount-mismatch",
        DeclineCode::TransactionNotPermitted => "decline-transaction-not-permitted",
        DeclineCode::AmountLimitExceeded => "decline-amount-limit-exceeded",
        DeclineCode::AuthenticationRequired => "decline-authentication-required",
        DeclineCode::AuthenticationFailed => "decline-authentication-failed",
        DeclineCode::RefusedByBuyer => "decline-refused-by-buyer",
        DeclineCode::ActionExpired => "decline-action-expired",
        DeclineCode::CardNotAccepted => "decline-card-not-accepted",
        DeclineCode::RetryLimitReached => "decline-retry-limit-reached",
        DeclineCode::CardFrozen => "decline-card-frozen",
        DeclineCode::VerificationFailed => "decline-verification-failed",
        DeclineCode::VerificationUnavailable => "decline-verification-unavailable",
        DeclineCode::DeniedByBuyer => "decline-denied-by-buyer",
        DeclineCode::CardDeclined
        | DeclineCode::DoNotHonor
        | DeclineCode::SuspectedFraud
        | DeclineCode::RestrictedCard
        | DeclineCode::LostCard
        | DeclineCode::StolenCard
        | DeclineCode::RiskBlocked
        | DeclineCode::ReviewRejected => "decline-card-declined",
    }
}

const fn advice(advice: Advice) -> &'static str {
    match advice {
        Advice::RetryLater => "advice-retry-later",
        Advice::OtherCard => "advice-other-card",
        Advice::Never => "advice-never",
    }
}
