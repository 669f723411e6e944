//! Rows of keys, and of everything that is sealed under a master key.

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::clock::Timestamp;
use crate::id::{AttemptId, DataKeyId, EndpointId, MerchantId};
use crate::store::entity::{attempt, install_key, vault_card, vault_key, webhook_secret};
use crate::store::{StoreError, Tx};
use crate::vault::key::WrappedKey;

const LOOKUP: &str = "lookup";

fn key_from(row: vault_key::Model) -> WrappedKey {
    WrappedKey {
        id: DataKeyId::from_uuid(row.id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        wrapped: row.wrapped,
        master: row.master,
        created_at: Timestamp::from_micros(row.created_at),
        retired_at: row.retired_at.map(Timestamp::from_micros),
    }
}

/// Stores the install's sealed lookup keys, if none are stored.
pub(crate) async fn insert_lookup(tx: &Tx, sealed: Vec<u8>, now: Timestamp) -> Result<(), StoreError> {
    let row = install_key::Model { purpose: LOOKUP.to_owned(), sealed, created_at: now.as_micros() };
    install_key::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(install_key::Column::Purpose).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn lookup(conn: &impl ConnectionTrait) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(install_key::Entity::find_by_id(LOOKUP.to_owned()).one(conn).await?.map(|row| row.sealed))
}

pub(crate) async fn update_lookup(tx: &Tx, sealed: Vec<u8>) -> Result<(), StoreError> {
    install_key::Entity::update_many()
        .col_expr(install_key::Column::Sealed, Expr::value(sealed))
        .filter(install_key::Column::Purpose.eq(LOOKUP))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: DataKeyId) -> Result<Option<WrappedKey>, StoreError> {
    Ok(vault_key::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(key_from))
}

pub(crate) async fn current(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
) -> Result<Option<WrappedKey>, StoreError> {
    let query = vault_key::Entity::find()
        .filter(vault_key::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(Expr::cust("retired_at IS NULL"));
    Ok(query.one(conn).await?.map(key_from))
}

/// Stores a merchant's data key, unless another unit did meanwhile.
pub(crate) async fn insert(tx: &Tx, key: &WrappedKey) -> Result<(), StoreError> {
    let row = vault_key::Model {
        id: key.id.as_uuid(),
        merchant_id: key.merchant_id.as_uuid(),
        wrapped: key.wrapped.clone(),
        master: key.master.clone(),
        created_at: key.created_at.as_micros(),
        retired_at: key.retired_at.map(Timestamp::as_micros),
    };
    vault_key::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn rewrite(tx: &Tx, key: &WrappedKey) -> Result<(), StoreError> {
    vault_key::Entity::update_many()
        .col_expr(vault_key::Column::Wrapped, Expr::value(key.wrapped.clone()))
        .col_expr(vault_key::Column::Master, Expr::value(key.master.as_str()))
        .filter(vault_key::Column::Id.eq(key.id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Takes a data key out of use for new cards.
pub(crate) async fn retire(tx: &Tx, id: DataKeyId, now: Timestamp) -> Result<(), StoreError> {
    vault_key::Entity::update_many()
        .col_expr(vault_key::Column::RetiredAt, Expr::value(now.as_micros()))
        .filter(vault_key::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Throws away what a retired data key is: without it nothing that it sealed opens, wherever a copy is.
pub(crate) async fn destroy_unused(tx: &Tx, merchant: MerchantId) -> Result<(), StoreError> {
    let in_use = vault_card::Entity::find()
        .select_only()
        .column(vault_card::Column::KeyId)
        .filter(vault_card::Column::Sealed.is_not_null());
    vault_key::Entity::update_many()
        .col_expr(vault_key::Column::Wrapped, Expr::value(Vec::<u8>::new()))
        .col_expr(vault_key::Column::Master, Expr::value("destroyed"))
        .filter(vault_key::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(vault_key::Column::RetiredAt.is_not_null())
        .filter(vault_key::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(in_use)))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Every data key in use.
pub(crate) async fn all_current(conn: &impl ConnectionTrait) -> Result<Vec<WrappedKey>, StoreError> {
    let query = vault_key::Entity::find().filter(Expr::cust("retired_at IS NULL"));
    Ok(query.order_by(vault_key::Column::Id, Order::Asc).all(conn).await?.into_iter().map(key_from).collect())
}

/// Data keys that another master key than this one wraps.
pub(crate) async fn foreign_keys(tx: &Tx, master: &str, limit: u64) -> Result<Vec<WrappedKey>, StoreError> {
    let query = vault_key::Entity::find()
        .filter(vault_key::Column::Master.is_not_in([master, "destroyed"]))
        .order_by(vault_key::Column::Id, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(query.all(tx.conn()).await?.into_iter().map(key_from).collect())
}

/// How many data keys each master key wraps.
pub(crate) async fn count_by_master(conn: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, StoreError> {
    let query = vault_key::Entity::find()
        .select_only()
        .column(vault_key::Column::Master)
        .column_as(vault_key::Column::Id.count(), "keys")
        .filter(vault_key::Column::Master.ne("destroyed"))
        .group_by(vault_key::Column::Master);
    Ok(query.into_tuple::<(String, i64)>().all(conn).await?)
}

/// Whether sealed bytes begin otherwise: SQLite's and PostgreSQL's `substr` both count bytes here.
pub(in crate::store) fn begins_otherwise(column: &str, header: &[u8]) -> SimpleExpr {
    Expr::cust(format!("substr({column}, 1, {})", header.len())).ne(header.to_vec())
}

/// Webhook secrets that do not begin with `header`.
pub(crate) async fn foreign_secrets(
    tx: &Tx,
    header: &[u8],
    limit: u64,
) -> Result<Vec<(EndpointId, uuid::Uuid, Vec<u8>)>, StoreError> {
    let query = webhook_secret::Entity::find()
        .filter(begins_otherwise("sealed", header))
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let rows = query.all(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| (EndpointId::from_uuid(row.endpoint_id), row.id, row.sealed)).collect())
}

pub(crate) async fn rewrite_secret(tx: &Tx, id: uuid::Uuid, sealed: Vec<u8>) -> Result<(), StoreError> {
    webhook_secret::Entity::update_many()
        .col_expr(webhook_secret::Column::Sealed, Expr::value(sealed))
        .filter(webhook_secret::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Held cards of attempts that do not begin with `header`.
pub(crate) async fn foreign_attempts(
    tx: &Tx,
    header: &[u8],
    limit: u64,
) -> Result<Vec<(AttemptId, Vec<u8>)>, StoreError> {
    let query = attempt::Entity::find()
        .select_only()
        .columns([attempt::Column::Id, attempt::Column::SealedCard])
        .filter(Expr::cust("sealed_card IS NOT NULL"))
        .filter(begins_otherwise("sealed_card", header))
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let rows = query.into_tuple::<(uuid::Uuid, Vec<u8>)>().all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, sealed)| (AttemptId::from_uuid(id), sealed)).collect())
}

/// Only while the card is still held: whoever decided meanwhile erased it.
pub(crate) async fn rewrite_attempt(tx: &Tx, id: AttemptId, sealed: Vec<u8>) -> Result<(), StoreError> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::SealedCard, Expr::value(sealed))
        .filter(attempt::Column::Id.eq(id.as_uuid()))
        .filter(attempt::Column::SealedCard.is_not_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How many webhook secrets and held cards begin otherwise.
pub(crate) async fn count_foreign(conn: &impl ConnectionTrait, header: &[u8]) -> Result<(u64, u64), StoreError> {
    let secrets = webhook_secret::Entity::find().filter(begins_otherwise("sealed", header)).count(conn).await?;
    let attempts = attempt::Entity::find()
        .filter(Expr::cust("sealed_card IS NOT NULL"))
        .filter(begins_otherwise("sealed_card", header))
        .count(conn)
        .await?;
    Ok((secrets, attempts))
}
