//! What guards an account: password, authenticator, Telegram, and where it is logged in.

use askama::Template;
use aviso_core::account::{Account, SecondFactor, Session};
use aviso_core::verifier::VerifierState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::field::Field;
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::{device, register};
use crate::extract::ApiQuery;
use crate::problem::{self, Problem};
use crate::state::WebState;

/// A browser that is logged in, as the list shows it.
#[derive(Debug)]
struct Row {
    id: String,
    device: String,
    line: String,
    since: String,
    seen: String,
    is_this: bool,
}

/// What the chat is called that is connected.
#[derive(Debug)]
struct Chat {
    name: String,
    is_gone: bool,
}

#[derive(Debug, Template)]
#[template(path = "security.html")]
struct SecurityPage {
    frame: Frame,
    done: Option<String>,
    has_password: bool,
    old: Field,
    password: Field,
    factor: SecondFactor,
    factor_since: String,
    /// Since when there is a secret code.
    verifier: Option<String>,
    chat: Option<Chat>,
    can_unlink: bool,
    unlink_password: Field,
    sessions: Vec<Row>,
    /// Since when there is a financial password.
    financial_since: Option<String>,
    is_member: bool,
}

/// What is wrong with what was typed, by field.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) old: Option<String>,
    pub(super) password: Option<String>,
    pub(super) unlink: Option<String>,
}

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// `GET /account/security`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<DoneQuery>,
) -> Result<Response, Problem> {
    answer(&web, &visitor, query.done.as_deref(), Faults::default(), problem::DONE).await
}

/// The page, with what was done or what is wrong.
pub(super) async fn answer(
    web: &WebState,
    visitor: &Visitor,
    done: Option<&str>,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Some((session, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let factor = web.accounts.second_factor(account.id).await?;
    let password = |id, label, fault| Field::new(id, "password", words.say(label), "current-password").error(fault);
    let sessions = web.accounts.sessions(account.id).await?;
    let financial = web.accounts.financial_since(account.id).await?;
    let is_member = !web.members.of_account(account.id).await?.is_empty();
    let page = SecurityPage {
        frame: Frame::new(visitor, "security-title").within("security"),
        done: done.and_then(done_text).map(|id| words.say(id)),
        has_password: account.has_password,
        old: password("old", "field-old-password", faults.old),
        password: Field { label: words.say("field-new-password"), ..register::new_password(words, faults.password) },
        factor,
        factor_since: match factor {
            SecondFactor::On { since, .. } => words.day(account.time_zone, since),
            SecondFactor::Off => String::new(),
        },
        verifier: match web.accounts.verifier(account.id).await? {
            VerifierState::On { since } => Some(words.day(account.time_zone, since)),
            VerifierState::Off => None,
        },
        chat: account
            .telegram
            .as_ref()
            .map(|identity| Chat { name: chat_name(account), is_gone: identity.gone_at.is_some() }),
        can_unlink: account.has_password && account.email_confirmed_at.is_some(),
        unlink_password: password("unlink_password", "field-password", faults.unlink),
        financial_since: financial.map(|since| words.day(account.time_zone, since)),
        is_member,
        sessions: sessions.iter().map(|other| row(visitor, account, session, other)).collect(),
    };
    page::answer(status, &page)
}

/// The name of the chat that is connected, when there is one.
pub(super) fn chat_name(account: &Account) -> String {
    account.telegram.as_ref().map_or_else(String::new, |identity| match &identity.username {
        Some(name) => format!("@{name}"),
        None => identity.first_name.clone(),
    })
}

fn row(visitor: &Visitor, account: &Account, this: &Session, other: &Session) -> Row {
    let words = visitor.words();
    Row {
        id: other.id.to_string(),
        device: device::name(&other.device),
        line: other.device.clone(),
        since: words.moment(account.time_zone, other.created_at),
        seen: words.moment(account.time_zone, other.last_seen_at),
        is_this: other.id == this.id,
    }
}

fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "password" => "done-password",
        "session" => "done-session",
        "sessions" => "done-sessions",
        "telegram" => "done-telegram",
        "totp" => "done-totp",
        "verifier" => "done-verifier",
        "verifier-removed" => "done-verifier-removed",
        "financial" => "done-financial",
        _ => return None,
    })
}
