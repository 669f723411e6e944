//! What is taken away when it is old, and what stays.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Bench, PACE};
use crate::delivery::{Answer, ChannelKind, Outcome};
use crate::retention::{Retention, RetentionSettings};

const DAY: Duration = Duration::from_secs(24 * 3_600);
const HOOK: ChannelKind = ChannelKind::Webhook;

async fn counts(bench: &Bench) -> [i64; 3] {
    let mut counts = [0; 3];
    for (place, table) in ["delivery", "delivery_attempt", "event"].into_iter().enumerate() {
        counts[place] = bench.number(&format!("SELECT count(*) FROM {table}")).await.unwrap();
    }
    counts
}

#[tokio::test]
async fn what_ended_is_taken_away_when_it_is_old_and_what_waits_stays() {
    let bench = Bench::new().await;
    let retention = Retention::new(bench.store.clone(), bench.clock.clone(), RetentionSettings::default());
    let sweep = async || retention.sweep(&CancellationToken::new()).await.unwrap();
    bench.plan_many(3, HOOK, "a").await;
    for leased in bench.claim(HOOK).await {
        bench.record(leased, Outcome::Sent { provider_ref: None, answer: Answer::ok(200) }, &PACE, HOOK).await;
    }
    bench.plan_many(1, HOOK, "waits").await;
    bench.execute(&format!("UPDATE event SET planned_at = {}", bench.now().as_micros())).await;
    bench.clock.advance(59 * DAY);
    assert_eq!((sweep().await, counts(&bench).await), (0, [4, 3, 4]));
    bench.clock.advance(2 * DAY);
    assert_eq!((sweep().await, counts(&bench).await), (3, [1, 0, 4]));
    bench.clock.advance(400 * DAY);
    assert_eq!((sweep().await, counts(&bench).await), (3, [1, 0, 1]), "the event of what waits stays, too");
}
