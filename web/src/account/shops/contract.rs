//! The contract: read, and accepted.

use askama::Template;
use aviso_core::id::MerchantId;
use aviso_core::onboarding::{OnboardingError, Stage};
use axum::extract::State;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{logged_in, theirs};
use crate::account::form::PageForm;
use crate::account::page::{self, Frame};
use crate::account::visitor::Visitor;
use crate::extract::ApiPath;
use crate::limit::caller;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "shop_contract.html")]
struct ContractPage {
    frame: Frame,
    id: String,
    version: String,
    digest: String,
    text: String,
    fee: Option<String>,
    /// It was accepted, or may not be accepted yet.
    closed: bool,
    alert: Option<String>,
}

/// What is accepted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::account) struct ContractForm {
    digest: String,
    accept: String,
}

/// `GET /account/shops/{merchant}/contract`.
pub(super) async fn show(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    answer(&web, &visitor, merchant, None, problem::DONE).await
}

async fn answer(
    web: &WebState,
    visitor: &Visitor,
    merchant: MerchantId,
    alert: Option<&str>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(visitor) else { return Ok(Redirect::to("/login").into_response()) };
    let shop = theirs(web, account, merchant).await?;
    let terms = web.onboardings.terms();
    let page = ContractPage {
        frame: Frame::new(visitor, "contract-title").within("shops"),
        id: merchant.to_string(),
        version: terms.contract.version.clone(),
        digest: terms.contract.digest(),
        text: terms.contract.text.clone(),
        fee: terms.fee.map(|fee| fee.format(visitor.language)),
        closed: shop.stage != Stage::Contract,
        alert: alert.map(|id| visitor.words().say(id)),
    };
    page::answer(status, &page)
}

/// `POST /account/shops/{merchant}/contract`.
pub(super) async fn accept(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    extensions: Extensions,
    PageForm(visitor, form): PageForm<ContractForm>,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    theirs(&web, account, merchant).await?;
    if form.accept != "yes" {
        return answer(&web, &visitor, merchant, Some("error-contract-accept"), Code::FieldInvalid.status()).await;
    }
    let from = caller(&visitor.headers, &extensions, web.config.trusted_proxies).to_string();
    match web.onboardings.accept_contract(account.id, merchant, &form.digest, Some(from)).await {
        // Sent twice: it is accepted.
        Ok(_) | Err(OnboardingError::Stage(_)) => {
            Ok(Redirect::to(&format!("/account/shops/{merchant}")).into_response())
        }
        Err(OnboardingError::Contract) => {
            let status = Code::FieldInvalid.status();
            answer(&web, &visitor, merchant, Some("error-contract-changed"), status).await
        }
        Err(error) => Err(error.into()),
    }
}
