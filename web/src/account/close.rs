//! Ending an account: with the password, or by a link to the e-mail.

use askama::Template;
use aviso_core::account::AccountError;
use aviso_core::secret::Secret;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::cookie;
use super::data::{self, Faults};
use super::form::{NoFields, PageForm};
use super::page::{self, Frame, NoticePage};
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "close.html")]
struct ClosePage {
    frame: Frame,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CloseForm {
    password: Secret,
    code: Secret,
}

/// `POST /account/close`.
pub(super) async fn by_password(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<CloseForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    let words = visitor.words();
    let faults = match web.accounts.close(account.id, &form.password, &form.code).await {
        Ok(()) => return closed(&web, &visitor),
        Err(AccountError::Credentials) => Faults { password: Some(words.say("error-password")), ..Faults::default() },
        Err(AccountError::CodeWrong) => Faults { code: Some(words.say("error-code")), ..Faults::default() },
        Err(error) => return Err(error.into()),
    };
    data::answer(&web, &visitor, faults, Code::FieldInvalid.status()).await
}

/// `POST /account/close/ask`: sends the link.
pub(super) async fn ask(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    web.accounts.ask_closing(account).await?;
    let frame = Frame::new(&visitor, "close-title").within("data");
    page::answer(problem::DONE, &NoticePage { frame, text: visitor.words().say("close-sent"), next: None })
}

/// `GET /account/close/{token}`: a button.
pub(super) async fn show(
    State(web): State<WebState>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    web.accounts.peek_closing(&token).await?;
    page::answer(problem::DONE, &ClosePage { frame: Frame::new(&visitor, "close-title") })
}

/// `POST /account/close/{token}`.
pub(super) async fn submit(
    State(web): State<WebState>,
    Path(token): Path<String>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    web.accounts.close_by_link(&token).await?;
    closed(&web, &visitor)
}

/// Nobody is logged in on this page any more.
fn closed(web: &WebState, visitor: &Visitor) -> Result<Response, Problem> {
    let words = visitor.words();
    let frame = Frame::plain(words, words.say("closed-title"));
    let next = Some(("/", words.say("go-home")));
    let page = page::answer(problem::DONE, &NoticePage { frame, text: words.say("closed-text"), next })?;
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie::remove(&web.config, cookie::SESSION))]);
    Ok((cookie, page).into_response())
}
