//! Rows of bills.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::entity::bill;
use super::payment::money;
use super::{StoreError, Tx, locks_rows};
use crate::account::email::EmailAddress;
use crate::bill::{Bill, BillState};
use crate::clock::Timestamp;
use crate::id::{BillId, MerchantId, PaymentId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::payment::Payment;
use crate::payment::action::ReturnUrl;
use crate::payment::text::{Description, OrderRef};

fn bill_row(bill: &Bill) -> bill::Model {
    bill::Model {
        id: bill.id.as_uuid(),
        merchant_id: bill.merchant_id.as_uuid(),
        mode: bill.mode.as_str().to_owned(),
        order_ref: bill.order_ref.as_str().to_owned(),
        amount: bill.amount.minor(),
        currency: bill.amount.currency().code().to_owned(),
        description: bill.description.as_ref().map(|text| text.as_str().to_owned()),
        email_ci: bill.email.as_ref().map(|email| email.normal().to_owned()),
        language: bill.language.map(|language| language.code().to_owned()),
        return_url: bill.return_url.as_ref().map(|url| url.as_str().to_owned()),
        state: bill.state.as_str().to_owned(),
        told: bill.told.as_str().to_owned(),
        payment_id: bill.payment_id.map(PaymentId::as_uuid),
        created_at: bill.created_at.as_micros(),
        updated_at: bill.updated_at.as_micros(),
        expires_at: bill.expires_at.as_micros(),
    }
}

pub(super) fn bill_from(row: bill::Model) -> Result<Bill, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "bill", column };
    Ok(Bill {
        id: BillId::from_uuid(row.id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        order_ref: OrderRef::new(row.order_ref).map_err(|_| bad("order_ref"))?,
        amount: money("bill", row.amount, &row.currency)?,
        description: row.description.map(Description::new).transpose().map_err(|_| bad("description"))?,
        email: row.email_ci.as_deref().map(EmailAddress::new).transpose().map_err(|_| bad("email_ci"))?,
        language: row.language.as_deref().and_then(Language::from_code),
        return_url: row.return_url.as_deref().and_then(|url| ReturnUrl::new(url).ok()),
        state: BillState::from_name(&row.state).ok_or_else(|| bad("state"))?,
        told: BillState::from_name(&row.told).ok_or_else(|| bad("told"))?,
        payment_id: row.payment_id.map(PaymentId::from_uuid),
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        expires_at: Timestamp::from_micros(row.expires_at),
    })
}

pub(crate) async fn insert(tx: &Tx, bill: &Bill) -> Result<(), StoreError> {
    bill::Entity::insert(bill_row(bill).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes a bill that was read and locked in the same unit.
pub(crate) async fn update(tx: &Tx, bill: &Bill) -> Result<(), StoreError> {
    let row = bill_row(bill).into_active_model().reset_all();
    bill::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Brings a bill where its payment stands.
pub(super) async fn follow(tx: &Tx, id: BillId, payment: &Payment) -> Result<(), StoreError> {
    let state = BillState::of_payment(payment.status()).as_str();
    bill::Entity::update_many()
        .col_expr(bill::Column::State, Expr::value(state))
        .col_expr(bill::Column::UpdatedAt, Expr::value(payment.updated_at.as_micros()))
        .filter(bill::Column::Id.eq(id.as_uuid()))
        .filter(bill::Column::State.ne(state))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: BillId) -> Result<Option<Bill>, StoreError> {
    bill::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(bill_from).transpose()
}

/// Reads a bill and keeps others from changing it until the unit ends. Nobody locks a payment after its bill:
/// a payment's unit takes them the other way round.
pub(crate) async fn lock(tx: &Tx, id: BillId) -> Result<Option<Bill>, StoreError> {
    let mut query = bill::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    query.one(tx.conn()).await?.map(bill_from).transpose()
}

/// A merchant's bills, newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    state: Option<BillState>,
    before: Option<BillId>,
    limit: u64,
) -> Result<Vec<Bill>, StoreError> {
    let mut query = bill::Entity::find()
        .filter(bill::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(bill::Column::Mode.eq(mode.as_str()))
        .order_by(bill::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(state) = state {
        query = query.filter(bill::Column::State.eq(state.as_str()));
    }
    if let Some(before) = before {
        query = query.filter(bill::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(bill_from).collect()
}

async fn ids(conn: &impl ConnectionTrait, query: Select<bill::Entity>) -> Result<Vec<BillId>, StoreError> {
    let ids = query.select_only().column(bill::Column::Id).into_tuple::<uuid::Uuid>().all(conn).await?;
    Ok(ids.into_iter().map(BillId::from_uuid).collect())
}

/// Open bills whose time is over and that nobody began to pay: a payment ends by itself.
pub(crate) async fn overdue(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<BillId>, StoreError> {
    let query = bill::Entity::find()
        .filter(Expr::cust("state = 'open'"))
        .filter(bill::Column::ExpiresAt.lte(now.as_micros()))
        .filter(bill::Column::PaymentId.is_null())
        .limit(limit);
    ids(conn, query).await
}

/// Bills that merchants were not told of as they stand.
pub(crate) async fn untold(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<BillId>, StoreError> {
    ids(conn, bill::Entity::find().filter(Expr::cust("told <> state")).limit(limit)).await
}
