//! Card data: the number and security code as secrets, and what may be shown of them.

use chrono::Datelike;

use crate::clock::Timestamp;
use crate::secret::Secret;

/// Why card data was refused. Each names its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Not 13 to 19 digits, or the Luhn check digit (ISO/IEC 7812-1) is wrong.
    #[error("the card number is not valid: check its digits")]
    Number,
    /// The month is not 1 to 12.
    #[error("the month of expiry is a number from 1 to 12")]
    ExpMonth,
    /// The year is not of four digits, or more than 20 years away.
    #[error("the year of expiry has four digits and is at most 20 years away")]
    ExpYear,
    /// The card's last valid month is over.
    #[error("the card has expired")]
    Expired,
    /// Not three digits (four for American Express).
    #[error("the security code has three digits (four for American Express)")]
    Cvc,
}

/// The card network, told by the first digits (ISO/IEC 7812 issuer ranges).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Brand {
    /// 4
    Visa,
    /// 51 to 55, 2221 to 2720
    Mastercard,
    /// 34, 37
    Amex,
    /// 6011, 644 to 649, 65
    Discover,
    /// 300 to 305, 36, 38, 39
    Diners,
    /// 3528 to 3589
    Jcb,
    /// 2200 to 2204
    Mir,
    /// 62
    UnionPay,
    /// Any other.
    Unknown,
}

impl Brand {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Amex => "amex",
            Self::Discover => "discover",
            Self::Diners => "diners",
            Self::Jcb => "jcb",
            Self::Mir => "mir",
            Self::UnionPay => "unionpay",
            Self::Unknown => "unknown",
        }
    }

    /// The brand with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        const KNOWN: [Brand; 8] = [
            Brand::Visa,
            Brand::Mastercard,
            Brand::Amex,
            Brand::Discover,
            Brand::Diners,
            Brand::Jcb,
            Brand::Mir,
            Brand::UnionPay,
        ];
        KNOWN.into_iter().find(|brand| brand.as_str() == name).unwrap_or(Self::Unknown)
    }

    fn of(number: &str) -> Self {
        let first = |len: usize| number.get(..len).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
        match (first(1), first(2), first(3), first(4)) {
            (4, ..) => Self::Visa,
            (_, 51..=55, ..) | (.., 2221..=2720) => Self::Mastercard,
            (_, 34 | 37, ..) => Self::Amex,
            (_, 65, ..) | (_, _, 644..=649, _) | (.., 6011) => Self::Discover,
            (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => Self::Diners,
            (.., 3528..=3589) => Self::Jcb,
            (.., 2200..=2204) => Self::Mir,
            (_, 62, ..) => Self::UnionPay,
            _ => Self::Unknown,
        }
    }
}

/// A card: number and expiry. The number is a secret; see [`CardFace`] for what may be shown.
#[derive(Debug, Clone)]
pub struct Card {
    number: Secret,
    exp_month: u8,
    exp_year: u16,
}

/// What may be shown of a card (PCI DSS 4.0, 3.4.1: at most the BIN and the last four digits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardFace {
    /// The network.
    pub brand: Brand,
    /// First six digits.
    pub first6: String,
    /// Last four digits.
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u8,
    /// Four digits.
    pub exp_year: u16,
}

impl Card {
    /// Checks and wraps card data. Spaces and dashes in the number are allowed.
    ///
    /// # Errors
    ///
    /// [`CardError`] names the field that is wrong.
    pub fn new(number: &Secret, exp_month: u8, exp_year: u16, now: Timestamp) -> Result<Self, CardError> {
        let number = Self::number_of(number)?;
        Self::check_expiry(exp_month, exp_year, now)?;
        Ok(Self { number, exp_month, exp_year })
    }

    /// The digits of a card number, checked. Spaces and dashes in it are allowed.
    ///
    /// # Errors
    ///
    /// [`CardError::Number`].
    pub fn number_of(number: &Secret) -> Result<Secret, CardError> {
        // Room for every digit from the start: a text that grows leaves copies behind.
        let mut digits = String::with_capacity(number.expose().len());
        digits.extend(number.expose().chars().filter(|c| !matches!(c, ' ' | '-')));
        let number = Secret::new(digits);
        let text = number.expose();
        if !(13..=19).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) || !luhn_holds(text) {
            return Err(CardError::Number);
        }
        Ok(number)
    }

    /// Checks an expiry alone, so that a form can name every wrong field at once.
    ///
    /// # Errors
    ///
    /// [`CardError`] names the field that is wrong.
    pub fn check_expiry(exp_month: u8, exp_year: u16, now: Timestamp) -> Result<(), CardError> {
        if !(1..=12).contains(&exp_month) {
            return Err(CardError::ExpMonth);
        }
        let today = now.to_datetime();
        let (year, month) = (u16::try_from(today.year()).unwrap_or(u16::MAX), today.month());
        if !(1000..=9999).contains(&exp_year) || exp_year > year.saturating_add(20) {
            return Err(CardError::ExpYear);
        }
        if (exp_year, u32::from(exp_month)) < (year, month) {
            return Err(CardError::Expired);
        }
        Ok(())
    }

    /// The number's digits, for the acquirer and the vault only.
    #[must_use]
    pub const fn number(&self) -> &Secret {
        &self.number
    }

    /// What may be shown.
    #[must_use]
    pub fn face(&self) -> CardFace {
        let digits = self.number.expose();
        CardFace {
            brand: Brand::of(digits),
            first6: digits[..6].to_owned(),
            last4: digits[digits.len() - 4..].to_owned(),
            exp_month: self.exp_month,
            exp_year: self.exp_year,
        }
    }

    /// The plain text that is sealed at rest: `number|month|year`.
    pub(crate) fn to_sealable(&self) -> Secret {
        let mut text = String::with_capacity(self.number.expose().len() + 9);
        text.push_str(self.number.expose());
        text.push_str(&format!("|{}|{}", self.exp_month, self.exp_year));
        Secret::new(text)
    }

    /// Reads what [`to_sealable`](Self::to_sealable) wrote.
    pub(crate) fn from_sealable(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        let (number, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { number: Secret::new(number), exp_month: month.parse().ok()?, exp_year: year.parse().ok()? })
    }
}

/// The card's security code. It lives in memory for one authorization and is stored nowhere;
/// every copy is wiped when it is dropped.
#[derive(Debug, Clone)]
pub struct Cvc(Secret);

impl Cvc {
    /// Checks and wraps the code for a card of this brand.
    ///
    /// # Errors
    ///
    /// [`CardError::Cvc`].
    pub fn new(code: Secret, brand: Brand) -> Result<Self, CardError> {
        let length = if brand == Brand::Amex { 4 } else { 3 };
        let digits = code.expose().bytes().all(|byte| byte.is_ascii_digit());
        if digits && code.expose().len() == length { Ok(Self(code)) } else { Err(CardError::Cvc) }
    }

    /// Wraps the code of a saved card, whose brand is not known yet.
    ///
    /// # Errors
    ///
    /// [`CardError::Cvc`].
    pub fn of_saved(code: Secret) -> Result<Self, CardError> {
        let digits = code.expose().bytes().all(|byte| byte.is_ascii_digit());
        if digits && matches!(code.expose().len(), 3 | 4) { Ok(Self(code)) } else { Err(CardError::Cvc) }
    }

    /// Whether it is as long as codes of this brand are.
    ///
    /// # Errors
    ///
    /// [`CardError::Cvc`].
    pub fn check(&self, brand: Brand) -> Result<(), CardError> {
        Self::new(self.0.clone(), brand).map(|_| ())
    }

    /// The digits, for the acquirer only.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The check of ISO/IEC 7812-1 annex B.
fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        Timestamp::from_micros(1_795_000_000_000_000)
    }

    fn card(number: &str) -> Result<Card, CardError> {
        Card::new(&Secret::new(number), 12, 2030, now())
    }

    #[test]
    fn well_known_test_numbers_have_their_brand() {
        for (number, brand) in [
            ("4242 4242 4242 4242", Brand::Visa),
            ("5555-5555-5555-4444", Brand::Mastercard),
            ("2223003122003222", Brand::Mastercard),
            ("378282246310005", Brand::Amex),
            ("6011111111111117", Brand::Discover),
            ("3056930009020004", Brand::Diners),
            ("3566002020360505", Brand::Jcb),
        ] {
            assert_eq!(card(number).unwrap().face().brand, brand, "{number}");
        }
    }

    #[test]
    fn a_wrong_field_is_named() {
        let number = Secret::new("4242424242424242");
        assert_eq!(card("4242424242424241").unwrap_err(), CardError::Number);
        assert_eq!(card("4242").unwrap_err(), CardError::Number);
        assert_eq!(card("٤٢٤٢٤٢٤٢٤٢٤٢").unwrap_err(), CardError::Number);
        assert_eq!(Card::new(&number, 13, 2030, now()).unwrap_err(), CardError::ExpMonth);
        assert_eq!(Card::new(&number, 1, 30, now()).unwrap_err(), CardError::ExpYear);
        assert_eq!(Card::new(&number, 1, 2020, now()).unwrap_err(), CardError::Expired);
        assert_eq!(Cvc::new(Secret::new("12"), Brand::Visa).unwrap_err(), CardError::Cvc);
        assert_eq!(Cvc::new(Secret::new("123"), Brand::Amex).unwrap_err(), CardError::Cvc);
    }

    #[test]
    fn the_number_is_not_in_debug_output() {
        let text = format!("{:?}", card("4242424242424242").unwrap());
        assert!(!text.contains("4242"), "{text}");
    }

    proptest! {
        #[test]
        fn no_input_panics(number in ".{0,24}", month in any::<u8>(), year in any::<u16>()) {
            let _ = Card::new(&Secret::new(number), month, year, now());
        }
    }
}
