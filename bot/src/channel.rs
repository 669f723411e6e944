//! The Telegram channel: notices leave by it. One message per payment, changed in place.

mod latest;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::account::link::LinkPurpose;
use aviso_core::clock::Timestamp;
use aviso_core::delivery::{Answer, Channel, ChannelKind, Job, Lane, Outcome, Pace};
use aviso_core::event::EventType;
use aviso_core::verifier;
use url::Url;

use crate::api::Api;
use crate::fault::Fault;
use crate::notice::{self, Follow, Notice};
use crate::services::BotServices;
use crate::start::Bot;
use crate::words::Words;
use latest::{Latest, LatestMessages};

/// The longest that one message takes, teloxide's ten seconds after a 5xx included.
const DEADLINE: Duration = Duration::from_secs(25);
/// How long deliveries rest when the token is not accepted: somebody has to act.
const TOKEN_REST: Duration = Duration::from_secs(60);

/// Waits between attempts.
const SCHEDULE: &[Duration] = &[
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(6 * 3_600),
    Duration::from_secs(24 * 3_600),
];

/// Delivers notices to chats. Shares its pace with the bot's replies.
pub struct TelegramChannel {
    api: Api,
    services: BotServices,
    site: Url,
    latest: LatestMessages,
}

impl fmt::Debug for TelegramChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelegramChannel").finish_non_exhaustive()
    }
}

impl TelegramChannel {
    /// The channel of a bot. Make one per process: it keeps the order of notices within a chat.
    #[must_use]
    pub fn new(bot: &Bot) -> Self {
        let desk = bot.desk();
        Self {
            api: desk.api.clone(),
            services: desk.services.clone(),
            site: desk.site.clone(),
            latest: LatestMessages::default(),
        }
    }

    async fn deliver(&self, job: &Job) -> Result<Sent, Fault> {
        let chat_id: i64 = job.address.parse().map_err(|_| Fault::Gone("not a chat id".to_owned()))?;
        if is_over(job, self.services.clock.now()) {
            return Err(Fault::Refused("nobody waits for the answer any more".to_owned()));
        }
        let words = Words::of(job.language);
        let Some(notice) = notice::compose(job, &words, &self.site) else {
            return Err(Fault::Refused("chats are not told of this".to_owned()));
        };
        let notice = self.with_decider(job, notice, &words).await;
        // In order within a chat, or two notices of one payment would both find no earlier message.
        let turn = self.latest.turn(chat_id);
        let _turn = turn.lock().await;
        match notice.follow {
            Follow::Aside => {
                self.api.send(job.lane, chat_id, &notice.screen, None).await?;
                Ok(Sent { message: None })
            }
            Follow::Fresh => self.send_fresh(job, chat_id, &notice).await,
            Follow::Update => self.update(job, chat_id, &notice).await,
        }
    }

    async fn send_fresh(&self, job: &Job, chat_id: i64, notice: &Notice) -> Result<Sent, Fault> {
        let message_id = self.api.send(job.lane, chat_id, &notice.screen, None).await?;
        self.latest.note(job, chat_id, message_id);
        Ok(Sent { message: Some((chat_id, message_id)) })
    }

    async fn update(&self, job: &Job, chat_id: i64, notice: &Notice) -> Result<Sent, Fault> {
        let Some(latest) = self.latest.of(job, chat_id) else {
            return self.send_fresh(job, chat_id, notice).await;
        };
        let message_id = latest.message_id;
        // A notice that was overtaken by a later one must not turn the message back.
        if latest.sequence < job.event.sequence {
            match self.api.edit(job.lane, chat_id, message_id, &notice.screen).await {
                Ok(()) => self.latest.note(job, chat_id, message_id),
                Err(Fault::NoTarget) => return self.send_fresh(job, chat_id, notice).await,
                Err(fault) => return Err(fault),
            }
        }
        if let Some(reply) = &notice.reply {
            self.api.send(job.lane, chat_id, reply, Some(message_id)).await?;
        }
        Ok(Sent { message: Some((chat_id, message_id)) })
    }

    /// A closed review says who decided; the event does not carry that, the audit log does.
    async fn with_decider(&self, job: &Job, mut notice: Notice, words: &Words) -> Notice {
        let event = &job.event;
        if event.kind != EventType::ReviewClosed || !job.staff {
            return notice;
        }
        let facts = &event.audience.facts;
        let (Some(document), Some(shop), Some(decision)) =
            (event.document.payment.as_ref(), facts.get("shop"), facts.get("decision"))
        else {
            return notice;
        };
        let by = crate::staff::decider(&self.services, &document.id).await;
        notice.screen = notice::closed_card(document, shop, decision, by.as_deref(), words);
        notice
    }
}

/// A question that nobody waits for any more is not asked: it would only frighten.
fn is_over(job: &Job, now: Timestamp) -> bool {
    let lifetime = match job.event.kind {
        EventType::AccountLoginRequested => LinkPurpose::LogIn.lifetime(),
        EventType::VerificationRequested => verifier::WAIT,
        _ => return false,
    };
    now.since(job.event.created_at) >= lifetime
}

struct Sent {
    message: Option<(i64, i32)>,
}

#[async_trait]
impl Channel for TelegramChannel {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    fn pace(&self) -> Pace {
        Pace {
            in_flight_max: 32,
            burst_per_recipient: 3,
            in_flight_per_recipient_max: 3,
            recipient_interval: Duration::from_secs(1),
            deadline: DEADLINE,
            schedule: SCHEDULE,
        }
    }

    fn budget(&self, lane: Lane) -> usize {
        self.api.scheduler().budget(lane)
    }

    async fn send(&self, job: &Job) -> Outcome {
        match self.deliver(job).await {
            Ok(sent) => Outcome::Sent {
                provider_ref: sent.message.map(|(chat_id, id)| Latest::write(chat_id, id)),
                answer: Answer::ok(200),
            },
            Err(fault) => outcome(&fault),
        }
    }
}

/// What becomes of a delivery after a fault.
fn outcome(fault: &Fault) -> Outcome {
    let said = |code, class| Answer { code, ..Answer::error(class, fault.to_string()) };
    match fault {
        Fault::Gone(_) => Outcome::RecipientGone(said(Some(403), "blocked")),
        Fault::Wait(after) => Outcome::Later { after: *after, answer: said(Some(429), "too_fast") },
        // The message is as it should be.
        Fault::NotModified => Outcome::Sent { provider_ref: None, answer: Answer::ok(200) },
        Fault::Token => Outcome::Later { after: TOKEN_REST, answer: said(Some(401), "auth") },
        Fault::Passing { class, .. } => Outcome::Failed(said(None, class)),
        Fault::Conflict(_) | Fault::NoTarget => Outcome::Failed(said(None, "refused")),
        Fault::TooLong => Outcome::Rejected(said(Some(400), "too_long")),
        Fault::Markup(_) | Fault::Refused(_) => Outcome::Rejected(said(Some(400), "refused")),
    }
}
