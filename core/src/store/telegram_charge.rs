//! Rows of who was let through to pay in Telegram, and what Telegram took.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder};

use super::entity::telegram_charge;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{OperationId, PaymentId};
use crate::payment::telegram::{Charge, TelegramPayer};

fn charge_from(row: telegram_charge::Model) -> Charge {
    Charge {
        operation: OperationId::from_uuid(row.operation_id),
        payment: PaymentId::from_uuid(row.payment_id),
        user_id: row.tg_user_id,
        charge_id: row.charge_id,
        created_at: Timestamp::from_micros(row.created_at),
    }
}

/// Remembers whom Telegram asks about. Each query counts once: the database refuses a second row.
pub(crate) async fn insert(
    tx: &Tx,
    (operation, payment): (OperationId, PaymentId),
    payer: &TelegramPayer,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = telegram_charge::Model {
        operation_id: operation.as_uuid(),
        payment_id: payment.as_uuid(),
        tg_user_id: payer.user_id,
        query_id: payer.query.clone(),
        charge_id: None,
        provider_charge_id: None,
        created_at: now.as_micros(),
    };
    telegram_charge::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn of_operation(conn: &impl ConnectionTrait, id: OperationId) -> Result<Option<Charge>, StoreError> {
    Ok(telegram_charge::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(charge_from))
}

pub(crate) async fn by_charge(conn: &impl ConnectionTrait, charge_id: &str) -> Result<Option<Charge>, StoreError> {
    let query = telegram_charge::Entity::find().filter(telegram_charge::Column::ChargeId.eq(charge_id));
    Ok(query.one(conn).await?.map(charge_from))
}

/// The newest time that this person was let through to pay this, and Telegram took nothing yet.
pub(crate) async fn awaited(tx: &Tx, payment: PaymentId, user_id: i64) -> Result<Option<Charge>, StoreError> {
    let row = telegram_charge::Entity::find()
        .filter(telegram_charge::Column::PaymentId.eq(payment.as_uuid()))
        .filter(telegram_charge::Column::TgUserId.eq(user_id))
        .filter(telegram_charge::Column::ChargeId.is_null())
        .order_by(telegram_charge::Column::OperationId, Order::Desc)
        .one(tx.conn())
        .await?;
    Ok(row.map(charge_from))
}

/// Telegram took the money.
pub(crate) async fn taken(
    tx: &Tx,
    operation: OperationId,
    charge_id: &str,
    provider_charge_id: &str,
) -> Result<(), StoreError> {
    telegram_charge::Entity::update_many()
        .col_expr(telegram_charge::Column::ChargeId, Expr::value(charge_id))
        .col_expr(telegram_charge::Column::ProviderChargeId, Expr::value(provider_charge_id))
        .filter(telegram_charge::Column::OperationId.eq(operation.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}
