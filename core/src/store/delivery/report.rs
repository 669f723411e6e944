//! Reports about letters that a mail server had taken.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};

use crate::clock::Timestamp;
use crate::delivery::{ChannelKind, MailReport};
use crate::id::{DeliveryId, EventId};
use crate::language::Language;
use crate::store::entity::{delivery, mail_report};
use crate::store::{StoreError, Tx};

/// A letter that is reported about.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) event: EventId,
    pub(crate) address: String,
    pub(crate) language: Language,
    pub(crate) staff: bool,
    pub(crate) attempt: i32,
}

/// The letter of a delivery; `None` when it is none.
pub(crate) async fn letter(tx: &Tx, id: DeliveryId) -> Result<Option<Letter>, StoreError> {
    let query =
        delivery::Entity::find_by_id(id.as_uuid()).filter(delivery::Column::Channel.eq(ChannelKind::Email.as_str()));
    Ok(query.one(tx.conn()).await?.map(|row| Letter {
        event: EventId::from_uuid(row.event_id),
        language: Language::from_code(&row.language).unwrap_or_default(),
        address: row.address,
        staff: row.staff != 0,
        attempt: row.attempt,
    }))
}

/// Takes a report down. `false` when the same was reported before.
pub(crate) async fn note_report(
    tx: &Tx,
    id: DeliveryId,
    report: &MailReport,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = mail_report::Model {
        delivery_id: id.as_uuid(),
        kind: report.kind.as_str().to_owned(),
        status: report.status.clone(),
        answer: report.answer.clone(),
        created_at: now.as_micros(),
    };
    let key = [mail_report::Column::DeliveryId, mail_report::Column::Kind];
    let inserted = mail_report::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

/// A letter that counted as delivered was not.
pub(crate) async fn bury(tx: &Tx, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value("dead"))
        .col_expr(delivery::Column::FinishedAt, Expr::value(now.as_micros()))
        .filter(delivery::Column::Id.eq(id.as_uuid()))
        .filter(delivery::Column::State.eq("done"))
        .exec(tx.conn())
        .await?;
    Ok(())
}
