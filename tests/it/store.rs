//! The door to the database: units of work at once, cancelled ones, a second process.

use std::time::Duration;

use aviso_core::payment::status::{Status, TRANSITIONS};
use aviso_tests::actor::Order;
use aviso_tests::app::TestApp;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::{card, on_both_databases};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};

on_both_databases! {
    async fn callers_that_go_away_leave_no_payment_half_done(app: TestApp) {
        let merchant = app.merchant().await;
        // Requests are cut off at every moment of their life; each order is then asked for again.
        for n in 0..60_u64 {
            let order = Order::new(100, &card::numbered(n as u32));
            let request = merchant.pay(&order);
            let _ = tokio::time::timeout(Duration::from_micros(n * 400), request).await;
        }
        app.settle().await;
        aviso_tests::until::until("every payment ending", async || {
            let page = merchant.get("/v1/payments?limit=100").await.json();
            let open = page["data"].as_array()?.iter().filter(|payment| payment["status"] == "processing").count();
            (open == 0).then_some(())
        })
        .await;
        let page = merchant.get("/v1/payments?limit=100").await.json();
        let captured = page["data"].as_array().expect("a list").iter().filter(|p| p["status"] == "captured").count();
        assert_eq!(captured, page["data"].as_array().map_or(0, Vec::len));
        assert_eq!(captured, app.hub.services.bank.authorizations().len());
    }

    async fn many_payments_at_once_all_commit(app: TestApp) {
        let merchant = app.merchant().await;
        let answers = futures::future::join_all((0..100_u32).map(|n| {
            let merchant = merchant.clone();
            async move { merchant.pay(&Order::new(100, &card::numbered(n))).await.status }
        }))
        .await;
        assert!(answers.iter().all(|status| *status == 201), "{answers:?}");
    }

    async fn the_database_refuses_every_change_of_status_that_the_code_refuses(app: TestApp) {
        let merchant = app.merchant().await;
        let new = serde_json::json!({"amount": 100, "currency": "EUR", "order_ref": "open"});
        assert_eq!(merchant.post("/v1/payments", &new).await.status, 201);
        let connection = app.hub.services.store.migration_connection();
        for from in Status::ALL {
            for to in Status::ALL {
                let taken = takes(&connection, from, to).await;
                assert_eq!(taken, from.may_become(to), "{} to {}", from.as_str(), to.as_str());
            }
        }
    }
}

/// Whether the database takes a change of status.
#[expect(clippy::disallowed_methods, reason = "what the hub never writes is tried and rolled back")]
async fn takes(connection: &DatabaseConnection, from: Status, to: Status) -> bool {
    // Rolled back by being dropped.
    let unit = connection.begin().await.expect("a unit");
    for on_the_way in way_to(from) {
        become_(&unit, on_the_way).await.expect("a legal change");
    }
    become_(&unit, to).await.is_ok()
}

async fn become_(unit: &impl ConnectionTrait, status: Status) -> Result<(), sea_orm::DbErr> {
    unit.execute_unprepared(&format!("UPDATE payment SET status = '{}'", status.as_str())).await.map(|_| ())
}

/// The shortest legal way from an open payment.
fn way_to(status: Status) -> Vec<Status> {
    let mut ways = vec![vec![Status::RequiresPaymentMethod]];
    let mut seen = 0;
    while let Some(way) = ways.get(seen).cloned() {
        let last = way[way.len() - 1];
        if last == status {
            return way[1..].to_vec();
        }
        for (_, to, _) in TRANSITIONS.iter().filter(|(from, ..)| *from == last) {
            if !ways.iter().any(|way| way.contains(to)) {
                ways.push([way.as_slice(), &[*to]].concat());
            }
        }
        seen += 1;
    }
    panic!("no way to {}", status.as_str());
}

#[tokio::test]
async fn a_second_process_on_the_same_sqlite_file_is_refused() {
    let database = TestDatabase::create(Kind::Sqlite);
    let mut config = aviso::config::Config { data_dir: database.folder().to_owned(), ..Default::default() };
    config.database.url = Some(aviso_core::secret::Secret::new(database.url_text()));
    let first = aviso::app::open_store(&config).await.expect("the first process");
    let second = aviso::app::open_store(&config).await.expect_err("the second process");
    assert!(second.to_string().contains("another process"), "{second}");
    drop(first);
}

#[tokio::test]
async fn a_hub_without_its_migrations_says_so() {
    let database = TestDatabase::create(Kind::Postgres);
    let mut config = aviso::config::Config { data_dir: database.folder().to_owned(), ..Default::default() };
    config.database.url = Some(aviso_core::secret::Secret::new(database.url_text()));
    let clock = std::sync::Arc::new(aviso_core::clock::SystemClock);
    let refused = aviso::app::Services::open(&config, clock).await.expect_err("no schema yet");
    assert!(refused.to_string().contains("aviso migrate"), "{refused}");
}

async fn there_and_back(kind: Kind) {
    use aviso_migrations::{Migrator, MigratorTrait};
    let database = TestDatabase::create(kind);
    let store = aviso_core::store::Store::open(&database.url).await.expect("a database");
    let connection = store.migration_connection();
    let lacking = aviso_migrations::pending(&connection).await.expect("a look");
    assert_eq!(lacking, Migrator::migrations().len());
    aviso_migrations::migrate(&connection).await.expect("up");
    Migrator::down(&connection, None).await.expect("down");
    aviso_migrations::migrate(&connection).await.expect("up again");
    assert_eq!(aviso_migrations::pending(&connection).await.expect("a look"), 0);
}

#[tokio::test]
async fn the_schema_goes_up_and_down_and_up_on_sqlite() {
    there_and_back(Kind::Sqlite).await;
}

#[tokio::test]
async fn the_schema_goes_up_and_down_and_up_on_postgres() {
    there_and_back(Kind::Postgres).await;
}
