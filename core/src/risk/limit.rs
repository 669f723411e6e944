//! The limits of the platform and of merchants, kept in memory for a moment.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::kept::Kept;
use crate::risk::Limit;
use crate::store::{StoreError, Tx, risk as rows};

/// How long the limits that were read are good for: a change counts everywhere after this time.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Every limit, as read at one time.
#[derive(Debug, Default)]
pub(crate) struct LimitTable(HashMap<Option<MerchantId>, Vec<Limit>>);

impl LimitTable {
    fn new(limits: impl IntoIterator<Item = Limit>) -> Self {
        let mut table: HashMap<_, Vec<Limit>> = HashMap::new();
        for limit in limits {
            table.entry(limit.merchant_id).or_default().push(limit);
        }
        Self(table)
    }

    /// The platform's limits and then the merchant's, each in the order in which they were made.
    pub(crate) fn of(&self, merchant: MerchantId) -> impl Iterator<Item = &Limit> {
        [None, Some(merchant)].into_iter().filter_map(|owner| self.0.get(&owner)).flatten()
    }
}

/// The limits that payments are screened by.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Kept<LimitTable>);

impl Default for Limits {
    fn default() -> Self {
        Self(Kept::new(GOOD_FOR))
    }
}

impl Limits {
    /// The limits at this time.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they cannot be read: nothing passes without them.
    pub(crate) async fn current(&self, tx: &Tx, now: Timestamp) -> Result<Arc<LimitTable>, StoreError> {
        self.0.get(now, async || Ok(LimitTable::new(rows::limits(tx.conn()).await?))).await
    }
}
