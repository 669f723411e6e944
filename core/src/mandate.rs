//! Mandates: a buyer's agreement to payments that the merchant starts, within limits.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{CardId, MandateId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::money::{Currency, Money, MoneyError};

/// The longest agreement.
const TERM_MAX: Duration = Duration::from_secs(5 * 366 * 86_400);
const PERIOD_DAYS_MAX: u16 = 366;

/// Why terms cannot be agreed on. Each names its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Not above 0, or too large.
    #[error("an amount is a whole number of minor units above 0")]
    AmountMax,
    /// Not above 0, or above the largest.
    #[error("the smallest amount is above 0 and at most `amount_max`")]
    AmountMin,
    /// Not 1 to 366.
    #[error("a period has 1 to 366 days")]
    PeriodDays,
    /// Past, or more than five years away.
    #[error("the end is in the future, at most five years away")]
    EndsAt,
}

/// What the buyer agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    currency: Currency,
    amount_min: i64,
    amount_max: i64,
    period_days: u16,
    ends_at: Timestamp,
}

/// Terms as they are asked for.
#[derive(Debug, Clone, Copy)]
pub struct NewTerms {
    /// The least of one payment, minor units.
    pub amount_min: i64,
    /// The most of one payment, minor units.
    pub amount_max: i64,
    /// Days from one successful payment to the next, at least.
    pub period_days: u16,
    /// When the agreement ends.
    pub ends_at: Timestamp,
}

impl Terms {
    /// Checks terms.
    ///
    /// # Errors
    ///
    /// [`TermsError`] names the field that is wrong.
    pub fn new(new: NewTerms, currency: Currency, now: Timestamp) -> Result<Self, TermsError> {
        Money::new(new.amount_max, currency).map_err(|_: MoneyError| TermsError::AmountMax)?;
        if new.amount_max <= 0 {
            return Err(TermsError::AmountMax);
        }
        if !(1..=new.amount_max).contains(&new.amount_min) {
            return Err(TermsError::AmountMin);
        }
        if !(1..=PERIOD_DAYS_MAX).contains(&new.period_days) {
            return Err(TermsError::PeriodDays);
        }
        if new.ends_at <= now || new.ends_at > now.after(TERM_MAX) {
            return Err(TermsError::EndsAt);
        }
        let NewTerms { amount_min, amount_max, period_days, ends_at } = new;
        Ok(Self { currency, amount_min, amount_max, period_days, ends_at })
    }

    /// Terms that were checked when they were stored.
    pub(crate) const fn stored(new: NewTerms, currency: Currency) -> Self {
        let NewTerms { amount_min, amount_max, period_days, ends_at } = new;
        Self { currency, amount_min, amount_max, period_days, ends_at }
    }

    /// The currency of every payment.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The least of one payment, minor units.
    #[must_use]
    pub const fn amount_min(&self) -> i64 {
        self.amount_min
    }

    /// The most of one payment, minor units.
    #[must_use]
    pub const fn amount_max(&self) -> i64 {
        self.amount_max
    }

    /// Days from one successful payment to the next, at least.
    #[must_use]
    pub const fn period_days(&self) -> u16 {
        self.period_days
    }

    /// When the agreement ends.
    #[must_use]
    pub const fn ends_at(&self) -> Timestamp {
        self.ends_at
    }
}

/// Where a mandate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MandateState {
    /// To begin if its first payment is approved.
    Pending,
    /// The merchant may charge.
    Active,
    /// Its card is frozen: charges are declined.
    Frozen,
    /// Over.
    Ended,
}

impl MandateState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Frozen, Self::Ended];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Ended => "ended",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Why a mandate is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The merchant ended it.
    Merchant,
    /// Its last day is over.
    Term,
    /// Its card was taken away or expired.
    Card,
}

impl EndReason {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Term => "term",
            Self::Card => "card",
        }
    }

    /// The reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Merchant, Self::Term, Self::Card].into_iter().find(|reason| reason.as_str() == name)
    }
}

/// Why a charge is outside the agreement. Nothing is sent to the bank then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The mandate is over or has not begun.
    #[error("the mandate is not active")]
    NotActive,
    /// Another currency.
    #[error("the mandate is for payments in {0}")]
    Currency(Currency),
    /// Too little or too much.
    #[error("the mandate allows {min} to {max} minor units")]
    Amount {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// The period since the last successful payment is not over.
    #[error("the mandate allows the next payment at {0}")]
    TooSoon(Timestamp),
    /// An earlier charge has no outcome yet.
    #[error("an earlier payment under the mandate has no outcome yet")]
    Busy,
}

/// A mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// The card that is charged.
    pub card_id: CardId,
    /// Who may charge.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// What was agreed.
    pub terms: Terms,
    /// Where it stands.
    pub state: MandateState,
    /// Why it is over.
    pub ended: Option<EndReason>,
    /// The payment under it that has no outcome yet.
    pub(crate) charging: Option<PaymentId>,
    /// When a payment under it last succeeded, its first one included.
    pub last_success_at: Option<Timestamp>,
    /// Which text the buyer agreed to.
    pub consent_text: String,
    /// When the buyer agreed.
    pub created_at: Timestamp,
}

impl Mandate {
    /// Whether the merchant may charge this much now.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says what is outside the agreement.
    pub fn permits(&self, amount: Money, now: Timestamp) -> Result<(), Refusal> {
        let terms = &self.terms;
        match self.state {
            MandateState::Active | MandateState::Frozen if now < terms.ends_at => {}
            MandateState::Active | MandateState::Frozen | MandateState::Pending | MandateState::Ended => {
                return Err(Refusal::NotActive);
            }
        }
        if amount.currency() != terms.currency {
            return Err(Refusal::Currency(terms.currency));
        }
        if !(terms.amount_min..=terms.amount_max).contains(&amount.minor()) {
            return Err(Refusal::Amount { min: terms.amount_min, max: terms.amount_max });
        }
        if self.charging.is_some() {
            return Err(Refusal::Busy);
        }
        let next = self.last_success_at.map(|last| last.after(self.period()));
        match next.filter(|next| now < *next) {
            Some(next) => Err(Refusal::TooSoon(next)),
            None => Ok(()),
        }
    }

    fn period(&self) -> Duration {
        Duration::from_secs(u64::from(self.terms.period_days) * 86_400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn eur(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().unwrap()).unwrap()
    }

    fn new_terms() -> NewTerms {
        NewTerms { amount_min: 100, amount_max: 2_000, period_days: 30, ends_at: NOW.after(365 * DAY) }
    }

    fn mandate(terms: NewTerms) -> Mandate {
        Mandate {
            id: MandateId::new(NOW),
            card_id: CardId::new(NOW),
            merchant_id: MerchantId::new(NOW),
            mode: Mode::Test,
            terms: Terms::new(terms, "EUR".parse().unwrap(), NOW).unwrap(),
            state: MandateState::Active,
            ended: None,
            charging: None,
            last_success_at: Some(NOW),
            consent_text: "x".to_owned(),
            created_at: NOW,
        }
    }

    #[test]
    fn a_wrong_term_is_named() {
        let check = |new| Terms::new(new, "EUR".parse().unwrap(), NOW).unwrap_err();
        assert_eq!(check(NewTerms { amount_max: 0, ..new_terms() }), TermsError::AmountMax);
        assert_eq!(check(NewTerms { amount_min: 2_001, ..new_terms() }), TermsError::AmountMin);
        assert_eq!(check(NewTerms { amount_min: 0, ..new_terms() }), TermsError::AmountMin);
        assert_eq!(check(NewTerms { period_days: 0, ..new_terms() }), TermsError::PeriodDays);
        assert_eq!(check(NewTerms { ends_at: NOW, ..new_terms() }), TermsError::EndsAt);
        assert_eq!(check(NewTerms { ends_at: NOW.after(2_000 * DAY), ..new_terms() }), TermsError::EndsAt);
    }

    #[test]
    fn each_way_out_of_the_agreement_has_its_refusal() {
        let later = NOW.after(30 * DAY);
        let agreed = mandate(new_terms());
        assert_eq!(agreed.permits(eur(2_000), later), Ok(()));
        assert_eq!(agreed.permits(eur(2_001), later), Err(Refusal::Amount { min: 100, max: 2_000 }));
        assert_eq!(agreed.permits(eur(99), later), Err(Refusal::Amount { min: 100, max: 2_000 }));
        assert_eq!(agreed.permits(eur(500), NOW.after(29 * DAY)), Err(Refusal::TooSoon(later)));
        assert_eq!(agreed.permits(eur(500), NOW.after(365 * DAY)), Err(Refusal::NotActive));
        let dollars = Money::new(500, "USD".parse().unwrap()).unwrap();
        assert!(matches!(agreed.permits(dollars, later), Err(Refusal::Currency(_))));
        let busy = Mandate { charging: Some(PaymentId::new(NOW)), ..agreed.clone() };
        assert_eq!(busy.permits(eur(500), later), Err(Refusal::Busy));
        let over = Mandate { state: MandateState::Ended, ..agreed };
        assert_eq!(over.permits(eur(500), later), Err(Refusal::NotActive));
    }

    proptest! {
        /// A merchant that charges whenever it may, as much as it may, takes no more than the terms say.
        #[test]
        fn a_greedy_merchant_takes_no_more_than_was_agreed(
            amount_max in 1_i64..1_000_000,
            period_days in 1_u16..=366,
            days in 1_u64..900,
            tries in proptest::collection::vec((0_u64..120, 0_i64..2_000_000), 1..60),
        ) {
            let new = NewTerms { amount_min: 1, amount_max, period_days, ends_at: NOW.after(u32::try_from(days).unwrap() * DAY) };
            let mut agreed = mandate(new);
            let (mut now, mut taken, mut charges) = (NOW, 0_i64, 0_u64);
            for (wait, minor) in tries {
                now = now.after(u32::try_from(wait).unwrap() * DAY);
                let Ok(amount) = Money::new(minor, "EUR".parse().unwrap()) else { continue };
                if agreed.permits(amount, now).is_ok() {
                    agreed.last_success_at = Some(now);
                    taken += minor;
                    charges += 1;
                    prop_assert!(now < new.ends_at);
                }
            }
            prop_assert!(charges <= days / u64::from(period_days));
            prop_assert!(taken <= amount_max * i64::try_from(charges).unwrap());
        }
    }
}
