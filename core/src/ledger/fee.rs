//! What a merchant pays for taken money, and how it is computed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::kept::Kept;
use crate::merchant::Mode;
use crate::money::Currency;
use crate::payment::attempt::{Method, WalletName};
use crate::store::{Store, StoreError, ledger as rows};

/// How long the fees that were read are good for: a change counts everywhere after this time.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// The methods that a fee is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FeeMethod {
    /// Cards.
    Card,
    /// One wallet.
    Wallet(WalletName),
    /// Whatever has no fee of its own.
    Any,
}

/// A text names no method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected card, wallet:NAME or *")]
pub struct FeeMethodError;

impl std::fmt::Display for FeeMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Card => f.write_str("card"),
            Self::Wallet(wallet) => write!(f, "wallet:{wallet}"),
            Self::Any => f.write_str("*"),
        }
    }
}

impl std::str::FromStr for FeeMethod {
    type Err = FeeMethodError;

    fn from_str(text: &str) -> Result<Self, FeeMethodError> {
        match text {
            "card" => Ok(Self::Card),
            "*" => Ok(Self::Any),
            _ => {
                let wallet = text.strip_prefix("wallet:").and_then(|name| name.parse().ok());
                wallet.map(Self::Wallet).ok_or(FeeMethodError)
            }
        }
    }
}

impl From<&Method> for FeeMethod {
    fn from(method: &Method) -> Self {
        match method {
            Method::Card { .. } => Self::Card,
            Method::Wallet(wallet) => Self::Wallet(wallet.clone()),
        }
    }
}

/// What a merchant pays: a part of the amount, and so much for each payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// The currency of payments that it is for, and of `fixed`.
    pub currency: Currency,
    /// The methods that it is for.
    pub method: FeeMethod,
    /// Hundredths of a percent of the amount, 0 to 10000.
    pub basis_points: i32,
    /// Minor units, from 0.
    pub fixed: i64,
}

/// The part of an amount in basis points, rounded to the nearest minor unit, halves up.
const fn part_of(minor: i64, basis_points: i32) -> i64 {
    // At most 10^15 times 10^4: the product needs more than 63 bits, the quotient does not.
    ((minor as i128 * basis_points as i128 + 5_000) / 10_000) as i64
}

impl Fee {
    /// The fee of taking `minor` units. The fixed part is due once a payment, with its first capture. It
    /// is never more than what was taken: the rest of the fixed part is then waived.
    #[must_use]
    pub fn of(&self, minor: i64, first_capture: bool) -> i64 {
        let fixed = if first_capture { self.fixed } else { 0 };
        part_of(minor, self.basis_points).saturating_add(fixed).clamp(0, minor.max(0))
    }
}

/// Every fee, as read at one time.
#[derive(Debug, Default)]
pub(crate) struct FeeTable(HashMap<(MerchantId, Mode, Currency), Vec<Fee>>);

impl FeeTable {
    pub(crate) fn new(fees: impl IntoIterator<Item = Fee>) -> Self {
        let mut table: HashMap<_, Vec<Fee>> = HashMap::new();
        for fee in fees {
            table.entry((fee.merchant_id, fee.mode, fee.currency)).or_default().push(fee);
        }
        Self(table)
    }

    /// The fee for a method: its own, else the one for any.
    pub(crate) fn find(&self, merchant: MerchantId, mode: Mode, currency: Currency, method: &Method) -> Option<&Fee> {
        let fees = self.0.get(&(merchant, mode, currency))?;
        let own = FeeMethod::from(method);
        fees.iter().find(|fee| fee.method == own).or_else(|| fees.iter().find(|fee| fee.method == FeeMethod::Any))
    }
}

/// The fees of all merchants, read again every few seconds.
#[derive(Debug, Clone)]
pub(crate) struct Fees {
    store: Store,
    table: Kept<FeeTable>,
}

impl Fees {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, table: Kept::new(GOOD_FOR) }
    }

    /// The fees at this time.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they cannot be read: nothing may be taken without them.
    pub(crate) async fn current(&self, now: Timestamp) -> Result<Arc<FeeTable>, StoreError> {
        self.table.get(now, async || Ok(FeeTable::new(rows::fees(self.store.reader()).await?))).await
    }

    /// Forgets what was read: a fee was changed by this process.
    pub(crate) async fn forget(&self) {
        self.table.forget().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fee(basis_points: i32, fixed: i64) -> Fee {
        Fee {
            merchant_id: MerchantId::from_uuid(uuid::Uuid::nil()),
            mode: Mode::Test,
            currency: "EUR".parse().unwrap(),
            method: FeeMethod::Card,
            basis_points,
            fixed,
        }
    }

    #[test]
    fn halves_are_rounded_up_and_the_fixed_part_is_due_once() {
        for (minor, basis_points, fixed, first, expected) in [
            (10_000, 290, 30, true, 320),
            (10_000, 290, 30, false, 290),
            (50, 100, 0, true, 1),
            (49, 100, 0, true, 0),
            (150, 100, 0, true, 2),
            (10, 0, 30, true, 10),
            (1, 10_000, 0, true, 1),
            (1_000_000_000_000_000, 10_000, 5, true, 1_000_000_000_000_000),
        ] {
            assert_eq!(fee(basis_points, fixed).of(minor, first), expected, "{minor} at {basis_points} + {fixed}");
        }
    }

    #[test]
    fn a_methods_own_fee_comes_before_the_one_for_any() {
        let any = Fee { method: FeeMethod::Any, ..fee(100, 0) };
        let wallet = Fee { method: "wallet:luna".parse().unwrap(), ..fee(200, 0) };
        let table = FeeTable::new([any.clone(), wallet.clone()]);
        let find = |name: &str| {
            let method = Method::Wallet(name.parse().unwrap());
            table.find(any.merchant_id, Mode::Test, any.currency, &method)
        };
        assert_eq!(find("luna"), Some(&wallet));
        assert_eq!(find("sol"), Some(&any));
        assert_eq!(
            table.find(any.merchant_id, Mode::Live, any.currency, &Method::Wallet("sol".parse().unwrap())),
            None
        );
        assert!("wallet:A b".parse::<FeeMethod>().is_err());
    }

    proptest! {
        #[test]
        fn a_fee_is_never_below_zero_nor_above_the_amount(
            minor in 1_i64..=1_000_000_000_000_000, basis_points in 0..=10_000, fixed in 0_i64..=i64::MAX, first in any::<bool>(),
        ) {
            let due = fee(basis_points, fixed).of(minor, first);
            prop_assert!((0..=minor).contains(&due));
        }

        #[test]
        fn rounding_is_off_by_at_most_half_a_unit(minor in 1_i64..=1_000_000_000_000_000, basis_points in 0..=10_000) {
            let exact = i128::from(minor) * i128::from(basis_points);
            let off = i128::from(part_of(minor, basis_points)) * 10_000 - exact;
            prop_assert!(-5_000 < off && off <= 5_000);
        }
    }
}
