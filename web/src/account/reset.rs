//! A new password by e-mail.

use std::time::Duration;

use askama::Template;
use aviso_core::account::AccountError;
use aviso_core::account::email::EmailAddress;
use aviso_core::account::password::NewPassword;
use aviso_core::secret::Secret;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame, NoticePage};
use super::register::{new_password, password_fault};
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// How long every answer takes at least: longer than a unit of work, so that nobody can tell by the
/// clock whether there is an account.
pub(super) const ANSWER_AFTER: Duration = Duration::from_millis(300);

#[derive(Debug, Template)]
#[template(path = "forgot.html")]
struct ForgotPage {
    frame: Frame,
    email: Field,
}

#[derive(Debug, Template)]
#[template(path = "reset.html")]
struct ResetPage {
    frame: Frame,
    password: Field,
}

/// What is typed to ask for a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ForgotForm {
    email: String,
}

/// What is typed to use the link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResetForm {
    password: Secret,
}

fn forgot_page(visitor: &Visitor, typed: &str, error: Option<String>) -> ForgotPage {
    let email = Field::new("email", "email", visitor.words().say("field-email"), "email");
    ForgotPage { frame: Frame::new(visitor, "forgot-title"), email: email.value(typed).error(error) }
}

/// `GET /forgot`.
pub(super) async fn show_forgot(visitor: Visitor) -> Result<Response, Problem> {
    page::answer(problem::DONE, &forgot_page(&visitor, "", None))
}

/// `POST /forgot`. One answer whether there is an account or not.
pub(super) async fn submit_forgot(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<ForgotForm>,
) -> Result<Response, Problem> {
    let words = visitor.words();
    let Ok(email) = EmailAddress::new(&form.email) else {
        let page = forgot_page(&visitor, &form.email, Some(words.say("error-email")));
        return page::answer(Code::FieldInvalid.status(), &page);
    };
    let (asked, ()) = tokio::join!(web.accounts.ask_reset(&email), tokio::time::sleep(ANSWER_AFTER));
    asked?;
    let frame = Frame::new(&visitor, "forgot-title");
    page::answer(problem::DONE, &NoticePage { frame, text: words.say("forgot-sent"), next: None })
}

/// `GET /reset/{token}`.
pub(super) async fn show(
    State(web): State<WebState>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    web.accounts.peek_reset(&token).await?;
    let password = new_password(visitor.words(), None);
    page::answer(problem::DONE, &ResetPage { frame: Frame::new(&visitor, "reset-title"), password })
}

/// `POST /reset/{token}`.
pub(super) async fn submit(
    State(web): State<WebState>,
    Path(token): Path<String>,
    PageForm(visitor, form): PageForm<ResetForm>,
) -> Result<Response, Problem> {
    let words = visitor.words();
    match NewPassword::new(form.password) {
        Ok(new) => {
            match web.accounts.reset_password(&token, &new).await {
                Ok(_) => {}
                Err(AccountError::PasswordUsed) => return again(&visitor, words.say("error-password-used")),
                Err(error) => return Err(error.into()),
            }
            let frame = Frame::new(&visitor, "reset-title");
            let next = Some(("/login", words.say("go-login")));
            page::answer(problem::DONE, &NoticePage { frame, text: words.say("reset-done"), next })
        }
        Err(error) => {
            web.accounts.peek_reset(&token).await?;
            again(&visitor, password_fault(words, error))
        }
    }
}

fn again(visitor: &Visitor, fault: String) -> Result<Response, Problem> {
    let password = new_password(visitor.words(), Some(fault));
    let page = ResetPage { frame: Frame::new(visitor, "reset-title"), password };
    page::answer(Code::FieldInvalid.status(), &page)
}
