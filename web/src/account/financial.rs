//! The financial password: set after the log-in's password and the authenticator's code.

use askama::Template;
use aviso_core::account::password::NewPassword;
use aviso_core::account::{AccountError, SecondFactor};
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::code;
use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame};
use super::register::{new_password, password_fault};
use super::visitor::Visitor;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "financial.html")]
struct FinancialPage {
    frame: Frame,
    /// Why somebody was led here who wanted something else.
    asked: bool,
    since: Option<String>,
    has_password: bool,
    has_factor: bool,
    password: Field,
    code: Field,
    financial: Field,
}

/// Why the page is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WhyQuery {
    pub(super) why: String,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FinancialForm {
    password: Secret,
    code: Secret,
    financial: Secret,
}

/// What is wrong with it, by field.
#[derive(Debug, Default)]
struct Faults {
    password: Option<String>,
    code: Option<String>,
    financial: Option<String>,
}

/// `GET /account/financial`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<WhyQuery>,
) -> Result<Response, Problem> {
    answer(&web, &visitor, !query.why.is_empty(), Faults::default(), problem::DONE).await
}

async fn answer(
    web: &WebState,
    visitor: &Visitor,
    asked: bool,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let since = web.accounts.financial_since(account.id).await?;
    let page = FinancialPage {
        frame: Frame::new(visitor, "financial-title").within("security"),
        asked,
        since: since.map(|since| words.day(account.time_zone, since)),
        has_password: account.has_password,
        has_factor: web.accounts.second_factor(account.id).await? != SecondFactor::Off,
        password: Field::new("password", "password", words.say("field-password"), "current-password")
            .error(faults.password),
        code: code::field(visitor, faults.code),
        financial: Field {
            id: "financial",
            label: words.say("field-financial"),
            ..new_password(words, faults.financial)
        },
    };
    page::answer(status, &page)
}

/// `POST /account/financial`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<FinancialForm>,
) -> Result<Response, Problem> {
    let Some((session, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    let words = visitor.words();
    let faults = match NewPassword::new(form.financial) {
        Err(error) => Faults { financial: Some(password_fault(words, error)), ..Faults::default() },
        Ok(new) => match web.accounts.set_financial(session, &form.password, &form.code, &new).await {
            Ok(()) => return Ok(Redirect::to("/account/security?done=financial").into_response()),
            Err(AccountError::Credentials) => {
                Faults { password: Some(words.say("error-password")), ..Faults::default() }
            }
            Err(AccountError::CodeWrong) => Faults { code: Some(words.say("error-code")), ..Faults::default() },
            Err(AccountError::SamePassword) => {
                Faults { financial: Some(words.say("error-financial-same")), ..Faults::default() }
            }
            Err(error) => return Err(error.into()),
        },
    };
    answer(&web, &visitor, false, faults, Code::FieldInvalid.status()).await
}
