//! The code of an authenticator, asked for after the password, the chat or Telegram's signature.

use askama::Template;
use aviso_core::account::AccountError;
use aviso_core::id::LinkId;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::{cookie, entered};
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    code: Field,
}

impl CodePage {
    fn new(visitor: &Visitor, fault: Option<String>) -> Self {
        let code = field(visitor, fault).hint(visitor.words().say("hint-login-code"));
        Self { frame: Frame::new(visitor, "code-title"), code }
    }
}

/// The field of a code.
pub(crate) fn field(visitor: &Visitor, fault: Option<String>) -> Field {
    Field::new("code", "text", visitor.words().say("field-code"), "one-time-code").error(fault)
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CodeForm {
    code: Secret,
}

fn waiting(web: &WebState, visitor: &Visitor) -> Option<LinkId> {
    cookie::get(&web.config, &visitor.headers, cookie::CODE)?.expose().parse().ok()
}

/// `GET /login/code`.
pub(crate) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    match waiting(&web, &visitor) {
        Some(link) if web.accounts.waits_for_code(link, &visitor.browser).await? => {
            page::answer(problem::DONE, &CodePage::new(&visitor, None))
        }
        Some(_) | None => Ok(Redirect::to("/login").into_response()),
    }
}

/// `POST /login/code`.
pub(crate) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<CodeForm>,
) -> Result<Response, Problem> {
    let link = waiting(&web, &visitor).ok_or(AccountError::LinkInvalid)?;
    match web.accounts.give_code(link, visitor.visit(), &form.code).await {
        Ok(session) => {
            let cookies = [cookie::remove(&web.config, cookie::CODE), entered::session_cookie(&web, &session.token)];
            Ok((AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie))), Redirect::to("/account"))
                .into_response())
        }
        Err(AccountError::CodeWrong) if web.accounts.waits_for_code(link, &visitor.browser).await? => {
            let page = CodePage::new(&visitor, Some(visitor.words().say("error-code")));
            page::answer(Code::CodeWrong.status(), &page)
        }
        // The last try: the log-in has to begin anew.
        Err(AccountError::CodeWrong) => Err(AccountError::LinkInvalid.into()),
        Err(error) => Err(error.into()),
    }
}
