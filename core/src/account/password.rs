//! Passwords: the rule, and how they are kept (Argon2id, OWASP's second recommendation: 19 MiB, 2 passes).

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::secret::Secret;

/// Why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than 8 characters.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// Longer than 128 characters.
    #[error("a password has at most 128 characters")]
    TooLong,
    /// No upper case, no lower case or no digit.
    #[error("a password has upper case, lower case and a digit")]
    TooSimple,
    /// Among the passwords that everybody tries first.
    #[error("this password is among the first that are guessed")]
    TooCommon,
}

/// Fragments of the passwords that fulfil the rule and are tried first all the same.
const COMMON: [&str; 24] = [
    "password1",
    "password12",
    "password123",
    "passw0rd",
    "qwerty123",
    "qwerty12",
    "qwertyuiop1",
    "welcome1",
    "welcome123",
    "admin123",
    "administrator1",
    "letmein1",
    "abc12345",
    "abcd1234",
    "iloveyou1",
    "football1",
    "monkey123",
    "dragon123",
    "sunshine1",
    "princess1",
    "p@ssw0rd",
    "p@ssword1",
    "contrasena1",
    "changeme1",
];

/// A password that fulfils the rule.
#[derive(Debug, Clone)]
pub struct NewPassword(Secret);

impl NewPassword {
    /// Checks a password against the rule.
    ///
    /// # Errors
    ///
    /// [`PasswordError`] says what is missing.
    pub fn new(password: Secret) -> Result<Self, PasswordError> {
        let text = password.expose();
        match text.chars().count() {
            0..8 => return Err(PasswordError::TooShort),
            8..=128 => {}
            _ => return Err(PasswordError::TooLong),
        }
        let has = |test: fn(char) -> bool| text.chars().any(test);
        if !has(char::is_uppercase) || !has(char::is_lowercase) || !has(|c| c.is_ascii_digit()) {
            return Err(PasswordError::TooSimple);
        }
        if COMMON.contains(&text.to_lowercase().as_str()) {
            return Err(PasswordError::TooCommon);
        }
        Ok(Self(password))
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1_024, 2, 1, None).expect("OWASP's parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password, off the async threads: it takes tens of milliseconds by design.
pub(crate) async fn hash(password: &NewPassword) -> Option<String> {
    hash_secret(&password.0).await
}

/// Hashes any secret that a person has to remember, in the same way.
pub(crate) async fn hash_secret(secret: &Secret) -> Option<String> {
    let secret = secret.clone();
    tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).ok()?;
        Some(hasher().hash_password(secret.expose().as_bytes(), &salt).ok()?.to_string())
    })
    .await
    .ok()
    .flatten()
}

/// Compares. Without a stored hash it works as long as with one, so that timing tells nobody
/// whether an account exists.
pub(crate) async fn verify(password: Secret, stored: Option<String>) -> bool {
    tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DUMMY.clone());
        let matches = PasswordHash::new(&stored)
            .is_ok_and(|hash| hasher().verify_password(password.expose().as_bytes(), &hash).is_ok());
        matches && known
    })
    .await
    .unwrap_or(false)
}

/// Whether it is one of these. Off the async threads, as it takes as long as comparing with each.
pub(crate) async fn is_one_of(password: &NewPassword, hashes: Vec<String>) -> bool {
    for hash in hashes {
        if verify(password.0.clone(), Some(hash)).await {
            return true;
        }
    }
    false
}

/// The hash of a password that nobody has.
static DUMMY: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    SaltString::encode_b64(&[7; 16])
        .ok()
        .and_then(|salt| Some(hasher().hash_password(&rand::random::<[u8; 32]>(), &salt).ok()?.to_string()))
        .unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PasswordError> {
        NewPassword::new(Secret::new(text)).map(|_| ())
    }

    #[test]
    fn the_rule() {
        assert_eq!(check("Abcdef1"), Err(PasswordError::TooShort));
        assert_eq!(check("abcdefg1"), Err(PasswordError::TooSimple));
        assert_eq!(check("ABCDEFG1"), Err(PasswordError::TooSimple));
        assert_eq!(check("Abcdefgh"), Err(PasswordError::TooSimple));
        assert_eq!(check("Password1"), Err(PasswordError::TooCommon));
        assert_eq!(check(&"Aa1".repeat(50)), Err(PasswordError::TooLong));
        assert_eq!(check("Ñandú2024"), Ok(()));
    }

    #[tokio::test]
    async fn what_was_hashed_verifies_and_nothing_else() {
        let hash = hash(&NewPassword::new(Secret::new("Correct1horse")).unwrap()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify(Secret::new("Correct1horse"), Some(hash.clone())).await);
        assert!(!verify(Secret::new("Correct1horsE"), Some(hash)).await);
        assert!(!verify(Secret::new("Correct1horse"), None).await);
    }
}
