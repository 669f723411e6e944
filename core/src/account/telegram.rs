//! The Telegram side of accounts: who wrote, alias upkeep, blocked and revived chats, unlinking.

use std::time::Duration;

use crate::account::link::LinkPurpose;
use crate::account::username::Username;
use crate::account::{Account, AccountError, Accounts};
use crate::clock::Timestamp;
use crate::event::{Event, EventType};
use crate::id::AccountId;
use crate::language::Language;
use crate::preference::TimeZone;
use crate::store::{StoreError, Tx, account as rows, event as events, link as links};

/// How often it is noted that a user still bears their @username.
const SEEN_EVERY: Duration = Duration::from_secs(24 * 3_600);

/// A Telegram user as an update describes them. Every text is hostile input.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TelegramUser {
    /// The numeric id: the key.
    pub id: i64,
    /// The private chat's id.
    pub chat_id: i64,
    /// The @username, as written.
    pub username: Option<String>,
    /// The first name.
    pub first_name: String,
    /// The language that their Telegram speaks, a BCP 47 tag.
    pub language_tag: Option<String>,
}

impl TelegramUser {
    /// The @username in lower case.
    #[must_use]
    pub fn username_ci(&self) -> Option<String> {
        self.username.as_ref().map(|name| name.to_lowercase())
    }

    /// The nearest language that we speak.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language_tag.as_deref().map(Language::from_tag).unwrap_or_default()
    }

    /// What to call the user on a page that asks whether it is they: the @username, else the letters
    /// of the first name. No sign gets through that could pass for a @username or turn the line round.
    #[must_use]
    pub fn shown(&self) -> String {
        if let Some(Ok(name)) = self.username.as_deref().map(Username::new) {
            return format!("@{}", name.as_str());
        }
        let fits = |next: &char| next.is_alphanumeric() || " .'-".contains(*next);
        let name: String = self.first_name.chars().filter(fits).take(32).collect();
        if name.trim().is_empty() { "–".to_owned() } else { name.trim().to_owned() }
    }

    /// The first name, shortened to what the database keeps.
    pub(crate) fn short_name(&self) -> String {
        self.first_name.chars().filter(|c| !c.is_control()).take(64).collect()
    }
}

impl Accounts {
    /// The account that a Telegram user is bound to.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn by_telegram(&self, tg_user_id: i64) -> Result<Option<Account>, StoreError> {
        rows::by_telegram(self.store.reader(), tg_user_id).await
    }

    /// Keeps the alias of a Telegram user true: called for every update. A name that somebody else
    /// had before is taken from them, since Telegram gives a name to one user at a time.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn refresh_telegram(&self, user: &TelegramUser) -> Result<(), StoreError> {
        let username = user.username_ci();
        let now = self.clock.now();
        let seen_since = now.before(SEEN_EVERY);
        if !rows::telegram_changed(self.store.reader(), user, username.as_deref(), seen_since).await? {
            return Ok(());
        }
        self.store.write(async |tx| rows::see_telegram(tx, user, username.as_deref(), now).await).await
    }

    /// A chat cannot be written to any more (`true`), or can again.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_telegram_gone(&self, chat_id: i64, gone: bool) -> Result<(), StoreError> {
        let at = gone.then(|| self.clock.now());
        self.store.write(async |tx| rows::set_telegram_gone(tx, chat_id, at).await).await
    }

    /// Releases the Telegram identity of an account, and ends what a chat began for it. A password and a
    /// confirmed e-mail have to be left: nobody shuts themselves out.
    ///
    /// # Errors
    ///
    /// [`AccountError::LastWayIn`].
    pub async fn unlink_telegram(&self, account: AccountId) -> Result<bool, AccountError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let standing = rows::lock(tx, account).await?;
                if !standing.is_some_and(|standing| standing.is_confirmed && standing.password_hash.is_some()) {
                    return Err(AccountError::LastWayIn);
                }
                links::end(tx, account, &[LinkPurpose::BindTelegram, LinkPurpose::LogIn]).await?;
                let told = self.release_telegram(tx, account, now).await?;
                events::insert(tx, told.as_slice()).await?;
                Ok(told.is_some())
            })
            .await
    }

    /// Releases the identity; gives the event that tells of it, when there was one to release.
    pub(super) async fn release_telegram(
        &self,
        tx: &Tx,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<Event>, StoreError> {
        let released = rows::unlink_telegram(tx, account, now).await?;
        Ok(released.then(|| self.event(EventType::AccountTelegramUnlinked, account, now)))
    }

    /// Changes the clock that a person's times are shown by.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_time_zone(&self, account: AccountId, zone: TimeZone) -> Result<(), StoreError> {
        self.store.write(async |tx| rows::set_time_zone(tx, account, zone).await).await
    }

    /// Changes the language that a person is written to in.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_language(&self, account: AccountId, language: Language) -> Result<(), StoreError> {
        self.store.write(async |tx| rows::set_language(tx, account, language).await).await
    }
}
