//! An order that the shop's own site signed: the form or link there leads here, and from here to the page of
//! its payment.

use std::collections::BTreeMap;

use aviso_core::site::SiteOrder;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use url::form_urlencoded;

use super::order::see;
use crate::extract::collected;
use crate::problem::{Code, Problem};
use crate::state::WebState;

const FORM_LEN_MAX: usize = 16 * 1024;

/// `GET` and `POST /pay/start`. The same order opened again leads to the same payment.
pub(super) async fn start(State(web): State<WebState>, request: Request) -> Result<Response, Problem> {
    let fields = if request.method() == Method::POST {
        collected(request.into_body(), FORM_LEN_MAX).await?
    } else {
        request.uri().query().unwrap_or_default().as_bytes().to_vec()
    };
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(&fields) {
        if given.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(Problem::new(Code::FieldInvalid, "the field is given twice").at(name));
        }
    }
    let mut take = |name: &str| given.remove(name).unwrap_or_default();
    let signature = take("signature");
    let order = SiteOrder {
        merchant: take("merchant"),
        order_ref: take("order_ref"),
        amount: take("amount"),
        currency: take("currency"),
        description: take("description"),
        expires_at: take("expires_at"),
        return_url: take("return_url"),
    };
    let payment = web.sites.open(&order, &signature).await?;
    Ok(see(&format!("/pay/{}", web.payments.checkout_secret(payment).expose())))
}
