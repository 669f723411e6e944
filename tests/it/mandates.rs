//! Recurring payments: the merchant charges within what the buyer agreed to, and not beyond.

use std::time::Duration;

use aviso_core::language::Language;
use aviso_core::payment::text::Reason;
use aviso_core::risk::{Attribute, List, NewEntry};
use aviso_tests::actor::{Answer, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::{DEADLINE, until};
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use serde_json::json;

use crate::notices::label;
use crate::saved_cards::saving;

const DAY: Duration = Duration::from_secs(86_400);

/// An order with which a buyer agrees: 1 to 20 EUR, once in 30 days, for 100 days.
pub(crate) fn agreeing(app: &TestApp, amount: i64, pan: &str, customer: &str) -> Order {
    use aviso_core::clock::Clock;
    let mut order = saving(amount, pan, customer);
    let ends_at = app.clock.now().after(100 * DAY).to_string();
    order.body["mandate"] = json!({"amount_min": 100, "amount_max": 2_000, "period_days": 30, "ends_at": ends_at});
    order
}

/// An order that the merchant charges under a mandate.
pub(crate) fn charging(amount: i64, mandate: &str) -> Order {
    let mut order = Order::new(amount, card::GOOD).unpaid();
    order.body["confirm"] = json!(true);
    order.body["mandate"] = json!(mandate);
    order
}

async fn refused(merchant: &Merchant, order: &Order, status: u16, code: &str) -> Answer {
    let before = merchant.get("/v1/payments?limit=100").await.text;
    let answer = merchant.pay(order).await.expect(status);
    assert_eq!(answer.text_at("/code"), code, "{}", answer.text);
    assert_eq!(merchant.get("/v1/payments?limit=100").await.text, before, "a refusal leaves nothing behind");
    answer
}

on_both_databases! {
    async fn a_merchant_charges_within_the_agreement_and_not_beyond(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let buyer = app.buyer(Language::En).await;
        let first = merchant.pay(&agreeing(&app, 1_000, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
        let mandate = first.text_at("/mandate");
        assert!(mandate.starts_with("man_"), "{}", first.text);
        buyer.reads(|message| message.text.contains("recurring payments") && message.text.contains("20.00")).await;
        let told = app.shop.wait_for(DEADLINE, |event| event.kind == "mandate.created").await.expect("a webhook");
        assert!(told.verified);
        let path = format!("/v1/mandates/{mandate}");
        assert_eq!(merchant.get(&path).await.expect(200).text_at("/state"), "active");
        refused(&merchant, &charging(1_000, &mandate), 422, "mandate_too_soon").await;
        app.clock.advance(30 * DAY);
        refused(&merchant, &charging(2_001, &mandate), 422, "mandate_amount").await;
        refused(&merchant, &charging(99, &mandate), 422, "mandate_amount").await;
        let mut dollars = charging(1_000, &mandate);
        dollars.body["currency"] = json!("USD");
        refused(&merchant, &dollars, 422, "mandate_currency").await;
        let asked = app.hub.services.bank.authorizations().len();
        let charged = merchant.pay(&charging(1_500, &mandate).by(&buyer.email)).await.expect(201);
        assert_eq!((charged.text_at("/status"), charged.text_at("/mandate")), ("captured".into(), mandate.clone()));
        assert_eq!(app.hub.services.bank.authorizations().len(), asked + 1);
        buyer.reads(|message| message.text.contains("15.00")).await;
        refused(&merchant, &charging(1_500, &mandate), 422, "mandate_too_soon").await;
        let stranger = app.merchant().await;
        refused(&stranger, &charging(1_500, &mandate), 404, "mandate_not_found").await;
        app.clock.advance(70 * DAY);
        refused(&merchant, &charging(1_500, &mandate), 422, "mandate_not_active").await;
        app.hub.services.vault.sweep().await.expect("a sweep");
        assert_eq!(merchant.get(&path).await.expect(200).text_at("/ended_reason"), "term");
        // The shop does not believe a signature from its future; that it was sent is enough here.
        app.shop.wait_for(DEADLINE, |event| event.kind == "mandate.ended").await.expect("a webhook");
    }

    async fn an_ended_mandate_is_over(app: TestApp) {
        let merchant = app.merchant().await;
        let mandate = merchant.pay(&agreeing(&app, 1_000, card::GOOD, "cust-1")).await.expect(201).text_at("/mandate");
        let stranger = app.merchant().await;
        let path = format!("/v1/mandates/{mandate}");
        stranger.send(Method::DELETE, &path, None, None).await.expect(404);
        stranger.get(&path).await.expect(404);
        for _ in 0..2 {
            let ended = merchant.send(Method::DELETE, &path, None, None).await.expect(200);
            assert_eq!(ended.text_at("/ended_reason"), "merchant");
        }
        app.clock.advance(31 * DAY);
        refused(&merchant, &charging(1_000, &mandate), 422, "mandate_not_active").await;
        let list = merchant.get("/v1/mandates").await.expect(200).json();
        assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    }

    async fn a_removed_card_ends_its_mandates(app: TestApp) {
        let merchant = app.merchant().await;
        let first = merchant.pay(&agreeing(&app, 1_000, card::GOOD, "cust-1")).await.expect(201);
        let card = format!("/v1/cards/{}", first.text_at("/saved_card"));
        merchant.send(Method::DELETE, &card, None, None).await.expect(200);
        let mandate = merchant.get(&format!("/v1/mandates/{}", first.text_at("/mandate"))).await.expect(200);
        assert_eq!((mandate.text_at("/state"), mandate.text_at("/ended_reason")), ("ended".into(), "card".into()));
    }

    async fn a_declined_first_payment_agrees_on_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&agreeing(&app, 1_000, card::POOR, "cust-1")).await.expect(402);
        assert_eq!(declined.text_at("/payment/mandate"), "");
        let list = merchant.get("/v1/mandates").await.expect(200).json();
        assert_eq!(list["data"].as_array().map(Vec::len), Some(0));
        let mut wrong = agreeing(&app, 1_000, card::GOOD, "cust-1");
        wrong.body["mandate"]["amount_min"] = json!(2_001);
        assert_eq!(merchant.pay(&wrong).await.expect(422).text_at("/param"), "/mandate/amount_min");
        let mut unsaved = agreeing(&app, 1_000, card::GOOD, "cust-1");
        unsaved.body["save_card"] = json!(false);
        assert_eq!(merchant.pay(&unsaved).await.expect(422).text_at("/param"), "/mandate");
    }

    async fn two_charges_at_once_are_one(app: TestApp) {
        let merchant = app.merchant().await;
        let mandate = merchant.pay(&agreeing(&app, 1_000, card::GOOD, "cust-1")).await.expect(201).text_at("/mandate");
        app.clock.advance(31 * DAY);
        let (one, two) = (charging(1_000, &mandate), charging(1_000, &mandate));
        let (one, two) = tokio::join!(merchant.pay(&one), merchant.pay(&two));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert!(statuses == [201, 409] || statuses == [201, 422], "{} {}", one.text, two.text);
    }

    async fn a_charge_is_screened_as_any_payment_and_frees_the_mandate(app: TestApp) {
        let merchant = app.merchant().await;
        let mandate = merchant.pay(&agreeing(&app, 1_000, card::GOOD, "cust-1")).await.expect(201).text_at("/mandate");
        app.clock.advance(31 * DAY);
        let entry = NewEntry {
            merchant_id: None,
            list: List::Block,
            attribute: Attribute::Email,
            value: "x@example.com".to_owned(),
            reason: Reason::new("fraud").expect("a reason"),
            author: "test".to_owned(),
            expires_at: None,
        };
        app.hub.services.risk.add_entry(&aviso_core::audit::Actor::Operator, &entry).await.expect("an entry");
        let blocked = merchant.pay(&charging(1_000, &mandate).by("x@example.com")).await.expect(402);
        assert_eq!(blocked.text_at("/decline_code"), "risk_blocked");
        assert_eq!(merchant.pay(&charging(1_000, &mandate)).await.expect(201).text_at("/status"), "captured");
    }

    async fn not_me_stops_the_charges(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let first = merchant.pay(&agreeing(&app, 1_100, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
        let notice = buyer.reads(|message| message.text.contains("11.00") && !message.buttons.is_empty()).await;
        buyer.press(&notice, &label(&notice, "Not me"));
        let question = buyer.reads(|message| message.text.contains("Was it really not you?")).await;
        buyer.press(&question, &label(&question, "Yes"));
        let path = format!("/v1/mandates/{}", first.text_at("/mandate"));
        until("the mandate being frozen", async || {
            (merchant.get(&path).await.text_at("/state") == "frozen").then_some(())
        })
        .await;
        app.clock.advance(31 * DAY);
        let declined = merchant.pay(&charging(1_000, &first.text_at("/mandate"))).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "card_frozen");
    }
}
