//! Ending an account: confirmed with the password or by a link to the e-mail, and then for good.
//!
//! Payments have to be kept: they stay under the account's id and lose e-mail and address. Everything else
//! that says who the person was goes.

use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::{Account, AccountError, Accounts};
use crate::clock::Timestamp;
use crate::event::{Event, EventType};
use crate::id::AccountId;
use crate::merchant::member as members;
use crate::secret::Secret;
use crate::store::{
    Tx, account as rows, event as events, financial, link as links, password as passwords, preference as preferences,
    risk as decisions, second_factor as factors, session as sessions,
};
use crate::vault::keep;

impl Accounts {
    /// Ends an account whose password, and whose authenticator's code if there is one, were given.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`], [`AccountError::CodeWrong`].
    pub async fn close(&self, account: AccountId, password: &Secret, code: &Secret) -> Result<(), AccountError> {
        self.check_password(account, password).await?;
        self.check_code(account, code).await?;
        let now = self.clock.now();
        self.store.write(async |tx| self.end(tx, account, now).await).await
    }

    /// Sends the link that ends an account to its e-mail.
    ///
    /// # Errors
    ///
    /// [`AccountError::EmailUnconfirmed`].
    pub async fn ask_closing(&self, account: &Account) -> Result<(), AccountError> {
        if account.email_confirmed_at.is_none() {
            return Err(AccountError::EmailUnconfirmed);
        }
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::CloseAccount, now);
        link.account_id = Some(account.id);
        self.store
            .write(async |tx| {
                rows::lock(tx, account.id).await?;
                links::supersede(tx, account.id, LinkPurpose::CloseAccount).await?;
                links::insert(tx, &link).await?;
                let mut event = self.addressed(EventType::AccountClosing, account, now);
                event.audience.link_id = Some(link.id);
                Ok(events::insert(tx, &[event]).await?)
            })
            .await
    }

    /// Whether a link that ends an account would still work. Opening it changes nothing: mail scanners do.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`].
    pub async fn peek_closing(&self, token: &str) -> Result<(), AccountError> {
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let link = links::by_id(self.store.reader(), id).await?.ok_or(AccountError::LinkInvalid)?;
        let works = link.state == LinkState::Pending && link.is_live(self.clock.now());
        if works && link.purpose == LinkPurpose::CloseAccount { Ok(()) } else { Err(AccountError::LinkInvalid) }
    }

    /// Uses the link that ends an account.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`].
    pub async fn close_by_link(&self, token: &str) -> Result<(), AccountError> {
        self.peek_closing(token).await?;
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::take(tx, id, LinkState::Pending, LinkState::Used, now).await?;
                let account = link.and_then(|link| link.account_id).ok_or(AccountError::LinkInvalid)?;
                self.end(tx, account, now).await
            })
            .await
    }

    async fn end(&self, tx: &Tx, id: AccountId, now: Timestamp) -> Result<(), AccountError> {
        rows::lock(tx, id).await?.ok_or(AccountError::LinkInvalid)?;
        let account = rows::by_id(tx.conn(), id).await?.ok_or(AccountError::LinkInvalid)?;
        // Shops hear that the cards are gone; the person hears of the account as a whole.
        let mut told = keep::take_away_all(tx, id, now).await?;
        for event in &mut told {
            (event.audience.account_id, event.audience.email) = (None, None);
        }
        told.push(self.addressed(EventType::AccountClosed, &account, now));
        sessions::delete_all(tx, id).await?;
        links::delete_all(tx, id).await?;
        factors::delete(tx, id).await?;
        passwords::forget(tx, id).await?;
        financial::delete(tx, id).await?;
        preferences::forget(tx, id).await?;
        decisions::forget_person(tx, id).await?;
        rows::forget_person(tx, id, now).await?;
        events::insert(tx, &told).await?;
        // Last: others wait for the audit log.
        Ok(members::forget(tx, id, now).await?)
    }

    fn addressed(&self, kind: EventType, account: &Account, now: Timestamp) -> Event {
        let mut event = self.event(kind, account.id, now);
        event.audience.email = Some(account.email.clone());
        event.audience.language = Some(account.language);
        event
    }
}
