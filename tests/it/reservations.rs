//! Reserved money that nobody takes: the merchant is warned, then it is released.

use std::time::Duration;

use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 3_600);

on_both_databases! {
    async fn a_reservation_is_warned_about_once_and_then_released(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let paid = merchant.pay(&Order::new(5_000, card::GOOD).reserved()).await.expect(201);
        let id = paid.text_at("/id");
        assert!(!paid.text_at("/capture_before").is_empty());
        app.clock.advance(6 * DAY + Duration::from_secs(60));
        merchant.hears("payment.authorization_expiring").await;
        assert_eq!(merchant.status(&id).await, "authorized");
        app.clock.advance(DAY);
        merchant.hears("payment.expired").await;
        let ended = merchant.get(&format!("/v1/payments/{id}")).await.expect(200);
        assert_eq!(ended.text_at("/status"), "expired");
        assert_eq!(ended.json()["amount_authorized"], 0);
        assert!(ended.json().get("capture_before").is_none());
        assert!(app.hub.services.bank.authorizations()[0].voided);
        app.settle().await;
        assert_eq!(merchant.heard("payment.authorization_expiring"), 1);
    }

    async fn what_was_taken_in_part_stays_taken_when_the_rest_runs_out(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(5_000, card::GOOD).reserved()).await.expect(201).text_at("/id");
        merchant.post(&format!("/v1/payments/{id}/capture"), &json!({ "amount": 2_000 })).await.expect(200);
        app.clock.advance(8 * DAY);
        until("the rest being released", async || (merchant.status(&id).await == "captured").then_some(())).await;
        let bank = app.hub.services.bank.authorizations();
        assert_eq!((bank[0].authorized_minor, bank[0].captured_minor), (2_000, 2_000));
    }

    async fn a_capture_in_time_keeps_the_money(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(5_000, card::GOOD).reserved()).await.expect(201).text_at("/id");
        let taken = merchant.post(&format!("/v1/payments/{id}/capture"), &json!({})).await.expect(200);
        assert!(taken.json().get("capture_before").is_none());
        app.clock.advance(9 * DAY);
        // Another payment's expiry shows that the janitor has passed by.
        let unpaid = merchant.pay(&Order::new(1, card::GOOD).unpaid()).await.expect(201).text_at("/id");
        app.clock.advance(2 * DAY);
        until("the janitor", async || (merchant.status(&unpaid).await == "expired").then_some(())).await;
        assert_eq!(merchant.status(&id).await, "captured");
    }

    async fn a_release_that_the_bank_refuses_is_told_and_tried_again(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let id = merchant.pay(&Order::new(5_000, card::VOID_DECLINED).reserved()).await.expect(201).text_at("/id");
        app.clock.advance(7 * DAY + Duration::from_secs(60));
        let event = merchant.hears("payment.void_failed").await;
        assert_eq!(event["data"]["operation"]["decline"]["code"], "processing_error");
        assert_eq!(merchant.status(&id).await, "authorized");
        app.clock.advance(DAY + Duration::from_secs(60));
        until("the second try", async || (merchant.heard("payment.void_failed") == 2).then_some(())).await;
    }

    async fn a_capture_that_the_bank_refuses_says_so(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let id = merchant.pay(&Order::new(5_000, card::CAPTURE_DECLINED).reserved()).await.expect(201).text_at("/id");
        let refused = merchant.post(&format!("/v1/payments/{id}/capture"), &json!({})).await.expect(402);
        assert_eq!(refused.text_at("/code"), "bank_refused");
        assert_eq!(refused.text_at("/decline_code"), "card_declined");
        assert_eq!(refused.text_at("/payment/status"), "authorized");
        merchant.hears("payment.capture_failed").await;
        merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(200);
    }
}
