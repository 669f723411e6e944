//! Security notices: what happened to the account, and what to do if it was not its owner.

use aviso_core::event::{Event, EventType};
use url::Url;

use super::{Follow, Notice, page_key};
use crate::clean;
use crate::screen::Screen;
use crate::words::{Args, Words};

pub(super) fn compose(event: &Event, words: &Words, site: &Url) -> Notice {
    let id = event.kind.as_str().replace(['.', '_'], "-");
    let device = match event.kind {
        EventType::AccountLogin => event.audience.facts.get("device").and_then(|text| clean::line(text, 80)),
        _ => None,
    };
    let mut html = words.tell(
        "account-notice",
        &Args::new()
            .with_html("title", words.say(&format!("{id}.title")))
            .with_html("lead", words.say(&format!("{id}.lead")))
            .with_html("next", words.say(&format!("{id}.next")))
            .with("at", words.moment(event.created_at)),
    );
    if let Some(device) = device {
        html.push('\n');
        html.push_str(&words.tell("line-device", &Args::new().with("device", device)));
    }
    let key = page_key(words.say("key-account"), site, "account");
    Notice::new(Screen::text(html).row(key), Follow::Aside)
}
