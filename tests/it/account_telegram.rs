//! Log-in through Telegram: a push to the chat, a signed widget, a Mini App.

use std::collections::BTreeMap;
use std::time::Duration;

use aviso_core::clock::Clock;
use aviso_core::language::Language;
use aviso_sandbox::standin::telegram::MessageView;
use aviso_tests::actor::Buyer;
use aviso_tests::app::{TOKEN, TestApp};
use aviso_tests::browser::{Browser, Page};
use aviso_tests::on_both_databases;
use aviso_tests::until::until;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::notices::label;

/// Asks for a push in this browser. Gives the number on the screen.
pub(crate) async fn ask(browser: &mut Browser, name: &str) -> String {
    let form = browser.get("/login").await.expect(200);
    let sent = browser.submit(&form, "/login/push", &[("name", name), ("password", "")]).await;
    browser.follow(sent).await.expect(200).code()
}

/// The question in the chat that offers this number.
pub(crate) async fn question(buyer: &Buyer, code: &str) -> MessageView {
    buyer
        .reads(|message| message.text.contains("Log in?") && message.buttons.iter().flatten().any(|b| b.label == code))
        .await
}

/// Waits until the page lets the browser finish, and does.
pub(crate) async fn finish(browser: &mut Browser) -> Page {
    let page = until("the page letting the browser in", async || {
        let page = browser.get("/login/push").await;
        page.has_form("/login/push/finish").then_some(page)
    })
    .await;
    browser.submit(&page, "/login/push/finish", &[]).await
}

fn hex_hmac(key: &[u8], fields: &BTreeMap<&str, String>) -> String {
    let lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("any length");
    mac.update(lines.join("\n").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn query(fields: &BTreeMap<&str, String>, hash: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields).append_pair("hash", hash);
    query.finish()
}

/// What the widget appends to an address for this person.
pub(crate) fn widget(app: &TestApp, buyer: &Buyer) -> String {
    let fields = BTreeMap::from([
        ("id", buyer.id.to_string()),
        ("first_name", "Ana".to_owned()),
        ("username", buyer.username.clone()),
        ("auth_date", app.clock.now().as_secs().to_string()),
    ]);
    query(&fields, &hex_hmac(&Sha256::digest(TOKEN.as_bytes()), &fields))
}

/// What a Mini App gets for this person.
pub(crate) fn init_data(app: &TestApp, buyer: &Buyer) -> String {
    let user = serde_json::json!({ "id": buyer.id, "first_name": "Ana", "username": buyer.username });
    let fields = BTreeMap::from([
        ("query_id", "AAH".to_owned()),
        ("user", user.to_string()),
        ("auth_date", app.clock.now().as_secs().to_string()),
        ("signature", "c2lnbmF0dXJl".to_owned()),
    ]);
    let mut key = <Hmac<Sha256> as Mac>::new_from_slice(b"WebAppData").expect("any length");
    key.update(TOKEN.as_bytes());
    query(&fields, &hex_hmac(&key.finalize().into_bytes(), &fields))
}

/// Sends what a Mini App got, as its script does.
pub(crate) async fn open_app(app: &TestApp, data: &str) -> reqwest::Response {
    let request = app.http.post(app.url("/login/telegram/app")).header("authorization", format!("tma {data}"));
    request.send().await.expect("an answer")
}

on_both_databases! {
    async fn a_push_logs_in_the_browser_that_asked(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        for name in [ana.email.clone(), format!("@{}", ana.username.to_uppercase())] {
            let mut browser = Browser::new(&app);
            let code = ask(&mut browser, &name).await;
            let question = question(&ana, &code).await;
            assert!(question.text.contains("127.0.0.0/24"), "{}", question.text);
            ana.press(&question, &label(&question, &code));
            let done = finish(&mut browser).await;
            assert_eq!((done.status, done.location.as_deref()), (303, Some("/account")), "{}", done.text);
            assert!(browser.get("/account").await.expect(200).text.contains(&ana.email));
        }
        ana.reads(|message| message.text.contains("New sign-in")).await;
    }

    async fn a_wrong_number_or_not_me_lets_nobody_in_and_the_third_stops_the_questions(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        for attempt in 0..3 {
            let mut browser = Browser::new(&app);
            let code = ask(&mut browser, &ana.email).await;
            let question = question(&ana, &code).await;
            let wrong = question.buttons.iter().flatten().find(|b| b.label != code && b.label.len() == 2);
            let answer = if attempt == 0 { wrong.expect("another number").label.clone() } else { label(&question, "Not me") };
            ana.press(&question, &answer);
            ana.reads(|message| message.id == question.id && message.text.contains("Nobody was logged in")).await;
            let page = browser.get("/login/push").await.expect(200);
            assert!(page.text.contains("This attempt is over") && !page.has_form("/login/push/finish"), "{}", page.text);
        }
        app.settle().await;
        let asked = app.telegram.messages(ana.id).len();
        let mut browser = Browser::new(&app);
        ask(&mut browser, &ana.email).await;
        app.settle().await;
        assert_eq!(app.telegram.messages(ana.id).len(), asked, "the chat is left alone for a day");
    }

    async fn a_push_for_nobody_looks_like_any_other(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        let (mut known, mut unknown) = (Browser::new(&app), Browser::new(&app));
        let (real, decoy) = (ask(&mut known, &ana.email).await, ask(&mut unknown, "nobody@example.com").await);
        let strip = |page: &Page, code: &str| {
            let token = page.between("name=\"form_token\" value=\"", "\"");
            let text = page.text.replace(&format!(">{code}<"), ">#<");
            if token.is_empty() { text } else { text.replace(&token, "") }
        };
        let (known_page, unknown_page) = (known.get("/login/push").await, unknown.get("/login/push").await);
        assert_eq!(strip(&known_page, &real), strip(&unknown_page, &decoy));
        // Both end alike when their time is over.
        app.clock.advance(Duration::from_secs(121));
        for browser in [&mut known, &mut unknown] {
            let page = browser.get("/login/push").await.expect(200);
            assert!(page.text.contains("This attempt is over"), "{}", page.text);
        }
    }

    async fn one_person_is_asked_five_times_an_hour_at_most_and_only_the_latest_counts(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        let mut browsers = Vec::new();
        for name in [ana.email.clone(), format!("@{}", ana.username), ana.email.to_uppercase(), ana.email.clone(), ana.email.clone(), ana.email.clone()] {
            let mut browser = Browser::new(&app);
            let code = ask(&mut browser, &name).await;
            browsers.push((browser, code));
        }
        // The bot writes once a second to one chat.
        let mut questions = until("the questions", async || {
            let all = app.telegram.messages(ana.id).into_iter();
            let questions: Vec<MessageView> = all.filter(|message| message.text.contains("Log in?")).collect();
            (questions.len() >= 5).then_some(questions)
        })
        .await;
        app.settle().await;
        // They leave side by side; their links say in which order they were asked.
        questions.sort_by_key(|question| question.buttons[0][0].data.clone());
        assert_eq!(questions.len(), 5);
        // An older question is dead.
        ana.press(&questions[0], &questions[0].buttons[0][0].label.clone());
        ana.reads(|message| message.id == questions[0].id && message.text.contains("no longer works")).await;
        let (browser, code) = &mut browsers[4];
        ana.press(&questions[4], &label(&questions[4], code));
        assert_eq!(finish(browser).await.status, 303);
    }

    async fn a_blocked_bot_asks_nobody(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        app.telegram.block(ana.id).expect("blocked");
        until("the hub knowing that it is blocked", async || {
            let account = app.hub.services.accounts.by_telegram(ana.id).await.ok().flatten()?;
            account.telegram.and_then(|identity| identity.gone_at)
        })
        .await;
        let mut browser = Browser::new(&app);
        ask(&mut browser, &ana.email).await;
        app.settle().await;
        let page = browser.get("/login/push").await.expect(200);
        assert!(!page.has_form("/login/push/finish"));
        assert!(!app.telegram.messages(ana.id).iter().any(|message| message.text.contains("Log in?")));
    }

    async fn a_signed_address_logs_in_once_by_a_press_of_the_button(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        let path = format!("/login/telegram?{}", widget(&app, &ana));
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        assert!(page.text.contains(&format!("@{}", ana.username)), "{}", page.text);
        assert_eq!(browser.get("/account").await.status, 303, "opening is not using");
        let signed = path.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        browser.submit(&page, "/login/telegram", &[("signed", &signed)]).await.expect(303);
        assert_eq!(browser.get("/account").await.status, 200);
        // Whoever reads it in a history has nothing.
        let mut thief = Browser::new(&app);
        let page = thief.get(&path).await.expect(200);
        thief.submit(&page, "/login/telegram", &[("signed", &signed)]).await.expect(404);
        assert_eq!(thief.get("/account").await.status, 303);
    }

    async fn what_telegram_did_not_sign_or_signed_long_ago_opens_nothing(app: TestApp) {
        let (ana, eve) = (app.buyer(Language::En).await, app.stranger());
        let mut browser = Browser::new(&app);
        let signed = widget(&app, &ana);
        let forged = signed.replace(&format!("id={}", ana.id), "id=1");
        browser.get(&format!("/login/telegram?{forged}")).await.expect(401);
        let page = browser.get(&format!("/login/telegram?{signed}")).await.expect(200);
        app.clock.advance(Duration::from_secs(301));
        browser.submit(&page, "/login/telegram", &[("signed", &signed)]).await.expect(401);
        // Signed, but nobody's account.
        let stranger = widget(&app, &eve);
        let page = browser.get(&format!("/login/telegram?{stranger}")).await.expect(200);
        let answer = browser.submit(&page, "/login/telegram", &[("signed", &stranger)]).await.expect(401);
        assert!(answer.text.contains("No account is connected"), "{}", answer.text);
    }

    async fn a_mini_app_exchanges_its_init_data_once_for_a_session(app: TestApp) {
        let ana = app.buyer(Language::En).await;
        let data = init_data(&app, &ana);
        let answer = open_app(&app, &data).await;
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(cookie.starts_with("aviso=") && cookie.contains("HttpOnly"), "{cookie}");
        assert_eq!(answer.json::<serde_json::Value>().await.expect("JSON")["next"], "/account");
        assert_eq!(open_app(&app, &data).await.status(), 404, "once");
        for wrong in [data.replace("AAH", "AAI"), widget(&app, &ana), String::new()] {
            assert_eq!(open_app(&app, &wrong).await.status(), 401, "{wrong}");
        }
    }

    async fn an_authenticator_is_asked_for_on_these_ways_too(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        ana.add_authenticator().await;
        let mut browser = Browser::new(&app);
        let code = ask(&mut browser, &ana.email).await;
        let question = question(&ana, &code).await;
        ana.press(&question, &label(&question, &code));
        assert_eq!(finish(&mut browser).await.location.as_deref(), Some("/login/code"));
        assert_eq!(browser.get("/account").await.status, 303);
        let answer = open_app(&app, &init_data(&app, &ana)).await;
        assert_eq!(answer.json::<serde_json::Value>().await.expect("JSON")["next"], "/login/code");
    }
}
