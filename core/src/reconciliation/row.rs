//! One line of a settlement file: every field is checked, and a wrong one is named.

use std::fmt;

use csv::StringRecord;

use crate::id::OperationId;
use crate::money::{Currency, Money};
use crate::named::named;
use crate::reconciliation::file::{Columns, Layout};

/// Lines that are listed; a file of another kind is wrong everywhere.
const LISTED_MAX: usize = 50;
/// Characters of a wrong value that are shown.
const SHOWN_MAX: usize = 40;
/// Characters of an acquirer's reference.
const REF_CHARS_MAX: usize = 64;

named! {
    /// What was settled.
    pub enum SettledKind {
        /// Taken money.
        Capture = "capture",
        /// Money that went back.
        Refund = "refund",
    }
}

/// A line that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementRow {
    /// Counts from 1, the head included.
    pub line: i64,
    /// Our own name of the message, where the acquirer sends it back.
    pub operation: Option<OperationId>,
    /// The acquirer's reference; may be empty when our own name is there.
    pub acquirer_ref: String,
    /// What was settled.
    pub kind: SettledKind,
    /// How much.
    pub amount: Money,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counts from 1, the head included.
    pub line: u64,
    /// The column, as the file calls it.
    pub column: String,
    /// What was written.
    pub value: String,
    /// What was expected.
    pub expected: &'static str,
}

/// The lines of a file that cannot be read: the first ones, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BadLines {
    /// The first ones.
    pub listed: Vec<BadLine>,
    /// All of them.
    pub count: u64,
}

impl BadLines {
    pub(super) fn push(&mut self, bad: BadLine) {
        self.count += 1;
        if self.listed.len() < LISTED_MAX {
            self.listed.push(bad);
        }
    }
}

impl fmt::Display for BadLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing was imported; lines that cannot be read: {}", self.count)?;
        for BadLine { line, column, value, expected } in &self.listed {
            write!(f, "\n  line {line}: {column} = `{value}`: expected {expected}")?;
        }
        match self.count - self.listed.len() as u64 {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

/// Reads a line.
pub(super) fn row(
    record: &StringRecord,
    line: u64,
    columns: &Columns,
    layout: &Layout,
) -> Result<SettlementRow, BadLine> {
    let bad = |column: &str, expected: &'static str| BadLine {
        line,
        column: column.to_owned(),
        value: columns.value(record, column).chars().filter(|next| !next.is_control()).take(SHOWN_MAX).collect(),
        expected,
    };
    let value = |column: &str| columns.value(record, column);
    if record.len() != columns.count() {
        let value = record.len().to_string();
        let expected = "as many values as the first line has";
        return Err(BadLine { line, column: "(values)".to_owned(), value, expected });
    }
    let (operation, acquirer_ref) = (&layout.operation, &layout.acquirer_ref);
    let own = match value(operation) {
        "" => None,
        text => Some(text.parse::<OperationId>().map_err(|_| bad(operation, "the id of a message, op_…, or nothing"))?),
    };
    let reference = value(acquirer_ref);
    let is_plain = reference.chars().count() <= REF_CHARS_MAX && !reference.chars().any(char::is_control);
    if !is_plain {
        return Err(bad(acquirer_ref, "a reference of at most 64 characters"));
    }
    if own.is_none() && reference.is_empty() {
        return Err(bad(acquirer_ref, "a reference, unless there is the id of a message"));
    }
    let kind = match value(&layout.kind).to_ascii_lowercase().as_str() {
        "" if !columns.has(&layout.kind) => SettledKind::Capture,
        text => SettledKind::from_name(text).ok_or_else(|| bad(&layout.kind, "capture or refund"))?,
    };
    let currency: Currency =
        value(&layout.currency).parse().map_err(|_| bad(&layout.currency, "the code of a currency, like EUR"))?;
    let amount = Money::parse(value(&layout.amount), currency)
        .map_err(|_| bad(&layout.amount, "an amount above 0 with the currency's decimals, like 12.50"))?;
    let line = i64::try_from(line).unwrap_or(i64::MAX);
    Ok(SettlementRow { line, operation: own, acquirer_ref: reference.to_owned(), kind, amount })
}
