//! The country of a card's issuer by the first digits of its number.
//!
//! Holds the ranges of the well-known test cards only: real ranges belong to the networks and cannot
//! be shipped.

/// Prefixes and countries (ISO 3166-1 alpha-2). Test numbers `400000nnn…` carry the ISO 3166-1
/// numeric country behind the BIN.
const SAMPLE: &[(&str, &str)] = &[
    ("400000724", "ES"),
    ("400000643", "RU"),
    ("400000484", "MX"),
    ("400000076", "BR"),
    ("400000826", "GB"),
    ("400000276", "DE"),
    ("400000250", "FR"),
    ("400000840", "US"),
    ("424242", "US"),
    ("555555", "US"),
    ("378282", "US"),
];

/// The issuer's country by the longest matching prefix, when it is known.
#[must_use]
pub fn country_of(number: &str) -> Option<&'static str> {
    SAMPLE
        .iter()
        .filter(|(prefix, _)| number.starts_with(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(_, country)| *country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins_and_unknown_stays_unknown() {
        assert_eq!(country_of("4000007240000007"), Some("ES"));
        assert_eq!(country_of("4242424242424242"), Some("US"));
        assert_eq!(country_of("9999990000000000"), None);
    }
}
