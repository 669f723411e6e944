//! Who is served, when, and how much at once.

use std::time::Duration;

use super::{Bench, PACE};
use crate::delivery::{Answer, ChannelKind, DeliveryLog, Outcome};
use crate::event::EventType;
use crate::store::recipient as recipients;

const HOOK: ChannelKind = ChannelKind::Webhook;

fn sent() -> Outcome {
    Outcome::Sent { provider_ref: None, answer: Answer::ok(200) }
}

#[tokio::test]
async fn recipients_that_have_nothing_due_do_not_stop_a_lane() {
    let bench = Bench::new().await;
    let early = bench.now().before(Duration::from_secs(60));
    for n in 0..40 {
        bench.plan_many(1, HOOK, &format!("idle-{n}")).await;
    }
    bench.execute("UPDATE delivery SET state = 'cancelled'").await;
    bench.execute(&format!("UPDATE recipient SET next_due_at = {}", early.as_micros())).await;
    bench.plan_many(1, HOOK, "busy").await;
    let mut claimed = 0;
    for _ in 0..3 {
        claimed += bench.claim(HOOK).await.len();
    }
    assert_eq!(claimed, 1);
    assert_eq!(bench.number("SELECT count(*) FROM recipient WHERE next_due_at IS NOT NULL").await, Some(0));
}

#[tokio::test]
async fn a_delivery_that_was_there_already_leaves_nobody_due() {
    let bench = Bench::new().await;
    let event = bench.event(EventType::PaymentAuthorized).await;
    assert!(bench.plan(&event, HOOK, "a").await.is_some());
    let leased = bench.claim(HOOK).await.remove(0);
    bench.record(leased, sent(), &PACE, HOOK).await;
    assert_eq!(bench.plan(&event, HOOK, "a").await, None);
    assert_eq!(bench.next_due("a").await, None);
}

#[tokio::test]
async fn an_endpoint_that_hangs_takes_its_own_slots_only() {
    let bench = Bench::new().await;
    bench.plan_many(10, HOOK, "hangs").await;
    let held = bench.claim(HOOK).await;
    assert_eq!(held.len(), 4);
    assert!(bench.claim(HOOK).await.is_empty());
    bench.plan_many(1, HOOK, "answers").await;
    let other = bench.claim(HOOK).await;
    assert_eq!(other.iter().map(|leased| leased.job.address.as_str()).collect::<Vec<_>>(), ["answers"]);
    // It was put off for a moment; a result ends that.
    assert!(bench.next_due("hangs").await > Some(bench.now().as_micros()));
    bench.record(held.into_iter().next().unwrap(), sent(), &PACE, HOOK).await;
    assert_eq!(bench.claim(HOOK).await.len(), 1);
}

#[tokio::test]
async fn a_new_delivery_does_not_end_a_rest() {
    let bench = Bench::new().await;
    bench.plan_many(2, HOOK, "a").await;
    let mut leased = bench.claim(HOOK).await;
    let wait = Outcome::Later { after: Duration::from_secs(30), answer: Answer::default() };
    let (second, first) = (leased.pop().unwrap(), leased.pop().unwrap());
    let rest = bench.now().after(Duration::from_secs(29)).as_micros();
    bench.record(first, wait, &PACE, HOOK).await;
    bench.plan_many(1, HOOK, "a").await;
    assert!(bench.next_due("a").await >= Some(rest));
    bench.record(second, sent(), &PACE, HOOK).await;
    assert!(bench.next_due("a").await >= Some(rest));
    assert!(bench.claim(HOOK).await.is_empty());
    bench.clock.advance(Duration::from_secs(31));
    assert_eq!(bench.claim(HOOK).await.len(), 2);
}

#[tokio::test]
async fn a_claim_gives_only_what_it_leased() {
    let bench = Bench::new().await;
    bench.plan_many(3, HOOK, "a").await;
    // Stands for somebody who cancels the first row between the look and the lease.
    bench
        .execute(
            "CREATE TRIGGER cancelled BEFORE UPDATE OF lease_token ON delivery \
             WHEN OLD.id = (SELECT min(id) FROM delivery) BEGIN SELECT RAISE(IGNORE); END",
        )
        .await;
    let first = bench.claim(HOOK).await;
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|leased| leased.job.attempt == 1 && leased.token == first[0].token));
    assert!(bench.claim(HOOK).await.is_empty());
    assert_eq!(bench.number("SELECT max(attempt) FROM delivery").await, Some(1));
    assert_eq!(bench.number("SELECT count(*) FROM delivery WHERE state = 'pending'").await, Some(1));
}

#[tokio::test]
async fn a_forgotten_recipient_is_found_and_an_idle_one_is_not() {
    let bench = Bench::new().await;
    for address in ["a", "b", "c", "d"] {
        bench.plan_many(2, HOOK, address).await;
    }
    bench.execute("UPDATE delivery SET state = 'cancelled' WHERE address = 'd'").await;
    bench.execute("UPDATE recipient SET next_due_at = NULL WHERE address IN ('a', 'd')").await;
    let hours = bench.now().after(Duration::from_secs(7_200)).as_micros();
    bench.execute(&format!("UPDATE recipient SET next_due_at = {hours} WHERE address = 'b'")).await;
    assert_eq!(recipients::forgotten(bench.store.reader()).await.unwrap().len(), 2);
    let log = DeliveryLog::new(bench.store.clone(), bench.clock.clone());
    log.sweep_once().await.unwrap();
    assert!(recipients::forgotten(bench.store.reader()).await.unwrap().is_empty());
    assert_eq!(bench.claim(HOOK).await.len(), 6);
}

#[tokio::test]
async fn an_address_is_cancelled_on_its_own_channel_only() {
    let bench = Bench::new().await;
    bench.plan_many(2, HOOK, "1").await;
    bench.plan_many(1, ChannelKind::Telegram, "1").await;
    let now = bench.now();
    let cancelled = bench.store.write(async |tx| crate::store::delivery::cancel_pending(tx, HOOK, "1", now).await);
    cancelled.await.unwrap();
    assert_eq!(bench.number("SELECT count(*) FROM delivery WHERE state = 'cancelled'").await, Some(2));
    assert!(bench.claim(HOOK).await.is_empty());
    assert_eq!(bench.claim(ChannelKind::Telegram).await.len(), 1);
}

#[tokio::test]
async fn the_hot_queries_use_their_indexes() {
    let bench = Bench::new().await;
    for (sql, index) in [
        ("SELECT count(*) FROM delivery WHERE recipient_id = ? AND state = 'leased'", "delivery_in_flight_idx"),
        (
            "SELECT next_at FROM delivery WHERE recipient_id = ? AND state = 'pending' ORDER BY next_at LIMIT 1",
            "delivery_pending_idx",
        ),
        ("SELECT id FROM delivery WHERE payment_id = ? ORDER BY id", "delivery_payment_idx"),
        (
            "SELECT next_due_at FROM recipient WHERE channel = ? AND lane = ? AND next_due_at IS NOT NULL \
             ORDER BY next_due_at LIMIT 1",
            "recipient_due_idx",
        ),
    ] {
        use sea_orm::{ConnectionTrait, Statement};
        let conn = bench.store.reader();
        let explain = Statement::from_string(conn.get_database_backend(), format!("EXPLAIN QUERY PLAN {sql}"));
        let plan: Vec<String> =
            conn.query_all_raw(explain).await.unwrap().iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:?} without {index}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?} sorts");
    }
}
