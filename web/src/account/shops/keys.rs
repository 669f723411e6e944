//! An API key, shown once.

use askama::Template;
use aviso_core::audit::Actor;
use aviso_core::id::MerchantId;
use aviso_core::merchant::Mode;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{logged_in, theirs};
use crate::account::form::PageForm;
use crate::account::page::{self, Frame};
use crate::account::visitor::Visitor;
use crate::extract::ApiPath;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// A new key, and what to do with it.
#[derive(Debug, Template)]
#[template(path = "shop_key.html")]
pub(super) struct KeyPage {
    frame: Frame,
    merchant: String,
    site: String,
    key: Secret,
}

impl KeyPage {
    pub(super) fn new(web: &WebState, visitor: &Visitor, merchant: MerchantId, key: &Secret) -> Self {
        Self {
            frame: Frame::new(visitor, "shop-key-title").within("shops"),
            merchant: merchant.to_string(),
            site: web.config.public_url.as_str().trim_end_matches('/').to_owned(),
            key: key.clone(),
        }
    }
}

/// For which world.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::account) struct KeyForm {
    mode: String,
}

/// `POST /account/shops/{merchant}/keys`.
pub(super) async fn issue(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    PageForm(visitor, form): PageForm<KeyForm>,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    theirs(&web, account, merchant).await?;
    let mode =
        Mode::from_name(&form.mode).ok_or_else(|| Problem::new(Code::FieldInvalid, "one of test, live").at("mode"))?;
    let key = web.merchants.issue_key(Actor::Account(account.id), merchant, mode).await?;
    page::answer(problem::CREATED, &KeyPage::new(&web, &visitor, merchant, &key))
}
