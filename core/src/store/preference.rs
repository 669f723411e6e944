//! Rows of preferences, and of addresses that take no mail.

use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::entity::{account, mail_suppression, preference};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::delivery::ChannelKind;
use crate::id::AccountId;
use crate::language::Language;
use crate::preference::{Category, Choice, Matrix, Suppression, SuppressionReason};

/// What a person chose; the rest is as by default. A choice that this version does not know is left
/// to the one that does.
pub(crate) async fn matrix(conn: &impl ConnectionTrait, account: AccountId) -> Result<Matrix, StoreError> {
    let rows = preference::Entity::find().filter(preference::Column::AccountId.eq(account.as_uuid())).all(conn).await?;
    Ok(rows.into_iter().fold(Matrix::default(), |matrix, row| {
        match (Category::from_name(&row.category), ChannelKind::from_name(&row.channel)) {
            (Some(category), Some(channel)) => matrix.as_chosen(category, channel, row.enabled != 0),
            _ => matrix,
        }
    }))
}

/// Writes one choice over the one before.
pub(crate) async fn set(tx: &Tx, account: AccountId, choice: &Choice, now: Timestamp) -> Result<(), StoreError> {
    let row = preference::Model {
        account_id: account.as_uuid(),
        category: choice.category.as_str().to_owned(),
        channel: choice.channel.as_str().to_owned(),
        enabled: i32::from(choice.on),
        changed_at: now.as_micros(),
    };
    let key = [preference::Column::AccountId, preference::Column::Category, preference::Column::Channel];
    let newer = [preference::Column::Enabled, preference::Column::ChangedAt];
    preference::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).update_columns(newer).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Forgets what a person chose.
pub(crate) async fn forget(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    preference::Entity::delete_many()
        .filter(preference::Column::AccountId.eq(account.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The accounts that read a language.
fn readers_of(language: Language) -> SelectStatement {
    Query::select()
        .column(account::Column::Id)
        .from(account::Entity)
        .and_where(account::Column::Language.eq(language.code()))
        .to_owned()
}

/// How many switched a category on for any channel; only readers of one language, if one is named.
pub(crate) async fn count_subscribers(
    conn: &impl ConnectionTrait,
    category: Category,
    language: Option<Language>,
) -> Result<u64, StoreError> {
    let mut query = preference::Entity::find()
        .select_only()
        .column(preference::Column::AccountId)
        .distinct()
        .filter(preference::Column::Category.eq(category.as_str()))
        .filter(Expr::cust("enabled = 1"));
    if let Some(language) = language {
        query = query.filter(preference::Column::AccountId.in_subquery(readers_of(language)));
    }
    Ok(query.count(conn).await?)
}

/// Who switched a category on for any channel, in the order of their ids; only readers of one language, if
/// one is named.
pub(crate) async fn subscribers(
    conn: &impl ConnectionTrait,
    category: Category,
    language: Option<Language>,
    after: Option<AccountId>,
    limit: u64,
) -> Result<Vec<AccountId>, StoreError> {
    let mut query = preference::Entity::find()
        .select_only()
        .column(preference::Column::AccountId)
        .distinct()
        .filter(preference::Column::Category.eq(category.as_str()))
        .filter(Expr::cust("enabled = 1"))
        .order_by(preference::Column::AccountId, Order::Asc)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(preference::Column::AccountId.gt(after.as_uuid()));
    }
    if let Some(language) = language {
        query = query.filter(preference::Column::AccountId.in_subquery(readers_of(language)));
    }
    let ids = query.into_tuple::<Uuid>().all(conn).await?;
    Ok(ids.into_iter().map(AccountId::from_uuid).collect())
}

fn suppression_from(row: mail_suppression::Model) -> Result<Suppression, StoreError> {
    let bad = StoreError::Unreadable { table: "mail_suppression", column: "reason" };
    Ok(Suppression {
        email_ci: row.email_ci,
        reason: SuppressionReason::from_name(&row.reason).ok_or(bad)?,
        code: row.code,
        answer: row.answer,
        since: Timestamp::from_micros(row.created_at),
    })
}

/// Why an address takes no mail, if it takes none.
pub(crate) async fn suppression(
    conn: &impl ConnectionTrait,
    email_ci: &str,
) -> Result<Option<Suppression>, StoreError> {
    let row = mail_suppression::Entity::find_by_id(email_ci.to_owned()).one(conn).await?;
    row.map(suppression_from).transpose()
}

/// The addresses that take no mail, the newest first.
pub(crate) async fn suppressions(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Suppression>, StoreError> {
    let rows = mail_suppression::Entity::find()
        .order_by(mail_suppression::Column::CreatedAt, Order::Desc)
        .order_by(mail_suppression::Column::EmailCi, Order::Asc)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(suppression_from).collect()
}

/// Stops mail to an address, unless it is stopped already.
pub(crate) async fn suppress(tx: &Tx, suppression: &Suppression) -> Result<(), StoreError> {
    let row = mail_suppression::Model {
        email_ci: suppression.email_ci.clone(),
        reason: suppression.reason.as_str().to_owned(),
        code: suppression.code,
        answer: suppression.answer.clone(),
        created_at: suppression.since.as_micros(),
    };
    mail_suppression::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(mail_suppression::Column::EmailCi).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Lets mail to an address through again.
pub(crate) async fn lift(tx: &Tx, email_ci: &str) -> Result<bool, StoreError> {
    let gone = mail_suppression::Entity::delete_by_id(email_ci.to_owned()).exec(tx.conn()).await?;
    Ok(gone.rows_affected > 0)
}

/// The same for the address of an account, whose owner has just read a letter there.
pub(crate) async fn lift_of_account(tx: &Tx, account_id: AccountId) -> Result<(), StoreError> {
    let own = Query::select()
        .column(account::Column::EmailCi)
        .from(account::Entity)
        .and_where(account::Column::Id.eq(account_id.as_uuid()))
        .to_owned();
    mail_suppression::Entity::delete_many()
        .filter(mail_suppression::Column::EmailCi.in_subquery(own))
        .exec(tx.conn())
        .await?;
    Ok(())
}
