//! Ending sessions: one, or all but this one.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::{NoFields, PageForm};
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// Which session.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SessionForm {
    session: String,
}

/// `POST /account/sessions/end`. One that ended meanwhile is no fault.
pub(super) async fn end(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<SessionForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let id = form
        .session
        .parse()
        .map_err(|error: aviso_core::id::IdError| Problem::new(Code::FieldInvalid, error.to_string()).at("session"))?;
    web.accounts.revoke_session(account.id, id).await?;
    Ok(Redirect::to("/account/security?done=session").into_response())
}

/// `POST /account/sessions/end-others`.
pub(super) async fn end_others(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some((session, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.accounts.revoke_other_sessions(account.id, Some(session.id)).await?;
    Ok(Redirect::to("/account/security?done=sessions").into_response())
}
