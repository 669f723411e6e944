//! The service for saved cards and mandates.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::id::{AccountId, CardId, MandateId};
use crate::mandate::{EndReason, Mandate, MandateState};
use crate::merchant::Scope;
use crate::payment::Page;
use crate::secret::{KeyError, Keyring, Purpose};
use crate::store::vault::Whose;
use crate::store::{
    Store, StoreError, Tx, event as events, mandate as mandate_rows, merchant as merchants, vault as rows,
    vault::key as key_rows,
};
use crate::vault::card::{CardState, SavedCard};
use crate::vault::customer::{CustomerRef, CustomerState};
use crate::vault::keep;

/// Cards that a person's list shows at once.
const PERSON_CARDS_MAX: u64 = 20;
/// Whom the install's lookup keys are sealed for.
const LOOKUP_OWNER: &str = "install";

/// What is adjustable.
#[derive(Debug, Clone, Copy)]
pub struct VaultSettings {
    /// How long a card may pay nothing before it is erased.
    pub unused_for: Duration,
}

impl Default for VaultSettings {
    fn default() -> Self {
        Self { unused_for: Duration::from_secs(18 * 30 * 86_400) }
    }
}

/// Why the vault did not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No such card here.
    #[error("there is no saved card {0}")]
    CardNotFound(CardId),
    /// No such mandate here.
    #[error("there is no mandate {0}")]
    MandateNotFound(MandateId),
    /// A customer whose card *Not me* froze: only staff thaw it.
    #[error("the customer is frozen: a person at support looks into it")]
    CustomerFrozen,
    /// Something sealed does not open: a master key is missing from the configuration.
    #[error("something sealed cannot be opened: a master key is missing from the configuration")]
    Seal(#[source] KeyError),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for saved cards and mandates.
#[derive(Debug, Clone)]
pub struct Vault {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) keyring: Keyring,
    pub(super) settings: VaultSettings,
}

/// The keyring with the install's own keys for fingerprints and links. They are stored, sealed, at the
/// first start and stay the same when the master key changes.
///
/// # Errors
///
/// [`VaultError::Seal`] when no configured master key belongs to this database.
pub async fn adopt_lookup_key(store: &Store, clock: &dyn Clock, keyring: &Keyring) -> Result<Keyring, VaultError> {
    let stored = match key_rows::lookup(store.reader()).await? {
        Some(sealed) => sealed,
        None => {
            let sealed = keyring.seal(Purpose::LookupKeys, LOOKUP_OWNER, &keyring.lookup());
            let now = clock.now();
            store
                .write(async |tx| {
                    key_rows::insert_lookup(tx, sealed, now).await?;
                    key_rows::lookup(tx.conn()).await?.ok_or(StoreError::Interrupted)
                })
                .await?
        }
    };
    let plain = keyring.open(Purpose::LookupKeys, LOOKUP_OWNER, &stored).map_err(VaultError::Seal)?;
    keyring.with_lookup(&plain).map_err(VaultError::Seal)
}

/// The stored lookup keys under the current master key. `false` when they were already.
pub(super) async fn reseal_lookup(tx: &Tx, keyring: &Keyring) -> Result<bool, VaultError> {
    let Some(sealed) = key_rows::lookup(tx.conn()).await? else { return Ok(false) };
    if keyring.is_current(&sealed) {
        return Ok(false);
    }
    let fresh = keyring.reseal(Purpose::LookupKeys, LOOKUP_OWNER, &sealed).map_err(VaultError::Seal)?;
    key_rows::update_lookup(tx, fresh).await?;
    Ok(true)
}

fn theirs(card: &SavedCard, scope: &Scope) -> bool {
    card.merchant_id == scope.merchant.id && card.mode == scope.mode
}

impl Vault {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring, settings: VaultSettings) -> Self {
        Self { store, clock, keyring, settings }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A merchant's kept cards, newest first; of one customer, or of all.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn cards(
        &self,
        scope: &Scope,
        customer: Option<CustomerRef>,
        before: Option<CardId>,
        limit: u64,
    ) -> Result<Page<SavedCard>, StoreError> {
        let whose = Whose::Merchant(scope.merchant.id, scope.mode, customer);
        let rows = rows::page(self.store.reader(), &whose, before, limit + 1).await?;
        Ok(Page::cut(rows, limit))
    }

    /// A merchant's saved card, also one that was taken away.
    ///
    /// # Errors
    ///
    /// [`VaultError::CardNotFound`].
    pub async fn card(&self, scope: &Scope, id: CardId) -> Result<SavedCard, VaultError> {
        let card = rows::by_id(self.store.reader(), id).await?;
        let card = card.filter(|card| theirs(card, scope) && card.state != CardState::Pending);
        card.ok_or(VaultError::CardNotFound(id))
    }

    /// Takes a merchant's saved card away and erases its number. A second time changes nothing.
    ///
    /// # Errors
    ///
    /// [`VaultError::CardNotFound`].
    pub async fn remove(&self, scope: &Scope, id: CardId) -> Result<SavedCard, VaultError> {
        self.take_away(id, CardState::Removed, |card| theirs(card, scope)).await
    }

    /// The kept cards of a person at every shop, newest first, each with the shop's name.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn cards_of_account(&self, account: AccountId) -> Result<Vec<(SavedCard, String)>, StoreError> {
        let conn = self.store.reader();
        let mut cards = Vec::new();
        for card in rows::page(conn, &Whose::Account(account), None, PERSON_CARDS_MAX).await? {
            let shop = merchants::name(conn, card.merchant_id).await?;
            cards.push((card, shop));
        }
        Ok(cards)
    }

    /// The cards that a person may pay a shop with, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn usable_cards(&self, account: AccountId, scope: &Scope) -> Result<Vec<SavedCard>, StoreError> {
        let now = self.now();
        let whose = Whose::AccountAt(account, scope.merchant.id, scope.mode);
        let cards = rows::page(self.store.reader(), &whose, None, PERSON_CARDS_MAX).await?;
        let usable = |card: &SavedCard| card.state == CardState::Active && now < card.usable_until;
        Ok(cards.into_iter().filter(usable).collect())
    }

    /// What a shop calls a person who keeps a card on our page: a name that says nothing about the person, and
    /// another one at every shop.
    #[must_use]
    pub fn customer_of(&self, account: AccountId, scope: &Scope) -> Option<CustomerRef> {
        let scope = format!("customer {} {}", scope.merchant.id, scope.mode.as_str());
        self.keyring.fingerprint(&scope, &account.to_string()).parse().ok()
    }

    /// A person takes a card of theirs away from the shop that keeps it.
    ///
    /// # Errors
    ///
    /// [`VaultError::CardNotFound`] when it is not theirs.
    pub async fn remove_own(&self, account: AccountId, id: CardId) -> Result<SavedCard, VaultError> {
        self.take_away(id, CardState::Removed, |card| card.account_id == Some(account)).await
    }

    /// A person says that they do not know a card, or that somebody else may have it: it pays nothing until
    /// staff thaw it. A second time changes nothing.
    ///
    /// # Errors
    ///
    /// [`VaultError::CardNotFound`] when it is not theirs.
    pub async fn freeze_own(&self, account: AccountId, id: CardId) -> Result<(), VaultError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let card = rows::lock(tx, id).await?;
                card.filter(|card| card.account_id == Some(account) && card.state.is_kept())
                    .ok_or(VaultError::CardNotFound(id))?;
                Ok(keep::freeze_card(tx, id, now).await?)
            })
            .await
    }

    pub(super) async fn take_away(
        &self,
        id: CardId,
        state: CardState,
        may: impl Fn(&SavedCard) -> bool + Clone + Send,
    ) -> Result<SavedCard, VaultError> {
        let now = self.now();
        self.store
            .write(async move |tx| {
                let card = rows::lock(tx, id).await?.filter(|card| may(card) && card.state != CardState::Pending);
                let card = card.ok_or(VaultError::CardNotFound(id))?;
                if !card.state.is_kept() {
                    return Ok(card);
                }
                let shop = merchants::name(tx.conn(), card.merchant_id).await?;
                let (card, told) = keep::take_away(tx, card, state, (&shop, now)).await?;
                events::insert(tx, &told).await?;
                Ok(card)
            })
            .await
    }

    /// Whether a customer may save cards and pay with saved ones.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn customer(&self, scope: &Scope, customer: &CustomerRef) -> Result<CustomerState, StoreError> {
        rows::customer_state(self.store.reader(), (scope.merchant.id, scope.mode), customer).await
    }

    /// A merchant says whether a customer may save cards and pay with saved ones.
    ///
    /// # Errors
    ///
    /// [`VaultError::CustomerFrozen`]: that is not the merchant's to say.
    pub async fn set_customer(
        &self,
        scope: &Scope,
        customer: &CustomerRef,
        state: CustomerState,
    ) -> Result<(), VaultError> {
        let (now, whose) = (self.now(), (scope.merchant.id, scope.mode));
        self.store
            .write(async |tx| {
                if rows::customer_state(tx.conn(), whose, customer).await? == CustomerState::Frozen {
                    return Err(VaultError::CustomerFrozen);
                }
                rows::set_customer_state(tx, whose, customer, state, now).await?;
                Ok(())
            })
            .await
    }

    /// Makes a frozen card usable again, with its mandates and its customer: for staff, after the
    /// buyer was heard.
    ///
    /// # Errors
    ///
    /// [`VaultError::CardNotFound`] when it is not frozen.
    pub async fn thaw(&self, actor: &Actor, id: CardId, reason: &str) -> Result<SavedCard, VaultError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let card = rows::lock(tx, id).await?.filter(|card| card.state == CardState::Frozen);
                let card = SavedCard { state: CardState::Active, ..card.ok_or(VaultError::CardNotFound(id))? };
                rows::update(tx, &card).await?;
                let whose = (card.merchant_id, card.mode);
                rows::set_customer_state(tx, whose, &card.customer, CustomerState::Member, now).await?;
                for mandate in mandate_rows::of_card(tx, id).await? {
                    let state = match mandate.state {
                        MandateState::Frozen => MandateState::Active,
                        other => other,
                    };
                    mandate_rows::update(tx, &Mandate { state, ..mandate }).await?;
                }
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "card.thaw",
                    subject: id.to_string(),
                    before: CardState::Frozen.as_str().to_owned(),
                    after: CardState::Active.as_str().to_owned(),
                    reason: reason.to_owned(),
                };
                audit::record(tx, &row, now).await?;
                Ok(card)
            })
            .await
    }

    /// A merchant's mandates, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn mandates(
        &self,
        scope: &Scope,
        before: Option<MandateId>,
        limit: u64,
    ) -> Result<Page<Mandate>, StoreError> {
        let scope = (scope.merchant.id, scope.mode);
        let rows = mandate_rows::page(self.store.reader(), scope, before, limit + 1).await?;
        Ok(Page::cut(rows, limit))
    }

    /// A merchant's mandate.
    ///
    /// # Errors
    ///
    /// [`VaultError::MandateNotFound`].
    pub async fn mandate(&self, scope: &Scope, id: MandateId) -> Result<Mandate, VaultError> {
        let mandate = mandate_rows::by_id(self.store.reader(), id).await?.filter(|mandate| owned(mandate, scope));
        mandate.ok_or(VaultError::MandateNotFound(id))
    }

    /// A merchant ends a mandate. A second time changes nothing.
    ///
    /// # Errors
    ///
    /// [`VaultError::MandateNotFound`].
    pub async fn end_mandate(&self, scope: &Scope, id: MandateId) -> Result<Mandate, VaultError> {
        self.end(id, EndReason::Merchant, |mandate| owned(mandate, scope)).await
    }

    pub(super) async fn end(
        &self,
        id: MandateId,
        reason: EndReason,
        may: impl Fn(&Mandate) -> bool + Clone + Send,
    ) -> Result<Mandate, VaultError> {
        let now = self.now();
        self.store
            .write(async move |tx| {
                let found = mandate_rows::by_id(tx.conn(), id).await?.filter(&may);
                let card = found.ok_or(VaultError::MandateNotFound(id))?.card_id;
                let card = rows::lock(tx, card).await?.ok_or(StoreError::Interrupted)?;
                let mandate = mandate_rows::lock(tx, id).await?.ok_or(VaultError::MandateNotFound(id))?;
                if mandate.state == MandateState::Ended {
                    return Ok(mandate);
                }
                let shop = merchants::name(tx.conn(), card.merchant_id).await?;
                let (mandate, event) = keep::end(tx, mandate, reason, &card, (&shop, now)).await?;
                events::insert(tx, &[event]).await?;
                Ok(mandate)
            })
            .await
    }
}

fn owned(mandate: &Mandate, scope: &Scope) -> bool {
    mandate.merchant_id == scope.merchant.id && mandate.mode == scope.mode && mandate.state != MandateState::Pending
}
