//! Log-in with e-mail or @username and password, sessions, and the password reset.

use std::time::Duration;

use crate::account::email::EmailAddress;
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::password::{self, NewPassword};
use crate::account::username::Username;
use crate::account::{Account, AccountError, Accounts, Session};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{AccountId, SessionId};
use crate::secret::{Secret, random_token, sha256_hex};
use crate::store::{StoreError, Tx, account as rows, event as events, link as links, preference as preferences};

/// A session ends after so long without a visit.
pub const SESSION_IDLE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// A session ends after so long in any case.
pub const SESSION_ABSOLUTE: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A new session. The token is the browser's; only its hash is kept.
#[derive(Debug)]
pub struct LoggedIn {
    /// Whose.
    pub account_id: AccountId,
    /// The browser's cookie.
    pub token: Secret,
}

/// A session about to be opened.
pub(super) struct Entry {
    session: Session,
    token: Secret,
}

impl Entry {
    pub(super) fn new(account: AccountId, device: &str, now: Timestamp) -> Self {
        let session = Session {
            id: SessionId::new(now),
            account_id: account,
            device: device.chars().filter(|c| !c.is_control()).take(120).collect(),
            created_at: now,
            last_seen_at: now,
        };
        Self { session, token: random_token() }
    }

    pub(super) fn logged_in(self) -> LoggedIn {
        LoggedIn { account_id: self.session.account_id, token: self.token }
    }
}

impl Accounts {
    /// Logs in. `name` is an e-mail or a @username; the alias proves nothing, the password does.
    /// Takes as long for accounts that do not exist.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`] whatever was wrong.
    pub async fn log_in(&self, name: &str, password: &Secret, device: &str) -> Result<LoggedIn, AccountError> {
        let candidate = self.candidate(name).await?;
        let stored = candidate.as_ref().map(|(_, hash)| hash.clone());
        let matches = password::verify(password.clone(), stored).await;
        let Some((account, hash)) = candidate.filter(|_| matches) else { return Err(AccountError::Credentials) };
        let entry = Entry::new(account, device, self.clock.now());
        self.store
            .write(async |tx| {
                // Comparing takes long. Whoever confirmed or reset the account meanwhile took this
                // password away, and a session must not outlive its password.
                let standing = rows::lock(tx, account).await?;
                if standing.and_then(|standing| standing.password_hash).as_deref() != Some(hash.as_str()) {
                    return Err(AccountError::Credentials);
                }
                self.enter(tx, &entry).await.map_err(AccountError::from)
            })
            .await?;
        Ok(entry.logged_in())
    }

    async fn candidate(&self, name: &str) -> Result<Option<(AccountId, String)>, StoreError> {
        let conn = self.store.reader();
        if let Ok(email) = EmailAddress::new(name) {
            return rows::password_by_email(conn, email.normal()).await;
        }
        match Username::new(name) {
            Ok(username) => rows::password_by_username(conn, username.as_str()).await,
            Err(_) => Ok(None),
        }
    }

    pub(super) async fn enter(&self, tx: &Tx, entry: &Entry) -> Result<(), StoreError> {
        let Entry { session, token } = entry;
        let hash = sha256_hex(token.expose().as_bytes());
        rows::insert_session(tx, session, &hash, session.created_at.after(SESSION_ABSOLUTE)).await?;
        let mut event = self.event(EventType::AccountLogin, session.account_id, session.created_at);
        event.audience.facts.insert("device".to_owned(), session.device.clone());
        events::insert(tx, &[event]).await
    }

    /// The account behind a browser's cookie, if the session lives.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn by_session(&self, token: &Secret) -> Result<Option<(Session, Account)>, StoreError> {
        let now = self.clock.now();
        let hash = sha256_hex(token.expose().as_bytes());
        let Some(session) = rows::live_session(self.store.reader(), &hash, now, SESSION_IDLE).await? else {
            return Ok(None);
        };
        // Once a minute is enough to know that somebody is there, and spares a write per page.
        if now.since(session.last_seen_at) > Duration::from_secs(60) {
            self.store.write(async |tx| rows::touch_session(tx, session.id, now).await).await?;
        }
        let account = rows::by_id(self.store.reader(), session.account_id).await?;
        Ok(account.map(|account| (session, account)))
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn log_out(&self, session: SessionId) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::revoke_session(tx, session, now).await).await
    }

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
    /// [`AccountError::LinkInvalid`], [`AccountError::Hashing`].
    pub async fn reset_password(&self, token: &str, new: &NewPassword) -> Result<AccountId, AccountError> {
        self.peek_reset(token).await?;
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let hash = password::hash(new).await.ok_or(AccountError::Hashing)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::take(tx, id, LinkState::Pending, LinkState::Used, now).await?;
                let link = link.filter(|link| link.purpose == LinkPurpose::ResetPassword);
                let account = link.and_then(|link| link.account_id).ok_or(AccountError::LinkInvalid)?;
                preferences::lift_of_account(tx, account).await?;
                let first = rows::confirm_email(tx, account, now).await?;
                rows::set_password(tx, account, Some(&hash)).await?;
                links::end(tx, account, &[LinkPurpose::BindTelegram, LinkPurpose::ResetPassword]).await?;
                let mut told = vec![self.event(EventType::AccountPasswordChanged, account, now)];
                if first {
                    rows::adopt_payments(tx, account).await?;
                    told.extend(self.release_telegram(tx, account, now).await?);
                }
                rows::revoke_sessions(tx, account, now).await?;
                events::insert(tx, &told).await?;
                Ok(account)
            })
            .await
    }
}
