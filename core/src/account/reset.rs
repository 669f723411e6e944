//! A new password: by a link to the e-mail, or with the old one. Not one of the last three.

use crate::account::email::EmailAddress;
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::password::{self, NewPassword};
use crate::account::{AccountError, Accounts, Session};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::AccountId;
use crate::secret::Secret;
use crate::store::{
    StoreError, Tx, account as rows, event as events, financial, link as links, password as passwords,
    preference as preferences, session as sessions,
};

/// A new password is none of the present one and so many before it.
const KEPT: u64 = 2;
/// What somebody began who knew the old password ends with it.
const ENDED: [LinkPurpose; 4] =
    [LinkPurpose::BindTelegram, LinkPurpose::ResetPassword, LinkPurpose::LogIn, LinkPurpose::SecondFactor];

impl Accounts {
    /// Sends a reset link to the e-mail given at registration. Says nothing about whether there is one.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn ask_reset(&self, email: &EmailAddress) -> Result<(), AccountError> {
        let Some(account) = rows::by_email(self.store.reader(), email.normal()).await? else { return Ok(()) };
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::ResetPassword, now);
        link.account_id = Some(account.id);
        self.store
            .write(async |tx| {
                links::insert(tx, &link).await?;
                let mut event = self.event(EventType::AccountPasswordReset, account.id, now);
                event.audience.email = Some(account.email.clone());
                event.audience.language = Some(account.language);
                event.audience.link_id = Some(link.id);
                events::insert(tx, &[event]).await
            })
            .await?;
        Ok(())
    }

    /// Whether a reset link would still work.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`].
    pub async fn peek_reset(&self, token: &str) -> Result<(), AccountError> {
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let link = links::by_id(self.store.reader(), id).await?;
        let live = link.filter(|link| {
            link.purpose == LinkPurpose::ResetPassword
                && link.state == LinkState::Pending
                && link.is_live(self.clock.now())
        });
        live.map(|_| ()).ok_or(AccountError::LinkInvalid)
    }

    /// Uses a reset link: sets the password, ends every session and every attempt to bind a Telegram
    /// identity. The mail proves the e-mail too; when it is the first proof, whoever made the account
    /// may be a stranger, and the Telegram identity that they bound is released.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`], [`AccountError::PasswordUsed`], [`AccountError::Hashing`].
    pub async fn reset_password(&self, token: &str, new: &NewPassword) -> Result<AccountId, AccountError> {
        self.peek_reset(token).await?;
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let asked = links::by_id(self.store.reader(), id).await?.and_then(|link| link.account_id);
        let asked = asked.ok_or(AccountError::LinkInvalid)?;
        self.refuse_used(asked, new).await?;
        let is_financial = self.is_financial(asked, new).await?;
        let hash = password::hash(new).await.ok_or(AccountError::Hashing)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::take(tx, id, LinkState::Pending, LinkState::Used, now).await?;
                let link = link.filter(|link| link.purpose == LinkPurpose::ResetPassword);
                let account = link.and_then(|link| link.account_id).ok_or(AccountError::LinkInvalid)?;
                preferences::lift_of_account(tx, account).await?;
                let first = rows::confirm_email(tx, account, now).await?;
                let old = rows::lock(tx, account).await?.and_then(|standing| standing.password_hash);
                replace(tx, account, old.as_deref(), &hash, now).await?;
                let mut told = vec![self.event(EventType::AccountPasswordChanged, account, now)];
                if first {
                    rows::adopt_payments(tx, account).await?;
                    told.extend(self.release_telegram(tx, account, now).await?);
                }
                if is_financial {
                    // Refusing it would tell whoever reads the mailbox what it is, as often as they ask.
                    financial::delete(tx, account).await?;
                }
                sessions::revoke_all(tx, account, None, now).await?;
                events::insert(tx, &told).await?;
                Ok(account)
            })
            .await
    }

    /// Changes the password of who is logged in and knows the old one. Every other session ends.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`] when the old one is wrong or there is none,
    /// [`AccountError::PasswordUsed`], [`AccountError::SamePassword`], [`AccountError::Hashing`].
    pub async fn change_password(
        &self,
        session: &Session,
        old: &Secret,
        new: &NewPassword,
    ) -> Result<(), AccountError> {
        let account = session.account_id;
        let known = self.verified(account, old).await?;
        self.refuse_used(account, new).await?;
        if self.is_financial(account, new).await? {
            return Err(AccountError::SamePassword);
        }
        let hash = password::hash(new).await.ok_or(AccountError::Hashing)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                // Comparing and hashing take long: neither password nor session may have gone meanwhile.
                let standing = rows::lock(tx, account).await?;
                let is_same = standing.and_then(|standing| standing.password_hash).as_deref() == Some(known.as_str());
                if !is_same || !sessions::lives(tx.conn(), session.id).await? {
                    return Err(AccountError::Credentials);
                }
                replace(tx, account, Some(&known), &hash, now).await?;
                sessions::revoke_all(tx, account, Some(session.id), now).await?;
                let mut event = self.event(EventType::AccountPasswordChanged, account, now);
                event.audience.facts.insert("device".to_owned(), session.device.clone());
                Ok(events::insert(tx, &[event]).await?)
            })
            .await
    }

    /// Whether this is the account's password. Takes as long when it has none.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`].
    pub async fn check_password(&self, account: AccountId, given: &Secret) -> Result<(), AccountError> {
        self.verified(account, given).await.map(|_| ())
    }

    /// The stored hash that this password fits.
    pub(super) async fn verified(&self, account: AccountId, given: &Secret) -> Result<String, AccountError> {
        let stored = rows::standing(self.store.reader(), account).await?.and_then(|standing| standing.password_hash);
        let fits = password::verify(given.clone(), stored.clone()).await;
        stored.filter(|_| fits).ok_or(AccountError::Credentials)
    }

    async fn refuse_used(&self, account: AccountId, new: &NewPassword) -> Result<(), AccountError> {
        let conn = self.store.reader();
        let mut hashes = passwords::latest(conn, account, KEPT).await?;
        hashes.extend(rows::standing(conn, account).await?.and_then(|standing| standing.password_hash));
        if password::is_one_of(new, hashes).await { Err(AccountError::PasswordUsed) } else { Ok(()) }
    }
}

async fn replace(tx: &Tx, account: AccountId, old: Option<&str>, new: &str, now: Timestamp) -> Result<(), StoreError> {
    if let Some(old) = old {
        passwords::remember(tx, account, old, KEPT, now).await?;
    }
    rows::set_password(tx, account, Some(new)).await?;
    links::end(tx, account, &ENDED).await
}
