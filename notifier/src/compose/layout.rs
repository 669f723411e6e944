//! Lays a draft out as a plain part and an HTML part with the same content.

use askama::Template;
use aviso_core::merchant::Mode;
use aviso_core::merchant::logo::Logo;

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
    logo: Option<Picture>,
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

/// The shop's picture as it is shown.
#[derive(Debug)]
struct Picture {
    /// Pixels of the page.
    width: u32,
    height: u32,
    /// For who does not see it.
    alt: String,
}

/// The name by which the HTML part finds the picture among the parts of the letter.
pub(crate) const PICTURE_ID: &str = "shop-logo";
/// A picture is shown no wider and no higher than this.
const PICTURE_MAX: (u32, u32) = (200, 64);

impl Picture {
    /// As large as fits, and never larger than it is.
    fn fitted(logo: &Logo, shop: &str) -> Self {
        let (width, height) = (logo.width.max(1), logo.height.max(1));
        let by_width = (width.min(PICTURE_MAX.0), (height * width.min(PICTURE_MAX.0) / width).max(1));
        let (width, height) = if by_width.1 <= PICTURE_MAX.1 {
            by_width
        } else {
            ((width * PICTURE_MAX.1 / height).max(1), PICTURE_MAX.1)
        };
        Self { width, height, alt: shop.to_owned() }
    }
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
pub(super) fn letter(source: &Source<'_>, draft: &Draft, logo: Option<Logo>) -> Result<Letter, ComposeError> {
    let words = &source.words;
    let part = |name: &str| words.tell(&format!("{}.{name}", draft.id), &draft.args);
    let is_test = source.job.event.mode == Mode::Test;
    let subject = subject(&part("subject"), is_test);
    let page = Page {
        language: words.language().code(),
        banner: is_test.then(|| words.say("test-banner")),
        logo: logo.as_ref().map(|logo| Picture::fitted(logo, &source.shop())),
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
    Ok(Letter { subject, text, html, logo, unsubscribe, table: None })
}

fn subject(text: &str, is_test: bool) -> String {
    let marked = if is_test { format!("[TEST] {text}") } else { text.to_owned() };
    if marked.chars().count() <= SUBJECT_CHARS_MAX {
        return marked;
    }
    let kept: String = marked.chars().take(SUBJECT_CHARS_MAX - 1).collect();
    format!("{kept}…")
}
