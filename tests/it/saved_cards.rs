//! Saved cards: kept with consent, paid with the security code only, taken away, frozen.

use aviso_core::language::Language;
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::{DEADLINE, until};
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

use crate::notices::label;

/// An order whose card is kept for this customer.
pub(crate) fn saving(amount: i64, pan: &str, customer: &str) -> Order {
    let mut order = Order::new(amount, pan);
    order.body["save_card"] = json!(true);
    order.body["customer_ref"] = json!(customer);
    order
}

/// An order that is paid with a saved card.
pub(crate) fn with_saved(amount: i64, card: &str, cvc: &str) -> Order {
    let mut order = Order::new(amount, card::GOOD).unpaid();
    order.body["confirm"] = json!(true);
    order.body["saved_card"] = json!(card);
    order.body["cvc"] = json!(cvc);
    order
}

async fn cards(merchant: &Merchant, query: &str) -> Vec<Value> {
    let list = merchant.get(&format!("/v1/cards{query}")).await.expect(200).json();
    list["data"].as_array().cloned().unwrap_or_default()
}

on_both_databases! {
    async fn a_saved_card_pays_with_its_security_code_only(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let first = merchant.pay(&saving(1_000, card::GOOD, "cust-1")).await.expect(201);
        let id = first.text_at("/saved_card");
        assert!(id.starts_with("card_"), "{}", first.text);
        let listed = cards(&merchant, "?customer_ref=cust-1").await;
        assert_eq!((listed.len(), listed[0]["id"].as_str()), (1, Some(id.as_str())));
        assert_eq!(listed[0]["card"]["last4"], "4242");
        assert!(cards(&merchant, "?customer_ref=cust-2").await.is_empty());
        let second = merchant.pay(&with_saved(2_000, &id, "123")).await.expect(201);
        assert_eq!((second.text_at("/status"), second.text_at("/card/last4")), ("captured".into(), "4242".into()));
        assert_eq!(second.text_at("/saved_card"), id);
        assert_eq!(second.text_at("/card/fingerprint"), first.text_at("/card/fingerprint"));
        let told = app.shop.wait_for(DEADLINE, |event| event.kind == "card.saved").await.expect("a webhook");
        assert!(told.verified);
        // The same card again is kept once.
        let again = merchant.pay(&saving(3_000, card::GOOD, "cust-1")).await.expect(201);
        assert_eq!(again.text_at("/saved_card"), id);
        assert_eq!(cards(&merchant, "").await.len(), 1);
        // Created first, confirmed later.
        let open = merchant.pay(&Order::new(700, card::GOOD).unpaid()).await.expect(201);
        let path = format!("/v1/payments/{}/confirm", open.text_at("/id"));
        let body = json!({ "saved_card": id, "cvc": "123", "customer_ref": "cust-1" });
        assert_eq!(merchant.post(&path, &body).await.expect(200).text_at("/status"), "captured");
    }

    async fn nobody_else_can_use_a_saved_card(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&saving(1_000, card::GOOD, "cust-1")).await.expect(201).text_at("/saved_card");
        let stranger = app.merchant().await;
        for (who, customer) in [(&stranger, None), (&stranger, Some("cust-1")), (&merchant, Some("cust-2"))] {
            let mut order = with_saved(2_000, &id, "123");
            if let Some(customer) = customer {
                order.body["customer_ref"] = json!(customer);
            }
            assert_eq!(who.pay(&order).await.expect(404).text_at("/code"), "card_not_found");
        }
        let path = format!("/v1/cards/{id}");
        for method in [Method::GET, Method::DELETE] {
            let answer = stranger.send(method, &path, None, None).await.expect(404);
            assert_eq!(answer.text_at("/code"), "card_not_found");
        }
        assert_eq!(merchant.get(&path).await.expect(200).text_at("/state"), "active");
        assert!(stranger.get("/v1/payments").await.json()["data"].as_array().expect("a list").is_empty());
        let wrong = merchant.pay(&with_saved(2_000, &id, "1234")).await.expect(422);
        assert_eq!((wrong.text_at("/code"), wrong.text_at("/param")), ("field_invalid".into(), "/cvc".into()));
        let mut lonely = with_saved(2_000, &id, "123");
        lonely.body.as_object_mut().expect("a body").remove("cvc");
        assert_eq!(merchant.pay(&lonely).await.expect(422).text_at("/param"), "/cvc");
    }

    async fn a_card_is_kept_only_when_its_payment_was_approved(app: TestApp) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&saving(1_000, card::POOR, "cust-1")).await.expect(402);
        assert_eq!(declined.text_at("/payment/saved_card"), "");
        let unnamed = {
            let mut order = saving(1_000, card::GOOD, "cust-1");
            order.body.as_object_mut().expect("a body").remove("customer_ref");
            order
        };
        assert_eq!(merchant.pay(&unnamed).await.expect(422).text_at("/param"), "/customer_ref");
        assert!(cards(&merchant, "").await.is_empty());
        // The bank approved, its answer was lost: the janitor learns it, and the card is kept then.
        let lost = merchant.pay(&saving(1_000, card::ANSWER_LOST, "cust-1")).await.expect(201);
        assert_eq!((lost.text_at("/status"), lost.text_at("/saved_card")), ("processing".into(), String::new()));
        assert!(cards(&merchant, "").await.is_empty());
        app.clock.advance(std::time::Duration::from_secs(30));
        let id = lost.text_at("/id");
        until("the outcome", async || (merchant.status(&id).await == "captured").then_some(())).await;
        assert_eq!(cards(&merchant, "").await.len(), 1);
    }

    async fn a_removed_card_is_gone_and_a_replay_still_tells_what_was(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let saved = merchant.pay(&saving(1_000, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
        let id = saved.text_at("/saved_card");
        buyer.reads(|message| message.text.contains("Card saved") && message.text.contains("4242")).await;
        let order = with_saved(2_000, &id, "123").body;
        let paid = merchant.send(Method::POST, "/v1/payments", Some("once"), Some(&order)).await.expect(201);
        for _ in 0..2 {
            let gone = merchant.send(Method::DELETE, &format!("/v1/cards/{id}"), None, None).await.expect(200);
            assert_eq!(gone.text_at("/state"), "removed");
        }
        buyer.reads(|message| message.text.contains("Card taken away")).await;
        let replayed = merchant.send(Method::POST, "/v1/payments", Some("once"), Some(&order)).await.expect(201);
        assert_eq!(replayed.text, paid.text);
        assert_eq!(merchant.pay(&with_saved(2_000, &id, "123")).await.expect(404).text_at("/code"), "card_not_found");
        assert!(cards(&merchant, "").await.is_empty());
    }

    async fn not_me_freezes_the_card_that_paid(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let id = merchant.pay(&saving(1_000, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
        let id = id.text_at("/saved_card");
        let paid = merchant.pay(&with_saved(6_600, &id, "123").by(&buyer.email)).await.expect(201);
        let notice = buyer.reads(|message| message.text.contains("66.00") && !message.buttons.is_empty()).await;
        buyer.press(&notice, &label(&notice, "Not me"));
        let question = buyer.reads(|message| message.text.contains("Was it really not you?")).await;
        buyer.press(&question, &label(&question, "Yes"));
        until("the card being frozen", async || {
            (cards(&merchant, "").await[0]["state"] == "frozen").then_some(())
        })
        .await;
        let declined = merchant.pay(&with_saved(2_000, &id, "123")).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "card_frozen");
        let mut saved_again = saving(1_000, card::GOOD, "cust-1");
        saved_again.body["card"]["cvc"] = json!("123");
        assert_eq!(merchant.pay(&saved_again).await.expect(422).text_at("/code"), "customer_denied");
        let card = id.parse().expect("a card's id");
        app.hub.services.vault.thaw(&aviso_core::audit::Actor::Operator, card, "the buyer called").await.expect("thawed");
        assert_eq!(merchant.pay(&with_saved(2_000, &id, "123")).await.expect(201).text_at("/status"), "captured");
        assert_eq!(merchant.status(&paid.text_at("/id")).await, "captured");
    }

    async fn a_denied_customer_saves_nothing_and_pays_with_nothing_saved(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&saving(1_000, card::GOOD, "cust-1")).await.expect(201).text_at("/saved_card");
        let path = "/v1/customers/cust-1";
        assert_eq!(merchant.get(path).await.expect(200).text_at("/state"), "member");
        let deny = json!({ "state": "denied" });
        merchant.send(Method::PATCH, path, None, Some(&deny)).await.expect(200);
        assert_eq!(merchant.pay(&saving(1_000, card::GOOD, "cust-1")).await.expect(422).text_at("/code"), "customer_denied");
        let declined = merchant.pay(&with_saved(2_000, &id, "123")).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "card_frozen");
        merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201);
        let stranger = app.merchant().await;
        assert_eq!(stranger.get(path).await.expect(200).text_at("/state"), "member");
        merchant.send(Method::PATCH, path, None, Some(&json!({ "state": "member" }))).await.expect(200);
        merchant.pay(&with_saved(2_000, &id, "123")).await.expect(201);
    }

    async fn a_buyer_takes_a_card_away_in_the_bot(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        buyer.say("/cards");
        buyer.reads(|message| message.text.contains("No saved cards")).await;
        let saved = merchant.pay(&saving(1_000, card::GOOD, "cust-1").by(&buyer.email)).await.expect(201);
        app.settle().await;
        buyer.say("/cards");
        let list = buyer.reads(|message| message.text.contains("Your saved cards")).await;
        assert!(list.text.contains("Visa •• 4242 · 12/2030"), "{}", list.text);
        buyer.press(&list, &label(&list, "Take away"));
        let question = buyer.reads(|message| message.text.contains("Take this card away?")).await;
        assert_eq!(cards(&merchant, "").await.len(), 1, "the first step takes nothing away");
        buyer.press(&question, &label(&question, "Yes"));
        buyer.reads(|message| message.text.contains("no longer keeps your card")).await;
        let card = merchant.get(&format!("/v1/cards/{}", saved.text_at("/saved_card"))).await.expect(200);
        assert_eq!(card.text_at("/state"), "removed");
    }

    async fn a_held_card_is_kept_when_staff_let_it_pass(app: TestApp) {
        use aviso_core::audit::Actor;
        use aviso_core::payment::ReviewDecision;
        let merchant = app.merchant().await;
        let mut cards_then = Vec::new();
        for (decision, email) in [(ReviewDecision::Approve, "a@example.com"), (ReviewDecision::Reject, "b@example.com")] {
            crate::review::hold(&app, email).await;
            let held = merchant.pay(&saving(1_000, card::GOOD, email).by(email)).await.expect(201);
            assert_eq!((held.text_at("/status"), held.text_at("/saved_card")), ("in_review".into(), String::new()));
            let open = app.hub.services.payments.open_reviews(10).await.expect("reviews");
            app.hub.services.payments.decide_review(Actor::Operator, open[0].id, decision).await.expect("decided");
            cards_then.push(cards(&merchant, &format!("?customer_ref={email}")).await.len());
        }
        assert_eq!(cards_then, [1, 0]);
    }
}
