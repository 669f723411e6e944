//! The server through the real client: whatever it answers must be readable to teloxide.

use std::time::Duration;

use teloxide::prelude::*;
use teloxide::types::{
    AllowedUpdate, BotCommand, BotCommandScope, CallbackQueryId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile,
    MenuButton, ParseMode, Recipient, ReplyParameters, UpdateKind,
};
use teloxide::{ApiError, RequestError};

use super::*;

const TOKEN: &str = "4242:sandbox";
const ANA: i64 = 700_000_001;
const SOON: Duration = Duration::from_secs(10);

async fn start() -> (Telegram, Bot) {
    let telegram = Telegram::start("127.0.0.1:0".parse().unwrap(), TOKEN).await.unwrap();
    telegram.add_user(User::new(ANA, "Ana <b>").with_username("ana").with_language("es").started());
    let bot = Bot::new(TOKEN).set_api_url(telegram.url().parse().unwrap());
    (telegram, bot)
}

fn ana() -> ChatId {
    ChatId(ANA)
}

fn keyboard() -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new([[
        InlineKeyboardButton::callback("Not me", "notme:1"),
        InlineKeyboardButton::url("Receipt", "http://127.0.0.1:1/r".parse().unwrap()),
    ]])
}

fn api_error<T: std::fmt::Debug>(result: Result<T, RequestError>) -> ApiError {
    match result.unwrap_err() {
        RequestError::Api(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_bot_knows_itself_and_its_chats() {
    let (telegram, bot) = start().await;
    let me = bot.get_me().await.unwrap();
    assert_eq!(me.username(), telegram.bot_username());
    assert!(me.user.is_bot);
    let chat = bot.get_chat(ana()).await.unwrap();
    assert_eq!(chat.id, ana());
    let commands = vec![BotCommand::new("payments", "Your payments")];
    bot.set_my_commands(commands.clone()).scope(BotCommandScope::AllPrivateChats).language_code("es").await.unwrap();
    let scope = BotCommandScope::Chat { chat_id: Recipient::Id(ana()) };
    bot.set_my_commands(commands.clone()).scope(scope.clone()).await.unwrap();
    assert_eq!(bot.get_my_commands().scope(scope.clone()).await.unwrap(), commands);
    bot.delete_my_commands().scope(scope.clone()).await.unwrap();
    assert!(bot.get_my_commands().scope(scope).await.unwrap().is_empty());
    assert_eq!(telegram.commands("all_private_chats", "es")[0]["command"], "payments");
    assert!(bot.set_my_commands(vec![BotCommand::new("Bad Name", "x")]).await.is_err());
    bot.set_chat_menu_button().menu_button(MenuButton::Commands).await.unwrap();
    bot.set_my_description().description("Pays").await.unwrap();
    bot.send_chat_action(ana(), teloxide::types::ChatAction::Typing).await.unwrap();
    assert!(telegram.is_typing(ANA));
    assert_eq!(
        api_error(Bot::new("4242:wrong").set_api_url(telegram.url().parse().unwrap()).get_me().await),
        ApiError::InvalidToken
    );
}

#[tokio::test]
async fn a_message_is_sent_edited_and_deleted() {
    let (telegram, bot) = start().await;
    let sent = bot
        .send_message(ana(), "<b>Paid</b> 12.00 EUR &lt;shop&gt;")
        .parse_mode(ParseMode::Html)
        .reply_markup(keyboard())
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Paid 12.00 EUR <shop>"));
    assert!(sent.chat.is_private() && sent.reply_markup().is_some() && sent.entities().is_some());
    assert!((sent.date.timestamp() - crate::standin::now().timestamp()).abs() < 60);

    let same = bot.edit_message_text(ana(), sent.id, "Paid 12.00 EUR <shop>").reply_markup(keyboard()).await.unwrap();
    assert_eq!(same.id, sent.id);
    let again = bot.edit_message_text(ana(), sent.id, "Paid 12.00 EUR <shop>").reply_markup(keyboard()).await;
    assert_eq!(api_error(again), ApiError::MessageNotModified);
    bot.edit_message_reply_markup(ana(), sent.id).await.unwrap();
    let view = telegram.messages(ANA).pop().unwrap();
    assert!(view.edited && view.buttons.is_empty());

    let reply = bot.send_message(ana(), "refunded").reply_parameters(ReplyParameters::new(sent.id)).await.unwrap();
    assert_eq!(reply.reply_to_message().map(|message| message.id), Some(sent.id));
    bot.delete_message(ana(), sent.id).await.unwrap();
    assert_eq!(api_error(bot.delete_message(ana(), sent.id).await), ApiError::MessageToDeleteNotFound);
    assert_eq!(api_error(bot.edit_message_text(ana(), sent.id, "x").await), ApiError::MessageToEditNotFound);
}

#[tokio::test]
async fn what_telegram_refuses_is_refused_in_its_words() {
    let (telegram, bot) = start().await;
    telegram.enforce_limits(false);
    let long = "ё".repeat(4097);
    assert_eq!(api_error(bot.send_message(ana(), &long).await), ApiError::MessageIsTooLong);
    assert!(bot.send_message(ana(), &long[2..]).await.is_ok());
    assert_eq!(api_error(bot.send_message(ana(), "  ").await), ApiError::MessageTextIsEmpty);
    assert_eq!(api_error(bot.send_message(ChatId(5), "x").await), ApiError::ChatNotFound);
    let data = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("a", "x".repeat(65))]]);
    assert_eq!(api_error(bot.send_message(ana(), "x").reply_markup(data).await), ApiError::ButtonDataInvalid);
    let html = bot.send_message(ana(), "<b>x").parse_mode(ParseMode::Html).await;
    assert!(matches!(api_error(html), ApiError::CantParseEntities(_)));

    telegram.add_user(User::new(2, "Never"));
    let never = api_error(bot.send_message(ChatId(2), "x").await);
    assert_eq!(never, ApiError::Unknown("Forbidden: bot can't initiate conversation with a user".to_owned()));
    telegram.block(ANA).unwrap();
    assert_eq!(api_error(bot.send_message(ana(), "x").await), ApiError::BotBlocked);
    telegram.deactivate(ANA).unwrap();
    assert_eq!(api_error(bot.send_message(ana(), "x").await), ApiError::UserDeactivated);
}

#[tokio::test]
async fn updates_arrive_by_long_polling() {
    let (telegram, bot) = start().await;
    let waiting = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(10).await }
    });
    telegram.say(ANA, "/start r_abc").unwrap();
    let updates = waiting.await.unwrap().unwrap();
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(message.text(), Some("/start r_abc"));
    assert_eq!(message.entities().unwrap()[0].length, 6);
    assert_eq!(message.from.as_ref().unwrap().language_code.as_deref(), Some("es"));
    let offset = i32::try_from(updates[0].id.0).unwrap() + 1;

    let sent = bot.send_message(ana(), "ok?").reply_markup(keyboard()).await.unwrap();
    let id = i64::from(sent.id.0);
    assert_eq!(telegram.press(ANA, id, "Receipt"), Err(ActError::OpensLink("http://127.0.0.1:1/r".to_owned())));
    telegram.press(ANA, id, "notme:1").unwrap();
    telegram.block(ANA).unwrap();
    let updates = bot.get_updates().offset(offset).timeout(10).await.unwrap();
    let UpdateKind::CallbackQuery(query) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(query.data.as_deref(), Some("notme:1"));
    assert_eq!(query.regular_message().unwrap().id, sent.id);
    assert!(matches!(updates[1].kind, UpdateKind::MyChatMember(_)), "{updates:?}");
    bot.answer_callback_query(query.id.clone()).text("Frozen").await.unwrap();
    assert_eq!(telegram.callback_answers()[0].text, "Frozen");
    let late = bot.answer_callback_query(CallbackQueryId(query.id.0.clone())).await;
    assert!(matches!(api_error(late), ApiError::Unknown(text) if text.contains("query is too old")));
}

#[tokio::test]
async fn two_pollers_are_in_conflict() {
    let (telegram, bot) = start().await;
    let first = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(10).await }
    });
    let mut changes = telegram.subscribe();
    while telegram.shared().lock().poll == 0 {
        changes.changed().await.unwrap();
    }
    let second = bot.get_updates().timeout(0).await;
    assert!(second.unwrap().is_empty());
    assert_eq!(api_error(first.await.unwrap()), ApiError::TerminatedByOtherGetUpdates);
}

#[tokio::test]
async fn limits_and_faults_reach_the_client() {
    let (telegram, bot) = start().await;
    for n in 0..3 {
        bot.send_message(ana(), n.to_string()).await.unwrap();
    }
    assert!(matches!(bot.send_message(ana(), "x").await, Err(RequestError::RetryAfter(wait)) if wait.seconds() == 1));
    assert_eq!(telegram.violations(), 1);
    telegram.enforce_limits(false);
    telegram.fail_next(Fault::once("sendMessage", Failure::RetryAfter(7)).in_chat(ANA));
    assert!(matches!(bot.send_message(ana(), "x").await, Err(RequestError::RetryAfter(wait)) if wait.seconds() == 7));
    bot.send_message(ana(), "x").await.unwrap();
    telegram.fail_next(Fault::once("sendMessage", Failure::Unauthorized));
    assert_eq!(api_error(bot.send_message(ana(), "x").await), ApiError::InvalidToken);
    let refused: Vec<_> = telegram.calls().into_iter().filter(|call| !call.ok).map(|call| call.code).collect();
    assert_eq!(refused, [Some(429), Some(429), Some(401)]);
}

#[tokio::test]
async fn a_lost_answer_has_had_its_effect() {
    let (telegram, _) = start().await;
    telegram.fail_next(Fault::once("sendMessage", Failure::LostAnswer));
    let url = format!("{}/bot{TOKEN}/sendMessage", telegram.url());
    let answer =
        reqwest::Client::new().post(url).form(&[("chat_id", ANA.to_string()), ("text", "hi".to_owned())]).send().await;
    assert_eq!(answer.unwrap().status(), 502);
    assert_eq!(telegram.messages(ANA).len(), 1);
}

#[tokio::test]
async fn a_document_travels_both_ways() {
    let (telegram, bot) = start().await;
    let file = InputFile::memory("receipt").file_name("receipt.pdf");
    let sent = bot.send_document(ana(), file).caption("Here").await.unwrap();
    let document = sent.document().unwrap();
    assert_eq!((document.file_name.as_deref(), sent.caption()), (Some("receipt.pdf"), Some("Here")));
    assert_eq!(telegram.document(ANA, i64::from(sent.id.0)).unwrap(), b"receipt");
    let file = bot.get_file(document.file.id.clone()).await.unwrap();
    assert_eq!(file.size, 7);
    let url = format!("{}/file/bot{TOKEN}/{}", telegram.url(), file.path);
    assert_eq!(reqwest::get(url).await.unwrap().text().await.unwrap(), "receipt");
}

#[tokio::test]
async fn a_webhook_is_retried_until_it_answers_well() {
    let (telegram, bot) = start().await;
    let (seen, mut arrivals) = tokio::sync::mpsc::channel::<(Option<String>, Value)>(8);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let handler = move |headers: axum::http::HeaderMap, axum::Json(update): axum::Json<Value>| {
        let seen = seen.clone();
        async move {
            let secret = headers.get("x-telegram-bot-api-secret-token");
            let first = seen.capacity() == seen.max_capacity();
            seen.send((secret.map(|secret| secret.to_str().unwrap().to_owned()), update)).await.unwrap();
            if first { axum::http::StatusCode::SERVICE_UNAVAILABLE } else { axum::http::StatusCode::OK }
        }
    };
    let app = axum::Router::new().route("/hook", axum::routing::post(handler));
    tokio::spawn(async move { axum::serve(listener, app).await });

    bot.set_webhook(url.parse().unwrap())
        .secret_token("s3cret_-")
        .allowed_updates([AllowedUpdate::Message])
        .await
        .unwrap();
    assert_eq!(bot.get_webhook_info().await.unwrap().url.unwrap().as_str(), url);
    // teloxide knows this one without the prefix that Telegram puts before it.
    assert!(
        matches!(api_error(bot.get_updates().await), ApiError::Unknown(text) if text.starts_with("Conflict: can't use"))
    );
    telegram.say(ANA, "hello").unwrap();
    let mut changes = telegram.subscribe();
    while telegram.pending_updates() > 0 {
        tokio::time::timeout(SOON, changes.changed()).await.unwrap().unwrap();
    }
    let (secret, update) = arrivals.recv().await.unwrap();
    assert_eq!(secret.as_deref(), Some("s3cret_-"));
    assert_eq!(arrivals.recv().await.unwrap().1, update);
    assert!(bot.get_webhook_info().await.unwrap().last_error_date.is_some());
    bot.delete_webhook().await.unwrap();
    assert!(bot.set_webhook("ftp://x.test/".parse().unwrap()).await.is_err());
    assert!(bot.set_webhook(url.parse().unwrap()).secret_token("no spaces").await.is_err());
}

#[tokio::test]
async fn a_hostile_update_is_handed_over_as_it_is() {
    let (telegram, bot) = start().await;
    telegram.raw_update(serde_json::json!({ "message": { "chat": 1 } }));
    let updates = bot.get_updates().timeout(0).await.unwrap();
    assert!(matches!(updates[0].kind, UpdateKind::Error(_)), "{updates:?}");
}

#[tokio::test]
async fn waiting_ends_with_the_message_or_with_a_transcript() {
    let (telegram, bot) = start().await;
    let waiting = telegram.wait_for(ANA, SOON, |message| message.text.contains("paid"));
    let (found, _) = tokio::join!(waiting, async { bot.send_message(ana(), "paid").await.unwrap() });
    assert_eq!(found.unwrap().text, "paid");
    let missed = telegram.wait_for(ANA, Duration::from_millis(1), |_| false).await.unwrap_err();
    assert!(missed.contains("bot: paid"), "{missed}");
}

#[tokio::test]
async fn the_server_stops_with_its_last_handle() {
    let (telegram, bot) = start().await;
    let url = telegram.url();
    let waiting = tokio::spawn(async move { bot.get_updates().timeout(10).await });
    let mut changes = telegram.subscribe();
    while telegram.shared().lock().poll == 0 {
        changes.changed().await.unwrap();
    }
    drop(telegram);
    assert!(waiting.await.unwrap().unwrap().is_empty());
    tokio::time::timeout(SOON, async { while changes.changed().await.is_ok() {} }).await.unwrap();
    assert!(reqwest::get(url).await.is_err());
}
