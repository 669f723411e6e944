//! A person's account: who, how they are reached, and their payments.

use askama::Template;
use aviso_core::account::Account;
use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::money::format_minor;
use aviso_core::payment::PaymentError;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

const PAYMENTS_PER_PAGE: u64 = 10;

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    account: Account,
    telegram: Option<String>,
    payments: Vec<Row>,
    first_page: bool,
    next: Option<String>,
}

/// A payment as its buyer sees it.
#[derive(Debug)]
struct Row {
    shop: String,
    amount: String,
    refunded: Option<String>,
    status: String,
    at: String,
    reference: String,
    test: bool,
}

/// Which page of payments.
#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    before: Option<String>,
}

/// `GET /account`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let before: Option<PaymentId> = query.before.as_deref().map(str::parse).transpose().map_err(not_a_payment)?;
    let found = web.payments.of_account(account.id, before, PAYMENTS_PER_PAGE).await?;
    let mut payments = Vec::new();
    for document in &found.items {
        payments.push(row(&web, document, visitor.words()).await?);
    }
    let page = AccountPage {
        frame: Frame::new(&visitor, "account-title"),
        telegram: account.telegram.as_ref().map(|identity| match &identity.username {
            Some(name) => format!("@{name}"),
            None => identity.first_name.clone(),
        }),
        account: account.clone(),
        first_page: before.is_none(),
        next: found.items.last().filter(|_| found.has_more).map(|last| last.id.clone()),
        payments,
    };
    page::answer(problem::DONE, &page)
}

fn not_a_payment(error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::QueryInvalid, error.to_string()).at("before")
}

async fn row(web: &WebState, document: &PaymentDocument, words: Words) -> Result<Row, Problem> {
    let id: PaymentId = document.id.parse().map_err(not_a_payment)?;
    let details = web.payments.details(id).await.map_err(|error: PaymentError| Problem::from(error))?;
    let payment = details.payment;
    let refunded = payment.refunded();
    Ok(Row {
        shop: details.shop,
        amount: payment.amount.format(words.0),
        refunded: (refunded > 0).then(|| format_minor(refunded, payment.currency(), words.0)),
        status: words.say(&format!("status-{}", payment.status().as_str().replace('_', "-"))),
        at: payment.created_at.to_datetime().format("%Y-%m-%d %H:%M UTC").to_string(),
        reference: payment.reference.to_string(),
        test: payment.mode == Mode::Test,
    })
}

/// The language that was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LanguageForm {
    language: String,
}

/// `POST /account/language`.
pub(super) async fn set_language(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<LanguageForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let language = Language::from_code(&form.language);
    let language = language.ok_or_else(|| Problem::new(Code::FieldInvalid, "one of en, es, ru").at("language"))?;
    web.accounts.set_language(account.id, language).await?;
    Ok(Redirect::to("/account").into_response())
}
