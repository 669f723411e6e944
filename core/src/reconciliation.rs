//! Reconciliation: what an acquirer says it settled, beside what our books say it should have.
//!
//! A settlement file is read line by line; each line is matched to the message that it is about. What does not fit
//! becomes an item for a person to look at. Nothing is booked by it.

mod file;
mod import;
mod queue;
mod row;

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::id::{ImportId, MismatchId, OperationId};
use crate::money::Currency;
use crate::named::named;
use crate::store::{Store, StoreError};

pub use file::{Layout, LayoutError};
pub use import::{Imported, NewImport};
pub use queue::{ITEMS_MAX, ItemFilter};
pub use row::{BadLine, BadLines, SettledKind, SettlementRow};

named! {
    /// How a line and our books stand to each other.
    pub enum Fit {
        /// They say the same.
        Matched = "matched",
        /// The acquirer settled more.
        Over = "over",
        /// The acquirer settled less.
        Under = "under",
        /// The acquirer settled another currency.
        CurrencyMismatch = "currency_mismatch",
        /// Our books have nothing of it.
        Unknown = "unknown",
        /// The same was settled by an earlier line, of this file or another one.
        Duplicate = "duplicate",
        /// Our books have it, and no file does.
        Missing = "missing",
    }
}

/// Something that does not fit, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: MismatchId,
    /// The import that found it.
    pub import: ImportId,
    /// The acquirer.
    pub acquirer: String,
    /// What does not fit.
    pub fit: Fit,
    /// The line of the file; `None` for what is missing.
    pub line: Option<i64>,
    /// The message of ours that it is about; `None` for what is unknown.
    pub operation: Option<OperationId>,
    /// What it is about.
    pub kind: SettledKind,
    /// The acquirer's own reference.
    pub acquirer_ref: String,
    /// What the file says, minor units; `None` for what is missing.
    pub amount: Option<i64>,
    /// The currency that the file says; ours for what is missing.
    pub currency: Currency,
    /// What our books say: minor units and currency.
    pub expected: Option<(i64, Currency)>,
    /// When it was found.
    pub created_at: Timestamp,
    /// Who settled it, when and why.
    pub resolved: Option<Resolved>,
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
}

/// Why a file was not imported, or an item not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ReconciliationError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    File(#[source] std::io::Error),
    /// The file's first line lacks a column.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Lines that cannot be read. Nothing of the file was imported.
    #[error("{0}")]
    Lines(BadLines),
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    Period,
    /// No such item.
    #[error("there is no item {0}")]
    NotFound(MismatchId),
    /// Somebody resolved it before.
    #[error("the item {0} was resolved before")]
    Resolved(MismatchId),
    /// No reason was given.
    #[error("a reason has 1 to 500 characters")]
    Reason,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for reconciliation.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Reconciliation {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}
