//! The daily registry: the operations of a day, and the letter that brings them in the morning.

use std::collections::BTreeMap;

use chrono::Timelike;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::document::Document;
use crate::event::{Audience, Event, EventType};
use crate::id::{EventId, MerchantId};
use crate::language::Language;
use crate::merchant::{Mode, Scope};
use crate::money::{Currency, format_minor};
use crate::preference::TimeZone;
use crate::report::export::{table_head, table_lines};
use crate::report::{
    ByCurrency, Day, EXPORT_PAGE, Figures, Grain, OperationLine, Period, ReportError, Reports, Setting,
};
use crate::store::{StoreError, event as events, merchant as merchants, report::setting as rows};

/// The hour of the morning, on the merchant's clocks, from which the registry of the day before is sent.
const MORNING: u32 = 6;
/// Lines of a registry that is sent by mail: some 20 megabytes. Longer ones are fetched by the API.
const LINES_MAX: usize = 100_000;

/// What a letter with a registry says, as its event carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryFacts {
    /// The day.
    pub day: Day,
    /// On whose clocks.
    pub zone: TimeZone,
    /// By currency code: how often money was taken, what was taken, and what went back.
    pub sums: BTreeMap<String, (i64, i64, i64)>,
}

impl RegistryFacts {
    /// Reads the facts of an event; `None` when it brings no registry.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let facts = &event.audience.facts;
        let (day, zone) = (facts.get("day")?.parse().ok()?, facts.get("zone")?.parse().ok()?);
        let sum = |text: &str| {
            let mut parts = text.split(' ').map(str::parse);
            Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
        };
        let sums = facts.iter().filter_map(|(key, text)| Some((key.strip_prefix("sum.")?.to_owned(), sum(text)?)));
        Some(Self { day, zone, sums: sums.collect() })
    }

    fn facts(&self, shop: &str) -> BTreeMap<String, String> {
        let sums = self.sums.iter().map(|(currency, (count, captured, refunded))| {
            (format!("sum.{currency}"), format!("{count} {captured} {refunded}"))
        });
        let named = [("day", self.day.to_string()), ("zone", self.zone.to_string()), ("shop", shop.to_owned())];
        sums.chain(named.map(|(key, value)| (key.to_owned(), value))).collect()
    }

    /// An amount as people write it; the number alone in a currency that there is not.
    #[must_use]
    pub fn money(minor: i64, currency: &str, language: Language) -> String {
        let known: Result<Currency, _> = currency.parse();
        known.map_or_else(|_| minor.to_string(), |currency| format_minor(minor, currency, language))
    }
}

/// A registry as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Its name.
    pub name: String,
    /// The table.
    pub table: Vec<u8>,
    /// Whether there was more than a file holds.
    pub is_cut: bool,
}

impl Reports {
    /// Writes the letters with the registry of yesterday, once for each day and address, in the morning of each
    /// merchant. Safe to run at any time, twice, and in several processes. Gives how many were written.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn send_registries(&self) -> Result<u64, StoreError> {
        let mut written = 0;
        for (merchant, setting) in rows::mailed(self.store.reader()).await? {
            written += match self.send_registry(merchant, &setting).await {
                Ok(count) => count,
                Err(ReportError::Store(error)) => return Err(error),
                Err(error @ (ReportError::TooLong(_) | ReportError::Backwards | ReportError::Calendar)) => {
                    tracing::error!(%merchant, %error, "a registry was not written");
                    0
                }
            };
        }
        Ok(written)
    }

    async fn send_registry(&self, id: MerchantId, setting: &Setting) -> Result<u64, ReportError> {
        let (now, zone) = (self.clock.now(), setting.time_zone);
        if zone.at(now).hour() < MORNING {
            return Ok(0);
        }
        let day = Day::at(now, zone).before().ok_or(ReportError::Calendar)?;
        let ids: Vec<EventId> = setting.recipients.iter().map(|to| event_id(day, (id, setting.mode), to)).collect();
        let told = events::by_ids(self.store.reader(), &ids).await?;
        if told.len() == ids.len() {
            return Ok(0);
        }
        let merchant = merchants::by_id(self.store.reader(), id).await?.ok_or(ReportError::Calendar)?;
        let scope = Scope { merchant, mode: setting.mode, key_id: None };
        let total = self.series(&scope, &Period { first: day, last: day, zone }, Grain::Day).await?.total;
        let facts = RegistryFacts { day, zone, sums: moved(&total) };
        let fresh: Vec<Event> = ids
            .iter()
            .zip(&setting.recipients)
            .map(|(event, to)| Event {
                id: *event,
                kind: EventType::ReportRegistry,
                mode: setting.mode,
                merchant_id: Some(id),
                payment_id: None,
                sequence: 0,
                created_at: now,
                document: Document::default(),
                audience: Audience {
                    email: Some(to.clone()),
                    language: Some(scope.merchant.language),
                    facts: facts.facts(&scope.merchant.name),
                    ..Audience::default()
                },
            })
            .collect();
        let written = self
            .store
            .write(async |tx| {
                // Another process may have been faster: it holds the merchant as long as it writes.
                merchants::lock(tx, id).await?;
                let told: Vec<EventId> = events::by_ids(tx.conn(), &ids).await?.iter().map(|event| event.id).collect();
                let fresh: Vec<Event> = fresh.iter().filter(|event| !told.contains(&event.id)).cloned().collect();
                events::insert(tx, &fresh).await?;
                Ok::<_, StoreError>(fresh.len() as u64)
            })
            .await?;
        Ok(written)
    }

    /// The registry of a day as a file: what a letter brings.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub async fn registry_file(
        &self,
        merchant: MerchantId,
        mode: Mode,
        day: Day,
        zone: TimeZone,
    ) -> Result<Registry, ReportError> {
        let merchant = merchants::by_id(self.store.reader(), merchant).await?.ok_or(ReportError::Calendar)?;
        let scope = Scope { merchant, mode, key_id: None };
        let period = Period { first: day, last: day, zone };
        let mut table = table_head::<OperationLine>();
        let (mut after, mut lines) = (None, 0);
        loop {
            let page = self.operation_lines(&scope, &period, after).await?;
            table.extend(table_lines(&page, zone));
            lines += page.len();
            after = page.last().map(|line| line.id);
            let is_cut = page.len() == EXPORT_PAGE && lines >= LINES_MAX;
            if page.len() < EXPORT_PAGE || is_cut {
                let name = format!("aviso-{}-{day}.csv", mode.as_str());
                return Ok(Registry { name, table, is_cut });
            }
        }
    }
}

/// What moved, without the currencies in which nothing did.
fn moved(total: &ByCurrency) -> BTreeMap<String, (i64, i64, i64)> {
    let moves = |figures: &Figures| figures.captures + figures.refunds > 0;
    let sums = total.iter().filter(|(_, figures)| moves(figures));
    sums.map(|(currency, one)| (currency.clone(), (one.captures, one.captured, one.refunded))).collect()
}

/// Follows from merchant, mode, day and address, so that a second run finds the first one's work.
fn event_id(day: Day, (merchant, mode): (MerchantId, Mode), to: &str) -> EventId {
    let digest = Sha256::new()
        .chain_update(b"registry\0")
        .chain_update(mode.as_str())
        .chain_update(merchant.as_uuid())
        .chain_update(day.to_string())
        .chain_update(to);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    EventId::from_uuid(Uuid::from_bytes(bytes))
}
