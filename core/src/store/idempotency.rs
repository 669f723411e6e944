//! Rows of idempotency keys.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
};

use super::entity::idempotency;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::idempotency::{Answer, Claim};

/// A key that was used before.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) fingerprint: String,
    pub(crate) subject: String,
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
    let row = find(tx, claim).await?.ok_or(StoreError::Interrupted)?;
    let answer = answer_of(&row);
    Ok(Some(Earlier { fingerprint: row.fingerprint, subject: row.subject, answer }))
}

async fn find(tx: &Tx, claim: &Claim) -> Result<Option<idempotency::Model>, StoreError> {
    let key = (claim.merchant_id.as_uuid(), claim.mode.as_str().to_owned(), claim.key.as_str().to_owned());
    Ok(idempotency::Entity::find_by_id(key).one(tx.conn()).await?)
}

fn answer_of(row: &idempotency::Model) -> Option<Answer> {
    let status = u16::try_from(row.status?).ok()?;
    Some(Answer { status, body: row.body.clone()? })
}

/// The answer stored under a key by now.
pub(crate) async fn answer(tx: &Tx, claim: &Claim) -> Result<Option<Answer>, StoreError> {
    Ok(find(tx, claim).await?.as_ref().and_then(answer_of))
}

/// Stores the answer for later requests with the same key. `false` when there is one: it never changes.
pub(crate) async fn finish(tx: &Tx, claim: &Claim, answer: &Answer, now: Timestamp) -> Result<bool, StoreError> {
    let updated = idempotency::Entity::update_many()
        .col_expr(idempotency::Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(idempotency::Column::Body, Expr::value(answer.body.as_str()))
        .col_expr(idempotency::Column::FinishedAt, Expr::value(now.as_micros()))
        .filter(idempotency::Column::MerchantId.eq(claim.merchant_id.as_uuid()))
        .filter(idempotency::Column::Mode.eq(claim.mode.as_str()))
        .filter(idempotency::Column::IdemKey.eq(claim.key.as_str()))
        .filter(idempotency::Column::Status.is_null())
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Keys forgotten in one unit of work.
const SWEEP_MAX: u64 = 1_000;

/// Forgets the oldest keys from before a moment, a bounded number at a time. Gives how many.
pub(crate) async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let oldest = idempotency::Entity::find()
        .select_only()
        .column(idempotency::Column::CreatedAt)
        .filter(idempotency::Column::CreatedAt.lt(before.as_micros()))
        .order_by(idempotency::Column::CreatedAt, Order::Asc)
        .limit(SWEEP_MAX)
        .into_tuple::<i64>()
        .all(tx.conn())
        .await?;
    let Some(newest) = oldest.last() else { return Ok(0) };
    let deleted =
        idempotency::Entity::delete_many().filter(idempotency::Column::CreatedAt.lte(*newest)).exec(tx.conn()).await?;
    Ok(deleted.rows_affected)
}
