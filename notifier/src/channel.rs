//! The e-mail channel: composes the letter of a delivery, seals it and hands it to the transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::Clock;
use aviso_core::delivery::{Answer, Channel, ChannelKind, Job, Outcome, Pace};
use aviso_core::event::EventType;
use aviso_core::merchant::Merchants;
use aviso_core::merchant::logo::Logo;
use aviso_core::report::{RegistryFacts, Reports};
use aviso_core::secret::Keyring;
use url::Url;

use crate::compose::Composer;
use crate::email::config::{MailConfig, MailConfigError};
use crate::email::message::{Envelopes, Sealed, address};
use crate::email::transport::Transport;
use crate::email::verdict;

/// The longest that [`Channel::send`] takes: the configured limit (28 s at most) and some work.
const DEADLINE: Duration = Duration::from_secs(30);

/// Waits between attempts: half a minute of trouble costs seconds, a weekend of it loses nothing.
const SCHEDULE: &[Duration] = &[
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];

/// Sends letters. Construct one per process: it keeps connections open.
pub struct EmailChannel {
    composer: Composer,
    envelopes: Envelopes,
    transport: Transport,
    reports: Option<Reports>,
    clock: Arc<dyn Clock>,
    in_flight_max: usize,
    merchants: Option<Merchants>,
}

impl fmt::Debug for EmailChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailChannel").field("in_flight_max", &self.in_flight_max).finish_non_exhaustive()
    }
}

impl EmailChannel {
    /// Reads keys and certificates and checks every setting. Connects to nothing yet.
    ///
    /// Links in letters lead to `public_url`; their tokens are derived from `keyring`.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] names the key of the configuration that is wrong.
    pub fn new(
        config: &MailConfig,
        public_url: Url,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MailConfigError> {
        Ok(Self {
            envelopes: Envelopes::open(config, &keyring)?,
            composer: Composer::new(&public_url, keyring),
            transport: Transport::open(config)?,
            reports: None,
            clock,
            in_flight_max: config.connections_max()?,
            merchants: None,
        })
    }

    /// With the pictures of the shops in letters to their buyers.
    #[must_use]
    pub fn with_logos_of(self, merchants: Merchants) -> Self {
        Self { merchants: Some(merchants), ..self }
    }

    /// The picture of the shop that a letter is about. A letter without one is better than none.
    async fn logo(&self, job: &Job) -> Option<Logo> {
        let (merchants, id) = self.merchants.as_ref().zip(job.event.merchant_id.filter(|_| !job.staff))?;
        match merchants.logo(id).await {
            Ok(logo) => logo,
            Err(error) => {
                tracing::warn!(merchant = %id, error = ?error, "a letter goes without its shop's picture");
                None
            }
        }
    }

    /// The same, with registries going along with their letters.
    #[must_use]
    pub fn with_reports(self, reports: Reports) -> Self {
        Self { reports: Some(reports), ..self }
    }

    #[cfg(test)]
    fn with_limit(self, limit: Duration) -> Self {
        Self { transport: self.transport.with_limit(limit), ..self }
    }

    /// The sealed message, or what becomes of a delivery that cannot have one.
    async fn seal(&self, job: &Job) -> Result<Sealed, Outcome> {
        let Some(to) = address(&job.address) else {
            return Err(Outcome::RecipientGone(Answer::error("address", "not an e-mail address")));
        };
        let mut letter = match self.composer.compose(job, self.logo(job).await) {
            Ok(Some(letter)) => letter,
            Ok(None) => return Err(Outcome::Rejected(Answer::error("no_text", "nobody is told of this by mail"))),
            Err(error) => return Err(Outcome::Rejected(Answer::error("document", error.to_string()))),
        };
        letter.table = self.table(job).await?;
        let sealed = self.envelopes.seal(job.id, to, letter, self.clock.now());
        sealed.map_err(|error| Outcome::Rejected(Answer::error("message", error.to_string())))
    }

    /// The file that goes along with a letter, written now: what was booked late is in it.
    async fn table(&self, job: &Job) -> Result<Option<(String, Vec<u8>)>, Outcome> {
        if job.event.kind != EventType::ReportRegistry {
            return Ok(None);
        }
        let unreadable = || Outcome::Rejected(Answer::error("document", "the event names no day"));
        let facts = RegistryFacts::of(&job.event).ok_or_else(unreadable)?;
        let merchant = job.event.merchant_id.ok_or_else(unreadable)?;
        let none = || Outcome::Rejected(Answer::error("registry", "this process has no reports"));
        let reports = self.reports.as_ref().ok_or_else(none)?;
        match reports.registry_file(merchant, job.event.mode, facts.day, facts.zone).await {
            Ok(registry) => Ok(Some((registry.name, registry.table))),
            Err(error) => Err(Outcome::Failed(Answer::error("registry", error.to_string()))),
        }
    }

    async fn attempt(&self, job: &Job) -> Outcome {
        let sealed = match self.seal(job).await {
            Ok(sealed) => sealed,
            Err(outcome) => return outcome,
        };
        match self.transport.send(&sealed).await {
            Ok(said) => Outcome::Sent {
                provider_ref: Some(sealed.message_id),
                answer: Answer { text: said.chars().take(250).collect(), ..Answer::ok(250) },
            },
            Err(error) => verdict::outcome(&error, sealed.to.as_ref()),
        }
    }
}

#[async_trait]
impl Channel for EmailChannel {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn pace(&self) -> Pace {
        Pace {
            in_flight_max: self.in_flight_max,
            burst_per_recipient: 4,
            in_flight_per_recipient_max: 4,
            recipient_interval: Duration::ZERO,
            deadline: DEADLINE,
            schedule: SCHEDULE,
        }
    }

    async fn send(&self, job: &Job) -> Outcome {
        let outcome = self.attempt(job).await;
        let class = outcome.answer().class;
        metrics::counter!("aviso_mail_attempts_total", "outcome" => name(&outcome), "class" => class).increment(1);
        tracing::debug!(delivery = %job.id, outcome = name(&outcome), class, "mail attempt");
        outcome
    }
}

/// The outcome as a metric's label.
const fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent { .. } => "sent",
        Outcome::Failed(_) => "failed",
        Outcome::Later { .. } => "later",
        Outcome::Rejected(_) => "rejected",
        Outcome::RecipientGone(_) => "gone",
    }
}

#[cfg(test)]
mod tests;
