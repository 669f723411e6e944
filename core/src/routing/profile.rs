//! What a merchant accepts, and where its payments go.

use crate::country::Country;
use crate::money::Currency;
use crate::payment::attempt::WalletName;
use crate::payment::card::Brand;

/// What happens to a payment that a policy speaks about. The order is the order of severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// It goes on.
    #[default]
    Accept,
    /// The buyer is challenged first; where that is not possible, staff decide.
    Challenge,
    /// It is refused before a bank is asked.
    Refuse,
}

impl Reaction {
    /// Every reaction.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Challenge, Self::Refuse];

    /// The name in files and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Challenge => "challenge",
            Self::Refuse => "refuse",
        }
    }

    /// The reaction with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reaction| reaction.as_str() == name)
    }
}

/// Payers from abroad.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NonResidents {
    /// Cards of this country are never foreign. Without it no card is.
    pub home_country: Option<Country>,
    /// The issuer is in another country.
    pub foreign_cards: Reaction,
    /// The issuer's country is not known.
    pub unknown_cards: Reaction,
    /// Issuers of these countries, whatever `foreign_cards` says.
    pub countries: Vec<(Country, Reaction)>,
    /// The currency of the merchant's country.
    pub home_currency: Option<Currency>,
    /// The payment is in another currency.
    pub other_currencies: Reaction,
}

/// Which methods a route is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodFilter {
    /// All.
    Any,
    /// Cards.
    Card,
    /// One wallet.
    Wallet(WalletName),
}

impl MethodFilter {
    /// The filter with this name: `*`, `card` or `wallet:NAME`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match (name, name.strip_prefix("wallet:")) {
            ("*", _) => Some(Self::Any),
            ("card", _) => Some(Self::Card),
            (_, Some(wallet)) => wallet.parse().ok().map(Self::Wallet),
            (_, None) => None,
        }
    }
}

impl std::fmt::Display for MethodFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Card => f.write_str("card"),
            Self::Wallet(wallet) => write!(f, "wallet:{wallet}"),
        }
    }
}

/// A way to a bank, and which attempts may take it. Empty lists mean all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The acquirer's name.
    pub acquirer: String,
    /// Which methods.
    pub method: MethodFilter,
    /// Which currencies.
    pub currencies: Vec<Currency>,
    /// Only cards of these countries. A card of an unknown country is not among them.
    pub countries: Vec<Country>,
    /// No cards of these countries. A card of an unknown country is not among them.
    pub countries_except: Vec<Country>,
    /// Only cards of these networks.
    pub brands: Vec<Brand>,
}

/// What a merchant accepts in one mode, and where its payments go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Counts its changes; 0 when none was ever set.
    pub version: i32,
    /// The currencies that are accepted; empty means all.
    pub currencies: Vec<Currency>,
    /// Whether cards are offered.
    pub cards: bool,
    /// The wallets that are offered; `None` means all that there are.
    pub wallets: Option<Vec<WalletName>>,
    /// Payers from abroad.
    pub non_residents: NonResidents,
    /// The ways to banks, the preferred one first; empty means the install's first acquirer.
    pub routes: Vec<Route>,
}

impl Default for Profile {
    /// A merchant that never said anything: everything is accepted and goes to the first acquirer.
    fn default() -> Self {
        Self {
            version: 0,
            currencies: Vec::new(),
            cards: true,
            wallets: None,
            non_residents: NonResidents::default(),
            routes: Vec::new(),
        }
    }
}

/// One line of a profile that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: String,
    /// How it was; empty when it was not there.
    pub before: String,
    /// How it is; empty when it is not there any more.
    pub after: String,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        write!(f, "{}: {} -> {}", self.key, word(&self.before), word(&self.after))
    }
}

fn list<T: ToString>(values: &[T]) -> String {
    if values.is_empty() {
        return "all".to_owned();
    }
    values.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}

impl Profile {
    /// Whether payments in this currency are accepted.
    #[must_use]
    pub fn accepts(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency)
    }

    /// Keys and values, for people.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        let codes = |currencies: &[Currency]| list(&currencies.iter().map(|one| one.code()).collect::<Vec<_>>());
        let abroad = &self.non_residents;
        let mut lines = vec![
            ("currencies".to_owned(), codes(&self.currencies)),
            ("methods.cards".to_owned(), self.cards.to_string()),
            (
                "methods.wallets".to_owned(),
                match self.wallets.as_deref() {
                    None => "all".to_owned(),
                    Some([]) => "none".to_owned(),
                    Some(some) => list(some),
                },
            ),
            (
                "non_residents.home_country".to_owned(),
                abroad.home_country.map_or("none".to_owned(), |one| one.to_string()),
            ),
            ("non_residents.foreign_cards".to_owned(), abroad.foreign_cards.as_str().to_owned()),
            ("non_residents.unknown_cards".to_owned(), abroad.unknown_cards.as_str().to_owned()),
            (
                "non_residents.home_currency".to_owned(),
                abroad.home_currency.map_or("none".to_owned(), |one| one.code().to_owned()),
            ),
            ("non_residents.other_currencies".to_owned(), abroad.other_currencies.as_str().to_owned()),
        ];
        for (country, reaction) in &abroad.countries {
            lines.push((format!("non_residents.countries.{country}"), reaction.as_str().to_owned()));
        }
        for (place, route) in self.routes.iter().enumerate() {
            let brands: Vec<_> = route.brands.iter().map(|brand| brand.as_str()).collect();
            let countries = match route.countries_except.as_slice() {
                [] => list(&route.countries),
                some => format!("all except {}", list(some)),
            };
            let value = format!(
                "{} for {}, currencies {}, countries {countries}, brands {}",
                route.acquirer,
                route.method,
                codes(&route.currencies),
                list(&brands)
            );
            lines.push((format!("routes.{place}"), value));
        }
        lines
    }

    /// What is different in `after`.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        let (old, new) = (self.lines(), after.lines());
        let value = |lines: &[(String, String)], key: &str| {
            lines.iter().find(|(other, _)| other == key).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let gone = old.iter().filter(|(key, _)| !new.iter().any(|(other, _)| other == key));
        new.iter()
            .chain(gone)
            .map(|(key, _)| Change { key: key.clone(), before: value(&old, key), after: value(&new, key) })
            .filter(|change| change.before != change.after)
            .collect()
    }
}
