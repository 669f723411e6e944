//! E-mail addresses: checked for shape, compared in lower case.

/// An address that may be written to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    given: String,
    normal: String,
}

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address looks like name@example.com and has at most 254 characters")]
pub struct InvalidEmail;

impl EmailAddress {
    /// Checks the shape: one `@`, a local part of at most 64 characters (RFC 5321, 4.5.3.1.1), a
    /// domain of dotted labels. Quoted local parts and address literals are refused: nobody who
    /// pays has one, and they are a way to smuggle.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`].
    pub fn new(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let local_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        let fits = text.len() <= 254
            && (1..=64).contains(&local.len())
            && local.chars().all(local_char)
            && !dots
            && domain.contains('.')
            && domain.split('.').all(label);
        if fits { Ok(Self { given: text.to_owned(), normal: text.to_ascii_lowercase() }) } else { Err(InvalidEmail) }
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// In lower case, for comparing and storing.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.normal
    }
}

/// Hides most of an address: `an***@example.com`.
#[must_use]
pub fn mask(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let shown: String = local.chars().take(if local.len() > 3 { 2 } else { 1 }).collect();
    format!("{shown}***@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes() {
        for right in ["a@b.co", "Ana.Lopez+shop@Example.COM", " x@y.es "] {
            assert!(EmailAddress::new(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "a",
            "a@b",
            "@b.co",
            "a@.co",
            "a@b.",
            "a b@c.co",
            "a@b.co\r\nBcc: x@y.z",
            "\"a\"@b.co",
            "a..b@c.co",
            "ñ@b.co",
        ] {
            assert!(EmailAddress::new(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(EmailAddress::new("Ana@Example.COM").unwrap().normal(), "ana@example.com");
        assert_eq!(mask("ana.lopez@example.com"), "an***@example.com");
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_breaks_a_header(text in ".{0,80}") {
            let _ = mask(&text);
            if let Ok(email) = EmailAddress::new(&text) {
                prop_assert!(!email.as_str().contains(['\r', '\n', ' ', ',', ';', '<', '>']));
            }
        }
    }
}
