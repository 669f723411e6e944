//! A newcomer goes from the first page to a live payment by pages, API and mail alone, without anybody touching the
//! database: registration, trial, payment, webhook, refund, report, application, contract, fee, live key.

use aviso_core::account::Role;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::DEADLINE;
use aviso_tests::{card, on_both_databases, peer};
use reqwest::Method;
use serde_json::json;

use crate::onboarding::{APPLICATION, shop, trial};

on_both_databases! {
    async fn a_newcomer_goes_from_the_first_page_to_a_live_payment(app: TestApp) {
        // The trial: a key within the same minute.
        let mut ana = app.member(Language::En).await;
        let (id, key) = trial(&mut ana, "Zapatos Norte").await;
        let test = shop(&app, id, Mode::Test, &key).await;

        // A webhook endpoint, a payment, and the event verified with somebody else's library.
        let body = json!({ "url": app.shop.webhook_url() });
        let endpoint = test.send(Method::POST, "/v1/webhook_endpoints", None, Some(&body)).await.expect(201);
        let secret = endpoint.text_at("/secret");
        app.shop.trust(&secret);
        let paid = test.pay(&Order::new(4_990, card::numbered(83_001).as_str())).await.expect(201).text_at("/id");
        let heard = app.shop.wait_for(DEADLINE, |event| event.kind == "payment.captured").await.expect("an event");
        assert!(peer::verifies_webhook(&heard, &secret));

        // Money back, and both in the report of today.
        test.refund(&paid, Some(990)).await.expect(201);
        test.hears("refund.succeeded").await;
        let today = app.hub.services.clock.now().to_string();
        let day = &today[..10];
        let report = format!("/v1/reports/period?from={day}&to={day}&time_zone=UTC");
        let totals = test.get(&report).await.expect(200);
        let total = |field: &str| totals.json()["totals"][0][field].clone();
        assert_eq!((total("turnover"), total("amount_refunded")), (json!(4_990), json!(990)), "{}", totals.text);

        // The application, decided in the bot, and the contract.
        let (apply, contract) = (format!("/account/shops/{id}/apply"), format!("/account/shops/{id}/contract"));
        ana.send(&apply, &apply, &APPLICATION).await.expect(303);
        let staff = app.staff(Role::Owner).await;
        let asked = staff.reads(|message| message.text.contains("A shop applies")).await;
        staff.press(&asked, "Look");
        for stage in ["waits for us", "waits for the acquirer"] {
            let card = staff.reads(|message| message.text.contains(&format!("Stage: {stage}"))).await;
            staff.press(&card, "Approve");
        }
        ana.reads(|message| message.text.contains("Zapatos Norte is approved")).await;
        let digest = ana.browser.get(&contract).await.expect(200).between("name=\"digest\" value=\"", "\"");
        ana.send(&contract, &contract, &[("digest", &digest), ("accept", "yes")]).await.expect(303);
        staff.reads(|message| message.text.contains("accepted the contract")).await;
        staff.say(&format!("/merchant {id} fee TRANSFER-7"));
        ana.reads(|message| message.text.contains("Zapatos Norte is live")).await;

        // A live key in the cabinet, and real money.
        ana.add_authenticator().await;
        let keys = format!("/merchant/{id}/live/keys");
        let page = ana.send(&keys, &keys, &[]).await.expect(200);
        let live = shop(&app, id, Mode::Live, &format!("sk_live_{}", page.between("sk_live_", "<"))).await;
        let sold = live.pay(&Order::new(12_000, card::numbered(83_002).as_str())).await.expect(201);
        assert_eq!((sold.text_at("/mode"), sold.text_at("/status")), ("live".to_owned(), "captured".to_owned()));
    }
}
