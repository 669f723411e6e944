//! From an event to what a chat sees of it.

mod account;
mod digest;
mod news;
mod onboarding;
mod payment;
mod report;
mod staff;
mod vault;
pub(crate) mod verification;

use aviso_core::delivery::Job;
use aviso_core::event::EventType;
use url::Url;

use crate::screen::{Key, Screen};
use crate::words::Words;

pub(crate) use news::shown as news_shown;
pub(crate) use payment::{decline_reason, payment_screen, status_name, test_mark, wallet_name};
pub(crate) use staff::{closed_card, review_card};
pub(crate) use vault::{brand_name, expiry};

/// How a notice stands to the earlier message about the same payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// A message of its own that later notices change.
    Fresh,
    /// Changes the earlier message; sent when there is none.
    Update,
    /// A message of its own that nothing changes later.
    Aside,
}

/// What a chat sees of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The message.
    pub(crate) screen: Screen,
    /// How it stands to the earlier one.
    pub(crate) follow: Follow,
    /// A short message besides the change, because a change makes no sound.
    pub(crate) reply: Option<Screen>,
}

impl Notice {
    const fn new(screen: Screen, follow: Follow) -> Self {
        Self { screen, follow, reply: None }
    }
}

/// What a chat sees of an event; `None` when chats are not told of it.
pub(crate) fn compose(job: &Job, words: &Words, site: &Url) -> Option<Notice> {
    if job.staff {
        return staff::compose(job, words);
    }
    match job.event.kind {
        EventType::PaymentInReview
        | EventType::PaymentActionRequired
        | EventType::PaymentAuthorized
        | EventType::PaymentCaptured
        | EventType::PaymentPartiallyCaptured
        | EventType::PaymentDeclined
        | EventType::PaymentVoided
        | EventType::PaymentExpired
        | EventType::PaymentOutcomeUnknown
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed => payment::compose(&job.event, words),
        EventType::AccountEmailConfirmed
        | EventType::AccountTelegramLinked
        | EventType::AccountTelegramUnlinked
        | EventType::AccountLogin
        | EventType::AccountTotpEnabled
        | EventType::AccountFinancialPasswordChanged
        | EventType::AccountFinancialPasswordWrong
        | EventType::MemberAdded
        | EventType::MemberChanged
        | EventType::MemberRemoved
        | EventType::AccountTotpDisabled
        | EventType::AccountCodesWrong
        | EventType::AccountRecoveryCodeUsed
        | EventType::AccountVerifierSet
        | EventType::AccountVerifierRemoved
        | EventType::AccountVerifierWrong
        | EventType::AccountPasswordChanged => Some(account::compose(&job.event, words, site)),
        EventType::AccountLoginRequested => account::log_in(&job.event, words),
        EventType::VerificationRequested => verification::compose(&job.event, words),
        EventType::CardSaved
        | EventType::CardRemoved
        | EventType::CardExpiring
        | EventType::MandateCreated
        | EventType::MandateEnded => vault::compose(&job.event, words),
        EventType::ReportMonthly => report::compose(&job.event, words),
        EventType::ShopDigest => Some(digest::compose(&job.event, words, site)),
        EventType::NewsPublished => Some(news::compose(&job.event, words)),
        EventType::OnboardingMoved => Some(onboarding::compose(&job.event, words, site)),
        EventType::PaymentCreated
        | EventType::PaymentCaptureFailed
        | EventType::PaymentVoidFailed
        | EventType::PaymentAuthorizationExpiring
        | EventType::PaymentOutcomeOverdue
        | EventType::DisputeOpened
        | EventType::DisputeUpdated
        | EventType::DisputeWon
        | EventType::DisputeLost
        | EventType::BillCreated
        | EventType::BillPaid
        | EventType::BillCancelled
        | EventType::BillExpired
        | EventType::BillDeclined
        | EventType::PayoutPaid
        | EventType::ReportRegistry
        | EventType::AccountRegistered
        | EventType::AccountPasswordReset
        | EventType::MemberInvited
        | EventType::VerificationMailed
        | EventType::AccountClosing
        | EventType::AccountClosed
        | EventType::ReviewOpened
        | EventType::ReviewClosed
        | EventType::CaseOpened
        | EventType::EndpointFailing
        | EventType::EndpointDisabled
        | EventType::RiskRuleChanged
        | EventType::EndpointTest => None,
    }
}

/// A button to one of our pages. Telegram refuses addresses without a public name, and one refused
/// button would cost the whole message.
pub(crate) fn page_key(label: String, site: &Url, path: &str) -> Option<Key> {
    Some(Key::open(label, public_page(site, path)?))
}

/// The address of one of our pages, where it has a public name.
pub(crate) fn public_page(site: &Url, path: &str) -> Option<Url> {
    let host = site.domain().filter(|host| host.contains('.'))?;
    let public = site.scheme() == "https" && !host.ends_with(".localhost");
    site.join(path).ok().filter(|_| public)
}

#[cfg(test)]
mod tests;
