//! Rows of payments.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, LockType, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::entity::{attempt, payment};
use super::{StoreError, Tx, changing, locks_rows};
use crate::clock::Timestamp;
use crate::id::{AccountId, BillId, MerchantId, PaymentId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::money::{Currency, Money};
use crate::payment::action::ReturnUrl;
use crate::payment::decline::DeclineCode;
use crate::payment::status::{Stage, Status};
use crate::payment::{CaptureMode, MethodKind, Narrowed, Payment};
use crate::verifier::Wish;

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
        waits_for_buyer: i32::from(payment.stage == Stage::Action),
        sequence: payment.sequence,
        version: payment.version,
        created_at: payment.created_at.as_micros(),
        updated_at: payment.updated_at.as_micros(),
        expires_at: payment.expires_at.as_micros(),
        capture_before: payment.capture_before.map(Timestamp::as_micros),
        expiry_warned: i32::from(payment.expiry_warned),
        outcome_due_at: payment.outcome_due_at.map(Timestamp::as_micros),
        disputed: payment.disputed,
        return_url: payment.return_url.as_ref().map(|url| url.as_str().to_owned()),
        bill_id: payment.bill.map(BillId::as_uuid),
        verification: payment.verification.as_str().to_owned(),
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
        capture_before: row.capture_before.map(Timestamp::from_micros),
        expiry_warned: row.expiry_warned != 0,
        outcome_due_at: row.outcome_due_at.map(Timestamp::from_micros),
        stage: Stage::from_name(&row.stage, row.waits_for_buyer != 0).ok_or_else(|| bad("stage"))?,
        authorized: row.authorized,
        captured: row.captured,
        refunded: row.refunded,
        refund_pending: row.refund_pending,
        disputed: row.disputed,
        sequence: row.sequence,
        version: row.version,
        return_url: row.return_url.as_deref().and_then(|url| ReturnUrl::new(url).ok()),
        bill: row.bill_id.map(BillId::from_uuid),
        verification: Wish::from_name(&row.verification).ok_or_else(|| bad("verification"))?,
    })
}

pub(crate) async fn insert(tx: &Tx, payment: &Payment) -> Result<(), StoreError> {
    payment::Entity::insert(payment_row(payment).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// What never changes once it is written, and is left out of updates.
const FIXED: &[payment::Column] = {
    use payment::Column::{
        Amount, BillId, Capture, CreatedAt, Currency, Description, EmailCi, ExpiresAt, Ip, Language, MerchantId,
        Metadata, Mode, OrderRef, Reference, ReturnUrl, Verification,
    };
    &[
        Amount,
        BillId,
        Capture,
        CreatedAt,
        Currency,
        Description,
        EmailCi,
        ExpiresAt,
        Ip,
        Language,
        MerchantId,
        Metadata,
        Mode,
        OrderRef,
        Reference,
        ReturnUrl,
        Verification,
    ]
};

/// Writes a payment that was read and locked in the same unit; the bill that it pays follows it.
pub(crate) async fn update(tx: &Tx, payment: &Payment) -> Result<(), StoreError> {
    let row = changing(payment_row(payment), FIXED);
    payment::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    match payment.bill {
        Some(bill) => super::bill::follow(tx, bill, payment).await,
        None => Ok(()),
    }
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

/// The payment with this order number.
pub(crate) async fn by_order_ref(
    conn: &impl ConnectionTrait,
    (merchant, mode): (MerchantId, Mode),
    order_ref: &str,
) -> Result<Option<Payment>, StoreError> {
    let query = payment::Entity::find()
        .filter(payment::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(payment::Column::Mode.eq(mode.as_str()))
        .filter(payment::Column::OrderRef.eq(order_ref));
    query.one(conn).await?.map(payment_from).transpose()
}

/// What a list of payments is narrowed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) scope: Option<(MerchantId, Mode)>,
    pub(crate) account: Option<AccountId>,
    pub(crate) status: Option<Status>,
    /// As its buyer narrows the list.
    pub(crate) part: Narrowed,
    /// Any of these; none for all.
    pub(crate) merchants: Vec<MerchantId>,
    pub(crate) order_ref: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) last4: Option<String>,
    pub(crate) merchant: Option<MerchantId>,
    /// Part of the description, the order number or the reference.
    pub(crate) text: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) currency: Option<Currency>,
    /// Not less, minor units.
    pub(crate) amount_min: Option<i64>,
    /// Not more, minor units.
    pub(crate) amount_max: Option<i64>,
    /// Tried with a card, or with a wallet.
    pub(crate) method: Option<MethodKind>,
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
    if let Some(part) = of_part(filter.part) {
        all = all.add(part);
    }
    if !filter.merchants.is_empty() {
        all = all.add(payment::Column::MerchantId.is_in(filter.merchants.iter().map(|id| id.as_uuid())));
    }
    if let Some(order_ref) = &filter.order_ref {
        all = all.add(payment::Column::OrderRef.eq(order_ref));
    }
    if let Some(email) = &filter.email {
        all = all.add(payment::Column::EmailCi.eq(email));
    }
    if let Some(last4) = &filter.last4 {
        all = all.add(tried_with(attempt::Column::Last4.eq(last4)));
    }
    if let Some(merchant) = filter.merchant {
        all = all.add(payment::Column::MerchantId.eq(merchant.as_uuid()));
    }
    if let Some(text) = &filter.text {
        all = all.add(contains(text));
    }
    if let Some(from) = filter.from {
        all = all.add(payment::Column::CreatedAt.gte(from.as_micros()));
    }
    if let Some(until) = filter.until {
        all = all.add(payment::Column::CreatedAt.lt(until.as_micros()));
    }
    if let Some(currency) = filter.currency {
        all = all.add(payment::Column::Currency.eq(currency.code()));
    }
    if let Some(least) = filter.amount_min {
        all = all.add(payment::Column::Amount.gte(least));
    }
    if let Some(most) = filter.amount_max {
        all = all.add(payment::Column::Amount.lte(most));
    }
    if let Some(method) = filter.method {
        all = all.add(tried_with(match method {
            MethodKind::Card => attempt::Column::Wallet.is_null(),
            MethodKind::Wallet => attempt::Column::Wallet.is_not_null(),
        }));
    }
    payment::Entity::find().filter(all)
}

/// The payments of which an attempt is like this.
fn tried_with(attempt: SimpleExpr) -> SimpleExpr {
    let attempts = attempt::Entity::find().select_only().column(attempt::Column::PaymentId).filter(attempt);
    payment::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(attempts))
}

/// SQLite folds the case of ASCII letters only.
fn contains(text: &str) -> Condition {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let has = |column, part: &str| {
        let folded = Func::lower(Expr::col((payment::Entity, column)));
        Expr::expr(folded).like(LikeExpr::new(format!("%{part}%")).escape('\\'))
    };
    let any =
        Condition::any().add(has(payment::Column::Description, &escaped)).add(has(payment::Column::OrderRef, &escaped));
    // References are shown in groups and stored without.
    let bare = escaped.replace('-', "");
    if bare.is_empty() { any } else { any.add(has(payment::Column::Reference, &bare)) }
}

/// The shops that an account paid or tried to pay.
pub(crate) async fn shops(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<MerchantId>, StoreError> {
    let query = payment::Entity::find()
        .select_only()
        .column(payment::Column::MerchantId)
        .distinct()
        .filter(payment::Column::AccountId.eq(account.as_uuid()));
    let ids = query.into_tuple::<uuid::Uuid>().all(conn).await?;
    Ok(ids.into_iter().map(MerchantId::from_uuid).collect())
}

/// The payments of a part. One that was declined may be tried again until it lapses: to its buyer it
/// was not made.
fn of_part(part: Narrowed) -> Option<Condition> {
    let status = |statuses: &[Status]| payment::Column::Status.is_in(statuses.iter().map(|status| status.as_str()));
    let unpaid = || Condition::all().add(payment::Column::Status.eq(Status::RequiresPaymentMethod.as_str()));
    match part {
        Narrowed::All => None,
        Narrowed::Paid => Some(Condition::all().add(status(&[Status::Captured, Status::PartiallyCaptured]))),
        Narrowed::Refunded => Some(Condition::all().add(status(&[Status::PartiallyRefunded, Status::Refunded]))),
        Narrowed::Open => Some(
            Condition::any()
                .add(status(&[Status::RequiresAction, Status::InReview, Status::Processing, Status::Authorized]))
                .add(unpaid().add(payment::Column::DeclineCode.is_null())),
        ),
        Narrowed::Declined => Some(
            Condition::any()
                .add(status(&[Status::Declined, Status::Expired, Status::Voided]))
                .add(unpaid().add(payment::Column::DeclineCode.is_not_null())),
        ),
    }
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

/// A buyer's payments made from one moment until before another, oldest first. Ids begin with the
/// time, so the index of the account's payments serves.
pub(crate) async fn between(
    conn: &impl ConnectionTrait,
    account: AccountId,
    from: Timestamp,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<Payment>, StoreError> {
    let query = payment::Entity::find()
        .filter(payment::Column::AccountId.eq(account.as_uuid()))
        .filter(payment::Column::CreatedAt.gte(from.as_micros()))
        .filter(payment::Column::CreatedAt.lt(until.as_micros()))
        .order_by(payment::Column::Id, Order::Asc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(payment_from).collect()
}

pub(crate) async fn count(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, StoreError> {
    Ok(filtered(filter).count(conn).await?)
}

/// Payments whose reservation must be taken before this time, `warned` or not yet.
pub(crate) async fn reserved_until(
    conn: &impl ConnectionTrait,
    until: Timestamp,
    warned: Option<bool>,
    limit: u64,
) -> Result<Vec<PaymentId>, StoreError> {
    let mut query = payment::Entity::find()
        .select_only()
        .column(payment::Column::Id)
        .filter(payment::Column::CaptureBefore.is_not_null())
        .filter(payment::Column::CaptureBefore.lte(until.as_micros()));
    if let Some(warned) = warned {
        query = query.filter(payment::Column::ExpiryWarned.eq(i32::from(warned)));
    }
    let query = query.order_by(payment::Column::CaptureBefore, Order::Asc).limit(limit);
    let ids = query.into_tuple::<uuid::Uuid>().all(conn).await?;
    Ok(ids.into_iter().map(PaymentId::from_uuid).collect())
}

/// Unfinished payments whose time is over.
pub(crate) async fn overdue(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<PaymentId>, StoreError> {
    // A literal, word for word the index's predicate: with bound values SQLite would not use it.
    let unfinished = Expr::cust("status IN ('requires_payment_method', 'in_review', 'requires_action')");
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::payment::status::TRANSITIONS;
    use crate::store::entity::payment_transition;
    use crate::store::{DatabaseUrl, Store};

    #[tokio::test]
    async fn the_database_allows_the_same_changes_of_status_as_the_code() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("transitions.db"))).await.unwrap();
        aviso_migrations::migrate(&store.migration_connection()).await.unwrap();
        let rows = payment_transition::Entity::find().all(store.reader()).await.unwrap();
        let stored: BTreeSet<_> = rows.into_iter().map(|row| (row.from_status, row.to_status)).collect();
        let known = TRANSITIONS.iter().map(|(from, to, _)| (from.as_str().to_owned(), to.as_str().to_owned()));
        assert_eq!(stored, known.collect());
    }
}
