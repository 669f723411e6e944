//! A mailbox: takes what would be mailed, so that tests can open the links.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::delivery::{Answer, Channel, ChannelKind, Job, Outcome, Pace, Worker};
use aviso_core::event::EventType;
use aviso_core::id::LinkId;
use tokio_util::sync::CancellationToken;

use crate::WebParts;

struct Mailbox(Arc<Mutex<Vec<Job>>>);

#[async_trait]
impl Channel for Mailbox {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn pace(&self) -> Pace {
        Pace {
            in_flight_max: 4,
            burst_per_recipient: 4,
            in_flight_per_recipient_max: 4,
            recipient_interval: Duration::ZERO,
            deadline: Duration::from_secs(1),
            schedule: &[],
        }
    }

    async fn send(&self, job: &Job) -> Outcome {
        self.0.lock().unwrap().push(job.clone());
        Outcome::Sent { provider_ref: None, answer: Answer::ok(250) }
    }
}

/// The link in the mail of this kind to an address, waited for.
pub(super) async fn link_in(parts: &WebParts, kind: EventType, email: &str) -> LinkId {
    let mails = Arc::new(Mutex::new(Vec::new()));
    let stop = CancellationToken::new();
    let worker = Worker::new(parts.store.clone(), parts.clock.clone(), Arc::new(Mailbox(mails.clone())));
    let running = tokio::spawn(worker.run(stop.clone()));
    let mut found = None;
    for _ in 0..500 {
        let fits = |job: &&Job| job.event.kind == kind && job.address.eq_ignore_ascii_case(email);
        found = mails.lock().unwrap().iter().rev().find(fits).and_then(|job| job.event.audience.link_id);
        if found.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    running.await.unwrap();
    found.expect("a mail with a link")
}
