//! Logging in and out.

use askama::Template;
use aviso_core::account::AccountError;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::field::Field;
use super::form::{NoFields, PageForm};
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::{cookie, entered};
use crate::limit::Caller;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginForm {
    name: String,
    password: Secret,
}

#[derive(Debug, Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    error: Option<String>,
    name: Field,
    password: Field,
}

impl LoginPage {
    fn new(visitor: &Visitor, name: &str, error: Option<String>) -> Self {
        let words = visitor.words();
        Self {
            frame: Frame::new(visitor, "login-title"),
            error,
            name: Field::new("name", "text", words.say("field-name"), "username").value(name),
            password: Field::new("password", "password", words.say("field-password"), "current-password"),
        }
    }
}

/// A name as limits count it: however it is written.
pub(super) fn alias(name: &str) -> String {
    name.trim().trim_start_matches('@').chars().take(254).collect::<String>().to_lowercase()
}

/// `GET /login`.
pub(super) async fn show(visitor: Visitor) -> Result<Response, Problem> {
    if visitor.login.is_some() {
        return Ok(Redirect::to("/account").into_response());
    }
    page::answer(problem::DONE, &LoginPage::new(&visitor, "", None))
}

/// `POST /login`. One answer for everything that is wrong.
pub(super) async fn submit(
    State(web): State<WebState>,
    Caller(address): Caller,
    PageForm(visitor, form): PageForm<LoginForm>,
) -> Result<Response, Problem> {
    web.limiters().login.check(&(address, alias(&form.name)))?;
    match web.accounts.log_in(&form.name, &form.password, visitor.visit()).await {
        Ok(entered) => Ok(entered::answer(&web, entered)),
        Err(AccountError::Credentials) => {
            let error = visitor.words().say("error-credentials");
            let page = LoginPage::new(&visitor, &form.name, Some(error));
            page::answer(Code::CredentialsWrong.status(), &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /logout`.
pub(super) async fn log_out(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    if let Some((session, _)) = &visitor.login {
        web.accounts.log_out(session).await?;
    }
    let cookie = cookie::remove(&web.config, cookie::SESSION);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}
