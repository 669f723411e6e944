//! The inbox of people's pages: what they were told, kept until they look.
//!
//! The planner writes it in the same unit of work as the deliveries of an event, so an event is in an inbox
//! once, whatever becomes of chat and mail. Pages that are open hear of changes by [`Watch`].

mod watch;

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::event::{Event, EventType};
use crate::id::{AccountId, ItemId};
use crate::payment::Page;
use crate::store::{Store, StoreError, inbox as rows};

pub use watch::{TooManyWatches, Watch, Watches};

/// Something that a person was told.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What happened.
    pub event: Event,
    /// When it was put there.
    pub created_at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// Whether events of a kind are put into the inbox of the person whom they concern.
#[must_use]
pub fn is_kept(kind: EventType) -> bool {
    crate::delivery::is_kept(kind)
}

/// The service.
#[derive(Debug, Clone)]
pub struct Inbox {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Inbox {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// What a person was told, newest first; `before` is the last item of the page before. What cannot be
    /// read by this version is left out, and the next page begins behind it all the same. Gives the id that
    /// the next page begins behind, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn page(
        &self,
        account: AccountId,
        before: Option<ItemId>,
        limit: u64,
    ) -> Result<(Vec<Item>, Option<ItemId>), StoreError> {
        let page = Page::cut(rows::page(self.store.reader(), account, before, limit + 1).await?, limit);
        let next = page.items.last().filter(|_| page.has_more).map(|(id, _)| *id);
        Ok((page.items.into_iter().filter_map(|(_, item)| item).collect(), next))
    }

    /// How many items a person has not read.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unread(&self, account: AccountId) -> Result<u64, StoreError> {
        Ok(rows::unread(self.store.reader(), &[account]).await?.remove(&account).unwrap_or(0))
    }

    /// Marks one item as read, or all of them. An item of somebody else is none. Gives how many were unread.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn mark_read(&self, account: AccountId, only: Option<ItemId>) -> Result<u64, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::mark_read(tx, account, only, now).await).await
    }
}
