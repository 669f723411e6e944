//! Merchants: the shops, their API keys and their webhook endpoints.

mod access;
pub mod digest;
pub mod endpoint;
pub mod logo;
pub mod member;

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::id::{KeyId, MerchantId};
use crate::language::Language;
use crate::secret::{Secret, random_token, sha256_hex};
use crate::store::{Store, StoreError, merchant as rows};

pub use access::{Access, ShopClosed};

/// That a key is used is written down this often at most: a write per request would cost more than it says.
const KEY_USE: Duration = Duration::from_secs(60);

/// Test and live are separate worlds: nothing of one is visible in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Sandbox money.
    Test,
    /// Real money.
    Live,
}

impl Mode {
    /// The name in API, keys and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Test, Self::Live].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// What buyers know it by.
    pub name: String,
    /// The language it is written to in.
    pub language: Language,
    /// How far it is let in.
    pub access: Access,
    /// Until when a trial may use the test world; `None` when there is no end.
    pub test_until: Option<Timestamp>,
}

/// A merchant's world as a caller acts in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The merchant.
    pub merchant: Merchant,
    /// Test or live.
    pub mode: Mode,
    /// The key that was shown; `None` when staff act for the merchant.
    pub key_id: Option<KeyId>,
}

/// An API key as its merchant sees it: the key itself was shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Test or live.
    pub mode: Mode,
    /// Its last four characters.
    pub last4: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it was last used, to the minute; `None` for never.
    pub used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// Why a merchant or key was not created.
#[derive(Debug, thiserror::Error)]
pub enum MerchantError {
    /// The name is empty, too long or has control characters.
    #[error("a merchant's name has 1 to 64 characters on one line")]
    Name,
    /// No such merchant.
    #[error("there is no merchant {0}")]
    NotFound(MerchantId),
    /// No such key of this merchant and mode, or it was taken back before.
    #[error("there is no API key {0}")]
    KeyNotFound(KeyId),
    /// A key for the live world, for a merchant that was not let into it.
    #[error("the merchant is not live: {0}")]
    NotLive(ShopClosed),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// What is kept of an API key.
pub(crate) struct NewKey {
    /// SHA-256 of the key.
    pub(crate) hash: String,
    /// Its last four characters.
    pub(crate) last4: String,
}

/// A new API key, and what is kept of it.
pub(crate) fn new_key(mode: Mode) -> (Secret, NewKey) {
    let key = Secret::new(format!("sk_{}_{}", mode.as_str(), random_token().expose()));
    let hash = sha256_hex(key.expose().as_bytes());
    let last4 = key.expose()[key.expose().len() - 4..].to_owned();
    (key, NewKey { hash, last4 })
}

/// A merchant's name: 1 to 64 characters on one line.
pub(crate) fn checked_name(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

/// The service for merchants and their keys.
#[derive(Debug, Clone)]
pub struct Merchants {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Merchants {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Creates a merchant.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Name`].
    pub async fn create(&self, actor: Actor, name: &str, language: Language) -> Result<Merchant, MerchantError> {
        let name = checked_name(name).ok_or(MerchantError::Name)?;
        let now = self.clock.now();
        let id = MerchantId::new(now);
        let merchant = Merchant { id, name, language, access: Access::Full, test_until: None };
        self.store
            .write(async |tx| {
                rows::insert(tx, &merchant, now).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "merchant.create",
                    subject: merchant.id.to_string(),
                    before: String::new(),
                    after: merchant.name.clone(),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await
            })
            .await?;
        Ok(merchant)
    }

    /// Issues an API key. It is shown this once: only its hash is kept.
    ///
    /// # Errors
    ///
    /// [`MerchantError::NotFound`]; [`MerchantError::NotLive`] for a live key of a merchant that may not take
    /// real money.
    pub async fn issue_key(&self, actor: Actor, merchant: MerchantId, mode: Mode) -> Result<Secret, MerchantError> {
        let now = self.clock.now();
        let id = KeyId::new(now);
        let (key, NewKey { hash, last4 }) = new_key(mode);
        self.store
            .write(async |tx| {
                let found = rows::by_id(tx.conn(), merchant).await?.ok_or(MerchantError::NotFound(merchant))?;
                let closed = Scope { merchant: found, mode, key_id: None }.closed(now);
                if let Some(closed) = closed.filter(|_| mode == Mode::Live) {
                    return Err(MerchantError::NotLive(closed));
                }
                rows::insert_key(tx, id, merchant, mode, &hash, &last4, now).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "key.issue",
                    subject: merchant.to_string(),
                    before: String::new(),
                    after: format!("{id} {} …{last4}", mode.as_str()),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await?;
                Ok::<_, MerchantError>(())
            })
            .await?;
        Ok(key)
    }

    /// The world that an API key opens, if it opens one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn authenticate(&self, key: &Secret) -> Result<Option<Scope>, StoreError> {
        if !key.expose().starts_with("sk_test_") && !key.expose().starts_with("sk_live_") {
            return Ok(None);
        }
        let found = rows::scope_by_key(self.store.reader(), &sha256_hex(key.expose().as_bytes())).await?;
        let Some((scope, used_at)) = found else { return Ok(None) };
        let now = self.clock.now();
        let is_news = used_at.is_none_or(|used_at| now.since(used_at) > KEY_USE);
        if let (true, Some(key)) = (is_news, scope.key_id) {
            self.store.write(async |tx| rows::touch_key(tx, key, now).await).await?;
        }
        Ok(Some(scope))
    }

    /// The keys of a merchant in one mode, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn keys(&self, merchant: MerchantId, mode: Mode) -> Result<Vec<Key>, StoreError> {
        rows::keys(self.store.reader(), merchant, mode).await
    }

    /// Takes a key back: it opens nothing from now on.
    ///
    /// # Errors
    ///
    /// [`MerchantError::KeyNotFound`].
    pub async fn revoke_key(
        &self,
        actor: Actor,
        merchant: MerchantId,
        mode: Mode,
        id: KeyId,
    ) -> Result<(), MerchantError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                if !rows::revoke_key(tx, (merchant, mode), id, now).await? {
                    return Err(MerchantError::KeyNotFound(id));
                }
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "key.revoke",
                    subject: merchant.to_string(),
                    before: format!("{id} {}", mode.as_str()),
                    after: String::new(),
                    reason: String::new(),
                };
                Ok(audit::record(tx, &row, now).await?)
            })
            .await
    }

    /// A merchant.
    ///
    /// # Errors
    ///
    /// [`MerchantError::NotFound`].
    pub async fn get(&self, id: MerchantId) -> Result<Merchant, MerchantError> {
        rows::by_id(self.store.reader(), id).await?.ok_or(MerchantError::NotFound(id))
    }

    /// Every merchant, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<Merchant>, StoreError> {
        rows::all(self.store.reader()).await
    }
}
