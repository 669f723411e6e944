//! One payment of a buyer's, as a page to read and as a receipt to print; and *Not me*.

use askama::Template;
use aviso_core::id::PaymentId;
use aviso_core::merchant::Mode;
use aviso_core::money::format_minor;
use aviso_core::payment::attempt::Method;
use aviso_core::payment::telegram::TELEGRAM;
use aviso_core::payment::{PaymentDetails, PaymentError};
use aviso_core::refund::RefundStatus;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::{NoFields, PageForm};
use super::page::{self, Frame};
use super::payments::status_text;
use super::visitor::Visitor;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// A refund in the list.
#[derive(Debug)]
struct RefundRow {
    amount: String,
    status: String,
    at: String,
}

#[derive(Debug, Template)]
#[template(path = "payment.html")]
struct PaymentPage {
    frame: Frame,
    id: String,
    done: Option<String>,
    shop: String,
    status: String,
    amount: String,
    taken: Option<String>,
    refunded: Option<String>,
    method: Option<String>,
    description: Option<String>,
    order: String,
    reference: String,
    at: String,
    test: bool,
    refunds: Vec<RefundRow>,
}

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// `GET /account/payments/{id}`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    ApiQuery(query): ApiQuery<DoneQuery>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let details = web.payments.details_of_account(account.id, read(&id)?).await?;
    let done = match query.done.as_deref() {
        Some("not-me") => Some(visitor.words().say("done-not-me")),
        Some("known") => Some(visitor.words().say("done-not-me-known")),
        Some(_) | None => None,
    };
    page::answer(problem::DONE, &written(&visitor, details, done))
}

fn read(id: &str) -> Result<PaymentId, Problem> {
    id.parse().map_err(|_| Problem::new(Code::PaymentNotFound, "there is no such payment"))
}

fn written(visitor: &Visitor, details: PaymentDetails, done: Option<String>) -> PaymentPage {
    let words = visitor.words();
    let zone = visitor.login.as_ref().map(|(_, account)| account.time_zone).unwrap_or_default();
    let payment = details.payment;
    let money = |minor: i64| format_minor(minor, payment.currency(), words.0);
    let some = |minor: i64| (minor > 0).then(|| money(minor));
    PaymentPage {
        frame: Frame::new(visitor, "payment-title").within("payments"),
        id: payment.id.to_string(),
        done,
        status: status_text(payment.status(), words),
        amount: payment.amount.format(words.0),
        taken: some(payment.captured()).filter(|_| payment.captured() != payment.amount.minor()),
        refunded: some(payment.refunded()),
        method: details.attempts.last().map(|attempt| method(&attempt.method)),
        refunds: details
            .refunds
            .iter()
            .map(|refund| RefundRow {
                amount: refund.amount.format(words.0),
                status: words.say(refund_text(refund.status)),
                at: words.moment(zone, refund.created_at),
            })
            .collect(),
        shop: details.shop,
        order: payment.order_ref.clone(),
        reference: payment.reference.to_string(),
        at: words.moment(zone, payment.created_at),
        test: payment.mode == Mode::Test,
        description: payment.description,
    }
}

pub(crate) fn refund_text(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "refund-pending",
        RefundStatus::Succeeded => "refund-succeeded",
        RefundStatus::Failed => "refund-failed",
    }
}

/// What was paid with, as its owner knows it: `visa •• 4242`.
pub(crate) fn method(method: &Method) -> String {
    match method {
        Method::Card { face, .. } => format!("{} •• {}", brand(face.brand.as_str()), face.last4),
        Method::Wallet(wallet) if wallet.as_str() == TELEGRAM => "Telegram".to_owned(),
        Method::Wallet(wallet) => wallet.as_str().to_owned(),
    }
}

/// A network's name as it is written on cards.
pub(crate) fn brand(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `POST /account/payments/{id}/not-me`: opens a case and freezes the saved card, as in the bot.
pub(super) async fn not_me(
    State(web): State<WebState>,
    Path(id): Path<String>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let id = read(&id)?;
    let case = web.payments.not_me(account.id, id).await.map_err(|error: PaymentError| Problem::from(error))?;
    let done = if case.is_some() { "not-me" } else { "known" };
    Ok(Redirect::to(&format!("/account/payments/{id}?done={done}")).into_response())
}
