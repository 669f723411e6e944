//! Rows of log-ins that Telegram signed and that were used.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};

use super::entity::telegram_proof;
use super::{StoreError, Tx};
use crate::clock::Timestamp;

/// Writes a use down, and forgets those that nobody could repeat any more. `false` when it was used before.
pub(crate) async fn take(tx: &Tx, hash: &str, expires_at: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    let old = telegram_proof::Entity::delete_many().filter(telegram_proof::Column::ExpiresAt.lt(now.as_micros()));
    old.exec(tx.conn()).await?;
    let row = telegram_proof::Model { hash: hash.to_owned(), expires_at: expires_at.as_micros() };
    let inserted = telegram_proof::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(telegram_proof::Column::Hash).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}
