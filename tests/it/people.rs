//! Accounts: registration on the web and in the bot, binding, log-in, reset.

use aviso_tests::actor::Buyer;
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::on_both_databases;
use aviso_tests::until::until;

use crate::notices::label;

const PASSWORD: &str = "Correct1horse";

async fn register(app: &TestApp, browser: &mut Browser, buyer: &Buyer) -> (String, String) {
    let form = browser.get("/register").await.expect(200);
    let sent = browser
        .submit(
            &form,
            "/register",
            &[
                ("email", &buyer.email),
                ("username", &format!("@{}", buyer.username)),
                ("password", PASSWORD),
                ("language", "en"),
            ],
        )
        .await;
    let page = browser.follow(sent).await.expect(200);
    let link = page.between("start=r_", "\"");
    let code = page.code();
    app.settle().await;
    (link, code)
}

on_both_databases! {
    async fn a_person_registers_confirms_and_binds_telegram(app: TestApp) {
        let (buyer, mut browser) = (app.stranger(), Browser::new(&app));
        let (token, code) = register(&app, &mut browser, &buyer).await;
        // The letter's link shows a page first: mail scanners open links.
        let letter = buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/confirm/"))).await;
        let link = letter.links.iter().find(|link| link.contains("/confirm/")).cloned().unwrap_or_default();
        let path = link[link.find("/confirm/").unwrap_or_default()..].to_owned();
        let page = browser.get(&path).await.expect(200);
        let done = browser.submit(&page, &path, &[]).await;
        browser.follow(done).await;
        // The bot asks for the number on the screen.
        buyer.say(&format!("/start r_{token}"));
        let question = buyer.reads(|message| message.buttons.iter().flatten().any(|b| b.label.contains(&code))).await;
        buyer.press(&question, &label(&question, &code));
        until("the browser being allowed to finish", async || {
            let page = browser.get("/register/telegram").await;
            if page.has_form("/register/telegram") {
                let done = browser.submit(&page, "/register/telegram", &[]).await;
                browser.follow(done).await;
            }
            app.hub.services.accounts.by_telegram(buyer.id).await.ok().flatten().map(|_| ())
        })
        .await;
        // Both names open the account now.
        for name in [buyer.email.clone(), format!("@{}", buyer.username.to_uppercase())] {
            let mut other = Browser::new(&app);
            let form = other.get("/login").await.expect(200);
            let sent = other.submit(&form, "/login", &[("name", &name), ("password", PASSWORD)]).await;
            assert!(other.follow(sent).await.expect(200).text.contains(&buyer.email), "{name}");
        }
    }

    async fn a_wrong_number_binds_nothing(app: TestApp) {
        let (buyer, mut browser) = (app.stranger(), Browser::new(&app));
        let (token, code) = register(&app, &mut browser, &buyer).await;
        buyer.say(&format!("/start r_{token}"));
        let question = buyer.reads(|message| message.buttons.len() + message.buttons.iter().flatten().count() >= 4).await;
        let wrong = question.buttons.iter().flatten().find(|b| b.label.chars().all(|c| c.is_ascii_digit()) && !b.label.contains(&code));
        buyer.press(&question, &wrong.expect("another number").label);
        // The link is dead for everybody now.
        let thief = app.stranger();
        thief.say(&format!("/start r_{token}"));
        thief.reads(|message| message.text.to_lowercase().contains("expired")).await;
        assert!(app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").is_none());
    }

    async fn another_browser_cannot_finish_a_binding(app: TestApp) {
        let (buyer, mut browser) = (app.stranger(), Browser::new(&app));
        let (token, code) = register(&app, &mut browser, &buyer).await;
        buyer.say(&format!("/start r_{token}"));
        let question = buyer.reads(|message| message.buttons.iter().flatten().any(|b| b.label.contains(&code))).await;
        buyer.press(&question, &label(&question, &code));
        let mut stranger = Browser::new(&app);
        let page = stranger.get("/register/telegram").await;
        assert!(!page.has_form("/register/telegram"), "{}", page.text);
        assert!(app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").is_none());
    }

    async fn a_person_registers_in_the_bot(app: TestApp) {
        let buyer = app.stranger();
        buyer.say("/start");
        let menu = buyer.reads(|message| !message.buttons.is_empty()).await;
        buyer.press(&menu, &label(&menu, "English"));
        buyer.reads(|message| message.text.to_lowercase().contains("e-mail")).await;
        buyer.say(&buyer.email);
        let letter = buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/confirm/"))).await;
        let link = letter.links.iter().find(|link| link.contains("/confirm/")).cloned().unwrap_or_default();
        let path = link[link.find("/confirm/").unwrap_or_default()..].to_owned();
        // The page asks for the number that only the chat shows: whoever gave the e-mail must have both.
        let told = buyer.reads(|message| message.text.contains(&masked(&buyer.email))).await;
        // "… within 24 hours and type 47 on its page …"
        let mut numbers = told.text.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() == 2);
        let number = numbers.next_back().expect("a number in the chat").to_owned();
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        assert!(page.text.contains(&buyer.username), "the page names the chat that would be connected: {}", page.text);
        assert!(app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").is_none(), "opening is not using");
        browser.submit(&page, &path, &[("number", &number)]).await;
        let account = app.hub.services.accounts.by_telegram(buyer.id).await.expect("a look").expect("an account");
        assert!(account.email_confirmed_at.is_some());
        // The link is used up.
        browser.get(&path).await.expect(404);
    }

    async fn each_field_of_the_form_has_its_own_message(app: TestApp) {
        let mut browser = Browser::new(&app);
        let form = browser.get("/register").await.expect(200);
        let wrong = [("email", "nobody"), ("username", "@1"), ("password", "short"), ("language", "en")];
        let page = browser.submit(&form, "/register", &wrong).await;
        assert_eq!(page.status, 422);
        for part in ["name@example.com", "8 characters"] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert!(page.text.contains("nobody") && !page.text.contains("short\""), "what was typed stays, the password does not");
    }

    async fn a_form_without_its_token_is_refused(app: TestApp) {
        let mut browser = Browser::new(&app);
        browser.get("/login").await.expect(200);
        let sent = browser.post("/login", &[("name", "a@b.co"), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, 403);
    }

    async fn a_forgotten_password_is_reset_by_mail_and_sessions_end(app: TestApp) {
        let (buyer, mut browser) = (app.stranger(), Browser::new(&app));
        register(&app, &mut browser, &buyer).await;
        let form = browser.get("/login").await.expect(200);
        let sent = browser.submit(&form, "/login", &[("name", &buyer.email), ("password", PASSWORD)]).await;
        browser.follow(sent).await.expect(200);
        let mut other = Browser::new(&app);
        let form = other.get("/forgot").await.expect(200);
        other.submit(&form, "/forgot", &[("email", &buyer.email)]).await;
        let letter = buyer.opens(|mail| mail.links.iter().any(|link| link.contains("/reset/"))).await;
        let link = letter.links.iter().find(|link| link.contains("/reset/")).cloned().unwrap_or_default();
        let path = link[link.find("/reset/").unwrap_or_default()..].to_owned();
        let form = other.get(&path).await.expect(200);
        other.submit(&form, &path, &[("password", "Another2horse")]).await;
        let form = other.get("/login").await.expect(200);
        let old = other.submit(&form, "/login", &[("name", &buyer.email), ("password", PASSWORD)]).await;
        assert_ne!(old.status, 303, "the old password must not work");
        let form = other.get("/login").await.expect(200);
        let new = other.submit(&form, "/login", &[("name", &buyer.email), ("password", "Another2horse")]).await;
        assert_eq!(new.status, 303);
        assert_eq!(browser.get("/account").await.status, 303, "the first browser's session must have ended");
    }
}

/// How the bot shows an address: `an***@example.com`.
fn masked(email: &str) -> String {
    aviso_core::account::email::mask(email)
}
