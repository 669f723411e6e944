//! The link in the confirmation mail. Opening it changes nothing: mail scanners open links.
//!
//! In the browser that registered a press of the button is enough. Any other, such as the phone that
//! reads the mail, is asked for the password; for a chat that is to be connected, for its number.

use askama::Template;
use aviso_core::account::{AccountError, ConfirmAnswer, ConfirmQuestion, Confirmed};
use aviso_core::secret::Secret;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame, NoticePage};
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    frame: Frame,
    question: ConfirmQuestion,
    field: Option<Field>,
}

/// What is typed or pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfirmForm {
    password: Secret,
    number: String,
    not_mine: String,
}

impl ConfirmForm {
    /// What it answers; `None` when what was asked for is missing.
    fn answer(&self, question: &ConfirmQuestion) -> Option<ConfirmAnswer<'_>> {
        match question {
            ConfirmQuestion::Nothing => Some(ConfirmAnswer::Nothing),
            ConfirmQuestion::Password if !self.not_mine.is_empty() => Some(ConfirmAnswer::NotMine),
            ConfirmQuestion::Password if self.password.is_empty() => None,
            ConfirmQuestion::Password => Some(ConfirmAnswer::Password(&self.password)),
            // A slip of the finger that is no number at all does not use up the one try.
            ConfirmQuestion::Number { .. } => {
                let number = self.number.trim().parse().ok().filter(|number| (10..100).contains(number));
                number.map(ConfirmAnswer::Number)
            }
        }
    }
}

impl ConfirmPage {
    fn new(visitor: &Visitor, question: ConfirmQuestion, fault: Option<&str>) -> Self {
        let words = visitor.words();
        let field = match question {
            ConfirmQuestion::Nothing => None,
            ConfirmQuestion::Password => {
                Some(Field::new("password", "password", words.say("field-chosen-password"), "current-password"))
            }
            ConfirmQuestion::Number { .. } => Some(Field::new("number", "text", words.say("field-chat-number"), "off")),
        };
        let field = field.map(|field| field.error(fault.map(|id| words.say(id))));
        Self { frame: Frame::new(visitor, "confirm-title"), question, field }
    }
}

/// `GET /confirm/{token}`: a button, and what has to be proved.
pub(super) async fn show(
    State(web): State<WebState>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let question = web.accounts.peek_confirmation(&token, Some(&visitor.browser)).await?;
    page::answer(problem::DONE, &ConfirmPage::new(&visitor, question, None))
}

/// `POST /confirm/{token}`: uses the link.
pub(super) async fn submit(
    State(web): State<WebState>,
    Path(token): Path<String>,
    PageForm(visitor, form): PageForm<ConfirmForm>,
) -> Result<Response, Problem> {
    let question = web.accounts.peek_confirmation(&token, Some(&visitor.browser)).await?;
    let Some(answer) = form.answer(&question) else {
        let fault = match question {
            ConfirmQuestion::Number { .. } => "error-chat-number",
            ConfirmQuestion::Nothing | ConfirmQuestion::Password => "error-chosen-password",
        };
        return page::answer(Code::FieldInvalid.status(), &ConfirmPage::new(&visitor, question, Some(fault)));
    };
    match web.accounts.confirm_email(&token, Some(&visitor.browser), answer).await {
        Ok(done) => outcome(&visitor, done),
        Err(AccountError::Credentials) => {
            let page = ConfirmPage::new(&visitor, question, Some("error-chosen-password"));
            page::answer(Code::CredentialsWrong.status(), &page)
        }
        Err(error) => Err(error.into()),
    }
}

fn outcome(visitor: &Visitor, done: Confirmed) -> Result<Response, Problem> {
    let words = visitor.words();
    let (title, text, next) = match done {
        Confirmed::Kept(_) if visitor.login.is_some() => {
            ("confirmed-title", "confirmed-text", Some(("/account", "go-account")))
        }
        Confirmed::Kept(_) => ("confirmed-title", "confirmed-text", Some(("/login", "go-login"))),
        Confirmed::PutOut(_) => ("confirmed-title", "confirmed-put-out", Some(("/forgot", "go-password"))),
        Confirmed::WithTelegram(_) => ("confirmed-title", "confirmed-telegram", Some(("/forgot", "go-password"))),
        Confirmed::WrongNumber => ("wrong-number-title", "wrong-number-text", None),
    };
    let status = if done == Confirmed::WrongNumber { Code::FieldInvalid.status() } else { problem::DONE };
    let next = next.map(|(address, id)| (address, words.say(id)));
    page::answer(status, &NoticePage { frame: Frame::new(visitor, title), text: words.say(text), next })
}
