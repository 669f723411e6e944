//! Payers from abroad: what a merchant's profile says about a card's country and a payment's currency.

use crate::payment::decline::DeclineCode;
use crate::routing::choice::{Facts, Paid};
use crate::routing::profile::{Profile, Reaction};

/// Whether the buyer must be challenged before the bank is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// No.
    No,
    /// Yes.
    Required,
}

/// What the profile says about an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Whether the buyer must be challenged.
    pub challenge: Challenge,
    /// Why it is refused.
    pub refusal: Option<DeclineCode>,
    /// Stable codes of what spoke: `policy.non_resident`, `policy.issuer_unknown`, `policy.currency`.
    pub reasons: Vec<String>,
}

/// Asks the profile about an attempt. Cards of the home country are never foreign.
#[must_use]
pub fn admit(profile: &Profile, facts: &Facts<'_>) -> Admission {
    let policy = &profile.non_residents;
    let abroad = match (facts.paid, policy.home_country) {
        (Paid::Card { country: Some(country), .. }, home) if home != Some(country) => {
            let named = policy.countries.iter().find(|(one, _)| *one == country).map(|(_, reaction)| *reaction);
            let foreign = if home.is_some() { policy.foreign_cards } else { Reaction::Accept };
            (named.unwrap_or(foreign), "policy.non_resident")
        }
        (Paid::Card { country: None, .. }, _) => (policy.unknown_cards, "policy.issuer_unknown"),
        // A wallet's payer is known to the wallet only.
        (Paid::Card { .. } | Paid::Wallet(_), _) => (Reaction::Accept, ""),
    };
    let is_other = policy.home_currency.is_some_and(|home| home != facts.currency);
    let currency = (if is_other { policy.other_currencies } else { Reaction::Accept }, "policy.currency");
    let spoke: Vec<_> = [abroad, currency].into_iter().filter(|(reaction, _)| *reaction != Reaction::Accept).collect();
    let strongest = spoke.iter().map(|(reaction, _)| *reaction).max().unwrap_or_default();
    Admission {
        challenge: if strongest == Reaction::Challenge { Challenge::Required } else { Challenge::No },
        refusal: (strongest == Reaction::Refuse).then_some(DeclineCode::CardNotAccepted),
        reasons: spoke.into_iter().map(|(_, reason)| reason.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::card::Brand;
    use crate::routing::profile::NonResidents;

    fn ask(policy: &NonResidents, country: Option<&str>, currency: &str) -> Admission {
        let profile = Profile { non_residents: policy.clone(), ..Profile::default() };
        let country = country.map(|code| code.parse().unwrap());
        admit(
            &profile,
            &Facts { currency: currency.parse().unwrap(), paid: Paid::Card { brand: Brand::Visa, country } },
        )
    }

    #[test]
    fn the_strongest_word_counts_and_all_are_named() {
        let policy = NonResidents {
            home_country: "ES".parse().ok(),
            foreign_cards: Reaction::Challenge,
            unknown_cards: Reaction::Refuse,
            countries: vec![("PT".parse().unwrap(), Reaction::Accept), ("RU".parse().unwrap(), Reaction::Refuse)],
            home_currency: "EUR".parse().ok(),
            other_currencies: Reaction::Challenge,
        };
        let home = ask(&policy, Some("ES"), "EUR");
        assert_eq!((home.challenge, home.refusal, home.reasons.len()), (Challenge::No, None, 0));
        let foreign = ask(&policy, Some("FR"), "EUR");
        assert_eq!((foreign.challenge, foreign.refusal), (Challenge::Required, None));
        assert_eq!(foreign.reasons, ["policy.non_resident"]);
        assert_eq!(ask(&policy, Some("PT"), "EUR").challenge, Challenge::No);
        let unknown = ask(&policy, None, "EUR");
        assert_eq!(unknown.refusal, Some(DeclineCode::CardNotAccepted));
        assert_eq!(unknown.reasons, ["policy.issuer_unknown"]);
        let both = ask(&policy, Some("RU"), "USD");
        assert_eq!((both.challenge, both.refusal), (Challenge::No, Some(DeclineCode::CardNotAccepted)));
        assert_eq!(both.reasons, ["policy.non_resident", "policy.currency"]);
    }

    #[test]
    fn a_merchant_that_said_nothing_accepts_everybody() {
        let said_nothing = NonResidents::default();
        for country in [None, Some("FR")] {
            assert_eq!(ask(&said_nothing, country, "USD").reasons, Vec::<String>::new());
        }
    }
}
