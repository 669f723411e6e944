//! A person's shops: trying the hub out, applying, the contract, the first keys.

mod apply;
mod contract;
mod keys;
mod list;
mod sample;
mod show;

use aviso_core::account::Account;
use aviso_core::id::MerchantId;
use aviso_core::onboarding::{Onboarding, Stage};
use axum::Router;
use axum::routing::{get, post};

use super::visitor::Visitor;
use crate::problem::Problem;
use crate::state::WebState;

/// The pages of shops.
pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route("/account/shops", get(list::show).post(list::start))
        .route("/account/shops/{merchant}", get(show::show))
        .route("/account/shops/{merchant}/apply", get(apply::show).post(apply::submit))
        .route("/account/shops/{merchant}/contract", get(contract::show).post(contract::accept))
        .route("/account/shops/{merchant}/sample", post(sample::make))
}

/// The account of whoever is logged in, if somebody is.
fn logged_in(visitor: &Visitor) -> Option<&Account> {
    visitor.login.as_ref().map(|(_, account)| account)
}

/// A shop of this person.
async fn theirs(web: &WebState, account: &Account, merchant: MerchantId) -> Result<Onboarding, Problem> {
    Ok(web.onboardings.get(account.id, merchant).await?)
}

/// The text that names a stage.
fn stage_id(stage: Stage) -> String {
    format!("stage-{}", stage.as_str().replace('_', "-"))
}
