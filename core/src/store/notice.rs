//! Rows of notices that acquirers sent by themselves.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel, TryInsertResult};

use super::entity::acquirer_notice;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::OperationId;

/// Writes a notice down. `false` when it was heard before.
pub(crate) async fn insert(
    tx: &Tx,
    acquirer: &str,
    notice: &str,
    operation: OperationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = acquirer_notice::Model {
        acquirer: acquirer.to_owned(),
        notice_id: notice.to_owned(),
        operation_id: operation.as_uuid(),
        heard_at: now.as_micros(),
    };
    let columns = [acquirer_notice::Column::Acquirer, acquirer_notice::Column::NoticeId];
    let inserted = acquirer_notice::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}
