//! Which messages wait for an answer, and which answers came too late for whoever waited.
//!
//! Many messages share a connection, and answers come in any order. An answer belongs to the message
//! with the same type class, trace number and terminal; a retrieval reference, where both have one,
//! must agree.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aviso_core::id::OperationId;
use tokio::sync::oneshot;

use super::message::Message;
use super::mti::Mti;

/// Messages whose late answers are awaited, at most; the oldest are forgotten first.
const LATE_MAX: usize = 10_000;

/// What an answer is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    answer: Mti,
    trace: String,
    terminal: String,
}

impl Key {
    /// The key of the answer to a message; `None` when it has no trace number or is no request.
    pub(super) fn of_request(message: &Message) -> Option<Self> {
        message.mti.answer().and_then(|answer| Self::new(answer, message))
    }

    fn of_answer(message: &Message) -> Option<Self> {
        Self::new(message.mti, message)
    }

    fn new(answer: Mti, message: &Message) -> Option<Self> {
        let terminal = message.text(41).unwrap_or_default().to_owned();
        Some(Self { answer, trace: message.text(11)?.to_owned(), terminal })
    }
}

/// What became of a message that was waited for.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was answered.
    Answered(Message),
    /// The connection ended.
    Cut {
        /// Whether its bytes may have left.
        started: bool,
    },
}

/// What an arriving answer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Somebody waited for it.
    Awaited,
    /// Nobody waits any more; it is kept for an inquiry.
    Late,
    /// The trace number is one that waits, the retrieval reference is another.
    Mismatched,
    /// Nobody asked, or it was answered before.
    Stray,
}

struct Waiting {
    ticket: u64,
    about: Option<OperationId>,
    reference: Option<String>,
    started: bool,
    to: oneshot::Sender<Outcome>,
}

#[derive(Default)]
struct Table {
    next_ticket: u64,
    waiting: HashMap<Key, Waiting>,
    overdue: HashMap<Key, (OperationId, Option<String>)>,
    /// Keys of `overdue` and operations of `late`, oldest first.
    order: VecDeque<(Key, OperationId)>,
    late: HashMap<OperationId, Message>,
}

/// The messages on their way.
#[derive(Default)]
pub(super) struct Flight(Mutex<Table>);

/// A place among the messages on their way. Who drops it does not wait any more.
pub(super) struct Ticket<'a> {
    flight: &'a Flight,
    pub(super) key: Key,
    pub(super) number: u64,
    pub(super) outcome: oneshot::Receiver<Outcome>,
}

impl std::fmt::Debug for Flight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flight").field("waiting", &self.len()).finish_non_exhaustive()
    }
}

impl Flight {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many messages wait.
    pub(super) fn len(&self) -> usize {
        self.table().waiting.len()
    }

    /// How many late answers are kept.
    pub(super) fn late(&self) -> usize {
        self.table().late.len()
    }

    /// Takes a place for a message about an operation (none for network messages); `None` when one
    /// with the same key waits already.
    pub(super) fn board(&self, key: Key, message: &Message, about: Option<OperationId>) -> Option<Ticket<'_>> {
        let mut table = self.table();
        if table.waiting.contains_key(&key) {
            return None;
        }
        table.next_ticket += 1;
        let number = table.next_ticket;
        let (to, outcome) = oneshot::channel();
        let reference = message.text(37).map(str::to_owned);
        table.overdue.remove(&key);
        table.waiting.insert(key.clone(), Waiting { ticket: number, about, reference, started: false, to });
        Some(Ticket { flight: self, key, number, outcome })
    }

    /// Says that the message's bytes leave now; `false` when nobody waits any more: then they must not.
    pub(super) fn start(&self, key: &Key, ticket: u64) -> bool {
        match self.table().waiting.get_mut(key) {
            Some(waiting) if waiting.ticket == ticket => {
                waiting.started = true;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Hands an answer to whoever waits.
    pub(super) fn land(&self, message: Message) -> Arrival {
        let Some(key) = Key::of_answer(&message) else { return Arrival::Stray };
        let mut table = self.table();
        let agrees = |reference: &Option<String>| match (reference, message.text(37)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (Some(_), None) | (None, _) => true,
        };
        if let Some(waiting) = table.waiting.get(&key) {
            if !agrees(&waiting.reference) {
                return Arrival::Mismatched;
            }
            let Some(waiting) = table.waiting.remove(&key) else { return Arrival::Stray };
            return match (waiting.to.send(Outcome::Answered(message)), waiting.about) {
                (Ok(()), _) => Arrival::Awaited,
                // Whoever waited went away in this moment.
                (Err(Outcome::Answered(message)), Some(about)) => table.keep(key, about, message),
                (Err(_), _) => Arrival::Stray,
            };
        }
        match table.overdue.get(&key) {
            Some((_, reference)) if !agrees(reference) => Arrival::Mismatched,
            Some((about, _)) => {
                let about = *about;
                table.overdue.remove(&key);
                table.keep(key, about, message)
            }
            None => Arrival::Stray,
        }
    }

    /// Ends every wait: the connection is gone.
    pub(super) fn cut(&self) {
        let mut table = self.table();
        let all: Vec<_> = table.waiting.drain().collect();
        for (key, waiting) in all {
            if let (true, Some(about)) = (waiting.started, waiting.about) {
                table.await_late(key, about, waiting.reference);
            }
            // Who does not wait any more needs no word.
            let _ = waiting.to.send(Outcome::Cut { started: waiting.started });
        }
    }

    /// Takes the late answer to an operation's message. From here on none is awaited any more: what is
    /// sent next may contradict it.
    pub(super) fn take_late(&self, about: OperationId) -> Option<Message> {
        let mut table = self.table();
        table.overdue.retain(|_, (operation, _)| *operation != about);
        table.late.remove(&about)
    }
}

impl Table {
    fn await_late(&mut self, key: Key, about: OperationId, reference: Option<String>) {
        self.remember(key.clone(), about);
        self.overdue.insert(key, (about, reference));
    }

    fn keep(&mut self, key: Key, about: OperationId, mut message: Message) -> Arrival {
        message.forget_card();
        self.remember(key, about);
        self.late.insert(about, message);
        Arrival::Late
    }

    fn remember(&mut self, key: Key, about: OperationId) {
        self.order.push_back((key, about));
        while self.order.len() > LATE_MAX {
            if let Some((key, about)) = self.order.pop_front() {
                self.overdue.remove(&key);
                self.late.remove(&about);
            }
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut table = self.flight.table();
        if table.waiting.get(&self.key).is_some_and(|waiting| waiting.ticket == self.number)
            && let Some(waiting) = table.waiting.remove(&self.key)
            && let (true, Some(about)) = (waiting.started, waiting.about)
        {
            table.await_late(self.key.clone(), about, waiting.reference);
        }
    }
}

impl Ticket<'_> {
    /// Whether the message's bytes may have left.
    pub(super) fn is_started(&self) -> bool {
        let table = self.flight.table();
        table.waiting.get(&self.key).is_none_or(|waiting| waiting.ticket != self.number || waiting.started)
    }
}

#[cfg(test)]
mod tests;
