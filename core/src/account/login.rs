//! Log-in with e-mail or @username and password.

use std::time::Duration;

use crate::account::email::EmailAddress;
use crate::account::entry::{Entered, Visit};
use crate::account::password;
use crate::account::username::Username;
use crate::account::{AccountError, Accounts};
use crate::id::AccountId;
use crate::secret::Secret;
use crate::store::{StoreError, account as rows};

/// How long an alias opens an account after Telegram last showed it: whoever gave the name up may
/// never write again, and somebody else may bear it by then.
const ALIAS_FRESH: Duration = Duration::from_secs(30 * 24 * 3_600);

impl Accounts {
    /// Logs in. `name` is an e-mail or a @username; the alias proves nothing, the password does.
    /// Takes as long for accounts that do not exist.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`] whatever was wrong.
    pub async fn log_in(&self, name: &str, password: &Secret, visit: Visit<'_>) -> Result<Entered, AccountError> {
        let candidate = self.candidate(name).await?;
        let stored = candidate.as_ref().map(|(_, hash)| hash.clone());
        let matches = password::verify(password.clone(), stored).await;
        let Some((account, hash)) = candidate.filter(|_| matches) else { return Err(AccountError::Credentials) };
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                // Comparing takes long. Whoever confirmed or reset the account meanwhile took this
                // password away, and a session must not outlive its password.
                let standing = rows::lock(tx, account).await?;
                if standing.and_then(|standing| standing.password_hash).as_deref() != Some(hash.as_str()) {
                    return Err(AccountError::Credentials);
                }
                Ok(self.admit(tx, account, visit, now).await?)
            })
            .await
    }

    async fn candidate(&self, name: &str) -> Result<Option<(AccountId, String)>, StoreError> {
        let conn = self.store.reader();
        if let Ok(email) = EmailAddress::new(name) {
            return rows::password_by_email(conn, email.normal()).await;
        }
        match Username::new(name) {
            Ok(username) => {
                let seen_since = self.clock.now().before(ALIAS_FRESH);
                rows::password_by_username(conn, username.as_str(), seen_since).await
            }
            Err(_) => Ok(None),
        }
    }
}
