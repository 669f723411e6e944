//! Rows of the bot's inbox, conversations and buttons.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
};

use super::entity::{bot_button, bot_conversation, bot_update, receipt_file};
use super::{StoreError, Tx, Work};
use crate::bot::{InboxUpdate, PressedButton, ReceiptKey};
use crate::clock::Timestamp;
use crate::id::ButtonId;

/// The error's words are kept up to here.
const ERROR_CHARS_MAX: usize = 500;

pub(crate) async fn insert_updates(tx: &Tx, updates: &[InboxUpdate], now: Timestamp) -> Result<u64, StoreError> {
    tx.leave(Work::Updates);
    let mut new = 0;
    for update in updates {
        let row = bot_update::Model {
            update_id: update.update_id,
            chat_id: update.chat_id,
            payload: update.payload.replace("\\u0000", "\\ufffd"),
            state: "pending".to_owned(),
            attempts: 0,
            error: None,
            received_at: now.as_micros(),
        };
        let inserted = bot_update::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(bot_update::Column::UpdateId).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.conn())
            .await?;
        new += u64::from(matches!(inserted, TryInsertResult::Inserted(count) if count > 0));
    }
    Ok(new)
}

pub(crate) async fn pending_updates(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<InboxUpdate>, StoreError> {
    let rows = bot_update::Entity::find()
        .filter(bot_update::Column::State.eq("pending"))
        .order_by(bot_update::Column::UpdateId, Order::Asc)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| InboxUpdate {
            update_id: row.update_id,
            chat_id: row.chat_id,
            payload: row.payload,
            attempts: row.attempts,
        })
        .collect())
}

pub(crate) async fn settle_update(tx: &Tx, update_id: i64, error: Option<&str>) -> Result<(), StoreError> {
    let state = if error.is_some() { "dead" } else { "done" };
    let error: Option<String> = error.map(|text| text.chars().take(ERROR_CHARS_MAX).collect());
    bot_update::Entity::update_many()
        .col_expr(bot_update::Column::State, Expr::value(state))
        .col_expr(bot_update::Column::Error, Expr::value(error))
        .col_expr(bot_update::Column::Attempts, Expr::col(bot_update::Column::Attempts).add(1))
        .filter(bot_update::Column::UpdateId.eq(update_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn count_updates(conn: &impl ConnectionTrait) -> Result<(u64, u64), StoreError> {
    let count = |state: &'static str| bot_update::Entity::find().filter(bot_update::Column::State.eq(state));
    Ok((count("pending").count(conn).await?, count("dead").count(conn).await?))
}

pub(crate) async fn sweep(tx: &Tx, now: Timestamp, updates_before: Timestamp) -> Result<(), StoreError> {
    bot_update::Entity::delete_many()
        .filter(bot_update::Column::ReceivedAt.lt(updates_before.as_micros()))
        .filter(bot_update::Column::State.ne("pending"))
        .exec(tx.conn())
        .await?;
    bot_conversation::Entity::delete_many()
        .filter(bot_conversation::Column::ExpiresAt.lt(now.as_micros()))
        .exec(tx.conn())
        .await?;
    bot_button::Entity::delete_many()
        .filter(bot_button::Column::ExpiresAt.lt(updates_before.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn conversation(
    conn: &impl ConnectionTrait,
    chat_id: i64,
    tg_user_id: i64,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row = bot_conversation::Entity::find_by_id((chat_id, tg_user_id))
        .filter(bot_conversation::Column::ExpiresAt.gt(now.as_micros()))
        .one(conn)
        .await?;
    Ok(row.map(|row| row.state))
}

pub(crate) async fn set_conversation(
    tx: &Tx,
    chat_id: i64,
    tg_user_id: i64,
    state: Option<&str>,
    until: Timestamp,
) -> Result<(), StoreError> {
    let Some(state) = state else {
        let own = Condition::all()
            .add(bot_conversation::Column::ChatId.eq(chat_id))
            .add(bot_conversation::Column::TgUserId.eq(tg_user_id));
        bot_conversation::Entity::delete_many().filter(own).exec(tx.conn()).await?;
        return Ok(());
    };
    let row = bot_conversation::Model { chat_id, tg_user_id, state: state.to_owned(), expires_at: until.as_micros() };
    let key = [bot_conversation::Column::ChatId, bot_conversation::Column::TgUserId];
    let changed = [bot_conversation::Column::State, bot_conversation::Column::ExpiresAt];
    bot_conversation::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_columns(changed).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert_button(
    tx: &Tx,
    id: ButtonId,
    tg_user_id: i64,
    chat_id: i64,
    action: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let row = bot_button::Model {
        id: id.as_uuid(),
        tg_user_id,
        chat_id,
        action: action.to_owned(),
        created_at: now.as_micros(),
        expires_at: until.as_micros(),
        used_at: None,
    };
    bot_button::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn press_button(
    tx: &Tx,
    id: ButtonId,
    tg_user_id: i64,
    chat_id: i64,
    now: Timestamp,
) -> Result<Option<PressedButton>, StoreError> {
    let updated = bot_button::Entity::update_many()
        .col_expr(bot_button::Column::UsedAt, Expr::value(now.as_micros()))
        .filter(bot_button::Column::Id.eq(id.as_uuid()))
        .filter(bot_button::Column::TgUserId.eq(tg_user_id))
        .filter(bot_button::Column::ChatId.eq(chat_id))
        .filter(bot_button::Column::UsedAt.is_null())
        .filter(bot_button::Column::ExpiresAt.gt(now.as_micros()))
        .exec(tx.conn())
        .await?;
    if updated.rows_affected == 0 {
        return Ok(None);
    }
    let row = bot_button::Entity::find_by_id(id.as_uuid()).one(tx.conn()).await?;
    Ok(row.map(|row| PressedButton { action: row.action }))
}

/// Telegram's id of a receipt with this content.
pub(crate) async fn receipt_file(
    conn: &impl ConnectionTrait,
    receipt: &ReceiptKey<'_>,
) -> Result<Option<String>, StoreError> {
    let key = (receipt.payment.as_uuid(), receipt.language.code().to_owned());
    let row = receipt_file::Entity::find_by_id(key).one(conn).await?;
    Ok(row.filter(|row| row.digest == receipt.digest).map(|row| row.file_id))
}

/// Remembers Telegram's id of a receipt.
pub(crate) async fn keep_receipt_file(
    tx: &Tx,
    receipt: &ReceiptKey<'_>,
    file_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = receipt_file::Model {
        payment_id: receipt.payment.as_uuid(),
        language: receipt.language.code().to_owned(),
        digest: receipt.digest.to_owned(),
        file_id: file_id.to_owned(),
        created_at: now.as_micros(),
    };
    let key = [receipt_file::Column::PaymentId, receipt_file::Column::Language];
    let newer = [receipt_file::Column::Digest, receipt_file::Column::FileId, receipt_file::Column::CreatedAt];
    receipt_file::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_columns(newer).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
