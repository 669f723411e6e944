//! The control API over HTTP, for the sandbox page and for tests in other languages.

use std::sync::Arc;

use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actor::ActError;
use super::checkout::Fate;
use super::fault::Fault;
use super::message::MessageView;
use super::shared::Shared;
use super::user::User;

const LOG_SHOWN: usize = 500;

#[derive(Deserialize)]
struct Say {
    user_id: i64,
    #[serde(default)]
    chat_id: Option<i64>,
    text: String,
}

#[derive(Deserialize)]
struct Press {
    user_id: i64,
    #[serde(default)]
    chat_id: Option<i64>,
    message_id: i64,
    button: String,
}

#[derive(Deserialize)]
struct Pay {
    user_id: i64,
    message_id: i64,
    #[serde(default)]
    fate: Fate,
}

#[derive(Deserialize)]
struct Complete {
    query: String,
}

#[derive(Deserialize)]
struct Who {
    user_id: i64,
}

#[derive(Deserialize)]
struct Rename {
    user_id: i64,
    username: Option<String>,
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

/// `/sim/…`: everything takes and answers JSON.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/sim/user", post(add_user))
        .route("/sim/message", post(say))
        .route("/sim/press", post(press))
        .route("/sim/pay", post(pay))
        .route("/sim/complete", post(complete))
        .route("/sim/block", post(block))
        .route("/sim/unblock", post(unblock))
        .route("/sim/deactivate", post(deactivate))
        .route("/sim/rename", post(rename))
        .route("/sim/fail", post(fail))
        .route("/sim/update", post(update))
        .route("/sim/limits", post(limits))
        .route("/sim/chat/{id}", get(chat))
        .route("/sim/log", get(log))
        .with_state(shared)
}

type Sim = Extract<Arc<Shared>>;
type Answer = Result<Json<Value>, ActError>;

async fn add_user(Extract(shared): Sim, Json(user): Json<User>) -> Answer {
    shared.change(|state| state.add_user(user));
    Ok(Json(json!({ "ok": true })))
}

async fn say(Extract(shared): Sim, Json(say): Json<Say>) -> Answer {
    let chat_id = say.chat_id.unwrap_or(say.user_id);
    let id = shared.change(|state| state.say(say.user_id, chat_id, &say.text))?;
    Ok(Json(json!({ "ok": true, "message_id": id })))
}

async fn press(Extract(shared): Sim, Json(press): Json<Press>) -> Answer {
    let chat_id = press.chat_id.unwrap_or(press.user_id);
    let id = shared.change(|state| state.press(press.user_id, chat_id, press.message_id, &press.button))?;
    Ok(Json(json!({ "ok": true, "callback_query_id": id })))
}

async fn pay(Extract(shared): Sim, Json(pay): Json<Pay>) -> Answer {
    let query = shared.change(|state| state.pay(pay.user_id, pay.message_id, pay.fate))?;
    Ok(Json(json!({ "ok": true, "pre_checkout_query_id": query })))
}

async fn complete(Extract(shared): Sim, Json(complete): Json<Complete>) -> Answer {
    let charge = shared.change(|state| state.complete(&complete.query));
    Ok(Json(json!({ "ok": charge.is_some(), "telegram_payment_charge_id": charge })))
}

async fn block(Extract(shared): Sim, Json(who): Json<Who>) -> Answer {
    shared.change(|state| state.set_blocked(who.user_id, true))?;
    Ok(Json(json!({ "ok": true })))
}

async fn unblock(Extract(shared): Sim, Json(who): Json<Who>) -> Answer {
    shared.change(|state| state.set_blocked(who.user_id, false))?;
    Ok(Json(json!({ "ok": true })))
}

async fn deactivate(Extract(shared): Sim, Json(who): Json<Who>) -> Answer {
    shared.change(|state| state.user_mut(who.user_id).map(|user| user.deactivated = true))?;
    Ok(Json(json!({ "ok": true })))
}

async fn rename(Extract(shared): Sim, Json(rename): Json<Rename>) -> Answer {
    shared.change(|state| state.user_mut(rename.user_id).map(|user| user.username = rename.username))?;
    Ok(Json(json!({ "ok": true })))
}

async fn fail(Extract(shared): Sim, Json(fault): Json<Fault>) -> Answer {
    shared.change(|state| state.faults.push(fault));
    Ok(Json(json!({ "ok": true })))
}

async fn update(Extract(shared): Sim, Json(update): Json<Value>) -> Answer {
    let id = shared.change(|state| state.push_raw(update));
    Ok(Json(json!({ "ok": true, "update_id": id })))
}

async fn limits(Extract(shared): Sim, Json(switch): Json<Switch>) -> Answer {
    let violations = shared.change(|state| {
        state.limits.on = switch.on;
        state.limits.violations
    });
    Ok(Json(json!({ "ok": true, "violations": violations })))
}

async fn chat(Extract(shared): Sim, Path(id): Path<i64>) -> Answer {
    let state = shared.lock();
    let chat = state.chats.get(&id).ok_or(ActError::UnknownChat(id))?;
    let messages: Vec<MessageView> = chat.messages.values().map(super::message::Message::view).collect();
    Ok(Json(json!({ "ok": true, "messages": messages })))
}

async fn log(Extract(shared): Sim) -> Answer {
    let state = shared.lock();
    let calls: Vec<_> = state.calls.iter().rev().take(LOG_SHOWN).collect();
    Ok(Json(json!({ "ok": true, "calls": calls })))
}

impl IntoResponse for ActError {
    fn into_response(self) -> Response {
        (StatusCode::CONFLICT, Json(json!({ "ok": false, "error": self.to_string() }))).into_response()
    }
}
