//! A person's secret code: set, changed and taken away with the account's password, and throttled.

use std::time::Duration;

use crate::account::{AccountError, Accounts, password};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::AccountId;
use crate::secret::Secret;
use crate::store::{StoreError, account as accounts, event as events, verifier as rows};
use crate::verifier::code::NewCode;

/// Wrong codes in a row, at whatever question, before the code rests. Only who holds the chat gets this far.
pub(crate) const WRONG_MAX: i32 = 6;
/// How long it rests.
pub(crate) const REST: Duration = Duration::from_secs(15 * 60);

/// Whether an account has a secret code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifierState {
    /// It has none.
    Off,
    /// It has one.
    On {
        /// Since when.
        since: Timestamp,
    },
}

/// A secret code as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptCode {
    pub(crate) account_id: AccountId,
    pub(crate) hash: String,
    pub(crate) set_at: Timestamp,
    /// Wrong codes in a row.
    pub(crate) failed: i32,
    pub(crate) rests_until: Option<Timestamp>,
}

impl KeptCode {
    /// Whether a code may be given now.
    pub(crate) fn is_awake(&self, now: Timestamp) -> bool {
        self.rests_until.is_none_or(|until| now >= until)
    }
}

impl Accounts {
    /// Whether an account has a secret code.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn verifier(&self, account: AccountId) -> Result<VerifierState, StoreError> {
        let kept = rows::code_of(self.store.reader(), account).await?;
        Ok(kept.map_or(VerifierState::Off, |kept| VerifierState::On { since: kept.set_at }))
    }

    /// Gives an account a secret code, or another one. Every channel is told.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`], [`AccountError::Hashing`].
    pub async fn set_verifier_code(
        &self,
        account: AccountId,
        given: &Secret,
        code: &NewCode,
    ) -> Result<(), AccountError> {
        self.check_password(account, given).await?;
        let hash = password::hash_secret(code.secret()).await.ok_or(AccountError::Hashing)?;
        let now = self.clock.now();
        let kept = KeptCode { account_id: account, hash, set_at: now, failed: 0, rests_until: None };
        self.store
            .write(async |tx| {
                accounts::lock(tx, account).await?.ok_or(AccountError::Credentials)?;
                let earlier = rows::lock_code(tx, account).await?;
                // Another code does not wake one that rests: whoever guesses would only have to know the password.
                let rests_until = earlier.as_ref().and_then(|earlier| earlier.rests_until);
                rows::replace_code(tx, &KeptCode { rests_until, ..kept.clone() }).await?;
                let mut event = self.event(EventType::AccountVerifierSet, account, now);
                let what = if earlier.is_some() { "changed" } else { "added" };
                event.audience.facts.insert("what".to_owned(), what.to_owned());
                Ok(events::insert(tx, &[event]).await?)
            })
            .await
    }

    /// Takes the secret code away; a second time changes nothing. Every channel is told.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`].
    pub async fn remove_verifier_code(&self, account: AccountId, given: &Secret) -> Result<(), AccountError> {
        self.check_password(account, given).await?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                accounts::lock(tx, account).await?.ok_or(AccountError::Credentials)?;
                if rows::delete_code(tx, account).await? {
                    events::insert(tx, &[self.event(EventType::AccountVerifierRemoved, account, now)]).await?;
                }
                Ok(())
            })
            .await
    }
}
