//! Live panes: server-sent events, one per pane that changed.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use futures::Stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_util::sync::CancellationToken;

use super::view;
use super::{PageConfig, StandIns};

/// Many changes at once become one look.
const GATHER: Duration = Duration::from_millis(40);
/// "Typing…" ends without a change, so the panes are looked at now and then anyway.
const LOOK_AT_LEAST: Duration = Duration::from_secs(3);

struct Feed {
    stand_ins: StandIns,
    config: Arc<PageConfig>,
    stop: CancellationToken,
    bells: [watch::Receiver<u64>; 3],
    sent: HashMap<&'static str, String>,
    queue: VecDeque<Event>,
    _place: OwnedSemaphorePermit,
}

/// Every pane at once, then each as it changes, until `stop`.
pub(crate) fn events(
    stand_ins: StandIns,
    config: Arc<PageConfig>,
    stop: CancellationToken,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let bells = [stand_ins.telegram.subscribe(), stand_ins.smtp.subscribe(), stand_ins.shop.subscribe()];
    let feed = Feed { stand_ins, config, stop, bells, sent: HashMap::new(), queue: VecDeque::new(), _place: place };
    futures::stream::unfold(feed, |mut feed| async move {
        loop {
            if let Some(event) = feed.queue.pop_front() {
                return Some((Ok(event), feed));
            }
            feed.look();
            if feed.queue.is_empty() && !feed.wait().await {
                return None;
            }
        }
    })
}

impl Feed {
    fn look(&mut self) {
        for bell in &mut self.bells {
            bell.mark_unchanged();
        }
        for (name, pane) in view::panes(&self.stand_ins, &self.config) {
            let text = pane.to_string();
            if self.sent.get(name) != Some(&text) {
                self.queue.push_back(Event::default().event(name).data(&text));
                self.sent.insert(name, text);
            }
        }
    }

    /// Until something may have changed; `false` when the page stops.
    async fn wait(&mut self) -> bool {
        let [telegram, smtp, shop] = &mut self.bells;
        tokio::select! {
            _ = telegram.changed() => {}
            _ = smtp.changed() => {}
            _ = shop.changed() => {}
            () = tokio::time::sleep(LOOK_AT_LEAST) => {}
            () = self.stop.cancelled() => return false,
        }
        tokio::select! {
            () = tokio::time::sleep(GATHER) => true,
            () = self.stop.cancelled() => false,
        }
    }
}
