//! Rows of merchants and their keys.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};

use super::entity::{merchant, merchant_key};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{KeyId, MerchantId};
use crate::language::Language;
use crate::merchant::{Access, Key, Merchant, Mode, Scope};

pub(super) fn merchant_from(row: merchant::Model) -> Merchant {
    Merchant {
        id: MerchantId::from_uuid(row.id),
        name: row.name,
        language: Language::from_code(&row.language).unwrap_or_default(),
        // The database has no other names; whatever else stood there would open nothing.
        access: Access::from_name(&row.access).unwrap_or(Access::Closed),
        test_until: row.test_until.map(Timestamp::from_micros),
    }
}

pub(crate) async fn insert(tx: &Tx, merchant: &Merchant, now: Timestamp) -> Result<(), StoreError> {
    let row = merchant::Model {
        id: merchant.id.as_uuid(),
        name: merchant.name.clone(),
        language: merchant.language.code().to_owned(),
        created_at: now.as_micros(),
        site_key: 1,
        access: merchant.access.as_str().to_owned(),
        test_until: merchant.test_until.map(Timestamp::as_micros),
    };
    merchant::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: MerchantId) -> Result<Option<Merchant>, StoreError> {
    Ok(merchant::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(merchant_from))
}

/// Keeps others from changing what belongs to a merchant until the unit ends. `false` when there is none.
pub(crate) async fn lock(tx: &Tx, id: MerchantId) -> Result<bool, StoreError> {
    // Renders nothing on SQLite, whose one writer is the lock.
    let query = merchant::Entity::find_by_id(id.as_uuid()).lock(LockType::Update);
    Ok(query.one(tx.conn()).await?.is_some())
}

pub(crate) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Merchant>, StoreError> {
    let query = merchant::Entity::find().order_by(merchant::Column::Id, Order::Asc);
    Ok(query.all(conn).await?.into_iter().map(merchant_from).collect())
}

/// The name that buyers know a merchant by.
pub(crate) async fn name(conn: &impl ConnectionTrait, id: MerchantId) -> Result<String, StoreError> {
    Ok(by_id(conn, id).await?.map(|merchant| merchant.name).unwrap_or_default())
}

/// Merchants whose name holds this text, in any case; a few.
pub(crate) async fn named_like(conn: &impl ConnectionTrait, text: &str) -> Result<Vec<MerchantId>, StoreError> {
    const MANY: u64 = 2_000;
    const FEW: usize = 20;
    // Compared here: SQLite knows upper and lower case of ASCII only. An install has few merchants.
    let wanted = text.to_lowercase();
    let rows = merchant::Entity::find().order_by(merchant::Column::Id, Order::Asc).limit(MANY).all(conn).await?;
    let named = rows.into_iter().filter(|row| row.name.to_lowercase().contains(&wanted));
    Ok(named.map(|row| MerchantId::from_uuid(row.id)).take(FEW).collect())
}

/// Which of its site keys a merchant has now; they count from 1.
pub(crate) async fn site_key(conn: &impl ConnectionTrait, id: MerchantId) -> Result<Option<i32>, StoreError> {
    Ok(merchant::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(|row| row.site_key))
}

/// Gives a merchant its next site key. `false` when there is no such merchant.
pub(crate) async fn next_site_key(tx: &Tx, id: MerchantId) -> Result<bool, StoreError> {
    let done = merchant::Entity::update_many()
        .col_expr(merchant::Column::SiteKey, Expr::col(merchant::Column::SiteKey).add(1))
        .filter(merchant::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// How far a merchant is let in from now on.
pub(crate) async fn set_access(
    tx: &Tx,
    id: MerchantId,
    access: Access,
    test_until: Option<Timestamp>,
) -> Result<(), StoreError> {
    merchant::Entity::update_many()
        .col_expr(merchant::Column::Access, Expr::value(access.as_str()))
        .col_expr(merchant::Column::TestUntil, Expr::value(test_until.map(Timestamp::as_micros)))
        .filter(merchant::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert_key(
    tx: &Tx,
    id: KeyId,
    merchant: MerchantId,
    mode: Mode,
    hash: &str,
    last4: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = merchant_key::Model {
        id: id.as_uuid(),
        merchant_id: merchant.as_uuid(),
        mode: mode.as_str().to_owned(),
        hash: hash.to_owned(),
        last4: last4.to_owned(),
        created_at: now.as_micros(),
        revoked_at: None,
        used_at: None,
    };
    merchant_key::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The world that a key with this hash opens, and when the key was last used.
pub(crate) async fn scope_by_key(
    conn: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<(Scope, Option<Timestamp>)>, StoreError> {
    let query = merchant_key::Entity::find()
        .find_also_related(merchant::Entity)
        .filter(merchant_key::Column::Hash.eq(hash))
        .filter(merchant_key::Column::RevokedAt.is_null());
    let Some((key, Some(merchant))) = query.one(conn).await? else { return Ok(None) };
    let mode = Mode::from_name(&key.mode).ok_or(StoreError::Unreadable { table: "merchant_key", column: "mode" })?;
    let scope = Scope { merchant: merchant_from(merchant), mode, key_id: Some(KeyId::from_uuid(key.id)) };
    Ok(Some((scope, key.used_at.map(Timestamp::from_micros))))
}

pub(crate) async fn touch_key(tx: &Tx, id: KeyId, now: Timestamp) -> Result<(), StoreError> {
    merchant_key::Entity::update_many()
        .col_expr(merchant_key::Column::UsedAt, Expr::value(now.as_micros()))
        .filter(merchant_key::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The keys of a merchant in one mode, newest first.
pub(crate) async fn keys(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    mode: Mode,
) -> Result<Vec<Key>, StoreError> {
    let query = merchant_key::Entity::find()
        .filter(merchant_key::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(merchant_key::Column::Mode.eq(mode.as_str()))
        .order_by(merchant_key::Column::Id, Order::Desc);
    let rows = query.all(conn).await?;
    let key = |row: merchant_key::Model| Key {
        id: KeyId::from_uuid(row.id),
        mode,
        last4: row.last4,
        created_at: Timestamp::from_micros(row.created_at),
        used_at: row.used_at.map(Timestamp::from_micros),
        revoked_at: row.revoked_at.map(Timestamp::from_micros),
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Takes a key back. `false` when there is no such one, or it was taken back before.
pub(crate) async fn revoke_key(
    tx: &Tx,
    (merchant, mode): (MerchantId, Mode),
    id: KeyId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = merchant_key::Entity::update_many()
        .col_expr(merchant_key::Column::RevokedAt, Expr::value(now.as_micros()))
        .filter(merchant_key::Column::Id.eq(id.as_uuid()))
        .filter(merchant_key::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(merchant_key::Column::Mode.eq(mode.as_str()))
        .filter(merchant_key::Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}
