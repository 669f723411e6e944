//! What goes wrong on the way to a person: what the delivery log says, and that the news arrives all
//! the same, once.

use std::time::Duration;

use aviso_core::bot::InboxUpdate;
use aviso_core::delivery::{AttemptRecord, ChannelKind, DeliveryRecord};
use aviso_core::id::PaymentId;
use aviso_core::language::Language;
use aviso_sandbox::standin::smtp::Mishap;
use aviso_sandbox::standin::telegram::{Failure, Fault};
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

use crate::preferences::{PASSWORD, logged_in};

async fn log_of(
    app: &TestApp,
    payment: PaymentId,
    channel: ChannelKind,
) -> Option<(DeliveryRecord, Vec<AttemptRecord>)> {
    let (deliveries, attempts) = app.hub.services.deliveries.of_payment(payment).await.expect("the log");
    let delivery = deliveries.into_iter().find(|delivery| delivery.channel == channel)?;
    let own = attempts.into_iter().filter(|attempt| attempt.delivery_id == delivery.id).collect();
    Some((delivery, own))
}

/// Waits for the first attempt that did not succeed, and gives it.
async fn first_trouble(app: &TestApp, payment: PaymentId, channel: ChannelKind) -> AttemptRecord {
    until("a recorded attempt", async || {
        let (_, attempts) = log_of(app, payment, channel).await?;
        attempts.into_iter().next()
    })
    .await
}

/// Waits until the delivery is done; gives how its attempts went.
async fn done(app: &TestApp, payment: PaymentId, channel: ChannelKind) -> Vec<String> {
    until("the delivery being done", async || {
        let (delivery, attempts) = log_of(app, payment, channel).await?;
        (delivery.state == "done").then(|| attempts.into_iter().map(|attempt| attempt.outcome).collect())
    })
    .await
}

on_both_databases! {
    async fn each_trouble_of_telegram_is_in_the_log_and_the_news_comes_once(app: TestApp) {
        let merchant = app.merchant().await;
        let refusal = |code, text: &str| Failure::Refusal { code, description: text.to_owned() };
        for (failure, outcome, class, code, wait) in [
            (Failure::RetryAfter(1), "later", "too_fast", Some(429), 1),
            (Failure::Unauthorized, "later", "auth", Some(401), 61),
            (Failure::BadGateway, "failed", "bad_answer", None, 3),
            (refusal(409, "Conflict: terminated by other getUpdates request"), "failed", "refused", None, 3),
        ] {
            let buyer = app.buyer(Language::En).await;
            app.telegram.fail_next(Fault::once("sendMessage", failure).in_chat(buyer.id));
            let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email).reserved()).await.expect(201);
            let payment = paid.text_at("/id").parse().expect("an id");
            let trouble = first_trouble(&app, payment, ChannelKind::Telegram).await;
            assert_eq!((trouble.outcome.as_str(), trouble.class.as_str(), trouble.code), (outcome, class, code), "{trouble:?}");
            assert!(!trouble.answer.contains("4200000001"), "the token stays out of the log: {}", trouble.answer);
            app.clock.advance(Duration::from_secs(wait));
            buyer.reads(|message| message.text.contains("49.90")).await;
            // The chat rests by the wall clock, too, so that it may be told to wait more than once.
            let outcomes = done(&app, payment, ChannelKind::Telegram).await;
            let (last, before) = outcomes.split_last().expect("attempts");
            assert!(last == "sent" && before.iter().all(|one| one == outcome), "{outcomes:?}");
            let seen = app.telegram.messages(buyer.id).into_iter().filter(|message| message.text.contains("49.90")).count();
            assert_eq!(seen, 1);
        }
    }

    async fn each_trouble_of_the_relay_is_in_the_log_and_the_letter_comes_once(app: TestApp) {
        let merchant = app.merchant().await;
        for (mishap, class, code) in [
            (None, "status", Some(450)),
            (Some(Mishap::Data(451)), "status", Some(451)),
            (Some(Mishap::CloseAtData), "closed", None),
            (Some(Mishap::CloseAtGreeting), "connect", None),
            (Some(Mishap::HangAtData), "timeout", None),
        ] {
            let stranger = app.stranger();
            // Greylisting is about one recipient.
            let mishap = mishap.unwrap_or_else(|| Mishap::Recipient(stranger.email.clone(), 450));
            let hangs = mishap == Mishap::HangAtData;
            app.smtp.fail_next(mishap.clone(), 1);
            // A connection that was kept has been greeted already: some mishaps need a new one.
            let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&stranger.email)).await.expect(201);
            let payment = paid.text_at("/id").parse().expect("an id");
            if mishap == Mishap::CloseAtGreeting {
                stranger.opens(|mail| mail.text.contains("49.90")).await;
                app.smtp.clear_faults();
                continue;
            }
            let trouble = first_trouble(&app, payment, ChannelKind::Email).await;
            assert_eq!((trouble.outcome.as_str(), trouble.class.as_str(), trouble.code), ("failed", class, code), "{trouble:?}");
            assert!(!trouble.answer.contains(&stranger.email), "{}", trouble.answer);
            if hangs {
                assert!(trouble.duration_micros >= 4_000_000, "given up at the configured limit: {trouble:?}");
            }
            app.clock.advance(Duration::from_secs(15));
            stranger.opens(|mail| mail.text.contains("49.90")).await;
            assert_eq!(done(&app, payment, ChannelKind::Email).await, ["failed", "sent"]);
            assert_eq!(app.smtp.mails_to(&stranger.email).len(), 1);
        }
    }

    async fn an_update_that_comes_twice_is_answered_once(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        let update = InboxUpdate {
            update_id: 987_654_321,
            chat_id: buyer.id,
            payload: json!({
                "update_id": 987_654_321,
                "message": {
                    "message_id": 1, "date": 1, "text": "/settings",
                    "chat": { "id": buyer.id, "type": "private", "first_name": "Ana" },
                    "from": { "id": buyer.id, "is_bot": false, "first_name": "Ana", "language_code": "en" },
                },
            })
            .to_string(),
            attempts: 0,
        };
        let memory = &app.hub.services.memory;
        assert_eq!(memory.receive(std::slice::from_ref(&update)).await.expect("a kept update"), 1);
        assert_eq!(memory.receive(std::slice::from_ref(&update)).await.expect("no second one"), 0);
        buyer.reads(|message| message.text.contains("What I tell you")).await;
        assert_eq!(memory.receive(std::slice::from_ref(&update)).await.expect("not after it was handled"), 0);
        buyer.say("/cancel");
        buyer.reads(|message| message.text.contains("nothing to cancel")).await;
        let answers = app.telegram.messages(buyer.id).into_iter().filter(|m| m.text.contains("What I tell you")).count();
        assert_eq!(answers, 1);
    }

    async fn a_device_names_itself_and_deceives_nobody(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        logged_in(&app, &buyer).await;
        for device in ["<b>Your bank</b>\u{202e}gnihsihp", "\u{200b}\u{200b}", &"д".repeat(10_000), "a\nLog out: everything"] {
            app.session(&buyer.email, PASSWORD, device).await;
        }
        buyer.say("/security");
        let list = buyer.reads(|message| message.text.contains("logged in: 5")).await;
        assert!(list.text.contains("<b>Your bank</b>gnihsihp") && !list.text.contains(['\u{202e}', '\u{200b}']), "{}", list.text);
        assert!(!list.text.contains("\nLog out") && list.text.encode_utf16().count() <= 4_096, "{}", list.text);
        for button in list.buttons.iter().flatten() {
            assert!(button.label.chars().count() <= 64 && !button.label.contains(['\n', '\u{202e}']), "{}", button.label);
        }
    }
}
