//! What an applicant does: a trial, an application, the contract.

use std::sync::Arc;
use std::time::Duration;

use super::{Application, Contract, Onboarding, OnboardingError, Signature, Stage, Step};
use crate::audit::{self, Actor};
use crate::clock::{Clock, Timestamp};
use crate::event::{Audience, Event, EventType};
use crate::id::{AccountId, KeyId, MerchantId};
use crate::language::Language;
use crate::merchant::member::{Member, Rights};
use crate::merchant::{self, Access, Merchant, Mode};
use crate::money::Money;
use crate::secret::Secret;
use crate::store::{
    Store, StoreError, Tx, account as accounts, event as events, member as members, merchant as merchants,
    onboarding as rows,
};

/// Shops of one account that are not live.
const UNFINISHED_MAX: usize = 3;
/// Trials that are told of their end in one round.
const ROUND_MAX: u64 = 100;

/// What an install asks of merchants.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How long a trial lasts.
    pub trial: Duration,
    /// What merchants agree to.
    pub contract: Contract,
    /// What connecting costs; nothing when absent.
    pub fee: Option<Money>,
    /// The acquirers to choose from, by name.
    pub acquirers: Vec<String>,
}

/// A trial that has just begun.
#[derive(Debug)]
pub struct Trial {
    /// The shop.
    pub merchant: Merchant,
    /// Its first key, of the test world. Shown this once.
    pub key: Secret,
}

/// The service for shops on their way.
#[derive(Debug, Clone)]
pub struct Onboardings {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) terms: Arc<Terms>,
}

impl Onboardings {
    /// A service over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, terms: Terms) -> Self {
        Self { store, clock, terms: Arc::new(terms) }
    }

    /// What the install asks of merchants.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Begins a trial: a shop, with a key for the test world.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Name`], [`OnboardingError::EmailUnconfirmed`], [`OnboardingError::TooMany`].
    pub async fn start_trial(
        &self,
        account: AccountId,
        name: &str,
        language: Language,
    ) -> Result<Trial, OnboardingError> {
        let name = merchant::checked_name(name).ok_or(OnboardingError::Name)?;
        let now = self.clock.now();
        let test_until = now.after(self.terms.trial);
        let id = MerchantId::new(now);
        let merchant = Merchant { id, name, language, access: Access::Trial, test_until: Some(test_until) };
        let row = Onboarding {
            merchant_id: id,
            shop: merchant.name.clone(),
            account_id: account,
            stage: Stage::Trial,
            since: now,
            version: 1,
            test_until: Some(test_until),
            application: None,
            signature: None,
            fee: None,
            reason: String::new(),
        };
        let (key, issued) = merchant::new_key(Mode::Test);
        self.store
            .write(async |tx| {
                let person = accounts::lock(tx, account).await?.ok_or(OnboardingError::NotFound(id))?;
                if !person.is_confirmed {
                    return Err(OnboardingError::EmailUnconfirmed);
                }
                if rows::unfinished(tx.conn(), account).await? >= UNFINISHED_MAX {
                    return Err(OnboardingError::TooMany(UNFINISHED_MAX));
                }
                merchants::insert(tx, &merchant, now).await?;
                merchants::insert_key(tx, KeyId::new(now), id, Mode::Test, &issued.hash, &issued.last4, now).await?;
                rows::insert(tx, &row, now).await?;
                members::insert(tx, &first_member(&row)).await?;
                self.tell(tx, &row, now).await?;
                self.note(tx, &Actor::Account(account), &row, None, now).await
            })
            .await?;
        Ok(Trial { merchant, key })
    }

    /// The shops of a person, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_account(&self, account: AccountId) -> Result<Vec<Onboarding>, StoreError> {
        rows::of_account(self.store.reader(), account).await
    }

    /// A person's shop.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::NotFound`] also for other people's.
    pub async fn get(&self, account: AccountId, merchant: MerchantId) -> Result<Onboarding, OnboardingError> {
        let found = rows::by_merchant(self.store.reader(), merchant).await?;
        found.filter(|row| row.account_id == account).ok_or(OnboardingError::NotFound(merchant))
    }

    /// The steps that a shop has taken, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn steps(&self, merchant: MerchantId) -> Result<Vec<Step>, StoreError> {
        rows::steps(self.store.reader(), merchant).await
    }

    /// Applies for live payments. From here on the test world has no end.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Stage`] when it has applied already.
    pub async fn apply(
        &self,
        account: AccountId,
        merchant: MerchantId,
        application: &Application,
    ) -> Result<Onboarding, OnboardingError> {
        self.advance(merchant, None, Stage::InReview, &Actor::Account(account), "", |row, _| {
            if row.account_id != account {
                return Err(OnboardingError::NotFound(merchant));
            }
            row.application = Some(application.clone());
            row.test_until = None;
            Ok(())
        })
        .await
    }

    /// Accepts the contract that was read: the one with this digest.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Contract`] when it is another one by now, [`OnboardingError::Stage`].
    pub async fn accept_contract(
        &self,
        account: AccountId,
        merchant: MerchantId,
        digest: &str,
        ip: Option<String>,
    ) -> Result<Onboarding, OnboardingError> {
        let contract = &self.terms.contract;
        let actor = Actor::Account(account);
        let accepted = self
            .advance(merchant, None, Stage::Fee, &actor, "", |row, now| {
                if row.account_id != account {
                    return Err(OnboardingError::NotFound(merchant));
                }
                if contract.digest() != digest {
                    return Err(OnboardingError::Contract);
                }
                row.signature = Some(Signature {
                    version: contract.version.clone(),
                    digest: contract.digest(),
                    by: account,
                    ip: ip.clone(),
                    at: now,
                });
                Ok(())
            })
            .await?;
        if self.terms.fee.is_some() {
            return Ok(accepted);
        }
        self.fee_paid(&Actor::System, merchant, Some(accepted.version), "no fee").await
    }

    /// Tells applicants whose trial is over, once each. Gives how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn look_after(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let over = rows::trials_over(self.store.reader(), now, ROUND_MAX).await?;
        let mut told = 0;
        for merchant in over {
            told += usize::from(
                self.store
                    .write(async |tx| {
                        let Some(row) = rows::lock(tx, merchant).await? else { return Ok(false) };
                        let over = row.test_until.is_some_and(|until| until <= now);
                        if row.stage != Stage::Trial || !over || !rows::mark_trial_told(tx, merchant, now).await? {
                            return Ok(false);
                        }
                        let mut event = self.event(&row, now);
                        event.audience.facts.insert("over".to_owned(), String::new());
                        events::insert(tx, &[event]).await?;
                        Ok::<_, StoreError>(true)
                    })
                    .await?,
            );
        }
        Ok(told)
    }

    /// Takes a step, with what it changes besides the stage. `seen` is the version that whoever decides has
    /// looked at.
    pub(super) async fn advance(
        &self,
        merchant: MerchantId,
        seen: Option<i32>,
        to: Stage,
        actor: &Actor,
        reason: &str,
        change: impl Fn(&mut Onboarding, Timestamp) -> Result<(), OnboardingError> + Clone,
    ) -> Result<Onboarding, OnboardingError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let mut row = rows::lock(tx, merchant).await?.ok_or(OnboardingError::NotFound(merchant))?;
                if seen.is_some_and(|seen| seen != row.version) {
                    return Err(OnboardingError::Changed);
                }
                let from = row.stage;
                if !from.may_become(to) {
                    return Err(OnboardingError::Stage(from));
                }
                change(&mut row, now)?;
                (row.stage, row.since, row.version) = (to, now, row.version + 1);
                reason.clone_into(&mut row.reason);
                rows::update(tx, &row).await?;
                let step = Step { from, to, actor: actor.to_string(), reason: reason.to_owned(), at: now };
                rows::insert_step(tx, &row, &step).await?;
                merchants::set_access(tx, merchant, to.access(), row.test_until).await?;
                self.tell(tx, &row, now).await?;
                self.note(tx, actor, &row, Some(from), now).await?;
                Ok(row)
            })
            .await
    }

    /// Tells the applicant, and staff where it is their turn.
    pub(super) async fn tell(&self, tx: &Tx, row: &Onboarding, now: Timestamp) -> Result<(), StoreError> {
        events::insert(tx, &[self.event(row, now)]).await
    }

    fn event(&self, row: &Onboarding, now: Timestamp) -> Event {
        let mut audience = Audience { account_id: Some(row.account_id), ..Audience::default() };
        audience.staff = row.stage.waits_for_staff();
        let facts = &mut audience.facts;
        let mut fact = |key: &str, value: String| drop(facts.insert(key.to_owned(), value));
        fact("stage", row.stage.as_str().to_owned());
        fact("merchant", row.merchant_id.to_string());
        fact("shop", row.shop.clone());
        fact("version", row.version.to_string());
        if !row.reason.is_empty() {
            fact("reason", row.reason.clone());
        }
        if let Some(until) = row.expected_by() {
            fact("expected", until.to_string());
        }
        if let Some(until) = row.test_until.filter(|_| row.stage == Stage::Trial) {
            fact("until", until.to_string());
        }
        if let Some(fee) = self.terms.fee.filter(|_| matches!(row.stage, Stage::Fee)) {
            fact("fee", fee.minor().to_string());
            fact("currency", fee.currency().code().to_owned());
        }
        Event::for_people(EventType::OnboardingMoved, audience, now)
    }

    async fn note(
        &self,
        tx: &Tx,
        actor: &Actor,
        row: &Onboarding,
        from: Option<Stage>,
        now: Timestamp,
    ) -> Result<(), OnboardingError> {
        let row = audit::NewRow {
            actor: actor.clone(),
            action: "onboarding.step",
            subject: row.merchant_id.to_string(),
            before: from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
            after: row.stage.as_str().to_owned(),
            reason: row.reason.clone(),
        };
        Ok(audit::record(tx, &row, now).await?)
    }
}

/// Whoever begins a trial may do everything for the shop.
fn first_member(shop: &Onboarding) -> Member {
    Member {
        merchant_id: shop.merchant_id,
        account_id: shop.account_id,
        // The row does not keep it: it is the account's.
        email: String::new(),
        rights: Rights::all(),
        created_at: shop.since,
        created_by: Actor::Account(shop.account_id).to_string(),
    }
}
