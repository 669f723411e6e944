//! Refunds: never more than was taken, whatever happens at once.

use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

on_both_databases! {
    async fn money_goes_back_in_parts_and_never_more_than_was_taken(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(10_000, card::GOOD)).await.expect(201).text_at("/id");
        let part = merchant.refund(&id, Some(3_000)).await.expect(201);
        assert_eq!(part.text_at("/status"), "succeeded");
        assert_eq!(merchant.status(&id).await, "partially_refunded");
        let more = merchant.refund(&id, Some(7_001)).await.expect(422);
        assert_eq!(more.text_at("/code"), "amount_too_large");
        merchant.refund(&id, None).await.expect(201);
        assert_eq!(merchant.status(&id).await, "refunded");
        merchant.refund(&id, None).await.expect(422);
        let bank = app.hub.services.bank.authorizations();
        assert_eq!(bank[0].refunded_minor, 10_000);
        let list = merchant.get(&format!("/v1/refunds?payment={id}")).await.expect(200).json();
        assert_eq!(list["data"].as_array().map(Vec::len), Some(2));
    }

    async fn of_two_refunds_of_sixty_percent_at_once_one_succeeds(app: TestApp) {
        let merchant = app.merchant().await;
        for _ in 0..10 {
            let id = merchant.pay(&Order::new(100, &card::numbered(rand_number()))).await.expect(201).text_at("/id");
            let (one, two) = tokio::join!(merchant.refund(&id, Some(60)), merchant.refund(&id, Some(60)));
            let mut both = [one.status, two.status];
            both.sort_unstable();
            assert_eq!(both, [201, 422]);
            let payment = merchant.get(&format!("/v1/payments/{id}")).await.expect(200).json();
            assert_eq!(payment["amount_refunded"], 60);
        }
        let refunded: i64 = app.hub.services.bank.authorizations().iter().map(|a| a.refunded_minor).sum();
        assert_eq!(refunded, 600);
    }

    async fn a_refund_that_the_bank_refuses_frees_the_money(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(100, card::REFUND_DECLINED)).await.expect(201).text_at("/id");
        assert_eq!(merchant.refund(&id, Some(100)).await.expect(201).text_at("/status"), "failed");
        let payment = merchant.get(&format!("/v1/payments/{id}")).await.expect(200);
        assert_eq!((payment.text_at("/status").as_str(), payment.json()["amount_refunded"].clone()), ("captured", json!(0)));
    }

    async fn a_refund_number_is_used_once(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(100, card::GOOD)).await.expect(201).text_at("/id");
        let body = json!({ "payment": id, "amount": 10, "refund_ref": "R-1" });
        merchant.post("/v1/refunds", &body).await.expect(201);
        let again = merchant.post("/v1/refunds", &body).await.expect(409);
        assert_eq!(again.text_at("/code"), "refund_ref_taken");
        assert_eq!(merchant.get(&format!("/v1/payments/{id}")).await.json()["amount_refunded"], 10);
    }

    async fn what_was_not_taken_cannot_go_back(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(100, card::GOOD).reserved()).await.expect(201).text_at("/id");
        merchant.refund(&id, Some(10)).await.expect(409);
        let stranger = app.merchant().await;
        stranger.refund(&id, Some(10)).await.expect(404);
    }
}

fn rand_number() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}
