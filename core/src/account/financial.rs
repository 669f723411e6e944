//! The financial password: a second secret of a person, asked for whenever a merchant's money is moved by hand.
//! A browser that was left open, or a session that was stolen, moves nothing without it.

use std::time::Duration;

use crate::account::password::{self, NewPassword};
use crate::account::{AccountError, Accounts, Session};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::AccountId;
use crate::secret::Secret;
use crate::store::financial::{self as rows, FinancialRow};
use crate::store::{StoreError, account as accounts, event as events, session as sessions};

/// Wrong ones in a row before none is taken for a while.
const FAILED_MAX: i32 = 5;
const REST: Duration = Duration::from_secs(15 * 60);

impl Accounts {
    /// Since when an account has its financial password; `None` when it has none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn financial_since(&self, account: AccountId) -> Result<Option<Timestamp>, StoreError> {
        Ok(rows::of_account(self.store.reader(), account).await?.map(|row| row.changed_at))
    }

    /// Sets the financial password, after the password and the authenticator's code, if there is one, were given.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`], [`AccountError::CodeWrong`]; [`AccountError::SamePassword`] when it is the
    /// password of the log-in; [`AccountError::Hashing`].
    pub async fn set_financial(
        &self,
        session: &Session,
        password: &Secret,
        code: &Secret,
        new: &NewPassword,
    ) -> Result<(), AccountError> {
        let account = session.account_id;
        let known = self.verified(account, password).await?;
        if password::is_one_of(new, vec![known.clone()]).await {
            return Err(AccountError::SamePassword);
        }
        // Before the code is used up, as it counts once.
        let hash = password::hash(new).await.ok_or(AccountError::Hashing)?;
        self.check_code(account, code).await?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                // Neither the password nor the session may have gone while the hashes were made.
                let standing = accounts::lock(tx, account).await?;
                let is_same = standing.and_then(|standing| standing.password_hash).as_deref() == Some(known.as_str());
                if !is_same || !sessions::lives(tx.conn(), session.id).await? {
                    return Err(AccountError::Credentials);
                }
                let row = FinancialRow {
                    account_id: account,
                    password_hash: hash.clone(),
                    changed_at: now,
                    failed: 0,
                    rests_until: None,
                };
                rows::replace(tx, &row).await?;
                let mut event = self.event(EventType::AccountFinancialPasswordChanged, account, now);
                event.audience.facts.insert("device".to_owned(), session.device.clone());
                Ok(events::insert(tx, &[event]).await?)
            })
            .await
    }

    /// Whether this is the account's financial password. After five wrong ones in a row none is taken for a
    /// quarter of an hour; only who is logged in gets this far.
    ///
    /// # Errors
    ///
    /// [`AccountError::FinancialMissing`], [`AccountError::FinancialWrong`], [`AccountError::FinancialRests`].
    pub async fn check_financial(&self, account: AccountId, given: &Secret) -> Result<(), AccountError> {
        let row = self.count_guess(account).await?;
        let fits = password::verify(given.clone(), Some(row.password_hash.clone())).await;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                accounts::lock(tx, account).await?;
                let known = rows::of_account(tx.conn(), account).await?;
                // It may have been replaced meanwhile.
                let known = known.filter(|known| known.password_hash == row.password_hash);
                let Some(mut known) = known else { return Ok(false) };
                if fits {
                    (known.failed, known.rests_until) = (0, None);
                    rows::update(tx, &known).await?;
                } else if known.failed >= FAILED_MAX {
                    (known.failed, known.rests_until) = (0, Some(now.after(REST)));
                    rows::update(tx, &known).await?;
                    let event = self.event(EventType::AccountFinancialPasswordWrong, account, now);
                    events::insert(tx, &[event]).await?;
                }
                Ok::<_, AccountError>(fits)
            })
            .await
            .and_then(|fits| if fits { Ok(()) } else { Err(AccountError::FinancialWrong) })
    }

    /// Counts a guess before it is compared, so that many at once are no more than one after the other.
    async fn count_guess(&self, account: AccountId) -> Result<FinancialRow, AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                accounts::lock(tx, account).await?.ok_or(AccountError::FinancialMissing)?;
                let known = rows::of_account(tx.conn(), account).await?;
                let mut known = known.ok_or(AccountError::FinancialMissing)?;
                let rests = known.rests_until.is_some_and(|until| now < until);
                if rests {
                    return Err(AccountError::FinancialRests);
                }
                if known.failed >= FAILED_MAX {
                    // As many are being compared as may be wrong, or a crash cut their comparison short.
                    (known.failed, known.rests_until) = (0, Some(now.after(REST)));
                    rows::update(tx, &known).await?;
                    return Ok(None);
                }
                known.failed += 1;
                rows::update(tx, &known).await?;
                Ok(Some(known))
            })
            .await?
            .ok_or(AccountError::FinancialRests)
    }

    /// Whether a new password of the log-in is the financial one.
    pub(super) async fn is_financial(&self, account: AccountId, new: &NewPassword) -> Result<bool, AccountError> {
        let known = rows::of_account(self.store.reader(), account).await?.map(|row| row.password_hash);
        Ok(password::is_one_of(new, known.into_iter().collect()).await)
    }
}
