//! What time does to saved cards and mandates: the janitor's part.

use std::time::Duration;

use crate::delivery::notice_key::NoticeKey;
use crate::event::EventType;
use crate::id::CardId;
use crate::mandate::EndReason;
use crate::store::vault::Due;
use crate::store::{
    StoreError, event as events, mandate as mandate_rows, merchant as merchants, notice_plan as notices, vault as rows,
};
use crate::vault::card::{CardState, EXPIRY_NOTICE, SavedCard};
use crate::vault::published::card_event;
use crate::vault::service::{Vault, VaultError};

/// Cards or mandates handled in one round.
const ROUND_MAX: u64 = 100;
/// Longer than any payment may stay unfinished or held.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 86_400);

impl Vault {
    /// Erases cards that expired or that nobody used for long, tells of cards that expire soon, and ends
    /// mandates whose last day is over. Safe to run twice. Gives how many rows it changed.
    ///
    /// # Errors
    ///
    /// [`VaultError`].
    pub async fn sweep(&self) -> Result<usize, VaultError> {
        let (now, conn) = (self.now(), self.store.reader());
        let mut changed = 0;
        for (due, state) in [
            (Due::Expired(now), CardState::Expired),
            (Due::Unused(now.before(self.settings.unused_for)), CardState::Removed),
        ] {
            for id in rows::due(conn, due, ROUND_MAX).await? {
                self.take_away(id, state, |_| true).await?;
                changed += 1;
            }
        }
        for id in rows::due(conn, Due::Expiring(now.after(EXPIRY_NOTICE)), ROUND_MAX).await? {
            changed += usize::from(self.tell_of_expiry(id).await?);
        }
        for id in mandate_rows::overdue(conn, now, ROUND_MAX).await? {
            self.end(id, EndReason::Term, |_| true).await?;
            changed += 1;
        }
        for id in rows::due(conn, Due::Forgotten(now.before(FORGOTTEN_AFTER)), ROUND_MAX).await? {
            changed += usize::from(self.forget(id).await?);
        }
        Ok(changed)
    }

    /// Once per card: the flag is set in the unit that writes the event.
    async fn tell_of_expiry(&self, id: CardId) -> Result<bool, StoreError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let card = rows::lock(tx, id).await?.filter(|card| card.state.is_kept() && !card.expiry_told);
                let Some(card) = card else { return Ok(false) };
                let card = SavedCard { expiry_told: true, ..card };
                rows::update(tx, &card).await?;
                let shop = merchants::name(tx.conn(), card.merchant_id).await?;
                let event = card_event(EventType::CardExpiring, &card, &shop, now);
                notices::note(tx, &[event.id], NoticeKey::expiring(card.id).as_str()).await?;
                events::insert(tx, &[event]).await?;
                Ok(true)
            })
            .await
    }

    async fn forget(&self, id: CardId) -> Result<bool, StoreError> {
        self.store
            .write(async |tx| {
                let pending = rows::lock(tx, id).await?.filter(|card| card.state == CardState::Pending);
                let Some(card) = pending else { return Ok(false) };
                mandate_rows::delete_pending_of(tx, card.id).await?;
                rows::delete(tx, card.id).await?;
                Ok(true)
            })
            .await
    }
}
