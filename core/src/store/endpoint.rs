//! Rows of webhook endpoints and their secrets.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::entity::{webhook_endpoint, webhook_secret};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::{EndpointId, MerchantId};
use crate::merchant::Mode;
use crate::merchant::endpoint::{Endpoint, EndpointPace, EndpointStatus, Payload};

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
        payload: endpoint.payload.as_str().to_owned(),
        header_names: endpoint.header_names.join(" "),
        public_key: endpoint.public_key.clone(),
        max_in_flight: i32::from(endpoint.pace.max_in_flight),
        rate_per_second: i32::from(endpoint.pace.rate_per_second),
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
        payload: Payload::from_name(&row.payload).ok_or_else(|| bad("payload"))?,
        header_names: row.header_names.split_whitespace().map(str::to_owned).collect(),
        public_key: row.public_key,
        pace: EndpointPace {
            max_in_flight: u8::try_from(row.max_in_flight).map_err(|_| bad("max_in_flight"))?,
            rate_per_second: u16::try_from(row.rate_per_second).map_err(|_| bad("rate_per_second"))?,
        },
    })
}

pub(crate) async fn insert(tx: &Tx, endpoint: &Endpoint) -> Result<(), StoreError> {
    let row = endpoint_row(endpoint).into_active_model();
    webhook_endpoint::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes an endpoint that was read by [`lock`] in the same unit.
pub(crate) async fn update(tx: &Tx, endpoint: &Endpoint) -> Result<(), StoreError> {
    let row = endpoint_row(endpoint).into_active_model().reset_all();
    webhook_endpoint::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Reads an endpoint and keeps others from changing it until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
    // Renders nothing on SQLite, whose one writer is the lock.
    let query = webhook_endpoint::Entity::find_by_id(id.as_uuid()).lock(LockType::Update);
    query.one(tx.conn()).await?.map(endpoint_from).transpose()
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
    webhook_endpoint::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(endpoint_from).transpose()
}

/// A merchant's endpoints, oldest first, without those taken away.
pub(crate) async fn of_merchant(
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

/// What a secret of an endpoint is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretKind {
    /// It signs (HMAC).
    Signing,
    /// It signs, too (Ed25519).
    Asymmetric,
    /// Headers that the merchant wants with each message.
    Headers,
}

impl SecretKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Asymmetric => "asymmetric",
            Self::Headers => "headers",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Signing, Self::Asymmetric, Self::Headers].into_iter().find(|kind| kind.as_str() == name)
    }
}

pub(crate) async fn insert_secret(
    tx: &Tx,
    endpoint: EndpointId,
    kind: SecretKind,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = webhook_secret::Model {
        id: EndpointId::new(now).as_uuid(),
        endpoint_id: endpoint.as_uuid(),
        sealed: sealed.to_vec(),
        created_at: now.as_micros(),
        expires_at: None,
        kind: kind.as_str().to_owned(),
    };
    webhook_secret::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Gives every signing secret without an end one.
pub(crate) async fn expire_secrets(tx: &Tx, endpoint: EndpointId, at: Timestamp) -> Result<(), StoreError> {
    webhook_secret::Entity::update_many()
        .col_expr(webhook_secret::Column::ExpiresAt, Expr::value(at.as_micros()))
        .filter(webhook_secret::Column::EndpointId.eq(endpoint.as_uuid()))
        .filter(webhook_secret::Column::Kind.eq(SecretKind::Signing.as_str()))
        .filter(webhook_secret::Column::ExpiresAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets the secrets of a kind.
pub(crate) async fn forget_secrets(tx: &Tx, endpoint: EndpointId, kind: SecretKind) -> Result<(), StoreError> {
    webhook_secret::Entity::delete_many()
        .filter(webhook_secret::Column::EndpointId.eq(endpoint.as_uuid()))
        .filter(webhook_secret::Column::Kind.eq(kind.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The secrets that count now, newest first, at most a dozen.
pub(crate) async fn live_secrets(
    conn: &impl ConnectionTrait,
    endpoint: EndpointId,
    now: Timestamp,
) -> Result<Vec<(SecretKind, Vec<u8>)>, StoreError> {
    let live = Condition::any()
        .add(webhook_secret::Column::ExpiresAt.is_null())
        .add(webhook_secret::Column::ExpiresAt.gt(now.as_micros()));
    let rows = webhook_secret::Entity::find()
        .filter(webhook_secret::Column::EndpointId.eq(endpoint.as_uuid()))
        .filter(live)
        // Without an end first: among many rotations at once, what is in force must be there.
        .order_by(Expr::cust("CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END"), Order::Asc)
        .order_by(webhook_secret::Column::CreatedAt, Order::Desc)
        .limit(12)
        .all(conn)
        .await?;
    let bad = StoreError::Unreadable { table: "webhook_secret", column: "kind" };
    let kinds = rows.into_iter().map(|row| Some((SecretKind::from_name(&row.kind)?, row.sealed)));
    kinds.collect::<Option<Vec<_>>>().ok_or(bad)
}
