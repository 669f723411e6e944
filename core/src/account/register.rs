//! Registration: on the web with a form, or in the bot with an e-mail.

use crate::account::email::EmailAddress;
use crate::account::link::{Link, LinkPurpose};
use crate::account::password::{self, NewPassword};
use crate::account::username::Username;
use crate::account::{Account, AccountError, Accounts, Session, TelegramUser};
use crate::clock::Timestamp;
use crate::event::{Event, EventType};
use crate::id::{AccountId, LinkId};
use crate::language::Language;
use crate::preference::TimeZone;
use crate::secret::{Secret, sha256_hex};
use crate::store::{Constraint, StoreError, Tx, account as rows, event as events, link as links, session as sessions};

/// What the form gives.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Where to write to.
    pub email: EmailAddress,
    /// The @username that the person says is theirs: a hint, not a proof.
    pub username: Option<Username>,
    /// The password.
    pub password: NewPassword,
    /// The language to write in.
    pub language: Language,
}

/// What the browser shows so that Telegram can be bound: a deep link and a number to match.
#[derive(Debug, Clone)]
pub struct BindTicket {
    /// The link's id.
    pub link_id: LinkId,
    /// The token behind `/start r_`.
    pub token: Secret,
    /// The number that the person picks in the bot.
    pub match_code: i32,
}

impl Accounts {
    /// Registers on the web. The ticket looks the same when the e-mail is taken already, and so does
    /// all that follows until it is finished: nobody learns from the form who has an account, and its
    /// owner gets a letter. `browser` is the cookie that the ticket belongs to.
    ///
    /// # Errors
    ///
    /// [`AccountError::Hashing`], [`AccountError::Store`].
    pub async fn register(&self, new: NewAccount, browser: &Secret) -> Result<BindTicket, AccountError> {
        let hash = password::hash(&new.password).await.ok_or(AccountError::Hashing)?;
        let now = self.clock.now();
        let browser_hash = sha256_hex(browser.expose().as_bytes());
        let mut bind = Link::new(LinkPurpose::BindTelegram, now).with_match_code();
        bind.browser_hash = Some(browser_hash.clone());
        bind.payload.username = new.username.as_ref().map(|name| name.as_str().to_owned());
        let mut confirm = Link::new(LinkPurpose::ConfirmEmail, now);
        confirm.browser_hash = Some(browser_hash);
        let unit = async |tx: &Tx| {
            if let Some(owner) = rows::by_email(tx.conn(), new.email.normal()).await? {
                // The link belongs to no account: it goes the whole way and binds nothing.
                links::insert(tx, &bind).await?;
                return events::insert(tx, &[self.taken(&owner, now)]).await;
            }
            let account = blank(&new.email, new.language, now);
            rows::insert(tx, &account, new.email.normal(), Some(&hash), now).await?;
            links::insert(tx, &Link { account_id: Some(account.id), ..bind.clone() }).await?;
            links::insert(tx, &Link { account_id: Some(account.id), ..confirm.clone() }).await?;
            events::insert(tx, &[self.registered(&account, confirm.id, now)]).await
        };
        match self.store.write(unit).await {
            // Somebody else was faster with the same e-mail; now it is found.
            Err(error) if error.violates(Constraint::AccountEmail) => self.store.write(unit).await?,
            written => written?,
        }
        Ok(self.ticket(&bind))
    }

    /// The letter with the link that confirms an e-mail.
    fn registered(&self, account: &Account, link: LinkId, now: Timestamp) -> Event {
        let mut event = self.event(EventType::AccountRegistered, account.id, now);
        event.audience.email = Some(account.email.clone());
        event.audience.language = Some(account.language);
        event.audience.link_id = Some(link);
        event
    }

    /// The letter to the owner of an e-mail that somebody tried to register with. It carries no link:
    /// nothing that a stranger began may be finished with one click.
    fn taken(&self, owner: &Account, now: Timestamp) -> Event {
        let mut event = self.event(EventType::AccountRegistered, owner.id, now);
        event.audience.email = Some(owner.email.clone());
        event.audience.language = Some(owner.language);
        event.audience.facts.insert("existing".to_owned(), "true".to_owned());
        event
    }

    pub(super) fn ticket(&self, link: &Link) -> BindTicket {
        BindTicket {
            link_id: link.id,
            token: self.keyring.link_token(link.id),
            match_code: link.match_code.unwrap_or_default(),
        }
    }

    /// A new ticket for an account that is logged in, to bind Telegram later.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`] when the session was ended meanwhile.
    pub async fn start_bind(&self, session: &Session, browser: &Secret) -> Result<BindTicket, AccountError> {
        let mut bind = Link::new(LinkPurpose::BindTelegram, self.clock.now()).with_match_code();
        bind.account_id = Some(session.account_id);
        bind.browser_hash = Some(sha256_hex(browser.expose().as_bytes()));
        self.store
            .write(async |tx| {
                // A reset ends sessions and links; no link may be made in between by an ended session.
                rows::lock(tx, session.account_id).await?;
                if !sessions::lives(tx.conn(), session.id).await? {
                    return Err(AccountError::Credentials);
                }
                links::insert(tx, &bind).await.map_err(AccountError::from)
            })
            .await?;
        Ok(self.ticket(&bind))
    }

    /// Registers in the bot: writes to the e-mail, and binds the chat when the link in the mail is used
    /// and the number given back here was typed on its page. An e-mail that has an owner already gets
    /// a letter without a link, and the number given back then is worth nothing: nobody learns in the
    /// bot who has an account.
    ///
    /// # Errors
    ///
    /// [`AccountError::TelegramTaken`] when the chat is bound already.
    pub async fn register_in_bot(
        &self,
        user: &TelegramUser,
        email: &EmailAddress,
        language: Language,
    ) -> Result<i32, AccountError> {
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::ConfirmEmailAndTelegram, now).with_match_code();
        link.tg_user_id = Some(user.id);
        link.chat_id = Some(user.chat_id);
        link.payload.email = Some(email.as_str().to_owned());
        link.payload.telegram = Some(user.clone());
        let unit = async |tx: &Tx| {
            if rows::by_telegram(tx.conn(), user.id).await?.is_some() {
                return Err(AccountError::TelegramTaken);
            }
            let account = match rows::by_email(tx.conn(), email.normal()).await? {
                Some(owner) if owner.email_confirmed_at.is_some() || owner.has_password => {
                    return Ok(events::insert(tx, &[self.taken(&owner, now)]).await?);
                }
                Some(unproved) => unproved,
                None => {
                    let account = blank(email, language, now);
                    rows::insert(tx, &account, email.normal(), None, now).await?;
                    account
                }
            };
            links::insert(tx, &Link { account_id: Some(account.id), ..link.clone() }).await?;
            let mut event = self.registered(&account, link.id, now);
            event.audience.facts.insert("telegram".to_owned(), user.short_name());
            Ok(events::insert(tx, &[event]).await?)
        };
        match self.store.write(unit).await {
            Err(AccountError::Store(error)) if error.violates(Constraint::AccountEmail) => {
                self.store.write(unit).await?;
            }
            written => written?,
        }
        Ok(link.match_code.unwrap_or_default())
    }

    /// A buyer whose e-mail and chat count as confirmed, without any message: for the sandbox. Does
    /// nothing when the e-mail has an account.
    ///
    /// # Errors
    ///
    /// [`AccountError::TelegramTaken`] when the chat is another account's.
    pub async fn seed_buyer(
        &self,
        user: &TelegramUser,
        email: &EmailAddress,
        language: Language,
    ) -> Result<(), AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                if rows::by_email(tx.conn(), email.normal()).await?.is_some() {
                    return Ok(());
                }
                let account = blank(email, language, now);
                rows::insert(tx, &account, email.normal(), None, now).await?;
                rows::confirm_email(tx, account.id, now).await?;
                rows::bind_telegram(tx, account.id, user, now).await.map_err(name_the_taken)
            })
            .await
    }
}

/// An account of which nothing is proved.
fn blank(email: &EmailAddress, language: Language, now: Timestamp) -> Account {
    Account {
        id: AccountId::new(now),
        email: email.as_str().to_owned(),
        email_confirmed_at: None,
        has_password: false,
        language,
        time_zone: TimeZone::default(),
        quiet: None,
        telegram: None,
    }
}

pub(super) fn name_the_taken(error: StoreError) -> AccountError {
    if error.violates(Constraint::TelegramUser) {
        AccountError::TelegramTaken
    } else if error.violates(Constraint::TelegramAccount) {
        AccountError::AccountBound
    } else {
        AccountError::Store(error)
    }
}
