//! Reports and lists over few payments and over many: what is read from rollups and indexes must not grow with the
//! history.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use aviso::app::Services;
use aviso::config::Config;
use aviso_core::audit::Actor;
use aviso_core::clock::{Clock, SystemClock};
use aviso_core::language::Language;
use aviso_core::ledger::EntryFilter;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::preference::TimeZone;
use aviso_core::report::{Day, Grain, Period};
use aviso_core::secret::Secret;
use aviso_tests::database::{Kind, TestDatabase};
use aviso_tests::history::Past;

use crate::progress;

/// Each question is asked so often; the median counts.
const TIMES: usize = 7;
/// How long the history is.
const DAYS: u64 = 360;
/// Entries of a page of a list.
const PAGE: u64 = 100;

/// What a question took over each history.
type Took = Vec<(&'static str, Vec<Duration>)>;

/// Measures one database with a history of each of these lengths. Gives a table.
pub(crate) async fn measure(kind: Kind, sizes: &[usize]) -> anyhow::Result<String> {
    let mut all: Took = Vec::new();
    for size in sizes {
        for (place, (question, took)) in history(kind, *size).await?.into_iter().enumerate() {
            match all.get_mut(place) {
                Some((_, before)) => before.push(took),
                None => all.push((question, vec![took])),
            }
        }
    }
    let mut table = format!("\n| {kind:?} |");
    sizes.iter().for_each(|size| table.push_str(&format!(" {size} payments |")));
    table.push_str(&format!("\n| --- |{}\n", " --- |".repeat(sizes.len())));
    for (question, took) in &all {
        let _ = write!(table, "| {question} |");
        for one in took {
            let _ = write!(table, " {:.1} ms |", one.as_secs_f64() * 1_000.0);
        }
        table.push('\n');
    }
    Ok(table)
}

/// A merchant with a year of payments, and how long each question about them takes.
async fn history(kind: Kind, size: usize) -> anyhow::Result<Vec<(&'static str, Duration)>> {
    let database = TestDatabase::create(kind);
    let mut config = Config { data_dir: database.folder().to_owned(), ..Config::default() };
    config.database.url = Some(Secret::new(database.url_text()));
    aviso::app::migrate(&config).await?;
    let services = Services::open(&config, Arc::new(SystemClock)).await?;
    let merchant = services.merchants.create(Actor::Operator, "Zapatería Luna", Language::Es).await?;
    let now = SystemClock.now();
    let span = Duration::from_secs(DAYS * 86_400);
    let step = span / u32::try_from(size.max(1)).context("that many payments")?;
    progress(&format!("{kind:?}: writing {size} payments"));
    let past = Past { merchant: merchant.id, mode: Mode::Live, payments: size, from: now.before(span), step };
    past.write(&services.store.migration_connection()).await;
    let began = Instant::now();
    services.ledger.seal().await?;
    progress(&format!("{kind:?}: sealed in {:.1} s; counting", began.elapsed().as_secs_f64()));
    let began = Instant::now();
    services.reports.rebuild().await?;
    let counted = began.elapsed();
    let scope = Scope { merchant, mode: Mode::Live, key_id: None };
    let took = questions(&services, &scope, now).await?;
    services.store.close().await?;
    Ok([vec![("counting all of it", counted)], took].concat())
}

async fn questions(
    services: &Services,
    scope: &Scope,
    now: aviso_core::clock::Timestamp,
) -> anyhow::Result<Vec<(&'static str, Duration)>> {
    let zone: TimeZone = "Europe/Madrid".parse()?;
    let today = Day::at(now, zone);
    let year = today.year();
    let month = Period { first: Day::at(now.before(Duration::from_secs(30 * 86_400)), zone), last: today, zone };
    let (reports, payments, ledger) = (&services.reports, &services.payments, &services.ledger);
    let middle = payments.list(scope, None, None, None, PAGE).await?;
    let middle = middle.items.last().map(|payment| payment.id.parse()).transpose()?;
    Ok(vec![
        ("the annual report", median(async || reports.annual(scope, year, zone).await.map(|_| ())).await?),
        ("thirty days by day", median(async || reports.series(scope, &month, Grain::Day).await.map(|_| ())).await?),
        ("today by minute", median(async || reports.today(scope, zone).await.map(|_| ())).await?),
        ("a page of payments", median(async || payments.list(scope, None, None, None, PAGE).await.map(|_| ())).await?),
        (
            "the page behind it",
            median(async || payments.list(scope, None, None, middle, PAGE).await.map(|_| ())).await?,
        ),
        (
            "a page of entries",
            median(async || ledger.entries(scope, &EntryFilter::default(), None, PAGE).await.map(|_| ())).await?,
        ),
        ("a page of an export", median(async || reports.operation_lines(scope, &month, None).await.map(|_| ())).await?),
    ])
}

async fn median<E>(ask: impl AsyncFn() -> Result<(), E>) -> anyhow::Result<Duration>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        ask().await?;
        took.push(began.elapsed());
    }
    took.sort();
    Ok(took[TIMES / 2])
}
