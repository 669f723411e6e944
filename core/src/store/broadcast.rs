//! Rows of broadcasts.

use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};

use super::entity::broadcast;
use super::{StoreError, Tx, changing};
use crate::clock::Timestamp;
use crate::id::{AccountId, BroadcastId};
use crate::language::Language;
use crate::preference::{Broadcast, BroadcastState, ProgressMessage, SHOWN_TO_THE_END};

const FINISHED: &str = "finished_at IS NULL";

fn row(broadcast: &Broadcast) -> broadcast::Model {
    broadcast::Model {
        id: broadcast.id.as_uuid(),
        name: broadcast.news.name().to_owned(),
        language: broadcast.language.map(|language| language.code().to_owned()),
        texts: broadcast.news.texts_json(),
        state: broadcast.state.as_str().to_owned(),
        not_before: broadcast.not_before.as_micros(),
        last_account_id: broadcast.last_account.map(AccountId::as_uuid),
        written: i64::try_from(broadcast.written).unwrap_or(i64::MAX),
        created_by: broadcast.created_by.clone(),
        created_at: broadcast.created_at.as_micros(),
        finished_at: broadcast.finished_at.map(Timestamp::as_micros),
        chat_id: broadcast.progress.as_ref().map(|shown| shown.chat_id),
        message_id: broadcast.progress.as_ref().map(|shown| shown.message_id),
        shown: broadcast.progress.as_ref().map(|shown| shown.text.clone()).unwrap_or_default(),
    }
}

fn broadcast_from(row: broadcast::Model) -> Result<Broadcast, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "broadcast", column };
    let language = row.language.as_deref().map(|code| Language::from_code(code).ok_or_else(|| bad("language")));
    let message = row.chat_id.zip(row.message_id);
    Ok(Broadcast {
        id: BroadcastId::from_uuid(row.id),
        news: crate::preference::News::from_json(&row.name, &row.texts).ok_or_else(|| bad("texts"))?,
        language: language.transpose()?,
        state: BroadcastState::from_name(&row.state).ok_or_else(|| bad("state"))?,
        not_before: Timestamp::from_micros(row.not_before),
        last_account: row.last_account_id.map(AccountId::from_uuid),
        written: u64::try_from(row.written).unwrap_or(0),
        created_by: row.created_by,
        created_at: Timestamp::from_micros(row.created_at),
        finished_at: row.finished_at.map(Timestamp::from_micros),
        progress: message.map(|(chat_id, message_id)| ProgressMessage { chat_id, message_id, text: row.shown }),
    })
}

/// Writes a new one. `false` when there is one of its name.
pub(crate) async fn insert(tx: &Tx, broadcast: &Broadcast) -> Result<bool, StoreError> {
    let inserted = broadcast::Entity::insert(row(broadcast).into_active_model())
        .on_conflict(OnConflict::column(broadcast::Column::Name).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

/// Writes what changes of one.
pub(crate) async fn update(tx: &Tx, broadcast: &Broadcast) -> Result<(), StoreError> {
    let fixed = [
        broadcast::Column::Name,
        broadcast::Column::Language,
        broadcast::Column::Texts,
        broadcast::Column::CreatedBy,
        broadcast::Column::CreatedAt,
    ];
    let changed: broadcast::ActiveModel = changing(row(broadcast), &fixed);
    broadcast::Entity::update(changed).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// One, locked until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: BroadcastId) -> Result<Option<Broadcast>, StoreError> {
    let query = broadcast::Entity::find_by_id(id.as_uuid()).lock(LockType::Update);
    query.one(tx.conn()).await?.map(broadcast_from).transpose()
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: BroadcastId) -> Result<Option<Broadcast>, StoreError> {
    broadcast::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(broadcast_from).transpose()
}

pub(crate) async fn by_name(conn: &impl ConnectionTrait, name: &str) -> Result<Option<Broadcast>, StoreError> {
    let query = broadcast::Entity::find().filter(broadcast::Column::Name.eq(name));
    query.one(conn).await?.map(broadcast_from).transpose()
}

/// Those that are to be worked on now, the oldest first.
pub(crate) async fn due(conn: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Broadcast>, StoreError> {
    let query = broadcast::Entity::find()
        .filter(Expr::cust(FINISHED))
        .filter(broadcast::Column::State.eq(BroadcastState::Running.as_str()))
        .filter(broadcast::Column::NotBefore.lte(now.as_micros()))
        .order_by(broadcast::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(broadcast_from).collect()
}

/// The latest ones.
pub(crate) async fn latest(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Broadcast>, StoreError> {
    let query = broadcast::Entity::find().order_by(broadcast::Column::Id, Order::Desc).limit(limit);
    query.all(conn).await?.into_iter().map(broadcast_from).collect()
}

/// Those with a message that shows how far they are, whose end it does not show yet.
pub(crate) async fn followed(conn: &impl ConnectionTrait) -> Result<Vec<Broadcast>, StoreError> {
    let query = broadcast::Entity::find()
        .filter(broadcast::Column::MessageId.is_not_null())
        .filter(broadcast::Column::Shown.ne(SHOWN_TO_THE_END))
        .order_by(broadcast::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(broadcast_from).collect()
}
