//! The service for accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::account::Account;
use crate::clock::{Clock, Timestamp};
use crate::event::{Audience, Event, EventType};
use crate::id::AccountId;
use crate::preference::Preferences;
use crate::secret::Keyring;
use crate::store::{Store, StoreError, account as rows};

/// The service for accounts, log-in, Telegram identities and staff.
#[derive(Debug, Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(super) keyring: Keyring,
}

impl Accounts {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring) -> Self {
        Self { store, clock, keyring }
    }

    /// An account.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn get(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        rows::by_id(self.store.reader(), id).await
    }

    /// What people are told, how and when.
    #[must_use]
    pub fn preferences(&self) -> Preferences {
        Preferences::new(self.store.clone(), Arc::clone(&self.clock), self.keyring.clone())
    }

    /// An event about an account.
    pub(crate) fn event(&self, kind: EventType, account: AccountId, now: Timestamp) -> Event {
        event_of(kind, account, now)
    }
}

/// An event about an account. Such events are of the live world: people are real in both.
pub(crate) fn event_of(kind: EventType, account: AccountId, now: Timestamp) -> Event {
    Event::for_people(kind, Audience { account_id: Some(account), facts: BTreeMap::new(), ..Audience::default() }, now)
}
