//! The queue of updates, and the updates people cause.

use serde_json::{Value, json};

use super::state::State;
use crate::standin::now;

const UPDATES_MAX: usize = 100_000;
/// Telegram leaves these out unless a bot asks for them by name.
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

impl State {
    /// Queues an update of a kind, such as `message`, unless the bot did not ask for the kind.
    pub(crate) fn push_update(&mut self, kind: &str, payload: Value) {
        let wanted = match &self.allowed {
            Some(kinds) => kinds.iter().any(|allowed| allowed == kind),
            None => !NOT_BY_DEFAULT.contains(&kind),
        };
        if !wanted {
            return;
        }
        let mut update = json!({ "update_id": self.next_update_id });
        update[kind] = payload;
        self.queue(self.next_update_id, update);
        self.next_update_id += 1;
    }

    /// Queues anything at all. An object without an `update_id` is given one.
    pub(crate) fn push_raw(&mut self, mut update: Value) -> i64 {
        // Far ids would confirm away everything that follows; they are queued, but not continued.
        const CONTINUED_MAX: i64 = 1 << 40;
        let given = update.get("update_id").and_then(Value::as_i64);
        let id = given.unwrap_or(self.next_update_id);
        if let (None, Some(object)) = (given, update.as_object_mut()) {
            object.entry("update_id").or_insert(json!(id));
        }
        if id < CONTINUED_MAX {
            self.next_update_id = self.next_update_id.max(id + 1);
        }
        self.queue(id, update);
        id
    }

    fn queue(&mut self, id: i64, update: Value) {
        self.updates.push_back((id, update));
        while self.updates.len() > UPDATES_MAX {
            self.updates.pop_front();
        }
    }

    /// Forgets what `offset` confirms and returns up to `limit` of what is left.
    pub(crate) fn take_updates(&mut self, offset: i64, limit: usize) -> Vec<Value> {
        if offset > 0 {
            self.updates.retain(|(id, _)| *id >= offset);
        } else if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let forget = self.updates.len().saturating_sub(keep);
            self.updates.drain(..forget);
        }
        self.updates.iter().take(limit).map(|(_, update)| update.clone()).collect()
    }

    /// Tells the bot that it was blocked or let in again.
    pub(crate) fn push_membership(&mut self, user_id: i64, before: &str, after: &str) {
        let Some(user) = self.users.get(&user_id) else { return };
        let member = |status: &str| {
            let mut member = json!({ "user": self.bot(), "status": status });
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            member
        };
        let payload = json!({
            "chat": user.as_chat(),
            "from": user.as_user(),
            "date": now().timestamp(),
            "old_chat_member": member(before),
            "new_chat_member": member(after),
        });
        self.push_update("my_chat_member", payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state_with(updates: usize) -> State {
        let mut state = State::new("1:x".to_owned());
        for _ in 0..updates {
            state.push_update("message", json!({}));
        }
        state
    }

    fn ids(updates: &[Value]) -> Vec<i64> {
        updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
    }

    #[test]
    fn an_offset_confirms_what_is_before_it() {
        let mut state = state_with(5);
        assert_eq!(ids(&state.take_updates(0, 2)), [1, 2]);
        assert_eq!(ids(&state.take_updates(3, 100)), [3, 4, 5]);
        assert_eq!(ids(&state.take_updates(-1, 100)), [5]);
        assert!(state.take_updates(6, 100).is_empty());
    }

    #[test]
    fn only_the_kinds_that_were_asked_for_are_queued() {
        let mut state = state_with(0);
        state.push_update("chat_member", json!({}));
        assert!(state.updates.is_empty());
        state.allowed = Some(vec!["callback_query".to_owned()]);
        state.push_update("message", json!({}));
        state.push_update("callback_query", json!({}));
        assert_eq!(state.updates.len(), 1);
    }

    #[test]
    fn anything_can_be_injected() {
        let mut state = state_with(1);
        assert_eq!(state.push_raw(json!("not an object")), 2);
        assert_eq!(state.push_raw(json!({ "update_id": 1, "message": null })), 1);
        assert_eq!(state.push_raw(json!({ "update_id": i64::MAX })), i64::MAX);
        assert_eq!(state.push_raw(json!({ "unheard_of": 1 })), 3);
    }
}
