//! Lays a draft out as a plain part and an HTML part with the same content.

use askama::Template;
use aviso_core::merchant::Mode;

use super::draft::{Button, Draft, Row, Source};
use super::{ComposeError, Letter};
use crate::words::Args;

/// The longest subject, in characters; longer ones are cut by mail programs anyway.
const SUBJECT_CHARS_MAX: usize = 200;

/// What both templates read.
#[derive(Debug)]
struct Page<'a> {
    language: &'static str,
    banner: Option<String>,
    title: String,
    lead: String,
    rows: &'a [Row],
    next: String,
    button: Option<&'a Button>,
    button_hint: String,
    account: Button,
    footer: String,
    unsubscribe: Option<Button>,
    colour: &'static str,
    subject: &'a str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    page: &'a Page<'a>,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    page: &'a Page<'a>,
}

/// The letter that a draft describes.
pub(super) fn letter(source: &Source<'_>, draft: &Draft) -> Result<Letter, ComposeError> {
    let words = &source.words;
    let part = |name: &str| words.tell(&format!("{}.{name}", draft.id), &draft.args);
    let is_test = source.job.event.mode == Mode::Test;
    let subject = subject(&part("subject"), is_test);
    let page = Page {
        language: words.language().code(),
        banner: is_test.then(|| words.say("test-banner")),
        title: part("title"),
        lead: part("lead"),
        rows: &draft.rows,
        next: part("next"),
        button: draft.button.as_ref(),
        button_hint: words.say("button-hint"),
        account: source.button("footer-account", "/account/notifications"),
        footer: words.tell("footer-sent", &Args::default().with("host", &source.composer.host)),
        unsubscribe: source.unsubscribe(),
        colour: draft.tone.colour(),
        subject: &subject,
    };
    let failed = |error: askama::Error| ComposeError::Layout(error.to_string());
    let html = Html { page: &page }.render().map_err(failed)?;
    let text = Text { page: &page }.render().map_err(failed)?;
    let unsubscribe = page.unsubscribe.map(|button| button.url);
    Ok(Letter { subject, text, html, unsubscribe, table: None })
}

fn subject(text: &str, is_test: bool) -> String {
    let marked = if is_test { format!("[TEST] {text}") } else { text.to_owned() };
    if marked.chars().count() <= SUBJECT_CHARS_MAX {
        return marked;
    }
    let kept: String = marked.chars().take(SUBJECT_CHARS_MAX - 1).collect();
    format!("{kept}…")
}
