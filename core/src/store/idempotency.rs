//! Rows of idempotency keys.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};

use super::entity::idempotency;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::idempotency::{Answer, Claim};

/// A key that was used before.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) fingerprint: String,
    pub(crate) subject: String,
    pub(crate) finished: bool,
    pub(crate) answer: Option<Answer>,
}

/// Takes the key for this request, or tells what it was used for before.
pub(crate) async fn take(tx: &Tx, claim: &Claim, subject: &str, now: Timestamp) -> Result<Option<Earlier>, StoreError> {
    let row = idempotency::Model {
        merchant_id: claim.merchant_id.as_uuid(),
        mode: claim.mode.as_str().to_owned(),
        idem_key: claim.key.as_str().to_owned(),
        fingerprint: claim.fingerprint.clone(),
        subject: subject.to_owned(),
        status: None,
        body: None,
        created_at: now.as_micros(),
        finished_at: None,
    };
    let columns = [idempotency::Column::MerchantId, idempotency::Column::Mode, idempotency::Column::IdemKey];
    let inserted = idempotency::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(count) if count > 0) {
        return Ok(None);
    }
    let key = (claim.merchant_id.as_uuid(), claim.mode.as_str().to_owned(), claim.key.as_str().to_owned());
    let row = idempotency::Entity::find_by_id(key).one(tx.conn()).await?.ok_or(StoreError::Interrupted)?;
    let answer = row.status.zip(row.body).map(|(status, body)| Answer { status: status as u16, body });
    Ok(Some(Earlier {
        fingerprint: row.fingerprint,
        subject: row.subject,
        finished: row.finished_at.is_some(),
        answer,
    }))
}

/// Stores the answer for later requests with the same key.
pub(crate) async fn finish(tx: &Tx, claim: &Claim, answer: &Answer, now: Timestamp) -> Result<(), StoreError> {
    idempotency::Entity::update_many()
        .col_expr(idempotency::Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(idempotency::Column::Body, Expr::value(answer.body.as_str()))
        .col_expr(idempotency::Column::FinishedAt, Expr::value(now.as_micros()))
        .filter(idempotency::Column::MerchantId.eq(claim.merchant_id.as_uuid()))
        .filter(idempotency::Column::Mode.eq(claim.mode.as_str()))
        .filter(idempotency::Column::IdemKey.eq(claim.key.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets keys older than a moment.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let deleted = idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(before.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected)
}
