//! Deliveries: one mechanism for Telegram, e-mail and webhooks.
//!
//! `event → plan → delivery rows → claim a lease → send (no transaction open) → record → done | next | dead`.
//! Woken after each commit and by a timer; each activation re-reads the database and is safe to run
//! twice. At least once: a crash repeats at most what was in flight.

mod channel;
mod instance;
mod log;
mod mail_report;
pub(crate) mod notice_key;
mod plan;
mod reach;
mod record;
mod sweep;
mod test_world;
#[cfg(test)]
mod tests;
mod worker;

use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{DeliveryId, EventId};

pub use channel::{Answer, Channel, ChannelKind, Job, Lane, Outcome, Pace};
pub use instance::Heartbeat;
pub use log::{DeliveryError, DeliveryLog};
pub use mail_report::{Heard, MailReport, ReportKind};
pub use plan::Planner;
pub(crate) use reach::is_kept;
pub use test_world::{NoTestAddress, TestAddresses};
pub use worker::Worker;

/// A delivery as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id.
    pub id: DeliveryId,
    /// What is delivered.
    pub event_id: EventId,
    /// Its type.
    pub event_kind: Option<EventType>,
    /// How.
    pub channel: ChannelKind,
    /// Where to.
    pub address: String,
    /// `pending`, `leased`, `done`, `dead` or `cancelled`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// When the next attempt is due.
    pub next_at: Timestamp,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// One attempt as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// Counts from 1.
    pub number: i32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub duration_micros: i64,
    /// `sent`, `failed`, `later`, `rejected`, `gone` or `lost`.
    pub outcome: String,
    /// The provider's code.
    pub code: Option<i32>,
    /// A stable class: `ok`, `timeout`, `status`, …
    pub class: String,
    /// The first kilobyte of what the provider said.
    pub answer: String,
}
