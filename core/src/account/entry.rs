//! Coming in: a session for whoever proved enough, or the question for the code of an authenticator.

use std::time::Duration;

use crate::account::link::{Link, LinkPurpose};
use crate::account::{Accounts, Session};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{AccountId, LinkId, SessionId};
use crate::secret::{Secret, random_token, sha256_hex};
use crate::store::{StoreError, Tx, event as events, link as links, second_factor as factors, session as sessions};

/// A session ends after so long without a visit.
pub const SESSION_IDLE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// A session ends after so long in any case.
pub const SESSION_ABSOLUTE: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The browser that wants to come in.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Its own secret.
    pub browser: &'a Secret,
    /// What it calls itself.
    pub device: &'a str,
}

/// A new session. The token is the browser's; only its hash is kept.
#[derive(Debug)]
pub struct LoggedIn {
    /// Whose.
    pub account_id: AccountId,
    /// The browser's cookie.
    pub token: Secret,
}

/// What came of a log-in.
#[derive(Debug)]
pub enum Entered {
    /// The browser is in.
    In(LoggedIn),
    /// The account has an authenticator: its code is asked for, by this link and in the same browser.
    CodeNeeded(LinkId),
}

/// What a browser calls itself, shortened to what the database keeps.
pub(super) fn device_line(device: &str) -> String {
    device.chars().filter(|c| !c.is_control()).take(120).collect()
}

impl Accounts {
    /// Lets somebody in who proved one thing: a password, a chat. An account with an authenticator wants
    /// its code too, whichever way they came.
    pub(super) async fn admit(
        &self,
        tx: &Tx,
        account: AccountId,
        visit: Visit<'_>,
        now: Timestamp,
    ) -> Result<Entered, StoreError> {
        let authenticator = factors::of_account(tx.conn(), account).await?;
        if authenticator.is_none_or(|authenticator| authenticator.confirmed_at.is_none()) {
            return self.enter(tx, account, visit.device, now).await.map(Entered::In);
        }
        let mut link = Link::new(LinkPurpose::SecondFactor, now);
        link.account_id = Some(account);
        link.browser_hash = Some(sha256_hex(visit.browser.expose().as_bytes()));
        links::insert(tx, &link).await?;
        Ok(Entered::CodeNeeded(link.id))
    }

    /// Opens a session.
    pub(super) async fn enter(
        &self,
        tx: &Tx,
        account: AccountId,
        device: &str,
        now: Timestamp,
    ) -> Result<LoggedIn, StoreError> {
        let session = Session {
            id: SessionId::new(now),
            account_id: account,
            device: device_line(device),
            created_at: now,
            last_seen_at: now,
        };
        let token = random_token();
        let hash = sha256_hex(token.expose().as_bytes());
        sessions::insert(tx, &session, &hash, now.after(SESSION_ABSOLUTE)).await?;
        let mut event = self.event(EventType::AccountLogin, account, now);
        event.audience.facts.insert("device".to_owned(), session.device.clone());
        events::insert(tx, &[event]).await?;
        Ok(LoggedIn { account_id: account, token })
    }
}
