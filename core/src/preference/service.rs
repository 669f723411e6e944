//! The service for what people are told: the web, the bot and the command line use it.

use std::sync::Arc;

use crate::account::Account;
use crate::account::email::EmailAddress;
use crate::clock::{Clock, Timestamp};
use crate::delivery::ChannelKind;
use crate::id::AccountId;
use crate::preference::{Category, LastChannel, Matrix, QuietHours, Suppression, SuppressionReason, TimeZone};
use crate::secret::{Keyring, Secret};
use crate::store::{Store, StoreError, account as accounts, preference as rows};

/// How a person wants to be told, as they choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Habits {
    /// Which channels for which category.
    pub matrix: Matrix,
    /// Where they live.
    pub time_zone: TimeZone,
    /// When they are left alone.
    pub quiet: Option<QuietHours>,
}

/// One choice in the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The category.
    pub category: Category,
    /// The channel.
    pub channel: ChannelKind,
    /// Whether it is switched on.
    pub on: bool,
}

/// Whether a channel reaches a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelState {
    /// There is none: no chat is bound, the address is not confirmed.
    Absent,
    /// It works, as far as is known.
    Alive,
    /// It does not, since then; with what was answered.
    Dead {
        /// Since when.
        since: Timestamp,
        /// The provider's words, where it had some.
        answer: Option<String>,
    },
}

/// Everything that a page of settings shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What was chosen.
    pub habits: Habits,
    /// The chat.
    pub telegram: ChannelState,
    /// The mailbox.
    pub email: ChannelState,
}

/// Why a choice was not written down.
#[derive(Debug, thiserror::Error)]
pub enum PreferenceError {
    /// A mandatory category would be left without a channel.
    #[error(transparent)]
    LastChannel(#[from] LastChannel),
    /// No such account.
    #[error("there is no account {0}")]
    NotFound(AccountId),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service.
#[derive(Debug, Clone)]
pub struct Preferences {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    keyring: Keyring,
}

impl Preferences {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring) -> Self {
        Self { store, clock, keyring }
    }

    /// What a person chose, and which channels reach them.
    ///
    /// # Errors
    ///
    /// [`PreferenceError::NotFound`].
    pub async fn of(&self, id: AccountId) -> Result<Settings, PreferenceError> {
        let conn = self.store.reader();
        let account = accounts::by_id(conn, id).await?.ok_or(PreferenceError::NotFound(id))?;
        let matrix = rows::matrix(conn, id).await?;
        let suppressed = rows::suppression(conn, &account.email.to_lowercase()).await?;
        Ok(Settings {
            telegram: chat_state(&account),
            email: mail_state(&account, suppressed),
            habits: Habits { matrix, time_zone: account.time_zone, quiet: account.quiet },
        })
    }

    /// Changes one choice.
    ///
    /// # Errors
    ///
    /// [`PreferenceError::LastChannel`] when it would leave a mandatory category without a channel.
    pub async fn choose(&self, id: AccountId, choice: Choice) -> Result<Matrix, PreferenceError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                // Two presses at once would each see the other channel still on.
                accounts::lock(tx, id).await?.ok_or(PreferenceError::NotFound(id))?;
                let matrix = rows::matrix(tx.conn(), id).await?;
                let next = matrix.with(choice.category, choice.channel, choice.on)?;
                rows::set(tx, id, &choice, now).await?;
                Ok(next)
            })
            .await
    }

    /// Writes everything that a form holds, or nothing.
    ///
    /// # Errors
    ///
    /// [`PreferenceError::LastChannel`].
    pub async fn replace(&self, id: AccountId, habits: &Habits) -> Result<(), PreferenceError> {
        habits.matrix.check()?;
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                accounts::lock(tx, id).await?.ok_or(PreferenceError::NotFound(id))?;
                let before = rows::matrix(tx.conn(), id).await?;
                for (category, channel, on) in habits.matrix.choices() {
                    if before.wants(category, channel) != on {
                        rows::set(tx, id, &Choice { category, channel, on }, now).await?;
                    }
                }
                accounts::set_time_zone(tx, id, habits.time_zone).await?;
                accounts::set_quiet(tx, id, habits.quiet).await?;
                Ok(())
            })
            .await
    }

    /// Sets the time zone.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_time_zone(&self, id: AccountId, zone: TimeZone) -> Result<(), StoreError> {
        self.store.write(async |tx| accounts::set_time_zone(tx, id, zone).await).await
    }

    /// Sets the quiet hours, or none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_quiet(&self, id: AccountId, quiet: Option<QuietHours>) -> Result<(), StoreError> {
        self.store.write(async |tx| accounts::set_quiet(tx, id, quiet).await).await
    }

    /// The token in a letter's unsubscribe link. It names account and category and proves both; it
    /// works as long as the keys do, since old letters are opened, too.
    #[must_use]
    pub fn unsubscribe_token(keyring: &Keyring, account: AccountId, category: Category) -> Secret {
        let proof = keyring.fingerprint("unsubscribe", &format!("{account}:{}", category.as_str()));
        Secret::new(format!("{account}.{}.{proof}", category.as_str()))
    }

    /// Whom and what an unsubscribe token is about, when it is one of ours.
    #[must_use]
    pub fn read_unsubscribe(&self, token: &str) -> Option<(AccountId, Category)> {
        let mut parts = token.split('.');
        let account: AccountId = parts.next()?.parse().ok()?;
        let category = Category::from_name(parts.next()?)?;
        let fits = category.is_subscribed() && Self::unsubscribe_token(&self.keyring, account, category).matches(token);
        fits.then_some((account, category))
    }

    /// Ends the subscription that a token names, on e-mail. Asked twice it changes nothing more.
    /// `None` when the token is none of ours.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unsubscribe(&self, token: &str) -> Result<Option<Category>, StoreError> {
        let Some((account, category)) = self.read_unsubscribe(token) else { return Ok(None) };
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                // A letter outlives its account.
                if accounts::lock(tx, account).await?.is_some() {
                    let choice = Choice { category, channel: ChannelKind::Email, on: false };
                    rows::set(tx, account, &choice, now).await?;
                }
                Ok(Some(category))
            })
            .await
    }

    /// Stops mail to an address. One that is stopped already keeps its first reason.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn suppress(
        &self,
        email: &EmailAddress,
        reason: SuppressionReason,
        words: &str,
    ) -> Result<(), StoreError> {
        let suppression = Suppression {
            email_ci: email.normal().to_owned(),
            reason,
            code: None,
            answer: words.chars().filter(|c| !c.is_control()).take(500).collect(),
            since: self.clock.now(),
        };
        self.store.write(async |tx| rows::suppress(tx, &suppression).await).await
    }

    /// Lets mail to an address through again. `false` when nothing stopped it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn lift(&self, email: &EmailAddress) -> Result<bool, StoreError> {
        self.store.write(async |tx| rows::lift(tx, email.normal()).await).await
    }

    /// The addresses that take no mail, the newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn suppressions(&self, limit: u64) -> Result<Vec<Suppression>, StoreError> {
        rows::suppressions(self.store.reader(), limit).await
    }
}

fn chat_state(account: &Account) -> ChannelState {
    match account.telegram.as_ref().map(|identity| identity.gone_at) {
        None => ChannelState::Absent,
        Some(None) => ChannelState::Alive,
        Some(Some(since)) => ChannelState::Dead { since, answer: None },
    }
}

fn mail_state(account: &Account, suppressed: Option<Suppression>) -> ChannelState {
    match suppressed {
        // Receipts and security notices still go there.
        Some(found) if found.reason != SuppressionReason::Complaint => {
            let code = found.code.map(|code| format!("{code} ")).unwrap_or_default();
            ChannelState::Dead { since: found.since, answer: Some(format!("{code}{}", found.answer)) }
        }
        Some(_) | None if account.email_confirmed_at.is_some() => ChannelState::Alive,
        Some(_) | None => ChannelState::Absent,
    }
}
