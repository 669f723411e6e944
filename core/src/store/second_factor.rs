//! Rows of authenticators and recovery codes. Whoever writes them holds the lock on the account's row.

use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect,
};

use super::entity::{recovery_code, totp};
use super::vault::key::begins_otherwise;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, LinkId};

/// An authenticator of an account.
#[derive(Debug, Clone)]
pub(crate) struct Authenticator {
    pub(crate) account_id: AccountId,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created_at: Timestamp,
    pub(crate) confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was taken: neither it nor an earlier one counts again.
    pub(crate) last_step: i64,
    /// Wrong codes in a row.
    pub(crate) failed: i32,
    pub(crate) rests_until: Option<Timestamp>,
}

fn from_row(row: totp::Model) -> Authenticator {
    Authenticator {
        account_id: AccountId::from_uuid(row.account_id),
        sealed: row.sealed,
        created_at: Timestamp::from_micros(row.created_at),
        confirmed_at: row.confirmed_at.map(Timestamp::from_micros),
        last_step: row.last_step,
        failed: row.failed,
        rests_until: row.rests_until.map(Timestamp::from_micros),
    }
}

fn to_row(authenticator: &Authenticator) -> totp::Model {
    totp::Model {
        account_id: authenticator.account_id.as_uuid(),
        sealed: authenticator.sealed.clone(),
        created_at: authenticator.created_at.as_micros(),
        confirmed_at: authenticator.confirmed_at.map(Timestamp::as_micros),
        last_step: authenticator.last_step,
        failed: authenticator.failed,
        rests_until: authenticator.rests_until.map(Timestamp::as_micros),
    }
}

pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<Authenticator>, StoreError> {
    Ok(totp::Entity::find_by_id(account.as_uuid()).one(conn).await?.map(from_row))
}

/// Puts an authenticator in the place of the one before.
pub(crate) async fn replace(tx: &Tx, authenticator: &Authenticator) -> Result<(), StoreError> {
    totp::Entity::delete_by_id(authenticator.account_id.as_uuid()).exec(tx.conn()).await?;
    totp::Entity::insert(to_row(authenticator).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, authenticator: &Authenticator) -> Result<(), StoreError> {
    let row = to_row(authenticator).into_active_model().reset_all();
    totp::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes the authenticator and its recovery codes away.
pub(crate) async fn delete(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    totp::Entity::delete_by_id(account.as_uuid()).exec(tx.conn()).await?;
    let codes = recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(account.as_uuid()));
    codes.exec(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn insert_codes(
    tx: &Tx,
    account: AccountId,
    hashes: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = hashes.iter().map(|hash| {
        recovery_code::Model {
            id: LinkId::new(now).as_uuid(),
            account_id: account.as_uuid(),
            code_hash: hash.clone(),
            used_at: None,
        }
        .into_active_model()
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Uses a recovery code up. `false` when there is no such code or it was used before.
pub(crate) async fn take_code(tx: &Tx, account: AccountId, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
    let used = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(now.as_micros()))
        .filter(recovery_code::Column::AccountId.eq(account.as_uuid()))
        .filter(recovery_code::Column::CodeHash.eq(hash))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(used.rows_affected == 1)
}

/// How many recovery codes were not used.
pub(crate) async fn count_codes(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64, StoreError> {
    let unused = recovery_code::Entity::find()
        .filter(recovery_code::Column::AccountId.eq(account.as_uuid()))
        .filter(recovery_code::Column::UsedAt.is_null());
    Ok(unused.count(conn).await?)
}

/// Authenticators whose seal does not begin with `header`.
pub(crate) async fn foreign(tx: &Tx, header: &[u8], limit: u64) -> Result<Vec<Authenticator>, StoreError> {
    let query = totp::Entity::find()
        .filter(begins_otherwise("sealed", header))
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(query.all(tx.conn()).await?.into_iter().map(from_row).collect())
}

/// Writes the seal alone: whoever uses a code meanwhile keeps what they noted.
pub(crate) async fn rewrite_seal(tx: &Tx, account: AccountId, sealed: Vec<u8>) -> Result<(), StoreError> {
    totp::Entity::update_many()
        .col_expr(totp::Column::Sealed, Expr::value(sealed))
        .filter(totp::Column::AccountId.eq(account.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How many authenticators' seals do not begin with `header`.
pub(crate) async fn count_foreign(conn: &impl ConnectionTrait, header: &[u8]) -> Result<u64, StoreError> {
    Ok(totp::Entity::find().filter(begins_otherwise("sealed", header)).count(conn).await?)
}
