//! A worker at work, with a channel that hangs on one address.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::{Bench, PACE};
use crate::delivery::{Answer, Channel, ChannelKind, Job, Outcome, Pace, Worker};

#[derive(Default)]
struct Hangs {
    hanging: AtomicUsize,
    release: CancellationToken,
}

#[async_trait]
impl Channel for Hangs {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webhook
    }

    fn pace(&self) -> Pace {
        Pace { in_flight_max: 8, ..PACE }
    }

    async fn send(&self, job: &Job) -> Outcome {
        if job.address == "hangs" {
            self.hanging.fetch_add(1, Ordering::SeqCst);
            self.release.cancelled().await;
        }
        Outcome::Sent { provider_ref: None, answer: Answer::ok(200) }
    }
}

async fn until(bench: &Bench, sql: &str, wanted: i64) {
    let reached = async {
        while bench.number(sql).await != Some(wanted) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reached).await.unwrap_or_else(|_| panic!("never {wanted}: {sql}"));
}

#[tokio::test]
async fn an_endpoint_that_hangs_does_not_hold_up_another_and_nothing_is_lost_on_stop() {
    let bench = Bench::new().await;
    bench.plan_many(20, ChannelKind::Webhook, "hangs").await;
    bench.plan_many(60, ChannelKind::Webhook, "answers").await;
    let channel = Arc::new(Hangs::default());
    let stop = CancellationToken::new();
    let worker = Worker::new(bench.store.clone(), bench.clock.clone(), channel.clone());
    let running = tokio::spawn(worker.run(stop.clone()));
    until(&bench, "SELECT count(*) FROM delivery WHERE address = 'answers' AND state = 'done'", 60).await;
    assert_eq!(channel.hanging.load(Ordering::SeqCst), 4);

    stop.cancel();
    channel.release.cancel();
    running.await.unwrap();
    let done = "SELECT count(*) FROM delivery WHERE address = 'hangs' AND state = 'done'";
    assert_eq!(bench.number(done).await, Some(4));
    assert_eq!(bench.number("SELECT count(*) FROM delivery WHERE state = 'leased'").await, Some(0));
    assert_eq!(bench.number("SELECT count(*) FROM delivery WHERE state = 'pending' AND attempt = 0").await, Some(16));
}
