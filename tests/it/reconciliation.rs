//! Settlement files of acquirers beside our books.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::reconciliation::{Fit, Imported, ItemFilter, Layout, NewImport, ReconciliationError};
use aviso_tests::actor::{Merchant, Order};
use aviso_tests::app::TestApp;
use aviso_tests::history::Past;
use aviso_tests::{card, on_both_databases};

/// What the bank says it did, by the export that has its references.
async fn operations(app: &TestApp, merchant: &Merchant) -> Vec<csv::StringRecord> {
    let day = app.clock.now().to_datetime().format("%Y-%m-%d").to_string();
    let path = format!("/v1/reports/operations.csv?from=2026-01-01&to={day}");
    let text = merchant.get(&path).await.expect(200).text;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().collect::<Result<_, _>>().expect("a table")
}

fn new_import(app: &TestApp) -> NewImport {
    let now = app.clock.now();
    NewImport {
        acquirer: "sandbox".to_owned(),
        file_name: "settlement.csv".to_owned(),
        layout: Layout::default(),
        from: now.before(Duration::from_secs(86_400)),
        until: now.after(Duration::from_secs(60)),
    }
}

async fn import(app: &TestApp, text: &str) -> Result<Imported, ReconciliationError> {
    let bytes = text.as_bytes().to_vec();
    app.hub.services.reconciliation.import(&Actor::Operator, &new_import(app), || Ok(Cursor::new(bytes.clone()))).await
}

fn counts(found: &Imported) -> BTreeMap<&str, i64> {
    found.counts.iter().map(|(fit, count)| (*fit, *count)).collect()
}

async fn open(app: &TestApp) -> Vec<(Fit, Option<i64>)> {
    let items = app.hub.services.reconciliation.items(&ItemFilter::default(), None).await.expect("items");
    items.iter().map(|item| (item.fit, item.line)).collect()
}

const HEAD: &str = "operation,rrn,kind,amount,currency\n";

on_both_databases! {
    async fn each_line_is_matched_or_waits_for_a_person(app: TestApp) {
        let merchant = app.merchant().await;
        let mut payments = Vec::new();
        for amount in [1_000, 2_000, 3_000, 4_000, 5_000] {
            payments.push(merchant.pay(&Order::new(amount, card::GOOD)).await.expect(201).text_at("/id"));
        }
        merchant.pay(&Order::new(600, card::DECLINED)).await.expect(402);
        let reserved = merchant.pay(&Order::new(7_000, card::GOOD).reserved()).await.expect(201).text_at("/id");
        merchant.post(&format!("/v1/payments/{reserved}/capture"), &serde_json::json!({})).await.expect(200);
        merchant.refund(&payments[0], Some(250)).await.expect(201);
        let moved = operations(&app, &merchant).await;
        let find = |kind: &str, amount: &str| {
            let found = moved.iter().find(|row| &row[1] == kind && &row[2] == amount);
            found.unwrap_or_else(|| panic!("no {kind} of {amount}: {moved:?}")).clone()
        };
        let (one, two, three, four) =
            (find("capture", "10.00"), find("capture", "20.00"), find("capture", "30.00"), find("capture", "40.00"));
        let (late, back) = (find("capture", "70.00"), find("refund", "2.50"));
        // Booked: matched by id and by reference, one too much, one too little, one in dollars, one twice, one of
        // somebody else; one of the payments is in no line.
        let text = format!(
            "{HEAD}{},,capture,10.00,EUR\n,{},capture,20.01,EUR\n,{},capture,29.99,EUR\n,{},capture,40.00,USD\n\
             ,{},capture,70.00,EUR\n{},,refund,2.50,EUR\n{},,capture,10.00,EUR\n,not-ours,capture,1.00,EUR\n",
            &one[8], &two[10], &three[10], &four[10], &late[10], &back[8], &one[8]
        );
        let before = merchant.get("/v1/balance").await.text;
        let found = import(&app, &text).await.expect("an import");
        let expected = BTreeMap::from([
            ("matched", 3), ("over", 1), ("under", 1), ("currency_mismatch", 1), ("duplicate", 1), ("unknown", 1),
            ("missing", 1),
        ]);
        assert_eq!((counts(&found), found.again), (expected.clone(), false));
        assert_eq!(merchant.get("/v1/balance").await.text, before, "nothing is booked by it");

        // Again it does nothing.
        let again = import(&app, &text).await.expect("an import");
        assert_eq!((counts(&again), again.again, again.id), (expected, true, found.id));
        let items = app.hub.services.reconciliation.items(&ItemFilter::default(), None).await.expect("items");
        assert_eq!(items.len(), 6);
        let over = items.iter().find(|item| item.fit == Fit::Over).expect("an item");
        assert_eq!((over.amount, over.expected.map(|(minor, _)| minor), over.line), (Some(2_001), Some(2_000), Some(3)));
        let missing = items.iter().find(|item| item.fit == Fit::Missing).expect("an item");
        assert_eq!(missing.expected.map(|(minor, _)| minor), Some(5_000));

        // A person resolves one, once, and says why.
        let service = &app.hub.services.reconciliation;
        let refused = service.resolve(&Actor::Operator, over.id, "  ").await.expect_err("no reason");
        assert!(matches!(refused, ReconciliationError::Reason));
        let resolved = service.resolve(&Actor::Operator, over.id, "rounded by the bank").await.expect("resolved");
        assert_eq!(resolved.resolved.expect("who").reason, "rounded by the bank");
        let twice = service.resolve(&Actor::Operator, over.id, "again").await.expect_err("twice");
        assert!(matches!(twice, ReconciliationError::Resolved(_)));
        assert!(app.hub.services.audit.verify().await.expect("the log").is_ok());

        // What was missing comes with a later file, and waits for nobody any more.
        let last = find("capture", "50.00");
        let later = import(&app, &format!("{HEAD},{},capture,50.00,EUR\n", &last[10])).await.expect("an import");
        assert_eq!(counts(&later), BTreeMap::from([("matched", 1)]));
        assert!(open(&app).await.iter().all(|(fit, _)| *fit != Fit::Missing));
    }

    async fn a_file_with_a_bad_line_is_not_imported_at_all(app: TestApp) {
        let merchant = app.merchant().await;
        merchant.pay(&Order::new(1_000, card::GOOD)).await.expect(201);
        let moved = operations(&app, &merchant).await;
        let text = format!("{HEAD}{},,capture,10.00,EUR\n,x,capture,ten,EUR\n,y,capture,1.00,XXX9\n", &moved[0][8]);
        let Err(ReconciliationError::Lines(bad)) = import(&app, &text).await else { panic!("refused") };
        let named: Vec<(u64, &str)> = bad.listed.iter().map(|line| (line.line, line.column.as_str())).collect();
        assert_eq!(named, [(3, "amount"), (4, "currency")]);
        assert!(open(&app).await.is_empty());
        // The corrected file is another one.
        let found = import(&app, &format!("{HEAD}{},,capture,10.00,EUR\n", &moved[0][8])).await.expect("an import");
        assert_eq!(counts(&found), BTreeMap::from([("matched", 1)]));
    }

    async fn a_long_file_is_matched_in_batches_and_one_that_changes_meanwhile_leaves_nothing(app: TestApp) {
        let merchant = app.merchant().await;
        let past = Past {
            merchant: merchant.scope.merchant.id,
            mode: merchant.scope.mode,
            payments: 3_000,
            from: app.clock.now().before(Duration::from_secs(3_600)),
            step: Duration::from_secs(1),
        };
        past.write(&app.hub.services.store.migration_connection()).await;
        let moved = operations(&app, &merchant).await;
        assert_eq!(moved.len(), 2_500);
        let mut text = HEAD.to_owned();
        for row in &moved {
            text.push_str(&format!(",{},capture,{},{}\n", &row[10], &row[2], &row[4]));
        }
        // The first reading sees another file than the second one.
        let opened = std::sync::atomic::AtomicU32::new(0);
        let changing = || {
            let first = opened.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            let shown = if first { text.clone() } else { text.replacen("rrn-0", "rrn-9", 1) };
            Ok(Cursor::new(shown.into_bytes()))
        };
        let service = &app.hub.services.reconciliation;
        let changed = service.import(&Actor::Operator, &new_import(&app), changing).await.expect_err("it changed");
        assert!(matches!(changed, ReconciliationError::File(_)), "{changed}");
        assert!(open(&app).await.is_empty());
        let found = import(&app, &text).await.expect("an import");
        assert_eq!(counts(&found), BTreeMap::from([("matched", 2_500)]));
        assert!(import(&app, &text).await.expect("again").again);
    }
}
