//! What staff and operators do: decide, write down the fee, suspend, close.

use std::time::Duration;

use super::service::Onboardings;
use super::{FeePaid, Onboarding, OnboardingError, Stage};
use crate::audit::{self, Actor};
use crate::id::MerchantId;
use crate::payment::text::Reason;
use crate::store::{StoreError, merchant as merchants, onboarding as rows};

const DAYS_MAX: u32 = 90;

impl Onboardings {
    /// The shops for which staff must act, those that wait longest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn queue(&self, limit: u64) -> Result<Vec<Onboarding>, StoreError> {
        rows::queue(self.store.reader(), limit).await
    }

    /// A shop on its way, or past it.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::NotFound`].
    pub async fn look(&self, merchant: MerchantId) -> Result<Onboarding, OnboardingError> {
        rows::by_merchant(self.store.reader(), merchant).await?.ok_or(OnboardingError::NotFound(merchant))
    }

    /// Approves what waits for a decision: first for us, then for the acquirer.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Stage`] when nothing waits for a decision, [`OnboardingError::Changed`].
    pub async fn approve(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        seen: Option<i32>,
    ) -> Result<Onboarding, OnboardingError> {
        let row = self.look(merchant).await?;
        let to = match row.stage {
            Stage::InReview => Stage::BankReview,
            Stage::BankReview => Stage::Contract,
            Stage::Trial
            | Stage::Declined
            | Stage::Contract
            | Stage::Fee
            | Stage::Live
            | Stage::Suspended
            | Stage::Closed => return Err(OnboardingError::Stage(row.stage)),
        };
        // A decision is about what was looked at: nobody approves twice with one press.
        self.advance(merchant, Some(seen.unwrap_or(row.version)), to, actor, "", |_, _| Ok(())).await
    }

    /// Declines an application; the applicant reads the reason and may apply again.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Text`], [`OnboardingError::Stage`].
    pub async fn decline(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        reason: &str,
    ) -> Result<Onboarding, OnboardingError> {
        self.advance(merchant, None, Stage::Declined, actor, checked(reason)?.as_str(), |_, _| Ok(())).await
    }

    /// Writes down that the connection fee came in; the shop is live then.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Text`], [`OnboardingError::Stage`], [`OnboardingError::Changed`].
    pub async fn fee_paid(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        seen: Option<i32>,
        reference: &str,
    ) -> Result<Onboarding, OnboardingError> {
        let reference = checked(reference)?;
        let amount = self.terms.fee;
        self.advance(merchant, seen, Stage::Live, actor, "", |row, now| {
            // Whoever was suspended has paid, and comes back by `resume`.
            if row.stage != Stage::Fee {
                return Err(OnboardingError::Stage(row.stage));
            }
            row.fee = Some(FeePaid { amount, reference: reference.as_str().to_owned(), at: now });
            Ok(())
        })
        .await
    }

    /// Stops a shop for a time.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Text`], [`OnboardingError::Stage`].
    pub async fn suspend(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        reason: &str,
    ) -> Result<Onboarding, OnboardingError> {
        self.advance(merchant, None, Stage::Suspended, actor, checked(reason)?.as_str(), |_, _| Ok(())).await
    }

    /// Lets a suspended shop go on.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Text`], [`OnboardingError::Stage`].
    pub async fn resume(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        reason: &str,
    ) -> Result<Onboarding, OnboardingError> {
        self.advance(merchant, None, Stage::Live, actor, checked(reason)?.as_str(), |row, _| {
            if row.stage == Stage::Suspended { Ok(()) } else { Err(OnboardingError::Stage(row.stage)) }
        })
        .await
    }

    /// Ends a shop. What it took may still be refunded.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Text`], [`OnboardingError::Stage`].
    pub async fn close(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        reason: &str,
    ) -> Result<Onboarding, OnboardingError> {
        self.advance(merchant, None, Stage::Closed, actor, checked(reason)?.as_str(), |_, _| Ok(())).await
    }

    /// Makes a trial longer by so many days, from now when it is over.
    ///
    /// # Errors
    ///
    /// [`OnboardingError::Days`], [`OnboardingError::Stage`] when the shop has applied.
    pub async fn extend_trial(
        &self,
        actor: &Actor,
        merchant: MerchantId,
        days: u32,
        reason: &str,
    ) -> Result<Onboarding, OnboardingError> {
        let reason = checked(reason)?;
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(OnboardingError::Days);
        }
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let mut row = rows::lock(tx, merchant).await?.ok_or(OnboardingError::NotFound(merchant))?;
                let Some(until) = row.test_until.filter(|_| row.stage == Stage::Trial) else {
                    return Err(OnboardingError::Stage(row.stage));
                };
                let longer = until.max(now).after(Duration::from_secs(u64::from(days) * 86_400));
                row.test_until = Some(longer);
                merchants::set_access(tx, merchant, row.stage.access(), row.test_until).await?;
                rows::unmark_trial_told(tx, merchant).await?;
                self.tell(tx, &row, now).await?;
                let note = audit::NewRow {
                    actor: actor.clone(),
                    action: "onboarding.extend_trial",
                    subject: merchant.to_string(),
                    before: until.to_string(),
                    after: longer.to_string(),
                    reason: reason.as_str().to_owned(),
                };
                audit::record(tx, &note, now).await?;
                Ok(row)
            })
            .await
    }
}

fn checked(text: &str) -> Result<Reason, OnboardingError> {
    Reason::new(text.trim()).map_err(|_| OnboardingError::Text)
}
