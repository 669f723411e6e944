//! What buyers ask the bot for: refunds, receipts, statements, sessions, look-ups, filters and search.

use aviso_core::language::Language;
use aviso_sandbox::standin::telegram::MessageView;
use aviso_tests::actor::{Buyer, Order};
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases, peer};

use crate::notices::label;
use crate::preferences::{PASSWORD, logged_in};

/// The bytes of the newest file in a chat.
fn newest_file(app: &TestApp, buyer: &Buyer) -> (MessageView, Vec<u8>) {
    let messages = app.telegram.messages(buyer.id);
    let message = messages.into_iter().rev().find(|message| message.document.is_some()).expect("a file");
    let bytes = app.telegram.document(buyer.id, message.id).expect("its bytes");
    (message, bytes)
}

fn uploads(app: &TestApp) -> usize {
    let calls = app.telegram.calls();
    calls.iter().filter(|call| call.method.eq_ignore_ascii_case("sendDocument")).count()
}

on_both_databases! {
    async fn a_receipt_is_made_once_and_says_what_was_paid(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::Ru).await);
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        let notice = buyer.reads(|message| message.text.contains("49,90")).await;
        buyer.press(&notice, &label(&notice, "Квитанция"));
        let first = buyer.reads(|message| message.document.is_some()).await;
        assert_eq!(first.document, Some(format!("receipt-{}.pdf", paid.text_at("/reference").replace('-', ""))));
        let (_, pdf) = newest_file(&app, &buyer);
        let text = peer::text_of_pdf(&pdf);
        for part in ["Квитанция", "ТЕСТ", "49,90", "4242", &paid.text_at("/reference"), &merchant.scope.merchant.name] {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
        buyer.say(&format!("/receipt {}", paid.text_at("/reference")));
        let second = buyer.reads(|message| message.document.is_some() && message.id != first.id).await;
        // Telegram kept the file: it was not made or uploaded again.
        assert_eq!(app.telegram.document(buyer.id, second.id), app.telegram.document(buyer.id, first.id));
        let calls = app.telegram.calls();
        let last = calls.iter().rev().find(|call| call.method.eq_ignore_ascii_case("sendDocument")).expect("a call");
        let by_id = last.params["document"].as_str().unwrap_or_default();
        assert!(!by_id.is_empty() && !by_id.starts_with("attach:"), "{:?}", last.params);
        // After a refund it says so, in a file of its own.
        merchant.refund(&paid.text_at("/id"), Some(1_000)).await.expect(201);
        app.settle().await;
        buyer.say(&format!("/receipt {}", paid.text_at("/reference")));
        buyer.reads(|message| message.document.is_some() && message.id > second.id).await;
        let text = peer::text_of_pdf(&newest_file(&app, &buyer).1);
        assert!(text.contains("Возвращено") && text.contains("39,90"), "{text}");
    }

    async fn somebody_elses_receipt_is_nobodys(app: TestApp) {
        let (merchant, buyer, thief) = (app.merchant().await, app.buyer(Language::En).await, app.buyer(Language::En).await);
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        thief.say(&format!("/receipt {}", paid.text_at("/reference")));
        thief.reads(|message| message.text.contains("No receipt to give")).await;
        thief.say("/refunds");
        thief.reads(|message| message.text.contains("No refunds yet")).await;
        thief.say(&format!("/payments {}", paid.text_at("/reference")));
        thief.reads(|message| message.text.contains("Nothing found for")).await;
        assert_eq!(uploads(&app), 0);
    }

    async fn refunds_are_listed_with_their_outcome(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        for amount in 1..=7 {
            merchant.refund(&paid.text_at("/id"), Some(amount * 100)).await.expect(201);
        }
        buyer.say("/refunds");
        let list = buyer.reads(|message| message.text.contains("Your refunds")).await;
        assert!(list.text.contains("7.00") && list.text.contains("went back") && !list.text.contains("1.00\u{a0}EUR · went"), "{}", list.text);
        buyer.press(&list, &label(&list, "Older"));
        let older = buyer.reads(|message| message.id == list.id && message.text.contains("1.00\u{a0}EUR")).await;
        buyer.press(&older, &label(&older, "Newest"));
        buyer.reads(|message| message.id == list.id && message.text.contains("7.00")).await;
    }

    async fn payments_are_narrowed_and_searched(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        merchant.pay(&Order::new(5_990, "4000000000000002").by(&buyer.email)).await.expect(402);
        buyer.say("/payments");
        let list = buyer.reads(|message| message.text.contains("Your payments")).await;
        buyer.press(&list, &label(&list, "Not made"));
        let narrowed = buyer.reads(|message| message.id == list.id && message.text.contains("Your payments: 1")).await;
        assert!(narrowed.text.contains("59.90") && !narrowed.text.contains("49.90"), "{}", narrowed.text);
        buyer.press(&narrowed, &label(&narrowed, "Refunded"));
        buyer.reads(|message| message.id == list.id && message.text.contains("None of your payments")).await;
        buyer.say("/payments");
        let list = buyer.reads(|message| message.id > list.id && message.text.contains("Your payments: 2")).await;
        buyer.press(&list, &label(&list, "Search"));
        buyer.reads(|message| message.text.contains("What are you looking for")).await;
        let shop: String = merchant.scope.merchant.name.chars().take(5).collect();
        buyer.say(&shop.to_uppercase());
        buyer.reads(|message| message.text.contains("Found for") && message.text.contains("49.90")).await;
        buyer.say(&format!("/payments {}", paid.text_at("/order_ref")));
        let found = buyer.reads(|message| message.text.contains("Found for") && message.text.contains(": 1")).await;
        assert!(!found.text.contains("59.90"), "{}", found.text);
    }

    async fn a_month_comes_as_a_table_without_formulas(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::Es).await);
        let order = Order::new(123_450, card::GOOD).by(&buyer.email);
        let order = order.with("description", serde_json::json!("=HYPERLINK(\"http://evil\")"));
        let paid = merchant.pay(&order).await.expect(201);
        buyer.say("/statement");
        let months = buyer.reads(|message| message.text.contains("¿Qué mes?")).await;
        buyer.press(&months, &months.buttons[0][0].label.clone());
        buyer.reads(|message| message.document.as_deref().is_some_and(|name| name.ends_with(".csv"))).await;
        let (_, bytes) = newest_file(&app, &buyer);
        let text = String::from_utf8(bytes).expect("UTF-8");
        let text = text.strip_prefix('\u{feff}').expect("the mark that spreadsheets want");
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(rows.headers().expect("a headline").get(1), Some("Referencia"));
        let rows: Vec<csv::StringRecord> = rows.records().collect::<Result<_, _>>().expect("a table");
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((row.get(1), row.get(6), row.get(9)), (Some(paid.text_at("/reference").as_str()), Some("1234.50"), Some("EUR")));
        assert_eq!(row.get(4), Some("'=HYPERLINK(\"http://evil\")"));
        buyer.say("/statement 2020-13");
        buyer.reads(|message| message.text.contains("Escriba el mes")).await;
        buyer.say("/statement 2020-01");
        buyer.reads(|message| message.text.contains("No hizo pagos")).await;
    }

    async fn browsers_are_logged_out_from_the_bot(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        let mut one = logged_in(&app, &buyer).await;
        let mut two = Browser::new(&app);
        let form = two.get("/login").await.expect(200);
        two.submit(&form, "/login", &[("name", &buyer.email), ("password", PASSWORD)]).await;
        two.get("/account").await.expect(200);
        buyer.say("/security");
        let list = buyer.reads(|message| message.text.contains("logged in: 2")).await;
        buyer.press(&list, &list.buttons[0][0].label.clone());
        let left = buyer.reads(|message| message.id == list.id && message.text.contains("logged in: 1")).await;
        let alive = [one.get("/account").await.status, two.get("/account").await.status];
        assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1, "{alive:?}");
        buyer.press(&left, &left.buttons[0][0].label.clone());
        buyer.reads(|message| message.id == list.id && message.text.contains("No browser is logged in")).await;
        assert_eq!([one.get("/account").await.status, two.get("/account").await.status], [303, 303]);
        // A stranger's button ends nothing: it is looked up among the presser's own sessions.
        let account = app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account");
        let session = app.session(&buyer.email, PASSWORD, "Test").await;
        let sessions = app.hub.services.accounts.sessions(account.id).await.expect("sessions");
        let other = app.buyer(Language::En).await;
        let thief = app.hub.services.accounts.by_telegram(other.id).await.expect("a look").expect("an account");
        assert!(!app.hub.services.accounts.revoke_session(thief.id, sessions[0].id).await.expect("a try"));
        assert!(app.hub.services.accounts.by_session(&session.token).await.expect("a look").is_some());
        assert_eq!(app.hub.services.accounts.revoke_other_sessions(account.id, Some(sessions[0].id)).await.expect("a try"), 0);
    }

    async fn a_payment_is_looked_up_without_an_account_but_not_often(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by("guest@example.com")).await.expect(201);
        let reference = paid.text_at("/reference");
        stranger.say("/start");
        stranger.reads(|message| message.text.contains("Hello")).await;
        stranger.say("/lookup");
        stranger.reads(|message| message.text.contains("three things in one line")).await;
        stranger.say(&format!("{reference} 49,90 4242"));
        let found = stranger.reads(|message| message.text.contains(&merchant.scope.merchant.name)).await;
        assert!(found.text.contains("paid") && !found.text.contains("guest@") && !found.text.contains("49.90"), "{}", found.text);
        stranger.say(&format!("/lookup {reference} 49.90 GUEST@example.com"));
        stranger.reads(|message| message.id > found.id && message.text.contains(&merchant.scope.merchant.name)).await;
        // One answer for every wrong part.
        for (amount, proof) in [("49.91", "4242"), ("49.90", "4243"), ("49.90", "other@example.com")] {
            stranger.say(&format!("/lookup {reference} {amount} {proof}"));
        }
        until("three refusals", async || {
            let messages = app.telegram.messages(stranger.id);
            (messages.iter().filter(|message| message.text.contains("No such payment")).count() == 3).then_some(())
        })
        .await;
        stranger.say(&format!("/lookup {reference} 49.90 4242"));
        stranger.reads(|message| message.text.contains("asked too often")).await;
    }

    async fn an_old_button_is_answered_kindly_and_every_command_is_registered(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        buyer.say("/start");
        let menu = buyer.reads(|message| message.text.contains("Hello again")).await;
        app.telegram.raw_update(serde_json::json!({
            "callback_query": {
                "id": "77001",
                "from": { "id": buyer.id, "is_bot": false, "first_name": "Ana" },
                "chat_instance": "1",
                "data": "menu-of-last-year",
                "message": { "message_id": menu.id, "date": 1, "chat": { "id": buyer.id, "type": "private", "first_name": "Ana" }, "text": "x" },
            },
        }));
        until("a kind answer", async || {
            let calls = app.telegram.calls();
            let kind = |text: &str| text.contains("no longer valid");
            calls.iter().any(|call| call.params["text"].as_str().is_some_and(kind)).then_some(())
        })
        .await;
        for (language, word) in [("en", "Where I am logged in"), ("es", "Dónde tengo sesión abierta"), ("ru", "Где выполнен вход")] {
            let commands = app.telegram.commands("all_private_chats", language).to_string();
            for name in ["payments", "refunds", "receipt", "statement", "security", "settings", "lookup", "language", "privacy"] {
                assert!(commands.contains(&format!("\"{name}\"")), "{language} {name}: {commands}");
            }
            assert!(commands.contains(word), "{commands}");
            let group = app.telegram.commands("all_group_chats", language).to_string();
            assert!(group.contains("start") && !group.contains("receipt"), "{group}");
        }
    }
}
