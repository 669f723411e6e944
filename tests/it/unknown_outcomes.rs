//! When the bank's answer is not known: nobody guesses, the bank is asked, and each payment ends once.

use std::time::Duration;

use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};

async fn ends_as(app: &TestApp, merchant: &Merchant, id: &str, status: &str) {
    until(&format!("{id} becoming {status}"), async || {
        app.clock.advance(Duration::from_secs(3));
        (merchant.status(id).await == status).then_some(())
    })
    .await;
}

on_both_databases! {
    async fn an_approval_whose_answer_was_lost_is_found(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(aviso_core::language::Language::En).await;
        let unknown = merchant.pay(&Order::new(900, card::ANSWER_LOST).by(&buyer.email)).await.expect(201);
        assert_eq!(unknown.text_at("/status"), "processing");
        let id = unknown.text_at("/id");
        ends_as(&app, &merchant, &id, "captured").await;
        assert_eq!(app.hub.services.bank.authorizations()[0].captured_minor, 900);
        // The buyer ends with one message that says paid.
        let notice = buyer.reads(|message| message.text.contains("9.00") && !message.buttons.is_empty()).await;
        assert!(!notice.deleted);
    }

    async fn a_request_that_never_arrived_moves_no_money(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::REQUEST_LOST)).await.expect(201).text_at("/id");
        ends_as(&app, &merchant, &id, "requires_payment_method").await;
        assert!(app.hub.services.bank.authorizations().is_empty());
    }

    async fn an_approval_that_comes_late_counts_once(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::APPROVED_LATE)).await.expect(201).text_at("/id");
        ends_as(&app, &merchant, &id, "captured").await;
        let details = app.hub.services.payments.details(id.parse().expect("an id")).await.expect("details");
        assert_eq!(details.operations.len(), 2, "one authorization and one capture");
    }

    async fn an_approval_for_another_amount_is_reversed(app: TestApp) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&Order::new(900, card::APPROVED_FOR_LESS)).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "amount_mismatch");
        until("the reversal", async || {
            app.clock.advance(Duration::from_secs(3));
            let bank = app.hub.services.bank.authorizations();
            bank.iter().all(|a| a.voided || a.refunded_minor == a.captured_minor).then_some(())
        })
        .await;
    }

    async fn a_bank_that_cannot_be_reached_is_not_unknown(app: TestApp) {
        let merchant = app.merchant().await;
        let declined = merchant.pay(&Order::new(900, card::LINK_DOWN)).await.expect(402);
        assert_eq!(declined.text_at("/decline_code"), "bank_unavailable");
        assert_eq!(declined.text_at("/advice"), "retry_later");
    }

    async fn a_refund_whose_answer_was_lost_is_found(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(900, card::REFUND_ANSWER_LOST)).await.expect(201).text_at("/id");
        let refund = merchant.refund(&id, Some(900)).await.expect(201);
        assert_eq!(refund.text_at("/status"), "pending");
        // The money is set aside meanwhile.
        merchant.refund(&id, Some(1)).await.expect(422);
        ends_as(&app, &merchant, &id, "refunded").await;
        assert_eq!(app.hub.services.bank.authorizations()[0].refunded_minor, 900);
    }
}
