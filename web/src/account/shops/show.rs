//! Where a shop stands, how it came there, and what is next.

use askama::Template;
use aviso_core::id::MerchantId;
use aviso_core::onboarding::Stage;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{logged_in, stage_id, theirs};
use crate::account::page::{self, Frame};
use crate::account::visitor::Visitor;
use crate::extract::{ApiPath, ApiQuery};
use crate::problem::{self, Problem};
use crate::state::WebState;

#[derive(Debug)]
struct Step {
    stage: String,
    at: String,
    reason: String,
}

#[derive(Debug, Template)]
#[template(path = "shop.html")]
struct ShopPage {
    frame: Frame,
    id: String,
    name: String,
    stage: String,
    next: String,
    /// Until when it may test, or by when somebody else acts.
    until: Option<(String, String)>,
    reason: String,
    fee: Option<String>,
    steps: Vec<Step>,
    may_apply: bool,
    may_sign: bool,
    may_take_live: bool,
    may_test: bool,
    sampled: bool,
}

/// Whether sample payments were made just now.
#[derive(Debug, Default, Deserialize)]
pub(in crate::account) struct ShopQuery {
    done: Option<String>,
}

/// `GET /account/shops/{merchant}`.
pub(super) async fn show(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    ApiQuery(query): ApiQuery<ShopQuery>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    let shop = theirs(&web, account, merchant).await?;
    let words = visitor.words();
    let moment = |at| words.moment(account.time_zone, at);
    let steps = web.onboardings.steps(merchant).await?;
    let until = match (shop.stage, shop.test_until, shop.expected_by()) {
        (Stage::Trial, Some(until), _) => Some((words.say("shop-test-until"), moment(until))),
        (_, _, Some(by)) => Some((words.say("shop-expected"), moment(by))),
        (_, _, None) => None,
    };
    let fee = web.onboardings.terms().fee.filter(|_| shop.stage == Stage::Fee);
    let over = shop.test_until.is_some_and(|until| until <= web.clock.now());
    let next = if shop.stage == Stage::Trial && over { "next-trial-over".to_owned() } else { next_id(shop.stage) };
    let page = ShopPage {
        frame: Frame::new(&visitor, "shop-title").within("shops"),
        id: shop.merchant_id.to_string(),
        name: shop.shop,
        stage: words.say(&stage_id(shop.stage)),
        next: words.say(&next),
        until,
        reason: shop.reason,
        fee: fee.map(|fee| fee.format(visitor.language)),
        steps: steps
            .into_iter()
            .map(|step| Step { stage: words.say(&stage_id(step.to)), at: moment(step.at), reason: step.reason })
            .collect(),
        may_apply: shop.stage.may_become(Stage::InReview),
        may_sign: shop.stage == Stage::Contract,
        may_take_live: shop.stage == Stage::Live,
        may_test: shop.stage != Stage::Closed && !over,
        sampled: query.done.as_deref() == Some("sample"),
    };
    page::answer(problem::DONE, &page)
}

fn next_id(stage: Stage) -> String {
    format!("next-{}", stage.as_str().replace('_', "-"))
}
