//! Banks that issue cards: they enrol cards whose payments they want confirmed, and see what became of that for
//! their own cards, and nothing else.

use std::sync::Arc;

use crate::account::email::EmailAddress;
use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::id::{EnrolledCardId, IssuingBankId, KeyId, VerificationId};
use crate::merchant::Mode;
use crate::payment::Page;
use crate::payment::card::{Card, CardError};
use crate::secret::{Keyring, Secret, random_token, sha256_hex};
use crate::store::{Constraint, Store, StoreError, issuing as rows};
use crate::verifier::Verification;

/// A bank that enrols cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuingBank {
    /// Its id.
    pub id: IssuingBankId,
    /// What operators know it by.
    pub name: String,
}

/// An API key of a bank, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankKey {
    /// Its id.
    pub id: KeyId,
    /// Test or live.
    pub mode: Mode,
    /// Its last four characters.
    pub last4: String,
}

/// A bank's world as a caller acts in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankScope {
    /// The bank.
    pub bank: IssuingBank,
    /// Test or live.
    pub mode: Mode,
    /// The key that was shown.
    pub key_id: KeyId,
}

/// A card whose payments its bank wants confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledCard {
    /// Its id.
    pub id: EnrolledCardId,
    /// Whose card it is.
    pub bank_id: IssuingBankId,
    /// Test or live.
    pub mode: Mode,
    /// Its pseudonym on this install.
    pub(crate) card: String,
    /// Its pseudonym for this bank.
    pub fingerprint: String,
    /// Last four digits.
    pub last4: String,
    /// The address of the person who holds the card, when the bank says: they are asked, whoever pays.
    pub email: Option<String>,
    /// When it was enrolled.
    pub created_at: Timestamp,
}

/// Why a bank's wish was not done.
#[derive(Debug, thiserror::Error)]
pub enum IssuingError {
    /// The name is empty, too long or has control characters.
    #[error("a bank's name has 1 to 64 characters on one line")]
    Name,
    /// No such key that works.
    #[error("there is no key {0} that works")]
    KeyNotFound(KeyId),
    /// Not a card number.
    #[error(transparent)]
    Number(CardError),
    /// Another bank enrolled the card.
    #[error("the card is enrolled by another bank")]
    Taken,
    /// No such enrolled card of this bank and mode.
    #[error("there is no enrolled card {0}")]
    CardNotFound(EnrolledCardId),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The service for banks that enrol cards.
#[derive(Debug, Clone)]
pub struct IssuingBanks {
    store: Store,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
}

impl IssuingBanks {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, keyring: Keyring) -> Self {
        Self { store, clock, keyring }
    }

    /// Issues a key to a bank, which is made when no bank has this name. The key is shown this once: only its hash
    /// is kept.
    ///
    /// # Errors
    ///
    /// [`IssuingError::Name`].
    pub async fn add(&self, actor: Actor, name: &str, mode: Mode) -> Result<(IssuingBank, Secret), IssuingError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(IssuingError::Name);
        }
        let now = self.clock.now();
        let secret = Secret::new(format!("bk_{}_{}", mode.as_str(), random_token().expose()));
        let hash = sha256_hex(secret.expose().as_bytes());
        let last4 = secret.expose()[secret.expose().len() - 4..].to_owned();
        let key = BankKey { id: KeyId::new(now), mode, last4 };
        let bank = self
            .store
            .write(async |tx| {
                let bank = match rows::bank_named(tx.conn(), name).await? {
                    Some(known) => known,
                    None => {
                        let new = IssuingBank { id: IssuingBankId::new(now), name: name.to_owned() };
                        rows::insert_bank(tx, &new, now).await?;
                        new
                    }
                };
                rows::insert_key(tx, &key, bank.id, &hash, now).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "bank.issue_key",
                    subject: bank.id.to_string(),
                    before: String::new(),
                    after: format!("{}: {} {} …{}", bank.name, key.id, mode.as_str(), key.last4),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await?;
                Ok::<_, IssuingError>(bank)
            })
            .await?;
        Ok((bank, secret))
    }

    /// Every bank with its keys that work, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<(IssuingBank, Vec<BankKey>)>, StoreError> {
        rows::banks(self.store.reader()).await
    }

    /// Makes a key stop working.
    ///
    /// # Errors
    ///
    /// [`IssuingError::KeyNotFound`].
    pub async fn revoke(&self, actor: Actor, key: KeyId) -> Result<(), IssuingError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                if !rows::revoke_key(tx, key, now).await? {
                    return Err(IssuingError::KeyNotFound(key));
                }
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "bank.revoke_key",
                    subject: key.to_string(),
                    before: String::new(),
                    after: String::new(),
                    reason: String::new(),
                };
                Ok(audit::record(tx, &row, now).await?)
            })
            .await
    }

    /// The bank and world that an API key opens, if it opens one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn authenticate(&self, key: &Secret) -> Result<Option<BankScope>, StoreError> {
        if !key.expose().starts_with("bk_test_") && !key.expose().starts_with("bk_live_") {
            return Ok(None);
        }
        rows::scope_by_key(self.store.reader(), &sha256_hex(key.expose().as_bytes())).await
    }

    /// Enrols a card by its number, of which only pseudonyms and the last four digits are kept. A card that the bank
    /// enrolled before stays as it is, but for the address when one is given.
    ///
    /// # Errors
    ///
    /// [`IssuingError::Number`], [`IssuingError::Taken`].
    pub async fn enrol(
        &self,
        scope: &BankScope,
        number: &Secret,
        email: Option<&EmailAddress>,
    ) -> Result<EnrolledCard, IssuingError> {
        let digits = Card::number_of(number).map_err(IssuingError::Number)?;
        let now = self.clock.now();
        let new = EnrolledCard {
            id: EnrolledCardId::new(now),
            bank_id: scope.bank.id,
            mode: scope.mode,
            card: self.keyring.fingerprint("platform", digits.expose()),
            fingerprint: self.keyring.fingerprint(&scope.bank.id.to_string(), digits.expose()),
            last4: digits.expose()[digits.expose().len() - 4..].to_owned(),
            email: email.map(|email| email.normal().to_owned()),
            created_at: now,
        };
        let enrolled = self
            .store
            .write(async |tx| {
                match rows::enrolled(tx.conn(), new.mode, &new.card).await? {
                    Some(known) if known.bank_id != scope.bank.id => return Err(IssuingError::Taken),
                    Some(known) => {
                        let email = new.email.clone().or_else(|| known.email.clone());
                        rows::set_card_email(tx, known.id, email.as_deref()).await?;
                        return Ok(EnrolledCard { email, ..known });
                    }
                    None => {}
                }
                rows::insert_card(tx, &new).await?;
                Ok(new.clone())
            })
            .await;
        match enrolled {
            // Two at once: the other one was quicker.
            Err(IssuingError::Store(error)) if error.violates(Constraint::EnrolledCard) => Err(IssuingError::Taken),
            other => other,
        }
    }

    /// Ends the enrolment of a card.
    ///
    /// # Errors
    ///
    /// [`IssuingError::CardNotFound`] also for other banks' cards.
    pub async fn remove(&self, scope: &BankScope, id: EnrolledCardId) -> Result<(), IssuingError> {
        let now = self.clock.now();
        let removed = self.store.write(async |tx| rows::remove_card(tx, scope, id, now).await).await?;
        if removed { Ok(()) } else { Err(IssuingError::CardNotFound(id)) }
    }

    /// A bank's enrolled cards, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn cards(
        &self,
        scope: &BankScope,
        before: Option<EnrolledCardId>,
        limit: u64,
    ) -> Result<Page<EnrolledCard>, StoreError> {
        Ok(Page::cut(rows::cards(self.store.reader(), scope, before, limit + 1).await?, limit))
    }

    /// What people answered about a bank's cards, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn verifications(
        &self,
        scope: &BankScope,
        before: Option<VerificationId>,
        limit: u64,
    ) -> Result<Page<Verification>, StoreError> {
        Ok(Page::cut(rows::verifications(self.store.reader(), scope, before, limit + 1).await?, limit))
    }
}
