//! The sum of a month, for who asked for it: what was paid and what came back, by currency.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::account::Account;
use crate::clock::Timestamp;
use crate::event::{Audience, Event, EventType};
use crate::id::{AccountId, EventId};
use crate::merchant::Mode;
use crate::payment::Payment;
use crate::preference::{Category, Month, Preferences};
use crate::store::{StoreError, account as accounts, event as events, payment as payments, preference as rows};

/// Accounts looked at in one go.
const BATCH: u64 = 100;
/// A report is sent in the first days of a month; later it would be no news.
const DAYS: u32 = 5;
/// Payments that are summed.
const PAYMENTS_MAX: u64 = 10_000;

/// The sum of a month in one currency; minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthSum {
    /// Payments whose money was taken.
    pub count: u64,
    /// Taken.
    pub paid: i64,
    /// Given back, of these payments.
    pub refunded: i64,
}

impl MonthSum {
    /// As an event carries it.
    fn write(self) -> String {
        format!("{} {} {}", self.count, self.paid, self.refunded)
    }

    /// Reads what an event carries.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let sum = Self {
            count: parts.next()?.parse().ok()?,
            paid: parts.next()?.parse().ok()?,
            refunded: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(sum)
    }
}

/// A report as an event carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The month.
    pub month: Month,
    /// The sums by currency code.
    pub sums: BTreeMap<String, MonthSum>,
}

impl Report {
    /// Reads the facts of an event; `None` when it is no report.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let facts = &event.audience.facts;
        let month = facts.get("month")?.parse().ok()?;
        let sums = facts
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix("sum.")?.to_owned(), MonthSum::read(value)?)));
        Some(Self { month, sums: sums.collect() })
    }

    fn facts(&self) -> BTreeMap<String, String> {
        let sums = self.sums.iter().map(|(currency, sum)| (format!("sum.{currency}"), sum.write()));
        sums.chain([("month".to_owned(), self.month.to_string())]).collect()
    }

    fn add(mut self, payment: &Payment) -> Self {
        if payment.captured() > 0 {
            let sum = self.sums.entry(payment.currency().code().to_owned()).or_default();
            sum.count += 1;
            sum.paid += payment.captured();
            sum.refunded += payment.refunded();
        }
        self
    }
}

impl Preferences {
    /// Writes the reports of the month before, once for each account that asked for them, in the first
    /// days of a month as it is where they live. Test payments are no money and are left out. Safe to
    /// run at any time and twice. Gives how many were written.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn send_reports(&self) -> Result<u64, StoreError> {
        let (mut total, mut after) = (0, None);
        loop {
            let batch = rows::subscribers(self.store.reader(), Category::Reports, None, after, BATCH).await?;
            let Some(last) = batch.last().copied() else { return Ok(total) };
            for id in batch {
                total += u64::from(self.send_report(id).await?);
            }
            after = Some(last);
        }
    }

    async fn send_report(&self, id: AccountId) -> Result<bool, StoreError> {
        let (conn, now) = (self.store.reader(), self.clock.now());
        let Some(account) = accounts::by_id(conn, id).await? else { return Ok(false) };
        if account.time_zone.day_at(now) > DAYS {
            return Ok(false);
        }
        let month = account.time_zone.month_at(now).previous();
        let event_id = event_id(id, month);
        if events::by_id(conn, event_id).await?.is_some() {
            return Ok(false);
        }
        let Some((from, until)) = account.time_zone.span_of(month) else { return Ok(false) };
        let made = payments::between(conn, id, from, until, PAYMENTS_MAX).await?;
        let none = Report { month, sums: BTreeMap::new() };
        let report = made.iter().filter(|payment| payment.mode == Mode::Live).fold(none, Report::add);
        if report.sums.is_empty() {
            return Ok(false);
        }
        let event = event(event_id, &account, &report, now);
        self.store
            .write(async |tx| {
                // Another process may have been faster.
                if events::by_id(tx.conn(), event_id).await?.is_some() {
                    return Ok(false);
                }
                events::insert(tx, std::slice::from_ref(&event)).await?;
                Ok(true)
            })
            .await
    }
}

/// Follows from account and month, so that a second run finds the first one's work.
fn event_id(account: AccountId, month: Month) -> EventId {
    let digest =
        Sha256::new().chain_update(b"report\0").chain_update(month.to_string()).chain_update(account.as_uuid());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    EventId::from_uuid(Uuid::from_bytes(bytes))
}

fn event(id: EventId, account: &Account, report: &Report, now: Timestamp) -> Event {
    let audience = Audience { account_id: Some(account.id), facts: report.facts(), ..Audience::default() };
    Event { id, ..Event::for_people(EventType::ReportMonthly, audience, now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_reads_back_and_nothing_else_is_one() {
        let sum = MonthSum { count: 3, paid: 123_450, refunded: 50 };
        assert_eq!(MonthSum::read(&sum.write()), Some(sum));
        for wrong in ["", "1", "1 2", "1 2 3 4", "a b c", "-1 2 3"] {
            assert_eq!(MonthSum::read(wrong), None, "{wrong}");
        }
    }
}
