//! Sessions: who is logged in where, and ending it.

use std::time::Duration;

use crate::account::entry::SESSION_IDLE;
use crate::account::{Account, Accounts, Session};
use crate::id::{AccountId, SessionId};
use crate::secret::{Secret, sha256_hex};
use crate::store::{StoreError, account as rows, session as sessions};

impl Accounts {
    /// The account behind a browser's cookie, if the session lives.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn by_session(&self, token: &Secret) -> Result<Option<(Session, Account)>, StoreError> {
        let now = self.clock.now();
        let hash = sha256_hex(token.expose().as_bytes());
        let Some(session) = sessions::by_token(self.store.reader(), &hash, now, SESSION_IDLE).await? else {
            return Ok(None);
        };
        // Once a minute is enough to know that somebody is there, and spares a write per page.
        if now.since(session.last_seen_at) > Duration::from_secs(60) {
            self.store.write(async |tx| sessions::touch(tx, session.id, now).await).await?;
        }
        let account = rows::by_id(self.store.reader(), session.account_id).await?;
        Ok(account.map(|account| (session, account)))
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn log_out(&self, session: &Session) -> Result<(), StoreError> {
        self.revoke_session(session.account_id, session.id).await.map(|_| ())
    }

    /// The live sessions of an account, the latest log-in first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        sessions::of_account(self.store.reader(), account, self.clock.now(), SESSION_IDLE).await
    }

    /// Ends one session of an account. `false` when it is another's or ended before.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_session(&self, account: AccountId, session: SessionId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| sessions::revoke(tx, account, session, now).await).await
    }

    /// Ends every session of an account but one; all of them when none is to stay. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_other_sessions(&self, account: AccountId, keep: Option<SessionId>) -> Result<u64, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| sessions::revoke_all(tx, account, keep, now).await).await
    }
}
