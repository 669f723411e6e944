//! Telegram @usernames as people type them.

/// A @username in lower case, without the `@`: 4 to 32 of `[a-z0-9_]`, a letter first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// The text is not a @username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a Telegram username has 4 to 32 letters, digits or underscores and starts with a letter, like @ana_lopez")]
pub struct InvalidUsername;

impl Username {
    /// Reads `@name`, `name`, `t.me/name` or `https://t.me/name`.
    ///
    /// # Errors
    ///
    /// [`InvalidUsername`].
    pub fn new(text: &str) -> Result<Self, InvalidUsername> {
        let text = text.trim();
        let text = text.strip_prefix("https://").unwrap_or(text);
        let text = text.strip_prefix("t.me/").unwrap_or(text);
        let name = text.strip_prefix('@').unwrap_or(text).to_ascii_lowercase();
        let alphabet = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if alphabet && first && (4..=32).contains(&name.len()) { Ok(Self(name)) } else { Err(InvalidUsername) }
    }

    /// The name in lower case without the `@`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_it_in_many_ways() {
        for text in ["@Ana_Lopez", "ana_lopez", " t.me/ana_lopez", "https://t.me/Ana_lopez"] {
            assert_eq!(Username::new(text).unwrap().as_str(), "ana_lopez");
        }
        for wrong in ["", "@", "@an", "@1ana", "ana@example.com", "ana lopez", "аna_lopez", &"a".repeat(33)] {
            assert!(Username::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
