//! How the Bot API says no: a code, Telegram's exact words, sometimes a pause.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer with `ok: false`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: String,
    /// Seconds, for 429.
    pub(crate) retry_after: Option<u32>,
}

/// What a method answers.
pub(crate) type Outcome = Result<Value, Refusal>;

impl Refusal {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    /// 400 with Telegram's prefix.
    pub(crate) fn bad_request(what: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", what.as_ref()))
    }

    /// 403 with Telegram's prefix.
    pub(crate) fn forbidden(what: &str) -> Self {
        Self::new(403, format!("Forbidden: {what}"))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 429: come back in `seconds`.
    pub(crate) fn too_many(seconds: u32) -> Self {
        Self { code: 429, description: format!("Too Many Requests: retry after {seconds}"), retry_after: Some(seconds) }
    }
}

/// Dresses an outcome as the Bot API does.
pub(crate) fn respond(outcome: Outcome) -> Response {
    match outcome {
        Ok(result) => Json(json!({ "ok": true, "result": result })).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
            let mut body = json!({
                "ok": false,
                "error_code": refusal.code,
                "description": refusal.description,
            });
            if let Some(seconds) = refusal.retry_after {
                body["parameters"] = json!({ "retry_after": seconds });
            }
            (status, Json(body)).into_response()
        }
    }
}
