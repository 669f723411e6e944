//! Reports: every figure is what payments and ledger say, at any moment, and each thing counts once.

use std::collections::BTreeMap;
use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::clock::{Clock, Timestamp};
use aviso_core::dispute::{Decision, NewDispute};
use aviso_core::id::PaymentId;
use aviso_core::ledger::fee::{Fee, FeeMethod};
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::history::Past;
use aviso_tests::{card, on_both_databases};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// A number generator that a seed decides: the same history on both databases.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).expect("small")
    }
}

fn today(app: &TestApp) -> String {
    app.clock.now().to_datetime().format("%Y-%m-%d").to_string()
}

/// The totals of the period around now in one currency.
async fn totals(app: &TestApp, merchant: &Merchant, currency: &str) -> Value {
    let day = today(app);
    let answer =
        merchant.get(&format!("/v1/reports/period?from=2026-01-01&to={day}&by=month")).await.expect(200).json();
    let all = answer["totals"].as_array().expect("totals").clone();
    all.into_iter().find(|one| one["currency"] == currency).unwrap_or_else(|| json!({}))
}

async fn expect_true(app: &TestApp) {
    let found = app.hub.services.reports.verify().await.expect("a check");
    assert!(!found.is_building);
    assert_eq!(found.differences, Vec::<String>::new());
}

async fn fold(app: &TestApp) {
    app.hub.services.reports.fold().await.expect("folded");
}

/// Does one thing of many, whatever its outcome: what a shop may send, it sends.
async fn do_something(app: &TestApp, merchant: &Merchant, chance: &mut Chance, made: &mut Vec<String>) {
    let pans = [card::GOOD, card::POOR, card::DECLINED, card::CHALLENGE, card::APPROVED_FOR_LESS, card::ANSWER_LOST];
    let amount = i64::try_from(chance.below(9_000)).expect("small") + 100;
    let known = |chance: &mut Chance, made: &[String]| made.get(chance.below(made.len().max(1))).cloned();
    match chance.below(10) {
        0..=3 => {
            let mut order = Order::new(amount, pans[chance.below(pans.len())]);
            order = order.with("currency", json!(["EUR", "KWD", "JPY"][chance.below(3)]));
            if chance.below(2) == 0 {
                order = order.reserved();
            }
            if chance.below(3) > 0 {
                order = order.by(&format!("buyer-{}@example.com", chance.below(4)));
            }
            let answer = merchant.pay(&order).await;
            made.extend(
                answer
                    .json()
                    .pointer("/id")
                    .or(answer.json().pointer("/payment/id"))
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
        }
        4 => {
            let order = Order::new(amount, card::GOOD)
                .from_wallet("sandbox_wallet")
                .with("return_url", json!("https://shop.example/back"));
            made.extend(merchant.pay(&order).await.json()["id"].as_str().map(str::to_owned));
        }
        5 | 6 => {
            if let Some(id) = known(chance, made) {
                let part = (chance.below(2) == 0).then_some(amount / 3 + 1);
                let body = part.map_or_else(|| json!({}), |part| json!({ "amount": part }));
                merchant.post(&format!("/v1/payments/{id}/capture"), &body).await;
            }
        }
        7 => {
            if let Some(id) = known(chance, made) {
                merchant.post(&format!("/v1/payments/{id}/void"), &json!({})).await;
            }
        }
        8 => {
            if let Some(id) = known(chance, made) {
                let part = (chance.below(2) == 0).then_some(amount / 4 + 1);
                merchant.refund(&id, part).await;
            }
        }
        _ => app.clock.advance(Duration::from_secs(60 * (1 + chance.below(600) as u64))),
    }
}

on_both_databases! {
    async fn figures_follow_what_happened_at_once_and_stay_when_they_are_folded(app: TestApp) {
        let merchant = app.merchant().await;
        let fee = Fee {
            merchant_id: merchant.scope.merchant.id,
            mode: merchant.scope.mode,
            currency: "EUR".parse().expect("a currency"),
            method: FeeMethod::Card,
            basis_points: 300,
            fixed: 10,
        };
        app.hub.services.ledger.set_fee(Actor::Operator, &fee).await.expect("a fee");
        let id = merchant.pay(&Order::new(10_000, card::GOOD).by("ana@example.com")).await.expect(201).text_at("/id");
        merchant.pay(&Order::new(5_000, card::GOOD).by("ana@example.com")).await.expect(201);
        merchant.pay(&Order::new(1_000, card::numbered(1).as_str())).await.expect(201);
        merchant.pay(&Order::new(700, card::POOR)).await.expect(402);
        merchant.pay(&Order::new(999, card::GOOD).with("currency", json!("JPY"))).await.expect(201);
        merchant.refund(&id, Some(2_500)).await.expect(201);
        let expected = |euros: &Value| {
            assert_eq!((&euros["payments"], &euros["amount_asked"]), (&json!(4), &json!(16_700)), "{euros}");
            assert_eq!((&euros["approved"], &euros["declined"]), (&json!(3), &json!(1)), "{euros}");
            assert_eq!((&euros["approval_percent"], &euros["conversion_percent"]), (&json!("75.00"), &json!("75.00")));
            assert_eq!((&euros["captures"], &euros["turnover"], &euros["average"]), (&json!(3), &json!(16_000), &json!(5_333)));
            assert_eq!((&euros["refunds"], &euros["amount_refunded"]), (&json!(1), &json!(2_500)), "{euros}");
            assert_eq!(euros["fees"], json!(310 + 160 + 40), "{euros}");
            assert_eq!((&euros["buyers_new"], &euros["buyers_returning"]), (&json!(2), &json!(1)), "{euros}");
        };
        expected(&totals(&app, &merchant, "EUR").await);
        assert_eq!(totals(&app, &merchant, "JPY").await["turnover"], 999);
        app.settle().await;
        app.hub.services.ledger.seal().await.expect("a seal");
        expected(&totals(&app, &merchant, "EUR").await);
        fold(&app).await;
        expected(&totals(&app, &merchant, "EUR").await);
        expect_true(&app).await;
        // Another merchant sees nothing of it.
        assert_eq!(totals(&app, &app.merchant().await, "EUR").await, json!({}));
    }

    async fn a_period_is_told_apart_by_method_country_reason_and_clock(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201);
        merchant.pay(&Order::new(2_000, card::POOR)).await.expect(402);
        fold(&app).await;
        let day = today(&app);
        let groups = async |part: &str| {
            let path = format!("/v1/reports/period?from={day}&to={day}&group={part}");
            let answer = merchant.get(&path).await.expect(200).json();
            let found = answer["groups"].as_array().expect("groups").clone();
            found.into_iter().map(|one| (one["value"].as_str().expect("a value").to_owned(), one["figures"][0].clone()))
                .collect::<BTreeMap<_, _>>()
        };
        let methods = groups("method").await;
        assert_eq!((&methods["visa"]["turnover"], &methods["visa"]["declined"]), (&json!(1_000), &json!(1)));
        assert_eq!(groups("decline").await["insufficient_funds"]["amount_declined"], 2_000);
        assert_eq!(groups("currency").await["EUR"]["payments"], 2);
        for part in ["country", "weekday", "hour"] {
            let parts = groups(part).await;
            let sum: i64 = parts.values().map(|one| one["turnover"].as_i64().expect("an amount")).sum();
            assert_eq!(sum, 1_000, "{part}: {parts:?}");
        }
        let realtime = merchant.get("/v1/reports/realtime?time_zone=UTC").await.expect(200).json();
        assert_eq!((&realtime["totals"][0]["turnover"], &realtime["date"]), (&json!(1_000), &json!(day)));
        let minutes = realtime["minutes"].as_array().expect("minutes");
        let sum = |name: &str| minutes.iter().map(|one| one[name].as_i64().expect("a number")).sum::<i64>();
        assert_eq!((sum("payments"), sum("turnover")), (2, 1_000));
    }

    async fn every_figure_is_what_payments_and_ledger_say_after_any_history(app: TestApp) {
        let merchants = [app.merchant().await, app.merchant().await];
        for seed in [20_261_124, 7] {
            let mut chance = Chance(seed);
            let mut made = [Vec::new(), Vec::new()];
            for step in 0..60 {
                let which = chance.below(2);
                do_something(&app, &merchants[which], &mut chance, &mut made[which]).await;
                match step % 12 {
                    4 => fold(&app).await,
                    // Payments, their events and the ledger may be anywhere on their way.
                    8 => expect_true(&app).await,
                    _ => {}
                }
            }
            let captured = &made[0];
            for id in captured.iter().take(6) {
                let payment: PaymentId = id.parse().expect("an id");
                let new = NewDispute {
                    payment_id: payment, minor: None, dispute_ref: None, reason_code: "10.4".to_owned(), respond_by: None,
                };
                // Whatever of it was taken and not given back.
                if let Ok(dispute) = app.hub.services.disputes.open(&Actor::Operator, &new).await {
                    let dispute = dispute.id.parse().expect("an id");
                    app.hub.services.disputes.decide(&Actor::Operator, dispute, Decision::Lost).await.expect("lost");
                }
            }
            expect_true(&app).await;
            app.settle().await;
            app.hub.services.ledger.seal().await.expect("a seal");
            fold(&app).await;
            expect_true(&app).await;
        }
        let before = totals(&app, &merchants[0], "EUR").await;
        assert!(before["payments"].as_i64().expect("a number") > 5, "{before}");
        app.hub.services.reports.rebuild().await.expect("counted again");
        expect_true(&app).await;
        assert_eq!(totals(&app, &merchants[0], "EUR").await, before);
    }

    async fn what_several_fold_at_once_counts_once(app: TestApp) {
        let merchant = app.merchant().await;
        let from = app.clock.now().before(Duration::from_secs(40 * 86_400));
        let past = Past {
            merchant: merchant.scope.merchant.id,
            mode: merchant.scope.mode,
            payments: 3_000,
            from,
            step: Duration::from_secs(900),
        };
        past.write(&app.hub.services.store.migration_connection()).await;
        app.hub.services.ledger.seal().await.expect("a seal");
        let reports = app.hub.services.reports.clone();
        let rebuilt = tokio::spawn({
            let reports = reports.clone();
            async move { reports.rebuild().await }
        });
        let mut folds = Vec::new();
        for _ in 0..4 {
            let reports = reports.clone();
            folds.push(tokio::spawn(async move { reports.fold().await }));
        }
        for number in 0..10 {
            merchant.pay(&Order::new(100 + number, card::GOOD)).await.expect(201);
        }
        rebuilt.await.expect("no panic").expect("counted");
        for folded in folds {
            folded.await.expect("no panic").expect("folded");
        }
        fold(&app).await;
        expect_true(&app).await;
        let euros = totals(&app, &merchant, "EUR").await;
        assert_eq!((&euros["payments"], &euros["captures"]), (&json!(3_010), &json!(2_510)), "{euros}");
    }

    async fn a_figure_that_somebody_changed_is_found_and_counted_again(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201);
        app.settle().await;
        app.hub.services.ledger.seal().await.expect("a seal");
        fold(&app).await;
        expect_true(&app).await;
        let connection = app.hub.services.store.migration_connection();
        let forged = "UPDATE report_rollup SET captured = captured + 1 WHERE dimension = 'total' AND span = 86400";
        connection.execute_unprepared(forged).await.expect("a changed figure");
        let found = app.hub.services.reports.verify().await.expect("a check");
        assert_eq!(found.differences.len(), 1, "{found:?}");
        app.hub.services.reports.rebuild().await.expect("counted again");
        expect_true(&app).await;
    }

    async fn days_are_those_of_the_time_zone_when_clocks_change(app: TestApp) {
        let merchant = app.merchant().await;
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        // A payment every hour around the night in which Madrid's clocks go back.
        let past = Past {
            merchant: merchant.scope.merchant.id,
            mode: merchant.scope.mode,
            payments: 72,
            from: at("2025-10-24T22:30:00Z"),
            step: Duration::from_secs(3_600),
        };
        past.write(&app.hub.services.store.migration_connection()).await;
        app.hub.services.ledger.seal().await.expect("a seal");
        app.hub.services.reports.rebuild().await.expect("counted");
        let path = "/v1/reports/period?from=2025-10-25&to=2025-10-27&time_zone=Europe/Madrid";
        let days = merchant.get(path).await.expect(200).json();
        let counts: Vec<i64> = days["stretches"].as_array().expect("days").iter()
            .map(|day| day["figures"][0]["payments"].as_i64().unwrap_or_default()).collect();
        assert_eq!(counts, [24, 25, 23]);
        let hours = merchant.get(&format!("{path}&by=hour")).await.expect(200).json();
        let starts: Vec<&str> = hours["stretches"].as_array().expect("hours").iter()
            .filter_map(|hour| hour["start"].as_str()).filter(|start| start.starts_with("2025-10-26T02")).collect();
        assert_eq!(starts, ["2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00"]);
        // Kathmandu is three quarters of an hour off.
        let path = "/v1/reports/period?from=2025-10-25&to=2025-10-25&time_zone=Asia/Kathmandu";
        assert_eq!(merchant.get(path).await.expect(200).json()["totals"][0]["payments"], 20);

        let year = merchant.get("/v1/reports/annual?year=2025&time_zone=Europe/Madrid").await.expect(200).json();
        assert_eq!((&year["running"], &year["current"]["totals"][0]["payments"]), (&json!(false), &json!(72)));
        assert_eq!((&year["current"]["to"], &year["previous"]["from"]), (&json!("2025-12-31"), &json!("2024-01-01")));
        assert_eq!(year["current"]["months"][9]["start"], "2025-10");
        let by_method: i64 = year["methods"].as_array().expect("methods").iter()
            .map(|one| one["figures"][0]["turnover"].as_i64().expect("an amount")).sum();
        assert_eq!(by_method, year["current"]["totals"][0]["turnover"].as_i64().expect("an amount"));
        let next = merchant.get("/v1/reports/annual?year=2026&time_zone=Europe/Madrid").await.expect(200).json();
        assert_eq!(next["running"], true);
        assert_eq!(next["previous"]["totals"][0]["payments"], 72, "the same days a year before");
    }

    async fn what_is_wrong_in_a_question_is_named(app: TestApp) {
        let merchant = app.merchant().await;
        for (path, parameter) in [
            ("/v1/reports/period", "from"),
            ("/v1/reports/period?from=2026-01-01", "to"),
            ("/v1/reports/period?from=2026-02-30&to=2026-03-01", "from"),
            ("/v1/reports/period?from=2026-01-02&to=2026-01-01", "to"),
            ("/v1/reports/period?from=2026-01-01&to=2026-01-01&by=minute", "by"),
            ("/v1/reports/period?from=2020-01-01&to=2026-12-31&by=day", "by"),
            ("/v1/reports/period?from=2026-01-01&to=2026-01-01&group=bank", "group"),
            ("/v1/reports/period?from=2026-01-01&to=2026-01-01&time_zone=Madrid", "time_zone"),
            ("/v1/reports/period?from=2026-01-01&to=2026-01-01&zone=UTC", "zone"),
            ("/v1/reports/annual", "year"),
            ("/v1/reports/annual?year=26", "year"),
            ("/v1/reports/annual?year=9999", "year"),
            ("/v1/reports/annual?year=0000", "year"),
            ("/v1/reports/registry", "date"),
            ("/v1/reports/registry?date=2026-01-01&limit=0", "limit"),
            ("/v1/reports/registry?date=2026-01-01&starting_after=ltx_1", "starting_after"),
            ("/v1/reports/payments.csv?from=2026-01-01", "to"),
            ("/v1/reports/refunds.json?from=x&to=2026-01-01", "from"),
        ] {
            let problem = merchant.get(path).await.expect(422).json();
            assert_eq!((&problem["code"], &problem["param"]), (&json!("query_invalid"), &json!(parameter)), "{path}: {problem}");
        }
    }

    async fn fraud_is_told_apart_from_what_banks_refuse(app: TestApp) {
        let merchant = app.merchant().await;
        let id = merchant.pay(&Order::new(3_000, card::GOOD)).await.expect(201).text_at("/id");
        let payment: PaymentId = id.parse().expect("an id");
        let new = NewDispute {
            payment_id: payment, minor: None, dispute_ref: None, reason_code: "10.4".to_owned(), respond_by: None,
        };
        let dispute = app.hub.services.disputes.open(&Actor::Operator, &new).await.expect("a dispute");
        let disputes = async || totals(&app, &merchant, "EUR").await["disputes"].clone();
        assert_eq!((&disputes().await["opened"], &disputes().await["lost"]), (&json!(1), &json!(0)));
        let dispute = dispute.id.parse().expect("an id");
        app.hub.services.disputes.decide(&Actor::Operator, dispute, Decision::Lost).await.expect("lost");
        let now = disputes().await;
        assert_eq!((&now["lost"], &now["fraud_missed"], &now["amount_fraud_missed"]), (&json!(1), &json!(1), &json!(3_000)));
    }
}
