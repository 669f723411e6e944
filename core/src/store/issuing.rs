//! Rows of banks that enrol cards, of their keys, and of the cards.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::entity::{enrolled_card, issuing_bank, issuing_bank_key};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{EnrolledCardId, IssuingBankId, KeyId, VerificationId};
use crate::issuing::{BankKey, BankScope, EnrolledCard, IssuingBank};
use crate::merchant::Mode;
use crate::verifier::Verification;

fn bank_from(row: issuing_bank::Model) -> IssuingBank {
    IssuingBank { id: IssuingBankId::from_uuid(row.id), name: row.name }
}

pub(crate) async fn insert_bank(tx: &Tx, bank: &IssuingBank, now: Timestamp) -> Result<(), StoreError> {
    let row = issuing_bank::Model { id: bank.id.as_uuid(), name: bank.name.clone(), created_at: now.as_micros() };
    issuing_bank::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn bank_named(conn: &impl ConnectionTrait, name: &str) -> Result<Option<IssuingBank>, StoreError> {
    let query = issuing_bank::Entity::find().filter(issuing_bank::Column::Name.eq(name));
    Ok(query.one(conn).await?.map(bank_from))
}

pub(crate) async fn insert_key(
    tx: &Tx,
    key: &BankKey,
    bank: IssuingBankId,
    hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = issuing_bank_key::Model {
        id: key.id.as_uuid(),
        bank_id: bank.as_uuid(),
        mode: key.mode.as_str().to_owned(),
        hash: hash.to_owned(),
        last4: key.last4.clone(),
        created_at: now.as_micros(),
        revoked_at: None,
    };
    issuing_bank_key::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Every bank with its keys that work, by name.
pub(crate) async fn banks(conn: &impl ConnectionTrait) -> Result<Vec<(IssuingBank, Vec<BankKey>)>, StoreError> {
    let banks = issuing_bank::Entity::find().order_by(issuing_bank::Column::Name, Order::Asc).all(conn).await?;
    let keys = issuing_bank_key::Entity::find()
        .filter(issuing_bank_key::Column::RevokedAt.is_null())
        .order_by(issuing_bank_key::Column::Id, Order::Asc)
        .all(conn)
        .await?;
    let with_keys = banks.into_iter().map(|bank| {
        let theirs = keys.iter().filter(|key| key.bank_id == bank.id).cloned().map(key_from);
        Ok((bank_from(bank.clone()), theirs.collect::<Result<Vec<_>, StoreError>>()?))
    });
    with_keys.collect()
}

fn key_from(row: issuing_bank_key::Model) -> Result<BankKey, StoreError> {
    let bad = StoreError::Unreadable { table: "issuing_bank_key", column: "mode" };
    Ok(BankKey { id: KeyId::from_uuid(row.id), mode: Mode::from_name(&row.mode).ok_or(bad)?, last4: row.last4 })
}

/// Makes a key stop working. `false` when it did not work before.
pub(crate) async fn revoke_key(tx: &Tx, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
    let done = issuing_bank_key::Entity::update_many()
        .col_expr(issuing_bank_key::Column::RevokedAt, Expr::value(now.as_micros()))
        .filter(issuing_bank_key::Column::Id.eq(id.as_uuid()))
        .filter(issuing_bank_key::Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// The bank and world that a key with this hash opens.
pub(crate) async fn scope_by_key(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<BankScope>, StoreError> {
    let query = issuing_bank_key::Entity::find()
        .filter(issuing_bank_key::Column::Hash.eq(hash))
        .filter(issuing_bank_key::Column::RevokedAt.is_null());
    let Some(row) = query.one(conn).await? else { return Ok(None) };
    let Some(bank) = issuing_bank::Entity::find_by_id(row.bank_id).one(conn).await? else { return Ok(None) };
    let key = key_from(row)?;
    Ok(Some(BankScope { bank: bank_from(bank), mode: key.mode, key_id: key.id }))
}

fn card_from(row: enrolled_card::Model) -> Result<EnrolledCard, StoreError> {
    let bad = StoreError::Unreadable { table: "enrolled_card", column: "mode" };
    Ok(EnrolledCard {
        id: EnrolledCardId::from_uuid(row.id),
        bank_id: IssuingBankId::from_uuid(row.bank_id),
        mode: Mode::from_name(&row.mode).ok_or(bad)?,
        card: row.card,
        fingerprint: row.bank_card,
        last4: row.last4,
        email: row.email_ci,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

pub(crate) async fn insert_card(tx: &Tx, card: &EnrolledCard) -> Result<(), StoreError> {
    let row = enrolled_card::Model {
        id: card.id.as_uuid(),
        bank_id: card.bank_id.as_uuid(),
        mode: card.mode.as_str().to_owned(),
        card: card.card.clone(),
        bank_card: card.fingerprint.clone(),
        last4: card.last4.clone(),
        email_ci: card.email.clone(),
        created_at: card.created_at.as_micros(),
        removed_at: None,
    };
    enrolled_card::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Changes whom the payments with a card are confirmed by.
pub(crate) async fn set_card_email(tx: &Tx, id: EnrolledCardId, email: Option<&str>) -> Result<(), StoreError> {
    enrolled_card::Entity::update_many()
        .col_expr(enrolled_card::Column::EmailCi, Expr::value(email.map(str::to_owned)))
        .filter(enrolled_card::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Whether any card is enrolled at all.
pub(crate) async fn any_card(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(enrolled_card::Entity::find().filter(enrolled_card::Column::RemovedAt.is_null()).count(conn).await? > 0)
}

/// The enrolment of a card by its pseudonym on this install.
pub(crate) async fn enrolled(
    conn: &impl ConnectionTrait,
    mode: Mode,
    card: &str,
) -> Result<Option<EnrolledCard>, StoreError> {
    let query = enrolled_card::Entity::find()
        .filter(enrolled_card::Column::Mode.eq(mode.as_str()))
        .filter(enrolled_card::Column::Card.eq(card))
        .filter(enrolled_card::Column::RemovedAt.is_null());
    query.one(conn).await?.map(card_from).transpose()
}

fn of_bank(scope: &BankScope) -> Select<enrolled_card::Entity> {
    enrolled_card::Entity::find()
        .filter(enrolled_card::Column::BankId.eq(scope.bank.id.as_uuid()))
        .filter(enrolled_card::Column::Mode.eq(scope.mode.as_str()))
}

/// A bank's enrolled cards, newest first; `before` is the last id of the page before.
pub(crate) async fn cards(
    conn: &impl ConnectionTrait,
    scope: &BankScope,
    before: Option<EnrolledCardId>,
    limit: u64,
) -> Result<Vec<EnrolledCard>, StoreError> {
    let mut query = of_bank(scope)
        .filter(enrolled_card::Column::RemovedAt.is_null())
        .order_by(enrolled_card::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(enrolled_card::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(card_from).collect()
}

/// Ends the enrolment of a bank's card. `false` when it is not enrolled.
pub(crate) async fn remove_card(
    tx: &Tx,
    scope: &BankScope,
    id: EnrolledCardId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = enrolled_card::Entity::update_many()
        .col_expr(enrolled_card::Column::RemovedAt, Expr::value(now.as_micros()))
        .filter(enrolled_card::Column::Id.eq(id.as_uuid()))
        .filter(enrolled_card::Column::BankId.eq(scope.bank.id.as_uuid()))
        .filter(enrolled_card::Column::Mode.eq(scope.mode.as_str()))
        .filter(enrolled_card::Column::RemovedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// What was asked about a bank's cards, those that it removed since included; newest first.
pub(crate) async fn verifications(
    conn: &impl ConnectionTrait,
    scope: &BankScope,
    before: Option<VerificationId>,
    limit: u64,
) -> Result<Vec<Verification>, StoreError> {
    super::verifier::of_bank(conn, of_bank(scope), before, limit).await
}
