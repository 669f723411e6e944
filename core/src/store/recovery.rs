//! Rows of recoveries: what is sent again to endpoints that missed it.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::webhook_recovery;
use super::{StoreError, Tx, changing};
use crate::clock::Timestamp;
use crate::id::{EndpointId, EventId, RecoveryId};
use crate::merchant::endpoint::Recovery;

/// As the partial index says it: neither database can tell in advance that a parameter fits an index.
const OPEN: &str = "finished_at IS NULL";

fn row(recovery: &Recovery) -> webhook_recovery::Model {
    webhook_recovery::Model {
        id: recovery.id.as_uuid(),
        endpoint_id: recovery.endpoint_id.as_uuid(),
        since: recovery.since.as_micros(),
        before: recovery.before.as_micros(),
        last_event_id: recovery.last_event.map(EventId::as_uuid),
        planned: recovery.planned,
        created_at: recovery.created_at.as_micros(),
        finished_at: recovery.finished_at.map(Timestamp::as_micros),
    }
}

fn recovery_from(row: webhook_recovery::Model) -> Recovery {
    Recovery {
        id: RecoveryId::from_uuid(row.id),
        endpoint_id: EndpointId::from_uuid(row.endpoint_id),
        since: Timestamp::from_micros(row.since),
        before: Timestamp::from_micros(row.before),
        last_event: row.last_event_id.map(EventId::from_uuid),
        planned: row.planned,
        created_at: Timestamp::from_micros(row.created_at),
        finished_at: row.finished_at.map(Timestamp::from_micros),
    }
}

pub(crate) async fn insert(tx: &Tx, recovery: &Recovery) -> Result<(), StoreError> {
    webhook_recovery::Entity::insert(row(recovery).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes how far a recovery that was read by [`lock`] in the same unit has come.
pub(crate) async fn update(tx: &Tx, recovery: &Recovery) -> Result<(), StoreError> {
    use webhook_recovery::Column::{Before, CreatedAt, EndpointId, Since};
    let row: webhook_recovery::ActiveModel = changing(row(recovery), &[Before, CreatedAt, EndpointId, Since]);
    webhook_recovery::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Reads a recovery and keeps others from changing it until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: RecoveryId) -> Result<Option<Recovery>, StoreError> {
    // Renders nothing on SQLite, whose one writer is the lock.
    let query = webhook_recovery::Entity::find_by_id(id.as_uuid()).lock(LockType::Update);
    Ok(query.one(tx.conn()).await?.map(recovery_from))
}

/// Whether an endpoint has one that is not finished.
pub(crate) async fn is_open(conn: &impl ConnectionTrait, endpoint: EndpointId) -> Result<bool, StoreError> {
    let query = webhook_recovery::Entity::find()
        .filter(webhook_recovery::Column::EndpointId.eq(endpoint.as_uuid()))
        .filter(Expr::cust(OPEN));
    Ok(query.one(conn).await?.is_some())
}

/// Those that are not finished, oldest first.
pub(crate) async fn open(conn: &impl ConnectionTrait) -> Result<Vec<RecoveryId>, StoreError> {
    let query = webhook_recovery::Entity::find()
        .select_only()
        .column(webhook_recovery::Column::Id)
        .filter(Expr::cust(OPEN))
        .order_by(webhook_recovery::Column::Id, Order::Asc)
        .into_tuple::<Uuid>();
    Ok(query.all(conn).await?.into_iter().map(RecoveryId::from_uuid).collect())
}

/// An endpoint's recoveries, newest first.
pub(crate) async fn of_endpoint(
    conn: &impl ConnectionTrait,
    endpoint: EndpointId,
    limit: u64,
) -> Result<Vec<Recovery>, StoreError> {
    let query = webhook_recovery::Entity::find()
        .filter(webhook_recovery::Column::EndpointId.eq(endpoint.as_uuid()))
        .order_by(webhook_recovery::Column::Id, Order::Desc)
        .limit(limit);
    Ok(query.all(conn).await?.into_iter().map(recovery_from).collect())
}
