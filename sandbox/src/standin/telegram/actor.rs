//! What people do: write, press buttons, block the bot, change their names.

use std::time::Instant;

use serde_json::{Value, json};

use super::html::utf16_len;
use super::keyboard::Button;
use super::message::Message;
use super::state::{Callback, Chat, State};
use super::user::User;
use crate::standin::now;

const TEXT_UNITS_MAX: usize = 4096;
const CALLBACKS_MAX: usize = 10_000;

/// Why a person could not do that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Nobody has this id.
    #[error("there is no user {0}")]
    UnknownUser(i64),
    /// Nobody made this chat.
    #[error("there is no chat {0}")]
    UnknownChat(i64),
    /// The account is gone.
    #[error("user {0} is deactivated")]
    Deactivated(i64),
    /// Somebody who blocked the bot must unblock it before writing.
    #[error("user {0} has blocked the bot")]
    Blocked(i64),
    /// The message was never there, or was deleted.
    #[error("there is no message {message_id} in chat {chat_id}")]
    NoMessage {
        /// The chat that was looked at.
        chat_id: i64,
        /// The message that was looked for.
        message_id: i64,
    },
    /// The message has no such button.
    #[error("no button {wanted:?}; there are: {there}")]
    NoButton {
        /// Label or data that was looked for.
        wanted: String,
        /// Labels that are there.
        there: String,
    },
    /// The button opens this address instead of telling the bot.
    #[error("the button opens {0}")]
    OpensLink(String),
    /// A text must be 1 to 4096 UTF-16 units.
    #[error("the text is empty or too long")]
    BadText,
}

impl State {
    pub(crate) fn add_user(&mut self, user: User) {
        self.chats.entry(user.id).or_default();
        self.users.insert(user.id, user);
    }

    pub(crate) fn add_group(&mut self, chat_id: i64, title: &str) {
        let chat = Chat { group_title: Some(title.to_owned()), ..Chat::default() };
        self.chats.entry(chat_id).or_insert(chat);
    }

    /// Writes into a chat; into the private one this also opens it for the bot.
    pub(crate) fn say(&mut self, user_id: i64, chat_id: i64, text: &str) -> Result<i64, ActError> {
        self.check_actor(user_id)?;
        if !self.chats.contains_key(&chat_id) {
            return Err(ActError::UnknownChat(chat_id));
        }
        let text = text.trim();
        if !(1..=TEXT_UNITS_MAX).contains(&utf16_len(text)) {
            return Err(ActError::BadText);
        }
        if let Some(user) = self.users.get_mut(&user_id).filter(|_| chat_id == user_id) {
            user.started = true;
        }
        let message = Message {
            id: 0,
            sender: Some(user_id),
            date: now().timestamp(),
            edit_date: None,
            text: text.to_owned(),
            entities: command_entity(text).into_iter().collect(),
            keyboard: None,
            document: None,
            invoice: None,
            service: None,
            reply_to: None,
            protected: false,
            deleted: false,
        };
        let id = self.store(chat_id, message);
        if let Some(message) = self.chats.get(&chat_id).and_then(|chat| chat.messages.get(&id)) {
            let payload = self.message_json(chat_id, message);
            self.push_update("message", payload);
        }
        Ok(id)
    }

    /// Presses an inline button, found by its data, else by its label. Returns the query's id.
    pub(crate) fn press(
        &mut self,
        user_id: i64,
        chat_id: i64,
        message_id: i64,
        wanted: &str,
    ) -> Result<String, ActError> {
        self.check_actor(user_id)?;
        let message = self
            .chats
            .get(&chat_id)
            .and_then(|chat| chat.messages.get(&message_id))
            .filter(|message| !message.deleted)
            .ok_or(ActError::NoMessage { chat_id, message_id })?;
        let rows = message.keyboard.as_ref().map(|keyboard| keyboard.rows.as_slice()).unwrap_or_default();
        let button = find_button(rows, wanted)?;
        let data = match (&button.data, &button.url) {
            (Some(data), _) => data.clone(),
            (None, Some(url)) => return Err(ActError::OpensLink(url.clone())),
            (None, None) => String::new(),
        };
        let id = format!("{}", 1_000_000_000_000_i64 + self.next_update_id * 1_000 + self.callbacks.len() as i64);
        let payload = json!({
            "id": id,
            "from": self.users.get(&user_id).map(User::as_user),
            "message": self.message_json(chat_id, message),
            "chat_instance": format!("{}", chat_id.wrapping_mul(7_919)),
            "data": data,
        });
        if self.callbacks.len() >= CALLBACKS_MAX {
            self.callbacks.clear();
        }
        self.callbacks.insert(id.clone(), Callback { user_id, data, pressed_at: Instant::now() });
        self.push_update("callback_query", payload);
        Ok(id)
    }

    pub(crate) fn set_blocked(&mut self, user_id: i64, blocked: bool) -> Result<(), ActError> {
        let user = self.user_mut(user_id)?;
        if user.blocked == blocked {
            return Ok(());
        }
        user.blocked = blocked;
        let (before, after) = if blocked { ("member", "kicked") } else { ("kicked", "member") };
        self.push_membership(user_id, before, after);
        Ok(())
    }

    pub(crate) fn user_mut(&mut self, user_id: i64) -> Result<&mut User, ActError> {
        self.users.get_mut(&user_id).ok_or(ActError::UnknownUser(user_id))
    }

    pub(crate) fn check_actor(&self, user_id: i64) -> Result<(), ActError> {
        let user = self.users.get(&user_id).ok_or(ActError::UnknownUser(user_id))?;
        match (user.deactivated, user.blocked) {
            (true, _) => Err(ActError::Deactivated(user_id)),
            (false, true) => Err(ActError::Blocked(user_id)),
            (false, false) => Ok(()),
        }
    }
}

/// Telegram marks a leading `/word` as a command.
fn command_entity(text: &str) -> Option<Value> {
    let word = text.split_whitespace().next().filter(|word| word.starts_with('/') && word.len() > 1)?;
    let length = utf16_len(word);
    Some(json!({ "type": "bot_command", "offset": 0, "length": length }))
}

fn find_button<'a>(rows: &'a [Vec<Button>], wanted: &str) -> Result<&'a Button, ActError> {
    let all = || rows.iter().flatten();
    all()
        .find(|button| button.data.as_deref() == Some(wanted))
        .or_else(|| all().find(|button| button.label == wanted))
        .or_else(|| all().find(|button| button.url.as_deref() == Some(wanted)))
        .ok_or_else(|| ActError::NoButton {
            wanted: wanted.to_owned(),
            there: all().map(|button| button.label.as_str()).collect::<Vec<_>>().join(" | "),
        })
}
