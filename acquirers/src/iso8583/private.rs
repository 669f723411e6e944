//! Private field 48: sub-fields of two characters of tag, two digits of length, and the value.

use zeroize::Zeroizing;

/// Sub-fields in the order in which they are added.
#[derive(Default)]
pub(super) struct SubFields(Zeroizing<String>);

impl SubFields {
    /// Room for all from the start: a text that grows leaves copies of the security code behind.
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(String::with_capacity(512)))
    }

    /// Adds one. Values above 99 characters have no place in the field and are left out.
    pub(super) fn add(&mut self, tag: &str, value: &str) {
        if !value.is_empty() && value.len() <= 99 {
            self.0.push_str(tag);
            self.0.push_str(&format!("{:02}", value.len()));
            self.0.push_str(value);
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Finds a sub-field in field 48.
#[must_use]
pub fn sub_field<'a>(field: &'a str, tag: &str) -> Option<&'a str> {
    let mut rest = field;
    while let (Some(name), Some(length)) = (rest.get(..2), rest.get(2..4)) {
        let end = 4 + length.parse::<usize>().ok()?;
        let value = rest.get(4..end)?;
        if name == tag {
            return Some(value);
        }
        rest = &rest[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_fields_are_found_again() {
        let mut all = SubFields::new();
        all.add("92", "123");
        all.add("43", "AAABBEg0VhI0VniQEjRWAAAAAAA=");
        all.add("66", "");
        assert_eq!(all.as_str(), "92031234328AAABBEg0VhI0VniQEjRWAAAAAAA=");
        assert_eq!(sub_field(all.as_str(), "92"), Some("123"));
        assert_eq!(sub_field(all.as_str(), "43"), Some("AAABBEg0VhI0VniQEjRWAAAAAAA="));
        for wrong in ["", "92", "92xx123", "9204123", "ñ203123"] {
            assert_eq!(sub_field(wrong, "92"), None, "{wrong}");
        }
    }
}
