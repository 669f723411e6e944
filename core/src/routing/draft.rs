//! A profile as a person wrote it, and its check: whole, with every error named.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;

use crate::country::Country;
use crate::money::Currency;
use crate::payment::card::Brand;
use crate::routing::profile::{MethodFilter, NonResidents, Profile, Reaction, Route};

/// Routes that a profile may have.
const ROUTES_MAX: usize = 50;
/// Values that a list may have.
const LIST_MAX: usize = 250;

const CURRENCY: &str = "ISO 4217 codes, such as EUR";
const COUNTRY: &str = "ISO 3166-1 alpha-2 codes in capitals, such as ES";
const WALLET: &str = "names of wallets: 1 to 32 characters of a-z, 0-9, - and _";

/// A value that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} = {value}: expected {expected}")]
pub struct ProfileError {
    /// The key, such as `routes.0.method`; routes count from 0.
    pub key: String,
    /// What was written.
    pub value: String,
    /// What was expected.
    pub expected: String,
}

/// A profile as it is written in a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileDraft {
    /// ISO 4217 codes; absent means all.
    pub currencies: Vec<String>,
    /// The methods that are offered.
    pub methods: MethodsDraft,
    /// Payers from abroad.
    pub non_residents: NonResidentsDraft,
    /// The ways to banks, the preferred one first.
    pub routes: Vec<RouteDraft>,
}

/// The methods that are offered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsDraft {
    /// Whether cards are.
    pub cards: bool,
    /// The wallets by name; absent means all, empty means none.
    pub wallets: Option<Vec<String>>,
}

impl Default for MethodsDraft {
    fn default() -> Self {
        Self { cards: true, wallets: None }
    }
}

/// Payers from abroad: `accept`, `challenge` or `refuse`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NonResidentsDraft {
    /// ISO 3166-1 alpha-2.
    pub home_country: Option<String>,
    /// The issuer is in another country.
    pub foreign_cards: Option<String>,
    /// The issuer's country is not known.
    pub unknown_cards: Option<String>,
    /// Issuers of these countries.
    pub countries: BTreeMap<String, String>,
    /// ISO 4217.
    pub home_currency: Option<String>,
    /// The payment is in another currency.
    pub other_currencies: Option<String>,
}

/// A way to a bank.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteDraft {
    /// The acquirer's name.
    pub acquirer: String,
    /// `card`, `wallet:NAME` or `*`; absent means `*`.
    pub method: Option<String>,
    /// ISO 4217 codes; absent means all.
    pub currencies: Vec<String>,
    /// Only cards of these countries.
    pub countries: Vec<String>,
    /// No cards of these countries.
    pub countries_except: Vec<String>,
    /// Only cards of these networks.
    pub brands: Vec<String>,
}

/// Collects what is wrong.
struct Check {
    errors: Vec<ProfileError>,
}

impl ProfileDraft {
    /// Checks all of it against the acquirers that there are.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its key.
    pub fn check(&self, acquirers: &[&str]) -> Result<Profile, Vec<ProfileError>> {
        let mut check = Check { errors: Vec::new() };
        let currencies = check.list("currencies", &self.currencies, CURRENCY);
        let wallets = self.methods.wallets.as_ref().map(|names| check.list("methods.wallets", names, WALLET));
        if !self.methods.cards && wallets.as_ref().is_some_and(Vec::is_empty) {
            check.refuse("methods", "nothing", "cards or a wallet");
        }
        let non_residents = check.non_residents(&self.non_residents);
        if self.routes.len() > ROUTES_MAX {
            check.refuse("routes", self.routes.len(), format!("at most {ROUTES_MAX}"));
        }
        let routes =
            self.routes.iter().enumerate().filter_map(|(place, route)| check.route(place, route, acquirers)).collect();
        let profile = Profile { version: 0, currencies, cards: self.methods.cards, wallets, non_residents, routes };
        for (place, route) in profile.routes.iter().enumerate() {
            for currency in route.currencies.iter().filter(|currency| !profile.accepts(**currency)) {
                check.refuse(format!("routes.{place}.currencies"), currency.code(), "one of `currencies`");
            }
        }
        if check.errors.is_empty() { Ok(profile) } else { Err(check.errors) }
    }
}

impl Check {
    fn refuse(&mut self, key: impl Into<String>, value: impl Display, expected: impl Into<String>) {
        let value = value.to_string().chars().take(80).collect();
        self.errors.push(ProfileError { key: key.into(), value, expected: expected.into() });
    }

    fn one<T: FromStr>(&mut self, key: &str, text: &str, expected: &str) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.refuse(key, text, expected);
        }
        value
    }

    fn list<T: FromStr>(&mut self, key: &str, texts: &[String], expected: &str) -> Vec<T> {
        let mut seen = BTreeSet::new();
        if texts.len() > LIST_MAX {
            self.refuse(key, texts.len(), format!("at most {LIST_MAX}"));
            return Vec::new();
        }
        let mut values = Vec::with_capacity(texts.len());
        for text in texts {
            if !seen.insert(text) {
                self.refuse(key, text, "each value once");
            }
            values.extend(self.one(key, text, expected));
        }
        values
    }

    fn reaction(&mut self, key: &str, text: Option<&str>) -> Reaction {
        let Some(text) = text else { return Reaction::Accept };
        match Reaction::from_name(text) {
            Some(reaction) => reaction,
            None => {
                self.refuse(key, text, "accept, challenge or refuse");
                Reaction::Accept
            }
        }
    }

    fn non_residents(&mut self, draft: &NonResidentsDraft) -> NonResidents {
        let home_country: Option<Country> =
            draft.home_country.as_deref().and_then(|code| self.one("non_residents.home_country", code, COUNTRY));
        let home_currency: Option<Currency> =
            draft.home_currency.as_deref().and_then(|code| self.one("non_residents.home_currency", code, CURRENCY));
        if let (None, Some(foreign)) = (&draft.home_country, &draft.foreign_cards) {
            self.refuse("non_residents.foreign_cards", foreign, "non_residents.home_country to be set, too");
        }
        if let (None, Some(other)) = (&draft.home_currency, &draft.other_currencies) {
            self.refuse("non_residents.other_currencies", other, "non_residents.home_currency to be set, too");
        }
        let mut countries = Vec::new();
        for (code, reaction) in &draft.countries {
            let key = format!("non_residents.countries.{code}");
            let reaction = self.reaction(&key, Some(reaction));
            let Some(country) = self.one(&key, code, COUNTRY) else { continue };
            if Some(country) == home_country {
                self.refuse(&key, code, "another country than home_country, whose cards are always accepted");
            }
            countries.push((country, reaction));
        }
        NonResidents {
            home_country,
            foreign_cards: self.reaction("non_residents.foreign_cards", draft.foreign_cards.as_deref()),
            unknown_cards: self.reaction("non_residents.unknown_cards", draft.unknown_cards.as_deref()),
            countries,
            home_currency,
            other_currencies: self.reaction("non_residents.other_currencies", draft.other_currencies.as_deref()),
        }
    }

    fn route(&mut self, place: usize, draft: &RouteDraft, acquirers: &[&str]) -> Option<Route> {
        let key = |name: &str| format!("routes.{place}.{name}");
        if !acquirers.contains(&draft.acquirer.as_str()) {
            let known = format!("one of the acquirers that are configured: {}", acquirers.join(", "));
            self.refuse(key("acquirer"), &draft.acquirer, known);
        }
        let method = match draft.method.as_deref().map(|name| (name, MethodFilter::from_name(name))) {
            None => Some(MethodFilter::Any),
            Some((name, None)) => {
                self.refuse(key("method"), name, "card, wallet:NAME or *");
                None
            }
            Some((_, some)) => some,
        };
        let mut brands = Vec::new();
        for name in &draft.brands {
            match Brand::from_name(name) {
                Brand::Unknown => self.refuse(key("brands"), name, "visa, mastercard, amex, discover, diners, jcb, …"),
                brand => brands.push(brand),
            }
        }
        if !draft.countries.is_empty() && !draft.countries_except.is_empty() {
            self.refuse(key("countries_except"), draft.countries_except.join(" "), "nothing, for countries is set");
        }
        Some(Route {
            acquirer: draft.acquirer.clone(),
            currencies: self.list(&key("currencies"), &draft.currencies, CURRENCY),
            countries: self.list(&key("countries"), &draft.countries, COUNTRY),
            countries_except: self.list(&key("countries_except"), &draft.countries_except, COUNTRY),
            brands,
            method: method?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn nothing_at_all_is_a_profile() {
        assert_eq!(ProfileDraft::default().check(&[]).unwrap(), Profile::default());
    }

    #[test]
    fn every_error_is_named_with_its_key() {
        let draft = ProfileDraft {
            currencies: texts(&["EUR", "EURO", "EUR"]),
            methods: MethodsDraft { cards: false, wallets: Some(Vec::new()) },
            non_residents: NonResidentsDraft {
                home_country: Some("ES".to_owned()),
                foreign_cards: Some("deny".to_owned()),
                countries: BTreeMap::from([("ES".to_owned(), "refuse".to_owned())]),
                other_currencies: Some("refuse".to_owned()),
                ..NonResidentsDraft::default()
            },
            routes: vec![RouteDraft {
                acquirer: "bank".to_owned(),
                method: Some("cash".to_owned()),
                currencies: texts(&["USD"]),
                countries: texts(&["EN"]),
                countries_except: texts(&["FR"]),
                brands: texts(&["vissa"]),
            }],
        };
        let errors = draft.check(&["sandbox"]).unwrap_err();
        let keys: Vec<&str> = errors.iter().map(|error| error.key.as_str()).collect();
        for key in [
            "currencies",
            "methods",
            "non_residents.foreign_cards",
            "non_residents.countries.ES",
            "non_residents.other_currencies",
            "routes.0.acquirer",
            "routes.0.method",
            "routes.0.countries",
            "routes.0.countries_except",
            "routes.0.brands",
        ] {
            assert!(keys.contains(&key), "{key} is not among {keys:?}");
        }
        assert!(errors[0].to_string().starts_with("currencies = EURO: expected ISO 4217"), "{}", errors[0]);
    }

    #[test]
    fn a_route_for_a_currency_that_is_not_accepted_is_a_mistake() {
        let route = RouteDraft { acquirer: "sandbox".to_owned(), currencies: texts(&["USD"]), ..RouteDraft::default() };
        let draft = ProfileDraft { currencies: texts(&["EUR"]), routes: vec![route], ..ProfileDraft::default() };
        let errors = draft.check(&["sandbox"]).unwrap_err();
        assert_eq!(errors[0].to_string(), "routes.0.currencies = USD: expected one of `currencies`");
    }

    #[test]
    fn changes_name_what_came_and_went() {
        let route = RouteDraft { acquirer: "sandbox".to_owned(), ..RouteDraft::default() };
        let draft = ProfileDraft { currencies: texts(&["EUR"]), routes: vec![route], ..ProfileDraft::default() };
        let after = draft.check(&["sandbox"]).unwrap();
        let changes: Vec<String> = Profile::default().changes(&after).iter().map(ToString::to_string).collect();
        assert_eq!(
            changes,
            ["currencies: all -> EUR", "routes.0: nothing -> sandbox for *, currencies all, countries all, brands all",]
        );
        assert_eq!(after.changes(&Profile::default()).len(), 2);
        assert!(after.changes(&after).is_empty());
    }
}
