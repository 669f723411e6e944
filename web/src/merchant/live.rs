//! News of the list of payments, as server-sent events. The page works without them.

use std::convert::Infallible;
use std::time::Duration;

use aviso_core::merchant::Scope;
use aviso_core::payment::News;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::member::{Member, View};
use crate::extract::ApiQuery;
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// Streams of this process at once. Whoever gets none has a page that is not kept fresh.
static PLACES: Semaphore = Semaphore::const_new(64);
/// A stream ends so soon that a hub that stops does not wait for it; the browser comes back by itself, and is
/// asked again who it is.
const LASTS: Duration = Duration::from_secs(10);
/// Events of other processes are looked for at least this often.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Many changes at once become one look.
const GATHER: Duration = Duration::from_millis(300);

/// Behind which event news begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LiveQuery {
    after: String,
}

struct Feed {
    web: WebState,
    scope: Scope,
    news: News,
    seen: String,
    until: Instant,
    _place: SemaphorePermit<'static>,
}

/// `GET …/payments/live`.
pub(super) async fn stream(
    State(web): State<WebState>,
    member: Member<View>,
    headers: HeaderMap,
    ApiQuery(query): ApiQuery<LiveQuery>,
) -> Result<Response, Problem> {
    let place = PLACES.try_acquire();
    let place = place.map_err(|_| Problem::new(Code::RateLimited, "too many lists are kept fresh already"))?;
    let seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map_or(query.after, str::to_owned);
    let feed = Feed {
        news: web.payments.news(),
        web,
        scope: member.scope,
        seen,
        until: Instant::now() + LASTS,
        _place: place,
    };
    let events = futures::stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok::<_, Infallible>(event), feed))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

impl Feed {
    /// The next thing to say; nothing when the stream is over, or the database does not answer.
    async fn next(&mut self) -> Option<Event> {
        while Instant::now() < self.until {
            let newest = self.web.payments.events(&self.scope, None, None, 1).await.ok()?;
            if let Some(event) = newest.items.first().filter(|event| event.id.to_string() != self.seen) {
                self.seen = event.id.to_string();
                return Some(Event::default().event("changed").id(&self.seen).data("news").retry(GATHER));
            }
            let left = self.until.saturating_duration_since(Instant::now());
            self.news.wait(LOOK_AGAIN.min(left)).await;
            tokio::time::sleep(GATHER.min(left)).await;
        }
        None
    }
}
