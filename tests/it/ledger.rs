//! The ledger: every step of a payment in the books, and books that cannot be changed unnoticed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::ledger::fee::{Fee, FeeMethod};
use aviso_core::ledger::{Amount, Fault, LedgerError, NewPayout, Report};
use aviso_migrations::{Migrator, MigratorTrait};
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::{card, on_both_databases};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// Sets what a merchant pays: 2.9 % and 0.30.
async fn charge(app: &TestApp, merchant: &Merchant) {
    let fee = Fee {
        merchant_id: merchant.scope.merchant.id,
        mode: merchant.scope.mode,
        currency: "EUR".parse().expect("a currency"),
        method: FeeMethod::Card,
        basis_points: 290,
        fixed: 30,
    };
    app.hub.services.ledger.set_fee(Actor::Operator, &fee).await.expect("a fee");
}

/// Held, pending, available in euro cents.
async fn balance(merchant: &Merchant) -> (i64, i64, i64) {
    let answer = merchant.get("/v1/balance").await.expect(200).json();
    let Some(euros) = answer["balances"].as_array().and_then(|all| all.iter().find(|one| one["currency"] == "EUR"))
    else {
        return (0, 0, 0);
    };
    let amount = |name: &str| euros[name].as_i64().expect("an amount");
    (amount("held"), amount("pending"), amount("available"))
}

async fn capture(merchant: &Merchant, id: &str, amount: i64) -> u16 {
    merchant.post(&format!("/v1/payments/{id}/capture"), &json!({ "amount": amount })).await.status
}

/// Seals what waits and checks the books.
async fn audit(app: &TestApp) -> Report {
    app.hub.services.ledger.seal().await.expect("a seal");
    app.hub.services.ledger.audit().await.expect("a check")
}

async fn expect_whole(app: &TestApp) {
    let report = audit(app).await;
    assert!(report.is_whole(), "{report:?}");
}

async fn run_sql(app: &TestApp, sql: &str) -> Result<(), sea_orm::DbErr> {
    let connection = app.hub.services.store.migration_connection();
    connection.execute_unprepared(sql).await.map(|_| ())
}

/// Sets the guards of entries aside, as whoever wants to cheat would.
async fn disarm(app: &TestApp) {
    let guards: &[&str] = match app.hub.services.store.backend_name() {
        "postgres" => {
            &["DROP TRIGGER ledger_entry_guard ON ledger_entry", "DROP TRIGGER ledger_seal_guard ON ledger_seal"]
        }
        _ => &[
            "DROP TRIGGER ledger_entry_update_guard",
            "DROP TRIGGER ledger_entry_delete_guard",
            "DROP TRIGGER ledger_seal_delete_guard",
        ],
    };
    for guard in guards {
        run_sql(app, guard).await.expect("a dropped guard");
    }
}

fn fresh_card() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(500_000);
    card::numbered(NEXT.fetch_add(1, Ordering::SeqCst))
}

on_both_databases! {
    async fn each_step_of_a_payment_moves_what_it_says(app: TestApp) {
        let merchant = app.merchant().await;
        charge(&app, &merchant).await;
        assert_eq!(balance(&merchant).await, (0, 0, 0));
        let id = merchant.pay(&Order::new(10_000, card::GOOD).reserved()).await.expect(201).text_at("/id");
        assert_eq!(balance(&merchant).await, (10_000, 0, 0));
        // 2.9 % of 60.00 and 0.30, once a payment.
        assert_eq!(capture(&merchant, &id, 6_000).await, 200);
        assert_eq!(balance(&merchant).await, (4_000, 6_000 - 204, 0));
        assert_eq!(capture(&merchant, &id, 1_000).await, 200);
        assert_eq!(balance(&merchant).await, (3_000, 7_000 - 204 - 29, 0));
        merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await.expect(200);
        assert_eq!(balance(&merchant).await, (0, 6_767, 0));
        let refund = merchant.refund(&id, Some(2_000)).await.expect(201).text_at("/id");
        assert_eq!(balance(&merchant).await, (0, 4_767, 0));
        merchant.refund(&id, Some(9_999)).await.expect(422);
        merchant.pay(&Order::new(500, card::DECLINED)).await;
        assert_eq!(balance(&merchant).await, (0, 4_767, 0));

        let entries = merchant.get(&format!("/v1/ledger/entries?payment={id}")).await.expect(200).json();
        let kinds: Vec<&str> = entries["data"].as_array().expect("a list").iter().filter_map(|e| e["kind"].as_str()).collect();
        assert_eq!(kinds, [
            "refund", "release", "capture", "capture", "capture", "capture", "capture", "capture", "authorization",
        ]);
        assert_eq!(entries["data"][0]["subject"], refund);
        assert_eq!(entries["data"][0]["credit"], "acquirer:sandbox:receivable");
        expect_whole(&app).await;
    }

    async fn a_settlement_makes_money_available_and_a_payout_closes_it(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.listen().await;
        let ledger = app.hub.services.ledger.clone();
        let id = merchant.pay(&Order::new(10_000, card::GOOD)).await.expect(201).text_at("/id");
        app.clock.advance(Duration::from_secs(3_600));
        let cut_off = app.clock.now();
        app.clock.advance(Duration::from_secs(3_600));
        merchant.pay(&Order::new(700, card::GOOD)).await.expect(201);
        let settled = ledger.settle(&Actor::Operator, cut_off, None).await.expect("a settlement");
        assert_eq!((settled.len(), settled[0].moved, settled[0].cash), (1, 10_000, 10_000));
        assert_eq!(balance(&merchant).await, (0, 700, 10_000));
        assert!(ledger.settle(&Actor::Operator, cut_off, None).await.expect("again").is_empty());

        // More goes back than came in since: it is owed, and cannot be paid out.
        merchant.refund(&id, Some(3_000)).await.expect(201);
        assert_eq!(balance(&merchant).await, (0, -2_300, 10_000));
        let new = NewPayout {
            merchant_id: merchant.scope.merchant.id,
            mode: merchant.scope.mode,
            currency: "EUR".parse().expect("a currency"),
            amount: Amount::Minor(7_701),
        };
        let refused = ledger.payout(&Actor::Operator, &new).await.expect_err("more than there is");
        assert!(matches!(refused, LedgerError::AmountTooLarge { payable: 7_700, .. }), "{refused}");
        let paid = ledger.payout(&Actor::Operator, &NewPayout { amount: Amount::Minor(7_000), ..new }).await.expect("paid");
        assert_eq!(balance(&merchant).await, (0, -2_300, 3_000));
        let later = ledger.settle(&Actor::Operator, app.clock.now(), None).await.expect("a settlement");
        assert_eq!((later[0].moved, later[0].cash), (-2_300, -2_300));
        assert_eq!(balance(&merchant).await, (0, 0, 700));
        let rest = ledger.payout(&Actor::Operator, &NewPayout { amount: Amount::All, ..new }).await.expect("the rest");
        assert_eq!(rest.amount.minor(), 700);
        assert!(ledger.payout(&Actor::Operator, &NewPayout { amount: Amount::All, ..new }).await.is_err());

        let list = merchant.get("/v1/payouts").await.expect(200).json();
        let ids: Vec<&Value> = list["data"].as_array().expect("a list").iter().map(|payout| &payout["id"]).collect();
        assert_eq!(ids, [&json!(rest.id.to_string()), &json!(paid.id.to_string())]);
        app.settle().await;
        let told = merchant.get("/v1/events?type=payout.paid").await.expect(200).json();
        assert_eq!(told["data"][1]["data"]["payout"]["amount"], 7_000);
        let stranger = app.merchant().await;
        for path in ["/v1/payouts", "/v1/ledger/entries"] {
            assert_eq!(stranger.get(path).await.expect(200).json()["data"], json!([]), "{path}");
        }
        expect_whole(&app).await;
    }

    async fn payouts_at_once_never_exceed_what_is_available(app: TestApp) {
        let merchant = app.merchant().await;
        let ledger = app.hub.services.ledger.clone();
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        ledger.settle(&Actor::Operator, app.clock.now().after(Duration::from_secs(1)), None).await.expect("a settlement");
        let new = NewPayout {
            merchant_id: merchant.scope.merchant.id,
            mode: merchant.scope.mode,
            currency: "EUR".parse().expect("a currency"),
            amount: Amount::Minor(30),
        };
        let paid = futures::future::join_all((0..8).map(|_| ledger.payout(&Actor::Operator, &new))).await;
        assert_eq!(paid.iter().filter(|one| one.is_ok()).count(), 3, "{paid:?}");
        assert_eq!(balance(&merchant).await, (0, 0, 10));
        expect_whole(&app).await;
    }

    async fn refunds_and_captures_at_once_never_exceed_what_was_captured(app: TestApp) {
        let merchant = app.merchant().await;
        charge(&app, &merchant).await;
        for _ in 0..5 {
            let id = merchant.pay(&Order::new(100, &fresh_card())).await.expect(201).text_at("/id");
            let (one, two) = tokio::join!(merchant.refund(&id, Some(60)), merchant.refund(&id, Some(60)));
            let mut both = [one.status, two.status];
            both.sort_unstable();
            assert_eq!(both, [201, 422]);
        }
        let mixes = (0..20_i64).map(|n| {
            let merchant = merchant.clone();
            async move {
                let id = merchant.pay(&Order::new(1_000, &fresh_card()).reserved()).await.expect(201).text_at("/id");
                let amounts = [300 + n * 20, 400, 350];
                let captures = amounts.map(|amount| capture(&merchant, &id, amount));
                let refunds = [500, 300, 200 + n * 10].map(|amount| merchant.refund(&id, Some(amount)));
                tokio::join!(futures::future::join_all(captures), futures::future::join_all(refunds));
                let payment = merchant.get(&format!("/v1/payments/{id}")).await.expect(200).json();
                let amount = |name: &str| payment[name].as_i64().expect("an amount");
                assert!(amount("amount_captured") <= 1_000 && amount("amount_refunded") <= amount("amount_captured"), "{payment}");
            }
        });
        futures::future::join_all(mixes).await;
        let bank = app.hub.services.bank.authorizations();
        assert!(bank.iter().all(|one| one.refunded_minor <= one.captured_minor && one.captured_minor <= one.authorized_minor));
        expect_whole(&app).await;
    }

    async fn lost_answers_are_booked_once_they_are_known(app: TestApp) {
        let merchant = app.merchant().await;
        for pan in [card::ANSWER_LOST, card::REQUEST_LOST, card::APPROVED_FOR_LESS, card::REFUND_ANSWER_LOST] {
            let id = merchant.pay(&Order::new(1_000, pan)).await.text_at("/id");
            if pan == card::REFUND_ANSWER_LOST {
                merchant.refund(&id, Some(400)).await;
            }
        }
        app.clock.advance(Duration::from_secs(10));
        aviso_tests::until::until("every outcome being known", async || {
            let open = app.hub.services.payments.backlog().await.ok()?.0;
            (open == 0).then_some(())
        })
        .await;
        assert_eq!(balance(&merchant).await, (0, 1_600, 0));
        expect_whole(&app).await;
    }

    async fn entries_cannot_be_changed_or_taken_out(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.pay(&Order::new(100, card::GOOD)).await.expect(201);
        app.hub.services.ledger.seal().await.expect("a seal");
        for sql in [
            "UPDATE ledger_entry SET amount = amount + 1",
            "DELETE FROM ledger_entry",
            "UPDATE ledger_seal SET hash = ''",
            "DELETE FROM ledger_seal",
        ] {
            let refused = run_sql(&app, sql).await.expect_err(sql).to_string();
            assert!(refused.contains("immutable"), "{refused}");
        }
        if app.hub.services.store.backend_name() == "postgres" {
            run_sql(&app, "TRUNCATE ledger_entry").await.expect_err("a truncation");
        }
        expect_whole(&app).await;
    }

    async fn a_check_finds_what_was_tampered_with(app: TestApp) {
        let merchant = app.merchant().await;
        for amount in [100, 200, 300] {
            merchant.pay(&Order::new(amount, card::GOOD)).await.expect(201);
        }
        expect_whole(&app).await;
        disarm(&app).await;
        run_sql(&app, "UPDATE ledger_entry SET amount = 201 WHERE amount = 200").await.expect("a changed entry");
        let report = audit(&app).await;
        let has = |fault: &dyn Fn(&Fault) -> bool| report.faults.iter().any(fault);
        assert!(has(&|fault| matches!(fault, Fault::Chain { number: 2, .. })), "{report:?}");
        assert!(has(&|fault| matches!(fault, Fault::Balance { difference: -1, .. })), "{report:?}");
        if app.hub.services.store.backend_name() == "postgres" {
            let said = aviso::ledger::run(&app.config, aviso::cli::LedgerCommand::Verify).await.expect("an answer");
            assert!(!said.is_well && said.text.contains("the chain breaks at number 2"), "{}", said.text);
        }
        assert!(has(&|fault| matches!(fault, Fault::Payment { what: "captured", payment_says: 200, ledger_says: 201, .. })));
        run_sql(&app, "UPDATE ledger_entry SET amount = 200 WHERE amount = 201").await.expect("changed back");
        expect_whole(&app).await;

        run_sql(&app, "UPDATE payment SET captured = captured - 1 WHERE amount = 300").await.expect("a changed payment");
        let report = audit(&app).await;
        let amounts = |fault: &Fault| matches!(fault, Fault::Payment { what: "captured", payment_says: 299, ledger_says: 300, .. });
        assert!(report.faults.iter().any(amounts), "{report:?}");
        run_sql(&app, "UPDATE payment SET captured = captured + 1 WHERE amount = 300").await.expect("changed back");

        run_sql(&app, "UPDATE ledger_balance SET balance = balance + 5 WHERE account LIKE '%:pending'").await.expect("a balance");
        let report = audit(&app).await;
        assert!(report.faults.iter().any(|fault| matches!(fault, Fault::Unbalanced { total: 5, .. })), "{report:?}");
        run_sql(&app, "UPDATE ledger_balance SET balance = balance - 5 WHERE account LIKE '%:pending'").await.expect("back");

        run_sql(&app, "DELETE FROM ledger_seal WHERE number = 3").await.expect("a seal taken out");
        let report = audit(&app).await;
        assert!(report.faults.contains(&Fault::Head { number: 3 }), "{report:?}");
        assert!(report.faults.iter().any(|fault| matches!(fault, Fault::Unchained(_))), "{report:?}");
        run_sql(&app, "DELETE FROM ledger_entry WHERE amount = 100").await.expect("an entry taken out");
        let report = audit(&app).await;
        assert!(report.faults.iter().any(|fault| matches!(fault, Fault::Chain { number: 1, .. })), "{report:?}");
    }

    async fn instances_that_seal_at_once_make_one_chain(app: TestApp) {
        let merchant = app.merchant().await;
        let ledger = app.hub.services.ledger.clone();
        for _ in 0..3 {
            let paid = futures::future::join_all((0..40).map(|_| {
                let merchant = merchant.clone();
                async move { merchant.pay(&Order::new(100, &fresh_card())).await.status }
            }));
            let sealers = futures::future::join_all((0..4).map(|_| async {
                for _ in 0..10 {
                    ledger.seal().await.expect("a seal");
                    tokio::task::yield_now().await;
                }
            }));
            tokio::join!(paid, sealers);
        }
        let report = audit(&app).await;
        assert!(report.is_whole(), "{report:?}");
        assert_eq!((report.sealed, report.unsealed, report.payments), (120, 0, 120));
        assert_eq!(balance(&merchant).await, (0, 12_000, 0));
    }

    async fn entries_come_a_page_at_a_time(app: TestApp) {
        let merchant = app.merchant().await;
        charge(&app, &merchant).await;
        for _ in 0..3 {
            merchant.pay(&Order::new(1_000, &fresh_card())).await.expect(201);
            app.clock.advance(Duration::from_millis(5));
        }
        let whole = merchant.get("/v1/ledger/entries").await.expect(200).json();
        let all: Vec<Value> = whole["data"].as_array().expect("a list").clone();
        assert_eq!(all.len(), 6);
        let (mut seen, mut path) = (Vec::new(), "/v1/ledger/entries?limit=4".to_owned());
        loop {
            let page = merchant.get(&path).await.expect(200);
            seen.extend(page.json()["data"].as_array().expect("a list").iter().cloned());
            if page.json()["has_more"] == false {
                break;
            }
            path = format!("/v1/ledger/entries?limit=4&starting_after={}", seen.last().expect("an entry")["id"].as_str().expect("an id"));
        }
        assert_eq!(seen, all);
        let middle = all[2]["created_at"].as_str().expect("a time");
        let late = merchant.get(&format!("/v1/ledger/entries?created_from={middle}")).await.expect(200).json();
        assert_eq!(late["data"].as_array().map(Vec::len), Some(4));
        let early = merchant.get(&format!("/v1/ledger/entries?created_before={middle}&kind=capture")).await.expect(200).json();
        assert_eq!(early["data"].as_array().map(Vec::len), Some(2));
        for wrong in ["kind=gift", "created_from=yesterday", "starting_after=ltx_1", "colour=red"] {
            let refused = merchant.get(&format!("/v1/ledger/entries?{wrong}")).await;
            assert_eq!(refused.text_at("/code"), "query_invalid", "{wrong}");
        }
    }

    async fn payments_older_than_the_ledger_are_opened_as_they_stand(app: TestApp) {
        let merchant = app.merchant().await;
        let reserved = merchant.pay(&Order::new(500, card::GOOD).reserved()).await.expect(201).text_at("/id");
        assert_eq!(capture(&merchant, &reserved, 200).await, 200);
        let paid = merchant.pay(&Order::new(1_000, &fresh_card())).await.expect(201).text_at("/id");
        merchant.refund(&paid, Some(300)).await.expect(201);
        merchant.pay(&Order::new(900, card::DECLINED)).await;
        app.settle().await;
        let connection = app.hub.services.store.migration_connection();
        let names: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
        let ours = names.iter().position(|name| name == "m20261124_000008_create_ledger").expect("the ledger's step");
        let steps = u32::try_from(names.len() - ours).expect("few steps");
        Migrator::down(&connection, Some(steps)).await.expect("down");
        Migrator::up(&connection, None).await.expect("up");

        assert_eq!(balance(&merchant).await, (300, 200 + 700, 0));
        let opened = merchant.get("/v1/ledger/entries?kind=opening").await.expect(200).json();
        assert_eq!(opened["data"].as_array().map(Vec::len), Some(4));
        expect_whole(&app).await;
        assert_eq!(capture(&merchant, &reserved, 300).await, 200);
        merchant.refund(&paid, Some(700)).await.expect(201);
        assert_eq!(balance(&merchant).await, (0, 500, 0));
        expect_whole(&app).await;
    }
}
