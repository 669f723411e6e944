//! Binding a Telegram identity to an account: deep link, number to match, and the same browser.
//!
//! Pressing Start alone binds nothing: somebody could have sent the link. The person must read the
//! number from the screen that started it, and that browser must finish it.

use crate::account::entry::{Entered, Visit};
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::register::name_the_taken;
use crate::account::{AccountError, Accounts, TelegramUser};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{AccountId, LinkId};
use crate::secret::{Secret, sha256_hex};
use crate::store::{Tx, account as rows, event as events, link as links};

/// What the bot asks after a deep link was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindQuestion {
    /// The link.
    pub link_id: LinkId,
    /// The numbers to choose from.
    pub options: Vec<i32>,
    /// The @username that was typed on the form, when it is not this user's.
    pub other_username: Option<String>,
    /// Whether it makes the user a member of staff rather than binds an account.
    pub staff: bool,
}

/// What came of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindAnswer {
    /// Right: the browser finishes it.
    Confirmed,
    /// Right: the person is a member of staff now.
    StaffAdded,
    /// Right: the browser is logged in when it asks.
    LogInConfirmed,
    /// Wrong, or *not me*: the link is dead.
    Denied,
    /// The same for a log-in: somebody may know the e-mail or @username.
    LogInDenied,
}

/// What the browser shows while it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindState {
    /// Nobody opened the link, or the number was not picked yet.
    Waiting,
    /// The number was right: finish it.
    Confirmed,
    /// Wrong number, too old, or used.
    Over,
}

impl Accounts {
    /// A Telegram user opened a deep link. Who opens it first has it.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`]; [`AccountError::TelegramTaken`] when the user has an account.
    pub async fn claim_link(&self, token: &str, user: &TelegramUser) -> Result<BindQuestion, AccountError> {
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::take(tx, id, LinkState::Pending, LinkState::Claimed, now).await?;
                let link = link.ok_or(AccountError::LinkInvalid)?;
                let staff = match link.purpose {
                    LinkPurpose::BindTelegram => false,
                    LinkPurpose::InviteStaff => true,
                    LinkPurpose::ConfirmEmail
                    | LinkPurpose::ConfirmEmailAndTelegram
                    | LinkPurpose::ResetPassword
                    | LinkPurpose::LogIn
                    | LinkPurpose::SecondFactor
                    | LinkPurpose::CloseAccount
                    | LinkPurpose::InviteMember => return Err(AccountError::LinkInvalid),
                };
                if !staff && rows::by_telegram(tx.conn(), user.id).await?.is_some() {
                    return Err(AccountError::TelegramTaken);
                }
                links::set_telegram(tx, id, user).await?;
                let own = user.username_ci();
                let other_username = link.payload.username.clone().filter(|name| own.as_ref() != Some(name));
                Ok(BindQuestion { link_id: id, options: link.payload.options.clone(), other_username, staff })
            })
            .await
    }

    /// The Telegram user picked a number; `None` says *not me*. One try only.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`] also when another user than the one who opened it answers.
    pub async fn answer_link(
        &self,
        id: LinkId,
        tg_user_id: i64,
        number: Option<i32>,
    ) -> Result<BindAnswer, AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::by_id(tx.conn(), id).await?.ok_or(AccountError::LinkInvalid)?;
                if link.tg_user_id != Some(tg_user_id) || link.state != LinkState::Claimed {
                    return Err(AccountError::LinkInvalid);
                }
                let right = number.is_some() && number == link.match_code;
                let next = match (right, link.purpose) {
                    (false, _) => LinkState::Denied,
                    (true, LinkPurpose::InviteStaff) => LinkState::Used,
                    (true, _) => LinkState::Confirmed,
                };
                let link =
                    links::take(tx, id, LinkState::Claimed, next, now).await?.ok_or(AccountError::LinkInvalid)?;
                if link.purpose == LinkPurpose::LogIn {
                    return Ok(if right { BindAnswer::LogInConfirmed } else { BindAnswer::LogInDenied });
                }
                if !right {
                    return Ok(BindAnswer::Denied);
                }
                if link.purpose == LinkPurpose::InviteStaff {
                    self.add_staff(tx, &link, now).await?;
                    return Ok(BindAnswer::StaffAdded);
                }
                Ok(BindAnswer::Confirmed)
            })
            .await
    }

    /// What the waiting browser shows. Another browser sees that it is over.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn bind_state(&self, id: LinkId, browser: &Secret) -> Result<BindState, AccountError> {
        let Some(link) = links::by_id(self.store.reader(), id).await?.filter(|link| is_from(link, browser)) else {
            return Ok(BindState::Over);
        };
        Ok(match link.state {
            _ if !link.is_live(self.clock.now()) => BindState::Over,
            LinkState::Pending | LinkState::Claimed => BindState::Waiting,
            LinkState::Confirmed => BindState::Confirmed,
            LinkState::Denied | LinkState::Used => BindState::Over,
        })
    }

    /// The ticket of a link that this browser started, to show it again.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`].
    pub async fn bind_ticket(&self, id: LinkId, browser: &Secret) -> Result<crate::account::BindTicket, AccountError> {
        let link = links::by_id(self.store.reader(), id).await?.filter(|link| is_from(link, browser));
        Ok(self.ticket(&link.ok_or(AccountError::LinkInvalid)?))
    }

    /// The browser that started it finishes it: the identity is bound.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`] also for a link that was handed out for an e-mail which has an
    /// account already; [`AccountError::TelegramTaken`], [`AccountError::AccountBound`].
    pub async fn finish_bind(&self, id: LinkId, browser: &Secret) -> Result<AccountId, AccountError> {
        let now = self.clock.now();
        self.store.write(async |tx| self.bind(tx, id, browser, now).await).await
    }

    /// Finishes it and logs the browser in, in one unit: whoever confirms the account next to it either
    /// finds both and ends them, or finds the link and ends that.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`], [`AccountError::TelegramTaken`], [`AccountError::AccountBound`].
    pub async fn finish_bind_and_log_in(&self, id: LinkId, visit: Visit<'_>) -> Result<Entered, AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let account = self.bind(tx, id, visit.browser, now).await?;
                Ok(self.admit(tx, account, visit, now).await?)
            })
            .await
    }

    async fn bind(&self, tx: &Tx, id: LinkId, browser: &Secret, now: Timestamp) -> Result<AccountId, AccountError> {
        let link = links::take(tx, id, LinkState::Confirmed, LinkState::Used, now).await?;
        let link = link.filter(|link| is_from(link, browser)).ok_or(AccountError::LinkInvalid)?;
        let account = link.account_id.ok_or(AccountError::LinkInvalid)?;
        let user = link.payload.telegram.as_ref().ok_or(AccountError::LinkInvalid)?;
        rows::bind_telegram(tx, account, user, now).await.map_err(name_the_taken)?;
        events::insert(tx, &[self.event(EventType::AccountTelegramLinked, account, now)]).await?;
        Ok(account)
    }
}

pub(super) fn is_from(link: &Link, browser: &Secret) -> bool {
    let hash = sha256_hex(browser.expose().as_bytes());
    link.browser_hash.as_ref().is_some_and(|stored| Secret::new(hash.as_str()).matches(stored))
}
