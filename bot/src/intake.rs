//! Intake: updates go into the inbox table, and only then are they confirmed to Telegram.
//!
//! Nothing is understood here beyond the number of an update and the chat it belongs to; card numbers
//! and passwords are taken out before anything is kept.

mod poll;
mod webhook;

use aviso_core::bot::InboxUpdate;
use serde_json::Value;

use crate::guard;

pub(crate) use poll::poll;
pub use webhook::WEBHOOK_PATH;
pub(crate) use webhook::webhook_router;

/// The kinds of updates the bot asks for. `my_chat_member` tells of blocked and revived chats.
pub(crate) const KINDS: [&str; 4] = ["message", "callback_query", "my_chat_member", "pre_checkout_query"];

/// An update as the inbox keeps it; `None` when it has no number.
fn inbox_update(mut update: Value) -> Option<InboxUpdate> {
    guard::redact(&mut update);
    // A question that Telegram waits ten seconds for must not stand behind what its person wrote before.
    let own_queue = update.get("pre_checkout_query").is_some();
    Some(InboxUpdate {
        update_id: update.get("update_id")?.as_i64()?,
        chat_id: chat_of(&update).map(|id| if own_queue { -id } else { id }).unwrap_or_default(),
        payload: update.to_string(),
        attempts: 0,
    })
}

/// The chat that an update of any kind belongs to.
fn chat_of(update: &Value) -> Option<i64> {
    let kind = update.as_object()?.iter().find(|(key, value)| *key != "update_id" && value.is_object())?.1;
    let place = |value: &Value| value.get("chat")?.get("id")?.as_i64();
    place(kind).or_else(|| place(kind.get("message")?)).or_else(|| kind.get("from")?.get("id")?.as_i64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_chat_is_found_wherever_it_stands() {
        let message = json!({"update_id": 1, "message": {"chat": {"id": 7}}});
        assert_eq!(inbox_update(message).unwrap().chat_id, 7);
        let press = json!({"update_id": 1, "callback_query": {"from": {"id": 8}, "message": {"chat": {"id": 9}}}});
        assert_eq!(inbox_update(press).unwrap().chat_id, 9);
        let inline = json!({"update_id": 1, "inline_query": {"from": {"id": 8}}});
        assert_eq!(inbox_update(inline).unwrap().chat_id, 8);
        let question = json!({"update_id": 1, "pre_checkout_query": {"from": {"id": 8}}});
        assert_eq!(inbox_update(question).unwrap().chat_id, -8);
    }

    #[test]
    fn hostile_updates_are_kept_or_refused_but_never_fatal() {
        for kept in [
            json!({"update_id": 1}),
            json!({"update_id": 1, "message": null}),
            json!({"update_id": 1, "x": {"chat": 1}}),
        ] {
            assert_eq!(inbox_update(kept.clone()).unwrap().chat_id, 0, "{kept}");
        }
        for refused in
            [json!(1), json!("x"), json!([]), json!({}), json!({"update_id": "1"}), json!({"update_id": 1.5})]
        {
            assert_eq!(inbox_update(refused.clone()), None, "{refused}");
        }
    }
}
