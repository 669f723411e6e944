//! Rows of passwords that were replaced.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};

use super::entity::password_history;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, LinkId};

/// The hashes of the latest replaced passwords.
pub(crate) async fn latest(
    conn: &impl ConnectionTrait,
    account: AccountId,
    count: u64,
) -> Result<Vec<String>, StoreError> {
    let query = password_history::Entity::find()
        .filter(password_history::Column::AccountId.eq(account.as_uuid()))
        .order_by(password_history::Column::Id, Order::Desc)
        .limit(count);
    Ok(query.all(conn).await?.into_iter().map(|row| row.password_hash).collect())
}

/// Remembers a replaced password; of those before only the latest `kept` stay.
pub(crate) async fn remember(
    tx: &Tx,
    account: AccountId,
    hash: &str,
    kept: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = password_history::Model {
        // Any id that sorts by time serves.
        id: LinkId::new(now).as_uuid(),
        account_id: account.as_uuid(),
        password_hash: hash.to_owned(),
        replaced_at: now.as_micros(),
    };
    password_history::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    let rows = password_history::Entity::find()
        .select_only()
        .column(password_history::Column::Id)
        .filter(password_history::Column::AccountId.eq(account.as_uuid()))
        .order_by(password_history::Column::Id, Order::Desc);
    let ids: Vec<uuid::Uuid> = rows.into_tuple().all(tx.conn()).await?;
    let old: Vec<uuid::Uuid> = ids.into_iter().skip(usize::try_from(kept).unwrap_or(usize::MAX)).collect();
    if !old.is_empty() {
        let these = password_history::Entity::delete_many().filter(password_history::Column::Id.is_in(old));
        these.exec(tx.conn()).await?;
    }
    Ok(())
}

/// Forgets all of an account.
pub(crate) async fn forget(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let these =
        password_history::Entity::delete_many().filter(password_history::Column::AccountId.eq(account.as_uuid()));
    these.exec(tx.conn()).await?;
    Ok(())
}
