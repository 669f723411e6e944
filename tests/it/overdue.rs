//! Messages whose outcome stays unknown: staff get a card, ask again, or settle them by hand.

use std::time::Duration;

use aviso_core::account::Role;
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use serde_json::json;

const QUARTER: Duration = Duration::from_secs(16 * 60);

on_both_databases! {
    async fn a_bank_that_never_answers_is_asked_by_a_person(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let boss = app.staff(Role::Finance).await;
        let buyer = app.buyer(aviso_core::language::Language::En).await;
        let paid = merchant.pay(&Order::new(4_200, card::NEVER_ANSWERED).by(&buyer.email)).await.expect(201);
        assert_eq!(paid.text_at("/status"), "processing");
        // The buyer, the merchant and staff hear the same time.
        assert!(!paid.text_at("/outcome_due_at").is_empty());
        buyer.reads(|message| message.text.contains("a person looks into it")).await;
        app.clock.advance(QUARTER);
        let notice = boss.reads(|message| message.text.contains("The bank has not answered about")).await;
        assert!(notice.text.contains("42.00"), "{}", notice.text);
        let operation = notice.text.split("/settle ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id");
        boss.press(&notice, "Ask the bank again");
        until("the bank being asked", async || {
            let answers = app.telegram.callback_answers();
            answers.iter().any(|answer| answer.text == "The bank still has no answer.").then_some(())
        })
        .await;
        boss.say(&format!("/settle {operation} done the bank's clerk confirmed it by phone"));
        boss.reads(|message| message.text.contains("The payment is now: paid")).await;
        boss.reads(|message| message.text.contains("The bank did it")).await;
        assert_eq!(merchant.status(&paid.text_at("/id")).await, "captured");
        merchant.hears("payment.captured").await;
        // What was settled by hand is in the books.
        let books = app.hub.services.ledger.audit().await.expect("a check");
        assert!(books.is_whole(), "{books:?}");
        boss.say(&format!("/settle {operation} failed no"));
        boss.reads(|message| message.text.contains("known already")).await;
    }

    async fn a_capture_confirmed_for_another_amount_waits_for_a_person(app: TestApp) {
        let merchant = app.merchant().await;
        let boss = app.staff(Role::Finance).await;
        let id = merchant.pay(&Order::new(5_000, card::CAPTURED_FOR_LESS).reserved()).await.expect(201).text_at("/id");
        let asked = merchant.post(&format!("/v1/payments/{id}/capture"), &json!({ "amount": 3_000 })).await;
        assert_eq!((asked.status, asked.json()["amount_captured"].clone()), (202, json!(0)));
        let notice = boss.reads(|message| message.text.contains("The bank has not answered about")).await;
        // Nothing else is sent about the payment meanwhile.
        merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(409);
        let operation = notice.text.split("/settle ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id");
        boss.say(&format!("/settle {operation} failed the bank took it back"));
        boss.reads(|message| message.text.contains("The bank did not do it")).await;
        assert_eq!(merchant.status(&id).await, "authorized");
    }

    async fn settling_needs_the_role(app: TestApp) {
        let agent = app.staff(Role::Agent).await;
        agent.say("/settle op_01h2xcejqtf2nbrexx3vqjhp41 done x");
        agent.reads(|message| message.text.contains("finance")).await;
        let boss = app.staff(Role::Finance).await;
        boss.say("/settle nothing");
        boss.reads(|message| message.text.contains("/settle")).await;
        boss.say("/settle op_01h2xcejqtf2nbrexx3vqjhp41 done x");
        boss.reads(|message| message.text.contains("known already")).await;
    }

    async fn an_overdue_message_that_is_answered_after_all_is_told(app: TestApp) {
        let merchant = app.merchant().await;
        let boss = app.staff(Role::Viewer).await;
        let id = merchant.pay(&Order::new(700, card::ANSWER_LOST)).await.expect(201).text_at("/id");
        app.clock.advance(QUARTER);
        until("the outcome", async || (merchant.status(&id).await == "captured").then_some(())).await;
        // Whether staff were told first depends on who looked first; if so, they hear the end, too.
        app.settle().await;
        let told = |text: &str| app.telegram.messages(boss.id).iter().any(|message| message.text.contains(text));
        assert_eq!(told("has not answered about"), told("The bank did it"));
    }
}
