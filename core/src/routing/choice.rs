//! Choosing among a merchant's routes.

use crate::country::Country;
use crate::money::Currency;
use crate::payment::attempt::{Attempt, Method, WalletName};
use crate::payment::card::Brand;
use crate::routing::profile::{MethodFilter, Profile, Route};

/// What is paid with, as far as a choice depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid<'a> {
    /// A card.
    Card {
        /// Its network.
        brand: Brand,
        /// Its issuer's country, when it is known.
        country: Option<Country>,
    },
    /// A wallet.
    Wallet(&'a WalletName),
}

/// What a choice depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The payment's currency.
    pub currency: Currency,
    /// What is paid with.
    pub paid: Paid<'a>,
}

impl<'a> Facts<'a> {
    /// The facts of an attempt.
    #[must_use]
    pub fn of(attempt: &'a Attempt) -> Self {
        let paid = match &attempt.method {
            Method::Card { face, .. } => Paid::Card { brand: face.brand, country: attempt.issuer.country },
            Method::Wallet(wallet) => Paid::Wallet(wallet),
        };
        Self { currency: attempt.amount.currency(), paid }
    }
}

impl Profile {
    /// Whether the merchant offers this way to pay.
    #[must_use]
    pub fn offers(&self, paid: Paid<'_>) -> bool {
        match (paid, &self.wallets) {
            (Paid::Card { .. }, _) => self.cards,
            (Paid::Wallet(wallet), Some(offered)) => offered.contains(wallet),
            (Paid::Wallet(_), None) => true,
        }
    }
}

impl Route {
    /// Whether an attempt may take it.
    #[must_use]
    pub fn fits(&self, facts: &Facts<'_>) -> bool {
        let fits_currency = self.currencies.is_empty() || self.currencies.contains(&facts.currency);
        let fits_method = match (&self.method, facts.paid) {
            (MethodFilter::Any, _) | (MethodFilter::Card, Paid::Card { .. }) => true,
            (MethodFilter::Wallet(mine), Paid::Wallet(theirs)) => mine == theirs,
            (MethodFilter::Card, Paid::Wallet(_)) | (MethodFilter::Wallet(_), Paid::Card { .. }) => false,
        };
        let fits_card = match facts.paid {
            Paid::Card { brand, country } => {
                let among = |list: &[Country]| country.is_some_and(|country| list.contains(&country));
                (self.brands.is_empty() || self.brands.contains(&brand))
                    && (self.countries.is_empty() || among(&self.countries))
                    && !among(&self.countries_except)
            }
            // Who issued a wallet's card is the wallet's affair.
            Paid::Wallet(_) => true,
        };
        fits_currency && fits_method && fits_card
    }
}

/// The acquirers that an attempt may go to, the preferred one first and each once. `first` takes what no
/// profile speaks of. Those that are not available are left out, unless none is: then the first one stands
/// for all, and whoever asks it learns at once that it is not there. Empty when no route fits.
pub fn candidates<'a>(
    profile: &'a Profile,
    first: &'a str,
    facts: &Facts<'_>,
    is_available: impl Fn(&str) -> bool,
) -> Vec<&'a str> {
    let mut fitting: Vec<&str> = Vec::new();
    if profile.routes.is_empty() {
        fitting.push(first);
    }
    for route in profile.routes.iter().filter(|route| route.fits(facts)) {
        if !fitting.contains(&route.acquirer.as_str()) {
            fitting.push(&route.acquirer);
        }
    }
    let available: Vec<&str> = fitting.iter().copied().filter(|name| is_available(name)).collect();
    if available.is_empty() {
        fitting.truncate(1);
        return fitting;
    }
    available
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route(acquirer: &str) -> Route {
        Route {
            acquirer: acquirer.to_owned(),
            method: MethodFilter::Any,
            currencies: Vec::new(),
            countries: Vec::new(),
            countries_except: Vec::new(),
            brands: Vec::new(),
        }
    }

    fn card(country: Option<&str>) -> Facts<'static> {
        let country = country.map(|code| code.parse().unwrap());
        Facts { currency: "EUR".parse().unwrap(), paid: Paid::Card { brand: Brand::Visa, country } }
    }

    #[test]
    fn without_routes_the_first_acquirer_takes_everything() {
        assert_eq!(candidates(&Profile::default(), "bank", &card(None), |_| true), ["bank"]);
    }

    #[test]
    fn filters_are_joined_and_an_unknown_country_is_never_listed() {
        let mut spain = route("spain");
        spain.countries = vec!["ES".parse().unwrap()];
        let mut abroad = route("abroad");
        abroad.countries_except = vec!["ES".parse().unwrap()];
        abroad.brands = vec![Brand::Visa];
        let profile = Profile { routes: vec![spain, abroad], ..Profile::default() };
        assert_eq!(candidates(&profile, "x", &card(Some("ES")), |_| true), ["spain"]);
        assert_eq!(candidates(&profile, "x", &card(Some("FR")), |_| true), ["abroad"]);
        assert_eq!(candidates(&profile, "x", &card(None), |_| true), ["abroad"]);
        let amex = Facts { paid: Paid::Card { brand: Brand::Amex, country: None }, ..card(None) };
        assert!(candidates(&profile, "x", &amex, |_| true).is_empty());
    }

    #[test]
    fn a_wallet_takes_its_own_route() {
        let wallet: WalletName = "purse".parse().unwrap();
        let mut only = route("purse_bank");
        only.method = MethodFilter::from_name("wallet:purse").unwrap();
        let mut cards = route("cards");
        cards.method = MethodFilter::Card;
        let profile = Profile { routes: vec![cards, only], ..Profile::default() };
        let facts = Facts { paid: Paid::Wallet(&wallet), ..card(None) };
        assert_eq!(candidates(&profile, "x", &facts, |_| true), ["purse_bank"]);
        assert_eq!(candidates(&profile, "x", &card(None), |_| true), ["cards"]);
    }

    #[test]
    fn when_none_is_available_the_preferred_one_stands_for_all() {
        let profile = Profile { routes: vec![route("a"), route("b")], ..Profile::default() };
        assert_eq!(candidates(&profile, "x", &card(None), |name| name == "b"), ["b"]);
        assert_eq!(candidates(&profile, "x", &card(None), |_| false), ["a"]);
    }

    fn routes() -> impl Strategy<Value = Vec<Route>> {
        let one = (0_usize..4, 0_usize..3, prop::option::of(0_usize..3)).prop_map(|(name, currency, country)| {
            let mut route = route(["a", "b", "c", "d"][name]);
            route.currencies =
                [vec![], vec!["EUR"], vec!["USD"]][currency].iter().map(|c| c.parse().unwrap()).collect();
            route.countries = country.map(|at| ["ES", "FR", "US"][at].parse().unwrap()).into_iter().collect();
            route
        });
        prop::collection::vec(one, 1..8)
    }

    proptest! {
        #[test]
        fn the_choice_is_ordered_and_never_leaves_the_routes(
            routes in routes(),
            up in prop::collection::vec(any::<bool>(), 4),
            country in prop::option::of(0_usize..3),
        ) {
            let facts = card(country.map(|at| ["ES", "FR", "US"][at]));
            let profile = Profile { routes, ..Profile::default() };
            let is_up = |name: &str| up[usize::from(name.as_bytes()[0] - b'a')];
            let chosen = candidates(&profile, "x", &facts, is_up);
            let fitting: Vec<&str> =
                profile.routes.iter().filter(|r| r.fits(&facts)).map(|r| r.acquirer.as_str()).collect();
            // Every candidate stands on a fitting route, once, in the routes' order.
            let places: Vec<_> = chosen.iter().map(|name| fitting.iter().position(|other| other == name)).collect();
            prop_assert!(places.iter().all(Option::is_some));
            prop_assert!(places.is_sorted() && chosen.iter().collect::<std::collections::HashSet<_>>().len() == chosen.len());
            // Nothing is asked that is down, as long as something is up; and nothing that is up is left out.
            if fitting.iter().any(|name| is_up(name)) {
                prop_assert!(chosen.iter().all(|name| is_up(name)));
                prop_assert!(fitting.iter().filter(|name| is_up(name)).all(|name| chosen.contains(name)));
            } else {
                prop_assert_eq!(chosen.first(), fitting.first());
                prop_assert!(chosen.len() <= 1);
            }
        }
    }
}
