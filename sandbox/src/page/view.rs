//! What each pane shows, as JSON.

use serde_json::{Value, json};

use super::{PageConfig, StandIns};
use crate::standin::smtp::Mail;
use crate::standin::telegram::MessageView;

const MESSAGES_SHOWN: usize = 150;
const MAILS_SHOWN: usize = 50;
const PURCHASES_SHOWN: usize = 30;
const WEBHOOKS_SHOWN: usize = 60;
const TEXT_CHARS_SHOWN: usize = 20_000;

/// The panes by name, in the order they are sent.
pub(crate) fn panes(stand_ins: &StandIns, config: &PageConfig) -> [(&'static str, Value); 4] {
    [
        ("shop", shop(stand_ins)),
        ("buyer", chat(stand_ins, config.buyer_user_id)),
        ("staff", chat(stand_ins, config.staff_user_id)),
        ("mail", mailbox(stand_ins)),
    ]
}

fn chat(stand_ins: &StandIns, user_id: i64) -> Value {
    let telegram = &stand_ins.telegram;
    let messages: Vec<MessageView> =
        telegram.messages(user_id).into_iter().filter(|message| !message.deleted).collect();
    let skipped = messages.len().saturating_sub(MESSAGES_SHOWN);
    let answers = telegram.callback_answers();
    let answer = answers.iter().rev().find(|answer| answer.user_id == user_id && !answer.text.is_empty());
    json!({
        "user": telegram.user(user_id),
        "messages": messages[skipped..],
        "typing": telegram.is_typing(user_id),
        "keyboard": telegram.reply_keyboard(user_id),
        "commands": commands(stand_ins, user_id),
        "answer": answer,
    })
}

/// The command list Telegram would show: the chat's own, else that of private chats, else the
/// default; in the person's language if there is one.
fn commands(stand_ins: &StandIns, user_id: i64) -> Value {
    let user = stand_ins.telegram.user(user_id);
    let language = user.and_then(|user| user.language_code).unwrap_or_default();
    let chat = format!("chat:{user_id}");
    for scope in [chat.as_str(), "all_private_chats", "default"] {
        for language in [language.as_str(), ""] {
            let commands = stand_ins.telegram.commands(scope, language);
            if commands.as_array().is_some_and(|commands| !commands.is_empty()) {
                return commands;
            }
        }
    }
    json!([])
}

fn mailbox(stand_ins: &StandIns) -> Value {
    let mails = stand_ins.smtp.mails();
    let shown: Vec<Value> = mails.iter().rev().take(MAILS_SHOWN).map(mail).collect();
    json!({ "count": mails.len(), "mails": shown })
}

fn mail(mail: &Mail) -> Value {
    let attachments: Vec<Value> = mail
        .attachments
        .iter()
        .map(|file| json!({ "name": file.name, "media_type": file.media_type, "bytes": file.bytes.len() }))
        .collect();
    let text = mail.text.as_deref().map(|text| text.chars().take(TEXT_CHARS_SHOWN).collect::<String>());
    json!({
        "id": mail.id,
        "at": mail.at,
        "from": mail.header("from").unwrap_or(&mail.from),
        "to": mail.to,
        "subject": mail.subject,
        "text": text,
        "has_html": mail.html.is_some(),
        "links": mail.links,
        "attachments": attachments,
    })
}

fn shop(stand_ins: &StandIns) -> Value {
    let purchases = stand_ins.shop.purchases();
    let received = stand_ins.shop.received();
    json!({
        "purchases": purchases.iter().rev().take(PURCHASES_SHOWN).collect::<Vec<_>>(),
        "webhook_count": received.len(),
        "webhooks": received.iter().rev().take(WEBHOOKS_SHOWN).collect::<Vec<_>>(),
    })
}
