//! Merchants' profiles: set by the operator, read by every payment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::id::MerchantId;
use crate::merchant::{MerchantError, Mode};
use crate::routing::profile::{Change, Profile};
use crate::store::{Store, StoreError, Tx, merchant as merchants, profile as rows};

/// How long a profile counts after it was read: other processes may change it.
const FRESH_FOR: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
struct Cached {
    profile: Arc<Profile>,
    read_at: Timestamp,
}

/// The service for merchants' profiles. Copies share what they read.
#[derive(Debug, Clone)]
pub struct Profiles {
    store: Store,
    clock: Arc<dyn Clock>,
    cache: Arc<Mutex<HashMap<(MerchantId, Mode), Cached>>>,
}

impl Profiles {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, cache: Arc::default() }
    }

    /// A merchant's profile, at most a second old. Most merchants never set one; that is remembered, too.
    pub(crate) async fn of(&self, tx: &Tx, merchant: MerchantId, mode: Mode) -> Result<Arc<Profile>, StoreError> {
        if let Some(known) = self.known((merchant, mode)) {
            return Ok(known);
        }
        let profile = Arc::new(rows::by_merchant(tx.conn(), merchant, mode).await?.unwrap_or_default());
        let cached = Cached { profile: Arc::clone(&profile), read_at: self.clock.now() };
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).insert((merchant, mode), cached);
        Ok(profile)
    }

    /// What is fresh. When it is not, the first who asks reads it anew and the others use it meanwhile.
    fn known(&self, key: (MerchantId, Mode)) -> Option<Arc<Profile>> {
        let now = self.clock.now();
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = cache.get_mut(&key)?;
        if now >= cached.read_at && now.since(cached.read_at) < FRESH_FOR {
            return Some(Arc::clone(&cached.profile));
        }
        cached.read_at = now;
        None
    }

    /// A merchant's profile as it is stored; `None` when none was ever set.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn show(&self, merchant: MerchantId, mode: Mode) -> Result<Option<Profile>, StoreError> {
        rows::by_merchant(self.store.reader(), merchant, mode).await
    }

    /// Sets a merchant's profile, whole. Gives what is different now; when nothing is, nothing is written.
    /// Other processes follow within a second.
    ///
    /// # Errors
    ///
    /// [`MerchantError::NotFound`].
    pub async fn configure(
        &self,
        actor: Actor,
        merchant: MerchantId,
        mode: Mode,
        profile: Profile,
    ) -> Result<Vec<Change>, MerchantError> {
        let now = self.clock.now();
        let changes = self
            .store
            .write(async |tx| {
                if !merchants::lock(tx, merchant).await? {
                    return Err(MerchantError::NotFound(merchant));
                }
                let before = rows::by_merchant(tx.conn(), merchant, mode).await?.unwrap_or_default();
                let changes = before.changes(&profile);
                if changes.is_empty() {
                    return Ok(changes);
                }
                let new = Profile { version: before.version + 1, ..profile.clone() };
                rows::replace(tx, merchant, mode, &new, now).await?;
                let text = |part: fn(&Change) -> &String| {
                    let lines: Vec<_> =
                        changes.iter().map(|change| format!("{}={}", change.key, part(change))).collect();
                    lines.join("; ")
                };
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "merchant.configure",
                    subject: merchant.to_string(),
                    before: text(|change| &change.before),
                    after: format!("{} {}", mode.as_str(), text(|change| &change.after)),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await?;
                Ok::<_, MerchantError>(changes)
            })
            .await?;
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).remove(&(merchant, mode));
        Ok(changes)
    }
}
