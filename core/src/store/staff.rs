//! Rows of staff.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder};

use super::entity::staff;
use super::{StoreError, Tx};
use crate::account::{Role, StaffMember};
use crate::clock::Timestamp;
use crate::language::Language;

fn member_from(row: staff::Model) -> Result<StaffMember, StoreError> {
    Ok(StaffMember {
        tg_user_id: row.tg_user_id,
        chat_id: row.chat_id,
        name: row.name,
        role: Role::from_name(&row.role).ok_or(StoreError::Unreadable { table: "staff", column: "role" })?,
        language: Language::from_code(&row.language).unwrap_or_default(),
    })
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, tg_user_id: i64) -> Result<Option<StaffMember>, StoreError> {
    let query = staff::Entity::find_by_id(tg_user_id).filter(staff::Column::RemovedAt.is_null());
    query.one(conn).await?.map(member_from).transpose()
}

pub(crate) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<StaffMember>, StoreError> {
    let query =
        staff::Entity::find().filter(staff::Column::RemovedAt.is_null()).order_by(staff::Column::TgUserId, Order::Asc);
    query.all(conn).await?.into_iter().map(member_from).collect()
}

pub(crate) async fn upsert(tx: &Tx, member: &StaffMember, now: Timestamp) -> Result<(), StoreError> {
    let row = staff::Model {
        tg_user_id: member.tg_user_id,
        chat_id: member.chat_id,
        name: member.name.clone(),
        role: member.role.as_str().to_owned(),
        language: member.language.code().to_owned(),
        added_at: now.as_micros(),
        removed_at: None,
    };
    let changed = [
        staff::Column::ChatId,
        staff::Column::Name,
        staff::Column::Role,
        staff::Column::AddedAt,
        staff::Column::RemovedAt,
    ];
    staff::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(staff::Column::TgUserId).update_columns(changed).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn set_language(tx: &Tx, tg_user_id: i64, language: Language) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::Column::Language, Expr::value(language.code()))
        .filter(staff::Column::TgUserId.eq(tg_user_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
