//! Changing the password.

use aviso_core::account::AccountError;
use aviso_core::account::password::NewPassword;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::register::password_fault;
use super::security::{self, Faults};
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    old: Secret,
    password: Secret,
}

/// `POST /account/password`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<PasswordForm>,
) -> Result<Response, Problem> {
    let Some((session, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    let words = visitor.words();
    let faults = match NewPassword::new(form.password) {
        Err(error) => Faults { password: Some(password_fault(words, error)), ..Faults::default() },
        Ok(new) => match web.accounts.change_password(session, &form.old, &new).await {
            Ok(()) => return Ok(Redirect::to("/account/security?done=password").into_response()),
            Err(AccountError::Credentials) => Faults { old: Some(words.say("error-password")), ..Faults::default() },
            Err(AccountError::SamePassword) => {
                Faults { password: Some(words.say("error-same-password")), ..Faults::default() }
            }
            Err(AccountError::PasswordUsed) => {
                Faults { password: Some(words.say("error-password-used")), ..Faults::default() }
            }
            Err(error) => return Err(error.into()),
        },
    };
    security::answer(&web, &visitor, None, faults, Code::FieldInvalid.status()).await
}
