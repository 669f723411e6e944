//! Log-in by what Telegram signed: a log-in widget or button brings it in the address, a Mini App in a header.
//!
//! Opening the address changes nothing, as whoever previews links opens it too: a press of the button does.

use askama::Template;
use aviso_core::account::{AccountError, TelegramProof, TelegramUser};
use aviso_core::clock::Timestamp;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::entered;
use super::form::PageForm;
use super::page::{self, Frame, NoticePage};
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;
use crate::telegram::{self, BELIEVED_SECS, NotSigned, Signed};

/// The page's own script, and nothing else, may run and ask us.
const APP_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Debug, Template)]
#[template(path = "signed.html")]
struct SignedPage {
    frame: Frame,
    who: String,
    signed: String,
}

#[derive(Debug, Template)]
#[template(path = "app.html")]
struct AppPage {
    frame: Frame,
    script: String,
}

fn token(web: &WebState) -> Result<&str, Problem> {
    let token = web.config.bot_token.as_ref().ok_or_else(|| Problem::new(Code::RouteNotFound, "there is no bot"))?;
    Ok(token.expose())
}

fn refused(error: NotSigned) -> Problem {
    Problem::new(Code::TelegramForged, error.to_string())
}

fn user_of(signed: &Signed) -> TelegramUser {
    TelegramUser {
        id: signed.id,
        // A private chat has the id of its person.
        chat_id: signed.id,
        username: signed.username.clone(),
        first_name: signed.first_name.clone(),
        language_tag: signed.language_tag.clone(),
    }
}

fn proof_of(signed: &Signed) -> TelegramProof {
    TelegramProof {
        user: user_of(signed),
        hash: signed.hash.clone(),
        expires_at: Timestamp::from_micros(signed.auth_date.saturating_add(BELIEVED_SECS).saturating_mul(1_000_000)),
    }
}

/// `GET /login/telegram`: who is about to log in, and a button.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    if visitor.login.is_some() {
        return Ok(Redirect::to("/account").into_response());
    }
    let query = uri.query().unwrap_or_default();
    let signed = telegram::widget(token(&web)?, query, web.clock.now().as_secs()).map_err(refused)?;
    let frame = Frame::new(&visitor, "signed-title");
    page::answer(problem::DONE, &SignedPage { frame, who: user_of(&signed).shown(), signed: query.to_owned() })
}

/// What the button brings: the fields as Telegram signed them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SignedForm {
    signed: String,
}

/// `POST /login/telegram`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<SignedForm>,
) -> Result<Response, Problem> {
    let signed = telegram::widget(token(&web)?, &form.signed, web.clock.now().as_secs()).map_err(refused)?;
    match web.accounts.log_in_by_telegram(&proof_of(&signed), visitor.visit()).await {
        Ok(entered) => Ok(entered::answer(&web, entered)),
        Err(AccountError::TelegramUnknown) => {
            let words = visitor.words();
            let frame = Frame::new(&visitor, "signed-unknown-title");
            let next = Some(("/register", words.say("nav-register")));
            let page = NoticePage { frame, text: words.say("signed-unknown"), next };
            page::answer(Code::TelegramUnknown.status(), &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /login/telegram/app`: what a Mini App opens.
pub(super) async fn show_app(visitor: Visitor) -> Result<Response, Problem> {
    let page = AppPage { frame: Frame::new(&visitor, "signed-title"), script: super::assets::app_path() };
    let mut response = page::answer(problem::DONE, &page)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(APP_POLICY));
    Ok(response)
}

/// `POST /login/telegram/app` with `Authorization: tma …`, which no page of another site can send.
pub(super) async fn submit_app(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let given = visitor.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let raw = given.and_then(|value| value.strip_prefix("tma ")).ok_or_else(|| refused(NotSigned::Malformed))?;
    let signed = telegram::init_data(token(&web)?, raw, web.clock.now().as_secs()).map_err(refused)?;
    let entered = web.accounts.log_in_by_telegram(&proof_of(&signed), visitor.visit()).await?;
    let (next, cookie) = entered::next(&web, &entered);
    Ok(([(header::SET_COOKIE, cookie)], Json(json!({ "next": next }))).into_response())
}
