//! How updates come in, and how Telegram being away or broken stops nothing.

use std::time::Duration;

use aviso_core::secret::Secret;
use aviso_sandbox::standin::telegram::{Failure, Fault};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

use super::{ANA, World};
use crate::{BotMode, WEBHOOK_PATH};

#[tokio::test]
async fn polling_survives_refusals_and_pages() {
    let world = World::at_rest(BotMode::Polling).await;
    for failure in [
        Failure::Refusal { code: 409, description: "Conflict: terminated by other getUpdates request".to_owned() },
        Failure::BadGateway,
        Failure::RetryAfter(1),
    ] {
        world.telegram.fail_next(Fault::once("getUpdates", failure));
    }
    world.run();
    world.say(ANA, "/help", "What I can do").await;
}

#[tokio::test]
async fn an_update_is_confirmed_only_once_it_is_kept() {
    let world = World::start().await;
    world.say(ANA, "/help", "What I can do").await;
    let mut changes = world.telegram.subscribe();
    while world.telegram.pending_updates() > 0 {
        changes.changed().await.unwrap();
    }
    world.dead_updates(0).await;
}

fn webhook() -> BotMode {
    BotMode::Webhook {
        url: format!("https://bot.example{WEBHOOK_PATH}").parse().unwrap(),
        secret: Secret::new("s3cret_-"),
    }
}

fn call(secret: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post(WEBHOOK_PATH);
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn the_webhook_lets_nobody_in_without_the_secret() {
    let world = World::at_rest(webhook()).await;
    let router = world.bot.webhook_router().unwrap();
    let status = async |request: Request<Body>| router.clone().oneshot(request).await.unwrap().status();
    let update = r#"{"update_id":5,"message":{"chat":{"id":101}}}"#;
    assert_eq!(status(call(None, update)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(call(Some("wrong"), update)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(call(Some(""), update)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.services.memory.inbox_counts().await.unwrap(), (0, 0));
    assert_eq!(status(call(Some("s3cret_-"), update)).await, StatusCode::OK);
    assert_eq!(status(call(Some("s3cret_-"), update)).await, StatusCode::OK);
    assert_eq!(world.services.memory.inbox_counts().await.unwrap(), (1, 0), "a repeated update is kept once");
    for broken in ["", "{", "[]", "null", r#"{"update_id":"5"}"#] {
        assert_eq!(status(call(Some("s3cret_-"), broken)).await, StatusCode::BAD_REQUEST, "{broken}");
    }
    let large = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(status(call(Some("s3cret_-"), large)).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_webhook_answers_through_the_bot() {
    let world = World::at_rest(webhook()).await;
    // The stand-in needs an address it can reach, the bot one that Telegram would accept: the handler
    // is driven by hand here.
    let router = world.bot.webhook_router().unwrap();
    world.run();
    world.telegram.add_user(aviso_sandbox::standin::telegram::User::new(ANA, "Ana").started());
    let update = serde_json::json!({ "update_id": 77, "message": {
        "message_id": 1, "date": 1_700_000_000, "text": "/help",
        "chat": { "id": ANA, "type": "private", "first_name": "Ana" },
        "from": { "id": ANA, "is_bot": false, "first_name": "Ana" } } });
    let answer = router.oneshot(call(Some("s3cret_-"), update.to_string())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    world.sees(ANA, |message| message.text.contains("What I can do")).await;
}

#[tokio::test]
async fn the_bot_stops_when_it_is_told_to() {
    let world = World::at_rest(BotMode::Polling).await;
    let running = tokio::spawn(world.bot.clone().run(world.stop.clone()));
    world.say(ANA, "/help", "What I can do").await;
    world.stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
}
