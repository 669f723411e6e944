//! Registration: on the web with a form, or in the bot with an e-mail.

use crate::account::email::EmailAddress;
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::password::{self, NewPassword};
use crate::account::username::Username;
use crate::account::{Account, AccountError, Accounts, TelegramUser};
use crate::event::EventType;
use crate::id::{AccountId, LinkId};
use crate::language::Language;
use crate::secret::{Secret, sha256_hex};
use crate::store::{Constraint, StoreError, account as rows, event as events, link as links};

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
    /// Registers on the web. The ticket looks the same when the e-mail is taken already: nobody
    /// learns from the form who has an account. `browser` is the cookie that the ticket belongs to.
    ///
    /// # Errors
    ///
    /// [`AccountError::Hashing`], [`AccountError::Store`].
    pub async fn register(&self, new: NewAccount, browser: &Secret) -> Result<BindTicket, AccountError> {
        let hash = password::hash(&new.password).await.ok_or(AccountError::Hashing)?;
        let now = self.clock.now();
        let account = Account {
            id: AccountId::new(now),
            email: new.email.as_str().to_owned(),
            email_confirmed_at: None,
            has_password: true,
            language: new.language,
            telegram: None,
        };
        let mut bind = Link::new(LinkPurpose::BindTelegram, now).with_match_code();
        bind.account_id = Some(account.id);
        bind.browser_hash = Some(sha256_hex(browser.expose().as_bytes()));
        bind.payload.username = new.username.as_ref().map(|name| name.as_str().to_owned());
        let mut confirm = Link::new(LinkPurpose::ConfirmEmail, now);
        confirm.account_id = Some(account.id);
        let written = self
            .store
            .write(async |tx| {
                rows::insert(tx, &account, new.email.normal(), Some(&hash), now).await?;
                links::insert(tx, &bind).await?;
                links::insert(tx, &confirm).await?;
                let mut event = self.event(EventType::AccountRegistered, account.id, now);
                event.audience.email = Some(account.email.clone());
                event.audience.language = Some(account.language);
                event.audience.link_id = Some(confirm.id);
                events::insert(tx, &[event]).await
            })
            .await;
        match written {
            Ok(()) => {}
            // The ticket given back then points at nothing and simply runs out.
            Err(error) if error.violates(Constraint::AccountEmail) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.ticket(&bind))
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
    /// [`AccountError::Store`].
    pub async fn start_bind(&self, account: AccountId, browser: &Secret) -> Result<BindTicket, AccountError> {
        let mut bind = Link::new(LinkPurpose::BindTelegram, self.clock.now()).with_match_code();
        bind.account_id = Some(account);
        bind.browser_hash = Some(sha256_hex(browser.expose().as_bytes()));
        self.store.write(async |tx| links::insert(tx, &bind).await).await?;
        Ok(self.ticket(&bind))
    }

    /// Registers in the bot: writes to the e-mail, and binds the chat when the link in the mail is used.
    ///
    /// # Errors
    ///
    /// [`AccountError::TelegramTaken`] when the chat is bound already.
    pub async fn register_in_bot(
        &self,
        user: &TelegramUser,
        email: &EmailAddress,
        language: Language,
    ) -> Result<(), AccountError> {
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::ConfirmEmailAndTelegram, now);
        link.tg_user_id = Some(user.id);
        link.chat_id = Some(user.chat_id);
        link.payload.email = Some(email.as_str().to_owned());
        link.payload.telegram = Some(user.clone());
        self.store
            .write(async |tx| {
                if rows::by_telegram(tx.conn(), user.id).await?.is_some() {
                    return Err(AccountError::TelegramTaken);
                }
                let known = rows::by_email(tx.conn(), email.normal()).await?;
                let account = match known {
                    Some(account) => account.id,
                    None => {
                        let account = Account {
                            id: AccountId::new(now),
                            email: email.as_str().to_owned(),
                            email_confirmed_at: None,
                            has_password: false,
                            language,
                            telegram: None,
                        };
                        rows::insert(tx, &account, email.normal(), None, now).await?;
                        account.id
                    }
                };
                let link = Link { account_id: Some(account), ..link.clone() };
                links::insert(tx, &link).await?;
                let mut event = self.event(EventType::AccountRegistered, account, now);
                event.audience.email = Some(email.as_str().to_owned());
                event.audience.language = Some(language);
                event.audience.link_id = Some(link.id);
                event.audience.facts.insert("telegram".to_owned(), user.short_name());
                events::insert(tx, &[event]).await?;
                Ok(())
            })
            .await
    }

    /// What the link in a confirmation mail would do, without doing it: mail scanners open links.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`].
    pub async fn peek_confirmation(&self, token: &str) -> Result<Link, AccountError> {
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let link = links::by_id(self.store.reader(), id).await?.ok_or(AccountError::LinkInvalid)?;
        if is_confirmation(&link) && link.state == LinkState::Pending && link.is_live(self.clock.now()) {
            Ok(link)
        } else {
            Err(AccountError::LinkInvalid)
        }
    }

    /// Uses the link in a confirmation mail: confirms the e-mail, and binds the chat it was given in.
    /// Payments made with the e-mail before now show in the account.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`]; [`AccountError::TelegramTaken`] and
    /// [`AccountError::AccountBound`] when the chat or the account was bound meanwhile.
    pub async fn confirm_email(&self, token: &str) -> Result<AccountId, AccountError> {
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let link = links::take(tx, id, LinkState::Pending, LinkState::Used, now).await?;
                let link = link.filter(is_confirmation).ok_or(AccountError::LinkInvalid)?;
                let account = link.account_id.ok_or(AccountError::LinkInvalid)?;
                let first = rows::confirm_email(tx, account, now).await?;
                let mut told = Vec::new();
                if first {
                    rows::adopt_payments(tx, account).await?;
                    told.push(self.event(EventType::AccountEmailConfirmed, account, now));
                }
                if let (LinkPurpose::ConfirmEmailAndTelegram, Some(user)) = (link.purpose, &link.payload.telegram) {
                    rows::bind_telegram(tx, account, user, now).await.map_err(name_the_taken)?;
                    told.push(self.event(EventType::AccountTelegramLinked, account, now));
                }
                events::insert(tx, &told).await?;
                Ok(account)
            })
            .await
    }
}

fn is_confirmation(link: &Link) -> bool {
    matches!(link.purpose, LinkPurpose::ConfirmEmail | LinkPurpose::ConfirmEmailAndTelegram)
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
