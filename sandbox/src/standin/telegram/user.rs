//! People who can talk to the bot.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A Telegram account. Its private chat with the bot has the same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The numeric id; positive.
    pub id: i64,
    /// Without the `@`.
    pub username: Option<String>,
    /// Shown name; may be hostile.
    pub first_name: String,
    /// IETF tag, such as `es`.
    pub language_code: Option<String>,
    /// Has ever written to the bot. Before that the bot may not write first.
    #[serde(default)]
    pub started: bool,
    /// Has blocked the bot.
    #[serde(default)]
    pub blocked: bool,
    /// The account no longer exists.
    #[serde(default)]
    pub deactivated: bool,
}

impl User {
    /// Somebody who has not yet written to the bot.
    pub fn new(id: i64, first_name: impl Into<String>) -> Self {
        Self {
            id,
            username: None,
            first_name: first_name.into(),
            language_code: Some("en".to_owned()),
            started: false,
            blocked: false,
            deactivated: false,
        }
    }

    /// With a `@username`, given without the `@`.
    #[must_use]
    pub fn with_username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// With a language, such as `ru`.
    #[must_use]
    pub fn with_language(mut self, tag: impl Into<String>) -> Self {
        self.language_code = Some(tag.into());
        self
    }

    /// Somebody the bot may write to at once.
    #[must_use]
    pub fn started(mut self) -> Self {
        self.started = true;
        self
    }

    /// As the Bot API's `User`.
    pub(crate) fn as_user(&self) -> Value {
        let mut user = json!({ "id": self.id, "is_bot": false, "first_name": self.first_name });
        put(&mut user, "username", self.username.as_deref());
        put(&mut user, "language_code", self.language_code.as_deref());
        user
    }

    /// As the Bot API's `Chat` of the private conversation.
    pub(crate) fn as_chat(&self) -> Value {
        let mut chat = json!({ "id": self.id, "type": "private", "first_name": self.first_name });
        put(&mut chat, "username", self.username.as_deref());
        chat
    }
}

fn put(object: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object[key] = Value::from(value);
    }
}
