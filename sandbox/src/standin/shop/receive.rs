//! `POST /webhooks`: checks, remembers and answers, well or as badly as it was told to.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::signature::{self, Distrust, SignatureHeaders};
use super::state::Shared;
use crate::standin::now;

const BODY_BYTES_MAX: usize = 1024 * 1024;
const DRIP_EVERY: Duration = Duration::from_millis(200);
const HUGE_BYTES: usize = 8 * 1024 * 1024;

/// How the shop answers a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Answer {
    /// 204 when the signature fits, 400 when it does not.
    #[default]
    Honest,
    /// This status, whatever came.
    Status(u16),
    /// Never.
    Hang,
    /// 200 at once, then a byte of the body now and then, for ever.
    Drip,
    /// 302 to this address.
    Redirect(String),
    /// 200 with eight megabytes.
    HugeBody,
    /// 429 with `Retry-After` in seconds.
    RetryAfter(u32),
}

/// A webhook that came.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// Counts from 1, in order of arrival.
    pub number: u64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// The signature headers as they were sent.
    pub headers: SignatureHeaders,
    /// The signature fits.
    pub verified: bool,
    /// Why it is not believed.
    pub distrust: Option<Distrust>,
    /// Its id was verified and accepted before.
    pub duplicate: bool,
    /// The shop took it: verified, and answered with 2xx.
    pub accepted: bool,
    /// `type` of the body.
    pub kind: String,
    /// The body; `null` when it is no JSON.
    pub body: Value,
    /// The body as it travelled.
    #[serde(skip)]
    pub raw: Bytes,
    /// All headers, names in lower case.
    #[serde(skip)]
    pub all_headers: Vec<(String, String)>,
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/webhooks", post(webhook))
        .route("/redirected", any(redirected))
        .route("/received", get(received))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared)
}

async fn webhook(State(shared): State<Arc<Shared>>, headers: HeaderMap, raw: Bytes) -> Response {
    let (answer, verified) = shared.change(|state| {
        let answer = state.next_answer();
        let signed = signature_headers(&headers);
        let checked = signature::verify(&state.secrets, &signed, &raw, now().timestamp());
        let is_taken = match &answer {
            Answer::Honest | Answer::HugeBody => true,
            Answer::Status(status) => (200..300).contains(status),
            Answer::Hang | Answer::Drip | Answer::Redirect(_) | Answer::RetryAfter(_) => false,
        };
        let body: Value = serde_json::from_slice(&raw).unwrap_or(Value::Null);
        let received = Received {
            number: 0,
            at: now(),
            verified: checked.is_ok(),
            distrust: checked.err(),
            duplicate: checked.is_ok() && state.has_accepted(&signed.id),
            accepted: checked.is_ok() && is_taken,
            kind: body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(),
            headers: signed,
            body,
            raw: raw.clone(),
            all_headers: all_headers(&headers),
        };
        state.receive(received);
        (answer, checked.is_ok())
    });
    respond(&shared, answer, verified).await
}

async fn respond(shared: &Shared, answer: Answer, verified: bool) -> Response {
    match answer {
        Answer::Honest if verified => StatusCode::NO_CONTENT.into_response(),
        Answer::Honest => (StatusCode::BAD_REQUEST, "the signature does not fit").into_response(),
        Answer::Status(status) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Answer::Hang => {
            shared.stop.cancelled().await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Answer::Drip => drip(shared),
        Answer::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answer::HugeBody => Body::from(vec![b'x'; HUGE_BYTES]).into_response(),
        Answer::RetryAfter(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
    }
}

fn drip(shared: &Shared) -> Response {
    let stop = shared.stop.clone();
    let bytes = futures::stream::unfold(stop, |stop| async move {
        tokio::select! {
            () = stop.cancelled() => None,
            () = tokio::time::sleep(DRIP_EVERY) => Some((Ok::<_, std::io::Error>(Bytes::from_static(b".")), stop)),
        }
    });
    Body::from_stream(bytes).into_response()
}

/// Where [`Answer::Redirect`] may point, to see whether anybody follows.
async fn redirected(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.change(|state| state.followed_redirects += 1);
    StatusCode::OK
}

async fn received(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let state = shared.lock();
    let newest: Vec<_> = state.received.iter().rev().take(200).collect();
    Json(json!({ "received": newest }))
}

fn signature_headers(headers: &HeaderMap) -> SignatureHeaders {
    let value = |name: &'static str| {
        let value = headers.get(HeaderName::from_static(name)).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    SignatureHeaders {
        id: value("webhook-id"),
        timestamp: value("webhook-timestamp"),
        signature: value("webhook-signature"),
    }
}

fn all_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
