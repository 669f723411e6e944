//! Every letter and every notice with sample data, for the sandbox' page.

use aviso_bot::preview as chat;
use aviso_core::event::EventType;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_notifier::preview as mail;
use aviso_sandbox::page::{SampleBody, SampleText};
use url::Url;

/// All of them: by event, then by language, reader and mode.
pub(super) fn every(public_url: &Url) -> Vec<SampleText> {
    let mut texts = Vec::new();
    for kind in EventType::ALL {
        for language in Language::ALL {
            for staff in [false, true] {
                for mode in [Mode::Live, Mode::Test] {
                    texts.extend(of(*kind, language, staff, mode, public_url));
                }
            }
        }
    }
    texts
}

fn of(kind: EventType, language: Language, staff: bool, mode: Mode, public_url: &Url) -> Vec<SampleText> {
    let job = mail::sample(kind, language, mode, staff);
    let text = |body| SampleText {
        event: kind.as_str().to_owned(),
        reader: if staff { "staff" } else { "buyer" }.to_owned(),
        language: language.code().to_owned(),
        test: mode == Mode::Test,
        body,
    };
    let letter = mail::letter(&job, public_url).unwrap_or_else(|error| {
        tracing::warn!(kind = kind.as_str(), %error, "a sample letter was not written");
        None
    });
    let letter =
        letter.map(|letter| SampleBody::Mail { subject: letter.subject, text: letter.text, html: letter.html });
    let notices = chat(&job, public_url)
        .into_iter()
        .map(|notice| SampleBody::Chat { html: notice.html, buttons: notice.buttons });
    letter.into_iter().chain(notices).map(text).collect()
}
