//! Managing lists and limits, and reading the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::{self, Actor};
use crate::clock::Clock;
use crate::document::Document;
use crate::event::{Audience, Event, EventType};
use crate::id::{EventId, LimitId, ListEntryId, PaymentId};
use crate::merchant::Mode;
use crate::risk::list::{ListError, NewEntry, normal_form};
use crate::risk::{Attribute, Decision, Limit, ListEntry, NewLimit, Verdict};
use crate::store::{Store, StoreError, event as event_rows, risk as rows};

/// The service for lists, limits and decisions.
#[derive(Debug, Clone)]
pub struct Risk {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

/// What a new install starts with: card testing is stopped without any configuration.
const DEFAULT_LIMITS: [(Attribute, i64, i64, Verdict); 3] = [
    (Attribute::Card, 3_600, 10, Verdict::Block),
    (Attribute::Email, 3_600, 20, Verdict::Review),
    (Attribute::Ip, 600, 50, Verdict::Review),
];

impl Risk {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Gives a new install its platform-wide limits. Does nothing when there ever was a limit.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn ensure_default_limits(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                if rows::any_limit(tx.conn()).await? {
                    return Ok(());
                }
                for (attribute, window_secs, count_max, verdict) in DEFAULT_LIMITS {
                    let limit = Limit {
                        id: LimitId::new(now),
                        merchant_id: None,
                        attribute,
                        window_secs,
                        count_max: Some(count_max),
                        amount_max: None,
                        verdict,
                    };
                    rows::insert_limit(tx, &limit, now).await?;
                }
                Ok(())
            })
            .await
    }

    /// Adds an entry to a list.
    ///
    /// # Errors
    ///
    /// [`ListError::Value`] when the value does not fit its attribute.
    pub async fn add_entry(&self, actor: &Actor, new: &NewEntry) -> Result<ListEntry, ListError> {
        let now = self.clock.now();
        let entry = ListEntry {
            id: ListEntryId::new(now),
            merchant_id: new.merchant_id,
            list: new.list,
            attribute: new.attribute,
            value: normal_form(new.attribute, &new.value)?,
            reason: new.reason.as_str().to_owned(),
            author: new.author.clone(),
            created_at: now,
            expires_at: new.expires_at,
        };
        self.store
            .write(async |tx| {
                rows::insert_entry(tx, &entry).await?;
                let what = format!("{} {} {}", entry.list.as_str(), entry.attribute.as_str(), entry.value);
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "risk.list_add",
                    subject: entry.id.to_string(),
                    before: String::new(),
                    after: what,
                    reason: entry.reason.clone(),
                };
                match entry.merchant_id {
                    Some(merchant) => audit::record_for(tx, merchant, &row, now).await?,
                    None => audit::record(tx, &row, now).await?,
                }
                event_rows::insert(tx, &[rule_changed(&entry, now)]).await?;
                Ok::<_, ListError>(())
            })
            .await?;
        Ok(entry)
    }

    /// Adds a limit. It counts everywhere within a second.
    ///
    /// # Errors
    ///
    /// [`ListError::Limit`].
    pub async fn add_limit(&self, actor: &Actor, new: NewLimit, reason: &str) -> Result<Limit, ListError> {
        let counted = matches!(new.attribute, Attribute::Card | Attribute::Email | Attribute::Ip);
        let fits = (60..=2_592_000).contains(&new.window_secs) && new.count_max > 0 && new.verdict != Verdict::Allow;
        if !counted || !fits {
            return Err(ListError::Limit);
        }
        let now = self.clock.now();
        let limit = Limit {
            id: LimitId::new(now),
            merchant_id: new.merchant_id,
            attribute: new.attribute,
            window_secs: new.window_secs,
            count_max: Some(new.count_max),
            amount_max: None,
            verdict: new.verdict,
        };
        self.store
            .write(async |tx| {
                rows::insert_limit(tx, &limit, now).await?;
                let (by, verdict) = (limit.attribute.as_str(), limit.verdict.as_str());
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "risk.limit_add",
                    subject: limit.id.to_string(),
                    before: String::new(),
                    after: format!("{by} {} in {} s: {verdict}", new.count_max, new.window_secs),
                    reason: reason.to_owned(),
                };
                audit::record(tx, &row, now).await
            })
            .await?;
        Ok(limit)
    }

    /// The entries that count now, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn entries(&self, limit: u64) -> Result<Vec<ListEntry>, StoreError> {
        rows::entries(self.store.reader(), self.clock.now(), limit).await
    }

    /// The decisions about a payment, first one first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn decisions(&self, payment: PaymentId) -> Result<Vec<Decision>, StoreError> {
        rows::decisions(self.store.reader(), payment).await
    }
}

fn rule_changed(entry: &ListEntry, now: crate::clock::Timestamp) -> Event {
    let facts = BTreeMap::from([
        ("list".to_owned(), entry.list.as_str().to_owned()),
        ("attribute".to_owned(), entry.attribute.as_str().to_owned()),
        ("author".to_owned(), entry.author.clone()),
    ]);
    Event {
        id: EventId::new(now),
        kind: EventType::RiskRuleChanged,
        mode: Mode::Live,
        merchant_id: entry.merchant_id,
        payment_id: None,
        sequence: 0,
        created_at: now,
        document: Document::default(),
        audience: Audience { staff: false, facts, ..Audience::default() },
    }
}
