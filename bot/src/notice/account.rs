//! Security notices: what happened to the account, and what to do if it was not its owner.

use aviso_core::event::{Event, EventType};
use url::Url;

use super::{Follow, Notice, page_key};
use crate::callback::Press;
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

pub(super) fn compose(event: &Event, words: &Words, site: &Url) -> Notice {
    let changed = event.audience.facts.get("what").is_some_and(|what| what == "changed");
    let id = match event.kind {
        EventType::AccountVerifierSet if changed => "account-verifier-changed".to_owned(),
        kind => kind.in_texts(),
    };
    let device = match event.kind {
        EventType::AccountLogin => event.audience.facts.get("device").and_then(|text| clean::line(text, 80)),
        _ => None,
    };
    let shop = event.audience.facts.get("shop").and_then(|text| clean::line(text, 64)).unwrap_or_default();
    let told = |part: &str| words.tell(&format!("{id}.{part}"), &Args::new().with("shop", &shop));
    let mut html = words.tell(
        "account-notice",
        &Args::new()
            .with_html("title", told("title"))
            .with_html("lead", told("lead"))
            .with_html("next", told("next"))
            .with("at", words.moment(event.created_at)),
    );
    if let Some(device) = device {
        html.push('\n');
        html.push_str(&words.tell("line-device", &Args::new().with("device", device)));
    }
    if let (EventType::AccountRecoveryCodeUsed, Some(left)) = (event.kind, event.audience.facts.get("left")) {
        html.push('\n');
        html.push_str(&words.tell("line-codes-left", &Args::new().with("left", left)));
    }
    let path = if event.kind.as_str().starts_with("member.") { "merchant" } else { "account/security" };
    let key = page_key(words.say("key-account"), site, path);
    Notice::new(Screen::text(html).row(key), Follow::Aside)
}

/// A browser wants in: where it is, and the numbers of which one stands on its screen.
pub(super) fn log_in(event: &Event, words: &Words) -> Option<Notice> {
    let facts = &event.audience.facts;
    let link = event.audience.link_id?;
    let fact = |key: &str| facts.get(key).and_then(|text| clean::line(text, 80)).unwrap_or_else(|| "–".to_owned());
    let args = Args::new()
        .with("device", fact("device"))
        .with("network", fact("network"))
        .with("at", words.moment(event.created_at));
    let numbers: Vec<i32> = facts.get("options")?.split(',').filter_map(|number| number.parse().ok()).collect();
    let keys = numbers.iter().map(|number| Key::press(number.to_string(), Press::Number(link, Some(*number))));
    let screen = Screen::text(words.tell("login-question", &args))
        .row(keys)
        .row([Key::press(words.say("key-not-me"), Press::Number(link, None))])
        .protected();
    Some(Notice::new(screen, Follow::Aside))
}
