//! An invitation to act for a merchant: what it offers, and accepting it.

use askama::Template;
use aviso_core::merchant::member::MemberError;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::home::rights_text;
use crate::account::form::{NoFields, PageForm};
use crate::account::page::{self, Frame};
use crate::account::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "merchant/invitation.html")]
struct InvitationPage {
    frame: Frame,
    path: String,
    text: String,
    rights: String,
    /// Whether somebody is logged in with the invited e-mail.
    is_theirs: bool,
}

async fn answer(web: &WebState, visitor: &Visitor, token: &str, status: StatusCode) -> Result<Response, Problem> {
    let invitation = web.members.peek(token).await?;
    let words = visitor.words();
    let is_theirs = visitor.login.as_ref().is_some_and(|(_, account)| {
        account.email.eq_ignore_ascii_case(&invitation.email) && account.email_confirmed_at.is_some()
    });
    let page = InvitationPage {
        frame: Frame::new(visitor, "cab-invitation"),
        path: format!("/merchant/invitation/{token}"),
        text: words.tell("cab-invitation-lead", &[("shop", &invitation.shop), ("email", &invitation.email)]),
        rights: rights_text(words, invitation.rights),
        is_theirs,
    };
    page::answer(status, &page)
}

/// `GET /merchant/invitation/{token}`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    answer(&web, &visitor, &token, problem::DONE).await
}

/// `POST /merchant/invitation/{token}`.
pub(super) async fn accept(
    State(web): State<WebState>,
    Path(token): Path<String>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    match web.members.accept(&token, account).await {
        Ok(merchant) => Ok(Redirect::to(&format!("/merchant/{merchant}/live")).into_response()),
        Err(MemberError::OtherEmail) => answer(&web, &visitor, &token, Code::RightMissing.status()).await,
        Err(error) => Err(error.into()),
    }
}
