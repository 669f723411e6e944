//! A copy of one's data, and the end of an account.

use std::time::Duration;

use aviso_core::language::Language;
use aviso_tests::actor::{Order, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::browser::Browser;
use aviso_tests::{card, on_both_databases};
use serde_json::{Value, json};

use crate::saved_cards::saving;

on_both_databases! {
    async fn a_copy_has_everything_of_the_person_and_nothing_of_others(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let eve = app.member(Language::En).await;
        let merchant = app.merchant().await;
        let mut order = saving(1_000, card::GOOD, "cust-1");
        order.body["customer"] = json!({ "email": ana.buyer.email });
        let paid = merchant.pay(&order).await.expect(201);
        merchant.refund(&paid.text_at("/id"), Some(400)).await.expect(201);
        merchant.pay(&Order::new(2_000, card::GOOD).by(&eve.email)).await.expect(201);
        // Just after the log-in nobody is asked again.
        let file = ana.send("/account/data", "/account/data/export", &[]).await.expect(200);
        let data: Value = serde_json::from_str(&file.text).expect("JSON");
        assert_eq!(data["account"]["email"], ana.buyer.email.as_str());
        assert_eq!(data["telegram"]["id"], ana.id);
        let payments = data["payments"].as_array().expect("a list");
        assert_eq!((payments.len(), payments[0]["payment"]["amount"].as_i64()), (1, Some(1_000)));
        assert_eq!(payments[0]["refunds"][0]["amount"], 400);
        assert_eq!(data["saved_cards"][0]["saved_card"]["card"]["last4"], "4242");
        assert!(!file.text.contains(&eve.email) && !file.text.contains(card::GOOD), "{}", file.text);
        // Later the password is asked for.
        app.clock.advance(Duration::from_secs(11 * 60));
        let asked = ana.send("/account/data", "/account/data/export", &[("export_password", "Wrong1word")]).await.expect(422);
        assert!(asked.text.contains("id=\"export_password-error\""), "{}", asked.text);
        ana.send("/account/data", "/account/data/export", &[("export_password", PASSWORD)]).await.expect(200);
    }

    async fn an_account_ends_with_its_password_and_payments_stay_without_the_person(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let mut other = ana.elsewhere().await;
        let merchant = app.merchant().await;
        merchant.listen().await;
        let mut order = saving(1_000, card::GOOD, "cust-1");
        order.body["customer"] = json!({ "email": ana.buyer.email, "ip": "203.0.113.9" });
        let paid = merchant.pay(&order).await.expect(201);
        app.settle().await;
        let wrong = ana.send("/account/data", "/account/close", &[("password", "Wrong1word")]).await.expect(422);
        assert!(wrong.text.contains("id=\"password-error\""), "{}", wrong.text);
        let done = ana.send("/account/data", "/account/close", &[("password", PASSWORD)]).await.expect(200);
        assert!(done.text.contains("Your account is deleted"), "{}", done.text);
        for browser in [&mut ana.browser, &mut other] {
            assert_eq!(browser.get("/account").await.status, 303);
        }
        ana.opens(|mail| mail.subject.contains("account was deleted")).await;
        app.shop.wait_for(aviso_tests::until::DEADLINE, |event| event.kind == "card.removed").await.expect("a webhook");
        assert_eq!(ana.give_password(PASSWORD).await.status, 401);
        assert!(app.hub.services.accounts.by_telegram(ana.id).await.expect("a look").is_none());
        let id = paid.text_at("/id").parse().expect("an id");
        let kept = app.hub.services.payments.details(id).await.expect("the payment is kept").payment;
        assert_eq!((kept.amount.minor(), kept.email, kept.ip), (1_000, None, None));
        let seen = app.hub.services.risk.decisions(id).await.expect("what antifraud saw");
        assert!(!format!("{seen:?}").contains(&ana.buyer.email), "{seen:?}");
        let account = app.hub.services.accounts.get(kept.account_id.expect("a pseudonym")).await.expect("a look").expect("a row");
        assert_eq!((account.email.as_str(), account.has_password, account.telegram.is_some()), ("closed", false, false));
        // The shop may still give the money back, and nobody is written to about it.
        app.settle().await;
        let letters = app.smtp.mails_to(&ana.buyer.email).len();
        merchant.refund(&paid.text_at("/id"), None).await.expect(201);
        app.settle().await;
        assert_eq!(app.smtp.mails_to(&ana.buyer.email).len(), letters);
        // The address is free again, and the payments do not come back with it.
        let mut browser = Browser::new(&app);
        let form = browser.get("/register").await.expect(200);
        let fields = [("email", ana.buyer.email.as_str()), ("username", ""), ("password", PASSWORD), ("language", "en")];
        browser.submit(&form, "/register", &fields).await.expect(303);
        let path = ana.mailed("/confirm/", 0).await;
        let page = browser.get(&path).await.expect(200);
        browser.submit(&page, &path, &[]).await.expect(200);
        let form = browser.get("/login").await.expect(200);
        let sent = browser.submit(&form, "/login", &[("name", &ana.buyer.email), ("password", PASSWORD)]).await;
        assert!(browser.follow(sent).await.expect(200).text.contains("There are no payments yet"));
    }

    async fn an_account_ends_by_the_link_in_a_mail_and_only_by_using_it(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        ana.send("/account/data", "/account/close/ask", &[]).await.expect(200);
        let path = ana.mailed("/account/close/", 0).await;
        // In whatever browser the mail is read.
        let mut phone = Browser::new(&app);
        let page = phone.get(&path).await.expect(200);
        assert_eq!(ana.browser.get("/account").await.status, 200, "opening is not using");
        phone.submit(&page, &path, &[]).await.expect(200);
        assert_eq!(ana.browser.get("/account").await.status, 303);
        phone.get(&path).await.expect(404);

        let mut bea = app.member(Language::En).await;
        bea.send("/account/data", "/account/close/ask", &[]).await.expect(200);
        let path = bea.mailed("/account/close/", 0).await;
        app.clock.advance(Duration::from_secs(30 * 60 + 1));
        Browser::new(&app).get(&path).await.expect(404);
        assert_eq!(bea.browser.get("/account").await.status, 200);
    }

    async fn with_an_authenticator_the_end_asks_for_its_code(app: TestApp) {
        let mut ana = app.member(Language::En).await;
        let (authenticator, _) = ana.add_authenticator().await;
        app.clock.advance(Duration::from_secs(30));
        let refused = ana.send("/account/data", "/account/close", &[("password", PASSWORD), ("code", "")]).await.expect(422);
        assert!(refused.text.contains("id=\"code-error\""), "{}", refused.text);
        let code = authenticator.code();
        ana.send("/account/data", "/account/close", &[("password", PASSWORD), ("code", &code)]).await.expect(200);
    }
}
