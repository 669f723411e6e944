//! Payments over the API: create, confirm, capture, void, lists, and what is refused.

use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

on_both_databases! {
    async fn a_payment_is_captured_in_one_call(app: TestApp) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        assert_eq!(paid.text_at("/status"), "captured");
        assert_eq!(paid.json()["amount_captured"], 4_990);
        assert_eq!(paid.text_at("/card/last4"), "4242");
        assert_eq!(paid.text_at("/card/brand"), "visa");
        assert!(!paid.text.contains(card::GOOD));
        let id = paid.text_at("/id");
        assert_eq!(merchant.get(&format!("/v1/payments/{id}")).await.expect(200).json(), paid.json());
        let bank = app.hub.services.bank.authorizations();
        assert_eq!((bank.len(), bank[0].captured_minor), (1, 4_990));
    }

    async fn a_declined_payment_says_why_and_may_be_tried_again(app: TestApp) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&Order::new(1_000, card::POOR)).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "insufficient_funds");
        assert_eq!(declined.text_at("/advice"), "retry_later");
        let id = declined.text_at("/payment/id");
        assert_eq!(merchant.status(&id).await, "requires_payment_method");
        let again = json!({ "card": { "number": card::GOOD, "exp_month": 1, "exp_year": 2031, "cvc": "999" } });
        let paid = merchant.post(&format!("/v1/payments/{id}/confirm"), &again).await.expect(200);
        assert_eq!(paid.text_at("/status"), "captured");
    }

    async fn five_refusals_end_a_payment(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(1_000, card::POOR)).await.expect(402).text_at("/payment/id");
        let body = json!({ "card": { "number": card::POOR, "exp_month": 1, "exp_year": 2031, "cvc": "999" } });
        for _ in 2..=5 {
            merchant.post(&format!("/v1/payments/{id}/confirm"), &body).await.expect(402);
        }
        assert_eq!(merchant.status(&id).await, "declined");
        merchant.post(&format!("/v1/payments/{id}/confirm"), &body).await.expect(409);
    }

    async fn reserved_money_is_taken_in_parts_and_the_rest_released(app: TestApp) {
        let merchant = app.merchant().await;
        let paid = merchant.pay(&Order::new(10_000, card::GOOD).reserved()).await.expect(201);
        assert_eq!(paid.text_at("/status"), "authorized");
        let path = format!("/v1/payments/{}", paid.text_at("/id"));
        let part = merchant.post(&format!("{path}/capture"), &json!({ "amount": 6_000 })).await.expect(200);
        assert_eq!(part.text_at("/status"), "partially_captured");
        let more = merchant.post(&format!("{path}/capture"), &json!({ "amount": 5_000 })).await;
        assert_eq!((more.status, more.text_at("/code").as_str()), (422, "amount_too_large"));
        let closed = merchant.post(&format!("{path}/void"), &json!({})).await.expect(200);
        assert_eq!(closed.text_at("/status"), "captured");
        assert_eq!(closed.json()["amount_captured"], 6_000);
        merchant.post(&format!("{path}/capture"), &json!({})).await.expect(409);
        let bank = app.hub.services.bank.authorizations();
        assert_eq!(bank[0].captured_minor, 6_000);
    }

    async fn an_unpaid_payment_is_cancelled_without_asking_the_bank(app: TestApp) {
        let merchant = app.merchant().await;
        let created = merchant.pay(&Order::new(500, card::GOOD).unpaid()).await.expect(201);
        assert_eq!(created.text_at("/status"), "requires_payment_method");
        let path = format!("/v1/payments/{}/void", created.text_at("/id"));
        assert_eq!(merchant.post(&path, &json!({})).await.expect(200).text_at("/status"), "voided");
        assert!(app.hub.services.bank.book().is_empty());
    }

    async fn nobody_pays_in_time(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(500, card::GOOD).unpaid()).await.expect(201).text_at("/id");
        app.clock.advance(std::time::Duration::from_secs(25 * 3_600));
        aviso_tests::until::until("the payment expiring", async || {
            (merchant.status(&id).await == "expired").then_some(())
        })
        .await;
    }

    async fn an_order_number_is_used_once(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(500, card::GOOD);
        merchant.pay(&order).await.expect(201);
        let again = merchant.pay(&order).await.expect(409);
        assert_eq!((again.text_at("/code").as_str(), again.text_at("/param").as_str()), ("order_ref_taken", "/order_ref"));
        // Another merchant has numbers of its own.
        app.merchant().await.pay(&order).await.expect(201);
    }

    async fn lists_go_back_page_by_page(app: TestApp) {
        let merchant = app.merchant().await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(merchant.pay(&Order::new(100 + n, card::GOOD)).await.expect(201).text_at("/id"));
        }
        ids.reverse();
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = merchant.get(&format!("/v1/payments?limit=2{after}")).await.expect(200).json();
            let data = page["data"].as_array().expect("a list").clone();
            seen.extend(data.iter().map(|payment| payment["id"].as_str().unwrap_or_default().to_owned()));
            if page["has_more"] == false {
                break;
            }
            after = format!("&starting_after={}", seen[seen.len() - 1]);
        }
        assert_eq!(seen, ids);
        assert_eq!(app.merchant().await.get("/v1/payments").await.expect(200).json()["data"], json!([]));
    }

    async fn card_testing_is_stopped_before_the_bank(app: TestApp) {
        let merchant = app.merchant().await;
        for _ in 0..10 {
            merchant.pay(&Order::new(100, card::DECLINED)).await.expect(402);
        }
        let asked = app.hub.services.bank.book().len();
        let blocked = merchant.pay(&Order::new(100, card::DECLINED)).await.expect(402);
        assert_eq!(blocked.text_at("/payment/status"), "declined");
        assert_eq!(app.hub.services.bank.book().len(), asked, "a blocked payment must not reach the bank");
        // The buyer's card is free again when the window has moved on.
        app.clock.advance(std::time::Duration::from_secs(3_601));
        let later = merchant.pay(&Order::new(100, card::DECLINED)).await.expect(402);
        assert_eq!(later.text_at("/payment/status"), "requires_payment_method");
    }

    async fn a_velocity_limit_holds_for_payments_at_once(app: TestApp) {
        let merchant = app.merchant().await;
        let all = futures::future::join_all((0..30).map(|_| {
            let merchant = merchant.clone();
            async move { merchant.pay(&Order::new(100, card::GOOD)).await.status }
        }))
        .await;
        assert_eq!(all.iter().filter(|status| **status == 201).count(), 10, "{all:?}");
    }
}
