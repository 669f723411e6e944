//! A person's data: what there is as one file, and the way to end the account.

use std::time::Duration;

use askama::Template;
use aviso_core::account::{Account, AccountError, SecondFactor, Session};
use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::secret::Secret;
use aviso_core::vault::saved_card_document;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::{cards, code};
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// So shortly after a log-in nobody is asked for the password again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// Payments read at once.
const BATCH: u64 = 100;

#[derive(Debug, Template)]
#[template(path = "data.html")]
struct DataPage {
    frame: Frame,
    is_fresh: bool,
    has_password: bool,
    is_confirmed: bool,
    has_factor: bool,
    export_password: Field,
    password: Field,
    code: Field,
}

/// What is wrong with what was typed, by field.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) export: Option<String>,
    pub(super) password: Option<String>,
    pub(super) code: Option<String>,
}

fn is_fresh(web: &WebState, session: &Session) -> bool {
    web.clock.now().since(session.created_at) < FRESH
}

/// `GET /account/data`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    answer(&web, &visitor, Faults::default(), problem::DONE).await
}

/// The page, with what is wrong.
pub(super) async fn answer(
    web: &WebState,
    visitor: &Visitor,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Some((session, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let password =
        |id, fault| Field::new(id, "password", visitor.words().say("field-password"), "current-password").error(fault);
    let page = DataPage {
        frame: Frame::new(visitor, "data-title").within("data"),
        is_fresh: is_fresh(web, session),
        has_password: account.has_password,
        is_confirmed: account.email_confirmed_at.is_some(),
        has_factor: web.accounts.second_factor(account.id).await? != SecondFactor::Off,
        export_password: password("export_password", faults.export),
        password: password("password", faults.password),
        code: code::field(visitor, faults.code),
    };
    page::answer(status, &page)
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExportForm {
    export_password: Secret,
}

/// `POST /account/data/export`.
pub(super) async fn export(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<ExportForm>,
) -> Result<Response, Problem> {
    let Some((session, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    if !is_fresh(&web, session) {
        match web.accounts.check_password(account.id, &form.export_password).await {
            Ok(()) => {}
            Err(AccountError::Credentials) => {
                let faults = Faults { export: Some(visitor.words().say("error-password")), ..Faults::default() };
                return answer(&web, &visitor, faults, Code::FieldInvalid.status()).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    let data = everything(&web, account).await?;
    let text = serde_json::to_string_pretty(&data)
        .map_err(|_| Problem::new(Code::InternalError, "the data cannot be written"))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"aviso-data.json\""),
    ];
    Ok((headers, text).into_response())
}

async fn everything(web: &WebState, account: &Account) -> Result<Value, Problem> {
    let sessions: Vec<Value> = web
        .accounts
        .sessions(account.id)
        .await?
        .iter()
        .map(|session| {
            json!({
                "device": session.device,
                "since": session.created_at.to_string(),
                "last_seen": session.last_seen_at.to_string(),
            })
        })
        .collect();
    let cards: Vec<Value> = cards::vault(web)
        .cards_of_account(account.id)
        .await?
        .iter()
        .map(|(card, shop)| json!({ "shop": shop, "saved_card": saved_card_document(card) }))
        .collect();
    let telegram = account.telegram.as_ref().map(|identity| {
        json!({ "id": identity.tg_user_id, "username": identity.username, "first_name": identity.first_name })
    });
    Ok(json!({
        "written_at": web.clock.now().to_string(),
        "account": {
            "id": account.id.to_string(),
            "email": account.email,
            "email_confirmed_at": account.email_confirmed_at.map(|at| at.to_string()),
            "language": account.language.code(),
            "time_zone": account.time_zone.name(),
        },
        "telegram": telegram,
        "sessions": sessions,
        "saved_cards": cards,
        "payments": payments(web, account).await?,
        "inbox": inbox(web, account).await?,
    }))
}

/// What the person was told, as far as it is kept.
async fn inbox(web: &WebState, account: &Account) -> Result<Vec<Value>, Problem> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let (items, next) = web.inbox.page(account.id, before, BATCH).await?;
        all.extend(items.iter().map(|item| {
            json!({
                "about": item.event.kind.as_str(),
                "payment": item.event.payment_id.map(|id| id.to_string()),
                "since": item.created_at.to_string(),
                "read_at": item.read_at.map(|at| at.to_string()),
            })
        }));
        if next.is_none() {
            return Ok(all);
        }
        before = next;
    }
}

/// Every payment with its shop and refunds.
async fn payments(web: &WebState, account: &Account) -> Result<Vec<Value>, Problem> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = web.payments.of_account(account.id, before, BATCH).await?;
        for document in &page.items {
            all.push(payment(web, document).await?);
        }
        before = page.items.last().and_then(|last| last.id.parse::<PaymentId>().ok());
        if !page.has_more || before.is_none() {
            return Ok(all);
        }
    }
}

async fn payment(web: &WebState, document: &PaymentDocument) -> Result<Value, Problem> {
    let id = document.id.parse().map_err(|_| Problem::new(Code::InternalError, "a payment has an unreadable id"))?;
    let details = web.payments.details(id).await?;
    let refunds: Vec<Value> = details
        .refunds
        .iter()
        .map(|refund| {
            json!({
                "amount": refund.amount.minor(),
                "status": refund.status.as_str(),
                "created_at": refund.created_at.to_string(),
            })
        })
        .collect();
    Ok(json!({ "shop": details.shop, "payment": document, "refunds": refunds }))
}
