//! The webhook channel for core's delivery mechanism.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::Clock;
use aviso_core::delivery::{Answer, Channel, ChannelKind, Job, Outcome, Pace};
use aviso_core::id::EndpointId;
use tokio::time::Instant;

use crate::client::Client;
use crate::courier::Courier;
use crate::directory::Directory;

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The schedule of Standard Webhooks: after the first attempt, nine more over 75 hours and a half.
const SCHEDULE: [Duration; 9] = [
    Duration::from_secs(5 * SECOND),
    Duration::from_secs(5 * MINUTE),
    Duration::from_secs(30 * MINUTE),
    Duration::from_secs(2 * HOUR),
    Duration::from_secs(5 * HOUR),
    Duration::from_secs(10 * HOUR),
    Duration::from_secs(14 * HOUR),
    Duration::from_secs(20 * HOUR),
    Duration::from_secs(24 * HOUR),
];

const LOOKUP_MAX: Duration = Duration::from_secs(2);
/// When the lookup fails it is our fault: the attempt does not count.
const LOOKUP_PAUSE: Duration = Duration::from_secs(5);
/// On top of lookup and exchange: signing, and waiting for a processor.
const MARGIN: Duration = Duration::from_secs(1);

/// Delivers events to merchants' endpoints.
pub struct WebhookChannel {
    directory: Arc<dyn Directory>,
    courier: Courier,
    lookup_max: Duration,
}

impl WebhookChannel {
    /// A channel that posts through `client` to the endpoints in `directory`.
    #[must_use]
    pub fn new(directory: Arc<dyn Directory>, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { directory, courier: Courier::new(client, clock), lookup_max: LOOKUP_MAX }
    }

    async fn attempt(&self, job: &Job) -> Outcome {
        let Ok(endpoint) = job.address.parse::<EndpointId>() else {
            return Outcome::Rejected(Answer::error("address", "the address is not the id of an endpoint"));
        };
        match tokio::time::timeout(self.lookup_max, self.directory.target(endpoint)).await {
            Ok(Ok(Some(target))) => self.courier.deliver(&job.event, &target).await,
            Ok(Ok(None)) => Outcome::RecipientGone(Answer::error("gone", "the endpoint is gone or switched off")),
            Ok(Err(error)) => {
                tracing::warn!(%endpoint, error = &error as &dyn std::error::Error, "endpoint not looked up");
                internal()
            }
            Err(_) => {
                tracing::warn!(%endpoint, "endpoint not looked up in time");
                internal()
            }
        }
    }
}

fn internal() -> Outcome {
    Outcome::Later { after: LOOKUP_PAUSE, answer: Answer::error("internal", "the endpoint could not be looked up") }
}

#[async_trait]
impl Channel for WebhookChannel {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webhook
    }

    fn pace(&self) -> Pace {
        Pace {
            in_flight_max: 64,
            burst_per_recipient: 8,
            in_flight_per_recipient_max: 8,
            recipient_interval: Duration::ZERO,
            deadline: self.lookup_max + self.courier.deadline() + MARGIN,
            schedule: &SCHEDULE,
        }
    }

    async fn send(&self, job: &Job) -> Outcome {
        let start = Instant::now();
        let outcome = self.attempt(job).await;
        let (answer, seconds) = (outcome.answer(), start.elapsed().as_secs_f64());
        metrics::counter!("aviso_webhook_attempts_total", "class" => answer.class).increment(1);
        metrics::histogram!("aviso_webhook_attempt_seconds").record(seconds);
        tracing::debug!(
            delivery = %job.id,
            event = %job.event.id,
            endpoint = %job.address,
            attempt = job.attempt,
            class = answer.class,
            code = answer.code,
            seconds,
            "webhook attempt"
        );
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Settings;
    use crate::courier::tests::{event, target};
    use aviso_core::clock::SystemClock;
    use aviso_core::delivery::Lane;
    use aviso_core::id::DeliveryId;
    use aviso_core::language::Language;
    use aviso_core::merchant::endpoint::{EndpointError, EndpointTarget};
    use aviso_core::secret::KeyError;

    enum Shelf {
        Holds(EndpointTarget),
        Empty,
        Broken,
        Stuck,
    }

    #[async_trait]
    impl Directory for Shelf {
        async fn target(&self, _: EndpointId) -> Result<Option<EndpointTarget>, EndpointError> {
            match self {
                Self::Holds(target) => Ok(Some(target.clone())),
                Self::Empty => Ok(None),
                Self::Broken => Err(EndpointError::Seal(KeyError::Seal)),
                Self::Stuck => std::future::pending().await,
            }
        }
    }

    fn channel(shelf: Shelf) -> WebhookChannel {
        let clock = Arc::new(SystemClock);
        let client = Client::new(&Settings::default(), clock.clone()).unwrap();
        let lookup_max = Duration::from_millis(50);
        WebhookChannel { lookup_max, ..WebhookChannel::new(Arc::new(shelf), client, clock) }
    }

    fn job(address: &str) -> Job {
        Job {
            id: DeliveryId::new(SystemClock.now()),
            event: event(),
            lane: Lane::Transactional,
            address: address.to_owned(),
            language: Language::En,
            attempt: 1,
            staff: false,
            previous: None,
        }
    }

    fn endpoint() -> String {
        EndpointId::new(SystemClock.now()).to_string()
    }

    #[tokio::test]
    async fn what_the_lookup_says_decides_before_anything_is_sent() {
        for (shelf, class) in [(Shelf::Empty, "gone"), (Shelf::Broken, "internal"), (Shelf::Stuck, "internal")] {
            let outcome = channel(shelf).send(&job(&endpoint())).await;
            assert_eq!(outcome.answer().class, class);
            assert_eq!(matches!(outcome, Outcome::RecipientGone(_)), class == "gone");
            assert_eq!(matches!(outcome, Outcome::Later { .. }), class == "internal");
        }
        let outcome = channel(Shelf::Empty).send(&job("pay_01h2xcejqtf2nbrexx3vqjhp41")).await;
        assert!(matches!(outcome, Outcome::Rejected(Answer { class: "address", .. })));
    }

    #[tokio::test]
    async fn an_endpoint_that_became_forbidden_is_not_called() {
        let shelf = Shelf::Holds(target("http://127.0.0.1:9/"));
        let outcome = channel(shelf).send(&job(&endpoint())).await;
        assert!(matches!(outcome, Outcome::Failed(Answer { class: "blocked_address", .. })), "{outcome:?}");
    }

    #[test]
    fn the_schedule_is_the_one_of_the_specification() {
        let pace = channel(Shelf::Empty).pace();
        assert_eq!(pace.schedule.iter().sum::<Duration>(), Duration::from_secs(75 * HOUR + 35 * MINUTE + 5));
        assert_eq!(pace.deadline, Duration::from_millis(16_050));
    }
}
