//! What a person was told, kept until they look; and the number on the bell of pages that are open.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use aviso_core::event::{Event, EventType};
use aviso_core::id::ItemId;
use aviso_core::inbox::{Item, Watch};
use aviso_core::merchant::Mode;
use aviso_core::money::{Currency, format_minor};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Items on one page.
const PER_PAGE: u64 = 20;
/// A comment goes out at least this often, so that a connection that broke is noticed on both ends.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Where proxies read that they must not gather what comes.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

#[derive(Debug, Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    rows: Vec<Row>,
    any_unread: bool,
    is_first: bool,
    older: Option<String>,
}

/// One item as it is shown.
#[derive(Debug)]
struct Row {
    id: String,
    text: String,
    /// More of it, by paragraphs.
    more: Vec<String>,
    at: String,
    unread: bool,
    test: bool,
    /// Where there is more about it.
    link: Option<String>,
}

/// Which page of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InboxQuery {
    before: Option<String>,
}

/// `GET /account/inbox`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<InboxQuery>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let wrong = |error: aviso_core::id::IdError| Problem::new(Code::QueryInvalid, error.to_string()).at("before");
    let before: Option<ItemId> = query.before.as_deref().map(str::parse).transpose().map_err(wrong)?;
    let (items, next) = web.inbox.page(account.id, before, PER_PAGE).await?;
    let (words, zone) = (visitor.words(), account.time_zone);
    let row = |item: &Item| Row {
        id: item.id.to_string(),
        text: text_of(&item.event, words),
        more: more_of(&item.event),
        at: words.moment(zone, item.created_at),
        unread: item.read_at.is_none(),
        test: item.event.mode == Mode::Test,
        link: link_of(&item.event),
    };
    let page = InboxPage {
        any_unread: visitor.unread > 0,
        frame: Frame::new(&visitor, "inbox-title").within("inbox"),
        rows: items.iter().map(row).collect(),
        is_first: before.is_none(),
        older: next.map(|id| format!("/account/inbox?before={id}")),
    };
    page::answer(problem::DONE, &page)
}

/// What was read: one item, or all of them when none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReadForm {
    item: Option<String>,
}

/// `POST /account/inbox/read`.
pub(super) async fn read(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<ReadForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let wrong = |error: aviso_core::id::IdError| Problem::new(Code::FieldInvalid, error.to_string()).at("item");
    let only: Option<ItemId> = form.item.as_deref().map(str::parse).transpose().map_err(wrong)?;
    web.inbox.mark_read(account.id, only).await?;
    Ok(Redirect::to("/account/inbox").into_response())
}

/// `GET /account/inbox/stream`: how many items are unread, whenever that changes, for as long as the session
/// lives.
pub(super) async fn stream(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let Some((session, _)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let too_many = |_| Problem::new(Code::RateLimited, "too many pages of this account are open");
    let watch = web.watches.open(session).map_err(too_many)?;
    let messages = futures::stream::unfold(watch, |mut watch: Watch| async {
        let unread = watch.changed().await?;
        let message = Message::default().event("unread").data(unread.to_string());
        Some((Ok::<_, Infallible>(message), watch))
    });
    let stream = Sse::new(messages).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([UNBUFFERED], stream).into_response())
}

/// What happened, in one line.
fn text_of(event: &Event, words: Words) -> String {
    let facts = &event.audience.facts;
    let fact = |key: &str| facts.get(key).map(String::as_str).unwrap_or_default();
    if event.kind == EventType::NewsPublished {
        return fact("title").to_owned();
    }
    let document = &event.document;
    let money = |minor: i64, currency: &str| match currency.parse::<Currency>() {
        Ok(currency) => format_minor(minor, currency, words.0),
        Err(_) => String::new(),
    };
    let amount = match (&document.refund, &document.payment, &document.bill) {
        (Some(refund), ..) => money(refund.amount, &refund.currency),
        (None, Some(payment), _) if payment.amount_captured > 0 => money(payment.amount_captured, &payment.currency),
        (None, Some(payment), _) => money(payment.amount, &payment.currency),
        (None, None, Some(bill)) => money(bill.amount, &bill.currency),
        (None, None, None) => String::new(),
    };
    let last4 = document.saved_card.as_ref().map(|saved| saved.card.last4.as_str()).unwrap_or_default();
    let args = [
        ("shop", fact("shop")),
        ("amount", &amount),
        ("last4", last4),
        ("device", fact("device")),
        ("month", fact("month")),
    ];
    words.tell(&text_id(event.kind), &args)
}

/// The id of the words for a kind of event.
fn text_id(kind: EventType) -> String {
    format!("inbox-{}", kind.in_texts())
}

/// The paragraphs below the line: only news has some.
fn more_of(event: &Event) -> Vec<String> {
    match event.kind {
        EventType::NewsPublished => {
            let text = event.audience.fact("text").unwrap_or_default();
            text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The page of the account that has more about it.
fn link_of(event: &Event) -> Option<String> {
    if let Some(payment) = event.payment_id {
        return Some(format!("/account/payments/{payment}"));
    }
    let subject = event.kind.as_str().split('.').next()?;
    match subject {
        "account" => Some("/account/security".to_owned()),
        "card" | "mandate" => Some("/account/cards".to_owned()),
        "shop" => Some("/merchant".to_owned()),
        "report" => Some("/account/payments".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aviso_core::inbox::is_kept;
    use aviso_core::language::Language;

    #[test]
    fn everything_that_is_kept_has_words() {
        for kind in EventType::ALL.iter().filter(|kind| is_kept(**kind) && **kind != EventType::NewsPublished) {
            for language in Language::ALL {
                let id = text_id(*kind);
                let args = ["shop", "amount", "last4", "device", "month"].map(|name| (name, "x"));
                let text = Words(language).tell(&id, &args);
                assert!(text != id && !text.contains("{$"), "{id} in {}: {text}", language.code());
            }
        }
    }
}
