//! Webhooks: signed so that somebody else's library verifies them, retried, redelivered, rotated.

use std::time::Duration;

use aviso_sandbox::standin::shop;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::{DEADLINE, until};
use aviso_tests::{card, on_both_databases, peer};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases! {
    async fn a_shop_hears_of_each_step_and_can_trust_it(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let id = merchant.pay(&Order::new(4_990, card::GOOD)).await.expect(201).text_at("/id");
        merchant.refund(&id, Some(1_000)).await.expect(201);
        for kind in ["payment.created", "payment.captured", "refund.created", "refund.succeeded"] {
            let received = app.shop.wait_for(DEADLINE, |event| event.kind == kind).await.expect(kind);
            assert!(received.verified, "{kind}");
        }
        let body: Value = app.shop.events().iter().find(|e| e.kind == "refund.succeeded").map(|e| e.body.clone()).expect("it");
        assert_eq!(body["data"]["refund"]["amount"], 1_000);
        assert_eq!(body["data"]["payment"]["status"], "partially_refunded");
        assert!(!body.to_string().contains(card::GOOD));
        // The event in the API is the same document.
        let event = merchant.get(&format!("/v1/events/{}", body["id"].as_str().unwrap_or_default())).await.expect(200);
        assert_eq!(event.json()["data"], body["data"]);
    }

    async fn an_independent_library_verifies_the_signature(app: TestApp) {
        let merchant = app.merchant().await;
        let body = json!({ "url": app.shop.webhook_url() });
        let endpoint = merchant.send(Method::POST, "/v1/webhook_endpoints", None, Some(&body)).await.expect(201);
        let (id, old) = (endpoint.text_at("/id"), endpoint.text_at("/secret"));
        let rotated = merchant.send(Method::POST, &format!("/v1/webhook_endpoints/{id}/rotate_secret"), None, None).await;
        let new = rotated.expect(200).text_at("/secret");
        app.shop.trust(&new);
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        let received = app.shop.wait_for(DEADLINE, |event| event.kind == "payment.captured").await.expect("an event");
        // Both secrets sign while they overlap; a third one does not verify.
        assert!(peer::verifies_webhook(&received, &new));
        assert!(peer::verifies_webhook(&received, &old));
        assert!(!peer::verifies_webhook(&received, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"));
    }

    async fn a_shop_that_was_down_hears_later(app: TestApp) {
        let merchant = app.merchant().await;
        let endpoint = merchant.listen().await;
        app.shop.set_answer(shop::Answer::Status(500));
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        let log = format!("/v1/webhook_endpoints/{endpoint}/deliveries");
        until("both failures being recorded", async || {
            let log = merchant.get(&log).await.expect(200).json();
            let failed = log["data"].as_array()?.iter().filter(|delivery| delivery["attempts"][0]["outcome"] == "failed");
            (failed.count() == 2).then_some(())
        })
        .await;
        app.shop.set_answer(shop::Answer::Honest);
        // Once past the first wait of five to six seconds; the shop refuses what is minutes off.
        app.clock.advance(Duration::from_secs(7));
        until("the event after the wait", async || {
            app.shop.events().iter().any(|event| event.kind == "payment.captured").then_some(())
        })
        .await;
        app.settle().await;
        let log = merchant.get(&log).await.expect(200).json();
        let deliveries = log["data"].as_array().expect("a log");
        assert!(deliveries.iter().all(|delivery| delivery["state"] == "done"), "{log}");
        assert!(deliveries.iter().any(|delivery| delivery["attempts"].as_array().is_some_and(|a| a.len() >= 2)));
    }

    async fn an_event_is_sent_again_by_hand(app: TestApp) {
        let merchant = app.merchant().await;
        let endpoint = merchant.listen().await;
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        app.shop.wait_for(DEADLINE, |event| event.kind == "payment.captured").await.expect("an event");
        app.settle().await;
        let before = app.shop.received().len();
        let log = merchant.get(&format!("/v1/webhook_endpoints/{endpoint}/deliveries")).await.expect(200);
        let delivery = log.text_at("/data/0/id");
        let path = format!("/v1/webhook_endpoints/{endpoint}/deliveries/{delivery}/redeliver");
        assert!(matches!(merchant.send(Method::POST, &path, None, None).await.status, 200..=202));
        until("the repeated event", async || (app.shop.received().len() > before).then_some(())).await;
        // Another merchant cannot.
        app.merchant().await.send(Method::POST, &path, None, None).await.expect(404);
    }

    async fn an_endpoint_that_is_gone_is_switched_off(app: TestApp) {
        let merchant = app.merchant().await;
        let endpoint = merchant.listen().await;
        app.shop.set_answer(shop::Answer::Status(410));
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        until("the endpoint being disabled", async || {
            let found = merchant.get(&format!("/v1/webhook_endpoints/{endpoint}")).await.expect(200);
            (found.text_at("/status") == "disabled").then_some(())
        })
        .await;
    }

    async fn a_hung_endpoint_does_not_hold_up_a_healthy_one(app: TestApp) {
        let healthy = app.merchant().await;
        healthy.listen().await;
        let hung = app.merchant().await;
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let silent = shop::Shop::start(any).await.expect("another shop");
        silent.set_answer(shop::Answer::Hang);
        let body = json!({ "url": silent.webhook_url() });
        hung.send(Method::POST, "/v1/webhook_endpoints", None, Some(&body)).await.expect(201);
        for n in 0..40 {
            hung.pay(&Order::new(100 + n, &card::numbered(7_000 + n as u32))).await.expect(201);
        }
        healthy.pay(&Order::new(100, card::GOOD)).await.expect(201);
        app.shop.wait_for(DEADLINE, |event| event.kind == "payment.captured").await.expect("the healthy shop hears");
        silent.set_answer(shop::Answer::Status(410));
    }

    async fn an_endpoint_inside_the_network_is_refused(app: TestApp) {
        let merchant = app.merchant().await;
        for url in ["http://10.0.0.1/x", "ftp://example.com/", "https://user:pw@example.com/", "nonsense"] {
            let body = json!({ "url": url });
            let answer = merchant.send(Method::POST, "/v1/webhook_endpoints", None, Some(&body)).await.expect(422);
            assert_eq!(answer.text_at("/param"), "/url", "{url}");
        }
    }
}
