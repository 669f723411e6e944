//! Rows of recipients: the unit of scheduling. `next_due_at` is when a recipient's earliest pending
//! delivery is due, or nothing.

use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{delivery, recipient};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::delivery::{ChannelKind, Lane};
use crate::id::DeliveryId;

/// The recipient with this address, made when it is new.
pub(crate) async fn ensure(
    tx: &Tx,
    channel: ChannelKind,
    lane: Lane,
    address: &str,
    due_at: Timestamp,
) -> Result<Uuid, StoreError> {
    let find = || {
        recipient::Entity::find()
            .filter(recipient::Column::Channel.eq(channel.as_str()))
            .filter(recipient::Column::Lane.eq(lane.rank()))
            .filter(recipient::Column::Address.eq(address))
    };
    if let Some(row) = find().one(tx.conn()).await? {
        if row.next_due_at.is_none_or(|at| at > due_at.as_micros()) {
            arm(tx, row.id, Some(due_at)).await?;
        }
        return Ok(row.id);
    }
    let id = DeliveryId::new(due_at).as_uuid();
    let row = recipient::Model {
        id,
        channel: channel.as_str().to_owned(),
        lane: lane.rank(),
        address: address.to_owned(),
        next_due_at: Some(due_at.as_micros()),
    };
    let columns = [recipient::Column::Channel, recipient::Column::Lane, recipient::Column::Address];
    recipient::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).update_column(recipient::Column::NextDueAt).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    let row = find().one(tx.conn()).await?.ok_or(StoreError::Interrupted)?;
    Ok(row.id)
}

pub(crate) async fn arm(tx: &Tx, id: Uuid, at: Option<Timestamp>) -> Result<(), StoreError> {
    recipient::Entity::update_many()
        .col_expr(recipient::Column::NextDueAt, Expr::value(at.map(Timestamp::as_micros)))
        .filter(recipient::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The recipients that wait longest, locked against other workers.
pub(crate) async fn due(
    tx: &Tx,
    channel: ChannelKind,
    lane: Lane,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Uuid>, StoreError> {
    let rows = recipient::Entity::find()
        .filter(recipient::Column::Channel.eq(channel.as_str()))
        .filter(recipient::Column::Lane.eq(lane.rank()))
        .filter(recipient::Column::NextDueAt.is_not_null())
        .filter(recipient::Column::NextDueAt.lte(now.as_micros()))
        .order_by(recipient::Column::NextDueAt, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// When the earliest recipient of a channel is due.
pub(crate) async fn next_due(
    conn: &impl ConnectionTrait,
    channel: ChannelKind,
) -> Result<Option<Timestamp>, StoreError> {
    let row = recipient::Entity::find()
        .filter(recipient::Column::Channel.eq(channel.as_str()))
        .filter(recipient::Column::NextDueAt.is_not_null())
        .order_by(recipient::Column::NextDueAt, Order::Asc)
        .one(conn)
        .await?;
    Ok(row.and_then(|row| row.next_due_at).map(Timestamp::from_micros))
}

/// Sets a recipient's next due moment from its pending deliveries, not before `earliest`.
pub(crate) async fn rearm(tx: &Tx, id: Uuid, earliest: Timestamp) -> Result<(), StoreError> {
    let next = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::NextAt)
        .filter(delivery::Column::RecipientId.eq(id))
        .filter(delivery::Column::State.eq("pending"))
        .order_by(delivery::Column::NextAt, Order::Asc)
        .into_tuple::<i64>()
        .one(tx.conn())
        .await?;
    arm(tx, id, next.map(|at| Timestamp::from_micros(at).max(earliest))).await
}
