//! Probes and metrics.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::problem::{Code, Problem};
use crate::state::WebState;

/// `GET /livez`: the process answers. Touches nothing.
pub(crate) async fn livez() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers, and so does everything else that requests need.
pub(crate) async fn readyz(State(web): State<WebState>) -> Result<&'static str, Problem> {
    web.store.ping().await?;
    (web.ready)().map_err(|reason| {
        tracing::warn!(reason, "not ready");
        Problem::new(Code::Unavailable, reason).retry_after(std::time::Duration::from_secs(5))
    })?;
    Ok("ok\n")
}

/// `GET /metrics`, in Prometheus' text format. On the private listener only.
pub(crate) async fn metrics(State(web): State<WebState>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (web.metrics)()).into_response()
}
