//! A merchant's own lists, and the limits that count for it.

use crate::audit::{self, Actor};
use crate::id::{ListEntryId, MerchantId};
use crate::risk::{Limit, ListEntry, ListError, Risk};
use crate::store::{StoreError, risk as rows};

impl Risk {
    /// The entries of a merchant that count now, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn entries_of(&self, merchant: MerchantId, limit: u64) -> Result<Vec<ListEntry>, StoreError> {
        rows::entries_of(self.store.reader(), merchant, self.clock.now(), limit).await
    }

    /// Takes an entry of a merchant out of its list.
    ///
    /// # Errors
    ///
    /// [`ListError::NotFound`] also for the entries of others.
    pub async fn remove_entry_of(&self, actor: &Actor, merchant: MerchantId, id: ListEntryId) -> Result<(), ListError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let entry = rows::remove_entry_of(tx, merchant, id, now).await?.ok_or(ListError::NotFound)?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "risk.list_remove",
                    subject: id.to_string(),
                    before: format!("{} {} {}", entry.list.as_str(), entry.attribute.as_str(), entry.value),
                    after: String::new(),
                    reason: String::new(),
                };
                Ok(audit::record_for(tx, merchant, &row, now).await?)
            })
            .await
    }

    /// The limits that count for a merchant: the install's, and its own.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn limits_of(&self, merchant: MerchantId) -> Result<Vec<Limit>, StoreError> {
        let all = rows::limits(self.store.reader()).await?;
        Ok(all.into_iter().filter(|limit| limit.merchant_id.is_none_or(|owner| owner == merchant)).collect())
    }
}
