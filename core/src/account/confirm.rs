//! Confirming an e-mail: the link in the letter, and what has to be proved besides.
//!
//! Whoever opens the link owns the mailbox, but need not be who made the account: anybody can type a
//! stranger's address into a form or a chat. So the first confirmation keeps a password only for
//! the browser that chose it or for who knows it, and binds a chat only for who can read that chat.
//! Everybody else is put out before the account comes to own its payments.

use crate::account::bind::is_from;
use crate::account::link::{Link, LinkPurpose, LinkState};
use crate::account::password;
use crate::account::register::name_the_taken;
use crate::account::{AccountError, Accounts};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::AccountId;
use crate::secret::Secret;
use crate::store::account::Standing;
use crate::store::{
    Tx, account as rows, event as events, link as links, preference as preferences, session as sessions,
};

/// What the page behind the link asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmQuestion {
    /// Nothing but a press of the button.
    Nothing,
    /// The password that was chosen at registration, or that the reader chose none.
    Password,
    /// The number that the bot showed in the chat which is about to be bound.
    Number {
        /// The Telegram user, as a page may show them.
        telegram: String,
    },
}

/// What the reader answers.
#[derive(Debug, Clone, Copy)]
pub enum ConfirmAnswer<'a> {
    /// Only pressed the button.
    Nothing,
    /// The password that was chosen at registration.
    Password(&'a Secret),
    /// *I chose no password*: somebody else made the account.
    NotMine,
    /// The number in the chat.
    Number(i32),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// Confirmed, with everything that was there.
    Kept(AccountId),
    /// Confirmed. Password, sessions and Telegram identity of whoever made the account are gone; a
    /// reset sets a new password.
    PutOut(AccountId),
    /// Confirmed, and the chat is bound.
    WithTelegram(AccountId),
    /// The number was wrong: the link is dead and nothing was confirmed.
    WrongNumber,
}

/// What to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Keep,
    PutOut,
    Bind,
    WrongNumber,
    AskAgain,
    Over,
}

impl Accounts {
    /// What the link in a confirmation mail asks of this browser, without using it: mail scanners
    /// open links.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`].
    pub async fn peek_confirmation(
        &self,
        token: &str,
        browser: Option<&Secret>,
    ) -> Result<ConfirmQuestion, AccountError> {
        let (link, account) = self.confirmation(token).await?;
        let standing = rows::standing(self.store.reader(), account).await?.ok_or(AccountError::LinkInvalid)?;
        match (decide(&link, &standing, browser, &ConfirmAnswer::Nothing, false), &link.payload.telegram) {
            (Decision::Over, _) => Err(AccountError::LinkInvalid),
            (Decision::AskAgain, Some(user)) => Ok(ConfirmQuestion::Number { telegram: user.shown() }),
            (Decision::AskAgain, None) => Ok(ConfirmQuestion::Password),
            (Decision::Keep | Decision::PutOut | Decision::Bind | Decision::WrongNumber, _) => {
                Ok(ConfirmQuestion::Nothing)
            }
        }
    }

    /// Uses the link in a confirmation mail: confirms the e-mail, and binds the chat it was given in.
    /// Payments made with the e-mail before now show in the account. The first confirmation decides
    /// who stays in, see [`Confirmed`]; a later one changes nothing.
    ///
    /// # Errors
    ///
    /// [`AccountError::Credentials`] when the password was asked for and is wrong or missing, or the
    /// number is missing: the link still works. [`AccountError::LinkInvalid`];
    /// [`AccountError::TelegramTaken`] when the chat was bound to another account meanwhile.
    pub async fn confirm_email(
        &self,
        token: &str,
        browser: Option<&Secret>,
        answer: ConfirmAnswer<'_>,
    ) -> Result<Confirmed, AccountError> {
        let (link, account) = self.confirmation(token).await?;
        let before = rows::standing(self.store.reader(), account).await?.ok_or(AccountError::LinkInvalid)?;
        let knows_password = match answer {
            ConfirmAnswer::Password(given) => password::verify(given.clone(), before.password_hash.clone()).await,
            ConfirmAnswer::Nothing | ConfirmAnswer::NotMine | ConfirmAnswer::Number(_) => false,
        };
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let standing = rows::lock(tx, account).await?.ok_or(AccountError::LinkInvalid)?;
                // The password that was compared may have been replaced meanwhile.
                let knows_password = knows_password && standing.password_hash == before.password_hash;
                let decision = decide(&link, &standing, browser, &answer, knows_password);
                let next = match decision {
                    Decision::Keep | Decision::PutOut | Decision::Bind => LinkState::Used,
                    Decision::WrongNumber => LinkState::Denied,
                    Decision::AskAgain => return Err(AccountError::Credentials),
                    Decision::Over => return Err(AccountError::LinkInvalid),
                };
                links::take(tx, link.id, LinkState::Pending, next, now).await?.ok_or(AccountError::LinkInvalid)?;
                self.carry_out(tx, &link, account, decision, now).await
            })
            .await
    }

    /// Sends a link to an address that took no mail: whoever opens it shows that mail arrives there
    /// again. Nothing is sent to an address that works.
    ///
    /// # Errors
    ///
    /// [`AccountError::Store`].
    pub async fn ask_confirmation(&self, account: AccountId) -> Result<(), AccountError> {
        let conn = self.store.reader();
        let Some(account) = rows::by_id(conn, account).await? else { return Ok(()) };
        if preferences::suppression(conn, &account.email.to_lowercase()).await?.is_none() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut link = Link::new(LinkPurpose::ConfirmEmail, now);
        link.account_id = Some(account.id);
        self.store
            .write(async |tx| {
                links::insert(tx, &link).await?;
                let mut event = self.event(EventType::AccountRegistered, account.id, now);
                event.audience.email = Some(account.email.clone());
                event.audience.language = Some(account.language);
                event.audience.link_id = Some(link.id);
                event.audience.facts.insert("again".to_owned(), String::new());
                events::insert(tx, &[event]).await
            })
            .await?;
        Ok(())
    }

    /// A confirmation link that still works, and its account.
    async fn confirmation(&self, token: &str) -> Result<(Link, AccountId), AccountError> {
        let id = self.keyring.verify_link_token(token).ok_or(AccountError::LinkInvalid)?;
        let link = links::by_id(self.store.reader(), id).await?.ok_or(AccountError::LinkInvalid)?;
        match link.account_id {
            Some(account) if link.state == LinkState::Pending && link.is_live(self.clock.now()) => Ok((link, account)),
            Some(_) | None => Err(AccountError::LinkInvalid),
        }
    }

    async fn carry_out(
        &self,
        tx: &Tx,
        link: &Link,
        account: AccountId,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Confirmed, AccountError> {
        if decision == Decision::WrongNumber {
            return Ok(Confirmed::WrongNumber);
        }
        preferences::lift_of_account(tx, account).await?;
        let mut told = Vec::new();
        if rows::confirm_email(tx, account, now).await? {
            if decision != Decision::Keep {
                // Links first: of a binding that is being finished next to this, either the link is
                // found here and ended, or what it bound is found by the statements after it.
                links::end(tx, account, &[LinkPurpose::BindTelegram]).await?;
                rows::set_password(tx, account, None).await?;
                told.extend(self.release_telegram(tx, account, now).await?);
                sessions::revoke_all(tx, account, None, now).await?;
            }
            rows::adopt_payments(tx, account).await?;
            told.push(self.event(EventType::AccountEmailConfirmed, account, now));
        }
        if let (Decision::Bind, Some(user)) = (decision, &link.payload.telegram) {
            rows::bind_telegram(tx, account, user, now).await.map_err(name_the_taken)?;
            told.push(self.event(EventType::AccountTelegramLinked, account, now));
        }
        events::insert(tx, &told).await?;
        Ok(match decision {
            Decision::Bind => Confirmed::WithTelegram(account),
            Decision::PutOut => Confirmed::PutOut(account),
            Decision::Keep | Decision::WrongNumber | Decision::AskAgain | Decision::Over => Confirmed::Kept(account),
        })
    }
}

/// Who stays in. Pure: everything it looks at was read before.
fn decide(
    link: &Link,
    standing: &Standing,
    browser: Option<&Secret>,
    answer: &ConfirmAnswer<'_>,
    knows_password: bool,
) -> Decision {
    match link.purpose {
        LinkPurpose::ConfirmEmail => {
            let is_same_browser = browser.is_some_and(|browser| is_from(link, browser));
            match answer {
                _ if standing.is_confirmed => Decision::Keep,
                ConfirmAnswer::NotMine => Decision::PutOut,
                _ if is_same_browser || knows_password => Decision::Keep,
                // Nothing to know: whoever is in came in otherwise.
                _ if standing.password_hash.is_none() => Decision::PutOut,
                ConfirmAnswer::Nothing | ConfirmAnswer::Password(_) | ConfirmAnswer::Number(_) => Decision::AskAgain,
            }
        }
        LinkPurpose::ConfirmEmailAndTelegram => match answer {
            // The address has an owner by now, who connects Telegram in the account.
            _ if standing.is_confirmed => Decision::Over,
            ConfirmAnswer::Number(number) if link.match_code == Some(*number) => Decision::Bind,
            ConfirmAnswer::Number(_) => Decision::WrongNumber,
            ConfirmAnswer::Nothing | ConfirmAnswer::Password(_) | ConfirmAnswer::NotMine => Decision::AskAgain,
        },
        LinkPurpose::BindTelegram
        | LinkPurpose::ResetPassword
        | LinkPurpose::InviteStaff
        | LinkPurpose::LogIn
        | LinkPurpose::SecondFactor
        | LinkPurpose::CloseAccount
        | LinkPurpose::InviteMember => Decision::Over,
    }
}
