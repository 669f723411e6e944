//! A person's account: who, how they are reached, and their latest payments.

use askama::Template;
use aviso_core::account::Account;
use aviso_core::language::Language;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::page::{self, Frame};
use super::payments::{self, PER_PAGE, Row};
use super::security::chat_name;
use super::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    account: Account,
    telegram: Option<String>,
    payments: Vec<Row>,
    next: Option<String>,
    /// The merchants that the person acts for: address and name.
    shops: Vec<(String, String)>,
}

/// `GET /account`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let found = web.payments.of_account(account.id, None, PER_PAGE).await?;
    let payments = payments::rows(&web, &found.items, visitor.words(), account.time_zone).await?;
    let shops = web.members.of_account(account.id).await?;
    let page = AccountPage {
        frame: Frame::new(&visitor, "account-title").within("account"),
        telegram: account.telegram.as_ref().map(|_| chat_name(account)),
        account: account.clone(),
        next: found.items.last().filter(|_| found.has_more).map(|last| last.id.clone()),
        payments,
        shops: shops.into_iter().map(|(shop, _)| (format!("/merchant/{}/live", shop.id), shop.name)).collect(),
    };
    page::answer(problem::DONE, &page)
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
