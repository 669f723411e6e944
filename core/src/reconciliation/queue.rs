//! The items that wait for a person, and what the person says.

use crate::audit::{self, Actor};
use crate::id::MismatchId;
use crate::reconciliation::{Fit, Item, Reconciliation, ReconciliationError};
use crate::store::{StoreError, reconciliation as rows};

/// Items that are listed at once.
pub const ITEMS_MAX: u64 = 200;
/// Characters of a reason.
const REASON_CHARS_MAX: usize = 500;

/// Which items to list.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Only of this acquirer.
    pub acquirer: Option<String>,
    /// Only those that fit so.
    pub fit: Option<Fit>,
    /// Those that were resolved, too.
    pub resolved: bool,
}

impl Reconciliation {
    /// The items, oldest first, behind the last one of the page before; at most [`ITEMS_MAX`].
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn items(&self, filter: &ItemFilter, after: Option<MismatchId>) -> Result<Vec<Item>, StoreError> {
        rows::items(self.store.reader(), filter, after, ITEMS_MAX).await
    }

    /// How many items wait, by acquirer and fit.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn open(&self) -> Result<Vec<(String, Fit, i64)>, StoreError> {
        rows::open(self.store.reader()).await
    }

    /// Writes down that an item is settled, and why. Nothing is booked by it.
    ///
    /// # Errors
    ///
    /// [`ReconciliationError::NotFound`], [`ReconciliationError::Resolved`], [`ReconciliationError::Reason`].
    pub async fn resolve(&self, actor: &Actor, id: MismatchId, reason: &str) -> Result<Item, ReconciliationError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.chars().any(char::is_control) {
            return Err(ReconciliationError::Reason);
        }
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let item = rows::item(tx.conn(), id).await?.ok_or(ReconciliationError::NotFound(id))?;
                if !rows::resolve(tx, id, &actor.to_string(), reason, now).await? {
                    return Err(ReconciliationError::Resolved(id));
                }
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "reconciliation.resolve",
                    subject: id.to_string(),
                    before: item.fit.as_str().to_owned(),
                    after: "resolved".to_owned(),
                    reason: reason.to_owned(),
                };
                audit::record(tx, &row, now).await?;
                Ok(rows::item(tx.conn(), id).await?.unwrap_or(item))
            })
            .await
    }
}
