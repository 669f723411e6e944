//! From a delivery job to a letter: what happened, how much, to whom, when, what to do next.
//!
//! Each subject has a module that drafts; [`layout`] writes the draft as text and HTML. Nothing
//! here knows how a letter travels.

use std::fmt;

use aviso_core::delivery::Job;
use aviso_core::event::EventType;
use aviso_core::merchant::logo::Logo;
use aviso_core::secret::Keyring;
use url::Url;

use crate::words::Words;

mod account;
mod bill;
mod digest;
mod draft;
mod layout;
mod member;
mod merchant;
mod news;
mod onboarding;
mod payment;
mod refund;
mod registry;
mod report;
mod vault;
mod verification;

use draft::{Draft, Source};
pub(crate) use layout::PICTURE_ID;

/// A letter, ready to be put into a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line of at most 200 characters.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part, equal in content.
    pub html: String,
    /// The shop's picture, which the HTML part shows.
    pub logo: Option<Logo>,
    /// Where one press ends letters of this kind, for those that people subscribe to (RFC 8058).
    pub unsubscribe: Option<String>,
    /// A file that goes along: its name and its bytes, a CSV table.
    pub table: Option<(String, Vec<u8>)>,
}

/// Shows lengths only: a letter may carry a one-time link.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({} bytes of text, {} of HTML)", self.text.len(), self.html.len())
    }
}

/// Why no letter could be written for an event that should have one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The event's document lacks a part that the letter is about.
    #[error("an event {} has no {part}", .kind.as_str())]
    Missing {
        /// The event's type.
        kind: EventType,
        /// `payment`, `refund`, `endpoint`, `link` or `verification`.
        part: &'static str,
    },
    /// The document names a currency that does not exist.
    #[error("a document has an unknown currency")]
    Currency,
    /// A template failed.
    #[error("the layout failed: {0}")]
    Layout(String),
}

/// Writes letters.
#[derive(Debug, Clone)]
pub struct Composer {
    site: String,
    host: String,
    keyring: Keyring,
}

impl Composer {
    /// A composer whose links lead to `public_url` and carry tokens derived from `keyring`.
    #[must_use]
    pub fn new(public_url: &Url, keyring: Keyring) -> Self {
        Self {
            site: public_url.as_str().trim_end_matches('/').to_owned(),
            host: public_url.host_str().unwrap_or("localhost").to_owned(),
            keyring,
        }
    }

    /// The letter for this job, with the picture of the shop that it is about; `None` for events of which
    /// nobody is told by mail.
    ///
    /// # Errors
    ///
    /// [`ComposeError`] when the event lacks what its letter is about.
    pub fn compose(&self, job: &Job, logo: Option<Logo>) -> Result<Option<Letter>, ComposeError> {
        let source = Source { composer: self, job, words: Words::of(job.language) };
        draft(&source)?.map(|draft| layout::letter(&source, &draft, logo)).transpose()
    }
}

fn draft(source: &Source<'_>) -> Result<Option<Draft>, ComposeError> {
    use EventType as E;
    match source.job.event.kind {
        E::AccountRegistered => account::registered(source).map(Some),
        E::AccountPasswordReset => account::password_reset(source).map(Some),
        E::AccountEmailConfirmed => Ok(Some(account::email_confirmed(source))),
        E::AccountPasswordChanged => Ok(Some(account::password_changed(source))),
        E::AccountTelegramLinked => Ok(Some(account::telegram_linked(source))),
        E::AccountTelegramUnlinked => Ok(Some(account::telegram_unlinked(source))),
        E::AccountLogin => Ok(Some(account::login(source))),
        E::AccountTotpEnabled => Ok(Some(account::notice("account-totp-enabled", source))),
        E::AccountTotpDisabled => Ok(Some(account::notice("account-totp-disabled", source))),
        E::AccountCodesWrong => Ok(Some(account::notice("account-codes-wrong", source))),
        E::AccountRecoveryCodeUsed => Ok(Some(account::recovery_code_used(source))),
        E::AccountFinancialPasswordChanged => Ok(Some(account::notice("account-financial-password-changed", source))),
        E::AccountFinancialPasswordWrong => Ok(Some(account::notice("account-financial-password-wrong", source))),
        E::MemberInvited => member::invited(source).map(Some),
        E::MemberAdded => Ok(Some(member::added(source))),
        E::MemberChanged => Ok(Some(member::changed(source))),
        E::MemberRemoved => Ok(Some(member::removed(source))),
        E::AccountVerifierSet => Ok(Some(account::verifier_set(source))),
        E::AccountVerifierRemoved => Ok(Some(account::notice("account-verifier-removed", source))),
        E::AccountVerifierWrong => Ok(Some(account::notice("account-verifier-wrong", source))),
        E::AccountClosing => account::closing(source).map(Some),
        E::AccountClosed => Ok(Some(account::closed(source))),
        // Asked in the chat alone.
        E::AccountLoginRequested | E::VerificationRequested => Ok(None),
        E::VerificationMailed => for_buyer(source, verification::code),
        E::PaymentCaptured => for_buyer(source, payment::captured),
        E::PaymentPartiallyCaptured => for_buyer(source, payment::partially_captured),
        E::PaymentAuthorized => for_buyer(source, payment::authorized),
        E::PaymentDeclined => for_buyer(source, payment::declined),
        E::PaymentInReview => for_buyer(source, payment::in_review),
        E::PaymentActionRequired => for_buyer(source, payment::action_required),
        E::PaymentVoided => for_buyer(source, payment::voided),
        E::PaymentExpired => for_buyer(source, payment::expired),
        E::PaymentOutcomeUnknown => for_buyer(source, payment::outcome_unknown),
        E::RefundCreated => for_buyer(source, refund::created),
        E::RefundSucceeded => for_buyer(source, refund::succeeded),
        E::RefundFailed => for_buyer(source, refund::failed),
        E::CardSaved | E::CardRemoved | E::CardExpiring | E::MandateCreated | E::MandateEnded => {
            for_buyer(source, vault::letter)
        }
        E::ReportMonthly => report::letter(source).map(Some),
        E::ShopDigest => digest::letter(source).map(Some),
        E::ReportRegistry => registry::letter(source).map(Some),
        E::NewsPublished => Ok(Some(news::letter(source))),
        E::OnboardingMoved => for_buyer(source, onboarding::letter),
        E::BillCreated => for_buyer(source, bill::created),
        E::EndpointFailing => merchant::endpoint_failing(source).map(Some),
        E::EndpointDisabled => merchant::endpoint_disabled(source).map(Some),
        E::CaseOpened => merchant::case_opened(source).map(Some),
        E::ReviewOpened if source.job.staff => merchant::review_opened(source).map(Some),
        // The buyer hears of the payment itself, and staff of what was decided, where they decide.
        E::ReviewOpened | E::ReviewClosed => Ok(None),
        E::PaymentCreated | E::RiskRuleChanged | E::EndpointTest => Ok(None),
        E::PaymentCaptureFailed
        | E::PaymentVoidFailed
        | E::PaymentAuthorizationExpiring
        | E::PaymentOutcomeOverdue
        | E::DisputeOpened
        | E::DisputeUpdated
        | E::DisputeWon
        | E::DisputeLost
        | E::BillPaid
        | E::BillCancelled
        | E::BillExpired
        | E::BillDeclined
        | E::PayoutPaid => Ok(None),
    }
}

/// Letters about a payment speak to the buyer ("your card"); staff follow payments in the bot.
fn for_buyer(
    source: &Source<'_>,
    write: fn(&Source<'_>) -> Result<Draft, ComposeError>,
) -> Result<Option<Draft>, ComposeError> {
    if source.job.staff { Ok(None) } else { write(source).map(Some) }
}

#[cfg(test)]
mod tests;
