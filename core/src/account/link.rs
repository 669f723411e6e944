//! One-time links: a random id, an end, a state, and what the link does when it is used.
//!
//! The token in the link is derived from its id (see [`crate::secret::Keyring::link_token`]) and
//! stored nowhere.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{AccountId, LinkId};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Confirms the e-mail of an account made on the web.
    ConfirmEmail,
    /// Confirms an e-mail given in the bot, and binds the chat it was given in.
    ConfirmEmailAndTelegram,
    /// Binds the Telegram user who opens it to an account.
    BindTelegram,
    /// Sets a new password.
    ResetPassword,
    /// Makes the Telegram user who opens it a member of staff.
    InviteStaff,
    /// Logs a browser in after a push to the bot was answered.
    LogIn,
    /// Logs a browser in after the code of an authenticator was given.
    SecondFactor,
    /// Ends an account.
    CloseAccount,
    /// Makes who is logged in with the invited e-mail a member of a merchant.
    InviteMember,
}

impl LinkPurpose {
    /// Every purpose.
    const ALL: [Self; 9] = [
        Self::ConfirmEmail,
        Self::ConfirmEmailAndTelegram,
        Self::BindTelegram,
        Self::ResetPassword,
        Self::InviteStaff,
        Self::LogIn,
        Self::SecondFactor,
        Self::CloseAccount,
        Self::InviteMember,
    ];

    /// The name in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm_email",
            Self::ConfirmEmailAndTelegram => "confirm_email_and_telegram",
            Self::BindTelegram => "bind_telegram",
            Self::ResetPassword => "reset_password",
            Self::InviteStaff => "invite_staff",
            Self::LogIn => "log_in",
            Self::SecondFactor => "second_factor",
            Self::CloseAccount => "close_account",
            Self::InviteMember => "invite_member",
        }
    }

    /// The purpose with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }

    /// How long it may be used.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::ConfirmEmail | Self::ConfirmEmailAndTelegram => Duration::from_secs(24 * 3_600),
            Self::BindTelegram => Duration::from_secs(15 * 60),
            Self::ResetPassword | Self::InviteStaff | Self::CloseAccount => Duration::from_secs(30 * 60),
            Self::LogIn => Duration::from_secs(2 * 60),
            Self::SecondFactor => Duration::from_secs(5 * 60),
            Self::InviteMember => Duration::from_secs(3 * 24 * 3_600),
        }
    }
}

/// How far a link came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Nobody opened it.
    Pending,
    /// A Telegram user opened it and was asked for the number on the screen.
    Claimed,
    /// The number was right.
    Confirmed,
    /// The number was wrong, or the person said that it was not them.
    Denied,
    /// Used up.
    Used,
}

impl LinkState {
    /// The name in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Confirmed => "confirmed",
            Self::Denied => "denied",
            Self::Used => "used",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Claimed, Self::Confirmed, Self::Denied, Self::Used]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// A one-time link.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// How far it came.
    pub state: LinkState,
    /// The account that it is about.
    pub account_id: Option<AccountId>,
    /// The Telegram user who opened it, or who asked for it.
    pub tg_user_id: Option<i64>,
    /// Their private chat.
    pub chat_id: Option<i64>,
    /// SHA-256 of the cookie of the browser that it belongs to.
    pub browser_hash: Option<String>,
    /// The number on the screen.
    pub match_code: Option<i32>,
    /// What else the purpose needs.
    pub payload: LinkPayload,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Link {
    pub(crate) fn new(purpose: LinkPurpose, now: Timestamp) -> Self {
        Self {
            id: LinkId::new(now),
            purpose,
            state: LinkState::Pending,
            account_id: None,
            tg_user_id: None,
            chat_id: None,
            browser_hash: None,
            match_code: None,
            payload: LinkPayload::default(),
            created_at: now,
            expires_at: now.after(purpose.lifetime()),
        }
    }

    /// Gives it a number to match and two others to choose from.
    pub(crate) fn with_match_code(mut self) -> Self {
        let (code, options) = match_code();
        self.match_code = Some(code);
        self.payload.options = options;
        self
    }

    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

/// What a purpose needs besides the link's own fields.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct LinkPayload {
    /// The @username that was typed on the form.
    pub username: Option<String>,
    /// The e-mail that was given in the bot.
    pub email: Option<String>,
    /// The Telegram user's name and alias at that time.
    pub telegram: Option<crate::account::TelegramUser>,
    /// The invited person's name.
    pub name: Option<String>,
    /// The invited person's role.
    pub role: Option<String>,
    /// The numbers to choose from.
    pub options: Vec<i32>,
    /// The merchant that a member is invited to.
    pub merchant: Option<String>,
    /// What the invited member may do.
    pub rights: Option<String>,
    /// The account of who invited; none when it was the operator.
    pub invited_by: Option<String>,
    /// Wrong codes so far.
    pub tries: u8,
}

/// A number of two digits, and three to choose from, in random order.
fn match_code() -> (i32, Vec<i32>) {
    use rand::seq::{IndexedRandom, SliceRandom};
    let mut random = rand::rng();
    let all: Vec<i32> = (10..100).collect();
    let mut options: Vec<i32> = all.choose_multiple(&mut random, 3).copied().collect();
    let code = options[0];
    options.shuffle(&mut random);
    (code, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_code_is_one_of_three_different_numbers() {
        for _ in 0..200 {
            let (code, options) = match_code();
            assert!(options.contains(&code) && options.len() == 3);
            assert!(options.iter().all(|option| (10..100).contains(option)));
            assert!(options[0] != options[1] && options[1] != options[2] && options[0] != options[2]);
        }
    }
}
