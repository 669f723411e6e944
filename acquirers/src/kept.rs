//! Books that are the sum of their entries: in memory, and in a file when they must outlive the process.

use std::fmt::Debug;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sandbox::journal::{Journal, JournalError};

/// Books made of entries.
pub(crate) trait Books: Default {
    /// One line of the file.
    type Entry: Serialize + DeserializeOwned + Debug;

    /// Takes an entry in: the only thing that changes the books.
    fn record(&mut self, entry: Self::Entry);
}

/// The books in memory and, if there is one, the file that they are kept in. Locked for one look or turn at a
/// time.
#[derive(Debug)]
pub(crate) struct Kept<B: Books>(Mutex<Shelf<B>>);

#[derive(Debug)]
struct Shelf<B: Books> {
    books: B,
    journal: Option<Journal<B::Entry>>,
}

impl<B: Books> Kept<B> {
    /// Opens the file, if any, and reads it.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, JournalError> {
        let kept = Self(Mutex::new(Shelf { books: B::default(), journal: path.map(Journal::open).transpose()? }));
        kept.look(|_| ())?;
        Ok(kept)
    }

    /// Looks at the books, with all that other processes wrote in them.
    pub(crate) fn look<T>(&self, read: impl FnOnce(&B) -> T) -> Result<T, JournalError> {
        self.turn(|_| None, read)
    }

    /// Decides on an entry while no other process writes, writes it down, and then looks.
    pub(crate) fn turn<T>(
        &self,
        decide: impl FnOnce(&B) -> Option<B::Entry>,
        read: impl FnOnce(&B) -> T,
    ) -> Result<T, JournalError> {
        let shelf = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(journal) = &mut shelf.journal else {
            if let Some(entry) = decide(&shelf.books) {
                shelf.books.record(entry);
            }
            return Ok(read(&shelf.books));
        };
        journal.take()?;
        let written = journal.catch_up().and_then(|entries| {
            entries.into_iter().for_each(|entry| shelf.books.record(entry));
            let Some(entry) = decide(&shelf.books) else { return Ok(()) };
            journal.append(&entry)?;
            shelf.books.record(entry);
            Ok(())
        });
        journal.release();
        written.map(|()| read(&shelf.books))
    }
}
