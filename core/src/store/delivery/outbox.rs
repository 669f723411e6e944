//! Events one at a time: for the planner when a batch of them failed.

use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::id::EventId;
use crate::store::entity::event;
use crate::store::{StoreError, Tx};

/// The oldest events without deliveries.
pub(crate) async fn unplanned_ids(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<EventId>, StoreError> {
    let query = event::Entity::find()
        .select_only()
        .column(event::Column::Id)
        .filter(event::Column::PlannedAt.is_null())
        .order_by(event::Column::Id, Order::Asc)
        .limit(limit)
        .into_tuple::<Uuid>();
    Ok(query.all(conn).await?.into_iter().map(EventId::from_uuid).collect())
}

/// Locks an event that still has no deliveries against other planners. `false` when it is somebody
/// else's by now.
pub(crate) async fn take_unplanned(tx: &Tx, id: EventId) -> Result<bool, StoreError> {
    let query = event::Entity::find_by_id(id.as_uuid())
        .select_only()
        .column(event::Column::Id)
        .filter(event::Column::PlannedAt.is_null())
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple::<Uuid>();
    Ok(query.one(tx.conn()).await?.is_some())
}
