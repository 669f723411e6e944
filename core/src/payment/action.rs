//! What a buyer must do before the bank decides, and where the buyer goes afterwards.

use url::Url;

use crate::clock::Timestamp;
use crate::payment::authentication::{Authentication, AuthenticationStatus};
use crate::secret::sha256_hex;

/// Where the buyer acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// At the page of the card's issuer.
    ThreeDs,
    /// At the page of the wallet.
    Wallet,
    /// In their chat with the bot, or at our page with a code from a letter.
    Verification,
}

impl ActionKind {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ThreeDs => "three_ds",
            Self::Wallet => "wallet",
            Self::Verification => "verification",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ThreeDs, Self::Wallet, Self::Verification].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What the buyer must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Where.
    pub kind: ActionKind,
    /// The page to send the buyer to.
    pub url: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// When the card's issuer is asked whether the buyer holds the card (3-D Secure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ThreeDs {
    /// When the bank, or antifraud, wants it.
    #[default]
    Automatic,
    /// Before the bank is asked.
    Always,
    /// Not for the bank's wish; what antifraud wants happens nevertheless.
    Never,
    /// Before the bank is asked, because antifraud or the merchant's policy wants it: nothing goes to the bank
    /// unless the buyer was authenticated.
    Required,
}

impl ThreeDs {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Always => "always",
            Self::Never => "never",
            Self::Required => "required",
        }
    }

    /// The choice with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Automatic, Self::Always, Self::Never, Self::Required].into_iter().find(|choice| choice.as_str() == name)
    }
}

/// A text is not an address to send a buyer back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an http or https address of at most 2048 characters, without user name and password")]
pub struct ReturnUrlError;

/// Where the merchant wants the buyer back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnUrl(String);

impl ReturnUrl {
    const LENGTH_MAX: usize = 2_048;

    /// Checks it.
    ///
    /// # Errors
    ///
    /// [`ReturnUrlError`].
    pub fn new(text: &str) -> Result<Self, ReturnUrlError> {
        let url = Url::parse(text).map_err(|_| ReturnUrlError)?;
        let fits = matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.as_str().len() <= Self::LENGTH_MAX;
        if fits { Ok(Self(url.into())) } else { Err(ReturnUrlError) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is kept of an authentication: the cryptogram only as its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationRecord {
    /// The issuer's verdict.
    pub status: AuthenticationStatus,
    /// Electronic commerce indicator.
    pub eci: Option<String>,
    /// SHA-256 of the cryptogram, hexadecimal.
    pub cavv_sha256: Option<String>,
    /// The directory server's transaction id.
    pub ds_trans_id: Option<String>,
}

impl From<&Authentication> for AuthenticationRecord {
    fn from(found: &Authentication) -> Self {
        Self {
            status: found.status,
            eci: found.eci.clone(),
            cavv_sha256: found.cavv.as_ref().map(|cavv| sha256_hex(cavv.expose().as_bytes())),
            ds_trans_id: found.ds_trans_id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_buyer_is_sent_back_to_web_addresses_only() {
        assert_eq!(
            ReturnUrl::new("https://shop.example/done?order=1").unwrap().as_str(),
            "https://shop.example/done?order=1"
        );
        assert!(ReturnUrl::new("http://127.0.0.1:3000").is_ok());
        let long = format!("https://shop.example/{}", "x".repeat(2_048));
        for wrong in
            ["", "shop.example", "javascript:alert(1)", "ftp://shop.example", "https://a:b@shop.example", &long]
        {
            assert!(ReturnUrl::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_read_back() {
        for kind in [ActionKind::ThreeDs, ActionKind::Wallet, ActionKind::Verification] {
            assert_eq!(ActionKind::from_name(kind.as_str()), Some(kind));
        }
        for choice in [ThreeDs::Automatic, ThreeDs::Always, ThreeDs::Never] {
            assert_eq!(ThreeDs::from_name(choice.as_str()), Some(choice));
        }
    }

    #[test]
    fn the_cryptogram_is_kept_as_its_digest_only() {
        let found = Authentication {
            status: AuthenticationStatus::Authenticated,
            eci: Some("05".into()),
            cavv: Some(Secret::new("AAABBB")),
            ds_trans_id: None,
        };
        let kept = AuthenticationRecord::from(&found);
        assert_eq!(kept.cavv_sha256.as_deref(), Some(sha256_hex(b"AAABBB").as_str()));
    }
}
