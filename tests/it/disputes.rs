//! Disputes: the money is held while the issuer decides, and never goes back twice.

use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::clock::Timestamp;
use aviso_core::dispute::{Decision, DisputeError, NewDispute};
use aviso_core::money::Money;
use aviso_core::payment::Settlement;
use aviso_core::port::{DisputeNotice, Notice, NoticeSubject};
use aviso_tests::actor::{Answer, Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::until::until;
use aviso_tests::{card, on_both_databases};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const FRAUDULENT: &str = "4000000000000259";
const NOT_RECEIVED: &str = "4000000000002685";
const INQUIRY: &str = "4000000000001976";

/// Pays and waits until the bank told of the dispute. Gives payment and dispute.
async fn disputed(merchant: &Merchant, pan: &str) -> (String, Value) {
    let id = merchant.pay(&Order::new(1_000, pan)).await.expect(201).text_at("/id");
    let dispute = until("the bank's notice", async || {
        let list = merchant.get(&format!("/v1/disputes?payment={id}")).await.expect(200).json();
        list["data"].as_array()?.first().cloned()
    })
    .await;
    (id, dispute)
}

/// Waits until a dispute has this status.
async fn becomes(merchant: &Merchant, dispute: &Value, status: &str) -> Value {
    let path = format!("/v1/disputes/{}", text(dispute, "id"));
    until(status, async || {
        let now = merchant.get(&path).await.expect(200).json();
        (now["status"] == status).then_some(now)
    })
    .await
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("a text")
}

async fn answer(merchant: &Merchant, dispute: &Value, verb: &str, body: &Value) -> Answer {
    merchant.post(&format!("/v1/disputes/{}/{verb}", text(dispute, "id")), body).await
}

/// Pending and disputed euro cents.
async fn balance(merchant: &Merchant) -> (i64, i64) {
    let answer = merchant.get("/v1/balance").await.expect(200).json();
    let amount = |name: &str| answer["balances"][0][name].as_i64().expect("an amount");
    (amount("pending"), amount("disputed"))
}

async fn expect_whole(app: &TestApp) {
    app.hub.services.ledger.seal().await.expect("a seal");
    let report = app.hub.services.ledger.audit().await.expect("a check");
    assert!(report.is_whole(), "{report:?}");
}

async fn kinds(merchant: &Merchant) -> Vec<String> {
    let events = merchant.get("/v1/events?limit=100").await.expect(200).json();
    let all = events["data"].as_array().expect("a list").iter().map(|event| text(event, "type").to_owned());
    all.filter(|kind| kind.starts_with("dispute.")).collect()
}

/// What a bank would say of a payment's authorization.
fn notice(app: &TestApp, payment: &str, id: &str, stage: DisputeNotice, minor: i64) -> Notice {
    let books = app.hub.services.bank.authorizations();
    let ours = books.iter().find(|one| one.payment.to_string() == payment).expect("an authorization");
    let about = NoticeSubject::Dispute {
        acquirer_ref: ours.acquirer_ref.clone(),
        dispute_ref: format!("case of {payment}"),
        reason_code: "10.4".to_owned(),
        amount: Money::new(minor, ours.currency).expect("an amount"),
        respond_by: None,
        stage,
    };
    Notice { id: id.to_owned(), about }
}

on_both_databases! {
    async fn disputed_money_is_held_and_comes_back_when_the_merchant_wins(app: TestApp) {
        let merchant = app.merchant().await;
        let staff = app.staff(aviso_core::account::Role::Agent).await;
        let (payment, dispute) = disputed(&merchant, FRAUDULENT).await;
        assert_eq!((text(&dispute, "stage"), text(&dispute, "status")), ("dispute", "opened"));
        assert_eq!((&dispute["amount_held"], text(&dispute, "reason_code")), (&json!(1_000), "10.4"));
        assert_eq!(balance(&merchant).await, (0, 1_000));
        let refused = merchant.refund(&payment, Some(1)).await.expect(422);
        assert_eq!(refused.text_at("/code"), "amount_too_large");
        staff.reads(|message| message.text.contains("A buyer disputes a payment")).await;

        answer(&merchant, &dispute, "evidence", &json!({ "submit": true })).await.expect(422);
        let more = answer(&merchant, &dispute, "evidence", &json!({ "shipping": "Correos PQ4F8A" })).await.expect(200);
        assert_eq!((more.text_at("/status").as_str(), more.text_at("/evidence/0/kind").as_str()), ("opened", "shipping"));
        let body = json!({ "note": "the buyer wrote that it fits well", "submit": true });
        let sent = answer(&merchant, &dispute, "evidence", &body).await.expect(200);
        assert_eq!(sent.json()["evidence"].as_array().map(Vec::len), Some(2));
        let late = answer(&merchant, &dispute, "evidence", &json!({ "note": "one more thing" })).await.expect(409);
        assert_eq!(late.text_at("/code"), "dispute_state_conflict");

        becomes(&merchant, &dispute, "won").await;
        assert_eq!(balance(&merchant).await, (1_000, 0));
        assert_eq!(kinds(&merchant).await, ["dispute.won", "dispute.updated", "dispute.updated", "dispute.opened"]);
        staff.reads(|message| message.text.contains("A dispute was won")).await;
        merchant.refund(&payment, None).await.expect(201);
        expect_whole(&app).await;
    }

    async fn a_lost_dispute_takes_the_money_for_good(app: TestApp) {
        let merchant = app.merchant().await;
        let (payment, dispute) = disputed(&merchant, NOT_RECEIVED).await;
        let body = json!({ "communication": "losing_evidence", "submit": true });
        answer(&merchant, &dispute, "evidence", &body).await.expect(200);
        becomes(&merchant, &dispute, "lost").await;
        assert_eq!(balance(&merchant).await, (0, 0));
        merchant.refund(&payment, Some(1)).await.expect(422);
        let seen = merchant.get(&format!("/v1/payments/{payment}")).await.expect(200).json();
        assert_eq!((&seen["amount_disputed"], text(&seen, "status")), (&json!(1_000), "captured"));
        expect_whole(&app).await;
    }

    async fn an_inquiry_holds_nothing_and_may_become_a_dispute(app: TestApp) {
        let merchant = app.merchant().await;
        let (_, asked) = disputed(&merchant, INQUIRY).await;
        assert_eq!((text(&asked, "stage"), &asked["amount_held"]), ("pre_dispute", &json!(0)));
        assert_eq!(balance(&merchant).await, (1_000, 0));
        answer(&merchant, &asked, "accept", &json!({})).await.expect(409);
        answer(&merchant, &asked, "evidence", &json!({ "product": "shoes", "submit": true })).await.expect(200);
        becomes(&merchant, &asked, "won").await;

        let other = merchant.pay(&Order::new(500, card::GOOD)).await.expect(201).text_at("/id");
        let disputes = &app.hub.services.disputes;
        for (id, stage) in [("1", DisputeNotice::Asked), ("2", DisputeNotice::Opened)] {
            let notice = notice(&app, &other, id, stage, 500);
            assert!(disputes.heard("sandbox", &notice).await.expect("heard"), "{id}");
            assert!(!disputes.heard("sandbox", &notice).await.expect("heard"), "{id} again");
        }
        assert_eq!(balance(&merchant).await, (1_000, 500));
        expect_whole(&app).await;
    }

    async fn an_accepted_dispute_is_lost_and_answered_once(app: TestApp) {
        let merchant = app.merchant().await;
        let (_, dispute) = disputed(&merchant, FRAUDULENT).await;
        let stranger = app.merchant().await;
        answer(&stranger, &dispute, "accept", &json!({})).await.expect(404);
        stranger.get(&format!("/v1/disputes/{}", text(&dispute, "id"))).await.expect(404);
        let path = format!("/v1/disputes/{}/accept", text(&dispute, "id"));
        let first = merchant.send(reqwest::Method::POST, &path, Some("k-1"), None).await.expect(200);
        assert_eq!(first.text_at("/status"), "accepted");
        let again = merchant.send(reqwest::Method::POST, &path, Some("k-1"), None).await.expect(200);
        assert_eq!(again.text, first.text);
        answer(&merchant, &dispute, "accept", &json!({})).await.expect(409);
        assert_eq!(balance(&merchant).await, (0, 0));
        assert_eq!(kinds(&merchant).await, ["dispute.lost", "dispute.opened"]);
        expect_whole(&app).await;
    }

    async fn a_dispute_that_nobody_answers_is_lost_when_its_time_is_over(app: TestApp) {
        let merchant = app.merchant().await;
        let (_, dispute) = disputed(&merchant, FRAUDULENT).await;
        app.clock.advance(Duration::from_secs(7 * 24 * 3_600 + 60));
        becomes(&merchant, &dispute, "expired").await;
        assert_eq!(balance(&merchant).await, (0, 0));
        answer(&merchant, &dispute, "evidence", &json!({ "note": "wait", "submit": true })).await.expect(409);
        expect_whole(&app).await;
    }

    async fn notices_out_of_order_and_repeated_ones_do_no_harm(app: TestApp) {
        let merchant = app.merchant().await;
        let disputes = app.hub.services.disputes.clone();
        let id = merchant.pay(&Order::new(700, card::GOOD)).await.expect(201).text_at("/id");
        let hear = async |word: &str, stage| {
            disputes.heard("sandbox", &notice(&app, &id, word, stage, 700)).await.expect("heard")
        };
        // The decision overtakes the opening, which then changes nothing.
        assert!(hear("b", DisputeNotice::Won).await);
        assert!(!hear("a", DisputeNotice::Opened).await);
        assert_eq!(balance(&merchant).await, (700, 0));
        // A second opening is the issuer's answer to the decision.
        assert!(hear("c", DisputeNotice::Opened).await);
        assert_eq!(balance(&merchant).await, (0, 700));
        let list = merchant.get("/v1/disputes").await.expect(200).json();
        assert_eq!((list["data"].as_array().map(Vec::len), text(&list["data"][0], "stage")), (Some(1), "pre_arbitration"));
        assert!(hear("d", DisputeNotice::Lost).await);
        assert!(!hear("d", DisputeNotice::Lost).await);
        assert!(!hear("e", DisputeNotice::Won).await, "what is lost stays lost");
        assert_eq!(balance(&merchant).await, (0, 0));
        expect_whole(&app).await;
    }

    async fn what_was_refunded_is_not_taken_again_by_a_dispute(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201).text_at("/id");
        merchant.refund(&id, Some(600)).await.expect(201);
        let opened = notice(&app, &id, "1", DisputeNotice::Opened, 1_000);
        let disputes = &app.hub.services.disputes;
        // The bank speaks of an authorization before its answer is written down: it says it again.
        let mut early = opened.clone();
        if let NoticeSubject::Dispute { acquirer_ref, .. } = &mut early.about {
            *acquirer_ref = "not yet known".to_owned();
        }
        let refused = disputes.heard("sandbox", &early).await.expect_err("an unknown authorization");
        assert!(matches!(refused, DisputeError::UnknownAuthorization { .. }), "{refused}");
        assert!(disputes.heard("sandbox", &opened).await.expect("heard"));
        let list = merchant.get("/v1/disputes?status=opened").await.expect(200).json();
        assert_eq!((&list["data"][0]["amount"], &list["data"][0]["amount_held"]), (&json!(1_000), &json!(400)));
        assert_eq!(balance(&merchant).await, (0, 400));
        let connection = app.hub.services.store.migration_connection();
        let refused = connection.execute_unprepared("UPDATE payment SET disputed = disputed + 1").await;
        assert!(refused.expect_err("a constraint").to_string().contains("payment_disputed_check"));
        expect_whole(&app).await;
    }

    async fn what_a_failed_refund_leaves_free_is_held_too(app: TestApp) {
        let merchant = app.merchant().await;
        let payments = app.hub.services.payments.clone();
        let id = merchant.pay(&Order::new(1_000, card::REFUND_ANSWER_LOST)).await.expect(201).text_at("/id");
        let refund = merchant.refund(&id, Some(600)).await;
        assert_eq!((refund.status, refund.text_at("/status").as_str()), (201, "pending"));
        let opened = notice(&app, &id, "1", DisputeNotice::Opened, 900);
        assert!(app.hub.services.disputes.heard("sandbox", &opened).await.expect("heard"));
        assert_eq!(balance(&merchant).await, (600, 400));
        let details = payments.details(id.parse().expect("an id")).await.expect("details");
        let open = details.operations.iter().find(|one| one.status.is_open()).expect("the refund").id;
        // Staff may settle what they were told of.
        let connection = app.hub.services.store.migration_connection();
        let told = "UPDATE operation SET escalated_at = created_at, next_inquiry_at = NULL WHERE kind = 'refund'";
        connection.execute_unprepared(told).await.expect("told");
        let settled = payments.settle_by_hand(Actor::Operator, open, Settlement::Failed, "by letter".to_owned()).await;
        assert!(settled.is_ok(), "{settled:?}");
        assert_eq!(balance(&merchant).await, (100, 900));
        expect_whole(&app).await;
    }

    async fn the_issuer_may_take_back_another_amount_than_it_asked_about(app: TestApp) {
        let merchant = app.merchant().await;
        let disputes = app.hub.services.disputes.clone();
        let hear = async |notice: Notice| disputes.heard("sandbox", &notice).await.expect("heard");
        let less = merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201).text_at("/id");
        assert!(hear(notice(&app, &less, "1", DisputeNotice::Asked, 1_000)).await);
        assert!(hear(notice(&app, &less, "2", DisputeNotice::Opened, 300)).await);
        assert_eq!(balance(&merchant).await, (700, 300));
        // In another currency no amount can be compared: all that was taken is held.
        let other = merchant.pay(&Order::new(500, &card::numbered(9))).await.expect(201).text_at("/id");
        let mut dollars = notice(&app, &other, "3", DisputeNotice::Opened, 5);
        if let NoticeSubject::Dispute { amount, .. } = &mut dollars.about {
            *amount = Money::new(5, "USD".parse().expect("a currency")).expect("an amount");
        }
        assert!(hear(dollars).await);
        assert_eq!(balance(&merchant).await, (700, 800));
        expect_whole(&app).await;
    }

    async fn a_dispute_that_nobody_answered_may_still_be_won(app: TestApp) {
        let merchant = app.merchant().await;
        let (payment, dispute) = disputed(&merchant, FRAUDULENT).await;
        app.clock.advance(Duration::from_secs(7 * 24 * 3_600 + 60));
        becomes(&merchant, &dispute, "expired").await;
        let disputes = &app.hub.services.disputes;
        let id = text(&dispute, "id").parse().expect("an id");
        disputes.decide(&Actor::Operator, id, Decision::Won).await.expect("a decision");
        assert_eq!(balance(&merchant).await, (1_000, 0));
        merchant.refund(&payment, None).await.expect(201);
        expect_whole(&app).await;
    }

    async fn a_dispute_and_refunds_at_once_never_exceed_what_was_captured(app: TestApp) {
        let merchant = app.merchant().await;
        let disputes = app.hub.services.disputes.clone();
        for round in 0..10_u32 {
            let id = merchant.pay(&Order::new(100, &card::numbered(700_000 + round))).await.expect(201).text_at("/id");
            let opened = notice(&app, &id, &format!("n-{round}"), DisputeNotice::Opened, 100);
            let (heard, one, two) =
                tokio::join!(disputes.heard("sandbox", &opened), merchant.refund(&id, Some(60)), merchant.refund(&id, Some(60)));
            assert!(heard.expect("heard"));
            assert!(one.status != 201 || two.status != 201);
            let payment = merchant.get(&format!("/v1/payments/{id}")).await.expect(200).json();
            let amount = |name: &str| payment[name].as_i64().expect("an amount");
            assert!(amount("amount_refunded") + amount("amount_disputed") <= 100, "{payment}");
        }
        expect_whole(&app).await;
    }

    async fn staff_write_down_what_the_bank_told_by_letter(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201).text_at("/id");
        let disputes = &app.hub.services.disputes;
        let new = NewDispute {
            payment_id: id.parse().expect("an id"),
            minor: Some(300),
            dispute_ref: None,
            reason_code: "13.1".to_owned(),
            respond_by: None::<Timestamp>,
        };
        let opened = disputes.open(&Actor::Operator, &new).await.expect("a dispute");
        assert_eq!(balance(&merchant).await, (700, 300));
        assert!(disputes.open(&Actor::Operator, &NewDispute { minor: Some(1_001), ..new }).await.is_err());
        let dispute = opened.id.parse().expect("an id");
        let won = disputes.decide(&Actor::Operator, dispute, Decision::Won).await.expect("a decision");
        assert_eq!((won.status.as_str(), won.amount_held), ("won", 0));
        assert!(disputes.decide(&Actor::Operator, dispute, Decision::Lost).await.is_err());
        let audit = app.hub.services.audit.latest(Some(&id), 10).await.expect("the audit log");
        let actions: Vec<&str> = audit.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["dispute.decide", "dispute.open"]);
        expect_whole(&app).await;
    }
}
