//! Where buyers come back to from the page of their card's issuer or of their wallet. What happened there
//! is asked about first, then the browser goes on to the shop.
//!
//! It is asked for with GET (our own pages and wallets) or POST (issuers post the challenge's result);
//! nothing that the browser brings along is believed.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use aviso_core::payment::Returned;
use aviso_core::payment::status::Status;

use super::page::{self, Frame, NoticePage};
use super::visitor::Visitor;
use super::words::Words;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// `GET` and `POST /pay/return/{token}`.
pub(super) async fn take_back(
    State(web): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let returned = web.payments.returned(&token).await?;
    let returned = returned.ok_or_else(|| Problem::new(Code::LinkInvalid, "this address leads nowhere"))?;
    if let Some(next) = &returned.next {
        let next = HeaderValue::from_str(next)
            .map_err(|_| Problem::new(Code::InternalError, "the shop's address cannot be sent"))?;
        return Ok((problem::SEE_OTHER, [(header::LOCATION, next)]).into_response());
    }
    let words = Words(returned.language.unwrap_or(visitor.language));
    let id = text_id(&returned);
    let page = NoticePage {
        frame: Frame::plain(words, words.say(&format!("{id}-title"))),
        text: words.tell(id, &[("shop", &returned.shop)]),
        next: None,
    };
    page::answer(problem::DONE, &page)
}

fn text_id(returned: &Returned) -> &'static str {
    match Status::from_name(&returned.payment.status) {
        Some(
            Status::Authorized
            | Status::PartiallyCaptured
            | Status::Captured
            | Status::PartiallyRefunded
            | Status::Refunded,
        ) => "returned-paid",
        Some(Status::RequiresAction | Status::Processing | Status::InReview) => "returned-waiting",
        Some(Status::RequiresPaymentMethod | Status::Voided | Status::Declined | Status::Expired) | None => {
            "returned-failed"
        }
    }
}
