//! The books on disk: one JSON line for each entry, written with one call before the bank acts on it, so
//! that the books outlive a killed process. (They do not outlive a power cut: nothing is synced.)
//!
//! Several processes may share a file. Each takes the file's lock for a turn, first reads what the others
//! wrote since, and then writes. Bytes without a line end can only be what a killed writer left behind.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::entry::BookEntry;

/// Why the books on disk cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened, locked or read; nothing was written.
    #[error("the sandbox's books at {path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A whole line is not an entry: the file is another one, or was edited.
    #[error("the sandbox's books at {path} are damaged in the line at byte {offset}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the line starts.
        offset: u64,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// An entry may or may not have been written.
    #[error("the sandbox's books at {path} cannot be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// The open file of entries of one kind.
#[derive(Debug)]
pub(crate) struct Journal<T = BookEntry> {
    file: File,
    path: PathBuf,
    /// Everything before this byte is in the books in memory.
    read_to: u64,
    entries: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Journal<T> {
    /// Opens the file, or makes it. Nothing is read yet.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = file.map_err(|source| JournalError::Read { path: path.to_owned(), source })?;
        Ok(Self { file, path: path.to_owned(), read_to: 0, entries: PhantomData })
    }

    /// Takes the file's lock. It is released by [`release`](Self::release), and by the end of the process.
    pub(crate) fn take(&self) -> Result<(), JournalError> {
        self.file.lock().map_err(|source| self.unreadable(source))
    }

    /// Gives the file's lock back.
    pub(crate) fn release(&self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the lock on the sandbox's books was not released");
        }
    }

    /// What was written since the last call. The lock must be held.
    pub(crate) fn catch_up(&mut self) -> Result<Vec<T>, JournalError> {
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(self.read_to)).and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(|source| self.unreadable(source))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let mut entries = Vec::new();
        let mut offset = self.read_to;
        for line in bytes[..whole].split_inclusive(|byte| *byte == b'\n') {
            let entry = serde_json::from_slice(line);
            entries.push(entry.map_err(|source| JournalError::Damaged { path: self.path.clone(), offset, source })?);
            offset += line.len() as u64;
        }
        if whole < bytes.len() {
            tracing::warn!(bytes = bytes.len() - whole, "a torn last line in the sandbox's books was cut off");
            self.file.set_len(offset).map_err(|source| self.unreadable(source))?;
        }
        self.read_to = offset;
        Ok(entries)
    }

    /// Writes an entry. The lock must be held and [`catch_up`](Self::catch_up) have been called under it.
    pub(crate) fn append(&mut self, entry: &T) -> Result<(), JournalError> {
        let unwritten = |source| JournalError::Write { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(entry).map_err(|error| unwritten(error.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(unwritten)?;
        self.read_to += line.len() as u64;
        Ok(())
    }

    fn unreadable(&self, source: io::Error) -> JournalError {
        JournalError::Read { path: self.path.clone(), source }
    }
}
