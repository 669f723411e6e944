//! The file: which column is which, and reading it line by line, in constant memory.

use std::io::{self, Read};

use csv::{ReaderBuilder, StringRecord, Trim};
use sha2::{Digest, Sha256};

use crate::reconciliation::ReconciliationError;
use crate::reconciliation::row::{BadLine, BadLines, SettlementRow, row};

/// How the file calls its columns, and what stands between them. Columns that are not named here are ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Our own name of the message, `op_…`. The column may be missing.
    pub operation: String,
    /// The acquirer's reference (RRN). The column may be missing if `operation` is there.
    pub acquirer_ref: String,
    /// `capture` or `refund`. Without the column everything was taken.
    pub kind: String,
    /// The amount, always above 0: `12.50` or `12,50`.
    pub amount: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What stands between values.
    pub delimiter: u8,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            operation: "operation".to_owned(),
            acquirer_ref: "rrn".to_owned(),
            kind: "kind".to_owned(),
            amount: "amount".to_owned(),
            currency: "currency".to_owned(),
            delimiter: b',',
        }
    }
}

/// Why a layout does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Not `FIELD=COLUMN`, or no such field.
    #[error("`{0}`: expected FIELD=COLUMN, with a field out of operation, rrn, kind, amount, currency")]
    Mapping(String),
    /// The first line lacks a column.
    #[error("the first line has no column `{column}`; it has {found}")]
    Column {
        /// The column.
        column: String,
        /// The columns that there are.
        found: String,
    },
    /// The first line names a column twice.
    #[error("the first line has the column `{0}` twice")]
    Twice(String),
}

impl Layout {
    /// The same with a field called otherwise: `amount=Betrag`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Mapping`].
    pub fn mapped(mut self, mapping: &str) -> Result<Self, LayoutError> {
        let refuse = || LayoutError::Mapping(mapping.to_owned());
        let (field, column) = mapping.split_once('=').ok_or_else(refuse)?;
        let place = match field {
            "operation" => &mut self.operation,
            "rrn" => &mut self.acquirer_ref,
            "kind" => &mut self.kind,
            "amount" => &mut self.amount,
            "currency" => &mut self.currency,
            _ => return Err(refuse()),
        };
        if column.trim().is_empty() {
            return Err(refuse());
        }
        column.trim().clone_into(place);
        Ok(self)
    }
}

/// The columns of a file by their names.
#[derive(Debug)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    fn of(head: &StringRecord, layout: &Layout) -> Result<Self, LayoutError> {
        let columns = Self(head.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect());
        let missing = |column: &String| LayoutError::Column { column: column.clone(), found: columns.0.join(", ") };
        for needed in [&layout.amount, &layout.currency] {
            if !columns.has(needed) {
                return Err(missing(needed));
            }
        }
        if !columns.has(&layout.acquirer_ref) && !columns.has(&layout.operation) {
            return Err(missing(&layout.acquirer_ref));
        }
        let used = [&layout.operation, &layout.acquirer_ref, &layout.kind, &layout.amount, &layout.currency];
        let is_twice = |name: &&&String| columns.0.iter().filter(|column| *column == **name).count() > 1;
        match used.iter().find(is_twice) {
            Some(twice) => Err(LayoutError::Twice((*twice).clone())),
            None => Ok(columns),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|column| column == name)
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// What a line has in a column; nothing when there is no such column.
    pub(super) fn value<'a>(&self, record: &'a StringRecord, name: &str) -> &'a str {
        let place = self.0.iter().position(|column| column == name);
        place.and_then(|place| record.get(place)).unwrap_or_default()
    }
}

/// Gives the bytes of the file to whoever reads, and adds them to a digest.
struct Digested<R> {
    inner: R,
    digest: Sha256,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(count)
    }
}

/// Reads a file and hands each of its lines to `take`. Gives the digest of its bytes.
///
/// # Errors
///
/// [`ReconciliationError::Layout`], [`ReconciliationError::File`]; what `take` refuses.
pub(super) fn read(
    file: impl Read,
    layout: &Layout,
    mut take: impl FnMut(Result<SettlementRow, BadLine>) -> Result<(), ReconciliationError>,
) -> Result<String, ReconciliationError> {
    let mut digested = Digested { inner: file, digest: Sha256::new() };
    let mut builder = ReaderBuilder::new();
    builder.delimiter(layout.delimiter).trim(Trim::All).flexible(true);
    {
        let mut reader = builder.from_reader(&mut digested);
        let head = reader.byte_headers().map_err(unreadable)?.clone();
        let head = StringRecord::from_byte_record_lossy(head);
        let columns = Columns::of(&head, layout)?;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(unreadable)? {
            let line = record.position().map_or(0, csv::Position::line);
            match StringRecord::from_byte_record(record.clone()) {
                Ok(text) => take(row(&text, line, &columns, layout))?,
                Err(_) => take(Err(BadLine {
                    line,
                    column: "(letters)".to_owned(),
                    value: String::new(),
                    expected: "UTF-8",
                }))?,
            }
        }
    }
    // What stands behind the last line counts, too.
    io::copy(&mut digested, &mut io::sink()).map_err(ReconciliationError::File)?;
    Ok(hex::encode(digested.digest.finalize()))
}

fn unreadable(error: csv::Error) -> ReconciliationError {
    ReconciliationError::File(io::Error::other(error))
}

/// Reads a whole file without keeping it: all of its lines must be readable. Gives the digest.
///
/// # Errors
///
/// [`ReconciliationError::Lines`] names those that are not.
pub(super) fn check(file: impl Read, layout: &Layout) -> Result<String, ReconciliationError> {
    let mut bad = BadLines::default();
    let digest = read(file, layout, |line| {
        if let Err(line) = line {
            bad.push(line);
        }
        Ok(())
    })?;
    if bad.count > 0 { Err(ReconciliationError::Lines(bad)) } else { Ok(digest) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reconciliation::SettledKind;

    fn rows(text: &str, layout: &Layout) -> Result<Vec<SettlementRow>, ReconciliationError> {
        check(text.as_bytes(), layout)?;
        let mut rows = Vec::new();
        read(text.as_bytes(), layout, |line| {
            rows.push(line.expect("checked before"));
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn a_file_is_read_by_the_names_of_its_columns() {
        let layout = Layout { delimiter: b';', ..Layout::default() };
        let layout = layout.mapped("rrn=Referenz").unwrap().mapped("amount=Betrag").unwrap();
        let text = "\u{feff}Datum;Referenz;Betrag;currency;kind\n2026-11-24;400000000001;12,50;EUR;capture\n\
            2026-11-24; 400000000002 ;500;JPY;REFUND\n";
        let rows = rows(text, &layout).unwrap();
        assert_eq!((rows[0].line, rows[0].amount.minor(), rows[0].kind), (2, 1_250, SettledKind::Capture));
        assert_eq!((rows[1].acquirer_ref.as_str(), rows[1].kind), ("400000000002", SettledKind::Refund));
    }

    #[test]
    fn every_bad_line_is_named_with_its_field() {
        let text = "operation,rrn,kind,amount,currency\n,1,capture,1.00,EUR\n,2,capture,1.001,EUR\n,,capture,1,EUR\n\
            pay_1,3,capture,1,EUR\n,4,chargeback,1,EUR\n,5,capture,-1,EUR\n,6,capture,1,EURO\n,7,capture,1\n,8,capture,0,EUR\n";
        let Err(ReconciliationError::Lines(bad)) = rows(text, &Layout::default()) else { panic!("refused") };
        let named: Vec<(u64, &str)> = bad.listed.iter().map(|line| (line.line, line.column.as_str())).collect();
        let expected = [
            (3, "amount"),
            (4, "rrn"),
            (5, "operation"),
            (6, "kind"),
            (7, "amount"),
            (8, "currency"),
            (9, "(values)"),
            (10, "amount"),
        ];
        assert_eq!(named, expected);
        assert!(bad.to_string().contains("line 3: amount = `1.001`"), "{bad}");
    }

    #[test]
    fn a_first_line_that_does_not_fit_is_refused() {
        for (text, column) in [("rrn,amount\n", "currency"), ("", "amount"), ("amount,currency\n", "rrn")] {
            let found = rows(text, &Layout::default());
            let Err(ReconciliationError::Layout(LayoutError::Column { column: named, .. })) = found else {
                panic!("{text}: {found:?}")
            };
            assert_eq!(named, column);
        }
        let twice = rows("rrn,rrn,amount,currency\n", &Layout::default());
        assert!(matches!(twice, Err(ReconciliationError::Layout(LayoutError::Twice(_)))));
        for wrong in ["amount", "price=x", "amount=", "=x"] {
            assert!(Layout::default().mapped(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_digest_is_that_of_every_byte() {
        let one = check("rrn,amount,currency\n1,1,EUR\n".as_bytes(), &Layout::default()).unwrap();
        let two = check("rrn,amount,currency\n1,1,EUR\n\n".as_bytes(), &Layout::default()).unwrap();
        assert_ne!(one, two);
        assert_eq!(one, crate::secret::sha256_hex(b"rrn,amount,currency\n1,1,EUR\n"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = check(bytes.as_slice(), &Layout::default());
        }

        #[test]
        fn no_values_make_it_panic(line in "[a-z0-9_,.;\"\u{feff}é\t -]{0,60}") {
            let text = format!("operation,rrn,kind,amount,currency\n{line}\n");
            let _ = check(text.as_bytes(), &Layout::default());
        }
    }
}
