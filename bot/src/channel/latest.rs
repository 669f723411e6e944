//! Which message of a chat stands for which payment, and whose turn it is in the chat.
//!
//! The database knows it too ([`Job::previous`]), but only of notices that were recorded: those that
//! are under way at the same time are known here alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aviso_core::delivery::Job;
use aviso_core::id::PaymentId;

/// Chats and messages remembered at most; then it starts over, and the database is asked.
const REMEMBERED_MAX: usize = 20_000;

/// The message that stands for a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Latest {
    pub(super) message_id: i32,
    /// The number of the event it shows; 0 when that is not known any more.
    pub(super) sequence: i32,
}

impl Latest {
    /// As the delivery log keeps it.
    pub(super) fn write(chat_id: i64, message_id: i32) -> String {
        format!("{chat_id}:{message_id}")
    }

    /// Reads what [`write`](Self::write) wrote, for this chat.
    fn read(text: &str, chat_id: i64) -> Option<Self> {
        let (chat, message) = text.split_once(':')?;
        let same = chat.parse::<i64>().ok()? == chat_id;
        Some(Self { message_id: message.parse().ok()?, sequence: 0 }).filter(|_| same)
    }
}

#[derive(Debug, Default)]
pub(super) struct LatestMessages {
    known: Mutex<HashMap<(i64, PaymentId, bool), Latest>>,
    turns: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>,
}

impl LatestMessages {
    /// What keeps the notices of a chat in order.
    pub(super) fn turn(&self, chat_id: i64) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = hold(&self.turns);
        if turns.len() > REMEMBERED_MAX {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(chat_id).or_default())
    }

    /// The message that stands for the payment of a delivery.
    pub(super) fn of(&self, job: &Job, chat_id: i64) -> Option<Latest> {
        let payment = job.event.payment_id?;
        let known = hold(&self.known).get(&(chat_id, payment, job.staff)).copied();
        known.or_else(|| Latest::read(job.previous.as_deref()?, chat_id))
    }

    /// A message shows a delivery's event now.
    pub(super) fn note(&self, job: &Job, chat_id: i64, message_id: i32) {
        let Some(payment) = job.event.payment_id else { return };
        let mut known = hold(&self.known);
        if known.len() > REMEMBERED_MAX {
            known.clear();
        }
        known.insert((chat_id, payment, job.staff), Latest { message_id, sequence: job.event.sequence });
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds the map")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_of_another_chat_is_not_used() {
        let text = Latest::write(7, 42);
        assert_eq!(Latest::read(&text, 7), Some(Latest { message_id: 42, sequence: 0 }));
        assert_eq!(Latest::read(&text, 8), None);
        assert_eq!(Latest::read("<7@mail.example>", 7), None);
    }
}
