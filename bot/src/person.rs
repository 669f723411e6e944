//! Who is talking: the Telegram user, their account and their place among staff, looked up anew for
//! every update.

use aviso_core::account::{Account, StaffMember, TelegramUser};
use aviso_core::language::Language;
use aviso_core::store::StoreError;
use teloxide::types::User;

use crate::services::BotServices;
use crate::words::Words;

/// Who is talking.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// As Telegram describes them. Names in it are hostile.
    pub(crate) user: TelegramUser,
    /// The account that they are bound to.
    pub(crate) account: Option<Account>,
    /// Their place among staff.
    pub(crate) staff: Option<StaffMember>,
    /// The texts of their language.
    pub(crate) words: Words,
}

impl Person {
    /// Looks a person up by their numeric id and keeps their alias true.
    pub(crate) async fn meet(services: &BotServices, from: &User, chat_id: i64) -> Result<Self, StoreError> {
        let user = telegram_user(from, chat_id);
        services.accounts.refresh_telegram(&user).await?;
        let account = services.accounts.by_telegram(user.id).await?;
        let staff = services.accounts.staff(user.id).await?;
        let language = language_of(&user, account.as_ref(), staff.as_ref());
        Ok(Self { user, account, staff, words: Words::of(language) })
    }

    /// The private chat with them.
    pub(crate) const fn chat_id(&self) -> i64 {
        self.user.chat_id
    }
}

fn language_of(user: &TelegramUser, account: Option<&Account>, staff: Option<&StaffMember>) -> Language {
    let known = staff.map(|member| member.language).or(account.map(|account| account.language));
    known.unwrap_or_else(|| user.language())
}

/// The user as core knows users.
pub(crate) fn telegram_user(from: &User, chat_id: i64) -> TelegramUser {
    TelegramUser {
        // Telegram's ids have at most 52 significant bits.
        id: i64::try_from(from.id.0).unwrap_or(0),
        chat_id,
        username: from.username.clone(),
        first_name: from.first_name.chars().take(256).collect(),
        language_tag: from.language_code.clone(),
    }
}
