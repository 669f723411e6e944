//! Support staff in the bot: held payments, refunds in two steps, looking things up.

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::payment::text::Reason;
use aviso_core::risk::{Attribute, List, NewEntry};
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};

use crate::notices::label;

pub(crate) async fn hold(app: &TestApp, email: &str) {
    let entry = NewEntry {
        merchant_id: None,
        list: List::Gray,
        attribute: Attribute::Email,
        value: email.to_owned(),
        reason: Reason::new("asked by the bank").expect("a reason"),
        author: "test".to_owned(),
        expires_at: None,
    };
    app.hub.services.risk.add_entry(&Actor::Operator, &entry).await.expect("an entry");
}

on_both_databases! {
    async fn a_held_payment_waits_for_staff_and_then_goes_to_the_bank(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let staff = app.staff(Role::Senior).await;
        hold(&app, &buyer.email).await;
        let held = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        assert_eq!(held.text_at("/status"), "in_review");
        assert!(app.hub.services.bank.book().is_empty(), "nothing may reach the bank before the decision");
        let reference = held.text_at("/reference");
        let task = staff.reads(|message| message.text.contains(&reference) && !message.buttons.is_empty()).await;
        staff.press(&task, &label(&task, "Approve"));
        let id = held.text_at("/id");
        until("the payment being captured", async || (merchant.status(&id).await == "captured").then_some(())).await;
        buyer.reads(|message| message.text.contains("49.90")).await;
        assert_eq!(app.hub.services.bank.authorizations()[0].captured_minor, 4_990);
        assert!(app.hub.services.payments.open_reviews(10).await.expect("reviews").is_empty());
    }

    async fn a_rejected_payment_never_reaches_the_bank(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let staff = app.staff(Role::Senior).await;
        hold(&app, &buyer.email).await;
        let held = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        let reference = held.text_at("/reference");
        let task = staff.reads(|message| message.text.contains(&reference) && !message.buttons.is_empty()).await;
        staff.press(&task, &label(&task, "Reject"));
        let id = held.text_at("/id");
        until("the payment being declined", async || (merchant.status(&id).await == "declined").then_some(())).await;
        assert!(app.hub.services.bank.book().is_empty());
    }

    async fn staff_refund_in_two_steps_and_all_three_hear_of_it(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let buyer = app.buyer(Language::En).await;
        let staff = app.staff(Role::Finance).await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD).by(&buyer.email)).await.expect(201);
        let reference = paid.text_at("/reference");
        staff.say(&format!("/refund {reference} 12.50 wrong size"));
        let question = staff.reads(|message| message.text.contains("12.50") && !message.buttons.is_empty()).await;
        assert_eq!(merchant.status(&paid.text_at("/id")).await, "captured", "the first step moves no money");
        staff.press(&question, &label(&question, "Refund"));
        let id = paid.text_at("/id");
        until("the refund", async || (merchant.status(&id).await == "partially_refunded").then_some(())).await;
        buyer.reads(|message| message.text.contains("12.50")).await;
        buyer.opens(|mail| mail.text.contains("12.50")).await;
        let webhook = app.shop.wait_for(aviso_tests::until::DEADLINE, |event| event.kind == "refund.succeeded").await;
        assert!(webhook.expect("a webhook").verified);
        let log = app.hub.services.audit.latest(Some(&id), 10).await.expect("the audit log");
        assert!(log.iter().any(|row| row.action == "refund.create" && row.reason.contains("wrong size")), "{log:?}");
        assert!(app.hub.services.audit.verify().await.expect("the chain").is_ok());
    }

    async fn a_button_for_a_payment_that_changed_does_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let staff = app.staff(Role::Finance).await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        staff.say(&format!("/refund {}", paid.text_at("/reference")));
        let question = staff.reads(|message| message.text.contains("49.90") && !message.buttons.is_empty()).await;
        let confirm = label(&question, "Refund");
        merchant.refund(&paid.text_at("/id"), Some(100)).await.expect(201);
        staff.press(&question, &confirm);
        staff.reads(|message| message.text.to_lowercase().contains("changed")).await;
        let payment = merchant.get(&format!("/v1/payments/{}", paid.text_at("/id"))).await.json();
        assert_eq!(payment["amount_refunded"], 100);
    }

    async fn a_buyer_is_no_staff(app: TestApp) {
        let merchant = app.merchant().await;
        let buyer = app.buyer(Language::En).await;
        let paid = merchant.pay(&Order::new(4_990, card::GOOD)).await.expect(201);
        for command in ["/refund", "/pay", "/why", "/find"] {
            buyer.say(&format!("{command} {}", paid.text_at("/reference")));
        }
        buyer.say("/status");
        app.settle().await;
        until("every update being handled", async || {
            let (waiting, _) = app.hub.services.memory.inbox_counts().await.ok()?;
            (waiting == 0).then_some(())
        })
        .await;
        assert_eq!(merchant.status(&paid.text_at("/id")).await, "captured");
        let chat = app.telegram.transcript(buyer.id);
        assert!(!chat.contains("4242") && !chat.contains("49.90"), "{chat}");
    }

    async fn staff_find_a_payment_and_why_it_was_declined(app: TestApp) {
        let merchant = app.merchant().await;
        let staff = app.staff(Role::Agent).await;
        let declined = merchant.pay(&Order::new(4_990, card::POOR)).await.expect(402);
        let reference = declined.text_at("/payment/reference");
        staff.say(&format!("/pay {reference}"));
        staff.reads(|message| message.text.contains(&reference) && message.text.contains("9995")).await;
        staff.say(&format!("/why {reference}"));
        staff.reads(|message| message.text.contains("insufficient_funds")).await;
        staff.say("/status");
        staff.reads(|message| message.text.to_lowercase().contains("review")).await;
    }
}
