//! The checkout page: a buyer pays with a card, a saved card or a wallet. It needs no account and no script.
//!
//! Whoever has the address may pay. It leads to one payment, or to a bill whose payment is made when somebody
//! pays. Each form says how many attempts it knew of, so a form that is sent twice pays once
//! ([`Payments::pay`](aviso_core::payment::Payments::pay)). Card data is never written into a page.

mod bill;
mod card_form;
mod code_form;
mod order;
mod page;
mod standing;
mod start;

use aviso_core::payment::checkout::Checkout;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};

use self::card_form::PayForm;
use self::order::{Chosen, Order};
use super::form::PageForm;
use super::visitor::Visitor;
use crate::limit::Caller;
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// The pages.
pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route("/pay/{secret}", get(show).post(submit))
        .route("/pay/{secret}/code", post(code_form::submit))
        .route("/pay/start", get(start::start).post(start::start))
        .route("/pay/b/{secret}", get(bill::show).post(bill::submit))
        .route("/pay/b/{secret}/qr.svg", get(bill::qr))
}

async fn found(web: &WebState, secret: &str) -> Result<Checkout, Problem> {
    let checkout = web.payments.checkout(secret).await?;
    checkout.ok_or_else(|| Problem::new(Code::LinkInvalid, "this address leads to no payment"))
}

/// `GET /pay/{secret}`.
async fn show(
    State(web): State<WebState>,
    uri: Uri,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let checkout = found(&web, &secret).await?;
    let order = Order::of_payment(&web, &checkout, &visitor, &uri).await?;
    standing::page(&web, &checkout, &order).answer(&order, None)
}

/// `POST /pay/{secret}`.
async fn submit(
    State(web): State<WebState>,
    uri: Uri,
    Path(secret): Path<String>,
    Caller(address): Caller,
    PageForm(visitor, form): PageForm<PayForm>,
) -> Result<Response, Problem> {
    let checkout = found(&web, &secret).await?;
    let order = Order::of_payment(&web, &checkout, &visitor, &uri).await?;
    let refused = match form.chosen(&web, &order, address) {
        Ok(Chosen { confirmation, form, saved }) => {
            let (scope, id) = (checkout.scope.clone(), checkout.payment.id);
            match web.payments.pay(scope, id, form, confirmation).await {
                Ok(()) => return Ok(order.onward(&order.path)),
                Err(error) => card_form::Refused::by(error, saved)?,
            }
        }
        Err(refused) => refused,
    };
    standing::page(&web, &checkout, &order).answer(&order, Some(&refused))
}
