//! What comes in over HTTP: the API, acquirers' callbacks, pages, probes. A door to the core's services: it
//! translates, and decides nothing about payments or people.

mod account;
mod api;
mod callback;
mod config;
mod extract;
mod limit;
mod merchant;
mod ops;
mod problem;
mod report;
mod request_id;
mod secure;
mod state;
mod telegram;

pub use api::openapi::openapi;
pub use api::v1::{BANK_ROUTES, ROUTES, Route};
pub use config::{BotLink, Limits, Rate, WebConfig};
pub use merchant::{CABINET, CabinetRoute, Snippet};
pub use problem::{Code, Problem};
pub use request_id::RequestId;
pub use state::{EndpointCheck, HeaderCheck, MetricsText, ReadyCheck, WebParts, WebState};

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

/// The public router: API, account pages, probes. Serve it with
/// `into_make_service_with_connect_info::<SocketAddr>()`, or every caller shares one rate limit.
pub fn router(state: WebState) -> Router {
    let api = api::v1::router().route_layer(from_fn_with_state(state.clone(), extract::guard));
    let banks = api::v1::bank_router().route_layer(from_fn_with_state(state.clone(), extract::guard_bank));
    let pages = account::router()
        .merge(merchant::router())
        .route_layer(from_fn_with_state(state.clone(), account::meet))
        .route_layer(from_fn_with_state(state.clone(), limit::pages));
    let leaving = account::leaving().route_layer(from_fn_with_state(state.clone(), account::meet));
    let rest = Router::new()
        .route("/openapi.json", get(api::openapi::serve))
        .route("/docs/errors", get(problem::catalog::show))
        .route("/callbacks/{acquirer}", post(callback::receive))
        .merge(account::assets())
        .merge(probes());
    finished(Router::new().merge(api).merge(banks).merge(pages).merge(leaving).merge(rest), state)
}

/// The router for the private listener: probes and metrics.
pub fn private_router(state: WebState) -> Router {
    finished(probes().route("/metrics", get(ops::metrics)), state)
}

fn probes() -> Router<WebState> {
    Router::new().route("/livez", get(ops::livez)).route("/readyz", get(ops::readyz))
}

/// What stands around every route: request ids, problems instead of empty answers, no panic passes.
fn finished(routes: Router<WebState>, state: WebState) -> Router {
    routes
        .fallback(async || Problem::new(Code::RouteNotFound, "there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            Problem::new(Code::MethodNotAllowed, "`Allow` lists the methods of this address")
        })
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .layer(from_fn_with_state(state.clone(), secure::headers))
        .layer(from_fn(request_id::name))
        .with_state(state)
}

#[cfg(test)]
mod tests;
