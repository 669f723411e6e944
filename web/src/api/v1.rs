//! Version 1. One table of routes: router and OpenAPI document are checked against it.

pub(crate) mod account;
pub(crate) mod bank;
pub(crate) mod bills;
pub(crate) mod card;
pub(crate) mod cards;
pub(crate) mod customers;
pub(crate) mod deliveries;
pub(crate) mod disputes;
pub(crate) mod endpoints;
pub(crate) mod events;
mod field;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod mandates;
pub(crate) mod payments;
pub(crate) mod recoveries;
pub(crate) mod refunds;
pub(crate) mod reports;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, patch, post};

use crate::state::WebState;

/// One operation of the API.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method in lower case, as OpenAPI writes it.
    pub method: &'static str,
    /// The path with its parameters in braces.
    pub path: &'static str,
    handler: fn() -> MethodRouter<WebState>,
}

const fn route(method: &'static str, path: &'static str, handler: fn() -> MethodRouter<WebState>) -> Route {
    Route { method, path, handler }
}

/// Every operation for merchants. All of them need an API key of a merchant.
pub const ROUTES: &[Route] = &[
    route("post", "/v1/payments", || post(payments::create)),
    route("get", "/v1/payments", || get(payments::list)),
    route("get", "/v1/payments/{id}", || get(payments::get)),
    route("post", "/v1/payments/{id}/confirm", || post(payments::confirm)),
    route("post", "/v1/payments/{id}/capture", || post(payments::capture)),
    route("post", "/v1/payments/{id}/void", || post(payments::void)),
    route("post", "/v1/refunds", || post(refunds::create)),
    route("get", "/v1/refunds", || get(refunds::list)),
    route("get", "/v1/refunds/{id}", || get(refunds::get)),
    route("post", "/v1/bills", || post(bills::create)),
    route("get", "/v1/bills", || get(bills::list)),
    route("get", "/v1/bills/{id}", || get(bills::get)),
    route("post", "/v1/bills/{id}/cancel", || post(bills::cancel)),
    route("get", "/v1/cards", || get(cards::list)),
    route("get", "/v1/cards/{id}", || get(cards::get)),
    route("delete", "/v1/cards/{id}", || delete(cards::remove)),
    route("get", "/v1/customers/{customer_ref}", || get(customers::get)),
    route("patch", "/v1/customers/{customer_ref}", || patch(customers::update)),
    route("get", "/v1/mandates", || get(mandates::list)),
    route("get", "/v1/mandates/{id}", || get(mandates::get)),
    route("delete", "/v1/mandates/{id}", || delete(mandates::remove)),
    route("get", "/v1/events", || get(events::list)),
    route("get", "/v1/events/{id}", || get(events::get)),
    route("post", "/v1/webhook_endpoints", || post(endpoints::create)),
    route("get", "/v1/webhook_endpoints", || get(endpoints::list)),
    route("get", "/v1/webhook_endpoints/{id}", || get(endpoints::get)),
    route("patch", "/v1/webhook_endpoints/{id}", || patch(endpoints::update)),
    route("delete", "/v1/webhook_endpoints/{id}", || delete(endpoints::remove)),
    route("post", "/v1/webhook_endpoints/{id}/rotate_secret", || post(endpoints::rotate_secret)),
    route("post", "/v1/webhook_endpoints/{id}/test", || post(endpoints::test)),
    route("post", "/v1/webhook_endpoints/{id}/recover", || post(recoveries::start)),
    route("get", "/v1/webhook_endpoints/{id}/recoveries", || get(recoveries::list)),
    route("get", "/v1/webhook_endpoints/{id}/deliveries", || get(deliveries::list)),
    route("post", "/v1/webhook_endpoints/{id}/deliveries/{delivery}/redeliver", || post(deliveries::redeliver)),
    route("get", "/v1/disputes", || get(disputes::list)),
    route("get", "/v1/disputes/{id}", || get(disputes::get)),
    route("post", "/v1/disputes/{id}/evidence", || post(disputes::evidence)),
    route("post", "/v1/disputes/{id}/accept", || post(disputes::accept)),
    route("get", "/v1/balance", || get(ledger::balance)),
    route("get", "/v1/ledger/entries", || get(ledger::entries)),
    route("get", "/v1/payouts", || get(ledger::payouts)),
    route("get", "/v1/reports/realtime", || get(reports::realtime)),
    route("get", "/v1/reports/period", || get(reports::period)),
    route("get", "/v1/reports/annual", || get(reports::annual)),
    route("get", "/v1/reports/annual.pdf", || get(reports::annual_pdf)),
    route("get", "/v1/reports/annual.svg", || get(reports::annual_svg)),
    route("get", "/v1/reports/registry", || get(reports::registry)),
    route("get", "/v1/reports/payments.csv", || get(reports::export::payments_csv)),
    route("get", "/v1/reports/payments.json", || get(reports::export::payments_json)),
    route("get", "/v1/reports/refunds.csv", || get(reports::export::refunds_csv)),
    route("get", "/v1/reports/refunds.json", || get(reports::export::refunds_json)),
    route("get", "/v1/reports/operations.csv", || get(reports::export::operations_csv)),
    route("get", "/v1/reports/operations.json", || get(reports::export::operations_json)),
    route("get", "/v1/account", || get(account::get)),
];

/// Every operation for banks that issue cards. All of them need an API key of a bank.
pub const BANK_ROUTES: &[Route] = &[
    route("post", "/v1/bank/cards", || post(bank::enrol)),
    route("get", "/v1/bank/cards", || get(bank::cards)),
    route("delete", "/v1/bank/cards/{id}", || delete(bank::remove)),
    route("get", "/v1/bank/verifications", || get(bank::verifications)),
];

/// The routes for banks. The caller puts their guard before them.
pub(crate) fn bank_router() -> Router<WebState> {
    BANK_ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()))
}

/// The routes for merchants. The caller puts the guard before them.
pub(crate) fn router() -> Router<WebState> {
    ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, (route.handler)()))
}
