//! What staff see: cards of reviews, cases, and endpoints in trouble.

use aviso_core::delivery::Job;
use aviso_core::document::PaymentDocument;
use aviso_core::event::{Event, EventType};
use aviso_core::id::{PaymentId, ReviewId};
use aviso_core::payment::operation::OperationStatus;

use super::{Follow, Notice, onboarding, test_mark};
use crate::callback::Press;
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

pub(super) fn compose(job: &Job, words: &Words) -> Option<Notice> {
    let event = &job.event;
    match event.kind {
        EventType::ReviewOpened => {
            let document = event.document.payment.as_ref()?;
            let review = fact(event, "review").parse().ok()?;
            let screen = review_card(document, fact(event, "shop"), fact(event, "reasons"), review, words);
            Some(Notice::new(screen, Follow::Fresh))
        }
        EventType::ReviewClosed => {
            let document = event.document.payment.as_ref()?;
            let screen = closed_card(document, fact(event, "shop"), fact(event, "decision"), None, words);
            Some(Notice::new(screen, Follow::Update))
        }
        EventType::CaseOpened => {
            let document = event.document.payment.as_ref()?;
            let mut html = words.tell("staff-case", &payment_args(document, fact(event, "shop"), words));
            html.push('\n');
            html.push_str(&words.tell("staff-case-id", &Args::new().with("case", fact(event, "case"))));
            Some(Notice::new(Screen::text(html).row(card_key(document, words)), Follow::Aside))
        }
        EventType::EndpointFailing | EventType::EndpointDisabled => endpoint(event, words),
        EventType::PaymentOutcomeOverdue => overdue(event, words),
        EventType::OnboardingMoved => onboarding::for_staff(event, words),
        EventType::DisputeOpened | EventType::DisputeUpdated | EventType::DisputeWon | EventType::DisputeLost => {
            dispute(event, words)
        }
        EventType::PaymentCreated
        | EventType::PaymentActionRequired
        | EventType::PaymentCaptureFailed
        | EventType::PaymentVoidFailed
        | EventType::PaymentAuthorizationExpiring
        | EventType::AccountLoginRequested
        | EventType::AccountTotpEnabled
        | EventType::AccountTotpDisabled
        | EventType::AccountCodesWrong
        | EventType::AccountRecoveryCodeUsed
        | EventType::AccountFinancialPasswordChanged
        | EventType::AccountFinancialPasswordWrong
        | EventType::MemberAdded
        | EventType::MemberChanged
        | EventType::MemberRemoved
        | EventType::MemberInvited
        | EventType::AccountVerifierSet
        | EventType::AccountVerifierRemoved
        | EventType::AccountVerifierWrong
        | EventType::VerificationRequested
        | EventType::VerificationMailed
        | EventType::AccountClosing
        | EventType::AccountClosed
        | EventType::CardSaved
        | EventType::CardRemoved
        | EventType::CardExpiring
        | EventType::MandateCreated
        | EventType::MandateEnded
        | EventType::BillCreated
        | EventType::BillPaid
        | EventType::BillCancelled
        | EventType::BillExpired
        | EventType::BillDeclined
        | EventType::PayoutPaid
        | EventType::PaymentInReview
        | EventType::PaymentAuthorized
        | EventType::PaymentCaptured
        | EventType::PaymentPartiallyCaptured
        | EventType::PaymentDeclined
        | EventType::PaymentVoided
        | EventType::PaymentExpired
        | EventType::PaymentOutcomeUnknown
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        | EventType::AccountRegistered
        | EventType::AccountEmailConfirmed
        | EventType::AccountTelegramLinked
        | EventType::AccountTelegramUnlinked
        | EventType::AccountLogin
        | EventType::AccountPasswordReset
        | EventType::AccountPasswordChanged
        | EventType::RiskRuleChanged
        | EventType::EndpointTest
        | EventType::NewsPublished
        | EventType::ReportMonthly
        | EventType::ShopDigest => None,
        EventType::ReportRegistry => None,
    }
}

fn fact<'a>(event: &'a Event, key: &str) -> &'a str {
    event.audience.fact(key).unwrap_or_default()
}

fn payment_args(document: &PaymentDocument, shop: &str, words: &Words) -> Args {
    let last4 = document.card.as_ref().map_or("–", |card| card.last4.as_str());
    Args::new()
        .with("amount", words.amount(document.amount, &document.currency))
        .with("shop", clean::name(shop))
        .with("last4", last4)
        .with("order", &document.order_ref)
        .with("reference", &document.reference)
        .with("payment", &document.id)
        .with_html("test", test_mark(&document.mode, words))
}

fn card_key(document: &PaymentDocument, words: &Words) -> Option<Key> {
    let id = document.id.parse().ok()?;
    Some(Key::press(words.say("key-card"), Press::Card(id)))
}

/// The card of a payment that waits for a decision.
pub(crate) fn review_card(
    document: &PaymentDocument,
    shop: &str,
    reasons: &str,
    review: ReviewId,
    words: &Words,
) -> Screen {
    let reasons = clean::line(reasons, 200).unwrap_or_else(|| "–".to_owned());
    let args = payment_args(document, shop, words).with("reasons", reasons);
    let mut keys = vec![
        Key::press(words.say("key-approve"), Press::Approve(review)),
        Key::press(words.say("key-reject"), Press::Reject(review)),
    ];
    if let Ok(payment) = document.id.parse::<PaymentId>() {
        keys.push(Key::press(words.say("key-why"), Press::Why(payment)));
    }
    Screen::text(words.tell("staff-review", &args)).row(keys)
}

/// What the card becomes once it was decided. `by` is who decided, when it is known.
pub(crate) fn closed_card(
    document: &PaymentDocument,
    shop: &str,
    decision: &str,
    by: Option<&str>,
    words: &Words,
) -> Screen {
    let id = if decision == "approved" { "staff-review-approved" } else { "staff-review-rejected" };
    let mut html = words.tell(id, &payment_args(document, shop, words));
    if let Some(by) = by {
        html.push('\n');
        html.push_str(&words.tell("staff-decided-by", &Args::new().with("name", clean::name(by))));
    }
    Screen::text(html).row(card_key(document, words))
}

/// A message to the bank that has had no outcome for too long; later, what became of it.
fn overdue(event: &Event, words: &Words) -> Option<Notice> {
    let document = event.document.payment.as_ref()?;
    let minor = fact(event, "amount").parse().unwrap_or(document.amount);
    let args = payment_args(document, fact(event, "shop"), words)
        .with("amount", words.amount(minor, &document.currency))
        .with("kind", fact(event, "kind"))
        .with("acquirer", clean::line(fact(event, "acquirer"), 40).unwrap_or_else(|| "–".to_owned()))
        .with("operation", fact(event, "operation"))
        .with("since", words.written_moment(fact(event, "since")));
    let ask = fact(event, "operation").parse().ok().map(|id| Key::press(words.say("key-ask-bank"), Press::AskBank(id)));
    let (text, ask) = match OperationStatus::from_name(fact(event, "state")) {
        Some(OperationStatus::Succeeded) => ("staff-overdue-succeeded", None),
        Some(OperationStatus::Failed) => ("staff-overdue-failed", None),
        Some(OperationStatus::Pending | OperationStatus::Unknown) | None => ("staff-overdue", ask),
    };
    let screen = Screen::text(words.tell(text, &args)).row(ask.into_iter().chain(card_key(document, words)));
    Some(Notice::new(screen, Follow::Aside))
}

fn endpoint(event: &Event, words: &Words) -> Option<Notice> {
    let endpoint = event.document.endpoint.as_ref()?;
    let since = endpoint.failing_since.as_ref().map_or_else(|| "–".to_owned(), |at| words.written_moment(at));
    let host = url::Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let args = Args::new()
        .with("host", clean::line(host.as_deref().unwrap_or_default(), 100).unwrap_or_else(|| "–".to_owned()))
        .with("endpoint", &endpoint.id)
        .with("since", since);
    let id =
        if event.kind == EventType::EndpointFailing { "staff-endpoint-failing" } else { "staff-endpoint-disabled" };
    Some(Notice::new(Screen::text(words.tell(id, &args)), Follow::Aside))
}

/// What became of a dispute. Each word is a message of its own: a dispute takes weeks.
fn dispute(event: &Event, words: &Words) -> Option<Notice> {
    let (payment, dispute) = (event.document.payment.as_ref()?, event.document.dispute.as_ref()?);
    let asks = dispute.stage == "pre_dispute";
    let id = match (dispute.status.as_str(), asks) {
        ("opened", true) => "staff-dispute-asked",
        ("opened", false) if dispute.stage == "pre_arbitration" => "staff-dispute-contested",
        ("opened", false) => "staff-dispute-opened",
        ("challenged", _) => "staff-dispute-challenged",
        ("won", _) => "staff-dispute-won",
        ("accepted", _) => "staff-dispute-accepted",
        ("expired", true) => "staff-dispute-unanswered",
        ("expired", false) => "staff-dispute-expired",
        _ => "staff-dispute-lost",
    };
    let until = dispute.respond_by.as_ref().map_or_else(|| "–".to_owned(), |at| words.written_moment(at));
    let args = payment_args(payment, fact(event, "shop"), words)
        .with("disputed", words.amount(dispute.amount, &dispute.currency))
        .with("held", words.amount(dispute.amount_held, &dispute.currency))
        .with("reason", clean::line(&dispute.reason_code, 60).unwrap_or_else(|| "–".to_owned()))
        .with("until", until);
    let mut html = words.tell(id, &args);
    html.push('\n');
    html.push_str(
        &words
            .tell("staff-dispute-id", &payment_args(payment, fact(event, "shop"), words).with("dispute", &dispute.id)),
    );
    Some(Notice::new(Screen::text(html).row(card_key(payment, words)), Follow::Aside))
}
