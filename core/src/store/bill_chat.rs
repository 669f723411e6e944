//! Rows of chats that show a bill.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};

use super::entity::{bill, bill_chat};
use super::{StoreError, Tx};
use crate::bill::{Bill, BillChat};
use crate::clock::Timestamp;
use crate::id::BillId;
use crate::language::Language;

fn chat_from(row: &bill_chat::Model) -> BillChat {
    BillChat {
        chat_id: row.chat_id,
        message_id: row.message_id,
        language: Language::from_code(&row.language).unwrap_or_default(),
    }
}

/// The message of a chat that shows a bill from now on, in place of an earlier one.
pub(crate) async fn keep(tx: &Tx, id: BillId, chat: &BillChat, now: Timestamp) -> Result<(), StoreError> {
    let row = bill_chat::Model {
        bill_id: id.as_uuid(),
        chat_id: chat.chat_id,
        message_id: chat.message_id,
        language: chat.language.code().to_owned(),
        created_at: now.as_micros(),
    };
    let key = [bill_chat::Column::BillId, bill_chat::Column::ChatId];
    let newer = [bill_chat::Column::MessageId, bill_chat::Column::Language];
    bill_chat::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_columns(newer).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Every chat that shows a bill.
pub(crate) async fn of_bill(conn: &impl ConnectionTrait, id: BillId) -> Result<Vec<BillChat>, StoreError> {
    let rows = bill_chat::Entity::find().filter(bill_chat::Column::BillId.eq(id.as_uuid())).all(conn).await?;
    Ok(rows.iter().map(chat_from).collect())
}

/// How one chat shows a bill.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    id: BillId,
    chat_id: i64,
) -> Result<Option<BillChat>, StoreError> {
    let row = bill_chat::Entity::find_by_id((id.as_uuid(), chat_id)).one(conn).await?;
    Ok(row.as_ref().map(chat_from))
}

/// Open bills that were sent to this address or that this chat shows, newest first.
pub(crate) async fn open_bills(
    conn: &impl ConnectionTrait,
    email_ci: Option<&str>,
    chat_id: i64,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Bill>, StoreError> {
    let shown: Vec<uuid::Uuid> = bill_chat::Entity::find()
        .select_only()
        .column(bill_chat::Column::BillId)
        .filter(bill_chat::Column::ChatId.eq(chat_id))
        .order_by(bill_chat::Column::BillId, Order::Desc)
        .limit(SHOWN_MAX)
        .into_tuple()
        .all(conn)
        .await?;
    let mut whose = Condition::any().add(bill::Column::Id.is_in(shown));
    if let Some(email) = email_ci {
        whose = whose.add(bill::Column::EmailCi.eq(email));
    }
    let rows = bill::Entity::find()
        .filter(Expr::cust("state = 'open'"))
        .filter(bill::Column::ExpiresAt.gt(now.as_micros()))
        .filter(whose)
        .order_by(bill::Column::Id, Order::Desc)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(super::bill::bill_from).collect()
}

/// Bills of one chat that are looked through for open ones.
const SHOWN_MAX: u64 = 200;
