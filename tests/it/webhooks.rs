//! Webhooks: signed so that somebody else's library verifies them, retried, redelivered, rotated.

use std::time::Duration;

use aviso_core::clock::Clock;
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

    async fn an_endpoint_says_how_it_is_sent_events(app: TestApp) {
        let merchant = app.merchant().await;
        let body = json!({
            "url": app.shop.webhook_url(), "events": ["payment.captured"], "payload": "thin", "asymmetric": true,
            "headers": { "X-Shop": "blue door", "Authorization": "Basic bHVuYTpzZWNyZXQ=" },
            "max_in_flight": 1, "rate_per_second": 50,
        });
        let endpoint = merchant.send(Method::POST, "/v1/webhook_endpoints", None, Some(&body)).await.expect(201);
        app.shop.trust(&endpoint.text_at("/secret"));
        let (id, public) = (endpoint.text_at("/id"), endpoint.text_at("/public_key"));
        assert_eq!(endpoint.json()["headers"], json!(["authorization", "x-shop"]));
        assert!(!endpoint.text.contains("bHVuYTpzZWNyZXQ"), "{}", endpoint.text);
        let mut paid = Vec::new();
        for n in 0..5_u32 {
            paid.push(merchant.pay(&Order::new(100, &card::numbered(n))).await.expect(201).text_at("/id"));
        }
        until("five events", async || (app.shop.events().len() == 5).then_some(())).await;
        for received in app.shop.events() {
            assert!(received.verified);
            assert!(peer::verifies_asymmetric(&received, &public));
            let header = |name: &str| received.all_headers.iter().find(|(known, _)| known == name).map(|(_, is)| is.clone());
            assert_eq!(header("x-shop").as_deref(), Some("blue door"));
            assert_eq!(header("authorization").as_deref(), Some("Basic bHVuYTpzZWNyZXQ="));
            let data = received.body["data"].as_object().expect("data").clone();
            assert_eq!(data.keys().collect::<Vec<_>>(), ["payment"], "{data:?}");
            assert!(paid.iter().any(|id| data["payment"] == json!({ "id": id })), "{data:?}");
        }
        let path = format!("/v1/webhook_endpoints/{id}");
        let change = json!({ "asymmetric": false, "headers": {}, "payload": "full", "rate_per_second": 0 });
        let changed = merchant.send(Method::PATCH, &path, None, Some(&change)).await.expect(200).json();
        assert_eq!((changed.get("public_key"), &changed["headers"], &changed["max_in_flight"]), (None, &json!([]), &json!(1)));
        for (change, field) in [
            (json!({ "headers": { "Webhook-Id": "x" } }), "/headers/Webhook-Id"),
            (json!({ "headers": { "x": "a\nb" } }), "/headers/x"),
            (json!({ "headers": { "x": "1", "X": "2" } }), "/headers/x"),
            (json!({ "max_in_flight": 0 }), "/max_in_flight"),
            (json!({ "rate_per_second": 1_001 }), "/rate_per_second"),
        ] {
            let refused = merchant.send(Method::PATCH, &path, None, Some(&change)).await.expect(422);
            assert_eq!(refused.text_at("/param"), field, "{}", refused.text);
        }
    }

    async fn what_an_endpoint_missed_is_sent_again_once(app: TestApp) {
        let merchant = app.merchant().await;
        let endpoint = merchant.listen().await;
        let path = format!("/v1/webhook_endpoints/{endpoint}");
        let since = app.clock.now().to_string();
        let first = merchant.pay(&Order::new(100, &card::numbered(1))).await.expect(201).text_at("/id");
        until("the first payment", async || (app.shop.events().len() == 2).then_some(())).await;
        let switch = async |status: &str| {
            merchant.send(Method::PATCH, &path, None, Some(&json!({ "status": status }))).await.expect(200);
        };
        switch("disabled").await;
        let mut missed = Vec::new();
        for n in 2..5_u32 {
            missed.push(merchant.pay(&Order::new(100, &card::numbered(n))).await.expect(201).text_at("/id"));
        }
        app.settle().await;
        switch("active").await;
        let recover = format!("{path}/recover");
        let started = merchant.send(Method::POST, &recover, None, Some(&json!({ "since": since }))).await.expect(202);
        let done = until("the recovery", async || {
            let list = merchant.get(&format!("{path}/recoveries")).await.expect(200).json();
            let newest = list["data"][0].clone();
            (newest["status"] == "finished").then_some(newest)
        })
        .await;
        assert_eq!((done["id"].as_str(), &done["planned"]), (Some(started.text_at("/id").as_str()), &json!(6)));
        until("what was missed", async || (app.shop.events().len() == 8).then_some(())).await;
        let told = |id: &str| app.shop.events().iter().filter(|one| one.body["data"]["payment"]["id"] == id).count();
        assert!(told(&first) == 2 && missed.iter().all(|id| told(id) == 2));
        // What was taken is not sent a third time.
        merchant.send(Method::POST, &recover, None, Some(&json!({ "since": since }))).await.expect(202);
        until("the second recovery", async || {
            let list = merchant.get(&format!("{path}/recoveries")).await.expect(200).json();
            let all = list["data"].as_array()?.iter().all(|one| one["status"] == "finished");
            (all && list["data"].as_array()?.len() == 2 && list["data"][0]["planned"] == 0).then_some(())
        })
        .await;
        for body in [json!({}), json!({ "since": "yesterday" }), json!({ "since": "2999-01-01T00:00:00Z" })] {
            let refused = merchant.send(Method::POST, &recover, None, Some(&body)).await.expect(422);
            assert_eq!(refused.text_at("/param"), "/since");
        }
        let stranger = app.merchant().await;
        stranger.send(Method::POST, &recover, None, Some(&json!({ "since": since }))).await.expect(404);
        stranger.get(&format!("{path}/recoveries")).await.expect(404);
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
