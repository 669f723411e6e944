//! The list of a person's shops, and the form that begins a trial.

use askama::Template;
use aviso_core::onboarding::OnboardingError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::keys::KeyPage;
use super::{logged_in, stage_id};
use crate::account::field::Field;
use crate::account::form::PageForm;
use crate::account::page::{self, Frame};
use crate::account::visitor::Visitor;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    stage: String,
    since: String,
}

#[derive(Debug, Template)]
#[template(path = "shops.html")]
struct ShopsPage {
    frame: Frame,
    shops: Vec<Row>,
    name: Field,
    alert: Option<String>,
}

/// The name of the shop.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::account) struct StartForm {
    shop: String,
}

/// What is wrong with the form.
#[derive(Debug, Default)]
struct Faults {
    name: Option<String>,
    alert: Option<String>,
}

/// `GET /account/shops`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    answer(&web, &visitor, "", Faults::default(), problem::DONE).await
}

async fn answer(
    web: &WebState,
    visitor: &Visitor,
    name: &str,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(visitor) else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let shops = web.onboardings.of_account(account.id).await?;
    let shops = shops.into_iter().map(|shop| Row {
        id: shop.merchant_id.to_string(),
        name: shop.shop,
        stage: words.say(&stage_id(shop.stage)),
        since: words.moment(account.time_zone, shop.since),
    });
    let field = Field::new("shop", "text", words.say("field-shop"), "organization");
    let page = ShopsPage {
        frame: Frame::new(visitor, "shops-title").within("shops"),
        shops: shops.collect(),
        name: field.hint(words.say("hint-shop")).value(name).error(faults.name),
        alert: faults.alert,
    };
    page::answer(status, &page)
}

/// `POST /account/shops`: a trial begins; the first key is shown.
pub(super) async fn start(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<StartForm>,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    let words = visitor.words();
    let faults = match web.onboardings.start_trial(account.id, &form.shop, account.language).await {
        Ok(trial) => {
            let page = KeyPage::new(&web, &visitor, trial.merchant.id, &trial.key);
            return page::answer(problem::CREATED, &page);
        }
        Err(OnboardingError::Name) => Faults { name: Some(words.say("error-shop")), alert: None },
        Err(OnboardingError::EmailUnconfirmed) => {
            Faults { name: None, alert: Some(words.say("account-confirm-first")) }
        }
        Err(OnboardingError::TooMany(_)) => Faults { name: None, alert: Some(words.say("error-shops-many")) },
        Err(error) => return Err(error.into()),
    };
    answer(&web, &visitor, &form.shop, faults, Code::FieldInvalid.status()).await
}
