//! Figures, and the cells that they are counted in: a stretch of time, a currency, and one value of one dimension.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use uuid::Uuid;

use crate::named::named;
use crate::payment::decline::DeclineCode;

/// The length of a slot in seconds. Every zone's clocks are whole quarters of an hour away from UTC, so
/// every zone's days are whole slots.
pub const SLOT_SECS: i64 = 900;
/// The length of a long slot: a day of UTC. A year is read from these, and from slots at its ends.
pub const DAY_SECS: i64 = 86_400;
/// The value of a dimension when nothing is known.
pub const UNKNOWN: &str = "unknown";

named! {
    /// By what figures are told apart.
    pub enum Dimension {
        /// By nothing: everything.
        Total = "total",
        /// By the card's brand, or by `wallet:` and the wallet's name.
        Method = "method",
        /// By the country of the card's issuer.
        Country = "country",
        /// By why an attempt was refused.
        Decline = "decline",
    }
}

/// What was counted. Amounts are minor units of the cell's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Payments created.
    pub payments: i64,
    /// What they asked for.
    pub asked: i64,
    /// Attempts that a bank approved.
    pub approved: i64,
    /// Their amounts.
    pub approved_amount: i64,
    /// Attempts that were refused, by whomever.
    pub declined: i64,
    /// Their amounts.
    pub declined_amount: i64,
    /// Those of them that antifraud refused, by itself or by staff.
    pub blocked: i64,
    /// Their amounts.
    pub blocked_amount: i64,
    /// How often money was taken.
    pub captures: i64,
    /// Taken: the turnover.
    pub captured: i64,
    /// How often money went back.
    pub refunds: i64,
    /// Gone back.
    pub refunded: i64,
    /// What the hub charged.
    pub fees: i64,
    /// Approved attempts of buyers who never bought before.
    pub buyers_new: i64,
    /// Approved attempts of buyers who had bought before.
    pub buyers_returning: i64,
}

impl Figures {
    /// Every figure by the name of its column, in order.
    pub(crate) const COLUMNS: [&'static str; 15] = [
        "payments",
        "asked",
        "approved",
        "approved_amount",
        "declined",
        "declined_amount",
        "blocked",
        "blocked_amount",
        "captures",
        "captured",
        "refunds",
        "refunded",
        "fees",
        "buyers_new",
        "buyers_returning",
    ];

    /// Every figure, in the order of [`COLUMNS`](Self::COLUMNS).
    #[must_use]
    pub const fn values(&self) -> [i64; 15] {
        [
            self.payments,
            self.asked,
            self.approved,
            self.approved_amount,
            self.declined,
            self.declined_amount,
            self.blocked,
            self.blocked_amount,
            self.captures,
            self.captured,
            self.refunds,
            self.refunded,
            self.fees,
            self.buyers_new,
            self.buyers_returning,
        ]
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What was taken at a time on average, rounded to the nearest minor unit; `None` without any.
    #[must_use]
    pub const fn average(&self) -> Option<i64> {
        match self.captures {
            0 => None,
            count => Some((self.captured + count / 2) / count),
        }
    }

    /// Of a hundred decided attempts, how many were approved; in hundredths.
    #[must_use]
    pub const fn approval(&self) -> Option<i64> {
        hundredths(self.approved, self.approved + self.declined)
    }

    /// Of a hundred payments created, how many attempts were approved; in hundredths.
    #[must_use]
    pub const fn conversion(&self) -> Option<i64> {
        hundredths(self.approved, self.payments)
    }
}

/// A part of a whole in hundredths of a percent, rounded to the nearest.
const fn hundredths(part: i64, whole: i64) -> Option<i64> {
    match whole {
        0 => None,
        whole => Some((part * 10_000 + whole / 2) / whole),
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, more: Self) {
        self.payments += more.payments;
        self.asked += more.asked;
        self.approved += more.approved;
        self.approved_amount += more.approved_amount;
        self.declined += more.declined;
        self.declined_amount += more.declined_amount;
        self.blocked += more.blocked;
        self.blocked_amount += more.blocked_amount;
        self.captures += more.captures;
        self.captured += more.captured;
        self.refunds += more.refunds;
        self.refunded += more.refunded;
        self.fees += more.fees;
        self.buyers_new += more.buyers_new;
        self.buyers_returning += more.buyers_returning;
    }
}

named! {
    /// What a fact counts for.
    pub enum Measure {
        /// A payment was created.
        Created = "created",
        /// An attempt was approved.
        Approved = "approved",
        /// An attempt was refused.
        Declined = "declined",
        /// Money was taken.
        Captured = "captured",
        /// Money went back.
        Refunded = "refunded",
        /// The hub charged for it.
        Fee = "fee",
        /// A buyer bought for the first time.
        BuyerNew = "buyer_new",
        /// A buyer bought again.
        BuyerReturning = "buyer_returning",
    }
}

/// Something that counts, or many of them that count for the same cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) measure: Measure,
    /// The merchant and mode.
    pub(crate) world: (Uuid, String),
    /// The second at which its slot begins.
    pub(crate) slot: i64,
    pub(crate) currency: String,
    pub(crate) count: i64,
    pub(crate) amount: i64,
    /// The brand or wallet, where there is an attempt.
    pub(crate) method: Option<String>,
    /// The country of the issuer, where there is an attempt.
    pub(crate) country: Option<String>,
    /// Why it was refused.
    pub(crate) decline: Option<String>,
}

impl Fact {
    /// What it adds.
    pub(crate) fn figures(&self) -> Figures {
        let (count, amount, none) = (self.count, self.amount, Figures::default());
        let blocked = self.decline.as_deref().and_then(DeclineCode::from_name).is_some_and(is_antifraud);
        match self.measure {
            Measure::Created => Figures { payments: count, asked: amount, ..none },
            Measure::Approved => Figures { approved: count, approved_amount: amount, ..none },
            Measure::Declined if blocked => {
                Figures { declined: count, declined_amount: amount, blocked: count, blocked_amount: amount, ..none }
            }
            Measure::Declined => Figures { declined: count, declined_amount: amount, ..none },
            Measure::Captured => Figures { captures: count, captured: amount, ..none },
            Measure::Refunded => Figures { refunds: count, refunded: amount, ..none },
            Measure::Fee => Figures { fees: amount, ..none },
            Measure::BuyerNew => Figures { buyers_new: count, ..none },
            Measure::BuyerReturning => Figures { buyers_returning: count, ..none },
        }
    }

    /// The dimensions that it counts in, each with its value there.
    pub(crate) fn places(&self) -> impl Iterator<Item = (Dimension, &str)> {
        let total = Some((Dimension::Total, ""));
        let method = self.method.as_deref().map(|value| (Dimension::Method, value));
        let country = self.country.as_deref().map(|value| (Dimension::Country, value));
        let decline = self.decline.as_deref().map(|value| (Dimension::Decline, value));
        [total, method, country, decline].into_iter().flatten()
    }
}

/// Whether antifraud or staff said no, and not the bank or the buyer.
pub(crate) const fn is_antifraud(code: DeclineCode) -> bool {
    match code {
        DeclineCode::RiskBlocked | DeclineCode::ReviewRejected => true,
        DeclineCode::CardDeclined
        | DeclineCode::InsufficientFunds
        | DeclineCode::LostCard
        | DeclineCode::StolenCard
        | DeclineCode::ExpiredCard
        | DeclineCode::IncorrectCvc
        | DeclineCode::IncorrectNumber
        | DeclineCode::ProcessingError
        | DeclineCode::CardVelocityExceeded
        | DeclineCode::BankUnavailable
        | DeclineCode::AmountMismatch
        | DeclineCode::DoNotHonor
        | DeclineCode::SuspectedFraud
        | DeclineCode::RestrictedCard
        | DeclineCode::TransactionNotPermitted
        | DeclineCode::AmountLimitExceeded
        | DeclineCode::AuthenticationRequired
        | DeclineCode::AuthenticationFailed
        | DeclineCode::RefusedByBuyer
        | DeclineCode::ActionExpired
        | DeclineCode::CardNotAccepted
        | DeclineCode::RetryLimitReached
        | DeclineCode::VerificationFailed
        | DeclineCode::VerificationUnavailable
        | DeclineCode::DeniedByBuyer
        | DeclineCode::CardFrozen => false,
    }
}

/// Where figures are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) merchant: Uuid,
    pub(crate) mode: String,
    /// [`SLOT_SECS`] or [`DAY_SECS`].
    pub(crate) span: i64,
    pub(crate) dimension: &'static str,
    pub(crate) slot: i64,
    pub(crate) currency: String,
    pub(crate) value: String,
}

/// Figures by cell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cells(pub(crate) BTreeMap<Cell, Figures>);

impl Cells {
    /// Counts a fact in every cell that it belongs to, of slots and of days.
    pub(crate) fn count(&mut self, fact: &Fact) {
        for (dimension, value) in fact.places() {
            for span in [SLOT_SECS, DAY_SECS] {
                let cell = Cell {
                    merchant: fact.world.0,
                    mode: fact.world.1.clone(),
                    span,
                    dimension: dimension.as_str(),
                    slot: fact.slot - fact.slot.rem_euclid(span),
                    currency: fact.currency.clone(),
                    value: value.to_owned(),
                };
                *self.0.entry(cell).or_default() += fact.figures();
            }
        }
    }
}

/// The slot of a moment in microseconds.
pub(crate) const fn slot_of(micros: i64) -> i64 {
    let secs = micros.div_euclid(1_000_000);
    secs - secs.rem_euclid(SLOT_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(measure: Measure, decline: Option<&str>) -> Fact {
        Fact {
            measure,
            world: (Uuid::nil(), "test".to_owned()),
            slot: 1_764_000_900,
            currency: "EUR".to_owned(),
            count: 1,
            amount: 250,
            method: Some("visa".to_owned()),
            country: Some("ES".to_owned()),
            decline: decline.map(str::to_owned),
        }
    }

    #[test]
    fn a_fact_counts_once_in_each_of_its_dimensions_and_spans() {
        let mut cells = Cells::default();
        cells.count(&fact(Measure::Declined, Some("risk_blocked")));
        cells.count(&fact(Measure::Declined, Some("insufficient_funds")));
        let total: Vec<_> = cells.0.iter().filter(|(cell, _)| cell.dimension == "total").collect();
        assert_eq!(total.len(), 2, "a slot and a day");
        for (cell, figures) in total {
            assert_eq!((figures.declined, figures.declined_amount), (2, 500), "{cell:?}");
            assert_eq!((figures.blocked, figures.blocked_amount), (1, 250), "{cell:?}");
            assert_eq!(cell.slot % cell.span, 0);
        }
        let reasons = cells.0.keys().filter(|cell| cell.dimension == "decline" && cell.span == SLOT_SECS);
        assert_eq!(reasons.map(|cell| cell.value.as_str()).collect::<Vec<_>>(), ["insufficient_funds", "risk_blocked"]);
    }

    #[test]
    fn shares_and_averages_are_rounded_and_never_of_nothing() {
        let none = Figures::default();
        assert_eq!((none.average(), none.approval(), none.conversion()), (None, None, None));
        let some = Figures { payments: 3, approved: 2, declined: 1, captures: 2, captured: 1_001, ..none };
        assert_eq!((some.average(), some.approval(), some.conversion()), (Some(501), Some(6_667), Some(6_667)));
    }

    #[test]
    fn the_columns_and_the_values_are_as_many() {
        assert_eq!(Figures::COLUMNS.len(), Figures::default().values().len());
        assert_eq!(slot_of(1_764_001_799_999_999), 1_764_000_900);
        assert_eq!(slot_of(1_764_001_800_000_000), 1_764_001_800);
    }
}
