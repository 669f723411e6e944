//! Moving everything that is sealed to the current master key, in small units of work: it may be
//! stopped anywhere, run again, and run while payments go on.

use std::collections::BTreeMap;

use crate::id::{DataKeyId, MerchantId};
use crate::payment::PaymentError;
use crate::secret::{Keyring, Purpose};
use crate::store::{StoreError, second_factor as factor_rows, vault as rows, vault::key as key_rows};
use crate::vault::card::SavedCard;
use crate::vault::keep::data_key;
use crate::vault::key::WrappedKey;
use crate::vault::service::{Vault, VaultError, reseal_lookup};

/// Rows moved in one unit of work.
const BATCH: u64 = 100;

/// What one step moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reseal {
    /// The install's keys for fingerprints and links.
    pub lookup: usize,
    /// Data keys of merchants.
    pub data_keys: usize,
    /// Signing secrets of webhook endpoints.
    pub webhook_secrets: usize,
    /// Cards of payments that are held.
    pub held_cards: usize,
    /// Secrets of authenticators.
    pub authenticators: usize,
}

impl Reseal {
    /// How many rows in all.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.lookup + self.data_keys + self.webhook_secrets + self.held_cards + self.authenticators
    }
}

/// Which master keys are still needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReport {
    /// The name of the current master key.
    pub current: String,
    /// Names of the previous ones in the configuration, the newest first.
    pub previous: Vec<String>,
    /// Data keys by the name of the master key that wraps them.
    pub data_keys: BTreeMap<String, i64>,
    /// Webhook secrets that the current master key does not seal.
    pub webhook_secrets: u64,
    /// Held cards that the current master key does not seal.
    pub held_cards: u64,
    /// Secrets of authenticators that the current master key does not seal.
    pub authenticators: u64,
    /// Whether the current master key seals the install's keys for fingerprints and links.
    pub lookup_is_current: bool,
}

impl KeyReport {
    /// Whether the database needs no previous master key any more. Copies of the database made before
    /// still do.
    #[must_use]
    pub fn previous_may_go(&self) -> bool {
        let data_keys = self.data_keys.keys().all(|master| *master == self.current);
        let rows = self.webhook_secrets + self.held_cards + self.authenticators;
        data_keys && rows == 0 && self.lookup_is_current
    }
}

impl Vault {
    /// Moves up to a batch of each kind of row to the current master key.
    ///
    /// # Errors
    ///
    /// [`VaultError::Seal`] when a row opens with no configured master key; that batch is not written.
    pub async fn reseal_step(&self) -> Result<Reseal, VaultError> {
        let ring = &self.keyring;
        let (header, current) = (ring.header(), ring.current());
        self.store
            .write(async |tx| {
                let mut moved = Reseal { lookup: usize::from(reseal_lookup(tx, ring).await?), ..Reseal::default() };
                for key in key_rows::foreign_keys(tx, &current, BATCH).await? {
                    key_rows::rewrite(tx, &key.rewrap(ring).map_err(VaultError::Seal)?).await?;
                    moved.data_keys += 1;
                }
                for (endpoint, id, sealed) in key_rows::foreign_secrets(tx, &header, BATCH).await? {
                    let fresh = again(ring, Purpose::WebhookSecrets, &endpoint.to_string(), &sealed)?;
                    key_rows::rewrite_secret(tx, id, fresh).await?;
                    moved.webhook_secrets += 1;
                }
                for (attempt, sealed) in key_rows::foreign_attempts(tx, &header, BATCH).await? {
                    let fresh = again(ring, Purpose::Cards, &attempt.to_string(), &sealed)?;
                    key_rows::rewrite_attempt(tx, attempt, fresh).await?;
                    moved.held_cards += 1;
                }
                for known in factor_rows::foreign(tx, &header, BATCH).await? {
                    let owner = crate::account::totp_owner(known.account_id);
                    let fresh = again(ring, Purpose::Totp, &owner, &known.sealed)?;
                    factor_rows::rewrite_seal(tx, known.account_id, fresh).await?;
                    moved.authenticators += 1;
                }
                Ok(moved)
            })
            .await
    }

    /// Gives every merchant a new data key; what the old one sealed is moved by
    /// [`reseal_cards_step`](Self::reseal_cards_step). Gives how many merchants.
    ///
    /// # Errors
    ///
    /// [`VaultError::Store`].
    pub async fn renew_data_keys(&self) -> Result<usize, VaultError> {
        let now = self.now();
        let keys = key_rows::all_current(self.store.reader()).await?;
        for key in &keys {
            self.store
                .write(async |tx| {
                    key_rows::retire(tx, key.id, now).await?;
                    key_rows::insert(tx, &WrappedKey::generate(&self.keyring, key.merchant_id, now)).await
                })
                .await?;
        }
        Ok(keys.len())
    }

    /// Moves a batch of cards of each merchant to the merchant's current data key, and destroys data
    /// keys that seal nothing any more. Gives how many cards were moved.
    ///
    /// # Errors
    ///
    /// [`VaultError::Seal`] when a card does not open.
    pub async fn reseal_cards_step(&self) -> Result<usize, VaultError> {
        let mut moved = 0;
        for key in key_rows::all_current(self.store.reader()).await? {
            moved += self.reseal_cards_of(key.merchant_id).await?;
        }
        Ok(moved)
    }

    async fn reseal_cards_of(&self, merchant: MerchantId) -> Result<usize, VaultError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let ring = &self.keyring;
                let fresh = data_key(tx, ring, merchant, now).await.map_err(|error| match error {
                    PaymentError::Seal(error) => VaultError::Seal(error),
                    PaymentError::Store(error) => VaultError::Store(error),
                    _ => VaultError::Store(StoreError::Interrupted),
                })?;
                let cards = rows::under_other_keys(tx, merchant, fresh.id, BATCH).await?;
                let mut opened: BTreeMap<DataKeyId, crate::vault::DataKey> = BTreeMap::new();
                for card in &cards {
                    if !opened.contains_key(&card.key_id) {
                        let key = key_rows::by_id(tx.conn(), card.key_id).await?.ok_or(StoreError::Interrupted)?;
                        opened.insert(key.id, key.unwrap(ring).map_err(VaultError::Seal)?);
                    }
                    let (Some(old), Some(sealed)) = (opened.get(&card.key_id), card.sealed.as_deref()) else {
                        continue;
                    };
                    let plain = old.open(&card.owner(), sealed).map_err(VaultError::Seal)?;
                    let sealed = Some(fresh.seal(&card.owner(), &plain));
                    rows::update(tx, &SavedCard { key_id: fresh.id, sealed, ..card.clone() }).await?;
                }
                if (cards.len() as u64) < BATCH {
                    key_rows::destroy_unused(tx, merchant).await?;
                }
                Ok(cards.len())
            })
            .await
    }

    /// Which master keys the database still needs.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn key_report(&self) -> Result<KeyReport, StoreError> {
        let (conn, ring) = (self.store.reader(), &self.keyring);
        let (webhook_secrets, held_cards) = key_rows::count_foreign(conn, &ring.header()).await?;
        let lookup = key_rows::lookup(conn).await?;
        Ok(KeyReport {
            current: ring.current(),
            previous: ring.previous(),
            data_keys: key_rows::count_by_master(conn).await?.into_iter().collect(),
            webhook_secrets,
            held_cards,
            authenticators: factor_rows::count_foreign(conn, &ring.header()).await?,
            lookup_is_current: lookup.is_none_or(|sealed| ring.is_current(&sealed)),
        })
    }
}

fn again(ring: &Keyring, purpose: Purpose, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    ring.reseal(purpose, owner, sealed).map_err(VaultError::Seal)
}
