//! Requests that must have their effect once: body and idempotency key together, and their answer.

use std::sync::Arc;

use aviso_core::document::Document;
use aviso_core::idempotency::{Answer, Claim, IdempotencyKey, Responder};
use aviso_core::payment::Handled;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::body::{self, JsonBody};
use super::{AuthenticatedMerchant, key};
use crate::problem::{MEDIA_TYPE, Problem};
use crate::request_id::RequestId;
use crate::state::WebState;

/// A body with the idempotency key that it came with.
///
/// A key is used up when the request had an effect. What is refused before that changes nothing and
/// leaves the key free: 400, 401, 403, 404, 409, 422 and 429.
#[derive(Debug)]
pub(crate) struct Once<T> {
    /// The body.
    pub(crate) body: T,
    key: IdempotencyKey,
    fingerprint: String,
    request: RequestId,
}

impl<T: JsonBody> FromRequest<WebState> for Once<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, Problem> {
        let key = key::of(request.headers())?;
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let id = request
            .extensions()
            .get::<RequestId>()
            .cloned()
            .ok_or_else(|| Problem::new(crate::problem::Code::InternalError, "the request has no id"))?;
        let (body, digest) = body::read(request).await?;
        let fingerprint = fingerprint(web, &method, &path, digest);
        Ok(Self { body, key, fingerprint, request: id })
    }
}

/// The fingerprint of a request. Keyed: a plain hash over a card number and its security code would
/// let whoever reads the table find them by trying.
fn fingerprint(web: &WebState, method: &Method, path: &str, digest: [u8; 32]) -> String {
    web.keyring.fingerprint("request", &format!("{method}\n{path}\n{}", hex::encode(digest)))
}

impl<T> Once<T> {
    /// Splits it into the body and the claim of its key, which answers with `answer`.
    pub(crate) fn into_claim(
        self,
        merchant: &AuthenticatedMerchant,
        answer: fn(&Document, &RequestId) -> Answer,
    ) -> (T, Claim) {
        let request = self.request;
        let respond: Responder = Arc::new(move |document| answer(document, &request));
        let AuthenticatedMerchant(scope) = merchant;
        let claim = Claim {
            merchant_id: scope.merchant.id,
            mode: scope.mode,
            key: self.key,
            fingerprint: self.fingerprint,
            respond,
        };
        (self.body, claim)
    }
}

/// The answer to a request that must have its effect once: as it is now, or as it was then.
#[derive(Debug)]
pub(crate) struct Outcome {
    answer: Answer,
    replayed: bool,
}

impl Outcome {
    /// The answer to what became of a request.
    pub(crate) fn of(handled: Handled, respond: &Responder) -> Self {
        match handled {
            Handled::Done(document) => Self { answer: respond(&document), replayed: false },
            Handled::Replayed(answer) => Self { answer, replayed: true },
        }
    }
}

impl Outcome {
    /// The same, with the body of a success written anew.
    pub(crate) fn map(mut self, write: impl FnOnce(String) -> String) -> Self {
        if (200..300).contains(&self.answer.status) {
            self.answer.body = write(std::mem::take(&mut self.answer.body));
        }
        self
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.answer.status).expect("we wrote the status ourselves");
        let media_type = if status.is_success() { "application/json" } else { MEDIA_TYPE };
        let mut response = (status, [(header::CONTENT_TYPE, media_type)], self.answer.body).into_response();
        if self.replayed {
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
