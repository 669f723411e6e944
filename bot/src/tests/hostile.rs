//! Broken, hostile and foreign updates; handlers that panic or hang.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::bot::InboxUpdate;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{ANA, BORIS, World, telegram_user};
use crate::BotMode;
use crate::worker::{Handle, Worker};

#[tokio::test]
async fn broken_updates_die_alone_and_unknown_kinds_are_settled() {
    let world = World::start().await;
    world.telegram.raw_update(json!({ "message": { "chat": 1 } }));
    world.telegram.raw_update(json!({ "callback_query": { "from": "nobody" } }));
    world.telegram.raw_update(json!({ "message": null }));
    world.telegram.raw_update(json!({ "unheard_of": { "chat": { "id": ANA } } }));
    world.telegram.raw_update(json!("not an object"));
    world
        .telegram
        .raw_update(json!({ "message": { "message_id": 1, "date": 1, "chat": { "id": ANA, "type": "private" },
        "from": { "id": ANA, "is_bot": false, "first_name": "\u{0}\u{202e}<b>&" }, "text": "\u{0}hello" } }));
    world.say(ANA, "/help", "What I can do").await;
    world.dead_updates(3).await;
}

#[tokio::test]
async fn hostile_button_data_gets_a_passing_answer() {
    let world = World::start().await;
    let menu = world.say(ANA, "/help", "What I can do").await;
    for data in [
        "",
        "d:pay_1:x",
        "sr:pay_01h455vb4pex5vsknk084sn02q",
        "b:btn_01h455vb4pex5vsknk084sn02q",
        "ra:rev_01h455vb4pex5vsknk084sn02q",
        "\u{0}",
        "🙂🙂🙂",
    ] {
        world.telegram.raw_update(json!({ "callback_query": {
            "id": "1", "chat_instance": "1", "data": data,
            "from": { "id": ANA, "is_bot": false, "first_name": "Ana" },
            "message": { "message_id": menu.id, "date": 1_700_000_000, "text": "x",
                "chat": { "id": ANA, "type": "private", "first_name": "Ana" } } } }));
    }
    world.say(ANA, "/cancel", "nothing to cancel").await;
    world.dead_updates(0).await;
}

#[tokio::test]
async fn groups_hear_one_line_and_only_when_the_bot_is_called() {
    let world = World::start().await;
    world.telegram.add_group(-7, "Shop talk");
    world.say(ANA, "/help", "What I can do").await;
    for text in ["/start", "/payments", "4242 4242 4242 4242", "hello", "/start@another_bot"] {
        world.telegram.say_in(-7, ANA, text).unwrap();
    }
    let call = format!("/start@{}", world.telegram.bot_username());
    world.telegram.say_in(-7, ANA, &call).unwrap();
    world.sees(-7, |message| message.text.contains("in private only")).await;
    assert_eq!(world.telegram.messages(-7).iter().filter(|message| message.from_bot).count(), 1);
}

#[tokio::test]
async fn a_conversation_of_another_version_is_forgotten_kindly() {
    let world = World::start().await;
    let memory = &world.services.memory;
    memory.set_conversation(ANA, ANA, Some(r#"{"version":99,"what":1}"#), Duration::from_secs(60)).await.unwrap();
    world.say(ANA, "hello", "no longer remember").await;
    world.say(ANA, "hello", "did not understand").await;
}

#[tokio::test]
async fn a_conversation_ends_after_a_quarter_of_an_hour() {
    let world = World::start().await;
    let hello = world.say(ANA, "/start", "Hello").await;
    world.press(ANA, &hello, "English", "Your e-mail address").await;
    world.clock.advance(Duration::from_secs(16 * 60));
    world.say(ANA, "ana@example.com", "did not understand").await;
}

#[tokio::test]
async fn a_name_that_changes_hands_follows_the_number() {
    let world = World::start().await;
    world.with_ana().await;
    world.say(ANA, "/help", "What I can do").await;
    let mut boris = telegram_user(BORIS, "Boris");
    boris.username = Some("Ana_Lopez".to_owned());
    world.telegram.rename(BORIS, Some("Ana_Lopez")).unwrap();
    world.say(BORIS, "/payments", "").await;
    let account = world.services.accounts.by_telegram(ANA).await.unwrap().unwrap();
    assert_eq!(account.email, "ana@example.com");
    assert!(world.services.accounts.by_telegram(BORIS).await.unwrap().is_none());
}

/// Panics, hangs or works, as the update says; tells what it did.
struct Moody(mpsc::UnboundedSender<String>);

#[async_trait]
impl Handle for Moody {
    async fn handle(&self, payload: &str) -> Result<(), String> {
        match payload {
            "panic" => panic!("on purpose"),
            "hang" => std::future::pending().await,
            "fail" => Err("on purpose".to_owned()),
            other => {
                self.0.send(other.to_owned()).unwrap();
                Ok(())
            }
        }
    }

    async fn apologise(&self, payload: &str, incident: &str) {
        assert!(incident.starts_with("E-") && incident.len() == 6);
        self.0.send(format!("sorry for {payload}")).unwrap();
        assert_ne!(payload, "fail", "an apology that panics stops nothing either");
    }
}

#[tokio::test]
async fn a_panic_and_a_hang_stop_nobody() {
    let world = World::at_rest(BotMode::Polling).await;
    let (told, mut heard) = mpsc::unbounded_channel();
    let worker = Worker::new(world.services.memory.clone(), Arc::new(Moody(told)));
    let worker = worker.with_limit(Duration::from_millis(50));
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker.run(stop.clone()));
    let update = |update_id, chat_id, payload: &str| InboxUpdate {
        update_id,
        chat_id,
        payload: payload.to_owned(),
        attempts: 0,
    };
    let updates =
        [update(1, 7, "panic"), update(2, 7, "hang"), update(3, 7, "fail"), update(4, 7, "one"), update(5, 7, "two")];
    assert_eq!(world.services.memory.receive(&updates).await.unwrap(), 5);
    for expected in ["sorry for panic", "sorry for hang", "sorry for fail", "one", "two"] {
        assert_eq!(heard.recv().await.as_deref(), Some(expected));
    }
    world.dead_updates(3).await;
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_flood_of_one_chat_does_not_hold_up_another() {
    let world = World::at_rest(BotMode::Polling).await;
    let (told, mut heard) = mpsc::unbounded_channel();
    let mut updates: Vec<InboxUpdate> = (1..=200)
        .map(|id| InboxUpdate { update_id: id, chat_id: 7, payload: format!("flood {id}"), attempts: 0 })
        .collect();
    updates.push(InboxUpdate { update_id: 201, chat_id: 8, payload: "quiet".to_owned(), attempts: 0 });
    world.services.memory.receive(&updates).await.unwrap();
    let worker = Worker::new(world.services.memory.clone(), Arc::new(Moody(told)));
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker.run(stop.clone()));
    let mut order = Vec::new();
    while order.len() < 31 {
        order.push(heard.recv().await.unwrap());
    }
    assert!(order.contains(&"quiet".to_owned()));
    let floods: Vec<_> = order.iter().filter(|said| said.starts_with("flood")).collect();
    assert_eq!((floods[0].as_str(), floods[29].as_str()), ("flood 171", "flood 200"));
    world.dead_updates(170).await;
    stop.cancel();
    running.await.unwrap();
}

/// Fails twice, then works.
struct Stubborn(std::sync::atomic::AtomicU32, mpsc::UnboundedSender<String>);

#[async_trait]
impl Handle for Stubborn {
    async fn handle(&self, payload: &str) -> Result<(), String> {
        let tries = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if payload == "money" && tries < 2 {
            return Err("the store is away".to_owned());
        }
        self.1.send(payload.to_owned()).unwrap();
        Ok(())
    }

    fn must_be_handled(&self, payload: &str) -> bool {
        payload == "money"
    }

    async fn apologise(&self, payload: &str, _incident: &str) {
        panic!("nobody is told of {payload}: it is tried again");
    }
}

#[tokio::test]
async fn what_tells_of_money_is_tried_until_it_is_handled() {
    let world = World::at_rest(BotMode::Polling).await;
    let (told, mut heard) = mpsc::unbounded_channel();
    let update =
        |update_id, payload: &str| InboxUpdate { update_id, chat_id: 7, payload: payload.to_owned(), attempts: 0 };
    // A flood does not wash it away.
    let flood = (1..=40).map(|id| update(id, if id == 5 { "money" } else { "flood" }));
    world.services.memory.receive(&flood.collect::<Vec<_>>()).await.unwrap();
    let handler = Arc::new(Stubborn(std::sync::atomic::AtomicU32::new(0), told));
    let worker = Worker::new(world.services.memory.clone(), handler);
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker.run(stop.clone()));
    assert_eq!(heard.recv().await.as_deref(), Some("money"));
    assert_eq!(heard.recv().await.as_deref(), Some("flood"));
    world.dead_updates(4).await;
    stop.cancel();
    running.await.unwrap();
}
