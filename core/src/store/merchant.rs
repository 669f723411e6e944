//! Rows of merchants, keys and webhook endpoints.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Order,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::entity::{merchant, merchant_key, webhook_endpoint, webhook_secret};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{EndpointId, KeyId, MerchantId};
use crate::language::Language;
use crate::merchant::endpoint::{Endpoint, EndpointStatus};
use crate::merchant::{Merchant, Mode, Scope};

fn merchant_from(row: merchant::Model) -> Merchant {
    Merchant {
        id: MerchantId::from_uuid(row.id),
        name: row.name,
        language: Language::from_code(&row.language).unwrap_or_default(),
    }
}

fn endpoint_row(endpoint: &Endpoint) -> webhook_endpoint::Model {
    let names: Vec<&str> = endpoint.events.iter().map(|kind| kind.as_str()).collect();
    webhook_endpoint::Model {
        id: endpoint.id.as_uuid(),
        merchant_id: endpoint.merchant_id.as_uuid(),
        mode: endpoint.mode.as_str().to_owned(),
        url: endpoint.url.clone(),
        events: names.join(" "),
        status: endpoint.status.as_str().to_owned(),
        disabled_reason: endpoint.disabled_reason.clone(),
        failing_since: endpoint.failing_since.map(Timestamp::as_micros),
        failures: endpoint.failures,
        warned: endpoint.warned,
        created_at: endpoint.created_at.as_micros(),
    }
}

fn endpoint_from(row: webhook_endpoint::Model) -> Result<Endpoint, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "webhook_endpoint", column };
    Ok(Endpoint {
        id: EndpointId::from_uuid(row.id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        url: row.url,
        events: row.events.split_whitespace().filter_map(EventType::from_name).collect(),
        status: EndpointStatus::from_name(&row.status).ok_or_else(|| bad("status"))?,
        disabled_reason: row.disabled_reason,
        failing_since: row.failing_since.map(Timestamp::from_micros),
        failures: row.failures,
        warned: row.warned,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

pub(crate) async fn insert(tx: &Tx, merchant: &Merchant, now: Timestamp) -> Result<(), StoreError> {
    let row = merchant::Model {
        id: merchant.id.as_uuid(),
        name: merchant.name.clone(),
        language: merchant.language.code().to_owned(),
        created_at: now.as_micros(),
        site_key: 1,
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
    };
    merchant_key::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The world that a key with this hash opens.
pub(crate) async fn scope_by_key(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<Scope>, StoreError> {
    let query = merchant_key::Entity::find()
        .find_also_related(merchant::Entity)
        .filter(merchant_key::Column::Hash.eq(hash))
        .filter(merchant_key::Column::RevokedAt.is_null());
    let Some((key, Some(merchant))) = query.one(conn).await? else { return Ok(None) };
    let mode = Mode::from_name(&key.mode).ok_or(StoreError::Unreadable { table: "merchant_key", column: "mode" })?;
    Ok(Some(Scope { merchant: merchant_from(merchant), mode, key_id: Some(KeyId::from_uuid(key.id)) }))
}

pub(crate) async fn insert_endpoint(tx: &Tx, endpoint: &Endpoint) -> Result<(), StoreError> {
    let row = endpoint_row(endpoint).into_active_model();
    webhook_endpoint::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes an endpoint that was read by [`lock_endpoint`] in the same unit.
pub(crate) async fn update_endpoint(tx: &Tx, endpoint: &Endpoint) -> Result<(), StoreError> {
    let row = endpoint_row(endpoint).into_active_model().reset_all();
    webhook_endpoint::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Reads an endpoint and keeps others from changing it until the unit ends.
pub(crate) async fn lock_endpoint(tx: &Tx, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
    // Renders nothing on SQLite, whose one writer is the lock.
    let query = webhook_endpoint::Entity::find_by_id(id.as_uuid()).lock(LockType::Update);
    query.one(tx.conn()).await?.map(endpoint_from).transpose()
}

pub(crate) async fn endpoint(conn: &impl ConnectionTrait, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
    webhook_endpoint::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(endpoint_from).transpose()
}

/// A merchant's endpoints, oldest first, without those taken away.
pub(crate) async fn endpoints(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    mode: Mode,
) -> Result<Vec<Endpoint>, StoreError> {
    let query = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(webhook_endpoint::Column::Mode.eq(mode.as_str()))
        .filter(webhook_endpoint::Column::Status.ne(EndpointStatus::Deleted.as_str()))
        .order_by(webhook_endpoint::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(endpoint_from).collect()
}

pub(crate) async fn insert_secret(
    tx: &Tx,
    endpoint: EndpointId,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = webhook_secret::Model {
        id: EndpointId::new(now).as_uuid(),
        endpoint_id: endpoint.as_uuid(),
        sealed: sealed.to_vec(),
        created_at: now.as_micros(),
        expires_at: None,
    };
    webhook_secret::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Gives every secret without an end one.
pub(crate) async fn expire_secrets(tx: &Tx, endpoint: EndpointId, at: Timestamp) -> Result<(), StoreError> {
    webhook_secret::Entity::update_many()
        .col_expr(webhook_secret::Column::ExpiresAt, Expr::value(at.as_micros()))
        .filter(webhook_secret::Column::EndpointId.eq(endpoint.as_uuid()))
        .filter(webhook_secret::Column::ExpiresAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The secrets that sign now, newest first, at most ten.
pub(crate) async fn live_secrets(
    conn: &impl ConnectionTrait,
    endpoint: EndpointId,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let live = Condition::any()
        .add(webhook_secret::Column::ExpiresAt.is_null())
        .add(webhook_secret::Column::ExpiresAt.gt(now.as_micros()));
    let rows = webhook_secret::Entity::find()
        .filter(webhook_secret::Column::EndpointId.eq(endpoint.as_uuid()))
        .filter(live)
        .order_by(webhook_secret::Column::CreatedAt, Order::Desc)
        .limit(10)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.sealed).collect())
}
