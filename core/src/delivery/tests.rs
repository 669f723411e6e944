//! The mechanism against a real database and a channel that does as it is told.

mod claims;
mod old;
mod outcomes;
mod runs;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};

use crate::clock::{Clock, ShiftedClock, Timestamp};
use crate::delivery::record::{Ended, record};
use crate::delivery::{ChannelKind, Lane, Outcome, Pace};
use crate::document::Document;
use crate::event::{Audience, Event, EventType};
use crate::id::{DeliveryId, EventId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::store::delivery::{self as rows, ClaimPlan, Leased, NewDelivery};
use crate::store::{DatabaseUrl, Store, StoreError, event as events};

const PACE: Pace = Pace {
    in_flight_max: 64,
    burst_per_recipient: 4,
    in_flight_per_recipient_max: 4,
    recipient_interval: Duration::ZERO,
    deadline: Duration::from_secs(5),
    schedule: &[Duration::from_secs(60)],
};

/// A fresh database and a clock.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    clock: Arc<ShiftedClock>,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("t.db"))).await.unwrap();
        aviso_migrations::migrate(&store.migration_connection()).await.unwrap();
        Self { folder, store, clock: Arc::default() }
    }

    /// The same database as another process sees it.
    async fn reopened(&self) -> Store {
        Store::open(&DatabaseUrl::Sqlite(self.folder.path().join("t.db"))).await.unwrap()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An event about a person with an e-mail address, written down.
    async fn event(&self, kind: EventType) -> Event {
        let now = self.now();
        let event = Event {
            id: EventId::new(now),
            kind,
            mode: Mode::Test,
            merchant_id: None,
            payment_id: None,
            sequence: 0,
            created_at: now,
            document: Document::default(),
            audience: Audience { email: Some("ann@example.com".to_owned()), ..Audience::default() },
        };
        self.store.write(async |tx| events::insert(tx, std::slice::from_ref(&event)).await).await.unwrap();
        event
    }

    async fn plan(&self, event: &Event, channel: ChannelKind, address: &str) -> Option<DeliveryId> {
        let new = NewDelivery {
            event,
            channel,
            lane: Lane::Transactional,
            address: address.to_owned(),
            language: Language::Ru,
            staff: false,
            round: 0,
            not_before: self.now(),
        };
        let now = self.now();
        self.store.write(async |tx| rows::insert(tx, &new, now).await).await.unwrap()
    }

    /// So many deliveries to an address, each of an event of its own.
    async fn plan_many(&self, count: usize, channel: ChannelKind, address: &str) {
        for _ in 0..count {
            let event = self.event(EventType::PaymentAuthorized).await;
            self.plan(&event, channel, address).await.unwrap();
        }
    }

    async fn claim(&self, channel: ChannelKind) -> Vec<Leased> {
        self.claim_of(channel, Lane::Transactional).await
    }

    async fn claim_of(&self, channel: ChannelKind, lane: Lane) -> Vec<Leased> {
        let now = self.now();
        let plan = ClaimPlan {
            channel,
            lane,
            slots: 64,
            burst: PACE.burst_per_recipient,
            in_flight_max: PACE.in_flight_per_recipient_max,
            rest_until: now.after(PACE.recipient_interval),
            lease_until: now.after(PACE.deadline),
            owner: self.store.instance(),
            now,
        };
        self.store.write(async |tx| rows::claim(tx, &plan).await).await.unwrap()
    }

    async fn record(&self, leased: Leased, outcome: Outcome, pace: &Pace, kind: ChannelKind) {
        let now = self.now();
        let Leased { job, token, recipient } = leased;
        let ended = [Ended { job, token, recipient, outcome, began: now, took: Duration::ZERO }];
        self.store.write(async |tx| record(tx, &ended, pace, kind, now).await).await.unwrap();
    }

    async fn number(&self, sql: &str) -> Option<i64> {
        let statement = Statement::from_string(self.store.reader().get_database_backend(), sql);
        self.store.reader().query_one_raw(statement).await.unwrap()?.try_get_by_index(0).unwrap()
    }

    async fn next_due(&self, address: &str) -> Option<i64> {
        self.number(&format!("SELECT next_due_at FROM recipient WHERE address = '{address}'")).await
    }

    async fn execute(&self, sql: &str) {
        let done = self.store.write(async |tx| {
            tx.conn().execute_unprepared(sql).await?;
            Ok::<_, StoreError>(())
        });
        done.await.unwrap();
    }
}
