//! The webhook: Telegram brings an update and hears 200 once the inbox is durable.

use std::sync::Arc;

use aviso_core::bot::BotMemory;
use aviso_core::secret::Secret;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;

use super::inbox_update;
use crate::checkout::Checkouts;

/// Where the webhook listens. It holds no secret: Telegram proves itself with a header.
pub const WEBHOOK_PATH: &str = "/telegram/webhook";

const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
const BODY_BYTES_MAX: usize = 1024 * 1024;

#[derive(Debug, Clone)]
struct Door {
    memory: BotMemory,
    checkouts: Arc<Checkouts>,
    secret: Secret,
}

/// The route that Telegram calls, to be mounted on the public listener.
pub(crate) fn webhook_router(memory: BotMemory, checkouts: Arc<Checkouts>, secret: Secret) -> Router {
    Router::new().route(WEBHOOK_PATH, post(receive)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(Door {
        memory,
        checkouts,
        secret,
    })
}

async fn receive(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let shown = headers.get(SECRET_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if door.secret.is_empty() || !door.secret.matches(shown) {
        return StatusCode::UNAUTHORIZED;
    }
    let update = serde_json::from_slice::<Value>(&body).ok().and_then(inbox_update);
    let Some(update) = update else {
        tracing::warn!(bytes = body.len(), "a webhook call was not an update");
        return StatusCode::BAD_REQUEST;
    };
    door.checkouts.arrived(&update.payload);
    match door.memory.receive(&[update]).await {
        Ok(new) => {
            metrics::counter!("aviso_bot_updates_total").increment(new);
            StatusCode::OK
        }
        Err(error) => {
            tracing::error!(%error, "an update was not written; Telegram brings it again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
