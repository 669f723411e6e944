//! Exports: whole, harmless in spreadsheets, and as large as they may be without holding anything.

use std::collections::BTreeSet;
use std::time::Duration;

use aviso_core::clock::Clock;
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::history::Past;
use aviso_tests::{card, on_both_databases};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn seeded(app: &TestApp, payments: usize) -> (Merchant, String) {
    let merchant = app.merchant().await;
    let past = Past {
        merchant: merchant.scope.merchant.id,
        mode: merchant.scope.mode,
        payments,
        from: app.clock.now().before(Duration::from_secs(20 * 86_400)),
        step: Duration::from_secs(60),
    };
    past.write(&app.hub.services.store.migration_connection()).await;
    let from = past.from.to_datetime().format("%Y-%m-%d");
    let to = app.clock.now().to_datetime().format("%Y-%m-%d");
    (merchant, format!("from={from}&to={to}"))
}

fn records(csv: &str) -> Vec<csv::StringRecord> {
    let text = csv.strip_prefix('\u{feff}').expect("the mark of its letters");
    csv::Reader::from_reader(text.as_bytes()).records().collect::<Result<_, _>>().expect("a table")
}

on_both_databases! {
    async fn a_long_export_has_every_row_once(app: TestApp) {
        let (merchant, span) = seeded(&app, 1_733).await;
        let answer = merchant.get(&format!("/v1/reports/payments.csv?{span}")).await.expect(200);
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        assert!(answer.headers["content-disposition"].to_str().expect("text").contains("payments-"));
        let rows = records(&answer.text);
        let orders: BTreeSet<&str> = rows.iter().map(|row| &row[2]).collect();
        assert_eq!((rows.len(), orders.len()), (1_733, 1_733));
        assert!(rows.iter().all(|row| row[4].contains('.') && &row[5] == "EUR"), "amounts are plain numbers");
        let exported: Value = merchant.get(&format!("/v1/reports/payments.json?{span}")).await.expect(200).json();
        assert_eq!(exported["data"].as_array().expect("rows").len(), 1_733);
        assert_eq!(exported["data"][0]["amount"], 1_000, "minor units, as elsewhere in the API");
        let moved = records(&merchant.get(&format!("/v1/reports/operations.csv?{span}")).await.expect(200).text);
        assert_eq!(moved.len(), 1_733 - 1_733 / 6);
        assert!(moved.iter().all(|row| &row[1] == "capture" && row[10].starts_with("rrn-")));
        // Another merchant's file has a head and nothing else; that is JSON, too.
        let other = app.merchant().await;
        assert!(records(&other.get(&format!("/v1/reports/payments.csv?{span}")).await.expect(200).text).is_empty());
        let none: Value = other.get(&format!("/v1/reports/refunds.json?{span}")).await.expect(200).json();
        assert_eq!(none, json!({ "object": "export", "data": [] }));
    }

    async fn names_that_look_like_formulas_are_none(app: TestApp) {
        let merchant = app.merchant().await;
        let order = Order::new(1_000, card::GOOD).with("order_ref", json!("=1+cmd|' /C calc'!A0"));
        let id = merchant.pay(&order).await.expect(201).text_at("/id");
        let body = json!({ "payment": id, "amount": 5, "refund_ref": "@SUM(A1)", "reason": "-2+3" });
        merchant.post("/v1/refunds", &body).await.expect(201);
        let day = app.clock.now().to_datetime().format("%Y-%m-%d").to_string();
        let span = format!("from={day}&to={day}");
        let payments = records(&merchant.get(&format!("/v1/reports/payments.csv?{span}")).await.expect(200).text);
        assert_eq!((&payments[0][2], &payments[0][4]), ("'=1+cmd|' /C calc'!A0", "10.00"));
        let refunds = records(&merchant.get(&format!("/v1/reports/refunds.csv?{span}")).await.expect(200).text);
        assert_eq!((&refunds[0][3], &refunds[0][5], &refunds[0][7]), ("'@SUM(A1)", "0.05", "'-2+3"));
        // A program gets what was given.
        let json: Value = merchant.get(&format!("/v1/reports/refunds.json?{span}")).await.expect(200).json();
        assert_eq!(json["data"][0]["refund_ref"], "@SUM(A1)");
        let page = merchant.get(&format!("/v1/reports/registry?date={day}&limit=1")).await.expect(200).json();
        assert_eq!((&page["data"][0]["kind"], &page["has_more"]), (&json!("capture"), &json!(true)));
        let last = page["data"][0]["id"].as_str().expect("an id");
        let next = merchant.get(&format!("/v1/reports/registry?date={day}&starting_after={last}")).await.expect(200).json();
        assert_eq!((&next["data"][0]["kind"], &next["has_more"]), (&json!("refund"), &json!(false)));
        assert_eq!(next["totals"][0]["turnover"], 1_000);
    }

    async fn clients_that_stop_reading_hold_up_nobody(app: TestApp) {
        let (merchant, span) = seeded(&app, 6_000).await;
        // More than there are connections to either database. Each asks for some two megabytes and reads a little.
        let mut stalled = Vec::new();
        for _ in 0..24 {
            let mut socket = TcpStream::connect(app.hub.address).await.expect("a connection");
            let request = format!(
                "GET /v1/reports/payments.json?{span} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
                merchant.key.expose()
            );
            socket.write_all(request.as_bytes()).await.expect("a request");
            let mut head = [0; 12];
            socket.read_exact(&mut head).await.expect("the beginning of an answer");
            assert_eq!(&head, b"HTTP/1.1 200");
            stalled.push(socket);
        }
        let others = app.merchant().await;
        for number in 0..5 {
            others.pay(&Order::new(1_000 + number, card::GOOD)).await.expect(201);
        }
        // Whoever goes on reading gets all of it.
        let mut rest = Vec::new();
        let mut first = stalled.swap_remove(0);
        let mut part = vec![0; 65_536];
        while !rest.ends_with(b"\n]}\n\r\n0\r\n\r\n") {
            let count = first.read(&mut part).await.expect("more of the answer");
            assert!(count > 0, "the answer ended too soon");
            rest.extend_from_slice(&part[..count]);
        }
    }
}
