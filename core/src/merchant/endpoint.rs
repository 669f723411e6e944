//! Webhook endpoints: where a merchant hears of events, and the secrets that sign them.

mod health;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::{Clock, Timestamp};
use crate::delivery::ChannelKind;
use crate::document::{Document, EndpointDocument};
use crate::event::{Audience, Event, EventType};
use crate::id::{EndpointId, EventId, MerchantId};
use crate::merchant::{Mode, Scope};
use crate::secret::{KeyError, Keyring, Purpose, Secret};
use crate::store::{Store, StoreError, delivery as deliveries, event as events, merchant as rows};

pub(crate) use health::{Pulse, note_health};

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
}

impl Endpoint {
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

/// What sending needs to know: where to, and with which secrets.
#[derive(Debug, Clone)]
pub struct EndpointTarget {
    /// Where to.
    pub url: String,
    /// `whsec_…`, newest first; each signs.
    pub secrets: Vec<Secret>,
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

    /// A fresh secret: `whsec_` and base64 of 32 random bytes, as Standard Webhooks writes it.
    fn new_secret() -> Secret {
        Secret::new(format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>())))
    }

    fn seal(&self, id: EndpointId, secret: &Secret) -> Vec<u8> {
        self.keyring.seal(Purpose::WebhookSecrets, &id.to_string(), secret.expose().as_bytes())
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
        kinds: Vec<EventType>,
    ) -> Result<(Endpoint, Secret), EndpointError> {
        let now = self.clock.now();
        let endpoint = Endpoint {
            id: EndpointId::new(now),
            merchant_id: scope.merchant.id,
            mode: scope.mode,
            url: url.to_owned(),
            events: kinds,
            status: EndpointStatus::Active,
            disabled_reason: None,
            failing_since: None,
            failures: 0,
            warned: 0,
            created_at: now,
        };
        let secret = Self::new_secret();
        let sealed = self.seal(endpoint.id, &secret);
        self.store
            .write(async |tx| {
                if rows::endpoints(tx.conn(), scope.merchant.id, scope.mode).await?.len() >= ENDPOINTS_MAX {
                    return Err(EndpointError::TooMany);
                }
                rows::insert_endpoint(tx, &endpoint).await?;
                rows::insert_secret(tx, endpoint.id, &sealed, now).await?;
                Ok(())
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
        rows::endpoints(self.store.reader(), scope.merchant.id, scope.mode).await
    }

    /// A merchant's endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`] also for other merchants' endpoints.
    pub async fn get(&self, scope: &Scope, id: EndpointId) -> Result<Endpoint, EndpointError> {
        rows::endpoint(self.store.reader(), id).await?.filter(|e| theirs(e, scope)).ok_or(EndpointError::NotFound(id))
    }

    /// Changes where events go, which, and whether any are sent. `None` keeps what is.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotFound`].
    pub async fn update(
        &self,
        scope: &Scope,
        id: EndpointId,
        url: Option<String>,
        kinds: Option<Vec<EventType>>,
        active: Option<bool>,
    ) -> Result<Endpoint, EndpointError> {
        self.store
            .write(async |tx| {
                let endpoint = rows::lock_endpoint(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                let mut endpoint = endpoint.ok_or(EndpointError::NotFound(id))?;
                if let Some(url) = &url {
                    endpoint.url.clone_from(url);
                }
                if let Some(kinds) = &kinds {
                    endpoint.events.clone_from(kinds);
                }
                match active {
                    Some(true) => {
                        endpoint.status = EndpointStatus::Active;
                        endpoint.disabled_reason = None;
                        endpoint.recover();
                    }
                    Some(false) => {
                        endpoint.status = EndpointStatus::Disabled;
                        endpoint.disabled_reason = Some("switched off by the merchant".to_owned());
                    }
                    None => {}
                }
                rows::update_endpoint(tx, &endpoint).await?;
                Ok(endpoint)
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
                let endpoint = rows::lock_endpoint(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                let mut endpoint = endpoint.ok_or(EndpointError::NotFound(id))?;
                endpoint.status = EndpointStatus::Deleted;
                rows::update_endpoint(tx, &endpoint).await?;
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
        let secret = Self::new_secret();
        let sealed = self.seal(id, &secret);
        self.store
            .write(async |tx| {
                let endpoint = rows::lock_endpoint(tx, id).await?.filter(|endpoint| theirs(endpoint, scope));
                endpoint.ok_or(EndpointError::NotFound(id))?;
                rows::expire_secrets(tx, id, now.after(OVERLAP)).await?;
                rows::insert_secret(tx, id, &sealed, now).await?;
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
                let endpoint = rows::endpoint(tx.conn(), id).await?.filter(|endpoint| theirs(endpoint, scope));
                let endpoint = endpoint.ok_or(EndpointError::NotFound(id))?;
                let event = endpoint.event(EventType::EndpointTest, &[], now);
                events::insert(tx, std::slice::from_ref(&event)).await?;
                Ok(event.id)
            })
            .await
    }

    /// Where to send and how to sign; `None` when nothing is to be sent any more.
    ///
    /// # Errors
    ///
    /// [`EndpointError::Seal`], [`EndpointError::Store`].
    pub async fn target(&self, id: EndpointId) -> Result<Option<EndpointTarget>, EndpointError> {
        let conn = self.store.reader();
        let endpoint = rows::endpoint(conn, id).await?.filter(|endpoint| endpoint.status == EndpointStatus::Active);
        let Some(endpoint) = endpoint else { return Ok(None) };
        let sealed = rows::live_secrets(conn, id, self.clock.now()).await?;
        let secrets = sealed
            .iter()
            .map(|sealed| {
                let plain = self.keyring.open(Purpose::WebhookSecrets, &id.to_string(), sealed)?;
                std::str::from_utf8(&plain).map(Secret::new).map_err(|_| KeyError::Seal)
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(EndpointError::Seal)?;
        Ok(Some(EndpointTarget { url: endpoint.url, secrets }))
    }
}

fn theirs(endpoint: &Endpoint, scope: &Scope) -> bool {
    endpoint.merchant_id == scope.merchant.id
        && endpoint.mode == scope.mode
        && endpoint.status != EndpointStatus::Deleted
}
