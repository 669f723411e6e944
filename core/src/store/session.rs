//! Rows of sessions.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder};

use super::entity::session;
use super::{StoreError, Tx};
use crate::account::Session;
use crate::clock::Timestamp;
use crate::id::{AccountId, SessionId};

fn session_from(row: session::Model) -> Session {
    Session {
        id: SessionId::from_uuid(row.id),
        account_id: AccountId::from_uuid(row.account_id),
        device: row.device,
        created_at: Timestamp::from_micros(row.created_at),
        last_seen_at: Timestamp::from_micros(row.last_seen_at),
    }
}

/// Not ended, not too old, not idle for too long.
pub(super) fn live(now: Timestamp, idle: Duration) -> Condition {
    Condition::all()
        .add(session::Column::RevokedAt.is_null())
        .add(session::Column::ExpiresAt.gt(now.as_micros()))
        .add(session::Column::LastSeenAt.gt(now.before(idle).as_micros()))
}

pub(crate) async fn insert(
    tx: &Tx,
    session: &Session,
    token_hash: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let row = session::Model {
        id: session.id.as_uuid(),
        token_hash: token_hash.to_owned(),
        account_id: session.account_id.as_uuid(),
        device: session.device.clone(),
        created_at: session.created_at.as_micros(),
        last_seen_at: session.last_seen_at.as_micros(),
        expires_at: expires_at.as_micros(),
        revoked_at: None,
    };
    session::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_token(
    conn: &impl ConnectionTrait,
    token_hash: &str,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<Session>, StoreError> {
    let row = session::Entity::find()
        .filter(session::Column::TokenHash.eq(token_hash))
        .filter(live(now, idle))
        .order_by(session::Column::Id, Order::Desc)
        .one(conn)
        .await?;
    Ok(row.map(session_from))
}

/// The live sessions of an account, the latest log-in first.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: Timestamp,
    idle: Duration,
) -> Result<Vec<Session>, StoreError> {
    let query = session::Entity::find()
        .filter(session::Column::AccountId.eq(account.as_uuid()))
        .filter(live(now, idle))
        .order_by(session::Column::Id, Order::Desc);
    Ok(query.all(conn).await?.into_iter().map(session_from).collect())
}

/// Whether a session was not ended.
pub(crate) async fn lives(conn: &impl ConnectionTrait, id: SessionId) -> Result<bool, StoreError> {
    let query = session::Entity::find_by_id(id.as_uuid()).filter(session::Column::RevokedAt.is_null());
    Ok(query.one(conn).await?.is_some())
}

pub(crate) async fn touch(tx: &Tx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(now.as_micros()))
        .filter(session::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Ends a session of this account. `false` when it is another's or ended before.
pub(crate) async fn revoke(tx: &Tx, account: AccountId, id: SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now.as_micros()))
        .filter(session::Column::Id.eq(id.as_uuid()))
        .filter(session::Column::AccountId.eq(account.as_uuid()))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Ends every session of an account but this one. Gives how many.
pub(crate) async fn revoke_all(
    tx: &Tx,
    account: AccountId,
    but: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut these = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now.as_micros()))
        .filter(session::Column::AccountId.eq(account.as_uuid()))
        .filter(session::Column::RevokedAt.is_null());
    if let Some(kept) = but {
        these = these.filter(session::Column::Id.ne(kept.as_uuid()));
    }
    Ok(these.exec(tx.conn()).await?.rows_affected)
}

/// Forgets every session of an account, also those that ended.
pub(crate) async fn delete_all(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let these = session::Entity::delete_many().filter(session::Column::AccountId.eq(account.as_uuid()));
    these.exec(tx.conn()).await?;
    Ok(())
}
