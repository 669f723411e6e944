//! Webhook endpoints: where a merchant hears of events, and the secrets that sign them.

mod change;
mod health;
mod keys;
mod recover;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::delivery::ChannelKind;
use crate::document::{Document, EndpointDocument};
use crate::event::{Audience, Event, EventType};
use crate::id::{EndpointId, EventId, MerchantId};
use crate::merchant::{Mode, Scope};
use crate::secret::{KeyError, Keyring, Secret};
use crate::store::endpoint::SecretKind;
use crate::store::{Store, StoreError, delivery as deliveries, endpoint as rows, event as events};

pub(crate) use health::{Pulse, note_health};
pub use recover::Recovery;
pub use settings::{CustomHeader, EndpointChange, EndpointPace, Payload};

/// How long an old secret signs beside the new one.
const OVERLAP: Duration = Duration::from_secs(24 * 3_600);
/// Endpoints of one merchant in one mode.
const ENDPOINTS_MAX: usize = 20;
/// Whether an endpoint is sent anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// It is.
    Active,
    /// It was switched off.
    Disabled,
    /// The merchant took it away.
    Deleted,
}

impl EndpointStatus {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Deleted].into_iter().find(|status| status.as_str() == name)
    }
}

/// A webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// Where events go.
    pub url: String,
    /// Which; empty means all.
    pub events: Vec<EventType>,
    /// Whether anything is sent.
    pub status: EndpointStatus,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// Since when every attempt failed.
    pub failing_since: Option<Timestamp>,
    /// Attempts that failed since then.
    pub(crate) failures: i32,
    /// How often the merchant was warned of that.
    pub(crate) warned: i32,
    /// When it was added.
    pub created_at: Timestamp,
    /// How much of an event it is sent.
    pub payload: Payload,
    /// The names of the headers that it wants. Their values are kept apart, sealed.
    pub header_names: Vec<String>,
    /// `whpk_…`, when its messages are signed with an Ed25519 key, too.
    pub public_key: Option<String>,
    /// How fast it is sent events.
    pub pace: EndpointPace,
}

impl Endpoint {
    /// A new one, which is sent everything.
    fn new((merchant_id, mode): (MerchantId, Mode), url: &str, now: Timestamp) -> Self {
        Self {
            id: EndpointId::new(now),
            merchant_id,
            mode,
            url: url.to_owned(),
            events: Vec::new(),
            status: EndpointStatus::Active,
            disabled_reason: None,
            failing_since: None,
            failures: 0,
            warned: 0,
            created_at: now,
            payload: Payload::default(),
            header_names: Vec::new(),
            public_key: None,
            pace: EndpointPace::default(),
        }
    }

    /// Whether it wants events of this type.
    #[must_use]
    pub fn wants(&self, kind: EventType) -> bool {
        self.events.is_empty() || self.events.contains(&kind)
    }

    /// What the merchant sees of it.
    #[must_use]
    pub fn document(&self) -> EndpointDocument {
        EndpointDocument {
            id: self.id.to_string(),
            url: self.url.clone(),
            events: self.events.iter().map(|kind| kind.as_str().to_owned()).collect(),
            status: self.status.as_str().to_owned(),
            disabled_reason: self.disabled_reason.clone(),
            failing_since: self.failing_since.map(|at| at.to_string()),
            created_at: self.created_at.to_string(),
            payload: self.payload.as_str().to_owned(),
            headers: self.header_names.clone(),
            public_key: self.public_key.clone(),
            max_in_flight: self.pace.max_in_flight,
            rate_per_second: self.pace.rate_per_second,
        }
    }

    fn event(&self, kind: EventType, facts: &[(&str, &str)], now: Timestamp) -> Event {
        let facts = facts.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Event {
            id: EventId::new(now),
            kind,
            mode: self.mode,
            merchant_id: Some(self.merchant_id),
            payment_id: None,
            sequence: 0,
            created_at: now,
            document: Document { endpoint: Some(self.document()), ..Document::default() },
            audience: Audience { staff: kind != EventType::EndpointTest, facts, ..Audience::default() },
        }
    }
}

/// What sending needs to know: where to, how much, with which secrets and headers.
#[derive(Debug, Clone)]
pub struct EndpointTarget {
    /// Where to.
    pub url: String,
    /// How much of an event.
    pub payload: Payload,
    /// `whsec_…`, newest first; each signs.
    pub secrets: Vec<Secret>,
    /// `whsk_…`: signs, too.
    pub key: Option<Secret>,
    /// What goes along.
    pub headers: Vec<CustomHeader>,
}

/// Why an endpoint was not created or changed.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// No such endpoint in this merchant's world.
    #[error("there is no webhook endpoint {0}")]
    NotFound(EndpointId),
    /// Too many.
    #[error("a merchant has at most {ENDPOINTS_MAX} webhook endpoints in each mode")]
    TooMany,
    /// What is sent again begins in the future.
    #[error("the time lies in the past")]
    Since,
    /// What was asked for before is not finished.
    #[error("an earlier recovery of this endpoint is not finished")]
    Recovering,
    /// A stored secret could not be opened: wrong master key.
    #[error("a signing secret could not be opened")]
    Seal(#[source] KeyError),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for webhook endpoints.
#[derive(Debug, Clone)]
pub struct Endpoints {
    store: Store,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
}

impl Endpoints {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring) -> Self {
        Self { store, clock, keyring }
    }

    /// Adds an endpoint. The URL was checked by the edge. The secret is shown this once.
    ///
    /// # Errors
    ///
    /// [`EndpointError::TooMany`].
    pub async fn create(
        &self,
        scope: &Scope,
        url: &str,
        change: EndpointChange,
    ) -> Result<(Endpoint, Secret), EndpointError> {
        let now = self.clock.now();
        let fresh = Endpoint::new((scope.merchant.id, scope.mode), url, now);
        let secret = keys::new_secret();
        let sealed = self.seal(fresh.id, secret.expose());
        let endpoint = self
            .store
            .write(async |tx| {
                if rows::of_merchant(tx.conn(), scope.merchant.id, scope.mode).await?.len() >= ENDPOINTS_MAX {
                    return Err(EndpointError::TooMany);
                }
                rows::insert(tx, &fresh).await?;
                rows::insert_secret(tx, fresh.id, SecretKind::Signing, &sealed, now).await?;
                self.change(tx, fresh.clone(), &change, now).await
            })
            .await?;
        Ok((endpoint, secret))
    }

    /// A merchant's endpoints, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(&self, scope: &Scope) -> Result<Vec<Endpoint>, StoreError> {
        rows::of_merchant(self.store.reader(), scope.merchant.id, scope.mode).await
    }

    /// A merchant's endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`] also for other merchants' endpoints.
    pub async fn get(&self, scope: &Scope, id: EndpointId) -> Result<Endpoint, EndpointError> {
        rows::by_id(self.store.reader(), id).await?.filter(|e| theirs(e, scope)).ok_or(EndpointError::NotFound(id))
    }

    /// Changes an endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`].
    pub async fn update(
        &self,
        scope: &Scope,
        id: EndpointId,
        change: EndpointChange,
    ) -> Result<Endpoint, EndpointError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let endpoint = rows::lock(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                let endpoint = endpoint.ok_or(EndpointError::NotFound(id))?;
                self.change(tx, endpoint, &change, now).await
            })
            .await
    }

    /// Takes an endpoint away. Its log stays.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`].
    pub async fn delete(&self, scope: &Scope, id: EndpointId) -> Result<(), EndpointError> {
        self.store
            .write(async |tx| {
                let endpoint = rows::lock(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                let mut endpoint = endpoint.ok_or(EndpointError::NotFound(id))?;
                endpoint.status = EndpointStatus::Deleted;
                rows::update(tx, &endpoint).await?;
                deliveries::cancel_pending(tx, ChannelKind::Webhook, &id.to_string(), self.clock.now()).await?;
                Ok(())
            })
            .await
    }

    /// A new secret. The old ones sign beside it for 24 hours, so that a receiver can change in peace.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`].
    pub async fn rotate_secret(&self, scope: &Scope, id: EndpointId) -> Result<Secret, EndpointError> {
        let now = self.clock.now();
        let secret = keys::new_secret();
        let sealed = self.seal(id, secret.expose());
        self.store
            .write(async |tx| {
                let endpoint = rows::lock(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                endpoint.ok_or(EndpointError::NotFound(id))?;
                rows::expire_secrets(tx, id, now.after(OVERLAP)).await?;
                rows::insert_secret(tx, id, SecretKind::Signing, &sealed, now).await?;
                Ok::<_, EndpointError>(())
            })
            .await?;
        Ok(secret)
    }

    /// Sends a test event to an endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`].
    pub async fn send_test(&self, scope: &Scope, id: EndpointId) -> Result<EventId, EndpointError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let endpoint = rows::by_id(tx.conn(), id).await?.filter(|endpoint| theirs(endpoint, scope));
                let endpoint = endpoint.ok_or(EndpointError::NotFound(id))?;
                let event = endpoint.event(EventType::EndpointTest, &[], now);
                events::insert(tx, std::slice::from_ref(&event)).await?;
                Ok(event.id)
            })
            .await
    }

    /// Where to send, what, and how to sign; `None` when nothing is to be sent any more.
    ///
    /// # Errors
    ///
    /// [`EndpointError::Seal`], [`EndpointError::Store`].
    pub async fn target(&self, id: EndpointId) -> Result<Option<EndpointTarget>, EndpointError> {
        let conn = self.store.reader();
        let endpoint = rows::by_id(conn, id).await?.filter(|endpoint| endpoint.status == EndpointStatus::Active);
        let Some(endpoint) = endpoint else { return Ok(None) };
        let sealed = rows::live_secrets(conn, id, self.clock.now()).await?;
        self.opened(id, endpoint.url, endpoint.payload, &sealed).map(Some)
    }
}

fn theirs(endpoint: &Endpoint, scope: &Scope) -> bool {
    endpoint.merchant_id == scope.merchant.id
        && endpoint.mode == scope.mode
        && endpoint.status != EndpointStatus::Deleted
}
