//! The simulation on PostgreSQL. SQLite's runs are in the simulation's own tests.

use aviso_simulation::{Arena, Failure, Options};
use aviso_tests::database::{Kind, TestDatabase};

#[test]
fn every_payment_ends_once_on_postgres_too() {
    let database = TestDatabase::create(Kind::Postgres);
    let arena = Arena::new(database.url.clone()).expect("an arena");
    for seed in 100_000..100_200 {
        let report = arena.run(seed, Options::default()).expect("a run");
        assert!(report.failure.is_none(), "on PostgreSQL: {}", Failure { seed, without: Default::default(), report });
    }
}
