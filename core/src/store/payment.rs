//! Rows of payments, attempts and operations.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::entity::{attempt, operation, payment};
use super::{StoreError, Tx, locks_rows};
use crate::clock::Timestamp;
use crate::id::{AccountId, AttemptId, MerchantId, OperationId, PaymentId, RefundId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::money::{Currency, Money};
use crate::payment::attempt::Attempt;
use crate::payment::card::{Brand, CardFace};
use crate::payment::decline::DeclineCode;
use crate::payment::operation::{Operation, OperationKind, OperationStatus};
use crate::payment::status::{Stage, Status};
use crate::payment::{CaptureMode, Payment};
use crate::risk::{Attribute, Verdict, Window};

const fn unreadable(table: &'static str, column: &'static str) -> StoreError {
    StoreError::Unreadable { table, column }
}

pub(super) fn money(table: &'static str, minor: i64, currency: &str) -> Result<Money, StoreError> {
    let currency: Currency = currency.parse().map_err(|_| unreadable(table, "currency"))?;
    Money::new(minor, currency).map_err(|_| unreadable(table, "amount"))
}

fn payment_row(payment: &Payment) -> payment::Model {
    payment::Model {
        id: payment.id.as_uuid(),
        reference: payment.reference.as_str().to_owned(),
        merchant_id: payment.merchant_id.as_uuid(),
        mode: payment.mode.as_str().to_owned(),
        order_ref: payment.order_ref.clone(),
        status: payment.status().as_str().to_owned(),
        amount: payment.amount.minor(),
        currency: payment.currency().code().to_owned(),
        authorized: payment.authorized,
        captured: payment.captured,
        refunded: payment.refunded,
        refund_pending: payment.refund_pending,
        capture: payment.capture.as_str().to_owned(),
        description: payment.description.clone(),
        metadata: serde_json::to_string(&payment.metadata).expect("a map of texts is always JSON"),
        account_id: payment.account_id.map(AccountId::as_uuid),
        email_ci: payment.email.clone(),
        ip: payment.ip.clone(),
        language: payment.language.map(|language| language.code().to_owned()),
        attempts: payment.attempts,
        decline_code: payment.decline.map(|code| code.as_str().to_owned()),
        stage: payment.stage.as_str().to_owned(),
        sequence: payment.sequence,
        version: payment.version,
        created_at: payment.created_at.as_micros(),
        updated_at: payment.updated_at.as_micros(),
        expires_at: payment.expires_at.as_micros(),
    }
}

fn payment_from(row: payment::Model) -> Result<Payment, StoreError> {
    let bad = |column| unreadable("payment", column);
    let metadata: BTreeMap<String, String> = serde_json::from_str(&row.metadata).map_err(|_| bad("metadata"))?;
    Ok(Payment {
        id: PaymentId::from_uuid(row.id),
        reference: row.reference.parse().map_err(|_| bad("reference"))?,
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        order_ref: row.order_ref,
        amount: money("payment", row.amount, &row.currency)?,
        capture: CaptureMode::from_name(&row.capture).ok_or_else(|| bad("capture"))?,
        description: row.description,
        metadata,
        account_id: row.account_id.map(AccountId::from_uuid),
        email: row.email_ci,
        ip: row.ip,
        language: row.language.as_deref().and_then(Language::from_code),
        attempts: row.attempts,
        decline: row.decline_code.as_deref().and_then(DeclineCode::from_name),
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        expires_at: Timestamp::from_micros(row.expires_at),
        stage: Stage::from_name(&row.stage).ok_or_else(|| bad("stage"))?,
        authorized: row.authorized,
        captured: row.captured,
        refunded: row.refunded,
        refund_pending: row.refund_pending,
        sequence: row.sequence,
        version: row.version,
    })
}

fn attempt_row(attempt: &Attempt) -> attempt::Model {
    attempt::Model {
        id: attempt.id.as_uuid(),
        payment_id: attempt.payment_id.as_uuid(),
        number: attempt.number,
        merchant_id: attempt.merchant_id.as_uuid(),
        mode: attempt.mode.as_str().to_owned(),
        amount: attempt.amount.minor(),
        currency: attempt.amount.currency().code().to_owned(),
        brand: attempt.face.brand.as_str().to_owned(),
        first6: attempt.face.first6.clone(),
        last4: attempt.face.last4.clone(),
        exp_month: i32::from(attempt.face.exp_month),
        exp_year: i32::from(attempt.face.exp_year),
        card: attempt.card.clone(),
        merchant_card: attempt.merchant_card.clone(),
        email_ci: attempt.email.clone(),
        ip: attempt.ip.clone(),
        sealed_card: attempt.sealed_card.clone(),
        verdict: attempt.verdict.as_str().to_owned(),
        decline_code: attempt.decline.map(|code| code.as_str().to_owned()),
        created_at: attempt.created_at.as_micros(),
    }
}

fn attempt_from(row: attempt::Model) -> Result<Attempt, StoreError> {
    let bad = |column| unreadable("attempt", column);
    Ok(Attempt {
        id: AttemptId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        number: row.number,
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        amount: money("attempt", row.amount, &row.currency)?,
        face: CardFace {
            brand: Brand::from_name(&row.brand),
            first6: row.first6,
            last4: row.last4,
            exp_month: u8::try_from(row.exp_month).map_err(|_| bad("exp_month"))?,
            exp_year: u16::try_from(row.exp_year).map_err(|_| bad("exp_year"))?,
        },
        card: row.card,
        merchant_card: row.merchant_card,
        email: row.email_ci,
        ip: row.ip,
        sealed_card: row.sealed_card,
        verdict: Verdict::from_name(&row.verdict).ok_or_else(|| bad("verdict"))?,
        decline: row.decline_code.as_deref().and_then(DeclineCode::from_name),
        created_at: Timestamp::from_micros(row.created_at),
    })
}

fn operation_row(operation: &Operation) -> operation::Model {
    operation::Model {
        id: operation.id.as_uuid(),
        payment_id: operation.payment_id.as_uuid(),
        attempt_id: operation.attempt_id.as_uuid(),
        refund_id: operation.refund_id.map(RefundId::as_uuid),
        kind: operation.kind.as_str().to_owned(),
        status: operation.status.as_str().to_owned(),
        amount: operation.amount.minor(),
        takes_money: i32::from(operation.takes_money),
        acquirer: operation.acquirer.clone(),
        acquirer_ref: operation.acquirer_ref.clone(),
        approval_code: operation.approval_code.clone(),
        decline_code: operation.decline.map(|code| code.as_str().to_owned()),
        acknowledged: i32::from(operation.acknowledged),
        inquiries: operation.inquiries,
        next_inquiry_at: operation.next_inquiry_at.map(Timestamp::as_micros),
        created_at: operation.created_at.as_micros(),
        updated_at: operation.updated_at.as_micros(),
    }
}

fn operation_from(row: operation::Model, currency: Currency) -> Result<Operation, StoreError> {
    let bad = |column| unreadable("operation", column);
    Ok(Operation {
        id: OperationId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        attempt_id: AttemptId::from_uuid(row.attempt_id),
        refund_id: row.refund_id.map(RefundId::from_uuid),
        kind: OperationKind::from_name(&row.kind).ok_or_else(|| bad("kind"))?,
        status: OperationStatus::from_name(&row.status).ok_or_else(|| bad("status"))?,
        amount: Money::new(row.amount, currency).map_err(|_| bad("amount"))?,
        takes_money: row.takes_money != 0,
        acquirer: row.acquirer,
        acquirer_ref: row.acquirer_ref,
        approval_code: row.approval_code,
        decline: row.decline_code.as_deref().and_then(DeclineCode::from_name),
        acknowledged: row.acknowledged != 0,
        inquiries: row.inquiries,
        next_inquiry_at: row.next_inquiry_at.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

pub(crate) async fn insert(tx: &Tx, payment: &Payment) -> Result<(), StoreError> {
    payment::Entity::insert(payment_row(payment).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes a payment that was read and locked in the same unit.
pub(crate) async fn update(tx: &Tx, payment: &Payment) -> Result<(), StoreError> {
    let row = payment_row(payment).into_active_model().reset_all();
    payment::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Reads a payment and keeps others from changing it until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let mut query = payment::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    query.one(tx.conn()).await?.map(payment_from).transpose()
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    payment::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(payment_from).transpose()
}

pub(crate) async fn by_reference(conn: &impl ConnectionTrait, reference: &str) -> Result<Option<Payment>, StoreError> {
    let query = payment::Entity::find().filter(payment::Column::Reference.eq(reference));
    query.one(conn).await?.map(payment_from).transpose()
}

/// What a list of payments is narrowed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) scope: Option<(MerchantId, Mode)>,
    pub(crate) account: Option<AccountId>,
    pub(crate) status: Option<Status>,
    pub(crate) order_ref: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) last4: Option<String>,
}

fn filtered(filter: &Filter) -> Select<payment::Entity> {
    let mut all = Condition::all();
    if let Some((merchant, mode)) = filter.scope {
        all = all.add(payment::Column::MerchantId.eq(merchant.as_uuid())).add(payment::Column::Mode.eq(mode.as_str()));
    }
    if let Some(account) = filter.account {
        all = all.add(payment::Column::AccountId.eq(account.as_uuid()));
    }
    if let Some(status) = filter.status {
        all = all.add(payment::Column::Status.eq(status.as_str()));
    }
    if let Some(order_ref) = &filter.order_ref {
        all = all.add(payment::Column::OrderRef.eq(order_ref));
    }
    if let Some(email) = &filter.email {
        all = all.add(payment::Column::EmailCi.eq(email));
    }
    if let Some(last4) = &filter.last4 {
        let cards = attempt::Entity::find()
            .select_only()
            .column(attempt::Column::PaymentId)
            .filter(attempt::Column::Last4.eq(last4));
        all = all.add(payment::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(cards)));
    }
    payment::Entity::find().filter(all)
}

/// Newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    before: Option<PaymentId>,
    limit: u64,
) -> Result<Vec<Payment>, StoreError> {
    let mut query = filtered(filter).order_by(payment::Column::Id, Order::Desc).limit(limit);
    if let Some(before) = before {
        query = query.filter(payment::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(payment_from).collect()
}

pub(crate) async fn count(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, StoreError> {
    Ok(filtered(filter).count(conn).await?)
}

/// Unfinished payments whose time is over.
pub(crate) async fn overdue(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<PaymentId>, StoreError> {
    // A literal, word for word the index's predicate: with bound values SQLite would not use it.
    let unfinished = Expr::cust("status IN ('requires_payment_method', 'in_review')");
    let ids = payment::Entity::find()
        .select_only()
        .column(payment::Column::Id)
        .filter(payment::Column::ExpiresAt.lte(now.as_micros()))
        .filter(unfinished)
        .order_by(payment::Column::ExpiresAt, Order::Asc)
        .limit(limit)
        .into_tuple::<uuid::Uuid>()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(PaymentId::from_uuid).collect())
}

pub(crate) async fn insert_attempt(tx: &Tx, attempt: &Attempt) -> Result<(), StoreError> {
    attempt::Entity::insert(attempt_row(attempt).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update_attempt(tx: &Tx, attempt: &Attempt) -> Result<(), StoreError> {
    let row = attempt_row(attempt).into_active_model().reset_all();
    attempt::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Forgets the cards that were kept for a review.
pub(crate) async fn erase_sealed_cards(tx: &Tx, payment: PaymentId) -> Result<(), StoreError> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::SealedCard, Expr::value(Option::<Vec<u8>>::None))
        .filter(attempt::Column::PaymentId.eq(payment.as_uuid()))
        .filter(attempt::Column::SealedCard.is_not_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The attempts of a payment, first one first.
pub(crate) async fn attempts(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
    let query = attempt::Entity::find()
        .filter(attempt::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(attempt::Column::Number, Order::Asc);
    query.all(conn).await?.into_iter().map(attempt_from).collect()
}

/// The latest attempt of each of these payments.
pub(crate) async fn latest_attempts(
    conn: &impl ConnectionTrait,
    payments: &[PaymentId],
) -> Result<BTreeMap<PaymentId, Attempt>, StoreError> {
    let ids = payments.iter().map(|id| id.as_uuid());
    let query = attempt::Entity::find()
        .filter(attempt::Column::PaymentId.is_in(ids))
        .order_by(attempt::Column::Number, Order::Asc);
    let attempts = query.all(conn).await?.into_iter().map(attempt_from).collect::<Result<Vec<_>, _>>()?;
    Ok(attempts.into_iter().map(|attempt| (attempt.payment_id, attempt)).collect())
}

pub(crate) async fn insert_operation(tx: &Tx, operation: &Operation) -> Result<(), StoreError> {
    operation::Entity::insert(operation_row(operation).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update_operation(tx: &Tx, operation: &Operation) -> Result<(), StoreError> {
    let row = operation_row(operation).into_active_model().reset_all();
    operation::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn attempt_by_id(conn: &impl ConnectionTrait, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
    attempt::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(attempt_from).transpose()
}

pub(crate) async fn operation_by_id(
    conn: &impl ConnectionTrait,
    id: OperationId,
    currency: Currency,
) -> Result<Option<Operation>, StoreError> {
    let row = operation::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    row.map(|row| operation_from(row, currency)).transpose()
}

/// Takes the task of asking about a message, unless another instance was quicker.
pub(crate) async fn take_inquiry(
    tx: &Tx,
    id: OperationId,
    seen_due_by: Timestamp,
    next: Timestamp,
) -> Result<bool, StoreError> {
    let updated = operation::Entity::update_many()
        .col_expr(operation::Column::NextInquiryAt, Expr::value(next.as_micros()))
        .filter(operation::Column::Id.eq(id.as_uuid()))
        .filter(operation::Column::NextInquiryAt.lte(seen_due_by.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The messages about a payment, oldest first.
pub(crate) async fn operations(conn: &impl ConnectionTrait, payment: &Payment) -> Result<Vec<Operation>, StoreError> {
    let query = operation::Entity::find()
        .filter(operation::Column::PaymentId.eq(payment.id.as_uuid()))
        .order_by(operation::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(|row| operation_from(row, payment.currency())).collect()
}

/// Messages whose outcome should be asked for now, with the payment of each.
pub(crate) async fn inquiries_due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(OperationId, PaymentId)>, StoreError> {
    let rows = operation::Entity::find()
        .select_only()
        .columns([operation::Column::Id, operation::Column::PaymentId])
        .filter(operation::Column::NextInquiryAt.is_not_null())
        .filter(operation::Column::NextInquiryAt.lte(now.as_micros()))
        .order_by(operation::Column::NextInquiryAt, Order::Asc)
        .limit(limit)
        .into_tuple::<(uuid::Uuid, uuid::Uuid)>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, payment)| (OperationId::from_uuid(id), PaymentId::from_uuid(payment))).collect())
}

/// How many messages have no outcome yet.
pub(crate) async fn count_open_operations(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(operation::Entity::find().filter(operation::Column::NextInquiryAt.is_not_null()).count(conn).await?)
}

/// Rows of a window that are looked at for a sum: more than any sane limit allows.
const WINDOW_ROWS_MAX: u64 = 10_000;

fn in_window(window: &Window<'_>) -> Option<Select<attempt::Entity>> {
    let column = match window.attribute {
        Attribute::Card => attempt::Column::Card,
        Attribute::Email => attempt::Column::EmailCi,
        Attribute::Ip => attempt::Column::Ip,
        Attribute::Bin | Attribute::Country => return None,
    };
    let mut query = attempt::Entity::find()
        .select_only()
        .filter(column.eq(window.value))
        .filter(attempt::Column::Mode.eq(window.mode.as_str()))
        // No upper bound: whoever passed before us counts, even if its clock was a little ahead.
        .filter(attempt::Column::CreatedAt.gt(window.after.as_micros()));
    if let Some(merchant) = window.merchant_id {
        query = query.filter(attempt::Column::MerchantId.eq(merchant.as_uuid()));
    }
    Some(query)
}

/// Attempts in a window of time, counted up to `most`: straight from the truth, at a bounded cost.
pub(crate) async fn count_attempts(
    conn: &impl ConnectionTrait,
    window: &Window<'_>,
    most: i64,
) -> Result<i64, StoreError> {
    let Some(query) = in_window(window) else { return Ok(0) };
    let query = query.column(attempt::Column::Id).limit(most.unsigned_abs());
    let found = query.into_tuple::<uuid::Uuid>().all(conn).await?.len();
    Ok(i64::try_from(found).unwrap_or(i64::MAX))
}

/// The sum of the attempts in a window of time in the window's currency, minor units.
pub(crate) async fn sum_attempts(conn: &impl ConnectionTrait, window: &Window<'_>) -> Result<i64, StoreError> {
    let Some(query) = in_window(window) else { return Ok(0) };
    let query = query
        .column(attempt::Column::Amount)
        .filter(attempt::Column::Currency.eq(window.currency.code()))
        .limit(WINDOW_ROWS_MAX);
    Ok(query.into_tuple::<i64>().all(conn).await?.into_iter().fold(0, i64::saturating_add))
}
