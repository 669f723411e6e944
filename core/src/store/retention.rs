//! Old rows: deleted a bounded number at a time, oldest first. Ids sort by time, so the primary key finds them.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::{NoContext, Uuid};

use super::entity::{
    delivery, delivery_attempt, event, inbox_item, link, mail_report, notice_plan, risk_decision, session,
};
use super::{StoreError, Tx};
use crate::clock::Timestamp;

/// Rows deleted in one unit of work.
const BATCH: u64 = 500;

/// The smallest id of a row made at this time or later.
fn first_id(at: Timestamp) -> Uuid {
    let micros = u64::try_from(at.as_micros()).unwrap_or(0);
    let stamp = uuid::Timestamp::from_unix(NoContext, micros / 1_000_000, (micros % 1_000_000) as u32 * 1_000);
    let mut bytes = *Uuid::new_v7(stamp).as_bytes();
    // Only the first 48 bits are the time.
    bytes[6..].fill(0);
    Uuid::from_bytes(bytes)
}

/// Deliveries that ended, with their attempts. Gives how many.
pub(crate) async fn deliveries(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::Id.lt(first_id(before)))
        .filter(Expr::cust("state IN ('done', 'dead', 'cancelled')"))
        .order_by(delivery::Column::Id, Order::Asc)
        .limit(BATCH);
    let ids: Vec<Uuid> = old.into_tuple().all(tx.conn()).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let attempts = delivery_attempt::Entity::delete_many();
    attempts.filter(delivery_attempt::Column::DeliveryId.is_in(ids.iter().copied())).exec(tx.conn()).await?;
    let reports = mail_report::Entity::delete_many();
    reports.filter(mail_report::Column::DeliveryId.is_in(ids.iter().copied())).exec(tx.conn()).await?;
    let deleted = delivery::Entity::delete_many().filter(delivery::Column::Id.is_in(ids)).exec(tx.conn()).await?;
    Ok(deleted.rows_affected)
}

/// Events that everybody was told of and that no delivery needs any more. Gives how many.
pub(crate) async fn events(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let needed = Query::select()
        .expr(Expr::val(1))
        .from(delivery::Entity)
        .and_where(Expr::col((delivery::Entity, delivery::Column::EventId)).equals((event::Entity, event::Column::Id)))
        .to_owned();
    let old = event::Entity::find()
        .select_only()
        .column(event::Column::Id)
        .filter(event::Column::Id.lt(first_id(before)))
        .filter(event::Column::PlannedAt.is_not_null())
        .filter(Expr::exists(needed).not())
        .order_by(event::Column::Id, Order::Asc)
        .limit(BATCH);
    let ids: Vec<Uuid> = old.into_tuple().all(tx.conn()).await?;
    let items = inbox_item::Entity::delete_many().filter(inbox_item::Column::EventId.is_in(ids.iter().copied()));
    delete_by(tx, items, &ids).await?;
    let plans = notice_plan::Entity::delete_many().filter(notice_plan::Column::EventId.is_in(ids.iter().copied()));
    delete_by(tx, plans, &ids).await?;
    delete_by(tx, event::Entity::delete_many().filter(event::Column::Id.is_in(ids.iter().copied())), &ids).await
}

/// What lies in people's inboxes. Gives how many.
pub(crate) async fn inbox(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old = inbox_item::Entity::find()
        .select_only()
        .column(inbox_item::Column::Id)
        .filter(inbox_item::Column::Id.lt(first_id(before)))
        .order_by(inbox_item::Column::Id, Order::Asc)
        .limit(BATCH);
    let ids: Vec<Uuid> = old.into_tuple().all(tx.conn()).await?;
    let these = inbox_item::Entity::delete_many().filter(inbox_item::Column::Id.is_in(ids.iter().copied()));
    delete_by(tx, these, &ids).await
}

/// What antifraud saw and decided. Gives how many.
pub(crate) async fn decisions(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old = risk_decision::Entity::find()
        .select_only()
        .column(risk_decision::Column::Id)
        .filter(risk_decision::Column::Id.lt(first_id(before)))
        .order_by(risk_decision::Column::Id, Order::Asc)
        .limit(BATCH);
    let ids: Vec<Uuid> = old.into_tuple().all(tx.conn()).await?;
    let these = risk_decision::Entity::delete_many().filter(risk_decision::Column::Id.is_in(ids.iter().copied()));
    delete_by(tx, these, &ids).await
}

/// One-time links and sessions that ran out. Gives how many.
pub(crate) async fn links_and_sessions(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let links = link::Entity::find()
        .select_only()
        .column(link::Column::Id)
        .filter(link::Column::ExpiresAt.lt(before.as_micros()))
        .limit(BATCH);
    let links: Vec<Uuid> = links.into_tuple().all(tx.conn()).await?;
    let these = link::Entity::delete_many().filter(link::Column::Id.is_in(links.iter().copied()));
    let gone = delete_by(tx, these, &links).await?;
    let sessions = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::ExpiresAt.lt(before.as_micros()))
        .limit(BATCH);
    let sessions: Vec<Uuid> = sessions.into_tuple().all(tx.conn()).await?;
    let these = session::Entity::delete_many().filter(session::Column::Id.is_in(sessions.iter().copied()));
    Ok(gone + delete_by(tx, these, &sessions).await?)
}

async fn delete_by<E: EntityTrait>(tx: &Tx, these: sea_orm::DeleteMany<E>, ids: &[Uuid]) -> Result<u64, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(these.exec(tx.conn()).await?.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EventId;

    #[test]
    fn ids_of_later_rows_are_not_below_the_first_id() {
        let at = Timestamp::from_micros(1_795_000_000_123_000);
        let first = first_id(at);
        assert!(EventId::new(at).as_uuid() >= first);
        assert!(EventId::new(at.before(std::time::Duration::from_millis(1))).as_uuid() < first);
    }
}
