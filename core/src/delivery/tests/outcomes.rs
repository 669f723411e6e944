//! What follows from results, from lost leases and from rows that cannot be read.

use std::time::Duration;

use super::{Bench, PACE};
use crate::delivery::{Answer, ChannelKind, DeliveryLog, Heartbeat, Lane, Outcome, Pace, Planner};
use crate::event::EventType;
use crate::store::Store;

const CHAT: ChannelKind = ChannelKind::Telegram;
const MAILS: &str = "SELECT count(*) FROM delivery WHERE channel = 'email' AND address = 'ann@example.com'";

#[tokio::test]
async fn a_chat_message_that_ends_dead_goes_by_mail_instead() {
    let ends = [
        Outcome::Failed(Answer::error("timeout", "")),
        Outcome::Rejected(Answer::error("too_long", "")),
        Outcome::RecipientGone(Answer::error("blocked", "")),
    ];
    for outcome in ends {
        let bench = Bench::new().await;
        bench.plan_many(1, CHAT, "77").await;
        let leased = bench.claim(CHAT).await.remove(0);
        bench.record(leased, outcome.clone(), &Pace { schedule: &[], ..PACE }, CHAT).await;
        assert_eq!(bench.number(MAILS).await, Some(1), "{outcome:?}");
        let mail = bench.claim_of(ChannelKind::Email, Lane::Transactional).await.remove(0);
        assert_eq!(mail.job.language, crate::language::Language::Ru);
    }
}

#[tokio::test]
async fn a_chat_message_that_will_be_tried_again_gets_no_mail_and_staff_get_none_ever() {
    let bench = Bench::new().await;
    bench.plan_many(2, CHAT, "77").await;
    let mut leased = bench.claim(CHAT).await;
    let failed = || Outcome::Failed(Answer::error("timeout", ""));
    bench.record(leased.remove(0), failed(), &PACE, CHAT).await;
    leased[0].job.staff = true;
    bench.record(leased.remove(0), failed(), &Pace { schedule: &[], ..PACE }, CHAT).await;
    assert_eq!(bench.number(MAILS).await, Some(0));
}

#[tokio::test]
async fn nul_in_what_a_provider_says_is_replaced() {
    let bench = Bench::new().await;
    bench.plan_many(1, CHAT, "77").await;
    let leased = bench.claim(CHAT).await.remove(0);
    let answer = Answer { class: "o\0k", text: "a\0b".to_owned(), ..Answer::default() };
    bench.record(leased, Outcome::Sent { provider_ref: Some("1\u{0}2".to_owned()), answer }, &PACE, CHAT).await;
    let clean = "SELECT count(*) FROM delivery d JOIN delivery_attempt a ON a.delivery_id = d.id \
        WHERE d.provider_ref = '1\u{fffd}2' AND a.class = 'o\u{fffd}k' AND a.answer = 'a\u{fffd}b'";
    assert_eq!(bench.number(clean).await, Some(1));
}

#[tokio::test]
async fn a_lost_lease_waits_longer_each_time_and_is_given_up_in_the_end() {
    let bench = Bench::new().await;
    let log = DeliveryLog::new(bench.store.clone(), bench.clock.clone());
    bench.plan_many(1, CHAT, "77").await;
    let mut lost = 0;
    while bench.number("SELECT count(*) FROM delivery WHERE state = 'dead'").await == Some(0) {
        assert_eq!(bench.claim(CHAT).await.len(), 1);
        bench.clock.advance(Duration::from_secs(6));
        assert_eq!(log.sweep_once().await.unwrap(), 1);
        lost += 1;
        // One loss is a restart; after more it backs off.
        if lost > 1 {
            assert!(bench.claim(CHAT).await.is_empty(), "it backs off");
            bench.clock.advance(Duration::from_secs(3_600));
        }
        assert!(lost <= 12);
    }
    assert_eq!(lost, 12);
    assert_eq!(bench.number(MAILS).await, Some(1));
    assert_eq!(bench.number("SELECT count(*) FROM delivery_attempt WHERE outcome = 'lost'").await, Some(12));
}

#[tokio::test]
async fn a_process_that_falls_silent_loses_its_leases_within_seconds() {
    let bench = Bench::new().await;
    let (dead, other) = (&bench.store, bench.reopened().await);
    Heartbeat::new(dead.clone(), bench.clock.clone()).beat().await.unwrap();
    bench.plan_many(1, CHAT, "77").await;
    assert_eq!(bench.claim(CHAT).await.len(), 1);
    let look = async |store: &Store| DeliveryLog::new(store.clone(), bench.clock.clone()).sweep_once().await.unwrap();
    bench.clock.advance(Duration::from_secs(3));
    assert_eq!(look(&other).await, 0, "it may only be slow");
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(look(dead).await, 0, "it knows itself that it lives");
    assert_eq!(look(&other).await, 1);
    assert_eq!(bench.claim(CHAT).await.len(), 1, "it is sent again at once");
}

#[tokio::test]
async fn a_delivery_of_an_unknown_event_dies_alone() {
    let bench = Bench::new().await;
    bench.plan_many(3, CHAT, "77").await;
    bench.execute("UPDATE event SET type = 'moon.landed' WHERE id = (SELECT min(event_id) FROM delivery)").await;
    assert_eq!(bench.claim(CHAT).await.len(), 2);
    assert_eq!(bench.number("SELECT count(*) FROM delivery WHERE state = 'dead'").await, Some(1));
    assert_eq!(bench.number("SELECT count(*) FROM delivery_attempt WHERE class = 'unreadable'").await, Some(1));
    let log = DeliveryLog::new(bench.store.clone(), bench.clock.clone());
    assert!(log.backlog().await.unwrap().contains(&(CHAT, "dead".to_owned(), 1)));
}

#[tokio::test]
async fn an_unknown_event_does_not_stop_the_planner() {
    let bench = Bench::new().await;
    let planner = Planner::new(bench.store.clone(), bench.clock.clone());
    let unknown = bench.event(EventType::AccountPasswordReset).await;
    bench.event(EventType::AccountPasswordReset).await;
    bench.execute("UPDATE event SET type = 'moon.landed' WHERE id = (SELECT min(id) FROM event)").await;
    assert_eq!(planner.plan_once().await.unwrap(), 2, "{}", unknown.id);
    assert_eq!(planner.plan_once().await.unwrap(), 0);
    assert_eq!(bench.number(MAILS).await, Some(1));
}

#[tokio::test]
async fn a_redelivery_is_like_the_original() {
    let bench = Bench::new().await;
    let event = bench.event(EventType::PaymentAuthorized).await;
    let id = bench.plan(&event, CHAT, "77").await.unwrap();
    bench.execute("UPDATE delivery SET lane = 2, staff = 1").await;
    let log = DeliveryLog::new(bench.store.clone(), bench.clock.clone());
    assert!(log.redeliver(id, "78").await.is_err());
    log.redeliver(id, "77").await.unwrap();
    log.redeliver(id, "77").await.unwrap();
    let like = "SELECT count(*) FROM delivery WHERE lane = 2 AND staff = 1 AND language = 'ru'";
    assert_eq!(bench.number(like).await, Some(3));
    assert_eq!(bench.number("SELECT max(round) FROM delivery").await, Some(2));
}
