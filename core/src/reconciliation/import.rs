//! Importing a file: all of its lines are read first; if one of them cannot be, nothing is written. Then the lines
//! are matched a batch at a time. A run that was cut short is taken up where it stopped when the same file is
//! imported again; a file that was imported has no effect a second time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read};
use std::time::Duration;

use tokio::sync::mpsc;
use uuid::Uuid;

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::id::{ImportId, MismatchId, OperationId, lowest_at};
use crate::reconciliation::{Fit, Item, Layout, Reconciliation, ReconciliationError, SettledKind, SettlementRow, file};
use crate::store::reconciliation::{self as rows, Expected, ImportRow, Settled};
use crate::store::{StoreError, Tx};

/// Lines matched in one unit of work.
const BATCH: usize = 500;
/// Messages looked at in one unit of work.
const EXPECTED_BATCH: i64 = 5_000;
/// How long after a message its settlement may come: lines about older ones are unknown.
const LATEST: Duration = Duration::from_secs(45 * 86_400);
/// How much later than its id a message may be dated.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// What to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImport {
    /// The acquirer whose file it is.
    pub acquirer: String,
    /// What the file is called, for people.
    pub file_name: String,
    /// How its columns are called.
    pub layout: Layout,
    /// The file settles what is of this moment or later, …
    pub from: Timestamp,
    /// … and before this one: what of that is in no file is missing.
    pub until: Timestamp,
}

/// What an import found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its id.
    pub id: ImportId,
    /// Whether the file was imported before, so that nothing was done.
    pub again: bool,
    /// How many lines, or messages that are missing, by how they fit.
    pub counts: BTreeMap<&'static str, i64>,
}

impl Reconciliation {
    /// Imports a file, which `open` opens; it is read twice.
    ///
    /// # Errors
    ///
    /// [`ReconciliationError::Lines`] when any line cannot be read: nothing is imported then.
    pub async fn import<R: Read + Send + 'static>(
        &self,
        actor: &Actor,
        new: &NewImport,
        open: impl Fn() -> io::Result<R>,
    ) -> Result<Imported, ReconciliationError> {
        if new.until <= new.from {
            return Err(ReconciliationError::Period);
        }
        let digest = file::check(open().map_err(ReconciliationError::File)?, &new.layout)?;
        let import = self.begin(actor, new, &digest).await?;
        if import.is_finished {
            return self.imported(&import, true).await;
        }
        if !import.is_expecting_done {
            self.expect(&import).await?;
        }
        let read = self.match_lines(&import, &new.layout, open().map_err(ReconciliationError::File)?).await?;
        if read != digest {
            self.store.write(async |tx| rows::forget(tx, import.id).await).await?;
            let changed = io::Error::other("it changed while it was read; nothing of it was kept");
            return Err(ReconciliationError::File(changed));
        }
        self.find_missing(&import).await?;
        let now = self.clock.now();
        self.store.write(async |tx| rows::finish(tx, import.id, now).await).await?;
        self.imported(&import, false).await
    }

    async fn imported(&self, import: &ImportRow, again: bool) -> Result<Imported, ReconciliationError> {
        let counts = rows::counts(self.store.reader(), import.id).await?;
        Ok(Imported { id: import.id, again, counts })
    }

    /// The import of this file, begun now or before.
    async fn begin(&self, actor: &Actor, new: &NewImport, digest: &str) -> Result<ImportRow, ReconciliationError> {
        let now = self.clock.now();
        let id = ImportId::new(now);
        self.store
            .write(async |tx| {
                if let Some(known) = rows::by_digest(tx.conn(), &new.acquirer, digest).await? {
                    return Ok(known);
                }
                rows::insert(tx, id, new, digest, &actor.to_string(), now).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "reconciliation.import",
                    subject: id.to_string(),
                    before: String::new(),
                    after: format!("{} {}, {} to {}", new.acquirer, new.file_name, new.from, new.until),
                    reason: digest.to_owned(),
                };
                audit::record(tx, &row, now).await?;
                Ok(ImportRow {
                    id,
                    acquirer: new.acquirer.clone(),
                    from: new.from,
                    until: new.until,
                    is_expecting_done: false,
                    is_finished: false,
                })
            })
            .await
    }

    /// Writes down what the acquirer may settle in this file.
    async fn expect(&self, import: &ImportRow) -> Result<(), StoreError> {
        let mut after = lowest_at(import.from.before(LATEST));
        let end = lowest_at(import.until.after(CLOCKS_DIFFER));
        loop {
            let next = rows::id_behind(self.store.reader(), after, end, EXPECTED_BATCH).await?;
            let until = next.unwrap_or(end);
            self.store.write(async |tx| rows::expect(tx, import, after, until).await).await?;
            if next.is_none() {
                return self.store.write(async |tx| rows::expecting_done(tx, import.id).await).await;
            }
            after = until;
        }
    }

    /// Matches every line that was not matched before. Gives the digest of what was read.
    async fn match_lines<R: Read + Send + 'static>(
        &self,
        import: &ImportRow,
        layout: &Layout,
        file: R,
    ) -> Result<String, ReconciliationError> {
        let done = rows::last_line(self.store.reader(), import.id).await?;
        // The file is read beside the database: no line waits in memory but those of three batches.
        let (send, mut receive) = mpsc::channel::<Vec<SettlementRow>>(1);
        let layout = layout.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut batch = Vec::with_capacity(BATCH);
            let digest = file::read(file, &layout, |line| {
                // A line that is bad only now is of a file that changed: the digest will say so.
                batch.extend(line.ok().filter(|row| row.line > done));
                if batch.len() == BATCH {
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                    send.blocking_send(full).map_err(|_| stopped())?;
                }
                Ok(())
            })?;
            send.blocking_send(batch).map_err(|_| stopped())?;
            Ok::<_, ReconciliationError>(digest)
        });
        while let Some(batch) = receive.recv().await {
            let now = self.clock.now();
            self.store.write(async |tx| match_batch(tx, import, &batch, now).await).await?;
        }
        reading.await.map_err(|error| ReconciliationError::File(io::Error::other(error)))?
    }

    /// What was to be settled in the period and is in no file.
    async fn find_missing(&self, import: &ImportRow) -> Result<(), StoreError> {
        let mut after = Uuid::nil();
        loop {
            let missing = rows::missing(self.store.reader(), import, after, BATCH as i64).await?;
            let Some(last) = missing.last() else { return Ok(()) };
            after = last.operation.as_uuid();
            let now = self.clock.now();
            let items: Vec<Item> = missing.iter().map(|one| missing_item(import, one, now)).collect();
            self.store.write(async |tx| rows::insert_items(tx, &items).await).await?;
        }
    }
}

fn stopped() -> ReconciliationError {
    ReconciliationError::File(io::Error::other("the import was stopped"))
}

fn missing_item(import: &ImportRow, one: &Expected, now: Timestamp) -> Item {
    Item {
        id: MismatchId::new(now),
        import: import.id,
        acquirer: import.acquirer.clone(),
        fit: Fit::Missing,
        line: None,
        operation: Some(one.operation),
        kind: one.kind,
        acquirer_ref: one.acquirer_ref.clone(),
        amount: None,
        currency: one.currency,
        expected: Some((one.amount, one.currency)),
        created_at: now,
        resolved: None,
    }
}

async fn match_batch(tx: &Tx, import: &ImportRow, batch: &[SettlementRow], now: Timestamp) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let candidates = rows::candidates(tx.conn(), import.id, batch).await?;
    let operations: Vec<OperationId> = candidates.iter().map(|one| one.operation).collect();
    let taken = rows::settled_before(tx.conn(), &operations).await?;
    let settled = match_rows(batch, &candidates, taken);
    rows::insert_rows(tx, import.id, &settled).await?;
    let items: Vec<Item> = settled.iter().filter_map(|one| item_of(import, one, now)).collect();
    rows::insert_items(tx, &items).await?;
    let found: Vec<OperationId> = settled.iter().filter_map(|one| Some(one.expected.as_ref()?.operation)).collect();
    rows::resolve_missing(tx, &found, import.id, now).await
}

/// What does not fit, as an item for a person.
fn item_of(import: &ImportRow, settled: &Settled<'_>, now: Timestamp) -> Option<Item> {
    let (row, expected) = (settled.row, settled.expected.as_ref());
    (settled.fit != Fit::Matched).then(|| Item {
        id: MismatchId::new(now),
        import: import.id,
        acquirer: import.acquirer.clone(),
        fit: settled.fit,
        line: Some(row.line),
        operation: expected.map(|one| one.operation),
        kind: row.kind,
        acquirer_ref: row.acquirer_ref.clone(),
        amount: Some(row.amount.minor()),
        currency: row.amount.currency(),
        expected: expected.map(|one| (one.amount, one.currency)),
        created_at: now,
        resolved: None,
    })
}

/// Matches lines to messages: by our own name of the message where it is given, else by the acquirer's reference.
/// A message is settled once.
fn match_rows<'a>(
    batch: &'a [SettlementRow],
    candidates: &[Expected],
    mut taken: HashSet<OperationId>,
) -> Vec<Settled<'a>> {
    let by_id: HashMap<OperationId, &Expected> = candidates.iter().map(|one| (one.operation, one)).collect();
    let mut by_ref: HashMap<(&str, SettledKind), Vec<&Expected>> = HashMap::new();
    for one in candidates {
        by_ref.entry((one.acquirer_ref.as_str(), one.kind)).or_default().push(one);
    }
    let mut settled = Vec::with_capacity(batch.len());
    for row in batch {
        let found = match row.operation {
            Some(id) => by_id.get(&id).copied().filter(|one| one.kind == row.kind),
            None => by_ref.get(&(row.acquirer_ref.as_str(), row.kind)).and_then(|all| choose(all, row, &taken)),
        };
        let fit = match found {
            None => Fit::Unknown,
            Some(one) if !taken.insert(one.operation) => Fit::Duplicate,
            Some(one) if one.currency != row.amount.currency() => Fit::CurrencyMismatch,
            Some(one) => match row.amount.minor().cmp(&one.amount) {
                std::cmp::Ordering::Equal => Fit::Matched,
                std::cmp::Ordering::Greater => Fit::Over,
                std::cmp::Ordering::Less => Fit::Under,
            },
        };
        settled.push(Settled { row, fit, expected: found.cloned() });
    }
    settled
}

/// Of several messages under one reference, the one that the line is about: not settled yet, and of its amount.
fn choose<'a>(all: &[&'a Expected], row: &SettlementRow, taken: &HashSet<OperationId>) -> Option<&'a Expected> {
    let is_free = |one: &&&Expected| !taken.contains(&one.operation);
    let is_same = |one: &&&Expected| (one.amount, one.currency) == (row.amount.minor(), row.amount.currency());
    let exact = all.iter().find(|one| is_free(one) && is_same(one));
    exact.or_else(|| all.iter().find(is_free)).or_else(|| all.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money};

    fn expected(number: i64, reference: &str, amount: i64) -> Expected {
        let currency: Currency = "EUR".parse().unwrap();
        let operation = OperationId::from_uuid(Uuid::from_u128(number as u128));
        Expected { operation, acquirer_ref: reference.to_owned(), kind: SettledKind::Capture, amount, currency }
    }

    fn row(line: i64, reference: &str, amount: i64, currency: &str) -> SettlementRow {
        SettlementRow {
            line,
            operation: None,
            acquirer_ref: reference.to_owned(),
            kind: SettledKind::Capture,
            amount: Money::new(amount, currency.parse().unwrap()).unwrap(),
        }
    }

    #[test]
    fn a_line_is_matched_by_reference_amount_and_currency() {
        let candidates = [expected(1, "a", 500), expected(2, "b", 700), expected(3, "b", 900), expected(4, "c", 5)];
        let lines = [
            row(2, "a", 500, "EUR"),
            row(3, "a", 500, "EUR"),
            row(4, "b", 900, "EUR"),
            row(5, "b", 650, "EUR"),
            row(6, "c", 5, "USD"),
            row(7, "d", 5, "EUR"),
            SettlementRow { operation: Some(candidates[0].operation), ..row(8, "", 500, "EUR") },
            SettlementRow { kind: SettledKind::Refund, ..row(9, "a", 500, "EUR") },
        ];
        let found = match_rows(&lines, &candidates, HashSet::new());
        let fits: Vec<Fit> = found.iter().map(|one| one.fit).collect();
        let expected = [
            Fit::Matched,
            Fit::Duplicate,
            Fit::Matched,
            Fit::Under,
            Fit::CurrencyMismatch,
            Fit::Unknown,
            Fit::Duplicate,
            Fit::Unknown,
        ];
        assert_eq!(fits, expected);
        assert_eq!(found[2].expected.as_ref().unwrap().amount, 900, "the exact one of two");
        let before = HashSet::from([candidates[3].operation]);
        assert_eq!(match_rows(&[row(2, "c", 9, "EUR")], &candidates, before)[0].fit, Fit::Duplicate);
        assert_eq!(match_rows(&[row(2, "c", 9, "EUR")], &candidates, HashSet::new())[0].fit, Fit::Over);
    }
}
