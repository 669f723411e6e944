//! Connecting Telegram: the deep link, the number to match, and the wait in the same browser.
//!
//! The ticket lives in a signed cookie and is shown from there. For an e-mail that was taken already it
//! is of a link without an account: all looks the same until it is finished.

use askama::Template;
use aviso_core::account::link::LinkPurpose;
use aviso_core::account::{AccountError, BindState, BindTicket};
use aviso_core::clock::Timestamp;
use aviso_core::id::LinkId;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};

use super::form::{NoFields, PageForm};
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::{cookie, entered};
use crate::problem::{self, Problem};
use crate::state::WebState;

const LOOK_AGAIN_SECS: u32 = 2;

/// What the waiting browser keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    link: LinkId,
    code: i32,
    until_secs: i64,
}

impl Ticket {
    pub(super) fn of(ticket: &BindTicket, now: Timestamp) -> Self {
        let until = now.after(LinkPurpose::BindTelegram.lifetime());
        Self { link: ticket.link_id, code: ticket.match_code, until_secs: until.as_secs() }
    }

    fn text(self) -> String {
        format!("{}.{}.{}", self.link, self.code, self.until_secs)
    }

    fn seal(self, web: &WebState, browser: &Secret) -> String {
        web.keyring.fingerprint("ticket", &format!("{}\n{}", browser.expose(), self.text()))
    }

    pub(super) fn cookie(self, web: &WebState, browser: &Secret) -> HeaderValue {
        cookie::set(&web.config, cookie::TICKET, &format!("{}.{}", self.text(), self.seal(web, browser)))
    }

    /// The ticket in the visitor's cookie, when it is ours and of this browser.
    fn read(web: &WebState, visitor: &Visitor) -> Option<Self> {
        let cookie = cookie::get(&web.config, &visitor.headers, cookie::TICKET)?;
        let (text, seal) = cookie.expose().rsplit_once('.')?;
        let mut parts = text.split('.');
        let ticket = Self {
            link: parts.next()?.parse().ok()?,
            code: parts.next()?.parse().ok()?,
            until_secs: parts.next()?.parse().ok()?,
        };
        Secret::new(ticket.seal(web, &visitor.browser)).matches(seal).then_some(ticket)
    }
}

#[derive(Debug, Template)]
#[template(path = "telegram.html")]
struct TelegramPage {
    frame: Frame,
    link: String,
    code: i32,
    waiting: bool,
    confirmed: bool,
}

/// `GET /register/telegram`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(ticket) = Ticket::read(&web, &visitor) else {
        return Ok(Redirect::to(if visitor.login.is_some() { "/account" } else { "/register" }).into_response());
    };
    let state = web.accounts.bind_state(ticket.link, &visitor.browser).await?;
    let token = web.keyring.link_token(ticket.link);
    let mut page = TelegramPage {
        frame: Frame::new(&visitor, "telegram-title"),
        link: format!("{}?start=r_{}", web.config.bot_link.base(), token.expose()),
        code: ticket.code,
        waiting: state == BindState::Waiting,
        confirmed: state == BindState::Confirmed,
    };
    page.frame.refresh = page.waiting.then_some(LOOK_AGAIN_SECS);
    page::answer(problem::DONE, &page)
}

/// `POST /register/telegram`: the browser that started it finishes it, and is logged in.
pub(super) async fn finish(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let ticket = Ticket::read(&web, &visitor).ok_or(AccountError::LinkInvalid)?;
    let done = [(header::SET_COOKIE, cookie::remove(&web.config, cookie::TICKET))];
    if visitor.login.is_some() {
        web.accounts.finish_bind(ticket.link, &visitor.browser).await?;
        return Ok((AppendHeaders(done), Redirect::to("/account")).into_response());
    }
    let entered = web.accounts.finish_bind_and_log_in(ticket.link, visitor.visit()).await?;
    Ok((AppendHeaders(done), entered::answer(&web, entered)).into_response())
}

/// `POST /account/telegram`: starts to connect Telegram to the account that is logged in.
pub(super) async fn start(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some((session, _)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let ticket = web.accounts.start_bind(session, &visitor.browser).await?;
    let cookie = Ticket::of(&ticket, web.clock.now()).cookie(&web, &visitor.browser);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/register/telegram")).into_response())
}
