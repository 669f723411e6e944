//! Reading a table of issuers: every line is checked, and the first wrong one is named.

use std::collections::HashMap;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{CardKind, Issuer, KEY_DIGITS, Range};
use crate::payment::card::Brand;

/// The columns, in this order.
const HEADER: [&str; 6] = ["low", "high", "brand", "issuer", "country", "kind"];

/// Why a table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BinTableError {
    /// The file is not such a table.
    #[error("line {line}: {reason}")]
    Shape {
        /// Counts from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A value does not fit its column.
    #[error("line {line}: {column} = `{value}`: expected {expected}")]
    Value {
        /// Counts from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What was written.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The same range stands there twice.
    #[error("line {line}: the same range stands on line {first}")]
    Twice {
        /// The second one.
        line: u64,
        /// The first one.
        first: u64,
    },
}

pub(super) fn ranges(text: &str) -> Result<Vec<Range>, BinTableError> {
    let mut reader =
        ReaderBuilder::new().comment(Some(b'#')).trim(Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| shape(&error))?;
    if header.iter().ne(HEADER) {
        let line = line_of(text, header.position());
        return Err(BinTableError::Shape { line, reason: format!("expected the header {}", HEADER.join(",")) });
    }
    let mut issuers: HashMap<Vec<String>, Arc<Issuer>> = HashMap::new();
    let mut seen: HashMap<(u64, u64), u64> = HashMap::new();
    let mut ranges = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| shape(&error))?;
        let row = Row { line: line_of(text, record.position()), record: &record };
        let range = row.range(&mut issuers)?;
        if let Some(first) = seen.insert((range.low, range.high), row.line) {
            return Err(BinTableError::Twice { line: row.line, first });
        }
        ranges.push(range);
    }
    Ok(ranges)
}

/// The line of a record: its position is that of the comments and empty lines before it.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let is_skipped = |line: &&str| line.is_empty() || line.starts_with('#');
    position.line() + rest.lines().take_while(is_skipped).map(|_| 1).sum::<u64>()
}

fn shape(error: &csv::Error) -> BinTableError {
    BinTableError::Shape { line: error.position().map_or(0, csv::Position::line), reason: error.to_string() }
}

struct Row<'a> {
    line: u64,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn value(&self, column: &'static str) -> Option<&str> {
        let place = HEADER.iter().position(|name| *name == column)?;
        self.record.get(place).filter(|value| !value.is_empty())
    }

    fn refuse<T>(&self, column: &'static str, expected: &'static str) -> Result<T, BinTableError> {
        let value = self.value(column).unwrap_or_default().chars().take(40).collect();
        Err(BinTableError::Value { line: self.line, column, value, expected })
    }

    fn range(&self, issuers: &mut HashMap<Vec<String>, Arc<Issuer>>) -> Result<Range, BinTableError> {
        if self.record.len() != HEADER.len() {
            let reason = format!("expected {} values, found {}", HEADER.len(), self.record.len());
            return Err(BinTableError::Shape { line: self.line, reason });
        }
        let low = self.digits("low")?;
        let high = match self.value("high") {
            Some(high) if high.len() != low.len() => return self.refuse("high", "as many digits as low has"),
            Some(_) => self.digits("high")?,
            None => low,
        };
        let (low, high) = (bound(low, 0), bound(high, 1));
        if low >= high {
            return self.refuse("high", "a number that is not below low");
        }
        // A table of hundreds of thousands of ranges names a few thousand issuers.
        let named = self.record.iter().skip(2).map(str::to_owned).collect();
        let issuer = match issuers.get(&named) {
            Some(known) => Arc::clone(known),
            None => {
                let new = Arc::new(self.issuer()?);
                issuers.insert(named, Arc::clone(&new));
                new
            }
        };
        Ok(Range { low, high: high - 1, issuer })
    }

    fn digits(&self, column: &'static str) -> Result<&str, BinTableError> {
        match self.value(column) {
            Some(text) if (6..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(text),
            _ => self.refuse(column, "6 to 11 digits"),
        }
    }

    fn issuer(&self) -> Result<Issuer, BinTableError> {
        let brand = match self.value("brand").map(|name| (name, Brand::from_name(name))) {
            Some((_, Brand::Unknown)) => return self.refuse("brand", "visa, mastercard, amex, …, or nothing"),
            Some((_, brand)) => Some(brand),
            None => None,
        };
        let country = match self.value("country").map(str::parse) {
            Some(Err(_)) => return self.refuse("country", "an ISO 3166-1 alpha-2 code in capitals, or nothing"),
            Some(Ok(country)) => Some(country),
            None => None,
        };
        let kind = match self.value("kind").map(CardKind::from_name) {
            Some(None) => return self.refuse("kind", "credit, debit, prepaid, or nothing"),
            Some(kind) => kind,
            None => None,
        };
        let name = self.value("issuer");
        if name.is_some_and(|name| name.chars().count() > 100 || name.chars().any(char::is_control)) {
            return self.refuse("issuer", "at most 100 characters on one line");
        }
        Ok(Issuer { brand, name: name.map(str::to_owned), country, kind })
    }
}

/// The first key with these digits, or the first one behind all of them.
fn bound(digits: &str, behind: u64) -> u64 {
    let missing = KEY_DIGITS - u32::try_from(digits.len()).unwrap_or(KEY_DIGITS);
    // Checked to be at most eleven digits: it fits.
    (digits.parse::<u64>().unwrap_or(0) + behind) * 10_u64.pow(missing)
}
