//! Rows of the ledger: entries, fees and balances. Sealing, checking and payouts have files of their own.

pub(crate) mod check;
pub(crate) mod payout;
pub(crate) mod seal;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, Order, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Statement,
    sea_query::{Expr, OnConflict, SimpleExpr},
};
use uuid::Uuid;

use super::entity::{ledger_entry, merchant_fee};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{MerchantId, OperationId, PaymentId, TransactionId};
use crate::ledger::fee::Fee;
use crate::ledger::{AccountBalance, Entry, EntryFilter, EntryId, Transaction};
use crate::merchant::Mode;

fn rows(transaction: &Transaction) -> impl Iterator<Item = ledger_entry::ActiveModel> {
    transaction.transfers.iter().zip(1..).map(|(transfer, line)| {
        let row = ledger_entry::Model {
            transaction_id: transaction.id.as_uuid(),
            line,
            kind: transaction.kind.as_str().to_owned(),
            mode: transaction.mode.as_str().to_owned(),
            currency: transaction.currency.code().to_owned(),
            debit: transfer.debit.to_string(),
            credit: transfer.credit.to_string(),
            amount: transfer.minor,
            merchant_id: transaction.merchant_id.as_uuid(),
            payment_id: transaction.payment_id.map(PaymentId::as_uuid),
            operation_id: transaction.operation_id.map(OperationId::as_uuid),
            subject: transaction.subject.clone(),
            created_at: transaction.created_at.as_micros(),
        };
        row.into_active_model()
    })
}

fn entry_from(row: ledger_entry::Model) -> Entry {
    Entry {
        id: EntryId { transaction: TransactionId::from_uuid(row.transaction_id), line: row.line },
        kind: row.kind,
        mode: row.mode,
        currency: row.currency,
        debit: row.debit,
        credit: row.credit,
        amount: row.amount,
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        payment_id: row.payment_id.map(PaymentId::from_uuid),
        operation_id: row.operation_id.map(OperationId::from_uuid),
        subject: row.subject,
        created_at: Timestamp::from_micros(row.created_at),
    }
}

/// Writes all entries of a transaction in one statement. A trigger queues it for the sealer.
pub(crate) async fn insert(tx: &Tx, transaction: &Transaction) -> Result<(), StoreError> {
    ledger_entry::Entity::insert_many(rows(transaction)).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Newest first; `before` is the last entry of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    filter: &EntryFilter,
    before: Option<EntryId>,
    limit: u64,
) -> Result<Vec<Entry>, StoreError> {
    use ledger_entry::Column;
    let mut all = Condition::all()
        .add(Column::MerchantId.eq(scope.0.as_uuid()))
        .add(Column::Mode.eq(scope.1.as_str()))
        .add_option(filter.payment.map(of_payment))
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind.as_str())))
        .add_option(filter.created_from.map(|at| Column::CreatedAt.gte(at.as_micros())))
        .add_option(filter.created_before.map(|at| Column::CreatedAt.lt(at.as_micros())));
    if let Some(before) = before {
        let id = before.transaction.as_uuid();
        let same = Condition::all().add(Column::TransactionId.eq(id)).add(Column::Line.lt(before.line));
        all = all.add(Column::TransactionId.lte(id)).add(Condition::any().add(Column::TransactionId.lt(id)).add(same));
    }
    let query = ledger_entry::Entity::find()
        .filter(all)
        .order_by(Column::TransactionId, Order::Desc)
        .order_by(Column::Line, Order::Desc)
        .limit(limit);
    Ok(query.all(conn).await?.into_iter().map(entry_from).collect())
}

/// The transactions about a payment, found by the index of their first lines.
fn of_payment(payment: PaymentId) -> SimpleExpr {
    let firsts = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::TransactionId)
        .filter(ledger_entry::Column::PaymentId.eq(payment.as_uuid()))
        // A literal, as in the index's predicate.
        .filter(Expr::cust("line = 1"));
    ledger_entry::Column::TransactionId.in_subquery(QueryTrait::into_query(firsts))
}

/// The entries of these transactions, by transaction and line.
pub(crate) async fn of_transactions(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Entry>, StoreError> {
    let query = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::TransactionId.is_in(ids.iter().copied()))
        .order_by(ledger_entry::Column::TransactionId, Order::Asc)
        .order_by(ledger_entry::Column::Line, Order::Asc);
    Ok(query.all(conn).await?.into_iter().map(entry_from).collect())
}

#[derive(FromQueryResult)]
struct BalanceRow {
    merchant_id: Uuid,
    mode: String,
    currency: String,
    account: String,
    balance: i64,
}

/// What is folded and what waits to be sealed, in one statement: a seal in between cannot be seen half.
/// `{world}` narrows each part.
const BALANCES: &str = "
SELECT merchant_id, mode, currency, account, CAST(SUM(amount) AS bigint) AS balance FROM (
    SELECT merchant_id, mode, currency, account, balance AS amount FROM ledger_balance WHERE {world}
    UNION ALL
    SELECT merchant_id, mode, currency, credit AS account, amount FROM ledger_queue
        JOIN ledger_entry ON ledger_entry.transaction_id = ledger_queue.transaction_id WHERE {world}
    UNION ALL
    SELECT merchant_id, mode, currency, debit AS account, -amount FROM ledger_queue
        JOIN ledger_entry ON ledger_entry.transaction_id = ledger_queue.transaction_id WHERE {world}
) AS moves
GROUP BY merchant_id, mode, currency, account";

/// Every balance at this moment, of one merchant and mode or of all.
pub(crate) async fn balances(
    conn: &impl ConnectionTrait,
    world: Option<(MerchantId, Mode)>,
) -> Result<Vec<AccountBalance>, StoreError> {
    let backend = conn.get_database_backend();
    let statement = match world {
        Some((merchant, mode)) => {
            let sql = BALANCES.replace("{world}", "merchant_id = $1 AND mode = $2");
            Statement::from_sql_and_values(backend, sql, [merchant.as_uuid().into(), mode.as_str().into()])
        }
        None => Statement::from_string(backend, BALANCES.replace("{world}", "1 = 1")),
    };
    let rows = BalanceRow::find_by_statement(statement).all(conn).await?;
    let mut balances: Vec<AccountBalance> = rows.into_iter().map(balance_from).collect::<Result<_, _>>()?;
    balances
        .sort_by_cached_key(|one| (one.merchant_id, one.mode.as_str(), one.currency.code(), one.account.to_string()));
    Ok(balances)
}

/// The balances of a merchant, and what of them moved at or after a moment.
#[derive(Debug)]
pub(crate) struct Standing {
    /// As they are now.
    pub(crate) now: Vec<AccountBalance>,
    /// What moved since, settlements and payouts apart.
    pub(crate) since: Vec<AccountBalance>,
}

#[derive(FromQueryResult)]
struct StandingRow {
    late: i32,
    #[sea_orm(nested)]
    balance: BalanceRow,
}

/// Balances, and what moved on each account at or after a moment: in one statement, so that nothing comes
/// between. Settlements and payouts do not count as moves: an earlier one has taken its part already.
const STANDING: &str = "
SELECT 0 AS late, merchant_id, mode, currency, account, balance FROM ({balances}) AS standing
UNION ALL
SELECT 1 AS late, merchant_id, mode, currency, account, CAST(SUM(amount) AS bigint) AS balance FROM (
    SELECT merchant_id, mode, currency, credit AS account, amount FROM ledger_entry WHERE {late}
    UNION ALL
    SELECT merchant_id, mode, currency, debit AS account, -amount FROM ledger_entry WHERE {late}
) AS late_moves
GROUP BY merchant_id, mode, currency, account";

const LATE: &str = "merchant_id = $1 AND mode = $2 AND transaction_id >= $3 AND created_at >= $4
        AND kind NOT IN ('settlement', 'payout')";

/// How a merchant stands, and what of it is from a moment or later.
pub(crate) async fn standing(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    since: Timestamp,
) -> Result<Standing, StoreError> {
    // Ids begin with their millisecond: no id of that time or later is smaller than this.
    let millis = u64::try_from(since.as_micros() / 1_000).unwrap_or(0);
    let first = Uuid::from_u128(u128::from(millis) << 80);
    let values = [merchant.as_uuid().into(), mode.as_str().into(), first.into(), since.as_micros().into()];
    let balances = BALANCES.replace("{world}", "merchant_id = $1 AND mode = $2");
    let sql = STANDING.replace("{balances}", &balances).replace("{late}", LATE);
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let mut standing = Standing { now: Vec::new(), since: Vec::new() };
    for row in StandingRow::find_by_statement(statement).all(conn).await? {
        let part = if row.late == 0 { &mut standing.now } else { &mut standing.since };
        part.push(balance_from(row.balance)?);
    }
    Ok(standing)
}

fn balance_from(row: BalanceRow) -> Result<AccountBalance, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "ledger_balance", column };
    Ok(AccountBalance {
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        currency: row.currency.parse().map_err(|_| bad("currency"))?,
        account: row.account.parse().map_err(|_| bad("account"))?,
        minor: row.balance,
    })
}

/// Every fee.
pub(crate) async fn fees(conn: &impl ConnectionTrait) -> Result<Vec<Fee>, StoreError> {
    merchant_fee::Entity::find().all(conn).await?.into_iter().map(fee_from).collect()
}

fn fee_from(row: merchant_fee::Model) -> Result<Fee, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "merchant_fee", column };
    Ok(Fee {
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        currency: row.currency.parse().map_err(|_| bad("currency"))?,
        method: row.method.parse().map_err(|_| bad("method"))?,
        basis_points: row.basis_points,
        fixed: row.fixed,
    })
}

/// Writes a fee; one that stood in its place is gone.
pub(crate) async fn put_fee(tx: &Tx, fee: &Fee, now: Timestamp) -> Result<(), StoreError> {
    use merchant_fee::Column;
    let row = merchant_fee::Model {
        merchant_id: fee.merchant_id.as_uuid(),
        mode: fee.mode.as_str().to_owned(),
        currency: fee.currency.code().to_owned(),
        method: fee.method.to_string(),
        basis_points: fee.basis_points,
        fixed: fee.fixed,
        changed_at: now.as_micros(),
    };
    let key = [Column::MerchantId, Column::Mode, Column::Currency, Column::Method];
    let changed = [Column::BasisPoints, Column::Fixed, Column::ChangedAt];
    merchant_fee::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_columns(changed).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
