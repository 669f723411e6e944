//! What goes into a list, in its normal form.

use std::net::IpAddr;

use crate::account::email::EmailAddress;
use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::payment::text::Reason;
use crate::risk::{Attribute, List};
use crate::store::StoreError;

/// Why an entry was refused.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The value does not fit its attribute.
    #[error("`{value}` is not a {}: {expected}", attribute.as_str())]
    Value {
        /// The attribute.
        attribute: Attribute,
        /// What was written.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A limit that counts nothing, or in no window that is kept.
    #[error("a limit counts card, email or ip, above 0 attempts, in a window of 60 to 2592000 seconds")]
    Limit,
    /// No such entry.
    #[error("there is no such list entry")]
    NotFound,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// An entry to add.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Whose list; `None` for the platform's.
    pub merchant_id: Option<MerchantId>,
    /// Which list.
    pub list: List,
    /// What it looks at.
    pub attribute: Attribute,
    /// The value as a person wrote it.
    pub value: String,
    /// Why.
    pub reason: Reason,
    /// Who adds it.
    pub author: String,
    /// Until when it counts.
    pub expires_at: Option<Timestamp>,
}

/// The value as it is stored and compared.
///
/// # Errors
///
/// [`ListError::Value`] says what was expected.
pub(crate) fn normal_form(attribute: Attribute, value: &str) -> Result<String, ListError> {
    let value = value.trim();
    let (form, expected) = match attribute {
        Attribute::Card => (
            (value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit())).then(|| value.to_ascii_lowercase()),
            "a card's pseudonym of 32 hexadecimal digits, as /why shows it",
        ),
        Attribute::Email => (
            match value.strip_prefix('@') {
                Some(domain) => EmailAddress::new(&format!("x@{domain}")).ok().map(|_| value.to_lowercase()),
                None => EmailAddress::new(value).ok().map(|email| email.normal().to_owned()),
            },
            "an e-mail address, or @domain",
        ),
        Attribute::Ip => (value.parse::<IpAddr>().ok().map(|ip| ip.to_canonical().to_string()), "an IP address"),
        Attribute::Bin => (
            (value.len() == 6 && value.bytes().all(|b| b.is_ascii_digit())).then(|| value.to_owned()),
            "the first six digits of card numbers",
        ),
        Attribute::Country => (
            (value.len() == 2 && value.bytes().all(|b| b.is_ascii_alphabetic())).then(|| value.to_ascii_uppercase()),
            "a country code of two letters",
        ),
    };
    form.ok_or_else(|| ListError::Value { attribute, value: value.chars().take(80).collect(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_in_one_form() {
        assert_eq!(normal_form(Attribute::Email, " Ana@Example.COM ").unwrap(), "ana@example.com");
        assert_eq!(normal_form(Attribute::Email, "@Example.COM").unwrap(), "@example.com");
        assert_eq!(normal_form(Attribute::Ip, "::ffff:10.0.0.1").unwrap(), "10.0.0.1");
        assert_eq!(normal_form(Attribute::Country, "es").unwrap(), "ES");
        assert!(normal_form(Attribute::Bin, "42424").is_err());
        assert!(normal_form(Attribute::Card, "4242424242424242").is_err());
        assert!(normal_form(Attribute::Email, "@").is_err());
    }
}
