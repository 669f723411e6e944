//! Rows of counts by slot and by day.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::report::{Cells, DAY_SECS, Dimension, Figures, SLOT_SECS};
use crate::store::{StoreError, Tx, ask, carry_out, places};

/// Cells written by one statement: 22 values each.
const CELLS_MAX: usize = 500;

/// Adds to the counts.
pub(crate) async fn add(tx: &Tx, cells: &Cells) -> Result<(), StoreError> {
    let cells: Vec<_> = cells.0.iter().filter(|(_, figures)| !figures.is_empty()).collect();
    let columns = Figures::COLUMNS.join(", ");
    let sums: Vec<String> =
        Figures::COLUMNS.iter().map(|name| format!("{name} = report_rollup.{name} + excluded.{name}")).collect();
    for part in cells.chunks(CELLS_MAX) {
        let rows: Vec<String> = (0..part.len()).map(|row| format!("({})", places(row * 22 + 1, 22))).collect();
        let sql = format!(
            "INSERT INTO report_rollup (merchant_id, mode, span, dimension, slot, currency, value, {columns})
            VALUES {} ON CONFLICT (merchant_id, mode, span, dimension, slot, currency, value) DO UPDATE SET {}",
            rows.join(", "),
            sums.join(", ")
        );
        let values = part.iter().flat_map(|(cell, figures)| {
            let span = i32::try_from(cell.span).unwrap_or(i32::MAX);
            let key: [Value; 7] = [
                cell.merchant.into(),
                cell.mode.as_str().into(),
                span.into(),
                cell.dimension.into(),
                cell.slot.into(),
                cell.currency.as_str().into(),
                cell.value.as_str().into(),
            ];
            key.into_iter().chain(figures.values().into_iter().map(Value::from))
        });
        carry_out(tx, &sql, values.collect()).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    slot: i64,
    currency: String,
    value: String,
    payments: i64,
    asked: i64,
    approved: i64,
    approved_amount: i64,
    declined: i64,
    declined_amount: i64,
    blocked: i64,
    blocked_amount: i64,
    captures: i64,
    captured: i64,
    refunds: i64,
    refunded: i64,
    fees: i64,
    buyers_new: i64,
    buyers_returning: i64,
}

impl Row {
    const fn figures(&self) -> Figures {
        Figures {
            payments: self.payments,
            asked: self.asked,
            approved: self.approved,
            approved_amount: self.approved_amount,
            declined: self.declined,
            declined_amount: self.declined_amount,
            blocked: self.blocked,
            blocked_amount: self.blocked_amount,
            captures: self.captures,
            captured: self.captured,
            refunds: self.refunds,
            refunded: self.refunded,
            fees: self.fees,
            buyers_new: self.buyers_new,
            buyers_returning: self.buyers_returning,
        }
    }
}

/// Figures by slot, currency and value.
pub(crate) type BySlot = BTreeMap<(i64, String, String), Figures>;

/// The counts of one merchant and mode, of a span and a dimension, from one second until before another.
const WITHIN: &str =
    "WHERE merchant_id = $1 AND mode = $2 AND span = $3 AND dimension = $4 AND slot >= $5 AND slot < $6";

/// What stands in the places of [`WITHIN`].
fn within(
    (merchant, mode): (MerchantId, Mode),
    span: i64,
    dimension: Dimension,
    (from, until): (i64, i64),
) -> Vec<Value> {
    vec![
        merchant.as_uuid().into(),
        mode.as_str().into(),
        i32::try_from(span).unwrap_or(i32::MAX).into(),
        dimension.as_str().into(),
        from.into(),
        until.into(),
    ]
}

/// The counts of slots from one second until before another.
pub(crate) async fn slots(
    conn: &impl ConnectionTrait,
    world: (MerchantId, Mode),
    dimension: Dimension,
    range: (i64, i64),
) -> Result<BySlot, StoreError> {
    of_span(conn, world, SLOT_SECS, dimension, range).await
}

/// Every count of slots, and every count of days.
pub(crate) async fn both_spans(
    conn: &impl ConnectionTrait,
    world: (MerchantId, Mode),
    dimension: Dimension,
) -> Result<Vec<(i64, BySlot)>, StoreError> {
    let mut both = Vec::new();
    for span in [SLOT_SECS, DAY_SECS] {
        both.push((span, of_span(conn, world, span, dimension, (i64::MIN, i64::MAX)).await?));
    }
    Ok(both)
}

async fn of_span(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    span: i64,
    dimension: Dimension,
    (from, until): (i64, i64),
) -> Result<BySlot, StoreError> {
    let sql = format!("SELECT slot, currency, value, {} FROM report_rollup {WITHIN}", Figures::COLUMNS.join(", "));
    let values = within((merchant, mode), span, dimension, (from, until));
    let rows: Vec<Row> = ask(conn, &sql, values).await?;
    let pairs = rows.into_iter().map(|row| {
        let figures = row.figures();
        ((row.slot, row.currency, row.value), figures)
    });
    Ok(pairs.collect())
}

/// The sums of a span of time by currency and value, from days where they lie within it.
pub(crate) async fn sums(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    dimension: Dimension,
    (from, until): (i64, i64),
) -> Result<BTreeMap<(String, String), Figures>, StoreError> {
    let first_day = from + (DAY_SECS - from.rem_euclid(DAY_SECS)) % DAY_SECS;
    let last_day = until - until.rem_euclid(DAY_SECS);
    let parts = if first_day < last_day {
        vec![(SLOT_SECS, from, first_day), (DAY_SECS, first_day, last_day), (SLOT_SECS, last_day, until)]
    } else {
        vec![(SLOT_SECS, from, until)]
    };
    let columns: Vec<String> =
        Figures::COLUMNS.iter().map(|name| format!("CAST(SUM({name}) AS bigint) AS {name}")).collect();
    let sql = format!(
        "SELECT CAST(0 AS bigint) AS slot, currency, value, {} FROM report_rollup {WITHIN}
        GROUP BY currency, value",
        columns.join(", ")
    );
    let mut sums: BTreeMap<(String, String), Figures> = BTreeMap::new();
    for (span, from, until) in parts.into_iter().filter(|(_, from, until)| from < until) {
        let values = within((merchant, mode), span, dimension, (from, until));
        for row in ask::<Row>(conn, &sql, values).await? {
            let figures = row.figures();
            *sums.entry((row.currency, row.value)).or_default() += figures;
        }
    }
    Ok(sums)
}

#[derive(FromQueryResult)]
struct WorldRow {
    merchant_id: Uuid,
    mode: String,
}

/// Every merchant and mode that anything was ever asked in.
pub(crate) async fn worlds(conn: &impl ConnectionTrait) -> Result<Vec<(MerchantId, Mode)>, StoreError> {
    const SQL: &str = "SELECT merchant.id AS merchant_id, modes.mode FROM merchant
        CROSS JOIN (SELECT 'test' AS mode UNION ALL SELECT 'live' AS mode) AS modes ORDER BY merchant.id, modes.mode";
    let rows: Vec<WorldRow> = ask(conn, SQL, Vec::new()).await?;
    let read = |row: WorldRow| {
        let mode = Mode::from_name(&row.mode).ok_or(StoreError::Unreadable { table: "merchant", column: "mode" })?;
        Ok((MerchantId::from_uuid(row.merchant_id), mode))
    };
    rows.into_iter().map(read).collect()
}
