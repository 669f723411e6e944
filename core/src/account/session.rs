//! The browsers that are logged in to an account, as their owner sees and ends them.

use crate::account::login::SESSION_IDLE;
use crate::account::{Accounts, Session};
use crate::id::{AccountId, SessionId};
use crate::store::{StoreError, account as rows};

impl Accounts {
    /// The sessions of an account that live, the one seen last first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        rows::sessions(self.store.reader(), account, self.clock.now(), SESSION_IDLE).await
    }

    /// Ends one session of an account. `false` when it has no such session, or it ended already.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_session(&self, account: AccountId, id: SessionId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::revoke_session_of(tx, account, id, now).await).await
    }

    /// Ends every session of an account but one; all of them when none is to stay. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_other_sessions(&self, account: AccountId, keep: Option<SessionId>) -> Result<u64, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::revoke_other_sessions(tx, account, keep, now).await).await
    }
}
