//! Money: whole minor units and a currency with its own exponent. No floating point.

use std::fmt;

use crate::language::Language;

/// An ISO 4217 currency, or Telegram Stars.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(Unit);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Iso(iso_currency::Currency),
    Stars,
}

/// The code that Telegram gave its Stars. ISO 4217 has no such currency.
const STARS_CODE: &str = "XTR";

/// Why an amount or a currency was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// No such currency.
    #[error("`{0}` is not an ISO 4217 currency code (three capital letters, like EUR)")]
    Currency(String),
    /// The amount is zero or negative.
    #[error("an amount is a whole number of minor units above 0")]
    NotPositive,
    /// The amount is above what the hub handles (10^15 minor units).
    #[error("an amount is at most 1000000000000000 minor units")]
    TooLarge,
    /// The text is not an amount in this currency.
    #[error("`{text}` is not an amount in {currency}: digits and at most {exponent} decimals")]
    Text {
        /// What was written.
        text: String,
        /// The currency's code.
        currency: Currency,
        /// How many decimals it has.
        exponent: u32,
    },
    /// Two amounts of different currencies.
    #[error("{0} and {1} cannot be added")]
    Mixed(Currency, Currency),
}

/// The largest amount: far above any payment, and far from overflow when summed.
const MINOR_MAX: i64 = 1_000_000_000_000_000;

impl Currency {
    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self.0 {
            Unit::Iso(currency) => currency.code(),
            Unit::Stars => STARS_CODE,
        }
    }

    /// Decimals of the minor unit: JPY 0, EUR 2, KWD 3, CLF 4. Units without one (gold, Stars) count 0.
    #[must_use]
    pub fn exponent(self) -> u32 {
        match self.0 {
            Unit::Iso(currency) => u32::from(currency.exponent().unwrap_or(0)),
            Unit::Stars => 0,
        }
    }

    /// Whether it is Telegram Stars, which are paid in Telegram only.
    #[must_use]
    pub const fn is_stars(self) -> bool {
        matches!(self.0, Unit::Stars)
    }
}

impl std::str::FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        let refuse = || MoneyError::Currency(code.chars().take(8).collect());
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(refuse());
        }
        if code == STARS_CODE {
            return Ok(Self(Unit::Stars));
        }
        iso_currency::Currency::from_code(code).map(|currency| Self(Unit::Iso(currency))).ok_or_else(refuse)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A strictly positive amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount of `minor` units.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NotPositive`] below 1, [`MoneyError::TooLarge`] above 10^15.
    pub const fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor <= 0 {
            return Err(MoneyError::NotPositive);
        }
        if minor > MINOR_MAX {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { minor, currency })
    }

    /// Minor units, above 0.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::TooLarge`] above 10^15.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        Self::new(self.minor.saturating_add(other.minor), self.currency)
    }

    /// Reads what a person typed: `12`, `12.5`, `12,50`.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Text`] for anything else, or more decimals than the currency has.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let exponent = currency.exponent();
        let refuse = || MoneyError::Text { text: text.chars().take(32).collect(), currency, exponent };
        let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let given = u32::try_from(decimals.len()).unwrap_or(u32::MAX);
        if whole.is_empty() || whole.len() > 16 || !digits(whole) || !digits(decimals) || given > exponent {
            return Err(refuse());
        }
        if decimals.is_empty() && text.len() != whole.len() {
            return Err(refuse());
        }
        let padding = "0".repeat((exponent - given) as usize);
        let minor = format!("{whole}{decimals}{padding}").parse().map_err(|_| MoneyError::TooLarge)?;
        Self::new(minor, currency)
    }

    /// The amount as people of a language write it, with the currency's code: `1.234,50 EUR`.
    #[must_use]
    pub fn format(self, language: Language) -> String {
        format_minor(self.minor, self.currency, language)
    }
}

impl fmt::Display for Money {
    /// Plain: digits, a point, the code: `1234.50 EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = split(self.minor, self.currency);
        write!(f, "{whole}{}{decimals} {}", if decimals.is_empty() { "" } else { "." }, self.currency)
    }
}

/// Formats minor units, zero included, which [`Money`] cannot hold: sums and remainders.
#[must_use]
pub fn format_minor(minor: i64, currency: Currency, language: Language) -> String {
    let (group, point) = match language {
        Language::En => (",", "."),
        Language::Es => (".", ","),
        // A no-break space, so that a line never ends inside a number.
        Language::Ru => ("\u{a0}", ","),
    };
    let (whole, decimals) = split(minor, currency);
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |rest| ("-", rest));
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            grouped.push_str(group);
        }
        grouped.push(digit);
    }
    let point = if decimals.is_empty() { "" } else { point };
    format!("{sign}{grouped}{point}{decimals}\u{a0}{currency}")
}

/// Minor units as a plain number without the code: `1234.50`.
#[must_use]
pub fn plain_minor(minor: i64, currency: Currency) -> String {
    let (whole, decimals) = split(minor, currency);
    if decimals.is_empty() { whole } else { format!("{whole}.{decimals}") }
}

fn split(minor: i64, currency: Currency) -> (String, String) {
    let exponent = currency.exponent();
    if exponent == 0 {
        return (minor.to_string(), String::new());
    }
    let unit = 10_u64.pow(exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let size = minor.unsigned_abs();
    (format!("{sign}{}", size / unit), format!("{:0width$}", size % unit, width = exponent as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn golden_cases_of_each_exponent() {
        for (minor, code, text) in [
            (12345, "KWD", "12.345 KWD"),
            (1, "OMR", "0.001 OMR"),
            (12345, "CLF", "1.2345 CLF"),
            (500, "JPY", "500 JPY"),
            (1050, "EUR", "10.50 EUR"),
            (1050, "XTR", "1050 XTR"),
        ] {
            assert_eq!(Money::new(minor, currency(code)).unwrap().to_string(), text);
        }
    }

    #[test]
    fn each_language_writes_amounts_its_own_way() {
        let money = Money::new(123_456_789, currency("EUR")).unwrap();
        assert_eq!(money.format(Language::En), "1,234,567.89\u{a0}EUR");
        assert_eq!(money.format(Language::Es), "1.234.567,89\u{a0}EUR");
        assert_eq!(money.format(Language::Ru), "1\u{a0}234\u{a0}567,89\u{a0}EUR");
        assert_eq!(format_minor(-100_005, currency("EUR"), Language::En), "-1,000.05\u{a0}EUR");
    }

    #[test]
    fn wrong_amounts_are_refused() {
        let eur = currency("EUR");
        assert_eq!(Money::new(0, eur), Err(MoneyError::NotPositive));
        assert_eq!(Money::new(-5, eur), Err(MoneyError::NotPositive));
        assert_eq!(Money::new(i64::MAX, eur), Err(MoneyError::TooLarge));
        for text in ["", ".", "1.", ".5", "1.234", "-1", "1e3", "1 000", "٣", "1.2.3", "99999999999999999"] {
            assert!(Money::parse(text, eur).is_err(), "{text:?} should be refused");
        }
        assert!(Money::parse("1.5", currency("JPY")).is_err());
        for code in ["eur", "EURO", "ZZZ", "", "€"] {
            assert!(code.parse::<Currency>().is_err());
        }
    }

    #[test]
    fn plain_numbers_have_the_currencys_decimals() {
        let plain = |minor, code: &str| plain_minor(minor, code.parse().unwrap());
        assert_eq!((plain(123_450, "EUR"), plain(5, "EUR")), ("1234.50".to_owned(), "0.05".to_owned()));
        assert_eq!((plain(500, "JPY"), plain(-1, "KWD")), ("500".to_owned(), "-0.001".to_owned()));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(minor in 1..MINOR_MAX, code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF"])) {
            let money = Money::new(minor, currency(code)).unwrap();
            let text = money.to_string();
            let number = text.split(' ').next().unwrap();
            prop_assert_eq!(Money::parse(number, currency(code)), Ok(money));
        }

        #[test]
        fn sums_are_exact_or_refused(a in 1..MINOR_MAX, b in 1..MINOR_MAX) {
            let eur = currency("EUR");
            let sum = Money::new(a, eur).unwrap().plus(Money::new(b, eur).unwrap());
            if a + b <= MINOR_MAX {
                prop_assert_eq!(sum.unwrap().minor(), a + b);
            } else {
                prop_assert_eq!(sum, Err(MoneyError::TooLarge));
            }
            let mixed = Money::new(a, eur).unwrap().plus(Money::new(b, currency("USD")).unwrap());
            prop_assert!(matches!(mixed, Err(MoneyError::Mixed(..))));
        }

        #[test]
        fn the_parser_never_panics(text in ".{0,30}") {
            let _ = Money::parse(&text, currency("EUR"));
        }
    }
}
