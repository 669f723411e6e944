//! The card networks' rules on trying a declined card again. Breaking them costs the merchant fees.
//!
//! Visa: 20 reattempts in 30 days, and none after a decline of its category 1 (the issuer will never
//! approve). Mastercard: 10 declines in 24 hours and 35 in 30 days, and none after the merchant advice codes
//! 03 and 21. All are counted for one card, merchant and amount; a decline that is final counts for every
//! amount. Other networks publish no number.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::payment::card::Brand;
use crate::payment::decline::{Advice, DeclineCode};

const DAY: Duration = Duration::from_secs(24 * 3_600);
const MONTH: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The longest window that is looked at.
pub(crate) const WINDOW: Duration = MONTH;
/// More declines than any rule counts.
pub(crate) const DECLINES_MAX: u64 = 64;

/// An earlier decline of a card at a merchant: for the same amount, or final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decline {
    pub(crate) is_final: bool,
    pub(crate) at: Timestamp,
}

/// Windows, and how many declines in each a card may have and be tried again.
const fn rules(brand: Brand) -> &'static [(Duration, usize, &'static str)] {
    match brand {
        // The first attempt and twenty more.
        Brand::Visa => &[(MONTH, 20, "retry.visa.30d")],
        Brand::Mastercard => &[(DAY, 9, "retry.mastercard.24h"), (MONTH, 34, "retry.mastercard.30d")],
        Brand::Amex | Brand::Discover | Brand::Diners | Brand::Jcb | Brand::Mir | Brand::UnionPay | Brand::Unknown => {
            &[]
        }
    }
}

/// Why a card may not be tried again now, as a stable code; `None` when it may.
pub(crate) fn refusal(brand: Brand, earlier: &[Decline], now: Timestamp) -> Option<&'static str> {
    if earlier.iter().any(|decline| decline.is_final) {
        return Some("retry.final");
    }
    rules(brand).iter().find_map(|(window, allowed, reason)| {
        let declines = earlier.iter().filter(|decline| decline.at > now.before(*window)).count();
        (declines > *allowed).then_some(*reason)
    })
}

/// Whether a bank's decline says that this card will never be approved. `network_code` is field 39 of
/// ISO 8583, with Mastercard's merchant advice code behind a slash: `05/03`.
pub(crate) fn is_final(code: DeclineCode, network_code: Option<&str>) -> bool {
    let advice = network_code.and_then(|code| code.split_once('/')).map(|(_, advice)| advice);
    matches!(advice, Some("03" | "21")) || code == DeclineCode::IncorrectNumber || code.advice() == Advice::Never
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_micros(1_795_000_000_000_000).after(Duration::from_secs(hours * 3_600))
    }

    fn declines(hours: &[u64]) -> Vec<Decline> {
        hours.iter().map(|hour| Decline { is_final: false, at: at(*hour) }).collect()
    }

    #[test]
    fn visa_allows_twenty_more_in_thirty_days() {
        let many: Vec<u64> = (0..21).collect();
        assert_eq!(refusal(Brand::Visa, &declines(&many[..20]), at(21)), None);
        assert_eq!(refusal(Brand::Visa, &declines(&many), at(21)), Some("retry.visa.30d"));
        // The first one leaves the window.
        assert_eq!(refusal(Brand::Visa, &declines(&many), at(720)), None);
    }

    #[test]
    fn mastercard_counts_a_day_and_a_month() {
        assert_eq!(refusal(Brand::Mastercard, &declines(&[0; 9]), at(1)), None);
        assert_eq!(refusal(Brand::Mastercard, &declines(&[0; 10]), at(1)), Some("retry.mastercard.24h"));
        assert_eq!(refusal(Brand::Mastercard, &declines(&[0; 10]), at(24)), None);
        assert_eq!(refusal(Brand::Mastercard, &declines(&[0; 35]), at(24)), Some("retry.mastercard.30d"));
        assert_eq!(refusal(Brand::Mir, &declines(&[0; 60]), at(1)), None);
    }

    #[test]
    fn some_declines_are_final() {
        for (code, network, expected) in [
            (DeclineCode::LostCard, None, true),
            (DeclineCode::StolenCard, Some("43"), true),
            (DeclineCode::IncorrectNumber, Some("14"), true),
            (DeclineCode::DoNotHonor, Some("05/03"), true),
            (DeclineCode::DoNotHonor, Some("05/21"), true),
            (DeclineCode::DoNotHonor, Some("05/02"), false),
            (DeclineCode::DoNotHonor, Some("03"), false),
            (DeclineCode::InsufficientFunds, None, false),
        ] {
            assert_eq!(is_final(code, network), expected, "{code:?} {network:?}");
        }
        let once = Decline { is_final: true, at: at(0) };
        assert_eq!(refusal(Brand::Amex, &[once], at(100_000)), Some("retry.final"));
    }

    proptest! {
        #[test]
        fn waiting_never_makes_it_worse(hours in prop::collection::vec(0_u64..800, 0..60), wait in 0_u64..2_000) {
            for brand in [Brand::Visa, Brand::Mastercard, Brand::Amex] {
                let earlier = declines(&hours);
                if refusal(brand, &earlier, at(800)).is_none() {
                    prop_assert_eq!(refusal(brand, &earlier, at(800 + wait)), None);
                }
                prop_assert_eq!(refusal(brand, &earlier, at(800 + 721)), None);
            }
        }
    }
}
