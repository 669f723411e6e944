//! Payments in Telegram, with a provider and in Stars: asked in time, taken once, given back.

use std::time::Duration;

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::recompute::discrepancies;
use aviso_core::risk::{Attribute, List, NewEntry};
use aviso_sandbox::standin::telegram::{CheckoutAnswer, Failure, Fate, Fault, MessageView};
use aviso_tests::actor::{Answer, Buyer, Merchant};
use aviso_tests::app::TestApp;
use aviso_tests::browser::{Browser, path_of};
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::bills::{send, state};
use crate::bills_in_chat::{bill_for_chat, open, says};
use crate::notices::label;

/// Opens a bill and asks for its invoice.
async fn invoice(app: &TestApp, buyer: &Buyer, created: &Answer) -> (MessageView, MessageView) {
    let shown = open(app, buyer, created).await;
    buyer.press(&shown, &label(&shown, "Pay in Telegram"));
    let invoice = buyer.reads(|message| message.id > shown.id && message.invoice.is_some()).await;
    (shown, invoice)
}

fn pay(app: &TestApp, buyer: &Buyer, invoice: &MessageView, fate: Fate) -> String {
    app.telegram.pay(buyer.id, invoice.id, fate).expect("Pay is pressed")
}

/// What the bot answered to a question.
async fn answer(app: &TestApp, query: &str) -> CheckoutAnswer {
    until("an answer before money is taken", async || {
        app.telegram.checkout_answers().into_iter().find(|answer| answer.query == query)
    })
    .await
}

async fn payment_of(app: &TestApp, merchant: &Merchant, created: &Answer) -> PaymentDetails {
    let path = format!("/v1/bills/{}", created.text_at("/id"));
    let id = until("the bill having a payment", async || {
        merchant.get(&path).await.expect(200).text_at("/payment").parse().ok()
    })
    .await;
    app.hub.services.payments.details(id).await.expect("details")
}

/// The payment fits its messages, and so do the books.
async fn is_whole(app: &TestApp, details: &PaymentDetails) {
    assert!(discrepancies(details).is_empty(), "{:?}", discrepancies(details));
    let books = app.hub.services.ledger.audit().await.expect("a check");
    assert!(books.is_whole(), "{books:?}");
}

fn captures(details: &PaymentDetails) -> usize {
    details.timeline.iter().filter(|entry| entry.kind.as_str() == "payment.captured").count()
}

async fn list(app: &TestApp, list: List, buyer: &Buyer) {
    let entry = NewEntry {
        merchant_id: None,
        list,
        attribute: Attribute::Telegram,
        value: buyer.id.to_string(),
        reason: aviso_core::payment::text::Reason::new("seen before").expect("a reason"),
        author: "test".to_owned(),
        expires_at: None,
    };
    app.hub.services.risk.add_entry(&Actor::Operator, &entry).await.expect("an entry");
}

async fn bill_becomes(merchant: &Merchant, created: &Answer, wanted: &str) {
    let id = created.text_at("/id");
    until(&format!("the bill being {wanted}"), async || (state(merchant, &id).await == wanted).then_some(())).await;
}

async fn payment_becomes(app: &TestApp, merchant: &Merchant, created: &Answer, wanted: &str) -> PaymentDetails {
    until(&format!("the payment being {wanted}"), async || {
        let details = payment_of(app, merchant, created).await;
        (details.payment.status().as_str() == wanted).then_some(details)
    })
    .await
}

on_both_databases! {
    async fn a_bill_is_paid_with_a_provider(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        merchant.listen().await;
        let created = bill_for_chat(&merchant, 12_000, "EUR").await;
        let (shown, invoice) = invoice(&app, &buyer, &created).await;
        assert_eq!(invoice.invoice.as_ref().map(|invoice| (invoice.total, invoice.currency.as_str())), Some((12_000, "EUR")));
        assert!(!merchant.get("/v1/payments").await.text.contains("pay_"), "an invoice makes no payment");
        let query = pay(&app, &buyer, &invoice, Fate::Paid);
        let answered = answer(&app, &query).await;
        assert!(answered.ok && answered.after < Duration::from_secs(3), "{answered:?}");
        says(&buyer, &shown, "Paid.").await;
        let details = payment_becomes(&app, &merchant, &created, "captured").await;
        let seen = merchant.get(&format!("/v1/payments/{}", details.payment.id)).await.expect(200);
        assert_eq!((seen.text_at("/wallet").as_str(), seen.json()["amount_captured"].clone()), ("telegram", json!(12_000)));
        assert_eq!(merchant.hears("payment.captured").await["data"]["payment"]["wallet"], "telegram");
        // Told twice, it is booked once.
        let charge = app.telegram.charges()[0].id.clone();
        assert!(app.telegram.tell_again(&charge));
        app.settle().await;
        until("the second word being handled", async || (app.telegram.pending_updates() == 0).then_some(())).await;
        let details = payment_of(&app, &merchant, &created).await;
        assert_eq!((captures(&details), merchant.heard("payment.captured")), (1, 1));
        is_whole(&app, &details).await;
        buyer.say("/payments");
        let list = buyer.reads(|message| message.text.contains("Your payments: 1")).await;
        buyer.press(&list, &list.buttons[0][0].label.clone());
        buyer.reads(|message| message.text.contains("Paid with: Telegram")).await;
    }

    async fn a_provider_gives_money_back_at_its_own_desk(app: TestApp) {
        let (merchant, stranger, boss) = (app.merchant().await, app.stranger(), app.staff(Role::Finance).await);
        let created = bill_for_chat(&merchant, 12_000, "EUR").await;
        let (_, invoice) = invoice(&app, &stranger, &created).await;
        pay(&app, &stranger, &invoice, Fate::Paid);
        let details = payment_becomes(&app, &merchant, &created, "captured").await;
        let refund = merchant.refund(&details.payment.id.to_string(), Some(2_000)).await;
        assert_eq!(refund.text_at("/status"), "pending", "{}", refund.text);
        let card = boss.reads(|message| message.text.contains("/settle ")).await;
        let operation = card.text.split("/settle ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id");
        boss.say(&format!("/settle {operation} done given back in the provider's cabinet"));
        let details = payment_becomes(&app, &merchant, &created, "partially_refunded").await;
        is_whole(&app, &details).await;
    }

    async fn stars_are_paid_and_given_back_whole(app: TestApp) {
        let (merchant, buyer) = (app.merchant().await, app.buyer(Language::En).await);
        let created = bill_for_chat(&merchant, 250, "XTR").await;
        let (shown, invoice) = invoice(&app, &buyer, &created).await;
        // Only bills are in Stars, and neither cards nor the page take them.
        let order = aviso_tests::actor::Order::new(250, card::GOOD).with("currency", json!("XTR"));
        assert_eq!(merchant.pay(&order).await.expect(422).text_at("/code"), "currency_not_accepted");
        assert!(shown.text.contains("250") && !shown.text.contains("/pay/b/") && shown.buttons.len() == 1, "{shown:?}");
        let query = pay(&app, &buyer, &invoice, Fate::Paid);
        assert!(answer(&app, &query).await.ok);
        let details = payment_becomes(&app, &merchant, &created, "captured").await;
        let id = details.payment.id.to_string();
        assert_eq!(merchant.refund(&id, Some(100)).await.expect(422).text_at("/code"), "whole_refund_only");
        // The answer to the refund is lost: it is asked again, and given back once.
        app.telegram.fail_next(Fault::once("refundStarPayment", Failure::LostAnswer));
        merchant.refund(&id, None).await;
        until("the Stars being back", async || {
            app.clock.advance(Duration::from_secs(3));
            (merchant.status(&id).await == "refunded").then_some(())
        })
        .await;
        assert_eq!(app.telegram.charges().iter().filter(|charge| charge.refunded).count(), 1);
        app.settle().await;
        let details = payment_of(&app, &merchant, &created).await;
        assert_eq!(details.refunds.len(), 1);
        is_whole(&app, &details).await;
    }

    async fn stars_given_back_by_telegram_itself_are_booked_once(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let created = bill_for_chat(&merchant, 250, "XTR").await;
        let (_, invoice) = invoice(&app, &stranger, &created).await;
        pay(&app, &stranger, &invoice, Fate::Paid);
        payment_becomes(&app, &merchant, &created, "captured").await;
        assert!(app.telegram.give_back(stranger.id, &app.telegram.charges()[0].id));
        let details = payment_becomes(&app, &merchant, &created, "refunded").await;
        assert_eq!(details.refunds.len(), 1);
        is_whole(&app, &details).await;
    }

    async fn who_is_on_a_list_is_stopped(app: TestApp) {
        let (merchant, blocked, gray) = (app.merchant().await, app.stranger(), app.stranger());
        list(&app, List::Block, &blocked).await;
        list(&app, List::Gray, &gray).await;
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let (by_gray, asked) = invoice(&app, &gray, &created).await;
        let query = pay(&app, &gray, &asked, Fate::Paid);
        let answered = answer(&app, &query).await;
        assert!(!answered.ok && answered.text.contains("cannot be made in Telegram"), "{answered:?}");
        // Nothing can be held there, but others may still pay.
        assert_eq!(state(&merchant, &created.text_at("/id")).await, "open");
        let (_, asked) = invoice(&app, &blocked, &created).await;
        let query = pay(&app, &blocked, &asked, Fate::Paid);
        let answered = answer(&app, &query).await;
        assert_eq!((answered.ok, answered.text.as_str()), (false, "This payment cannot be made. Nothing was taken."));
        bill_becomes(&merchant, &created, "declined").await;
        says(&gray, &by_gray, "was not made").await;
        assert!(app.telegram.charges().is_empty());
        let details = payment_of(&app, &merchant, &created).await;
        assert_eq!(details.payment.status().as_str(), "declined");
        is_whole(&app, &details).await;
    }

    async fn an_invoice_of_a_bill_that_ended_takes_nothing(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let (_, invoice) = invoice(&app, &stranger, &created).await;
        let path = path_of(&created.text_at("/url"));
        let mut browser = Browser::new(&app);
        let page = browser.get(&path).await.expect(200);
        send(&mut browser, &page, &path, card::GOOD).await.expect(303);
        bill_becomes(&merchant, &created, "paid").await;
        let query = pay(&app, &stranger, &invoice, Fate::Paid);
        let answered = answer(&app, &query).await;
        assert!(!answered.ok && answered.text.contains("was paid, cancelled"), "{answered:?}");
        assert!(app.telegram.charges().is_empty());
        is_whole(&app, &payment_of(&app, &merchant, &created).await).await;
    }

    async fn one_of_two_who_pay_at_once_is_let_through(app: TestApp) {
        let (merchant, one, two) = (app.merchant().await, app.stranger(), app.stranger());
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let ((_, by_one), (_, by_two)) = (invoice(&app, &one, &created).await, invoice(&app, &two, &created).await);
        let queries = [pay(&app, &one, &by_one, Fate::Held), pay(&app, &two, &by_two, Fate::Held)];
        let answers = [answer(&app, &queries[0]).await, answer(&app, &queries[1]).await];
        let (passed, stopped): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.ok);
        assert_eq!((passed.len(), stopped.len()), (1, 1));
        assert!(stopped[0].text.contains("at this moment"), "{stopped:?}");
        // Nor can it be paid by card or cancelled meanwhile.
        let path = format!("/v1/bills/{}/cancel", created.text_at("/id"));
        merchant.send(reqwest::Method::POST, &path, None, None).await.expect(409);
        assert!(app.telegram.complete(&passed[0].query).is_some());
        let details = payment_becomes(&app, &merchant, &created, "captured").await;
        assert_eq!((captures(&details), app.telegram.charges().len()), (1, 1));
        is_whole(&app, &details).await;
    }

    async fn what_telegram_never_takes_can_be_paid_anew_and_what_comes_late_goes_back(app: TestApp) {
        let (merchant, slow, quick) = (app.merchant().await, app.stranger(), app.stranger());
        let created = bill_for_chat(&merchant, 250, "XTR").await;
        let (_, by_slow) = invoice(&app, &slow, &created).await;
        let late = pay(&app, &slow, &by_slow, Fate::Held);
        assert!(answer(&app, &late).await.ok);
        payment_becomes(&app, &merchant, &created, "processing").await;
        app.clock.advance(Duration::from_secs(11 * 60));
        payment_becomes(&app, &merchant, &created, "requires_payment_method").await;
        let (_, by_quick) = invoice(&app, &quick, &created).await;
        pay(&app, &quick, &by_quick, Fate::Paid);
        payment_becomes(&app, &merchant, &created, "captured").await;
        let charge = app.telegram.complete(&late).expect("taken after all");
        slow.reads(|message| message.text.contains("Your Stars come back")).await;
        until("the Stars being back", async || {
            app.clock.advance(Duration::from_secs(3));
            app.telegram.charges().iter().any(|known| known.id == charge && known.refunded).then_some(())
        })
        .await;
        app.settle().await;
        let details = payment_of(&app, &merchant, &created).await;
        assert_eq!((details.payment.status().as_str(), captures(&details)), ("captured", 1));
        is_whole(&app, &details).await;
    }

    async fn a_late_payment_with_a_provider_goes_to_staff(app: TestApp) {
        let (merchant, slow, boss) = (app.merchant().await, app.stranger(), app.staff(Role::Finance).await);
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let (_, by_slow) = invoice(&app, &slow, &created).await;
        let late = pay(&app, &slow, &by_slow, Fate::Held);
        assert!(answer(&app, &late).await.ok);
        app.clock.advance(Duration::from_secs(11 * 60));
        payment_becomes(&app, &merchant, &created, "requires_payment_method").await;
        let path = format!("/v1/bills/{}/cancel", created.text_at("/id"));
        merchant.send(reqwest::Method::POST, &path, None, None).await.expect(200);
        app.telegram.complete(&late).expect("taken after all");
        slow.reads(|message| message.text.contains("gives the money back")).await;
        let card = boss.reads(|message| message.text.contains("/settle ")).await;
        let operation = card.text.split("/settle ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id");
        boss.say(&format!("/settle {operation} done given back in the provider's cabinet"));
        boss.reads(|message| message.text.contains("The bank did it")).await;
        let details = payment_of(&app, &merchant, &created).await;
        assert_eq!(details.payment.status().as_str(), "voided");
        is_whole(&app, &details).await;
    }

    async fn a_slow_pipeline_is_answered_for_in_time(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let (_, invoice) = invoice(&app, &stranger, &created).await;
        // Somebody else holds the bill, or the whole database, for as long as Telegram would wait.
        let url = app.config.database.url.as_ref().expect("a database").expose().replace("sqlite:", "sqlite://");
        let mut options = sea_orm::ConnectOptions::new(&url);
        options.max_connections(1);
        let other = sea_orm::Database::connect(options).await.expect("a connection");
        if url.starts_with("sqlite") {
            other.execute_unprepared("BEGIN IMMEDIATE").await.expect("the write lock");
        } else {
            other.execute_unprepared("BEGIN").await.expect("a transaction");
            other.execute_unprepared("SELECT id FROM bill FOR UPDATE").await.expect("the bill's lock");
        }
        let query = pay(&app, &stranger, &invoice, Fate::Paid);
        let answered = answer(&app, &query).await;
        other.execute_unprepared("ROLLBACK").await.expect("released");
        assert!(!answered.ok && answered.text.contains("could not check"), "{answered:?}");
        assert!(answered.after < Duration::from_secs(10), "{answered:?}");
        assert!(app.telegram.charges().is_empty());
        // Nothing stays in the way: the attempt, if there was one, ended.
        until("the bill being payable", async || {
            let answer = merchant.get(&format!("/v1/bills/{}", created.text_at("/id"))).await.expect(200);
            let payment = answer.text_at("/payment");
            if payment.is_empty() {
                return Some(());
            }
            (merchant.status(&payment).await == "requires_payment_method").then_some(())
        })
        .await;
    }

    async fn an_answer_that_hangs_is_followed_by_a_no(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let (_, invoice) = invoice(&app, &stranger, &created).await;
        app.telegram.fail_next(Fault::once("answerPreCheckoutQuery", Failure::Hang));
        let query = pay(&app, &stranger, &invoice, Fate::Paid);
        let answered = answer(&app, &query).await;
        assert!(!answered.ok && answered.after < Duration::from_secs(10), "{answered:?}");
        assert!(app.telegram.charges().is_empty());
        app.clock.advance(Duration::from_secs(11 * 60));
        payment_becomes(&app, &merchant, &created, "requires_payment_method").await;
    }

    async fn a_refused_card_of_the_provider_leaves_the_bill_open(app: TestApp) {
        let (merchant, stranger) = (app.merchant().await, app.stranger());
        let created = bill_for_chat(&merchant, 1_200, "EUR").await;
        let (_, first) = invoice(&app, &stranger, &created).await;
        let query = pay(&app, &stranger, &first, Fate::Failed);
        assert!(answer(&app, &query).await.ok);
        app.clock.advance(Duration::from_secs(11 * 60));
        payment_becomes(&app, &merchant, &created, "requires_payment_method").await;
        let query = pay(&app, &stranger, &first, Fate::Paid);
        assert!(answer(&app, &query).await.ok);
        is_whole(&app, &payment_becomes(&app, &merchant, &created, "captured").await).await;
    }
}
