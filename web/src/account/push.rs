//! Log-in by a push to the bot: the page shows a number, the chat asks for it, and the page goes on. All looks
//! the same for a name that nobody has.

use askama::Template;
use aviso_core::account::{AccountError, BindState, PushOrigin};
use aviso_core::id::LinkId;
use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::{NoFields, PageForm};
use super::page::{self, Frame};
use super::reset::ANSWER_AFTER;
use super::visitor::Visitor;
use super::{cookie, entered, login};
use crate::limit::{Caller, network};
use crate::problem::{self, Problem};
use crate::state::WebState;

const LOOK_AGAIN_SECS: u32 = 2;

/// Who wants in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PushForm {
    name: String,
}

#[derive(Debug, Template)]
#[template(path = "push.html")]
struct PushPage {
    frame: Frame,
    code: i32,
    state: BindState,
}

fn waiting(web: &WebState, visitor: &Visitor) -> Option<LinkId> {
    cookie::get(&web.config, &visitor.headers, cookie::PUSH)?.expose().parse().ok()
}

/// `POST /login/push`. One answer for everybody, after the same time.
pub(super) async fn ask(
    State(web): State<WebState>,
    Caller(address): Caller,
    PageForm(visitor, form): PageForm<PushForm>,
) -> Result<Response, Problem> {
    web.limiters().push.check(&address)?;
    web.limiters().login.check(&(address, login::alias(&form.name)))?;
    let network = network(address);
    let origin = PushOrigin { visit: visitor.visit(), network: &network };
    let (asked, ()) = tokio::join!(web.accounts.ask_push(&form.name, origin), tokio::time::sleep(ANSWER_AFTER));
    let cookie = cookie::set(&web.config, cookie::PUSH, &asked?.link_id.to_string());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/login/push")).into_response())
}

/// `GET /login/push`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(link) = waiting(&web, &visitor) else { return Ok(Redirect::to("/login").into_response()) };
    let state = web.accounts.bind_state(link, &visitor.browser).await?;
    let code = match web.accounts.bind_ticket(link, &visitor.browser).await {
        Ok(ticket) => ticket.match_code,
        Err(AccountError::LinkInvalid) => return Ok(Redirect::to("/login").into_response()),
        Err(error) => return Err(error.into()),
    };
    let mut page = PushPage { frame: Frame::new(&visitor, "push-title"), code, state };
    page.frame.refresh = (state == BindState::Waiting).then_some(LOOK_AGAIN_SECS);
    page::answer(problem::DONE, &page)
}

/// `POST /login/push/finish`: the browser that asked is let in.
pub(super) async fn finish(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let link = waiting(&web, &visitor).ok_or(AccountError::LinkInvalid)?;
    let entered = web.accounts.finish_push(link, visitor.visit()).await?;
    let done = [(header::SET_COOKIE, cookie::remove(&web.config, cookie::PUSH))];
    Ok((AppendHeaders(done), entered::answer(&web, entered)).into_response())
}
