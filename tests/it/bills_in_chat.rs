//! Bills in chat: opened by a link or sent there, one message that follows the bill, and `/pay`.

use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_sandbox::standin::telegram::MessageView;
use aviso_tests::actor::{Answer, Buyer, Merchant};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, path_of};
use aviso_tests::database::Kind;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use serde_json::json;

use crate::bills::{bill, create, send};
use crate::notices::label;

/// A new bill, once the bot's name is known: before that its link leads to no chat.
pub(crate) async fn bill_for_chat(merchant: &Merchant, minor: i64, currency: &str) -> Answer {
    let mut body = bill(minor);
    body["currency"] = json!(currency);
    let created = create(merchant, &body).await.expect(201);
    let path = format!("/v1/bills/{}", created.text_at("/id"));
    until("the bot's name being known", async || {
        let answer = merchant.get(&path).await.expect(200);
        (!answer.text_at("/telegram_url").is_empty()).then_some(answer)
    })
    .await
}

/// Follows the link of a bill. Gives its message.
pub(crate) async fn open(app: &TestApp, buyer: &Buyer, created: &Answer) -> MessageView {
    let url = created.text_at("/telegram_url");
    let start = url.split("?start=").nth(1).expect("a deep link");
    assert!(start.len() <= 64 && start.starts_with("b_"), "{start}");
    let before = app.telegram.messages(buyer.id).last().map_or(0, |message| message.id);
    buyer.say(&format!("/start {start}"));
    buyer.reads(|message| message.id > before && message.text.contains("Bill from")).await
}

/// Waits until the message of a bill says so.
pub(crate) async fn says(buyer: &Buyer, shown: &MessageView, words: &str) -> MessageView {
    buyer.reads(|message| message.id == shown.id && message.text.contains(words)).await
}

fn press_old(app: &TestApp, buyer: &Buyer, message: &MessageView, data: &str) {
    app.telegram.raw_update(json!({
        "callback_query": {
            "id": format!("77{}", message.id),
            "from": { "id": buyer.id, "is_bot": false, "first_name": "Ana", "language_code": "en" },
            "chat_instance": "1",
            "data": data,
            "message": {
                "message_id": message.id, "date": 1, "text": "x",
                "chat": { "id": buyer.id, "type": "private", "first_name": "Ana" },
            },
        },
    }));
}

async fn toast(app: &TestApp, words: &str) {
    until(&format!("the answer {words:?}"), async || {
        let calls = app.telegram.calls();
        calls.iter().any(|call| call.params["text"].as_str().is_some_and(|text| text.contains(words))).then_some(())
    })
    .await;
}

on_both_databases! {
    async fn a_bill_lives_in_a_chat_without_an_account(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let created = bill_for_chat(&merchant, 12_000, "EUR").await;
        let shown = open(&app, &stranger, &created).await;
        for part in [&merchant.scope.merchant.name, "120.00", "Arreglo de una bicicleta", "[TEST]", "It can be paid until"] {
            assert!(shown.text.contains(part), "{part:?} is not in {:?}", shown.text);
        }
        // This install has no public name, so the page's address stands in the text.
        assert!(shown.text.contains("/pay/b/"), "{}", shown.text);
        label(&shown, "Pay in Telegram");
        let path = path_of(&created.text_at("/url"));
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        assert!(page.text.contains("Open this bill in Telegram"), "{}", page.text);
        send(&mut browser, &page, &path, card::GOOD).await.expect(303);
        let paid = says(&stranger, &shown, "Paid.").await;
        assert!(paid.buttons.is_empty() && !paid.text.contains("/pay/b/"), "{paid:?}");
        // A button of before is answered kindly, and no invoice is sent.
        press_old(&app, &stranger, &shown, &format!("bt:{}", created.text_at("/id")));
        toast(&app, "cannot be paid any more").await;
        assert!(app.telegram.messages(stranger.id).iter().all(|message| message.invoice.is_none()));
        // Opened again it is a new message, which says the same.
        let again = open(&app, &stranger, &created).await;
        assert!(again.id > shown.id && again.text.contains("Paid."), "{again:?}");
    }

    async fn the_message_follows_every_end_of_a_bill(app: TestApp) {
        let (merchant, one, two) = (app.merchant().await, app.stranger(), app.stranger());
        let cancelled = bill_for_chat(&merchant, 900, "EUR").await;
        let (by_one, by_two) = (open(&app, &one, &cancelled).await, open(&app, &two, &cancelled).await);
        let path = format!("/v1/bills/{}/cancel", cancelled.text_at("/id"));
        merchant.send(Method::POST, &path, None, None).await.expect(200);
        says(&one, &by_one, "took this bill back").await;
        says(&two, &by_two, "took this bill back").await;
        let declined = bill_for_chat(&merchant, 900, "EUR").await;
        let shown = open(&app, &one, &declined).await;
        crate::checkout::block(&app, card::GOOD).await;
        let path = path_of(&declined.text_at("/url"));
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        send(&mut browser, &page, &path, card::GOOD).await.expect(303);
        says(&one, &shown, "was not made").await;
        let late = bill_for_chat(&merchant, 900, "EUR").await;
        let shown = open(&app, &one, &late).await;
        app.clock.advance(Duration::from_secs(31 * 86_400));
        says(&one, &shown, "The time to pay is over").await;
    }

    async fn a_known_buyer_gets_the_bill_in_the_chat_and_finds_it_again(app: TestApp) {
        let (merchant, buyer, other) = (app.merchant().await, app.buyer(Language::Ru).await, app.buyer(Language::En).await);
        let mut body = bill(45_600);
        body["customer"] = json!({ "email": buyer.email });
        let created = create(&merchant, &body).await.expect(201);
        let shown = buyer.reads(|message| message.text.contains("Счёт от") && message.text.contains("456,00")).await;
        buyer.opens(|letter| letter.links.iter().any(|link| link.contains("/pay/b/"))).await;
        buyer.say("/pay");
        let found = buyer.reads(|message| message.id > shown.id && message.text.contains("456,00")).await;
        let mut second = bill(700);
        second["customer"] = json!({ "email": buyer.email });
        create(&merchant, &second).await.expect(201);
        buyer.reads(|message| message.id > found.id && message.text.contains("7,00")).await;
        buyer.say("/pay");
        let list = buyer.reads(|message| message.text.contains("Ваши счета")).await;
        assert_eq!(list.buttons.len(), 2, "{list:?}");
        buyer.press(&list, &label(&list, "456,00"));
        let opened = buyer.reads(|message| message.id > list.id && message.text.contains("456,00")).await;
        // Somebody else has no bills, and a button with this one's name opens none.
        other.say("/pay");
        let none = other.reads(|message| message.text.contains("No bills to pay")).await;
        for data in ["bi", "bt"] {
            press_old(&app, &other, &none, &format!("{data}:{}", created.text_at("/id")));
            toast(&app, "no longer valid").await;
        }
        assert!(!app.telegram.transcript(other.id).contains("456"));
        let path = format!("/v1/bills/{}/cancel", created.text_at("/id"));
        merchant.send(Method::POST, &path, None, None).await.expect(200);
        // The newest message of the chat is the one that follows.
        says(&buyer, &opened, "отозвал").await;
    }

    async fn links_that_lead_nowhere_say_so(app: TestApp) {
        let stranger = app.stranger();
        for link in ["b_", "b_nonsense", &format!("b_{}", "x".repeat(43))] {
            let before = app.telegram.messages(stranger.id).len();
            stranger.say(&format!("/start {link}"));
            until("an answer", async || {
                let messages = app.telegram.messages(stranger.id);
                messages[before..].iter().any(|message| message.text.contains("leads nowhere")).then_some(())
            })
            .await;
        }
    }

    async fn an_outdated_menu_is_followed_by_a_new_one(app: TestApp) {
        let buyer = app.buyer(Language::En).await;
        buyer.say("/start");
        let menu = buyer.reads(|message| message.text.contains("Hello again")).await;
        press_old(&app, &buyer, &menu, "menu-of-last-year");
        toast(&app, "no longer valid").await;
        let fresh = buyer.reads(|message| message.text.contains("This menu is outdated")).await;
        buyer.press(&fresh, &label(&fresh, "payments"));
        buyer.reads(|message| message.id > fresh.id && message.text.contains("No payments yet")).await;
        for (language, words) in [("en", "Bills to pay"), ("es", "Facturas por pagar"), ("ru", "Счета к оплате")] {
            let commands = app.telegram.commands("all_private_chats", language).to_string();
            assert!(commands.contains("\"pay\"") && commands.contains(words), "{commands}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saved_cards_and_a_new_one_open_the_page_that_asks_for_the_code() {
    let app = TestApp::start_with(Kind::Sqlite, |config| {
        config.server.public_url = "https://pay.example.com".parse().expect("an address");
    })
    .await;
    let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
    merchant.pay(&crate::saved_cards::saving(1_000, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
    let created = bill_for_chat(&merchant, 12_000, "EUR").await;
    let shown = open(&app, &buyer, &created).await;
    let address = |words: &str| {
        let button = shown.buttons.iter().flatten().find(|button| button.label.contains(words));
        button.unwrap_or_else(|| panic!("no {words}: {shown:?}")).url.clone().expect("it opens a page")
    };
    let saved = address("Pay with •• 4242");
    assert!(saved.starts_with("https://pay.example.com/pay/b/") && saved.contains("#cvc-card_"), "{saved}");
    assert!(address("New card").starts_with("https://pay.example.com/pay/b/"));
    assert!(!shown.text.contains("/pay/b/"), "{}", shown.text);
    drop((merchant, buyer));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_names_stay_words() {
    let app = TestApp::start(Kind::Sqlite).await;
    for name in ["<b>Luna</b> & \u{202e}Co", "مرحبا <a href=x>", &"👩‍👩‍👧‍👦".repeat(30), &"L".repeat(100)]
    {
        let Ok(shop) = app.hub.services.merchants.create(Actor::Operator, name, Language::En).await else { continue };
        let mut merchant = app.merchant().await;
        let mode = aviso_core::merchant::Mode::Test;
        merchant.key = app.hub.services.merchants.issue_key(Actor::Operator, shop.id, mode).await.expect("a key");
        let stranger = app.stranger();
        let created = bill_for_chat(&merchant, 12_000, "EUR").await;
        let shown = open(&app, &stranger, &created).await;
        assert!(!shown.text.contains('\u{202e}') && shown.text.lines().count() <= 9, "{:?}", shown.text);
        stranger.press(&shown, &label(&shown, "Pay in Telegram"));
        // The stand-in takes titles as Telegram does: at most 32 characters.
        let invoice = stranger.reads(|message| message.invoice.is_some()).await;
        assert_eq!(invoice.invoice.expect("an invoice").total, 12_000);
    }
    app.finish().await;
}
