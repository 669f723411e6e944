//! The log of Bot API calls.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// One call of the bot, answered.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// In Telegram's spelling, `sendMessage`; an unknown method as it was asked.
    pub method: String,
    /// The chat it was about.
    pub chat: Option<i64>,
    /// Was answered `ok: true`.
    pub ok: bool,
    /// The error code of a refusal.
    pub code: Option<u16>,
    /// The words of a refusal.
    pub description: Option<String>,
    /// What was asked, without files.
    pub params: Value,
}
