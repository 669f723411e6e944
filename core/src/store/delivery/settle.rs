//! What becomes of leases: results, and leases that ran out.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::LEASED;
use crate::clock::Timestamp;
use crate::delivery::{AttemptRecord, ChannelKind};
use crate::id::{DeliveryId, EventId};
use crate::language::Language;
use crate::store::entity::{delivery, delivery_attempt, instance};
use crate::store::{StoreError, Tx};

/// What becomes of a leased delivery.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) id: DeliveryId,
    /// The lease that it was worked on under.
    pub(crate) token: Uuid,
    /// The new state: `done`, `dead`, or `pending` with the next moment.
    pub(crate) state: &'static str,
    pub(crate) next_at: Timestamp,
    /// Whether the attempt counts.
    pub(crate) counted: bool,
    pub(crate) provider_ref: Option<String>,
}

/// Writes a result, unless the lease is somebody else's by now. `false` then.
pub(crate) async fn finish(tx: &Tx, result: &Verdict, now: Timestamp) -> Result<bool, StoreError> {
    let ended = result.state != "pending";
    let mut update = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(result.state))
        .col_expr(delivery::Column::NextAt, Expr::value(result.next_at.as_micros()))
        .col_expr(delivery::Column::LeaseToken, Expr::value(Option::<Uuid>::None))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(delivery::Column::LeaseOwner, Expr::value(Option::<Uuid>::None))
        .col_expr(delivery::Column::FinishedAt, Expr::value(ended.then_some(now.as_micros())));
    if !result.counted {
        update = update.col_expr(delivery::Column::Attempt, Expr::col(delivery::Column::Attempt).sub(1));
    }
    if let Some(provider_ref) = &result.provider_ref {
        update = update.col_expr(delivery::Column::ProviderRef, Expr::value(provider_ref.as_str()));
    }
    let updated = update
        .filter(delivery::Column::Id.eq(result.id.as_uuid()))
        .filter(delivery::Column::LeaseToken.eq(result.token))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

pub(crate) async fn insert_attempts(tx: &Tx, attempts: &[AttemptRecord]) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let rows = attempts.iter().map(|attempt| {
        delivery_attempt::Model {
            id: DeliveryId::new(attempt.at).as_uuid(),
            delivery_id: attempt.delivery_id.as_uuid(),
            number: attempt.number,
            at: attempt.at.as_micros(),
            duration_micros: attempt.duration_micros,
            outcome: attempt.outcome.clone(),
            code: attempt.code,
            class: attempt.class.clone(),
            answer: attempt.answer.clone(),
        }
        .into_active_model()
    });
    delivery_attempt::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// A delivery whose lease ran out: its worker died, or could not record the result.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) id: DeliveryId,
    pub(crate) token: Uuid,
    pub(crate) recipient: Uuid,
    pub(crate) event: EventId,
    pub(crate) channel: Option<ChannelKind>,
    pub(crate) language: Language,
    pub(crate) staff: bool,
    pub(crate) attempt: i32,
}

/// Which leases are lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LostBy {
    /// Those that ran out by then.
    pub(crate) run_out: Timestamp,
    /// Those of processes that have been silent since then,
    pub(crate) silent_since: Timestamp,
    /// unless it is this one, which knows itself that it lives.
    pub(crate) but: Uuid,
}

/// The deliveries whose leases are lost, those of the earliest first.
pub(crate) async fn lost(conn: &impl ConnectionTrait, by: &LostBy, limit: u64) -> Result<Vec<Lost>, StoreError> {
    let alive = instance::Entity::find()
        .select_only()
        .column(instance::Column::Id)
        .filter(instance::Column::BeatAt.gt(by.silent_since.as_micros()));
    let of_the_dead = Condition::all()
        .add(delivery::Column::LeaseOwner.is_not_null())
        .add(delivery::Column::LeaseOwner.ne(by.but))
        .add(delivery::Column::LeaseOwner.not_in_subquery(alive.into_query()));
    let query = delivery::Entity::find()
        .filter(Expr::cust(LEASED))
        .filter(Condition::any().add(delivery::Column::LeaseUntil.lte(by.run_out.as_micros())).add(of_the_dead))
        .order_by(delivery::Column::LeaseUntil, Order::Asc)
        .limit(limit);
    let rows = query.all(conn).await?.into_iter().filter_map(|row| {
        Some(Lost {
            id: DeliveryId::from_uuid(row.id),
            token: row.lease_token?,
            recipient: row.recipient_id,
            event: EventId::from_uuid(row.event_id),
            channel: ChannelKind::from_name(&row.channel),
            language: Language::from_code(&row.language).unwrap_or_default(),
            staff: row.staff != 0,
            attempt: row.attempt,
        })
    });
    Ok(rows.collect())
}
