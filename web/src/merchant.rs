//! The cabinet: pages on which members act for a merchant. They work without JavaScript.
//!
//! Everything here is a door to the same services that the API uses; [`member`] says who may pass.

mod audit;
mod bill;
mod bills;
mod cards;
mod endpoint;
mod endpoints;
mod home;
mod input;
mod invitation;
mod keys;
mod live;
mod member;
mod members;
mod money;
mod move_money;
mod order;
mod page;
mod payment;
mod payments;
mod risk;
mod settings;
mod site;
mod snippet;

use aviso_core::merchant::member::Right;
use axum::Router;
use axum::routing::{MethodRouter, get, post};

use crate::state::WebState;
use member::{Capture, Refund, Void};

pub use snippet::Snippet;

/// One page or form of a merchant's world, below `/merchant/{merchant}/{mode}`.
#[derive(Debug, Clone, Copy)]
pub struct CabinetRoute {
    /// `get` or `post`.
    pub method: &'static str,
    /// The path below the merchant's world.
    pub path: &'static str,
    /// The right that it asks for; none for what every member may see.
    pub right: Option<Right>,
    handler: fn() -> MethodRouter<WebState>,
}

const fn open(method: &'static str, path: &'static str, handler: fn() -> MethodRouter<WebState>) -> CabinetRoute {
    CabinetRoute { method, path, right: None, handler }
}

const fn route(
    right: Right,
    method: &'static str,
    path: &'static str,
    handler: fn() -> MethodRouter<WebState>,
) -> CabinetRoute {
    CabinetRoute { method, path, right: Some(right), handler }
}

/// Every page and form of a merchant's world.
pub const CABINET: &[CabinetRoute] = &[
    open("get", "", || get(home::first)),
    open("post", "/leave", || post(members::leave)),
    route(Right::View, "get", "/payments", || get(payments::show)),
    route(Right::View, "get", "/payments/live", || get(live::stream)),
    route(Right::View, "get", "/payments/{id}", || get(payment::show)),
    route(Right::Refund, "get", "/payments/{id}/refund", || get(move_money::ask::<Refund>)),
    route(Right::Refund, "post", "/payments/{id}/refund", || post(move_money::submit::<Refund>)),
    route(Right::Capture, "get", "/payments/{id}/capture", || get(move_money::ask::<Capture>)),
    route(Right::Capture, "post", "/payments/{id}/capture", || post(move_money::submit::<Capture>)),
    route(Right::Capture, "get", "/payments/{id}/void", || get(move_money::ask::<Void>)),
    route(Right::Capture, "post", "/payments/{id}/void", || post(move_money::submit::<Void>)),
    route(Right::Bills, "get", "/bills", || get(bills::show)),
    route(Right::Bills, "post", "/bills", || post(bills::create)),
    route(Right::Bills, "get", "/bills/{id}", || get(bill::show)),
    route(Right::Bills, "post", "/bills/{id}/cancel", || post(bill::cancel)),
    route(Right::View, "get", "/cards", || get(cards::show)),
    route(Right::Settings, "post", "/cards/{id}/remove", || post(cards::remove)),
    route(Right::Money, "get", "/money", || get(money::show)),
    route(Right::Webhooks, "get", "/webhooks", || get(endpoints::show)),
    route(Right::Webhooks, "post", "/webhooks", || post(endpoints::create)),
    route(Right::Webhooks, "get", "/webhooks/{id}", || get(endpoint::show)),
    route(Right::Webhooks, "post", "/webhooks/{id}", || post(endpoint::change)),
    route(Right::Webhooks, "post", "/webhooks/{id}/secret", || post(endpoint::rotate)),
    route(Right::Webhooks, "post", "/webhooks/{id}/test", || post(endpoint::test)),
    route(Right::Webhooks, "post", "/webhooks/{id}/recover", || post(endpoint::recover)),
    route(Right::Webhooks, "post", "/webhooks/{id}/remove", || post(endpoint::remove)),
    route(Right::Webhooks, "post", "/webhooks/{id}/redeliver", || post(endpoint::redeliver)),
    route(Right::Keys, "get", "/keys", || get(keys::show)),
    route(Right::Keys, "post", "/keys", || post(keys::create)),
    route(Right::Keys, "post", "/keys/{id}/revoke", || post(keys::revoke)),
    route(Right::Keys, "post", "/keys/site", || post(site::sign)),
    route(Right::Members, "get", "/members", || get(members::show)),
    route(Right::Members, "post", "/members", || post(members::invite)),
    route(Right::Members, "post", "/members/{id}", || post(members::change)),
    route(Right::Members, "post", "/members/{id}/remove", || post(members::remove)),
    route(Right::Risk, "get", "/risk", || get(risk::show)),
    route(Right::Risk, "post", "/risk", || post(risk::add)),
    route(Right::Risk, "post", "/risk/{id}/remove", || post(risk::remove)),
    route(Right::Settings, "get", "/settings", || get(settings::show)),
    route(Right::Settings, "post", "/settings", || post(settings::change)),
    route(Right::Settings, "get", "/audit", || get(audit::show)),
];

/// The pages of the table, and those that lead to them.
pub(crate) fn router() -> Router<WebState> {
    let before = Router::new()
        .route("/merchant", get(home::show))
        .route("/merchant/invitation/{token}", get(invitation::show).post(invitation::accept));
    CABINET.iter().fold(before, |router, route| {
        router.route(&format!("/merchant/{{merchant}}/{{mode}}{}", route.path), (route.handler)())
    })
}
