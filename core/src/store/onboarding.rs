//! Rows of shops on their way to live payments.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::entity::{merchant, onboarding, onboarding_transition};
use super::payment::money;
use super::{StoreError, Tx, changing, locks_rows};
use crate::clock::Timestamp;
use crate::id::{AccountId, MerchantId};
use crate::onboarding::{FeePaid, Onboarding, Signature, Stage, Step};

const TABLE: &str = "onboarding";

fn bad(column: &'static str) -> StoreError {
    StoreError::Unreadable { table: TABLE, column }
}

fn row_of(shop: &Onboarding, created_at: Timestamp) -> onboarding::Model {
    let (signature, fee) = (shop.signature.as_ref(), shop.fee.as_ref());
    onboarding::Model {
        merchant_id: shop.merchant_id.as_uuid(),
        account_id: shop.account_id.as_uuid(),
        stage: shop.stage.as_str().to_owned(),
        since: shop.since.as_micros(),
        version: shop.version,
        application: shop
            .application
            .as_ref()
            .map(|application| serde_json::to_string(application).expect("an application has text keys and values")),
        contract_version: signature.map(|signature| signature.version.clone()),
        contract_digest: signature.map(|signature| signature.digest.clone()),
        contract_at: signature.map(|signature| signature.at.as_micros()),
        contract_by: signature.map(|signature| signature.by.as_uuid()),
        contract_ip: signature.and_then(|signature| signature.ip.clone()),
        fee_amount: fee.map(|fee| fee.amount.map_or(0, |amount| amount.minor())),
        // A free connection has no currency of its own.
        fee_currency: fee.map(|fee| fee.amount.map(|amount| amount.currency().code().to_owned()).unwrap_or_default()),
        fee_ref: fee.map(|fee| fee.reference.clone()),
        fee_at: fee.map(|fee| fee.at.as_micros()),
        reason: shop.reason.clone(),
        trial_told_at: None,
        created_at: created_at.as_micros(),
    }
}

fn signature_from(row: &onboarding::Model) -> Option<Signature> {
    Some(Signature {
        version: row.contract_version.clone()?,
        digest: row.contract_digest.clone()?,
        by: AccountId::from_uuid(row.contract_by?),
        ip: row.contract_ip.clone(),
        at: Timestamp::from_micros(row.contract_at?),
    })
}

fn fee_from(row: &onboarding::Model) -> Result<Option<FeePaid>, StoreError> {
    let (Some(minor), Some(currency), Some(reference), Some(at)) =
        (row.fee_amount, &row.fee_currency, &row.fee_ref, row.fee_at)
    else {
        return Ok(None);
    };
    let amount = if currency.is_empty() { None } else { Some(money(TABLE, minor, currency)?) };
    Ok(Some(FeePaid { amount, reference: reference.clone(), at: Timestamp::from_micros(at) }))
}

fn onboarding_from((row, shop): (onboarding::Model, Option<merchant::Model>)) -> Result<Onboarding, StoreError> {
    let shop = shop.ok_or_else(|| bad("merchant_id"))?;
    let application = row.application.as_deref().map(serde_json::from_str).transpose();
    Ok(Onboarding {
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        shop: shop.name,
        account_id: AccountId::from_uuid(row.account_id),
        stage: Stage::from_name(&row.stage).ok_or_else(|| bad("stage"))?,
        since: Timestamp::from_micros(row.since),
        version: row.version,
        test_until: shop.test_until.map(Timestamp::from_micros),
        application: application.map_err(|_| bad("application"))?,
        signature: signature_from(&row),
        fee: fee_from(&row)?,
        reason: row.reason,
    })
}

fn all() -> sea_orm::SelectTwo<onboarding::Entity, merchant::Entity> {
    onboarding::Entity::find().find_also_related(merchant::Entity)
}

pub(crate) async fn insert(tx: &Tx, shop: &Onboarding, now: Timestamp) -> Result<(), StoreError> {
    let row = row_of(shop, now).into_active_model();
    onboarding::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes a row that was read and locked in the same unit.
pub(crate) async fn update(tx: &Tx, shop: &Onboarding) -> Result<(), StoreError> {
    use onboarding::Column;
    let fixed = [Column::AccountId, Column::CreatedAt, Column::TrialToldAt];
    let row: onboarding::ActiveModel = changing(row_of(shop, shop.since), &fixed);
    onboarding::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes the step that led to how the shop stands.
pub(crate) async fn insert_step(tx: &Tx, shop: &Onboarding, step: &Step) -> Result<(), StoreError> {
    let row = onboarding_transition::Model {
        merchant_id: shop.merchant_id.as_uuid(),
        version: shop.version,
        from_stage: step.from.as_str().to_owned(),
        to_stage: step.to.as_str().to_owned(),
        actor: step.actor.clone(),
        reason: step.reason.clone(),
        at: step.at.as_micros(),
    };
    onboarding_transition::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_merchant(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
) -> Result<Option<Onboarding>, StoreError> {
    let query = all().filter(onboarding::Column::MerchantId.eq(merchant.as_uuid()));
    query.one(conn).await?.map(onboarding_from).transpose()
}

/// Reads a shop and keeps others from changing how it stands until the unit ends.
pub(crate) async fn lock(tx: &Tx, merchant: MerchantId) -> Result<Option<Onboarding>, StoreError> {
    if locks_rows(tx.conn().get_database_backend()) {
        let query = onboarding::Entity::find_by_id(merchant.as_uuid()).lock(LockType::Update);
        if query.one(tx.conn()).await?.is_none() {
            return Ok(None);
        }
    }
    by_merchant(tx.conn(), merchant).await
}

pub(crate) async fn of_account(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Onboarding>, StoreError> {
    let query = all()
        .filter(onboarding::Column::AccountId.eq(account.as_uuid()))
        .order_by(onboarding::Column::MerchantId, Order::Desc);
    query.all(conn).await?.into_iter().map(onboarding_from).collect()
}

/// How many shops of an account are neither live nor over.
pub(crate) async fn unfinished(conn: &impl ConnectionTrait, account: AccountId) -> Result<usize, StoreError> {
    let over = [Stage::Live, Stage::Suspended, Stage::Closed].map(Stage::as_str);
    let count = onboarding::Entity::find()
        .filter(onboarding::Column::AccountId.eq(account.as_uuid()))
        .filter(onboarding::Column::Stage.is_not_in(over))
        .count(conn)
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The shops for which staff must act, those that wait longest first.
pub(crate) async fn queue(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Onboarding>, StoreError> {
    let waiting = Stage::ALL.iter().filter(|stage| stage.waits_for_staff()).map(|stage| stage.as_str());
    let query = all()
        .filter(onboarding::Column::Stage.is_in(waiting))
        .order_by(onboarding::Column::Since, Order::Asc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(onboarding_from).collect()
}

pub(crate) async fn steps(conn: &impl ConnectionTrait, merchant: MerchantId) -> Result<Vec<Step>, StoreError> {
    let stage = |name: &str| {
        let bad = StoreError::Unreadable { table: "onboarding_transition", column: "stage" };
        Stage::from_name(name).ok_or(bad)
    };
    let query = onboarding_transition::Entity::find()
        .filter(onboarding_transition::Column::MerchantId.eq(merchant.as_uuid()))
        .order_by(onboarding_transition::Column::Version, Order::Asc);
    let rows = query.all(conn).await?.into_iter();
    rows.map(|row| {
        Ok(Step {
            from: stage(&row.from_stage)?,
            to: stage(&row.to_stage)?,
            actor: row.actor,
            reason: row.reason,
            at: Timestamp::from_micros(row.at),
        })
    })
    .collect()
}

/// Shops in trial whose time is over and that were not told so.
pub(crate) async fn trials_over(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<MerchantId>, StoreError> {
    let query: Select<onboarding::Entity> = onboarding::Entity::find()
        .inner_join(merchant::Entity)
        .filter(onboarding::Column::Stage.eq(Stage::Trial.as_str()))
        .filter(onboarding::Column::TrialToldAt.is_null())
        .filter(merchant::Column::TestUntil.lte(now.as_micros()))
        .limit(limit);
    let ids = query.select_only().column(onboarding::Column::MerchantId).into_tuple::<uuid::Uuid>().all(conn).await?;
    Ok(ids.into_iter().map(MerchantId::from_uuid).collect())
}

/// Marks that the end of a trial was told; `false` when it was marked before.
pub(crate) async fn mark_trial_told(tx: &Tx, merchant: MerchantId, now: Timestamp) -> Result<bool, StoreError> {
    let done = onboarding::Entity::update_many()
        .col_expr(onboarding::Column::TrialToldAt, Expr::value(now.as_micros()))
        .filter(onboarding::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(onboarding::Column::TrialToldAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// The end of a trial is to be told again: it has a new one.
pub(crate) async fn unmark_trial_told(tx: &Tx, merchant: MerchantId) -> Result<(), StoreError> {
    onboarding::Entity::update_many()
        .col_expr(onboarding::Column::TrialToldAt, Expr::value(None::<i64>))
        .filter(onboarding::Column::MerchantId.eq(merchant.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}
