//! Rows of the chain of seals, the queue before it, and the folded balances behind it.

use sea_orm::sea_query::{LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::store::entity::{ledger_balance, ledger_head, ledger_queue, ledger_seal};
use crate::store::{StoreError, Tx, locks_rows};

/// The newest seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) number: i64,
    pub(crate) hash: String,
}

/// The seal of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) number: i64,
    pub(crate) transaction: Uuid,
    pub(crate) hash: String,
}

/// The key of a folded balance: merchant, mode, currency, account.
pub(crate) type BalanceKey = (Uuid, String, String, String);

/// Takes the head, and with it the turn to seal; `None` when another instance has it.
pub(crate) async fn take_head(tx: &Tx) -> Result<Option<Head>, StoreError> {
    let mut query = ledger_head::Entity::find_by_id(1);
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(tx.conn()).await?.map(|row| Head { number: row.number, hash: row.hash }))
}

/// The head as it stands.
pub(crate) async fn head(conn: &impl ConnectionTrait) -> Result<Head, StoreError> {
    let row = ledger_head::Entity::find_by_id(1).one(conn).await?;
    let row = row.ok_or(StoreError::Unreadable { table: "ledger_head", column: "id" })?;
    Ok(Head { number: row.number, hash: row.hash })
}

pub(crate) async fn move_head(tx: &Tx, head: &Head) -> Result<(), StoreError> {
    let row = ledger_head::Model { id: 1, number: head.number, hash: head.hash.clone() };
    ledger_head::Entity::update(row.into_active_model().reset_all())
        .validate()?
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Whether something waits to be sealed.
pub(crate) async fn any_queued(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(ledger_queue::Entity::find().limit(1).one(conn).await?.is_some())
}

/// How many transactions wait to be sealed.
pub(crate) async fn count_queued(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(ledger_queue::Entity::find().count(conn).await?)
}

/// The transactions that wait longest, with their positions in the queue.
pub(crate) async fn queued(tx: &Tx, limit: u64) -> Result<Vec<(i64, Uuid)>, StoreError> {
    let query = ledger_queue::Entity::find().order_by(ledger_queue::Column::Position, Order::Asc).limit(limit);
    Ok(query.all(tx.conn()).await?.into_iter().map(|row| (row.position, row.transaction_id)).collect())
}

/// Takes positions out of the queue. By number, not "up to": a lower position may be written later.
pub(crate) async fn unqueue(tx: &Tx, positions: &[i64]) -> Result<(), StoreError> {
    ledger_queue::Entity::delete_many()
        .filter(ledger_queue::Column::Position.is_in(positions.iter().copied()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert(tx: &Tx, seals: &[Seal], now: Timestamp) -> Result<(), StoreError> {
    let rows = seals.iter().map(|seal| {
        let row = ledger_seal::Model {
            number: seal.number,
            transaction_id: seal.transaction,
            hash: seal.hash.clone(),
            sealed_at: now.as_micros(),
        };
        row.into_active_model()
    });
    ledger_seal::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The seals behind a number, in order.
pub(crate) async fn after(conn: &impl ConnectionTrait, number: i64, limit: u64) -> Result<Vec<Seal>, StoreError> {
    let query = ledger_seal::Entity::find()
        .filter(ledger_seal::Column::Number.gt(number))
        .order_by(ledger_seal::Column::Number, Order::Asc)
        .limit(limit);
    let rows = query.all(conn).await?.into_iter();
    Ok(rows.map(|row| Seal { number: row.number, transaction: row.transaction_id, hash: row.hash }).collect())
}

/// The folded balances of these accounts; those without one yet are not among them.
pub(crate) async fn folded(tx: &Tx, keys: &[&BalanceKey]) -> Result<Vec<(BalanceKey, i64)>, StoreError> {
    use ledger_balance::Column;
    // Accounts of any of these merchants that have any of these names: a few more than asked for.
    let rows = ledger_balance::Entity::find()
        .filter(Column::MerchantId.is_in(keys.iter().map(|key| key.0)))
        .filter(Column::Account.is_in(keys.iter().map(|key| key.3.as_str())))
        .all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| ((row.merchant_id, row.mode, row.currency, row.account), row.balance)).collect())
}

/// Writes balances whole: a constraint on them must see the sum and not the difference.
pub(crate) async fn put_folded(tx: &Tx, balances: &[(BalanceKey, i64)]) -> Result<(), StoreError> {
    use ledger_balance::Column;
    let rows = balances.iter().map(|((merchant_id, mode, currency, account), balance)| {
        let row = ledger_balance::Model {
            merchant_id: *merchant_id,
            mode: mode.clone(),
            currency: currency.clone(),
            account: account.clone(),
            balance: *balance,
        };
        row.into_active_model()
    });
    let key = [Column::MerchantId, Column::Mode, Column::Currency, Column::Account];
    ledger_balance::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns(key).update_column(Column::Balance).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
