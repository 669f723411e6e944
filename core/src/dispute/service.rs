//! The service for disputes.

use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::dispute::published::dispute_document;
use crate::dispute::status::Status;
use crate::dispute::{Dispute, DisputeError};
use crate::document::DisputeDocument;
use crate::id::{DisputeId, PaymentId};
use crate::merchant::Scope;
use crate::payment::{Acquirers, Page, Payments};
use crate::store::{Store, StoreError, dispute as rows};

/// What a list of disputes is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct DisputeFilter {
    /// Only those of this payment.
    pub payment: Option<PaymentId>,
    /// Only those with this status.
    pub status: Option<Status>,
}

/// The service for disputes.
#[derive(Debug, Clone)]
pub struct Disputes {
    pub(super) store: Store,
    clock: Arc<dyn Clock>,
    pub(super) acquirers: Acquirers,
}

impl Disputes {
    /// A service over this store that answers through the payments' acquirers.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, payments: &Payments) -> Self {
        Self { store, clock, acquirers: payments.acquirers().clone() }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A merchant's dispute.
    ///
    /// # Errors
    ///
    /// [`DisputeError::NotFound`] also for other merchants' disputes.
    pub async fn get(&self, scope: &Scope, id: DisputeId) -> Result<DisputeDocument, DisputeError> {
        let conn = self.store.reader();
        let theirs = |dispute: &Dispute| dispute.merchant_id == scope.merchant.id && dispute.mode == scope.mode;
        let dispute = rows::by_id(conn, id).await?.filter(theirs).ok_or(DisputeError::NotFound(id))?;
        Ok(dispute_document(&dispute, &rows::evidence(conn, id).await?))
    }

    /// A merchant's disputes, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(
        &self,
        scope: &Scope,
        filter: &DisputeFilter,
        before: Option<DisputeId>,
        limit: u64,
    ) -> Result<Page<DisputeDocument>, StoreError> {
        let conn = self.store.reader();
        let world = (scope.merchant.id, scope.mode);
        let page = Page::cut(rows::page(conn, world, filter, before, limit + 1).await?, limit);
        let mut items = Vec::with_capacity(page.items.len());
        for dispute in &page.items {
            items.push(dispute_document(dispute, &rows::evidence(conn, dispute.id).await?));
        }
        Ok(Page { items, has_more: page.has_more })
    }
}
