//! Notices that can be taken back before they are told, by a key that says what they are about.

use crate::clock::Timestamp;
use crate::event::EventType;
use crate::id::CardId;
use crate::store::{StoreError, Tx, notice_plan as rows};

/// What a notice is about, so that what makes it moot can take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoticeKey(String);

impl NoticeKey {
    /// A card that expires soon. It is moot once the card is gone.
    pub(crate) fn expiring(card: CardId) -> Self {
        Self(format!("expiring:{card}"))
    }

    /// A message to many.
    pub(crate) fn broadcast(name: &str) -> Self {
        Self(format!("broadcast:{name}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether events of a kind have keys at all. The planner asks of no others whether they were taken back.
pub(super) const fn has_key(kind: EventType) -> bool {
    matches!(kind, EventType::CardExpiring | EventType::NewsPublished)
}

/// Takes a notice back. What is under way at the moment arrives. Gives how many deliveries were ended.
pub(crate) async fn cancel(tx: &Tx, key: &NoticeKey, now: Timestamp) -> Result<u64, StoreError> {
    rows::cancel(tx, key.as_str(), now).await
}
