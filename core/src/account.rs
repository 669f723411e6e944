//! Accounts of people: registration, log-in, sessions, and the Telegram identity bound to them.
//!
//! The key to a Telegram identity is the numeric user id. A @username is an alias: it is refreshed
//! from every update, can be taken over by somebody else, and proves nothing alone.
//!
//! An account that is not confirmed may be anybody's: whoever made it typed an address and proved
//! nothing. It owns no payments, and the first confirmation (see [`Accounts::confirm_email`]) or
//! reset puts out everybody who has not shown that they belong to the mailbox.

mod bind;
mod close;
mod confirm;
pub mod email;
mod entry;
mod error;
mod financial;
pub mod link;
mod login;
pub mod password;
mod proof;
mod push;
mod register;
mod reset;
mod second_factor;
mod service;
mod session;
mod staff;
mod telegram;
#[cfg(test)]
mod tests;
mod totp;
pub mod username;

use crate::clock::Timestamp;
use crate::id::{AccountId, SessionId};
use crate::language::Language;
use crate::preference::{QuietHours, TimeZone};

pub use bind::{BindAnswer, BindQuestion, BindState};
pub use confirm::{ConfirmAnswer, ConfirmQuestion, Confirmed};
pub use entry::{Entered, LoggedIn, SESSION_ABSOLUTE, SESSION_IDLE, Visit};
pub use error::AccountError;
pub use proof::TelegramProof;
pub use push::PushOrigin;
pub use register::{BindTicket, NewAccount};
pub(crate) use second_factor::owner as totp_owner;
pub use second_factor::{Enrolment, SecondFactor};
pub use service::Accounts;
pub use staff::{Role, StaffMember, StaffTicket};
pub use telegram::TelegramUser;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The e-mail as it was written.
    pub email: String,
    /// When the e-mail was confirmed.
    pub email_confirmed_at: Option<Timestamp>,
    /// Whether a password was set.
    pub has_password: bool,
    /// The language to write in.
    pub language: Language,
    /// Where the person lives.
    pub time_zone: TimeZone,
    /// When they are left alone.
    pub quiet: Option<QuietHours>,
    /// The Telegram identity, when one is bound.
    pub telegram: Option<TelegramIdentity>,
}

/// A Telegram user bound to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramIdentity {
    /// The numeric id: the key.
    pub tg_user_id: i64,
    /// The private chat.
    pub chat_id: i64,
    /// The @username in lower case, as last seen.
    pub username: Option<String>,
    /// The first name, as last seen. Hostile input.
    pub first_name: String,
    /// Since when the chat cannot be written to.
    pub gone_at: Option<Timestamp>,
}

/// A browser that is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What the browser calls itself, shortened.
    pub device: String,
    /// When it logged in.
    pub created_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
}
