//! Secrets that cannot be printed, and the keys that guard what is stored.
//!
//! [`Secret`] has no `Display`, no `Serialize` and a `Debug` that shows nothing; its memory is wiped
//! when it is dropped. [`Keyring`] derives one key per purpose from the install's master key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::id::{AttemptId, LinkId};

/// A text that must not be shown: a password, a token, a card number.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Each call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares without telling by timing where the first difference is.
    #[must_use]
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A random text of 32 bytes in base64url: 43 characters of `[A-Za-z0-9_-]`.
#[must_use]
pub fn random_token() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// SHA-256 in lower-case hexadecimal, as tokens and keys are stored.
#[must_use]
pub fn sha256_hex(data: &[u8]) -> String {
    hex::encode(Sha256::digest(data))
}

/// Why something sealed could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The master key is not 32 bytes in base64 or hexadecimal.
    #[error("a master key is 32 bytes, written as 64 hexadecimal digits")]
    MasterKey,
    /// The seal is broken, or made with another key or for another owner.
    #[error("sealed data cannot be opened with this master key")]
    Seal,
}

/// What a derived key is used for: one key per purpose, so that none opens the other's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Card numbers at rest.
    Cards,
    /// Webhook signing secrets at rest.
    WebhookSecrets,
    /// Keyed fingerprints of card numbers.
    Fingerprints,
    /// One-time links.
    Links,
    /// The way back of buyers from an issuer's or wallet's page.
    Returns,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Cards => b"aviso/cards/1",
            Self::WebhookSecrets => b"aviso/webhook-secrets/1",
            Self::Fingerprints => b"aviso/fingerprints/1",
            Self::Links => b"aviso/links/1",
            Self::Returns => b"aviso/returns/1",
        }
    }
}

/// The install's keys, all derived (HKDF-SHA256, RFC 5869) from one master key.
#[derive(Clone)]
pub struct Keyring {
    master: std::sync::Arc<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

const NONCE_LEN: usize = 24;

impl Keyring {
    /// Keys from a master key of 32 bytes.
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        Self { master: std::sync::Arc::new(Zeroizing::new(master)) }
    }

    /// Keys from a master key written as 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`KeyError::MasterKey`] for anything else.
    pub fn from_hex(text: &Secret) -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.expose().trim(), &mut bytes).map_err(|_| KeyError::MasterKey)?;
        let keyring = Self::new(bytes);
        bytes.zeroize();
        Ok(keyring)
    }

    /// A new random master key in hexadecimal.
    #[must_use]
    pub fn generate_hex() -> Secret {
        Secret::new(hex::encode(rand::random::<[u8; 32]>()))
    }

    fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        let hkdf = hkdf::Hkdf::<Sha256>::new(None, self.master.as_slice());
        hkdf.expand(purpose.label(), key.as_mut_slice()).expect("32 bytes are below HKDF's limit of 8160");
        key
    }

    fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(self.key(purpose).as_slice()).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Seals `plain` (XChaCha20-Poly1305) so that it opens only for the same purpose and `owner`.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, owner: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let cipher = XChaCha20Poly1305::new(self.key(purpose).as_slice().into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: owner.as_bytes() })
            .expect("XChaCha20-Poly1305 fails only above 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`seal`](Self::seal) closed.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] when the data, the purpose, the owner or the master key is another.
    pub fn open(&self, purpose: Purpose, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(KeyError::Seal)?;
        XChaCha20Poly1305::new(self.key(purpose).as_slice().into())
            .decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: owner.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| KeyError::Seal)
    }

    /// A pseudonym of a card number: the same within a scope, unlinkable without the key.
    #[must_use]
    pub fn fingerprint(&self, scope: &str, data: &str) -> String {
        hex::encode(&self.mac(Purpose::Fingerprints, &[scope.as_bytes(), b"\0", data.as_bytes()])[..16])
    }

    /// The token of a one-time link. Derived, so that it stands in no table, queue or log:
    /// whoever composes the message computes it again from the link's id.
    #[must_use]
    pub fn link_token(&self, link: LinkId) -> Secret {
        self.token(Purpose::Links, link.as_uuid())
    }

    /// The token of the page that a buyer comes back to from the issuer or wallet: derived from the
    /// attempt, so that it cannot be guessed and need not be stored.
    #[must_use]
    pub fn return_token(&self, attempt: AttemptId) -> Secret {
        self.token(Purpose::Returns, attempt.as_uuid())
    }

    /// The attempt that a return token stands for, when the token is one of ours.
    #[must_use]
    pub fn verify_return_token(&self, token: &str) -> Option<AttemptId> {
        let attempt = AttemptId::from_uuid(uuid_in(token)?);
        self.return_token(attempt).matches(token).then_some(attempt)
    }

    fn token(&self, purpose: Purpose, id: uuid::Uuid) -> Secret {
        let mac = self.mac(purpose, &[id.as_bytes()]);
        Secret::new(URL_SAFE_NO_PAD.encode([id.as_bytes().as_slice(), &mac[..16]].concat()))
    }

    /// The link that a token stands for, when the token is one of ours.
    #[must_use]
    pub fn verify_link_token(&self, token: &str) -> Option<LinkId> {
        let link = LinkId::from_uuid(uuid_in(token)?);
        self.link_token(link).matches(token).then_some(link)
    }
}

/// The id that a token begins with.
fn uuid_in(token: &str) -> Option<uuid::Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 32)?;
    uuid::Uuid::from_slice(&bytes[..16]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn secrets_do_not_show_themselves() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[secret]");
        assert_eq!(format!("{:?}", Keyring::new([7; 32])), "Keyring");
    }

    #[test]
    fn what_is_sealed_opens_only_for_its_owner_and_purpose() {
        let keys = Keyring::new([1; 32]);
        let sealed = keys.seal(Purpose::Cards, "att_1", b"4242");
        assert_eq!(keys.open(Purpose::Cards, "att_1", &sealed).unwrap().as_slice(), b"4242");
        assert_eq!(keys.open(Purpose::Cards, "att_2", &sealed), Err(KeyError::Seal));
        assert_eq!(keys.open(Purpose::WebhookSecrets, "att_1", &sealed), Err(KeyError::Seal));
        assert_eq!(Keyring::new([2; 32]).open(Purpose::Cards, "att_1", &sealed), Err(KeyError::Seal));
        assert_eq!(keys.open(Purpose::Cards, "att_1", &sealed[..10]), Err(KeyError::Seal));
    }

    #[test]
    fn a_link_token_fits_a_telegram_start_parameter_and_cannot_be_made_up() {
        let keys = Keyring::new([1; 32]);
        let link = LinkId::new(Timestamp::from_micros(1_000_000));
        let token = keys.link_token(link);
        assert_eq!(token.expose().len(), 43);
        assert_eq!(keys.verify_link_token(token.expose()), Some(link));
        let mut forged = token.expose().to_owned();
        forged.replace_range(42.., if forged.ends_with('A') { "E" } else { "A" });
        assert_eq!(keys.verify_link_token(&forged), None);
        assert_eq!(Keyring::new([2; 32]).verify_link_token(token.expose()), None);
        assert_eq!(keys.verify_link_token("short"), None);
    }

    #[test]
    fn a_return_token_is_no_link_token() {
        let keys = Keyring::new([1; 32]);
        let attempt = AttemptId::new(Timestamp::from_micros(1_000_000));
        let token = keys.return_token(attempt);
        assert_eq!(keys.verify_return_token(token.expose()), Some(attempt));
        assert_eq!(keys.verify_link_token(token.expose()), None);
        assert_eq!(Keyring::new([2; 32]).verify_return_token(token.expose()), None);
    }

    #[test]
    fn a_master_key_is_64_hexadecimal_digits() {
        assert!(Keyring::from_hex(&Keyring::generate_hex()).is_ok());
        for wrong in ["", "abc", "zz", &"0".repeat(63)] {
            assert!(Keyring::from_hex(&Secret::new(wrong)).is_err());
        }
    }
}
