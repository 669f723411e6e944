//! The port through which a message leaves: Telegram, e-mail and webhooks each implement [`Channel`].

use std::time::Duration;

use async_trait::async_trait;

use crate::event::Event;
use crate::id::DeliveryId;
use crate::language::Language;

/// A way to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// A chat with the bot; the address is the chat's numeric id.
    Telegram,
    /// A mailbox; the address is the e-mail address.
    Email,
    /// A merchant's endpoint; the address is the endpoint's id (`whk_…`).
    Webhook,
    /// The inbox of a person's pages. The planner itself writes what is in it: nothing leaves, so there are
    /// no deliveries and no worker.
    Inbox,
}

impl ChannelKind {
    /// Every channel.
    pub const ALL: [Self; 4] = [Self::Telegram, Self::Email, Self::Webhook, Self::Inbox];

    /// The name in tables, API and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Inbox => "inbox",
        }
    }

    /// The channel with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How urgent a delivery is. The order is the order of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A person waits for it now: log-in pushes, confirmations.
    Interactive,
    /// News of a payment.
    Transactional,
    /// Broadcasts and replays.
    Bulk,
}

impl Lane {
    /// Every lane, most urgent first.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Transactional, Self::Bulk];

    /// The number in the tables: lower is served first.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::Interactive => 0,
            Self::Transactional => 1,
            Self::Bulk => 2,
        }
    }

    /// The lane with this number.
    #[must_use]
    pub fn from_rank(rank: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.rank() == rank)
    }
}

/// One delivery to carry out.
#[derive(Debug, Clone)]
pub struct Job {
    /// The delivery's id.
    pub id: DeliveryId,
    /// What happened.
    pub event: Event,
    /// How urgent it is.
    pub lane: Lane,
    /// Where to: see [`ChannelKind`].
    pub address: String,
    /// The language to write in.
    pub language: Language,
    /// Counts from 1.
    pub attempt: i32,
    /// Whether the recipient reads it as staff rather than as buyer.
    pub staff: bool,
    /// The provider's id of the latest message that went to the same address about the same payment,
    /// for channels that update a message in place.
    pub previous: Option<String>,
}

/// What came of one attempt. It says what is known; the delivery mechanism decides what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took it.
    Sent {
        /// The provider's own id of the message, if it has one.
        provider_ref: Option<String>,
        /// What the provider said, for the delivery log.
        answer: Answer,
    },
    /// It failed now and may succeed later, on the channel's schedule.
    Failed(Answer),
    /// The provider asks to wait; not counted as an attempt. The recipient rests for this long.
    Later {
        /// How long the recipient rests.
        after: Duration,
        /// What the provider said.
        answer: Answer,
    },
    /// This message can never be sent (too long, unsignable); others to the recipient can.
    Rejected(Answer),
    /// The recipient cannot be reached by this channel any more: blocked, deactivated, gone.
    RecipientGone(Answer),
}

impl Outcome {
    /// What the provider said.
    #[must_use]
    pub const fn answer(&self) -> &Answer {
        match self {
            Self::Sent { answer, .. }
            | Self::Failed(answer)
            | Self::Later { answer, .. }
            | Self::Rejected(answer)
            | Self::RecipientGone(answer) => answer,
        }
    }
}

/// What the provider said, kept in the delivery log. Holds no secret and no personal data of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status, SMTP code or Bot API error code.
    pub code: Option<i32>,
    /// A stable class for metrics and the log: `ok`, `timeout`, `connect`, `status`, `blocked`, …
    pub class: &'static str,
    /// The first kilobyte of what was said, or the error in words.
    pub text: String,
    /// At least this long until the next attempt, as the receiver asked (`Retry-After`).
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// Plain success.
    #[must_use]
    pub fn ok(code: i32) -> Self {
        Self { code: Some(code), class: "ok", ..Self::default() }
    }

    /// A failure of this class, in words.
    #[must_use]
    pub fn error(class: &'static str, text: impl Into<String>) -> Self {
        Self { class, text: text.into(), ..Self::default() }
    }
}

/// How a channel wants to be fed.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Deliveries under way at once over all recipients.
    pub in_flight_max: usize,
    /// Deliveries to one recipient claimed at a time.
    pub burst_per_recipient: u32,
    /// Deliveries to one recipient under way at once; at least 1. Keeps one that hangs from taking
    /// every slot.
    pub in_flight_per_recipient_max: u32,
    /// Pause of a recipient after each claim; zero for none.
    pub recipient_interval: Duration,
    /// The longest that [`Channel::send`] may take; the lease is longer than this.
    pub deadline: Duration,
    /// Waits after the first, second, … failed attempt; when they are used up the delivery is dead.
    pub schedule: &'static [Duration],
}

/// A way for messages to leave. Implementations never change a payment.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// Which channel it is.
    fn kind(&self) -> ChannelKind;

    /// How it wants to be fed.
    fn pace(&self) -> Pace;

    /// How many messages of a lane may be sent right now within the provider's overall limit. The
    /// worker claims no more than that, so that no claimed row waits for a permit.
    fn budget(&self, lane: Lane) -> usize {
        let _ = lane;
        usize::MAX
    }

    /// Sends one message. No transaction is open. Must end within [`Pace::deadline`], must not panic
    /// on content, and is safe to repeat: a crash between sending and recording sends it again.
    async fn send(&self, job: &Job) -> Outcome;
}
