//! Attacks on the way between a browser and a chat. `docs/security.md` lists them with these tests' names.

use std::time::Duration;

use aviso_core::language::Language;
use aviso_tests::actor::{Buyer, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, Page};
use aviso_tests::on_both_databases;
use aviso_tests::until::until;
use serde_json::{Value, json};

use crate::account_telegram::{ask, finish, init_data, open_app, question, widget};

/// Registers in this browser. Gives the token of the deep link and the number on the screen.
async fn register(app: &TestApp, browser: &mut Browser, buyer: &Buyer) -> (String, String) {
    let form = browser.get("/register").await.expect(200);
    let fields = [("email", buyer.email.as_str()), ("username", ""), ("password", PASSWORD), ("language", "en")];
    let sent = browser.submit(&form, "/register", &fields).await;
    let page = browser.follow(sent).await.expect(200);
    app.settle().await;
    (page.between("start=r_", "\""), page.code())
}

async fn is_bound(app: &TestApp, buyer: &Buyer) -> bool {
    app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").is_some()
}

async fn log_in(app: &TestApp, name: &str) -> Page {
    let mut browser = Browser::new(app);
    let form = browser.get("/login").await.expect(200);
    browser.submit(&form, "/login", &[("name", name), ("password", PASSWORD)]).await
}

/// Somebody sends the bot the data of a button that was not offered to them there.
fn forged_press(user: i64, chat: &Value, data: &str) -> Value {
    json!({ "callback_query": {
        "id": "99",
        "from": { "id": user, "is_bot": false, "first_name": "B", "language_code": "en" },
        "chat_instance": "1",
        "data": data,
        "message": { "message_id": 77, "date": 1_700_000_000, "text": "x", "chat": chat },
    }})
}

fn private(user: i64) -> Value {
    json!({ "id": user, "type": "private", "first_name": "B" })
}

/// Until the bot has worked through everything that came in.
async fn heard(app: &TestApp, witness: &Buyer) {
    let id = app.telegram.say(witness.id, "/help").expect("a message");
    witness.reads(|message| message.id > id && message.text.contains("What I can do")).await;
}

on_both_databases! {
    async fn a_replayed_deep_link_opens_nothing(app: TestApp) {
        let (ana, eve, mut browser) = (app.stranger(), app.stranger(), Browser::new(&app));
        let (token, code) = register(&app, &mut browser, &ana).await;
        ana.say(&format!("/start r_{token}"));
        let asked = ana.reads(|message| message.buttons.iter().flatten().any(|b| b.label == code)).await;
        ana.press(&asked, &code);
        until("the chat being bound", async || {
            let page = browser.get("/register/telegram").await;
            if page.has_form("/register/telegram") {
                browser.submit(&page, "/register/telegram", &[]).await;
            }
            is_bound(&app, &ana).await.then_some(())
        })
        .await;
        eve.say(&format!("/start r_{token}"));
        eve.reads(|message| message.text.contains("no longer works")).await;
        // Nor does the finished page finish twice.
        assert!(!browser.get("/register/telegram").await.has_form("/register/telegram"));
        assert!(!is_bound(&app, &eve).await);
    }

    async fn the_second_who_opens_a_deep_link_gets_nothing(app: TestApp) {
        let (ana, eve, mut browser) = (app.stranger(), app.stranger(), Browser::new(&app));
        let (token, code) = register(&app, &mut browser, &ana).await;
        ana.say(&format!("/start r_{token}"));
        ana.reads(|message| message.buttons.iter().flatten().any(|b| b.label == code)).await;
        eve.say(&format!("/start r_{token}"));
        let refused = eve.reads(|message| message.text.contains("no longer works")).await;
        assert!(refused.buttons.is_empty());
    }

    async fn another_persons_press_answers_no_question(app: TestApp) {
        let (ana, eve, mut browser) = (app.buyer(Language::En).await, app.buyer(Language::En).await, Browser::new(&app));
        let code = ask(&mut browser, &ana.email).await;
        let asked = question(&ana, &code).await;
        let right = asked.buttons.iter().flatten().find(|button| button.label == code).expect("the number");
        app.telegram.raw_update(forged_press(eve.id, &private(eve.id), right.data.as_deref().unwrap_or_default()));
        heard(&app, &eve).await;
        assert!(!browser.get("/login/push").await.has_form("/login/push/finish"));
        // The question still stands for whom it was asked.
        ana.press(&asked, &code);
        assert_eq!(finish(&mut browser).await.status, 303);
    }

    async fn a_press_in_a_group_answers_no_question(app: TestApp) {
        let (ana, mut browser) = (app.buyer(Language::En).await, Browser::new(&app));
        let code = ask(&mut browser, &ana.email).await;
        let asked = question(&ana, &code).await;
        let right = asked.buttons.iter().flatten().find(|button| button.label == code).expect("the number");
        let group = json!({ "id": -100_123, "type": "supergroup", "title": "G" });
        app.telegram.raw_update(forged_press(ana.id, &group, right.data.as_deref().unwrap_or_default()));
        heard(&app, &ana).await;
        assert!(!browser.get("/login/push").await.has_form("/login/push/finish"));
    }

    async fn an_approval_without_the_cookie_is_worth_nothing(app: TestApp) {
        let (ana, mut browser) = (app.buyer(Language::En).await, Browser::new(&app));
        let code = ask(&mut browser, &ana.email).await;
        let asked = question(&ana, &code).await;
        ana.press(&asked, &code);
        ana.reads(|message| message.id == asked.id && message.text.contains("The number is right")).await;
        // Somebody else's browser, even with a push of its own.
        let mut thief = Browser::new(&app);
        ask(&mut thief, "nobody@example.com").await;
        let page = thief.get("/login").await.expect(200);
        thief.submit(&page, "/login/push/finish", &[]).await.expect(404);
        assert_eq!(thief.get("/account").await.status, 303);
        assert_eq!(finish(&mut browser).await.status, 303);
    }

    async fn what_is_too_old_opens_nothing(app: TestApp) {
        let (ana, eve, mut browser) = (app.buyer(Language::En).await, app.stranger(), Browser::new(&app));
        let code = ask(&mut browser, &ana.email).await;
        let asked = question(&ana, &code).await;
        app.clock.advance(Duration::from_secs(121));
        ana.press(&asked, &code);
        ana.reads(|message| message.id == asked.id && message.text.contains("no longer works")).await;
        let page = browser.get("/login").await.expect(200);
        browser.submit(&page, "/login/push/finish", &[]).await.expect(404);
        let mut other = Browser::new(&app);
        let (token, _) = register(&app, &mut other, &eve).await;
        app.clock.advance(Duration::from_secs(15 * 60 + 1));
        eve.say(&format!("/start r_{token}"));
        eve.reads(|message| message.text.contains("no longer works")).await;
    }

    async fn a_renamed_person_is_found_by_the_new_name_only(app: TestApp) {
        let ana = app.member(Language::En).await;
        let (old, new) = (format!("@{}", ana.username), format!("neu_{}", ana.id));
        app.telegram.rename(ana.id, Some(&new)).expect("a new name");
        // Nothing tells the hub before she writes: the old name still opens, with the right password.
        assert_eq!(log_in(&app, &old).await.status, 303);
        ana.say("/help");
        ana.reads(|message| message.text.contains("What I can do")).await;
        assert_eq!(log_in(&app, &old).await.status, 401);
        assert_eq!(log_in(&app, &format!("@{new}")).await.status, 303);
    }

    async fn a_recycled_name_opens_nothing_of_its_former_bearer(app: TestApp) {
        let (ana, boris) = (app.member(Language::En).await, app.member(Language::En).await);
        let name = ana.username.clone();
        app.telegram.rename(ana.id, None).expect("no name");
        app.telegram.rename(boris.id, Some(&name)).expect("her name");
        boris.say("/help");
        boris.reads(|message| message.text.contains("What I can do")).await;
        let mut browser = Browser::new(&app);
        let form = browser.get("/login").await.expect(200);
        let sent = browser.submit(&form, "/login", &[("name", &name), ("password", PASSWORD)]).await.expect(303);
        let page = browser.follow(sent).await.expect(200);
        assert!(page.text.contains(&boris.email) && !page.text.contains(&ana.email), "{}", page.text);
        // A push under that name goes to who bears it.
        let mut pushed = Browser::new(&app);
        let code = ask(&mut pushed, &format!("@{name}")).await;
        question(&boris, &code).await;
        assert!(!app.telegram.messages(ana.id).iter().any(|message| message.text.contains("Log in?")));
    }

    async fn a_name_that_telegram_did_not_show_for_a_month_opens_nothing(app: TestApp) {
        let ana = app.member(Language::En).await;
        let name = format!("@{}", ana.username);
        app.clock.advance(Duration::from_secs(31 * 24 * 3_600));
        assert_eq!(log_in(&app, &name).await.status, 401);
        assert_eq!(log_in(&app, &ana.email).await.status, 303);
        ana.say("/help");
        ana.reads(|message| message.text.contains("What I can do")).await;
        assert_eq!(log_in(&app, &name).await.status, 303);
    }

    async fn a_contact_that_is_forwarded_binds_nobody(app: TestApp) {
        let (ana, eve) = (app.buyer(Language::En).await, app.stranger());
        for owner in [ana.id, eve.id] {
            app.telegram.raw_update(json!({ "message": {
                "message_id": 500 + owner, "date": 1_700_000_000, "chat": private(eve.id),
                "from": { "id": eve.id, "is_bot": false, "first_name": "E", "language_code": "en" },
                "contact": { "phone_number": "+34600000000", "first_name": "Ana", "user_id": owner },
            }}));
        }
        heard(&app, &eve).await;
        assert!(!is_bound(&app, &eve).await);
        let account = app.hub.services.accounts.by_telegram(ana.id).await.expect("a look").expect("an account");
        assert_eq!(account.telegram.map(|identity| identity.chat_id), Some(ana.id));
    }

    async fn init_data_with_a_doubled_field_is_refused(app: TestApp) {
        let (ana, eve) = (app.buyer(Language::En).await, app.stranger());
        let user = url::form_urlencoded::byte_serialize(
            json!({ "id": ana.id, "first_name": "Ana" }).to_string().as_bytes(),
        )
        .collect::<String>();
        let data = init_data(&app, &eve);
        for doubled in [format!("{data}&user={user}"), format!("user={user}&{data}"), format!("{data}&hash=00")] {
            assert_eq!(open_app(&app, &doubled).await.status(), 401, "{doubled}");
        }
    }

    async fn opening_a_link_uses_nothing_up(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        ana.send("/account/data", "/account/close/ask", &[]).await.expect(200);
        let close = ana.mailed("/account/close/", 0).await;
        let signed = format!("/login/telegram?{}", widget(&app, &ana));
        // Whoever previews links has no cookies and sends no forms.
        for path in [&close, &signed] {
            for _ in 0..2 {
                Browser::new(&app).get(path).await.expect(200);
            }
        }
        assert_eq!(ana.browser.get("/account").await.status, 200);
        let mut browser = Browser::new(&app);
        let page = browser.get(&signed).await.expect(200);
        let query = signed.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        browser.submit(&page, "/login/telegram", &[("signed", &query)]).await.expect(303);
    }
}
