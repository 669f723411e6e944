//! Rows of secret codes and of what people were asked to confirm.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::entity::{verification, verifier_code};
use super::payment::money;
use super::{StoreError, Tx, changing, locks_rows};
use crate::clock::Timestamp;
use crate::id::{AccountId, AttemptId, EnrolledCardId, PaymentId, VerificationId};
use crate::merchant::Mode;
use crate::verifier::enrol::KeptCode;
use crate::verifier::{DemandedBy, State, Verification, Way};

fn code_from(row: verifier_code::Model) -> KeptCode {
    KeptCode {
        account_id: AccountId::from_uuid(row.account_id),
        hash: row.code_hash,
        set_at: Timestamp::from_micros(row.set_at),
        failed: row.failed,
        rests_until: row.rests_until.map(Timestamp::from_micros),
    }
}

fn code_row(code: &KeptCode) -> verifier_code::Model {
    verifier_code::Model {
        account_id: code.account_id.as_uuid(),
        code_hash: code.hash.clone(),
        set_at: code.set_at.as_micros(),
        failed: code.failed,
        rests_until: code.rests_until.map(Timestamp::as_micros),
    }
}

/// The secret code of an account.
pub(crate) async fn code_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Option<KeptCode>, StoreError> {
    Ok(verifier_code::Entity::find_by_id(account.as_uuid()).one(conn).await?.map(code_from))
}

/// Reads a secret code and keeps others from changing it until the unit ends.
pub(crate) async fn lock_code(tx: &Tx, account: AccountId) -> Result<Option<KeptCode>, StoreError> {
    let mut query = verifier_code::Entity::find_by_id(account.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    Ok(query.one(tx.conn()).await?.map(code_from))
}

/// Puts a secret code in the place of the one before.
pub(crate) async fn replace_code(tx: &Tx, code: &KeptCode) -> Result<(), StoreError> {
    verifier_code::Entity::delete_by_id(code.account_id.as_uuid()).exec(tx.conn()).await?;
    verifier_code::Entity::insert(code_row(code).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Notes how often it was given wrongly.
pub(crate) async fn update_code(tx: &Tx, code: &KeptCode) -> Result<(), StoreError> {
    use verifier_code::Column::{CodeHash, SetAt};
    let row = changing(code_row(code), &[CodeHash, SetAt]);
    verifier_code::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes a secret code away. `false` when there was none.
pub(crate) async fn delete_code(tx: &Tx, account: AccountId) -> Result<bool, StoreError> {
    let gone = verifier_code::Entity::delete_by_id(account.as_uuid()).exec(tx.conn()).await?;
    Ok(gone.rows_affected == 1)
}

fn row_of(found: &Verification) -> verification::Model {
    verification::Model {
        id: found.id.as_uuid(),
        payment_id: found.payment_id.as_uuid(),
        attempt_id: found.attempt_id.as_uuid(),
        account_id: found.account_id.map(AccountId::as_uuid),
        email_ci: found.email.clone(),
        way: found.way.as_str().to_owned(),
        demanded_by: found.demanded_by.as_str().to_owned(),
        enrolled_card_id: found.enrolled_card.map(EnrolledCardId::as_uuid),
        mode: found.mode.as_str().to_owned(),
        amount: found.amount.minor(),
        currency: found.amount.currency().code().to_owned(),
        shop: found.shop.clone(),
        last4: found.last4.clone(),
        holder: found.holder.clone(),
        digest: found.digest.clone(),
        state: found.state.as_str().to_owned(),
        tries: found.tries,
        round: found.round,
        entered: found.entered.clone(),
        created_at: found.created_at.as_micros(),
        expires_at: found.expires_at.as_micros(),
        ended_at: found.ended_at.map(Timestamp::as_micros),
    }
}

fn from_row(row: verification::Model) -> Result<Verification, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "verification", column };
    Ok(Verification {
        id: VerificationId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        attempt_id: AttemptId::from_uuid(row.attempt_id),
        account_id: row.account_id.map(AccountId::from_uuid),
        email: row.email_ci,
        way: Way::from_name(&row.way).ok_or_else(|| bad("way"))?,
        demanded_by: DemandedBy::from_name(&row.demanded_by).ok_or_else(|| bad("demanded_by"))?,
        enrolled_card: row.enrolled_card_id.map(EnrolledCardId::from_uuid),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        amount: money("verification", row.amount, &row.currency)?,
        shop: row.shop,
        last4: row.last4,
        holder: row.holder,
        digest: row.digest,
        state: State::from_name(&row.state).ok_or_else(|| bad("state"))?,
        tries: row.tries,
        round: row.round,
        entered: row.entered,
        created_at: Timestamp::from_micros(row.created_at),
        expires_at: Timestamp::from_micros(row.expires_at),
        ended_at: row.ended_at.map(Timestamp::from_micros),
    })
}

pub(crate) async fn insert(tx: &Tx, new: &Verification) -> Result<(), StoreError> {
    verification::Entity::insert(row_of(new).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes what changes: state, tries, keypad and end.
pub(crate) async fn update(tx: &Tx, found: &Verification) -> Result<(), StoreError> {
    use verification::Column as C;
    let fixed = [
        C::PaymentId,
        C::AttemptId,
        C::AccountId,
        C::EmailCi,
        C::Way,
        C::DemandedBy,
        C::EnrolledCardId,
        C::Mode,
        C::Amount,
        C::Currency,
        C::Shop,
        C::Last4,
        C::Holder,
        C::Digest,
        C::CreatedAt,
        C::ExpiresAt,
    ];
    verification::Entity::update(changing(row_of(found), &fixed)).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: VerificationId) -> Result<Option<Verification>, StoreError> {
    verification::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(from_row).transpose()
}

/// Reads a question and keeps others from changing it until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: VerificationId) -> Result<Option<Verification>, StoreError> {
    let mut query = verification::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    query.one(tx.conn()).await?.map(from_row).transpose()
}

fn of_payment(payment: PaymentId) -> Select<verification::Entity> {
    verification::Entity::find()
        .filter(verification::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(verification::Column::Id, Order::Desc)
}

fn live() -> Condition {
    Condition::all().add(verification::Column::State.is_in([State::Pending.as_str(), State::Confirmed.as_str()]))
}

/// The question about a payment that waits for its answer.
pub(crate) async fn live_of(
    conn: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Option<Verification>, StoreError> {
    of_payment(payment).filter(live()).one(conn).await?.map(from_row).transpose()
}

/// The latest answer by which a payment was confirmed.
pub(crate) async fn passed_of(
    conn: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Option<Verification>, StoreError> {
    let passed = verification::Column::State.eq(State::Passed.as_str());
    of_payment(payment).filter(passed).one(conn).await?.map(from_row).transpose()
}

/// Ends the question about a payment that ended before its answer.
pub(crate) async fn withdraw_of(tx: &Tx, payment: PaymentId, now: Timestamp) -> Result<(), StoreError> {
    verification::Entity::update_many()
        .col_expr(verification::Column::State, Expr::value(State::Withdrawn.as_str()))
        .col_expr(verification::Column::EndedAt, Expr::value(now.as_micros()))
        .col_expr(verification::Column::Entered, Expr::value(Option::<Vec<u8>>::None))
        .filter(verification::Column::PaymentId.eq(payment.as_uuid()))
        .filter(live())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Questions whose time is over, the oldest first.
pub(crate) async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<VerificationId>, StoreError> {
    let ids = verification::Entity::find()
        .select_only()
        .column(verification::Column::Id)
        .filter(live())
        .filter(verification::Column::ExpiresAt.lte(now.as_micros()))
        .order_by(verification::Column::ExpiresAt, Order::Asc)
        .limit(limit)
        .into_tuple::<uuid::Uuid>()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(VerificationId::from_uuid).collect())
}

/// How many questions a person was asked since then, by account or address.
pub(crate) async fn count_asked(
    conn: &impl ConnectionTrait,
    account: Option<AccountId>,
    email: Option<&str>,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let theirs = Condition::any()
        .add_option(account.map(|account| verification::Column::AccountId.eq(account.as_uuid())))
        .add_option(email.map(|email| verification::Column::EmailCi.eq(email)));
    let query =
        verification::Entity::find().filter(theirs).filter(verification::Column::CreatedAt.gt(since.as_micros()));
    Ok(query.count(conn).await?)
}

/// What was asked about the cards of a bank, newest first; `before` is the last id of the page before.
pub(crate) async fn of_bank(
    conn: &impl ConnectionTrait,
    cards: Select<super::entity::enrolled_card::Entity>,
    before: Option<VerificationId>,
    limit: u64,
) -> Result<Vec<Verification>, StoreError> {
    use sea_orm::QueryTrait;
    let ids = cards.select_only().column(super::entity::enrolled_card::Column::Id).into_query();
    let mut query = verification::Entity::find()
        .filter(verification::Column::EnrolledCardId.in_subquery(ids))
        .order_by(verification::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(verification::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(from_row).collect()
}

/// Forgets a person's secret code, and the addresses that they were written to.
pub(crate) async fn forget_person(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    delete_code(tx, account).await?;
    verification::Entity::update_many()
        .col_expr(verification::Column::EmailCi, Expr::value(Option::<String>::None))
        .filter(verification::Column::AccountId.eq(account.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}
