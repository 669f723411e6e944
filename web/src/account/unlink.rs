//! Disconnecting Telegram. The password is asked for: it is what is left to log in with.

use aviso_core::account::AccountError;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::security::{self, Faults};
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UnlinkForm {
    unlink_password: Secret,
}

/// `POST /account/telegram/unlink`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<UnlinkForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    let refused = |id: &str| Faults { unlink: Some(visitor.words().say(id)), ..Faults::default() };
    let faults = match web.accounts.check_password(account.id, &form.unlink_password).await {
        Ok(()) => match web.accounts.unlink_telegram(account.id).await {
            Ok(_) => return Ok(Redirect::to("/account/security?done=telegram").into_response()),
            Err(AccountError::LastWayIn) => refused("error-last-way-in"),
            Err(error) => return Err(error.into()),
        },
        // Without a password there is nothing to give: say what is missing instead.
        Err(AccountError::Credentials) if !account.has_password => refused("error-last-way-in"),
        Err(AccountError::Credentials) => refused("error-password"),
        Err(error) => return Err(error.into()),
    };
    security::answer(&web, &visitor, None, faults, Code::FieldInvalid.status()).await
}
