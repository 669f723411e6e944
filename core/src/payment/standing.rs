//! How an attempt stands with the merchant's profile and the networks' rules before a bank is asked, and
//! which bank that is.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::money::Currency;
use crate::payment::attempt::{Attempt, Method};
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::operation::Operation;
use crate::payment::telegram::TELEGRAM;
use crate::payment::{Payment, Payments};
use crate::risk::{self, Screening, Verdict};
use crate::routing::{Admission, Challenge, Facts, Paid, Profile, admit, candidates, limit};
use crate::store::{StoreError, Tx, card_decline as declines};

/// The acquirers of an attempt: the one that is asked, and the one that is asked when it is certain that the
/// first one did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Banks {
    first: String,
    second: Option<String>,
}

impl Banks {
    /// Addresses an authorization.
    pub(super) fn direct(self, operation: &mut Operation) {
        operation.acquirer = self.first;
        operation.fallback = self.second;
    }
}

/// How an attempt stands.
#[derive(Debug)]
pub(super) struct Standing {
    admission: Admission,
    /// Where it goes when nothing is against it.
    pub(super) banks: Option<Banks>,
}

impl Standing {
    /// Adds what the profile and the networks' rules say to what antifraud said; the severer word counts. Gives
    /// the reason for a decline, should the verdict now be to block. A buyer that must be challenged goes to the
    /// card's issuer, if that can be asked, and is held until staff decide otherwise.
    pub(super) fn join(&self, screening: &mut Screening, can_ask: bool) -> DeclineCode {
        let Admission { challenge, refusal, reasons } = &self.admission;
        let blocked = screening.verdict == Verdict::Block;
        screening.reasons.extend(reasons.iter().cloned());
        let held = match (challenge, can_ask) {
            (Challenge::Required, true) => {
                screening.challenge = risk::Challenge::Wanted;
                Verdict::Allow
            }
            (Challenge::Required, false) => Verdict::Review,
            (Challenge::No, _) => Verdict::Allow,
        };
        let said = if refusal.is_some() { Verdict::Block } else { held };
        screening.verdict = screening.verdict.max(said);
        refusal.filter(|_| !blocked).unwrap_or(DeclineCode::RiskBlocked)
    }
}

impl Payments {
    /// Checks that the merchant takes this currency.
    ///
    /// # Errors
    ///
    /// [`PaymentError::CurrencyNotAccepted`].
    pub(super) async fn accept_currency(&self, tx: &Tx, payment: &Payment) -> Result<(), PaymentError> {
        let currency: Currency = payment.currency();
        // Stars are paid in Telegram, and only bills are.
        match !currency.is_stars() && self.takes(tx, (payment.merchant_id, payment.mode), currency).await? {
            true => Ok(()),
            false => Err(PaymentError::CurrencyNotAccepted(currency)),
        }
    }

    /// Whether a merchant takes this currency.
    pub(crate) async fn takes(
        &self,
        tx: &Tx,
        (merchant, mode): (MerchantId, Mode),
        currency: Currency,
    ) -> Result<bool, StoreError> {
        // Stars are paid in Telegram only, and only where Telegram takes them.
        let telegram = || self.bank.acquirers.get(TELEGRAM).is_some_and(|acquirer| acquirer.takes(mode, currency));
        if currency.is_stars() && !telegram() {
            return Ok(false);
        }
        Ok(self.profiles.of(tx, merchant, mode).await?.accepts(currency))
    }

    /// How a new attempt stands.
    ///
    /// # Errors
    ///
    /// [`PaymentError::CardsNotOffered`], [`PaymentError::WalletNotOffered`].
    pub(super) async fn standing(
        &self,
        tx: &Tx,
        payment: &Payment,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Standing, PaymentError> {
        let profile = self.profile(tx, payment).await?;
        let facts = Facts::of(attempt);
        if !profile.offers(facts.paid) || !takes(attempt) {
            return Err(match &attempt.method {
                Method::Card { .. } => PaymentError::CardsNotOffered,
                Method::Wallet(wallet) => PaymentError::WalletNotOffered(wallet.clone()),
            });
        }
        let mut admission = admit(&profile, &facts);
        let banks = self.banks(&profile, payment.mode, &facts);
        if banks.is_none() && matches!(facts.paid, Paid::Card { .. }) {
            refuse(&mut admission, DeclineCode::CardNotAccepted, "policy.no_route");
        }
        if admission.refusal.is_none()
            && let Paid::Card { brand, .. } = facts.paid
        {
            let earlier = declines::earlier(tx.conn(), attempt, now).await?;
            if let Some(reason) = limit::refusal(brand, &earlier, now) {
                refuse(&mut admission, DeclineCode::RetryLimitReached, reason);
            }
        }
        Ok(Standing { admission, banks })
    }

    /// Where an attempt goes that staff released; `None` when no route fits it any more.
    pub(super) async fn banks_of(
        &self,
        tx: &Tx,
        payment: &Payment,
        attempt: &Attempt,
    ) -> Result<Option<Banks>, StoreError> {
        let profile = self.profile(tx, payment).await?;
        Ok(self.banks(&profile, payment.mode, &Facts::of(attempt)))
    }

    async fn profile(&self, tx: &Tx, payment: &Payment) -> Result<Arc<Profile>, StoreError> {
        self.profiles.of(tx, payment.merchant_id, payment.mode).await
    }

    fn banks(&self, profile: &Profile, mode: Mode, facts: &Facts<'_>) -> Option<Banks> {
        let is_available = |name: &str| self.bank.breakers.would_pass(name);
        let mut names = candidates(profile, self.bank.acquirers.first(mode), facts, is_available).into_iter();
        let first = names.next()?.to_owned();
        Some(Banks { first, second: names.next().map(str::to_owned) })
    }
}

/// Whether what is paid with takes the currency.
fn takes(attempt: &Attempt) -> bool {
    let in_telegram = match &attempt.method {
        Method::Card { .. } => false,
        Method::Wallet(name) => name.as_str() == TELEGRAM,
    };
    in_telegram || !attempt.amount.currency().is_stars()
}

fn refuse(admission: &mut Admission, code: DeclineCode, reason: &str) {
    admission.refusal = Some(code);
    admission.challenge = Challenge::No;
    admission.reasons.push(reason.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(verdict: Verdict, challenge: Challenge, refusal: Option<DeclineCode>) -> (Verdict, DeclineCode) {
        let quiet = risk::Challenge::NotWanted;
        let mut screening = Screening { verdict, reasons: Vec::new(), features: Default::default(), challenge: quiet };
        let admission = Admission { challenge, refusal, reasons: vec!["policy.non_resident".to_owned()] };
        let code = Standing { admission, banks: None }.join(&mut screening, false);
        assert_eq!(screening.reasons, ["policy.non_resident"]);
        (screening.verdict, code)
    }

    #[test]
    fn the_severer_word_counts_and_antifraud_is_named_first() {
        let refused = Some(DeclineCode::CardNotAccepted);
        assert_eq!(join(Verdict::Allow, Challenge::No, None).0, Verdict::Allow);
        assert_eq!(join(Verdict::Allow, Challenge::Required, None).0, Verdict::Review);
        assert_eq!(join(Verdict::Allow, Challenge::No, refused), (Verdict::Block, DeclineCode::CardNotAccepted));
        assert_eq!(join(Verdict::Review, Challenge::No, refused), (Verdict::Block, DeclineCode::CardNotAccepted));
        assert_eq!(join(Verdict::Block, Challenge::No, refused), (Verdict::Block, DeclineCode::RiskBlocked));
        assert_eq!(join(Verdict::Block, Challenge::Required, None), (Verdict::Block, DeclineCode::RiskBlocked));
    }

    #[test]
    fn a_buyer_that_must_be_challenged_goes_to_the_issuer_where_one_can_be_asked() {
        let challenge = risk::Challenge::NotWanted;
        let verdict = Verdict::Allow;
        let mut screening = Screening { verdict, reasons: Vec::new(), features: Default::default(), challenge };
        let admission = Admission { challenge: Challenge::Required, refusal: None, reasons: Vec::new() };
        Standing { admission, banks: None }.join(&mut screening, true);
        assert_eq!((screening.verdict, screening.challenge), (Verdict::Allow, risk::Challenge::Wanted));
    }
}
