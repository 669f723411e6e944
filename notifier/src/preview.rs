//! Every text with sample data, for people who want to read them: the sandbox shows them on a page.

use aviso_core::delivery::Job;
use aviso_core::event::EventType;
use aviso_core::id::{CaseId, ReviewId};
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use url::Url;

use crate::compose::{ComposeError, Composer, Letter};
use crate::sample::{self, NOW};

/// A job as it could be: a payment of 1,234.50 EUR to a shop named `Bean & Leaf`.
#[must_use]
pub fn sample(kind: EventType, language: Language, mode: Mode, staff: bool) -> Job {
    let mut job = sample::job(kind, language, "Bean & Leaf");
    job.staff = staff;
    job.event.mode = mode;
    let document = &mut job.event.document;
    let of_documents = [
        document.payment.as_mut().map(|payment| &mut payment.mode),
        document.saved_card.as_mut().map(|card| &mut card.mode),
        document.mandate.as_mut().map(|mandate| &mut mandate.mode),
        document.dispute.as_mut().map(|dispute| &mut dispute.mode),
    ];
    for known in of_documents.into_iter().flatten() {
        mode.as_str().clone_into(known);
    }
    if let Some(payment) = &mut document.payment {
        "A-4815".clone_into(&mut payment.order_ref);
        payment.description = Some("Coffee, 1 kg".to_owned());
        payment.decline = payment.decline.take().filter(|_| kind == EventType::PaymentDeclined);
        status_after(kind).clone_into(&mut payment.status);
        payment.amount_captured = if payment.status == "captured" { payment.amount } else { 0 };
    }
    let facts = [
        ("shop", "Bean & Leaf".to_owned()),
        ("name", "@ana_lopez".to_owned()),
        ("device", "Firefox on Linux".to_owned()),
        ("reasons", "list.block.email".to_owned()),
        ("reason", "list.block.email".to_owned()),
        ("decision", "approved".to_owned()),
        ("review", ReviewId::new(NOW).to_string()),
        ("case", CaseId::new(NOW).to_string()),
        ("title", "Receipts in the bot".to_owned()),
        ("text", "Ask the bot for /receipt, and it sends one as PDF.\n\nIt works for every payment.".to_owned()),
    ];
    // What else a letter needs is in the sample already.
    job.event.audience.facts.extend(facts.map(|(key, value)| (key.to_owned(), value)));
    job
}

/// The status that a payment has when its buyer hears of this.
const fn status_after(kind: EventType) -> &'static str {
    match kind {
        EventType::PaymentInReview | EventType::ReviewOpened => "in_review",
        EventType::PaymentActionRequired => "requires_action",
        EventType::PaymentAuthorized => "authorized",
        EventType::PaymentPartiallyCaptured => "partially_captured",
        EventType::PaymentDeclined => "declined",
        EventType::PaymentVoided => "voided",
        EventType::PaymentExpired => "expired",
        EventType::PaymentOutcomeUnknown => "processing",
        _ => "captured",
    }
}

/// The letter of a sample; `None` when there is none of its kind. Its links lead nowhere.
///
/// # Errors
///
/// [`ComposeError`] when the sample lacks something that the letter is about.
pub fn letter(job: &Job, public_url: &Url) -> Result<Option<Letter>, ComposeError> {
    Composer::new(public_url, sample::keyring()).compose(job, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sample_lacks_what_its_letter_is_about() {
        let site = "https://pay.example".parse().unwrap();
        for kind in EventType::ALL {
            for (mode, staff) in [(Mode::Live, false), (Mode::Test, true)] {
                letter(&sample(*kind, Language::En, mode, staff), &site).unwrap();
            }
        }
    }
}
