//! What every page has around its content, and how it becomes an answer.

use askama::Template;
use aviso_core::language::Language;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::assets;
use super::visitor::Visitor;
use super::words::Words;
use crate::problem::{Code, Problem};

/// What every page has around its content.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) words: Words,
    pub(crate) title: String,
    pub(crate) style: String,
    /// The script that keeps the number of unread items up to date.
    pub(crate) bell: String,
    /// How many items in the inbox are unread.
    pub(crate) unread: u64,
    pub(crate) form_token: String,
    /// The e-mail of who is logged in.
    pub(crate) email: Option<String>,
    /// The part of the account that the page is in: the last part of its address.
    pub(crate) section: &'static str,
    /// After how many seconds the page looks again.
    pub(crate) refresh: Option<u32>,
}

impl Frame {
    /// The frame of a page for this visitor; `title` is the id of its text.
    pub(crate) fn new(visitor: &Visitor, title: &str) -> Self {
        let words = visitor.words();
        Self {
            words,
            title: words.say(title),
            style: assets::style_path(),
            bell: assets::bell_path(),
            unread: visitor.unread,
            form_token: visitor.form_token.clone(),
            email: visitor.login.as_ref().map(|(_, account)| account.email.clone()),
            section: "",
            refresh: None,
        }
    }

    /// The same, in a part of the account.
    pub(crate) const fn within(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    /// The frame of a page that says what is wrong, whoever looks.
    pub(crate) fn plain(words: Words, title: String) -> Self {
        Self {
            words,
            title,
            style: assets::style_path(),
            bell: assets::bell_path(),
            unread: 0,
            form_token: String::new(),
            email: None,
            section: "",
            refresh: None,
        }
    }

    /// A text in the page's language.
    pub(crate) fn say(&self, id: &str) -> String {
        self.words.say(id)
    }

    /// The number of unread items as it is shown.
    pub(crate) fn unread_text(&self) -> String {
        if self.unread > 99 { "99+".to_owned() } else { self.unread.to_string() }
    }

    /// What the page can be switched to.
    pub(crate) const fn languages(&self) -> [Language; 3] {
        Language::ALL
    }
}

/// A page with an answer's status.
///
/// # Errors
///
/// 500 when it cannot be written.
pub(crate) fn answer(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let text = page.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be written");
        Problem::new(Code::InternalError, "the page cannot be written")
    })?;
    Ok((status, Html(text)).into_response())
}

/// A page that says one thing, and where to go from there.
#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub(crate) struct NoticePage {
    pub(crate) frame: Frame,
    pub(crate) text: String,
    /// An address and the text of its link.
    pub(crate) next: Option<(&'static str, String)>,
}
