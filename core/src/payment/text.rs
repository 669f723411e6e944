//! Texts that merchants give us, checked once at the edge and trusted behind it.

use std::collections::BTreeMap;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// An order number of the wrong shape.
    #[error("1 to 64 printable ASCII characters without spaces at the ends")]
    OrderRef,
    /// A description that is too long or has control characters.
    #[error("1 to 200 characters on one line")]
    Description,
    /// A reason that is too long or has control characters.
    #[error("1 to 200 characters on one line")]
    Reason,
    /// Too many or too long notes.
    #[error("at most 20 entries; keys of 1 to 40 characters, values of at most 500")]
    Metadata,
}

fn is_line(text: &str, length_max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= length_max && !text.chars().any(char::is_control)
}

/// A merchant's own number of an order or refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRef(String);

impl OrderRef {
    /// Checks it.
    ///
    /// # Errors
    ///
    /// [`TextError::OrderRef`].
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if printable && (1..=64).contains(&text.len()) && text.trim() == text {
            Ok(Self(text))
        } else {
            Err(TextError::OrderRef)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a buyer reads about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Checks it.
    ///
    /// # Errors
    ///
    /// [`TextError::Description`].
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if is_line(&text, 200) { Ok(Self(text)) } else { Err(TextError::Description) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why somebody did something, in their own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Checks it.
    ///
    /// # Errors
    ///
    /// [`TextError::Reason`].
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if is_line(&text, 200) { Ok(Self(text)) } else { Err(TextError::Reason) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A merchant's own notes on a payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// Checks them.
    ///
    /// # Errors
    ///
    /// [`TextError::Metadata`].
    pub fn new(entries: BTreeMap<String, String>) -> Result<Self, TextError> {
        let fits = |key: &String, value: &String| is_line(key, 40) && value.chars().count() <= 500;
        if entries.len() <= 20 && entries.iter().all(|(key, value)| fits(key, value)) {
            Ok(Self(entries))
        } else {
            Err(TextError::Metadata)
        }
    }

    /// The notes.
    #[must_use]
    pub fn into_inner(self) -> BTreeMap<String, String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_limits() {
        assert!(OrderRef::new("A-100").is_ok());
        for wrong in ["", " A", "ñ", "a\tb", &"x".repeat(65)] {
            assert!(OrderRef::new(wrong).is_err(), "{wrong:?}");
        }
        assert!(Description::new("Zapatos, talla 42").is_ok());
        assert!(Description::new("line\nbreak").is_err());
        assert!(Description::new("  ").is_err());
        let long = BTreeMap::from([("k".to_owned(), "v".repeat(501))]);
        assert!(Metadata::new(long).is_err());
    }
}
