//! The desk where messages arrive: one at a time, each looked up, decided, written down and then answered.

use std::path::Path;

use aviso_core::clock::Timestamp;
use aviso_core::id::OperationId;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::{AcquirerAnswer, Inquiry, LinkError};

use super::books::{Books, Terms};
use super::card::Script;
use super::entry::{Authorization, BookEntry, Message, Verdict};
use super::journal::{Journal, JournalError};

/// The books in memory and, if there is one, the file that they are kept in.
#[derive(Debug)]
pub(super) struct Desk {
    books: Books,
    journal: Option<Journal>,
}

/// An answer, and whether the message was heard before.
#[derive(Debug)]
pub(super) enum Heard {
    First(AcquirerAnswer),
    Again(AcquirerAnswer),
}

impl Desk {
    /// Opens the file, if any, and reads it.
    pub(super) fn open(journal: Option<&Path>) -> Result<Self, JournalError> {
        let journal = journal.map(Journal::open).transpose()?;
        let mut desk = Self { books: Books::default(), journal };
        desk.turn(|_, _| Ok(()))?;
        Ok(desk)
    }

    /// Answers a message.
    pub(super) fn hear(
        &mut self,
        operation: OperationId,
        message: Message,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Heard, LinkError> {
        let heard = self.turn(|books, journal| {
            if let Some(known) = books.find(operation) {
                return Ok(match &known.message {
                    first if *first == message => Some(Heard::Again(books.answer(known))),
                    Message::NeverArrived => Some(Heard::Again(known.verdict.to_answer())),
                    Message::Authorize { .. }
                    | Message::Capture { .. }
                    | Message::Void { .. }
                    | Message::Refund { .. } => None,
                });
            }
            let entry = books.decide(operation, message, terms, now);
            write(books, journal, entry)?;
            Ok(books.find(operation).map(|entry| Heard::First(books.answer(entry))))
        })?;
        // To decline would be a lie: the first message may have moved money.
        heard.ok_or_else(|| LinkError::Unknown(format!("{operation} was used before for another message")))
    }

    /// Answers an inquiry.
    pub(super) fn inquire(&mut self, operation: OperationId, now: Timestamp) -> Result<Inquiry, LinkError> {
        let inquiry = self.turn(|books, journal| {
            let answer = match books.find(operation) {
                Some(BookEntry { message: Message::NeverArrived, .. }) => return Ok(Inquiry::NotFound),
                Some(entry) => books.answer(entry),
                None => {
                    write(books, journal, never_arrived(operation, now))?;
                    return Ok(Inquiry::NotFound);
                }
            };
            books.count_inquiry(operation);
            Ok(Inquiry::Found(answer))
        })?;
        Ok(inquiry)
    }

    /// How messages about an authorization are treated.
    pub(super) fn script(&mut self, acquirer_ref: &str) -> Script {
        self.refresh();
        self.books.script(acquirer_ref)
    }

    /// Everything that arrived.
    pub(super) fn entries(&mut self) -> Vec<BookEntry> {
        self.refresh();
        self.books.entries().iter().filter(|entry| entry.message != Message::NeverArrived).cloned().collect()
    }

    /// All money, ordered by the bank's reference.
    pub(super) fn authorizations(&mut self) -> Vec<Authorization> {
        self.refresh();
        let mut all: Vec<_> = self.books.authorizations().cloned().collect();
        all.sort_by(|a, b| a.acquirer_ref.cmp(&b.acquirer_ref));
        all
    }

    /// Taken money whose buyer disputes it, ordered by the bank's reference.
    pub(super) fn disputable(&mut self) -> Vec<Authorization> {
        self.refresh();
        let disputes = |one: &&Authorization| one.test_card.as_deref().is_some_and(|card| card.starts_with("dispute_"));
        let mut all: Vec<_> = self.books.authorizations().filter(disputes).cloned().collect();
        all.sort_by(|a, b| a.acquirer_ref.cmp(&b.acquirer_ref));
        all
    }

    fn refresh(&mut self) {
        if let Err(error) = self.turn(|_, _| Ok(())) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the sandbox bank's books may be out of date");
        }
    }

    /// Works on the books while no other process does, with all that others wrote in them.
    fn turn<T>(
        &mut self,
        work: impl FnOnce(&mut Books, Option<&mut Journal>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let Some(journal) = &mut self.journal else {
            return work(&mut self.books, None);
        };
        journal.take()?;
        let result = journal.catch_up().and_then(|entries| {
            entries.into_iter().for_each(|entry| self.books.record(entry));
            work(&mut self.books, Some(journal))
        });
        journal.release();
        result
    }
}

fn write(books: &mut Books, journal: Option<&mut Journal>, entry: BookEntry) -> Result<(), JournalError> {
    if let Some(journal) = journal {
        journal.append(&entry)?;
    }
    books.record(entry);
    Ok(())
}

fn never_arrived(operation: OperationId, at: Timestamp) -> BookEntry {
    let verdict = Verdict::Declined { code: DeclineCode::ProcessingError };
    BookEntry { operation, at, message: Message::NeverArrived, verdict, pending_inquiries: 0 }
}

impl From<JournalError> for LinkError {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::Read { .. } | JournalError::Damaged { .. } => Self::NotSent(error.to_string()),
            JournalError::Write { .. } => Self::Unknown(error.to_string()),
        }
    }
}
