//! A shop on its way to live payments: what the applicant is told, and the card that staff decide by.

use aviso_core::event::Event;
use aviso_core::onboarding::Stage;
use url::Url;

use super::{Follow, Notice, page_key};
use crate::callback::Press;
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// What an applicant is told: what happened, and what is next.
pub(super) fn compose(event: &Event, words: &Words, site: &Url) -> Notice {
    let stage = event.audience.fact("stage").unwrap_or("trial").replace('_', "-");
    let id = if event.audience.fact("over").is_some() {
        "onboarding-trial-over".to_owned()
    } else {
        format!("onboarding-{stage}")
    };
    let args = || {
        let moment = |key: &str| event.audience.fact(key).map_or_else(|| "–".to_owned(), |at| words.written_moment(at));
        Args::new()
            .with("shop", clean::name(event.audience.fact("shop").unwrap_or_default()))
            .with("until", moment("until"))
    };
    let mut html = words.tell(
        "account-notice",
        &Args::new()
            .with_html("title", words.tell(&format!("{id}.title"), &args()))
            .with_html("lead", words.tell(&format!("{id}.lead"), &args()))
            .with_html("next", words.tell(&format!("{id}.next"), &args()))
            .with("at", words.moment(event.created_at)),
    );
    let mut line = |id: &str, key: &'static str, value: Option<String>| {
        if let Some(value) = value {
            html.push('\n');
            html.push_str(&words.tell(id, &Args::new().with(key, value)));
        }
    };
    line("onboarding-line-reason", "reason", event.audience.fact("reason").and_then(|text| clean::line(text, 200)));
    line("onboarding-line-expected", "until", event.audience.fact("expected").map(|at| words.written_moment(at)));
    let fee = event.audience.fact("fee").and_then(|minor| minor.parse().ok()).zip(event.audience.fact("currency"));
    line("onboarding-line-fee", "amount", fee.map(|(minor, currency)| words.amount(minor, currency)));
    let path = format!("account/shops/{}", event.audience.fact("merchant").unwrap_or_default());
    let key = page_key(words.say("key-shop"), site, &path);
    Notice::new(Screen::text(html).row(key), Follow::Aside)
}

/// The card of a shop for which staff must act.
pub(super) fn for_staff(event: &Event, words: &Words) -> Option<Notice> {
    let merchant = event.audience.fact("merchant")?.parse().ok()?;
    let stage = event.audience.fact("stage").and_then(Stage::from_name)?;
    let args = Args::new()
        .with("shop", clean::name(event.audience.fact("shop").unwrap_or_default()))
        .with("merchant", event.audience.fact("merchant").unwrap_or_default())
        .with("until", event.audience.fact("expected").map_or_else(|| "–".to_owned(), |at| words.written_moment(at)));
    let text = match stage {
        Stage::InReview => "staff-applicant-in-review",
        Stage::BankReview => "staff-applicant-bank-review",
        Stage::Fee => "staff-applicant-fee",
        Stage::Trial | Stage::Declined | Stage::Contract | Stage::Live | Stage::Suspended | Stage::Closed => {
            return None;
        }
    };
    let look = Key::press(words.say("key-applicant"), Press::Applicant(merchant));
    Some(Notice::new(Screen::text(words.tell(text, &args)).row([look]), Follow::Aside))
}
