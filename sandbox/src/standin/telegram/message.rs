//! A message in a chat, as the Bot API tells it and as a person sees it.

use serde::Serialize;
use serde_json::{Value, json};

use super::checkout::Invoice;
use super::keyboard::{Button, Keyboard};

/// What a person sees of a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageView {
    /// Kept when the message is edited.
    pub id: i64,
    /// The bot wrote it.
    pub from_bot: bool,
    /// Plain text, or the caption of a document.
    pub text: String,
    /// Styling of the text: Bot API `MessageEntity` objects.
    pub entities: Vec<Value>,
    /// Inline buttons by row.
    pub buttons: Vec<Vec<Button>>,
    /// Was changed after it was sent.
    pub edited: bool,
    /// Was taken away; people do not see it any more.
    pub deleted: bool,
    /// Name of the attached file.
    pub document: Option<String>,
    /// The invoice under it.
    pub invoice: Option<Invoice>,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// Unix seconds.
    pub date: i64,
}

/// A stored message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: i64,
    /// `None` is the bot.
    pub(crate) sender: Option<i64>,
    pub(crate) date: i64,
    pub(crate) edit_date: Option<i64>,
    pub(crate) text: String,
    pub(crate) entities: Vec<Value>,
    pub(crate) keyboard: Option<Keyboard>,
    pub(crate) document: Option<Document>,
    pub(crate) invoice: Option<Invoice>,
    /// What it tells of instead of a text: the Bot API's name of it.
    pub(crate) service: Option<(&'static str, Value)>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) protected: bool,
    pub(crate) deleted: bool,
}

/// An attached file.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) file_id: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) size: usize,
}

impl Message {
    pub(crate) fn view(&self) -> MessageView {
        MessageView {
            id: self.id,
            from_bot: self.sender.is_none(),
            text: self.text.clone(),
            entities: self.entities.clone(),
            buttons: self.keyboard.as_ref().map(|keyboard| keyboard.rows.clone()).unwrap_or_default(),
            edited: self.edit_date.is_some(),
            deleted: self.deleted,
            document: self.document.as_ref().map(|document| document.name.clone()),
            invoice: self.invoice.clone(),
            reply_to: self.reply_to,
            date: self.date,
        }
    }

    /// As the Bot API's `Message`.
    pub(crate) fn as_json(&self, chat: Value, from: Value, reply_to: Option<Value>) -> Value {
        let mut message = json!({ "message_id": self.id, "date": self.date, "chat": chat, "from": from });
        if let Some((kind, what)) = &self.service {
            message[*kind] = what.clone();
            return message;
        }
        if let Some(invoice) = &self.invoice {
            message["invoice"] = super::method::invoice::as_json(invoice);
            return message;
        }
        let text_key = match &self.document {
            Some(document) => {
                message["document"] = json!({
                    "file_id": document.file_id,
                    "file_unique_id": format!("u{}", document.file_id),
                    "file_name": document.name,
                    "mime_type": document.mime,
                    "file_size": document.size,
                });
                ("caption", "caption_entities")
            }
            None => ("text", "entities"),
        };
        if self.document.is_none() || !self.text.is_empty() {
            message[text_key.0] = json!(self.text);
        }
        if !self.entities.is_empty() {
            message[text_key.1] = json!(self.entities);
        }
        if let Some(edited) = self.edit_date {
            message["edit_date"] = json!(edited);
        }
        if let Some(keyboard) = &self.keyboard {
            message["reply_markup"] = keyboard.raw.clone();
        }
        if self.protected {
            message["has_protected_content"] = json!(true);
        }
        if let Some(reply_to) = reply_to {
            message["reply_to_message"] = reply_to;
        }
        message
    }
}
