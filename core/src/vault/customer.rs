//! A merchant's customers, by the name that the merchant gives them.

use std::fmt;
use std::str::FromStr;

/// A text is not the name of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a customer's name has 1 to 32 printable ASCII characters")]
pub struct CustomerRefError;

/// How a merchant names its customer: 1 to 32 printable ASCII characters, no blank at either end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomerRef(String);

impl CustomerRef {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CustomerRef {
    type Err = CustomerRefError;

    fn from_str(text: &str) -> Result<Self, CustomerRefError> {
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if (1..=32).contains(&text.len()) && printable && text.trim() == text {
            Ok(Self(text.to_owned()))
        } else {
            Err(CustomerRefError)
        }
    }
}

impl fmt::Display for CustomerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a customer may save cards and pay with saved ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CustomerState {
    /// Yes.
    #[default]
    Member,
    /// The merchant wants no more of it.
    Denied,
    /// Somebody else may have used the customer's card: nothing until it is cleared up.
    Frozen,
}

impl CustomerState {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Denied => "denied",
            Self::Frozen => "frozen",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Member, Self::Denied, Self::Frozen].into_iter().find(|state| state.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_printable() {
        for good in ["7", "cust-100", "ana@example.com", "a b"] {
            assert_eq!(good.parse::<CustomerRef>().unwrap().as_str(), good);
        }
        for bad in ["", " a", "a\n", "ñ", &"x".repeat(33)] {
            assert!(bad.parse::<CustomerRef>().is_err(), "{bad:?}");
        }
    }
}
