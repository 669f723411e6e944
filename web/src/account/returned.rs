//! Where buyers come back to from the page of their card's issuer or of their wallet. What happened there
//! is asked about first, then the browser goes on to the shop; without an address of the shop, to the page of
//! the payment.
//!
//! It is asked for with GET (our own pages and wallets) or POST (issuers post the challenge's result);
//! nothing that the browser brings along is believed.

use aviso_core::id::PaymentId;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// `GET` and `POST /pay/return/{token}`.
pub(super) async fn take_back(State(web): State<WebState>, Path(token): Path<String>) -> Result<Response, Problem> {
    let returned = web.payments.returned(&token).await?;
    let returned = returned.ok_or_else(|| Problem::new(Code::LinkInvalid, "this address leads nowhere"))?;
    let wrong = |_| Problem::new(Code::InternalError, "the way back cannot be written");
    let next = match (returned.checkout, returned.next) {
        // Nobody comes from elsewhere: the payment has to be confirmed, and its page says how.
        (Some(secret), _) => format!("/pay/{}", secret.expose()),
        (None, Some(next)) => next,
        (None, None) => {
            let id: PaymentId = returned.payment.id.parse().map_err(|_| wrong(()))?;
            format!("/pay/{}", web.payments.checkout_secret(id).expose())
        }
    };
    let next = HeaderValue::from_str(&next).map_err(|_| wrong(()))?;
    Ok((problem::SEE_OTHER, [(header::LOCATION, next)]).into_response())
}
