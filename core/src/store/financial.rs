//! Rows of financial passwords. Whoever writes them holds the lock on the account's row.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use super::entity::financial_password;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::AccountId;

/// A financial password and how often it was guessed wrong.
#[derive(Debug, Clone)]
pub(crate) struct FinancialRow {
    pub(crate) account_id: AccountId,
    pub(crate) password_hash: String,
    pub(crate) changed_at: Timestamp,
    /// Guesses since the last right one, those under way included.
    pub(crate) failed: i32,
    pub(crate) rests_until: Option<Timestamp>,
}

fn to_row(row: &FinancialRow) -> financial_password::Model {
    financial_password::Model {
        account_id: row.account_id.as_uuid(),
        password_hash: row.password_hash.clone(),
        changed_at: row.changed_at.as_micros(),
        failed: row.failed,
        rests_until: row.rests_until.map(Timestamp::as_micros),
    }
}

pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<FinancialRow>, StoreError> {
    let row = financial_password::Entity::find_by_id(account.as_uuid()).one(conn).await?;
    Ok(row.map(|row| FinancialRow {
        account_id: account,
        password_hash: row.password_hash,
        changed_at: Timestamp::from_micros(row.changed_at),
        failed: row.failed,
        rests_until: row.rests_until.map(Timestamp::from_micros),
    }))
}

/// Puts a financial password in the place of the one before.
pub(crate) async fn replace(tx: &Tx, row: &FinancialRow) -> Result<(), StoreError> {
    delete(tx, row.account_id).await?;
    financial_password::Entity::insert(to_row(row).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, row: &FinancialRow) -> Result<(), StoreError> {
    let row = to_row(row).into_active_model().reset_all();
    financial_password::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    financial_password::Entity::delete_by_id(account.as_uuid()).exec(tx.conn()).await?;
    Ok(())
}
