//! The code from a letter that confirms a payment, given at the payment's page.

use aviso_core::payment::Mailed;
use aviso_core::secret::Secret;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;

use super::super::form::PageForm;
use super::order::Order;
use super::{found, standing};
use crate::problem::Problem;
use crate::state::WebState;

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    code: Secret,
}

/// `POST /pay/{secret}/code`.
pub(super) async fn submit(
    State(web): State<WebState>,
    uri: Uri,
    Path(secret): Path<String>,
    PageForm(visitor, form): PageForm<CodeForm>,
) -> Result<Response, Problem> {
    let checkout = found(&web, &secret).await?;
    let given = web.payments.give_mailed_code(checkout.payment.id, &form.code).await?;
    let order = Order::of_payment(&web, &checkout, &visitor, &uri).await?;
    match given {
        // However it ended: the page says how things stand, and reloading it sends nothing again.
        Mailed::Passed | Mailed::Over => Ok(order.onward(&order.path)),
        Mailed::Wrong { left } => {
            let error = order.words.tell("pay-code-wrong", &[("left", &left.to_string())]);
            standing::page(&web, &checkout, &order).wrong_code(error).answer(&order, None)
        }
    }
}
