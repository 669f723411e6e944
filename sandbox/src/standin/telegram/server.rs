//! The HTTP face: `/bot<token>/<method>`, `/file/bot<token>/<path>` and `/sim/…`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State as Extract};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::Value;

use super::body::Params;
use super::call::Call;
use super::fault::{self, Failure};
use super::refusal::{Outcome, Refusal, respond};
use super::shared::Shared;
use super::{method, poll, sim};
use crate::standin::now;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{bot}/{method}", any(call))
        .route("/file/{bot}/{*path}", get(download))
        .with_state(Arc::clone(&shared))
        .layer(DefaultBodyLimit::disable())
        .merge(sim::router(shared))
        .fallback(async || respond(Err(Refusal::not_found())))
}

async fn call(
    Extract(shared): Extract<Arc<Shared>>,
    Path((bot, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    if let Err(refusal) = check_token(&shared, &bot) {
        return respond(Err(refusal));
    }
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(refusal) => return respond(Err(refusal)),
    };
    let failure = shared.change(|state| fault::take(&mut state.faults, &name, params.chat()));
    match failure {
        None => respond(perform(&shared, &name, &params).await),
        Some(Failure::LostAnswer) => {
            let _ = perform(&shared, &name, &params).await;
            broken(StatusCode::BAD_GATEWAY)
        }
        Some(Failure::HangAfterEffect) => {
            let _ = perform(&shared, &name, &params).await;
            hang(&shared).await
        }
        Some(failure) => fail(&shared, &name, &params, failure).await,
    }
}

fn check_token(shared: &Shared, bot: &str) -> Result<(), Refusal> {
    let token = bot.strip_prefix("bot").ok_or_else(Refusal::not_found)?;
    if token == shared.lock().token { Ok(()) } else { Err(Refusal::unauthorized()) }
}

async fn perform(shared: &Shared, name: &str, params: &Params) -> Outcome {
    if name.eq_ignore_ascii_case("getUpdates") {
        return poll::get_updates(shared, params).await;
    }
    let Some((name, answer)) = method::find(name) else {
        note(shared, name, params, &Err(Refusal::not_found()));
        return Err(Refusal::not_found());
    };
    shared.change(|state| {
        let outcome = answer(state, params);
        state.log(entry(name, params, &outcome));
        outcome
    })
}

/// Answers wrongly, without effect.
async fn fail(shared: &Shared, name: &str, params: &Params, failure: Failure) -> Response {
    let name = method::find(name).map_or(name, |(name, _)| name);
    let refusal = match failure {
        Failure::RetryAfter(seconds) => Refusal::too_many(seconds),
        Failure::Unauthorized => Refusal::unauthorized(),
        Failure::Refusal { code, description } => Refusal::new(code, description),
        Failure::ServerError => Refusal::new(500, "Internal Server Error"),
        Failure::BadGateway | Failure::LostAnswer => Refusal::new(502, "Bad Gateway"),
        Failure::Hang | Failure::HangAfterEffect => Refusal::new(504, "no answer"),
    };
    let outcome = Err(refusal.clone());
    note(shared, name, params, &outcome);
    match refusal.code {
        500 => broken(StatusCode::INTERNAL_SERVER_ERROR),
        502 => broken(StatusCode::BAD_GATEWAY),
        504 => hang(shared).await,
        _ => respond(outcome),
    }
}

async fn hang(shared: &Shared) -> Response {
    shared.stop.cancelled().await;
    broken(StatusCode::GATEWAY_TIMEOUT)
}

/// What a broken front server says: no JSON.
fn broken(status: StatusCode) -> Response {
    (status, Html(format!("<html><body><h1>{status}</h1>nginx</body></html>"))).into_response()
}

fn note(shared: &Shared, method: &str, params: &Params, outcome: &Outcome) {
    shared.change(|state| state.log(entry(method, params, outcome)));
}

fn entry(method: &str, params: &Params, outcome: &Outcome) -> Call {
    let refusal = outcome.as_ref().err();
    Call {
        at: now(),
        method: method.chars().take(64).collect(),
        chat: params.chat(),
        ok: refusal.is_none(),
        code: refusal.map(|refusal| refusal.code),
        description: refusal.map(|refusal| refusal.description.clone()),
        params: Value::Object(params.fields.clone()),
    }
}

async fn download(Extract(shared): Extract<Arc<Shared>>, Path((bot, path)): Path<(String, String)>) -> Response {
    if let Err(refusal) = check_token(&shared, &bot) {
        return respond(Err(refusal));
    }
    let file_id = path.rsplit('/').next().unwrap_or_default();
    let found = shared.lock().files.iter().find(|(known, _)| known == file_id).map(|(_, bytes)| bytes.clone());
    match found {
        Some(bytes) => bytes.into_response(),
        None => respond(Err(Refusal::not_found())),
    }
}
