//! Rows of running processes.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::entity::instance;
use super::{StoreError, Tx};
use crate::clock::Timestamp;

/// Says that a process lives.
pub(crate) async fn beat(tx: &Tx, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let row = instance::Model { id, started_at: now.as_micros(), beat_at: now.as_micros() };
    instance::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(instance::Column::Id).update_column(instance::Column::BeatAt).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Says that a process ended.
pub(crate) async fn leave(tx: &Tx, id: Uuid) -> Result<(), StoreError> {
    instance::Entity::delete_by_id(id).exec(tx.conn()).await?;
    Ok(())
}

/// Forgets processes that have been silent since before this time.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp) -> Result<(), StoreError> {
    let silent = instance::Entity::delete_many().filter(instance::Column::BeatAt.lt(before.as_micros()));
    silent.exec(tx.conn()).await?;
    Ok(())
}
