//! Rows of reports: the queue of what is not counted yet, the head, and who bought before. Rollups,
//! recomputation and lists have files of their own.

pub(crate) mod fact;
pub(crate) mod fraud;
pub(crate) mod list;
pub(crate) mod minute;
pub(crate) mod recompute;
pub(crate) mod rollup;
pub(crate) mod setting;

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::event;
use super::event::event_from;
use super::{StoreError, Tx, ask, carry_out, places};
use crate::event::Event;
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::report::{Happened, State, Waiting};

/// How far counting is, and behind which seal of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) state: State,
    pub(crate) seal: i64,
}

#[derive(FromQueryResult)]
struct HeadRow {
    state: String,
    seal: i64,
}

impl Head {
    fn from(row: HeadRow) -> Result<Self, StoreError> {
        let bad = StoreError::Unreadable { table: "report_head", column: "state" };
        Ok(Self { state: State::from_name(&row.state).ok_or(bad)?, seal: row.seal })
    }
}

const HEAD: &str = "SELECT state, seal FROM report_head WHERE id = 1";

/// The head as it stands.
pub(crate) async fn head(conn: &impl ConnectionTrait) -> Result<Head, StoreError> {
    let rows: Vec<HeadRow> = ask(conn, HEAD, Vec::new()).await?;
    let row = rows.into_iter().next().ok_or(StoreError::Unreadable { table: "report_head", column: "id" })?;
    Head::from(row)
}

/// Takes the head, and with it the turn to count; `None` when another process has it.
pub(crate) async fn take_head(tx: &Tx) -> Result<Option<Head>, StoreError> {
    let sql = match tx.conn().get_database_backend() {
        DbBackend::Postgres => format!("{HEAD} FOR UPDATE SKIP LOCKED"),
        _ => HEAD.to_owned(),
    };
    let rows: Vec<HeadRow> = ask(tx.conn(), &sql, Vec::new()).await?;
    rows.into_iter().next().map(Head::from).transpose()
}

pub(crate) async fn move_head(tx: &Tx, head: Head) -> Result<(), StoreError> {
    let values = vec![head.state.as_str().into(), head.seal.into()];
    carry_out(tx, "UPDATE report_head SET state = $1, seal = $2 WHERE id = 1", values).await?;
    Ok(())
}

/// Queues what of these events counts. Called by the planner, in the unit that plans them.
pub(crate) async fn queue(tx: &Tx, events: &[Event]) -> Result<(), StoreError> {
    let waiting: Vec<Waiting> = events.iter().filter_map(Waiting::of).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..waiting.len()).map(|row| format!("({})", places(row * 4 + 1, 4))).collect();
    let sql = format!(
        "INSERT INTO report_queue (kind, subject, merchant_id, mode) VALUES {} ON CONFLICT (subject, kind) DO NOTHING",
        rows.join(", ")
    );
    let values = waiting.iter().flat_map(|one| {
        let (merchant, mode) = one.world;
        [one.happened.as_str().into(), one.subject.into(), merchant.as_uuid().into(), mode.as_str().into()]
    });
    carry_out(tx, &sql, values.collect()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct QueueRow {
    position: i64,
    kind: String,
    subject: Uuid,
    merchant_id: Uuid,
    mode: String,
}

impl QueueRow {
    fn waiting(&self) -> Result<Waiting, StoreError> {
        let bad = |column| StoreError::Unreadable { table: "report_queue", column };
        Ok(Waiting {
            happened: Happened::from_name(&self.kind).ok_or_else(|| bad("kind"))?,
            subject: self.subject,
            world: (MerchantId::from_uuid(self.merchant_id), Mode::from_name(&self.mode).ok_or_else(|| bad("mode"))?),
        })
    }
}

/// Whether something waits.
pub(crate) async fn any_queued(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT position, kind, subject, merchant_id, mode FROM report_queue LIMIT 1";
    Ok(!ask::<QueueRow>(conn, SQL, Vec::new()).await?.is_empty())
}

/// What waits longest, with its positions.
pub(crate) async fn queued(tx: &Tx, limit: i64) -> Result<Vec<(i64, Waiting)>, StoreError> {
    const SQL: &str = "SELECT position, kind, subject, merchant_id, mode FROM report_queue ORDER BY position LIMIT $1";
    let rows: Vec<QueueRow> = ask(tx.conn(), SQL, vec![limit.into()]).await?;
    rows.iter().map(|row| Ok((row.position, row.waiting()?))).collect()
}

/// Everything of a merchant that waits: in the queue, and in events that are not planned yet.
pub(crate) async fn waiting(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
) -> Result<Vec<Waiting>, StoreError> {
    const SQL: &str = "SELECT position, kind, subject, merchant_id, mode FROM report_queue
        WHERE merchant_id = $1 AND mode = $2 ORDER BY position";
    let values = vec![merchant.as_uuid().into(), mode.as_str().into()];
    let rows: Vec<QueueRow> = ask(conn, SQL, values).await?;
    let mut waiting: Vec<Waiting> = rows.iter().map(QueueRow::waiting).collect::<Result<_, _>>()?;
    let query = event::Entity::find()
        .filter(event::Column::PlannedAt.is_null())
        .filter(event::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(event::Column::Mode.eq(mode.as_str()))
        .order_by(event::Column::Id, Order::Asc);
    waiting.extend(query.all(conn).await?.into_iter().filter_map(|row| Waiting::of(&event_from(row).ok()?)));
    Ok(waiting)
}

/// Takes positions out of the queue. By number: a lower one may be written later.
pub(crate) async fn unqueue(tx: &Tx, positions: &[i64]) -> Result<(), StoreError> {
    let sql = format!("DELETE FROM report_queue WHERE position IN ({})", places(1, positions.len()));
    carry_out(tx, &sql, positions.iter().map(|position| (*position).into()).collect()).await?;
    Ok(())
}

/// Forgets every count and queues everything that was ever decided, but for what the planner will queue. When the
/// planner queues the same at this moment, the unit collides with it and is tried again.
pub(crate) async fn restart(tx: &Tx) -> Result<(), StoreError> {
    for sql in RESTART {
        carry_out(tx, sql, Vec::new()).await?;
    }
    let unplanned = event::Entity::find().filter(event::Column::PlannedAt.is_null()).all(tx.conn()).await?;
    for waiting in unplanned.into_iter().filter_map(|row| Waiting::of(&event_from(row).ok()?)) {
        let values = vec![waiting.subject.into(), waiting.happened.as_str().into()];
        carry_out(tx, "DELETE FROM report_queue WHERE subject = $1 AND kind = $2", values).await?;
    }
    Ok(())
}

const RESTART: [&str; 6] = [
    "DELETE FROM report_queue",
    "DELETE FROM report_rollup",
    "DELETE FROM report_buyer",
    "INSERT INTO report_queue (kind, subject, merchant_id, mode)
        SELECT 'created', id, merchant_id, mode FROM payment ORDER BY id
        ON CONFLICT (subject, kind) DO NOTHING",
    "INSERT INTO report_queue (kind, subject, merchant_id, mode)
        SELECT 'approved', attempt.id, attempt.merchant_id, attempt.mode FROM attempt
        JOIN operation ON operation.attempt_id = attempt.id AND operation.kind = 'authorize'
            AND operation.status = 'succeeded'
        ORDER BY attempt.id ON CONFLICT (subject, kind) DO NOTHING",
    "INSERT INTO report_queue (kind, subject, merchant_id, mode)
        SELECT 'declined', id, merchant_id, mode FROM attempt WHERE decline_code IS NOT NULL ORDER BY id
        ON CONFLICT (subject, kind) DO NOTHING",
];

/// Makes the unit see one moment only. The first statement of a unit.
pub(crate) async fn freeze(tx: &Tx) -> Result<(), StoreError> {
    // SQLite's one writer sees one moment anyway.
    if tx.conn().get_database_backend() == DbBackend::Postgres {
        carry_out(tx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", Vec::new()).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct BuyerRow {
    merchant_id: Uuid,
    mode: String,
    buyer: String,
}

/// Who a buyer is to a merchant: the merchant, the mode, and a hash of their e-mail or card.
pub(crate) type BuyerKey = (Uuid, String, String);

/// Those of these buyers who bought before.
pub(crate) async fn known_buyers(conn: &impl ConnectionTrait, keys: &[BuyerKey]) -> Result<Vec<BuyerKey>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    // Of any of these merchants, with any of these names: the hash holds the merchant, so that is no more.
    let merchants: std::collections::BTreeSet<Uuid> = keys.iter().map(|key| key.0).collect();
    let sql = format!(
        "SELECT merchant_id, mode, buyer FROM report_buyer WHERE merchant_id IN ({}) AND mode IN ('test', 'live')
            AND buyer IN ({})",
        places(1, merchants.len()),
        places(merchants.len() + 1, keys.len())
    );
    let values = merchants.into_iter().map(Into::into).chain(keys.iter().map(|key| key.2.as_str().into()));
    let rows: Vec<BuyerRow> = ask(conn, &sql, values.collect()).await?;
    Ok(rows.into_iter().map(|row| (row.merchant_id, row.mode, row.buyer)).collect())
}

/// Writes down buyers who bought for the first time, each with the currency and the moment.
pub(crate) async fn put_buyers(tx: &Tx, buyers: &[(BuyerKey, String, i64)]) -> Result<(), StoreError> {
    if buyers.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..buyers.len()).map(|row| format!("({})", places(row * 5 + 1, 5))).collect();
    let sql =
        format!("INSERT INTO report_buyer (merchant_id, mode, buyer, currency, first_at) VALUES {}", rows.join(", "));
    let values = buyers.iter().flat_map(|((merchant, mode, buyer), currency, at)| {
        [(*merchant).into(), mode.as_str().into(), buyer.as_str().into(), currency.as_str().into(), (*at).into()]
    });
    carry_out(tx, &sql, values.collect()).await?;
    Ok(())
}
