//! Rows of imports, of the lines of settlement files, and of what does not fit. Items have a file of their own.

mod item;

use std::collections::{BTreeMap, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::{StoreError, Tx, ask, carry_out, places};
use crate::clock::Timestamp;
use crate::id::{ImportId, OperationId};
use crate::money::Currency;
use crate::reconciliation::{Fit, NewImport, SettledKind, SettlementRow};

pub(crate) use item::{insert_items, item, items, open, resolve, resolve_missing};

/// An import as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportRow {
    pub(crate) id: ImportId,
    pub(crate) acquirer: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) is_expecting_done: bool,
    pub(crate) is_finished: bool,
}

/// A message that an acquirer may settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) operation: OperationId,
    pub(crate) acquirer_ref: String,
    pub(crate) kind: SettledKind,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
}

/// A line, and what it was matched to.
#[derive(Debug)]
pub(crate) struct Settled<'a> {
    pub(crate) row: &'a SettlementRow,
    pub(crate) fit: Fit,
    pub(crate) expected: Option<Expected>,
}

#[derive(FromQueryResult)]
struct ImportModel {
    id: Uuid,
    acquirer: String,
    from_at: i64,
    until_at: i64,
    state: String,
}

/// The import of a file with these bytes.
pub(crate) async fn by_digest(
    conn: &impl ConnectionTrait,
    acquirer: &str,
    digest: &str,
) -> Result<Option<ImportRow>, StoreError> {
    const SQL: &str = "SELECT id, acquirer, from_at, until_at, state FROM settlement_import
        WHERE acquirer = $1 AND digest = $2";
    let rows: Vec<ImportModel> = ask(conn, SQL, vec![acquirer.into(), digest.into()]).await?;
    Ok(rows.into_iter().next().map(|row| ImportRow {
        id: ImportId::from_uuid(row.id),
        acquirer: row.acquirer,
        from: Timestamp::from_micros(row.from_at),
        until: Timestamp::from_micros(row.until_at),
        is_expecting_done: row.state != "expecting",
        is_finished: row.state == "finished",
    }))
}

pub(crate) async fn insert(
    tx: &Tx,
    id: ImportId,
    new: &NewImport,
    digest: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO settlement_import (id, acquirer, digest, file_name, from_at, until_at, state,
        created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'expecting', $7, $8)";
    let values = vec![
        id.as_uuid().into(),
        new.acquirer.as_str().into(),
        digest.into(),
        new.file_name.as_str().into(),
        new.from.as_micros().into(),
        new.until.as_micros().into(),
        by.into(),
        now.as_micros().into(),
    ];
    carry_out(tx, SQL, values).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// The last id of the next so many messages behind an id; `None` when fewer are left before the end.
pub(crate) async fn id_behind(
    conn: &impl ConnectionTrait,
    after: Uuid,
    end: Uuid,
    count: i64,
) -> Result<Option<Uuid>, StoreError> {
    const SQL: &str = "SELECT id FROM operation WHERE id > $1 AND id <= $2 ORDER BY id LIMIT 1 OFFSET $3";
    let values = vec![after.into(), end.into(), (count - 1).into()];
    let rows: Vec<IdRow> = ask(conn, SQL, values).await?;
    Ok(rows.into_iter().next().map(|row| row.id))
}

/// Writes down the messages of a span of ids that an acquirer settles: what took money or gave it back. An
/// authorization that takes money at once is one message; its capture in our books is not another.
pub(crate) async fn expect(tx: &Tx, import: &ImportRow, after: Uuid, until: Uuid) -> Result<(), StoreError> {
    const SQL: &str =
        "INSERT INTO settlement_expected (import_id, operation_id, acquirer_ref, kind, amount, currency, at)
        SELECT $1, operation.id, COALESCE(operation.acquirer_ref, ''),
            CASE WHEN operation.kind = 'refund' THEN 'refund' ELSE 'capture' END, operation.amount, payment.currency,
            operation.created_at
        FROM operation JOIN payment ON payment.id = operation.payment_id
        WHERE operation.id > $2 AND operation.id <= $3 AND operation.acquirer = $4 AND operation.status = 'succeeded'
            AND ((operation.kind = 'authorize' AND operation.takes_money = 1)
                OR (operation.kind = 'capture' AND operation.takes_money = 0) OR operation.kind = 'refund')
        ON CONFLICT (import_id, operation_id) DO NOTHING";
    let values = vec![import.id.as_uuid().into(), after.into(), until.into(), import.acquirer.as_str().into()];
    carry_out(tx, SQL, values).await?;
    Ok(())
}

pub(crate) async fn expecting_done(tx: &Tx, id: ImportId) -> Result<(), StoreError> {
    carry_out(tx, "UPDATE settlement_import SET state = 'reading' WHERE id = $1", vec![id.as_uuid().into()]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct LineRow {
    line: i64,
}

/// The last line that was matched; 0 when none was.
pub(crate) async fn last_line(conn: &impl ConnectionTrait, id: ImportId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COALESCE(MAX(line), 0) AS line FROM settlement_row WHERE import_id = $1";
    let rows: Vec<LineRow> = ask(conn, SQL, vec![id.as_uuid().into()]).await?;
    Ok(rows.first().map_or(0, |row| row.line))
}

#[derive(FromQueryResult)]
struct ExpectedRow {
    operation_id: Uuid,
    acquirer_ref: String,
    kind: String,
    amount: i64,
    currency: String,
}

impl ExpectedRow {
    fn expected(self) -> Result<Expected, StoreError> {
        let bad = |column| StoreError::Unreadable { table: "settlement_expected", column };
        Ok(Expected {
            operation: OperationId::from_uuid(self.operation_id),
            acquirer_ref: self.acquirer_ref,
            kind: SettledKind::from_name(&self.kind).ok_or_else(|| bad("kind"))?,
            amount: self.amount,
            currency: self.currency.parse().map_err(|_| bad("currency"))?,
        })
    }
}

/// The messages that these lines may be about.
pub(crate) async fn candidates(
    conn: &impl ConnectionTrait,
    import: ImportId,
    rows: &[SettlementRow],
) -> Result<Vec<Expected>, StoreError> {
    let ids: Vec<Value> = rows.iter().filter_map(|row| row.operation).map(|id| id.as_uuid().into()).collect();
    let by_ref = rows.iter().filter(|row| row.operation.is_none()).map(|row| row.acquirer_ref.as_str());
    let refs: Vec<Value> = by_ref.map(Into::into).collect();
    let mut found: BTreeMap<Uuid, Expected> = BTreeMap::new();
    for (column, values) in [("operation_id", ids), ("acquirer_ref", refs)] {
        if values.is_empty() {
            continue;
        }
        let sql = format!(
            "SELECT operation_id, acquirer_ref, kind, amount, currency FROM settlement_expected
            WHERE import_id = $1 AND {column} IN ({})",
            places(2, values.len())
        );
        let values = [Value::from(import.as_uuid())].into_iter().chain(values).collect();
        for row in ask::<ExpectedRow>(conn, &sql, values).await? {
            found.insert(row.operation_id, row.expected()?);
        }
    }
    Ok(found.into_values().collect())
}

#[derive(FromQueryResult)]
struct OperationRow {
    operation_id: Uuid,
}

/// Those of these messages that a line of any file settled.
pub(crate) async fn settled_before(
    conn: &impl ConnectionTrait,
    operations: &[OperationId],
) -> Result<HashSet<OperationId>, StoreError> {
    if operations.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT operation_id FROM settlement_row WHERE operation_id IN ({}) AND status <> 'duplicate'",
        places(1, operations.len())
    );
    let values = operations.iter().map(|id| id.as_uuid().into()).collect();
    let rows: Vec<OperationRow> = ask(conn, &sql, values).await?;
    Ok(rows.into_iter().map(|row| OperationId::from_uuid(row.operation_id)).collect())
}

/// Writes lines down.
pub(crate) async fn insert_rows(tx: &Tx, import: ImportId, settled: &[Settled<'_>]) -> Result<(), StoreError> {
    let rows: Vec<String> = (0..settled.len()).map(|row| format!("({})", places(row * 8 + 1, 8))).collect();
    let sql = format!(
        "INSERT INTO settlement_row (import_id, line, operation_id, status, kind, amount, currency, acquirer_ref)
        VALUES {}",
        rows.join(", ")
    );
    let values = settled.iter().flat_map(|one| -> [Value; 8] {
        [
            import.as_uuid().into(),
            one.row.line.into(),
            one.expected.as_ref().map(|found| found.operation.as_uuid()).into(),
            one.fit.as_str().into(),
            one.row.kind.as_str().into(),
            one.row.amount.minor().into(),
            one.row.amount.currency().code().into(),
            one.row.acquirer_ref.as_str().into(),
        ]
    });
    carry_out(tx, &sql, values.collect()).await?;
    Ok(())
}

/// Messages of the period that no file settled, in order behind one.
pub(crate) async fn missing(
    conn: &impl ConnectionTrait,
    import: &ImportRow,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Expected>, StoreError> {
    const SQL: &str = "SELECT operation_id, acquirer_ref, kind, amount, currency FROM settlement_expected AS expected
        WHERE import_id = $1 AND operation_id > $2 AND at >= $3 AND at < $4
            AND NOT EXISTS (SELECT 1 FROM settlement_row
                WHERE settlement_row.operation_id = expected.operation_id AND settlement_row.status <> 'duplicate')
        ORDER BY operation_id LIMIT $5";
    let values = vec![
        import.id.as_uuid().into(),
        after.into(),
        import.from.as_micros().into(),
        import.until.as_micros().into(),
        limit.into(),
    ];
    let rows: Vec<ExpectedRow> = ask(conn, SQL, values).await?;
    rows.into_iter().map(ExpectedRow::expected).collect()
}

/// Ends an import. What was expected is not needed any more.
pub(crate) async fn finish(tx: &Tx, id: ImportId, now: Timestamp) -> Result<(), StoreError> {
    carry_out(tx, "DELETE FROM settlement_expected WHERE import_id = $1", vec![id.as_uuid().into()]).await?;
    let sql = "UPDATE settlement_import SET state = 'finished', finished_at = $2 WHERE id = $1";
    carry_out(tx, sql, vec![id.as_uuid().into(), now.as_micros().into()]).await?;
    Ok(())
}

/// Forgets an import that was not finished, with everything that it found.
pub(crate) async fn forget(tx: &Tx, id: ImportId) -> Result<(), StoreError> {
    for table in ["reconciliation_item", "settlement_row", "settlement_expected"] {
        carry_out(tx, &format!("DELETE FROM {table} WHERE import_id = $1"), vec![id.as_uuid().into()]).await?;
    }
    carry_out(tx, "DELETE FROM settlement_import WHERE id = $1", vec![id.as_uuid().into()]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct CountRow {
    status: String,
    count: i64,
}

/// How many lines fit how, and how many messages are missing.
pub(crate) async fn counts(
    conn: &impl ConnectionTrait,
    id: ImportId,
) -> Result<BTreeMap<&'static str, i64>, StoreError> {
    const SQL: &str = "SELECT status, COUNT(*) AS count FROM settlement_row WHERE import_id = $1 GROUP BY status
        UNION ALL
        SELECT status, COUNT(*) AS count FROM reconciliation_item WHERE import_id = $1 AND line IS NULL GROUP BY status";
    let rows: Vec<CountRow> = ask(conn, SQL, vec![id.as_uuid().into()]).await?;
    let bad = || StoreError::Unreadable { table: "settlement_row", column: "status" };
    rows.into_iter().map(|row| Ok((Fit::from_name(&row.status).ok_or_else(bad)?.as_str(), row.count))).collect()
}
