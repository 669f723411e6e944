//! The way out of letters that people subscribed to (RFC 8058): one POST, without a log-in and
//! without cookies. Opening the address changes nothing: mail scanners open links.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::page::{self, Frame, NoticePage};
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "unsubscribe.html")]
struct UnsubscribePage {
    frame: Frame,
    text: String,
    token: String,
}

/// `GET /unsubscribe/{token}`: asks.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let (_, category) = web.accounts.preferences().read_unsubscribe(&token).ok_or_else(no_link)?;
    let words = visitor.words();
    let name = words.say(&format!("told-{}", category.as_str()));
    let text = words.tell("unsubscribe-lead", &[("name", &name)]);
    page::answer(problem::DONE, &UnsubscribePage { frame: Frame::new(&visitor, "unsubscribe-title"), text, token })
}

/// `POST /unsubscribe/{token}`: leaves. The body, `List-Unsubscribe=One-Click` from mail programs, says
/// nothing that the token does not prove.
pub(super) async fn leave(
    State(web): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let category = web.accounts.preferences().unsubscribe(&token).await?.ok_or_else(no_link)?;
    let words = visitor.words();
    let name = words.say(&format!("told-{}", category.as_str()));
    let frame = Frame::new(&visitor, "unsubscribe-done-title");
    let text = words.tell("unsubscribe-done", &[("name", &name)]);
    let next = Some(("/account/notifications", frame.say("told-title")));
    page::answer(problem::DONE, &NoticePage { frame, text, next })
}

fn no_link() -> Problem {
    Problem::new(Code::LinkInvalid, "this is no link of ours")
}
