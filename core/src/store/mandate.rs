//! Rows of mandates.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::entity::mandate;
use super::{StoreError, Tx, locks_rows};
use crate::clock::Timestamp;
use crate::id::{CardId, MandateId, MerchantId, PaymentId};
use crate::mandate::{EndReason, Mandate, MandateState, NewTerms, Terms};
use crate::merchant::Mode;

fn mandate_row(mandate: &Mandate) -> mandate::Model {
    let terms = &mandate.terms;
    mandate::Model {
        id: mandate.id.as_uuid(),
        card_id: mandate.card_id.as_uuid(),
        merchant_id: mandate.merchant_id.as_uuid(),
        mode: mandate.mode.as_str().to_owned(),
        currency: terms.currency().code().to_owned(),
        amount_min: terms.amount_min(),
        amount_max: terms.amount_max(),
        period_days: i32::from(terms.period_days()),
        ends_at: terms.ends_at().as_micros(),
        state: mandate.state.as_str().to_owned(),
        ended_reason: mandate.ended.map(|reason| reason.as_str().to_owned()),
        charging: mandate.charging.map(PaymentId::as_uuid),
        last_success_at: mandate.last_success_at.map(Timestamp::as_micros),
        consent_text: mandate.consent_text.clone(),
        created_at: mandate.created_at.as_micros(),
    }
}

fn mandate_from(row: mandate::Model) -> Result<Mandate, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "mandate", column };
    let terms = NewTerms {
        amount_min: row.amount_min,
        amount_max: row.amount_max,
        period_days: u16::try_from(row.period_days).map_err(|_| bad("period_days"))?,
        ends_at: Timestamp::from_micros(row.ends_at),
    };
    Ok(Mandate {
        id: MandateId::from_uuid(row.id),
        card_id: CardId::from_uuid(row.card_id),
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        terms: Terms::stored(terms, row.currency.parse().map_err(|_| bad("currency"))?),
        state: MandateState::from_name(&row.state).ok_or_else(|| bad("state"))?,
        ended: row.ended_reason.as_deref().and_then(EndReason::from_name),
        charging: row.charging.map(PaymentId::from_uuid),
        last_success_at: row.last_success_at.map(Timestamp::from_micros),
        consent_text: row.consent_text,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// The index's predicate, word for word, so that SQLite uses it.
fn unended() -> sea_orm::sea_query::SimpleExpr {
    Expr::cust("state IN ('pending', 'active', 'frozen')")
}

pub(crate) async fn insert(tx: &Tx, mandate: &Mandate) -> Result<(), StoreError> {
    mandate::Entity::insert(mandate_row(mandate).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, mandate: &Mandate) -> Result<(), StoreError> {
    let row = mandate_row(mandate).into_active_model().reset_all();
    mandate::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes away the agreements that were to begin with a card that is not kept after all.
pub(crate) async fn delete_pending_of(tx: &Tx, card: CardId) -> Result<(), StoreError> {
    mandate::Entity::delete_many()
        .filter(mandate::Column::CardId.eq(card.as_uuid()))
        .filter(mandate::Column::State.eq(MandateState::Pending.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: MandateId) -> Result<Option<Mandate>, StoreError> {
    mandate::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(mandate_from).transpose()
}

/// Reads a mandate and keeps others from changing it until the unit ends.
pub(crate) async fn lock(tx: &Tx, id: MandateId) -> Result<Option<Mandate>, StoreError> {
    let mut query = mandate::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    query.one(tx.conn()).await?.map(mandate_from).transpose()
}

/// The agreements of a card that are not over.
pub(crate) async fn of_card(tx: &Tx, card: CardId) -> Result<Vec<Mandate>, StoreError> {
    let mut query = mandate::Entity::find()
        .filter(mandate::Column::CardId.eq(card.as_uuid()))
        .filter(unended())
        .order_by(mandate::Column::Id, Order::Asc);
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::Update);
    }
    query.all(tx.conn()).await?.into_iter().map(mandate_from).collect()
}

/// A merchant's mandates, newest first; `before` is the last id of the page before.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    scope: (MerchantId, Mode),
    before: Option<MandateId>,
    limit: u64,
) -> Result<Vec<Mandate>, StoreError> {
    let mut query = mandate::Entity::find()
        .filter(mandate::Column::MerchantId.eq(scope.0.as_uuid()))
        .filter(mandate::Column::Mode.eq(scope.1.as_str()))
        .filter(mandate::Column::State.ne(MandateState::Pending.as_str()))
        .order_by(mandate::Column::Id, Order::Desc)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(mandate::Column::Id.lt(before.as_uuid()));
    }
    query.all(conn).await?.into_iter().map(mandate_from).collect()
}

/// Agreements whose last day is over.
pub(crate) async fn overdue(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<MandateId>, StoreError> {
    let ids = mandate::Entity::find()
        .select_only()
        .column(mandate::Column::Id)
        .filter(Expr::cust("state IN ('active', 'frozen')"))
        .filter(mandate::Column::EndsAt.lte(now.as_micros()))
        .limit(limit)
        .into_tuple::<uuid::Uuid>()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(MandateId::from_uuid).collect())
}
