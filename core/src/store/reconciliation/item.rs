//! Rows of what does not fit.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{ImportId, MismatchId, OperationId};
use crate::reconciliation::{Fit, Item, ItemFilter, Resolved, SettledKind};
use crate::store::{StoreError, Tx, ask, carry_out, places};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    import_id: Uuid,
    acquirer: String,
    status: String,
    line: Option<i64>,
    operation_id: Option<Uuid>,
    kind: String,
    acquirer_ref: String,
    amount: Option<i64>,
    currency: String,
    expected_amount: Option<i64>,
    expected_currency: Option<String>,
    created_at: i64,
    resolved_at: Option<i64>,
    resolved_by: Option<String>,
    reason: Option<String>,
}

impl Row {
    fn item(self) -> Result<Item, StoreError> {
        let bad = |column| StoreError::Unreadable { table: "reconciliation_item", column };
        let expected = match (self.expected_amount, self.expected_currency) {
            (Some(minor), Some(code)) => Some((minor, code.parse().map_err(|_| bad("expected_currency"))?)),
            (_, _) => None,
        };
        let resolved = self.resolved_at.map(|at| Resolved {
            at: Timestamp::from_micros(at),
            by: self.resolved_by.unwrap_or_default(),
            reason: self.reason.unwrap_or_default(),
        });
        Ok(Item {
            id: MismatchId::from_uuid(self.id),
            import: ImportId::from_uuid(self.import_id),
            acquirer: self.acquirer,
            fit: Fit::from_name(&self.status).ok_or_else(|| bad("status"))?,
            line: self.line,
            operation: self.operation_id.map(OperationId::from_uuid),
            kind: SettledKind::from_name(&self.kind).ok_or_else(|| bad("kind"))?,
            acquirer_ref: self.acquirer_ref,
            amount: self.amount,
            currency: self.currency.parse().map_err(|_| bad("currency"))?,
            expected,
            created_at: Timestamp::from_micros(self.created_at),
            resolved,
        })
    }
}

const COLUMNS: &str = "id, import_id, acquirer, status, line, operation_id, kind, acquirer_ref, amount, currency,
    expected_amount, expected_currency, created_at";

/// Writes items down. What was found missing before is not found again.
pub(crate) async fn insert_items(tx: &Tx, items: &[Item]) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..items.len()).map(|row| format!("({})", places(row * 13 + 1, 13))).collect();
    let sql = format!("INSERT INTO reconciliation_item ({COLUMNS}) VALUES {} ON CONFLICT DO NOTHING", rows.join(", "));
    let values = items.iter().flat_map(|item| -> [Value; 13] {
        [
            item.id.as_uuid().into(),
            item.import.as_uuid().into(),
            item.acquirer.as_str().into(),
            item.fit.as_str().into(),
            item.line.into(),
            item.operation.map(OperationId::as_uuid).into(),
            item.kind.as_str().into(),
            item.acquirer_ref.as_str().into(),
            item.amount.into(),
            item.currency.code().into(),
            item.expected.map(|(minor, _)| minor).into(),
            item.expected.map(|(_, currency)| currency.code().to_owned()).into(),
            item.created_at.as_micros().into(),
        ]
    });
    carry_out(tx, &sql, values.collect()).await?;
    Ok(())
}

/// Items, oldest first.
pub(crate) async fn items(
    conn: &impl ConnectionTrait,
    filter: &ItemFilter,
    after: Option<MismatchId>,
    limit: u64,
) -> Result<Vec<Item>, StoreError> {
    let mut values: Vec<Value> = vec![after.map_or_else(Uuid::nil, MismatchId::as_uuid).into()];
    let mut sql = format!("SELECT {COLUMNS}, resolved_at, resolved_by, reason FROM reconciliation_item WHERE id > $1");
    if !filter.resolved {
        sql.push_str(" AND resolved_at IS NULL");
    }
    let wanted = [("acquirer", filter.acquirer.as_deref()), ("status", filter.fit.map(Fit::as_str))];
    for (column, value) in wanted {
        if let Some(value) = value {
            values.push(value.into());
            sql.push_str(&format!(" AND {column} = ${}", values.len()));
        }
    }
    sql.push_str(&format!(" ORDER BY id LIMIT {limit}"));
    let rows: Vec<Row> = ask(conn, &sql, values).await?;
    rows.into_iter().map(Row::item).collect()
}

/// One item.
pub(crate) async fn item(conn: &impl ConnectionTrait, id: MismatchId) -> Result<Option<Item>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, resolved_at, resolved_by, reason FROM reconciliation_item WHERE id = $1");
    let rows: Vec<Row> = ask(conn, &sql, vec![id.as_uuid().into()]).await?;
    rows.into_iter().next().map(Row::item).transpose()
}

#[derive(FromQueryResult)]
struct OpenRow {
    acquirer: String,
    status: String,
    count: i64,
}

/// How many items wait, by acquirer and fit.
pub(crate) async fn open(conn: &impl ConnectionTrait) -> Result<Vec<(String, Fit, i64)>, StoreError> {
    const SQL: &str = "SELECT acquirer, status, COUNT(*) AS count FROM reconciliation_item WHERE resolved_at IS NULL
        GROUP BY acquirer, status ORDER BY acquirer, status";
    let rows: Vec<OpenRow> = ask(conn, SQL, Vec::new()).await?;
    let bad = || StoreError::Unreadable { table: "reconciliation_item", column: "status" };
    rows.into_iter().map(|row| Ok((row.acquirer, Fit::from_name(&row.status).ok_or_else(bad)?, row.count))).collect()
}

/// Resolves an item. `false` when somebody did before.
pub(crate) async fn resolve(
    tx: &Tx,
    id: MismatchId,
    by: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE reconciliation_item SET resolved_at = $2, resolved_by = $3, reason = $4
        WHERE id = $1 AND resolved_at IS NULL";
    let values = vec![id.as_uuid().into(), now.as_micros().into(), by.into(), reason.into()];
    Ok(carry_out(tx, SQL, values).await? == 1)
}

/// What was missing and is settled by a later file waits for nobody any more.
pub(crate) async fn resolve_missing(
    tx: &Tx,
    operations: &[OperationId],
    import: ImportId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if operations.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE reconciliation_item SET resolved_at = $1, resolved_by = 'system', reason = $2
        WHERE line IS NULL AND resolved_at IS NULL AND operation_id IN ({})",
        places(3, operations.len())
    );
    let head: [Value; 2] = [now.as_micros().into(), format!("settled by a later file, {import}").into()];
    let values = head.into_iter().chain(operations.iter().map(|id| id.as_uuid().into()));
    carry_out(tx, &sql, values.collect()).await?;
    Ok(())
}
