//! What the members of a merchant are told of its business: at once, or summed by the hour or the day.
//!
//! Each member chooses a pace for each topic. The janitor gathers what happened since it last told a member
//! at that pace, and writes one event of it in the same unit of work that moves its mark: everything is told
//! once, in one message for each period, by the channels of the member's own matrix.

mod sum;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Timelike;

use crate::account::Account;
use crate::clock::Timestamp;
use crate::event::{Audience, Event, EventType};
use crate::id::{AccountId, MerchantId};
use crate::merchant::member::{Members, Right, Rights};
use crate::merchant::{Merchant, Mode};
use crate::named::named;
use crate::preference::TimeZone;
use crate::store::{
    StoreError, Tx, account as accounts, digest as rows, event as events, member as members, merchant as merchants,
};

pub use sum::{Digest, DigestLine, DigestSum};

/// Events read at once.
const BATCH: u64 = 500;
/// Events of one period that are summed.
const EVENTS_MAX: usize = 20_000;
/// Events become visible this much later than they are dated, at the latest.
const SETTLED_AFTER: Duration = Duration::from_secs(10);

named! {
    /// What a member is told of.
    pub enum Topic {
        /// Payments that were taken, and refused ones.
        Payments = "payments",
        /// Money that went back.
        Refunds = "refunds",
        /// Payments that buyers contest at their issuers.
        Disputes = "disputes",
        /// Webhook endpoints that fail.
        Endpoints = "endpoints",
    }
}

named! {
    /// How often a member is told.
    pub enum DigestPace {
        /// Not at all.
        Off = "off",
        /// As it happens.
        Immediately = "immediately",
        /// Summed, after each hour in which something happened.
        Hourly = "hourly",
        /// Summed, after each day in which something happened, as days are where the member lives.
        Daily = "daily",
    }
}

impl Topic {
    /// The right that is needed to hear of it.
    #[must_use]
    pub const fn right(self) -> Right {
        match self {
            Self::Payments | Self::Refunds | Self::Disputes => Right::View,
            Self::Endpoints => Right::Webhooks,
        }
    }

    /// The pace of who chose none.
    #[must_use]
    pub const fn usual_pace(self) -> DigestPace {
        match self {
            Self::Payments | Self::Refunds => DigestPace::Daily,
            Self::Disputes | Self::Endpoints => DigestPace::Immediately,
        }
    }

    /// The topic of an event, if members are told of it.
    #[must_use]
    pub const fn of(kind: EventType) -> Option<Self> {
        match kind {
            EventType::PaymentCaptured | EventType::PaymentDeclined => Some(Self::Payments),
            EventType::RefundSucceeded | EventType::RefundFailed => Some(Self::Refunds),
            EventType::DisputeOpened | EventType::DisputeWon | EventType::DisputeLost => Some(Self::Disputes),
            EventType::EndpointFailing | EventType::EndpointDisabled => Some(Self::Endpoints),
            _ => None,
        }
    }
}

/// What a member chose for each topic.
pub type Paces = BTreeMap<&'static str, DigestPace>;

/// The pace of a topic among those that were chosen.
#[must_use]
pub fn pace_of(paces: &Paces, topic: Topic) -> DigestPace {
    paces.get(topic.as_str()).copied().unwrap_or(topic.usual_pace())
}

impl DigestPace {
    /// Until when a period is over: the latest moment that may be told of now.
    fn end(self, zone: TimeZone, now: Timestamp) -> Option<Timestamp> {
        let settled = now.before(SETTLED_AFTER);
        let local = zone.at(settled);
        match self {
            Self::Off => None,
            Self::Immediately => Some(settled),
            // Of the clock there, which may be half an hour off ours.
            Self::Hourly => {
                let into = u64::from(local.minute()) * 60 + u64::from(local.second());
                let into = Duration::from_secs(into) + Duration::from_nanos(u64::from(local.nanosecond()));
                Some(settled.before(into))
            }
            Self::Daily => zone.day_begins(local.date_naive()),
        }
    }
}

impl Members {
    /// The shops that a person acts for, with the topics that they may hear of and the pace of each.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn paces(&self, account: AccountId) -> Result<Vec<(Merchant, Vec<(Topic, DigestPace)>)>, StoreError> {
        let mut all = Vec::new();
        for (merchant, rights) in self.of_account(account).await? {
            let chosen = rows::paces(self.store.reader(), merchant.id, account).await?;
            let topics = Topic::ALL.iter().filter(|topic| rights.has(topic.right()));
            let topics = topics.map(|topic| (*topic, pace_of(&chosen, *topic))).collect();
            all.push((merchant, topics));
        }
        Ok(all)
    }

    /// Sets how often a member is told of a topic. Somebody who is no member, or may not hear of it, changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_pace(
        &self,
        account: AccountId,
        merchant: MerchantId,
        topic: Topic,
        pace: DigestPace,
    ) -> Result<(), StoreError> {
        self.store
            .write(async |tx| {
                let rights = members::rights(tx.conn(), merchant, account).await?;
                if rights.is_some_and(|rights| rights.has(topic.right())) {
                    rows::set_pace(tx, merchant, account, topic, pace).await?;
                }
                Ok(())
            })
            .await
    }

    /// Tells members what happened since they were told last, as far as their periods are over. Safe to run at
    /// any time and on several instances at once. Gives how many messages were written.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn send_digests(&self) -> Result<u64, StoreError> {
        let mut total = 0;
        for (merchant, account, rights) in rows::members(self.store.reader()).await? {
            for pace in [DigestPace::Immediately, DigestPace::Hourly, DigestPace::Daily] {
                total += self.send_digest(merchant, account, rights, pace).await?;
            }
        }
        Ok(total)
    }

    async fn send_digest(
        &self,
        merchant: MerchantId,
        account: AccountId,
        rights: Rights,
        pace: DigestPace,
    ) -> Result<u64, StoreError> {
        let (conn, now) = (self.store.reader(), self.clock.now());
        let Some(person) = accounts::by_id(conn, account).await? else { return Ok(0) };
        let Some(end) = pace.end(person.time_zone, now) else { return Ok(0) };
        let told_until = rows::told_until(conn, merchant, account, pace).await?;
        if told_until.is_some_and(|until| until >= end) {
            return Ok(0);
        }
        let chosen = rows::paces(conn, merchant, account).await?;
        let wanted = |topic: &Topic| rights.has(topic.right()) && pace_of(&chosen, *topic) == pace;
        let topics: Vec<Topic> = Topic::ALL.iter().copied().filter(wanted).collect();
        let mut told = Vec::new();
        // Nothing was told before: from this period on.
        if let Some(since) = told_until.filter(|_| !topics.is_empty()) {
            let shop = merchants::name(conn, merchant).await?;
            for mode in [Mode::Live, Mode::Test] {
                let digest = self.gather((merchant, mode), (since, end), &topics).await?;
                told.extend(digest.map(|digest| digest_event(&person, mode, &shop, pace, &digest, now)));
            }
        }
        self.store.write(async |tx| write(tx, (merchant, account, pace), (told_until, end), &told).await).await
    }

    /// Everything of these topics in a span of time.
    async fn gather(
        &self,
        scope: (MerchantId, Mode),
        span: (Timestamp, Timestamp),
        topics: &[Topic],
    ) -> Result<Option<Digest>, StoreError> {
        let (mut digest, mut last, mut seen) = (Digest::default(), None, 0);
        loop {
            let batch = events::after(self.store.reader(), scope, span, last, BATCH).await?;
            let Some(end) = batch.last() else { break };
            last = Some(end.id);
            seen += batch.len();
            for event in &batch {
                if Topic::of(event.kind).is_some_and(|topic| topics.contains(&topic)) {
                    digest.add(event);
                }
            }
            if seen >= EVENTS_MAX {
                break;
            }
        }
        Ok((!digest.sums.is_empty()).then_some(digest))
    }
}

/// Moves the mark, unless somebody else did, and writes what is told.
async fn write(
    tx: &Tx,
    whose: (MerchantId, AccountId, DigestPace),
    (before, end): (Option<Timestamp>, Timestamp),
    told: &[Event],
) -> Result<u64, StoreError> {
    if !rows::move_mark(tx, whose, before, end).await? {
        return Ok(0);
    }
    events::insert(tx, told).await?;
    Ok(told.len() as u64)
}

fn digest_event(person: &Account, mode: Mode, shop: &str, pace: DigestPace, digest: &Digest, now: Timestamp) -> Event {
    let mut facts = digest.facts();
    facts.insert("shop".to_owned(), shop.to_owned());
    facts.insert("pace".to_owned(), pace.as_str().to_owned());
    let audience = Audience { account_id: Some(person.id), facts, ..Audience::default() };
    Event { mode, ..Event::for_people(EventType::ShopDigest, audience, now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_end_as_the_clock_of_the_member_says() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let now = at("2026-11-24T18:47:30Z");
        let (utc, kolkata) = (TimeZone::default(), "Asia/Kolkata".parse::<TimeZone>().unwrap());
        assert_eq!(DigestPace::Off.end(utc, now), None);
        assert_eq!(DigestPace::Immediately.end(utc, now), Some(at("2026-11-24T18:47:20Z")));
        assert_eq!(DigestPace::Hourly.end(utc, now), Some(at("2026-11-24T18:00:00Z")));
        assert_eq!(DigestPace::Hourly.end(kolkata, now), Some(at("2026-11-24T18:30:00Z")));
        assert_eq!(DigestPace::Daily.end(utc, now), Some(at("2026-11-24T00:00:00Z")));
        assert_eq!(DigestPace::Daily.end(kolkata, now), Some(at("2026-11-24T18:30:00Z")));
        // What may still become visible waits for the next one.
        assert_eq!(DigestPace::Hourly.end(utc, at("2026-11-24T19:00:05Z")), Some(at("2026-11-24T18:00:00Z")));
    }
}
