//! The idempotency contract: the same request twice has one effect and one answer.

use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::{card, on_both_databases};
use reqwest::Method;
use serde_json::json;

on_both_databases! {
    async fn a_repeated_request_is_answered_byte_for_byte(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(700, card::GOOD);
        let first = merchant.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(201);
        let second = merchant.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(201);
        assert_eq!(first.text, second.text);
        assert!(first.headers.get("idempotency-replayed").is_none());
        assert_eq!(second.headers["idempotency-replayed"], "true");
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
    }

    async fn a_decline_is_replayed_too(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(700, card::POOR);
        let first = merchant.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(402);
        let second = merchant.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(402);
        assert_eq!(first.text_at("/payment/id"), second.text_at("/payment/id"));
        assert_eq!(app.hub.services.bank.book().len(), 1);
    }

    async fn a_key_cannot_be_reused_for_another_amount(app: TestApp) {
        let merchant = app.merchant().await;
        let mut order = Order::new(700, card::GOOD);
        merchant.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(201);
        order.body["amount"] = json!(701);
        let other = merchant.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(422);
        assert_eq!(other.text_at("/code"), "idempotency_key_reused");
        // Another merchant may use the same key.
        app.merchant().await.send(Method::POST, "/v1/payments", Some("k-1"), Some(&order.body)).await.expect(201);
    }

    async fn the_order_of_fields_does_not_matter(app: TestApp) {
        let merchant = app.merchant().await;
        let send = async |body: &str| {
            let request = app.http.post(app.url("/v1/payments")).bearer_auth(merchant.key.expose());
            let request = request.header("idempotency-key", "k-2").header("content-type", "application/json");
            request.body(body.to_owned()).send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(send(r#"{"order_ref":"A","amount":100,"currency":"EUR"}"#).await, 201);
        assert_eq!(send(r#"{ "currency": "EUR", "amount": 100, "order_ref": "A" }"#).await, 201);
    }

    async fn fifty_at_once_have_one_effect(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(700, card::GOOD);
        let answers = futures::future::join_all((0..50).map(|_| {
            let (merchant, body) = (merchant.clone(), order.body.clone());
            async move { merchant.send(Method::POST, "/v1/payments", Some("k-50"), Some(&body)).await }
        }))
        .await;
        let fresh = answers.iter().filter(|a| a.status == 201 && !a.headers.contains_key("idempotency-replayed"));
        assert_eq!(fresh.count(), 1);
        for answer in &answers {
            match answer.status {
                201 => {}
                409 => {
                    assert_eq!(answer.text_at("/code"), "idempotency_key_in_use");
                    assert!(answer.headers.contains_key("retry-after"));
                }
                other => panic!("{other}: {}", answer.text),
            }
        }
        assert_eq!(app.hub.services.bank.authorizations().len(), 1);
        let replay = merchant.send(Method::POST, "/v1/payments", Some("k-50"), Some(&order.body)).await.expect(201);
        assert_eq!(replay.headers["idempotency-replayed"], "true");
    }

    async fn a_refund_is_made_once_under_one_key(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(100, card::GOOD)).await.expect(201).text_at("/id");
        let body = json!({ "payment": id, "amount": 40 });
        let first = merchant.send(Method::POST, "/v1/refunds", Some("r"), Some(&body)).await.expect(201);
        let second = merchant.send(Method::POST, "/v1/refunds", Some("r"), Some(&body)).await.expect(201);
        assert_eq!(first.text, second.text);
        assert_eq!(merchant.get(&format!("/v1/payments/{id}")).await.json()["amount_refunded"], 40);
    }

    async fn a_key_is_not_used_up_by_a_request_that_had_no_effect(app: TestApp) {
        let merchant = app.merchant().await;
        let wrong = json!({ "order_ref": "A", "amount": -1, "currency": "EUR" });
        merchant.send(Method::POST, "/v1/payments", Some("k"), Some(&wrong)).await.expect(422);
        let right = json!({ "order_ref": "A", "amount": 1, "currency": "EUR" });
        merchant.send(Method::POST, "/v1/payments", Some("k"), Some(&right)).await.expect(201);
    }

    async fn money_does_not_move_without_a_key(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(700, card::GOOD);
        let answer = merchant.send(Method::POST, "/v1/payments", None, Some(&order.body)).await.expect(400);
        assert_eq!(answer.text_at("/code"), "idempotency_key_missing");
        for key in ["", "   ", &"x".repeat(256)] {
            let answer = merchant.send(Method::POST, "/v1/payments", Some(key), Some(&order.body)).await.expect(400);
            assert_eq!(answer.text_at("/code"), "idempotency_key_invalid");
        }
        let doubled = app.http.post(app.url("/v1/payments")).bearer_auth(merchant.key.expose());
        let doubled = doubled.header("idempotency-key", "a").header("idempotency-key", "b").json(&order.body);
        assert_eq!(doubled.send().await.expect("an answer").status().as_u16(), 400);
        assert!(app.hub.services.bank.book().is_empty());
    }
}
