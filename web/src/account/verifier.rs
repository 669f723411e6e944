//! The secret code by which a person confirms payments: set, changed and taken away with the password.

use askama::Template;
use aviso_core::account::{Account, AccountError};
use aviso_core::secret::Secret;
use aviso_core::verifier::VerifierState;
use aviso_core::verifier::code::{CodeError, NewCode};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "verifier.html")]
struct VerifierPage {
    frame: Frame,
    /// Since when there is a code.
    since: Option<String>,
    has_password: bool,
    has_chat: bool,
    code: Field,
    again: Field,
    password: Field,
    remove_password: Field,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VerifierForm {
    code: Secret,
    again: Secret,
    password: Secret,
}

/// What is typed to take the code away.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RemoveForm {
    remove_password: Secret,
}

/// What is wrong, by field: ids of texts.
#[derive(Debug, Default)]
struct Faults {
    code: Option<&'static str>,
    again: Option<&'static str>,
    password: Option<&'static str>,
    remove_password: Option<&'static str>,
}

async fn answer(web: &WebState, visitor: &Visitor, faults: Faults, status: StatusCode) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let field = |id, label, autocomplete, fault: Option<&'static str>| {
        Field::new(id, "password", words.say(label), autocomplete).error(fault.map(|id| words.say(id)))
    };
    let page = VerifierPage {
        frame: Frame::new(visitor, "verifier-title").within("security"),
        since: match web.accounts.verifier(account.id).await? {
            VerifierState::On { since } => Some(words.day(account.time_zone, since)),
            VerifierState::Off => None,
        },
        has_password: account.has_password,
        has_chat: account.telegram.as_ref().is_some_and(|identity| identity.gone_at.is_none()),
        code: field("code", "verifier-field-code", "off", faults.code).hint(words.say("verifier-hint-code")),
        again: field("again", "verifier-field-again", "off", faults.again),
        password: field("password", "field-password", "current-password", faults.password),
        remove_password: field("remove_password", "field-password", "current-password", faults.remove_password),
    };
    page::answer(status, &page)
}

/// `GET /account/verifier`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    answer(&web, &visitor, Faults::default(), problem::DONE).await
}

fn person<'a>(web: &WebState, visitor: &'a Visitor) -> Result<&'a Account, Problem> {
    let login = visitor.login.as_ref().ok_or(AccountError::LinkInvalid)?;
    web.limiters().account.check(&login.1.id)?;
    Ok(&login.1)
}

/// `POST /account/verifier`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<VerifierForm>,
) -> Result<Response, Problem> {
    let account = person(&web, &visitor)?;
    let same = form.code.matches(form.again.expose());
    let faults = match NewCode::new(form.code) {
        Ok(code) if same => match web.accounts.set_verifier_code(account.id, &form.password, &code).await {
            Ok(()) => return Ok(Redirect::to("/account/security?done=verifier").into_response()),
            Err(AccountError::Credentials) => Faults { password: Some("error-password"), ..Faults::default() },
            Err(error) => return Err(error.into()),
        },
        Ok(_) => Faults { again: Some("verifier-error-again"), ..Faults::default() },
        Err(CodeError::Shape) => Faults { code: Some("verifier-error-shape"), ..Faults::default() },
        Err(CodeError::Guessable) => Faults { code: Some("verifier-error-guessable"), ..Faults::default() },
    };
    answer(&web, &visitor, faults, Code::FieldInvalid.status()).await
}

/// `POST /account/verifier/remove`.
pub(super) async fn remove(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<RemoveForm>,
) -> Result<Response, Problem> {
    let account = person(&web, &visitor)?;
    match web.accounts.remove_verifier_code(account.id, &form.remove_password).await {
        Ok(()) => Ok(Redirect::to("/account/security?done=verifier-removed").into_response()),
        Err(AccountError::Credentials) => {
            let faults = Faults { remove_password: Some("error-password"), ..Faults::default() };
            answer(&web, &visitor, faults, Code::FieldInvalid.status()).await
        }
        Err(error) => Err(error.into()),
    }
}
