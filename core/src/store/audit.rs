//! Rows of the audit log.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::entity::audit;
use super::{StoreError, Tx};
use crate::audit::AuditRow;
use crate::clock::Timestamp;
use crate::id::MerchantId;

fn row_from(row: audit::Model) -> AuditRow {
    AuditRow {
        number: row.number,
        at: Timestamp::from_micros(row.at),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        before: row.before_state,
        after: row.after_state,
        reason: row.reason,
        previous_hash: row.previous_hash,
        hash: row.hash,
    }
}

/// The last row; nobody else appends until the unit ends.
pub(crate) async fn lock_last(tx: &Tx) -> Result<Option<AuditRow>, StoreError> {
    if tx.conn().get_database_backend() == DbBackend::Postgres {
        tx.conn().execute_unprepared("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let last = audit::Entity::find().order_by(audit::Column::Number, Order::Desc).one(tx.conn()).await?;
    Ok(last.map(row_from))
}

pub(crate) async fn insert(tx: &Tx, row: &AuditRow, merchant: Option<MerchantId>) -> Result<(), StoreError> {
    let row = audit::Model {
        number: row.number,
        id: crate::id::AuditId::new(row.at).as_uuid(),
        at: row.at.as_micros(),
        actor: row.actor.clone(),
        action: row.action.clone(),
        subject: row.subject.clone(),
        before_state: row.before.clone(),
        after_state: row.after.clone(),
        reason: row.reason.clone(),
        previous_hash: row.previous_hash.clone(),
        hash: row.hash.clone(),
        merchant_id: merchant.map(MerchantId::as_uuid),
    };
    audit::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn latest(
    conn: &impl ConnectionTrait,
    subject: Option<&str>,
    limit: u64,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = audit::Entity::find().order_by(audit::Column::Number, Order::Desc).limit(limit);
    if let Some(subject) = subject {
        query = query.filter(audit::Column::Subject.eq(subject));
    }
    Ok(query.all(conn).await?.into_iter().map(row_from).collect())
}

/// The rows about a merchant or what belongs to it, newest first; `before` is the last number of the page before.
pub(crate) async fn of_merchant(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<AuditRow>, StoreError> {
    let theirs = audit::Column::MerchantId.eq(merchant.as_uuid());
    let mut query = audit::Entity::find()
        .filter(theirs.or(audit::Column::Subject.eq(merchant.to_string())))
        .order_by(audit::Column::Number, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(audit::Column::Number.lt(before));
    }
    Ok(query.all(conn).await?.into_iter().map(row_from).collect())
}

/// The rows behind a number, in order.
pub(crate) async fn after(conn: &impl ConnectionTrait, number: i64, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
    let query = audit::Entity::find()
        .filter(audit::Column::Number.gt(number))
        .order_by(audit::Column::Number, Order::Asc)
        .limit(limit);
    Ok(query.all(conn).await?.into_iter().map(row_from).collect())
}
