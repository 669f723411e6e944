//! Problems (RFC 9457): what an answer says when something is wrong. The only place that names status
//! codes; every error of the core becomes a problem here, by an exhaustive match.

pub(crate) mod catalog;
mod code;
mod translate;

use std::time::Duration;

use aviso_core::document::{DeclineDocument, PaymentDocument};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use code::Code;
pub(crate) use translate::fault;

use crate::request_id::RequestId;

/// Something was made.
pub(crate) const CREATED: StatusCode = StatusCode::CREATED;
/// It was done.
pub(crate) const DONE: StatusCode = StatusCode::OK;
/// It is to be read elsewhere, with GET.
pub(crate) const SEE_OTHER: StatusCode = StatusCode::SEE_OTHER;
/// It will be done.
pub(crate) const ACCEPTED: StatusCode = StatusCode::ACCEPTED;
/// It was done, and there is nothing to say.
pub(crate) const NOTHING: StatusCode = StatusCode::NO_CONTENT;

/// The media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Something that is wrong with a request, or with us.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    param: Option<String>,
    retry_after: Option<Duration>,
    headers: Vec<(HeaderName, HeaderValue)>,
    declined: Option<Box<Refused>>,
}

/// A payment of which something was refused, and why.
#[derive(Debug, Clone)]
struct Refused {
    payment: PaymentDocument,
    decline: Option<DeclineDocument>,
}

impl Problem {
    /// A problem with a sentence about this occurrence.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), param: None, retry_after: None, headers: Vec::new(), declined: None }
    }

    /// Names the field: a JSON pointer into the body, or the name of a header or parameter.
    #[must_use]
    pub fn at(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Says when another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A payment that was refused, whole.
    pub(crate) fn declined(payment: &PaymentDocument) -> Self {
        let mut problem =
            Self::new(Code::PaymentDeclined, "the payment was declined; `advice` says whether to try again");
        problem.declined = Some(Box::new(Refused { payment: payment.clone(), decline: payment.decline.clone() }));
        problem
    }

    /// A capture or void that the bank refused: the payment stands as it did.
    pub(crate) fn bank_refused(payment: &PaymentDocument, decline: Option<DeclineDocument>) -> Self {
        let mut problem = Self::new(Code::BankRefused, "the bank refused; the payment stands as it did before");
        problem.declined = Some(Box::new(Refused { payment: payment.clone(), decline }));
        problem
    }

    /// What is wrong.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The status that it is answered with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// The body.
    pub(crate) fn body(&self, request: &RequestId) -> String {
        let decline = self.declined.as_ref().and_then(|refused| refused.decline.clone());
        let body = ProblemBody {
            r#type: format!("/docs/errors#{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: self.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str().to_owned(),
            request_id: request.as_str().to_owned(),
            param: self.param.clone(),
            decline_code: decline.as_ref().map(|decline| decline.code.clone()),
            advice: decline.map(|decline| decline.advice),
            payment: self.declined.as_ref().map(|refused| refused.payment.clone()),
        };
        serde_json::to_string(&body).expect("a problem has only texts and numbers")
    }

    /// The headers that go with it, media type apart.
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut headers = self.headers.clone();
        if let Some(wait) = self.retry_after {
            headers.push((header::RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil().max(1.0) as u64)));
        }
        headers
    }
}

impl IntoResponse for Problem {
    /// Only status and headers: [`crate::request_id`] writes the body, for it knows the request's id
    /// and whether a person or a program asked.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.headers_mut().extend(self.headers());
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Where the code is explained.
    #[schema(example = "/docs/errors#field_invalid")]
    r#type: String,
    /// What the code says, the same for every occurrence.
    #[schema(example = "A field is not valid")]
    title: String,
    /// The status of the answer.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request.
    #[schema(example = "an amount is a whole number of minor units above 0")]
    detail: String,
    /// The stable code.
    #[schema(example = "field_invalid")]
    code: String,
    /// The request, as in `X-Request-Id`.
    #[schema(example = "req_01jd8x4w3nf8a9v2m6k7q5t0yz")]
    request_id: String,
    /// The field: a JSON pointer into the body, or the name of a header or parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/amount", nullable = false)]
    param: Option<String>,
    /// Why a payment was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decline_code: Option<String>,
    /// What the buyer can do: `retry_later`, `other_card` or `never`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    advice: Option<String>,
    /// The payment of which something was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    payment: Option<PaymentDocument>,
}

/// The answer when a handler panicked: a broken invariant of ours.
pub(crate) fn of_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("of an unknown kind"), "a handler panicked");
    Problem::new(Code::InternalError, "the fault was noted; `request_id` helps us to find it").into_response()
}
