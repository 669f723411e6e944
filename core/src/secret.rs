//! Secrets that cannot be printed, and the keys that guard what is stored.
//!
//! [`Secret`] has no `Display`, no `Serialize` and a `Debug` that shows nothing; its memory is wiped
//! when it is dropped. [`Keyring`] derives one key per purpose from the install's master key, and
//! opens what an earlier master key closed, so that the key can be changed while the hub runs.

mod master;
mod page;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::id::{AttemptId, LinkId};

pub use master::{HEADER_LEN, LOOKUP_LEN};
use master::{Lookup, Master, Masters};
pub use page::site_signature;

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
    /// The data keys of the vault, which in turn seal saved cards.
    DataKeys,
    /// Webhook signing secrets at rest.
    WebhookSecrets,
    /// The secrets of authenticators at rest.
    Totp,
    /// What somebody is typing on a keypad.
    Verifier,
    /// The install's keys for fingerprints and links, kept in the database.
    LookupKeys,
    /// Keyed fingerprints of card numbers.
    Fingerprints,
    /// One-time links.
    Links,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Cards => b"aviso/cards/1",
            Self::DataKeys => b"aviso/data-keys/1",
            Self::WebhookSecrets => b"aviso/webhook-secrets/1",
            Self::Totp => b"aviso/totp/1",
            Self::Verifier => b"aviso/verifier/1",
            Self::LookupKeys => b"aviso/lookup-keys/1",
            Self::Fingerprints => b"aviso/fingerprints/1",
            Self::Links => b"aviso/links/1",
        }
    }
}

/// The install's keys.
///
/// What is sealed carries the name of the master key that closed it. New data is closed with the
/// current one; previous ones still open what they closed, until everything is sealed again.
/// Fingerprints and links do not follow the master key: their keys stay the same for ever (see
/// [`lookup`](Self::lookup)), because a fingerprint cannot be computed again without the card.
#[derive(Clone)]
pub struct Keyring {
    masters: std::sync::Arc<Masters>,
    lookup: std::sync::Arc<Lookup>,
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
        Self::with_previous(master, [])
    }

    /// Keys from a master key and those that were used before it, the newest first.
    #[must_use]
    pub fn with_previous(current: [u8; 32], previous: impl IntoIterator<Item = [u8; 32]>) -> Self {
        let current = Master::new(current);
        let previous: Vec<Master> = previous.into_iter().map(Master::new).filter(|key| *key != current).collect();
        // The oldest one made the fingerprints of an install that has not stored their key yet.
        let lookup = Lookup::derived(previous.last().unwrap_or(&current));
        Self { masters: std::sync::Arc::new(Masters { current, previous }), lookup: std::sync::Arc::new(lookup) }
    }

    /// Keys from a master key written as 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`KeyError::MasterKey`] for anything else.
    pub fn from_hex(text: &Secret) -> Result<Self, KeyError> {
        Self::from_hex_list(text, &[])
    }

    /// Keys from master keys written as 64 hexadecimal digits: the current one, and those before it,
    /// the newest first.
    ///
    /// # Errors
    ///
    /// [`KeyError::MasterKey`] for anything else.
    pub fn from_hex_list(current: &Secret, previous: &[Secret]) -> Result<Self, KeyError> {
        let read = |text: &Secret| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(text.expose().trim(), &mut bytes).map_err(|_| KeyError::MasterKey)?;
            Ok::<_, KeyError>(Zeroizing::new(bytes))
        };
        let current = read(current)?;
        let previous = previous.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::with_previous(*current, previous.iter().map(|key| **key)))
    }

    /// A new random master key in hexadecimal.
    #[must_use]
    pub fn generate_hex() -> Secret {
        Secret::new(hex::encode(rand::random::<[u8; 32]>()))
    }

    /// The same masters with the keys for fingerprints and links that the database holds.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] unless there are [`LOOKUP_LEN`] bytes.
    pub fn with_lookup(&self, lookup: &[u8]) -> Result<Self, KeyError> {
        let lookup = Lookup::from_bytes(lookup).ok_or(KeyError::Seal)?;
        Ok(Self { masters: std::sync::Arc::clone(&self.masters), lookup: std::sync::Arc::new(lookup) })
    }

    /// The keys for fingerprints and links, to be sealed and stored once.
    #[must_use]
    pub fn lookup(&self) -> Zeroizing<Vec<u8>> {
        self.lookup.to_bytes()
    }

    /// The name of the current master key: 16 hexadecimal digits that say nothing about it.
    #[must_use]
    pub fn current(&self) -> String {
        self.masters.current.name()
    }

    /// The names of the master keys before it, the newest first.
    #[must_use]
    pub fn previous(&self) -> Vec<String> {
        self.masters.previous.iter().map(Master::name).collect()
    }

    /// The name of the master key that closed something; `None` for what was sealed before names
    /// were written.
    #[must_use]
    pub fn sealed_with(sealed: &[u8]) -> Option<String> {
        master::name_in(sealed)
    }

    /// What everything begins with that the current master key closed: [`HEADER_LEN`] bytes.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        self.masters.current.header()
    }

    /// Whether the current master key closed it.
    #[must_use]
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&self.header())
    }

    /// Seals `plain` (XChaCha20-Poly1305) under the current master key, so that it opens only for the
    /// same purpose and `owner`.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, owner: &str, plain: &[u8]) -> Vec<u8> {
        let current = &self.masters.current;
        [current.header(), encrypt(&current.key(purpose), owner, plain)].concat()
    }

    /// Opens what [`seal`](Self::seal) closed, under whichever master key of this ring did.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] when the data, the purpose, the owner or the master key is another.
    pub fn open(&self, purpose: Purpose, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let named = self.masters.all().find(|master| sealed.starts_with(&master.header()));
        if let Some(master) = named
            && let Ok(plain) = decrypt(&master.key(purpose), owner, &sealed[HEADER_LEN..])
        {
            return Ok(plain);
        }
        // Without a name: sealed before names were written. The seal itself says which key fits.
        let mut plains = self.masters.all().map(|master| decrypt(&master.key(purpose), owner, sealed));
        plains.find_map(Result::ok).ok_or(KeyError::Seal)
    }

    /// The same content under the current master key.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] when it does not open.
    pub fn reseal(&self, purpose: Purpose, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let plain = self.open(purpose, owner, sealed)?;
        Ok(self.seal(purpose, owner, &plain))
    }

    /// A pseudonym of a card number: the same within a scope, unlinkable without the key.
    #[must_use]
    pub fn fingerprint(&self, scope: &str, data: &str) -> String {
        hex::encode(&mac(&self.lookup.fingerprints, &[scope.as_bytes(), b"\0", data.as_bytes()])[..16])
    }

    /// The token of a one-time link. Derived, so that it stands in no table, queue or log:
    /// whoever composes the message computes it again from the link's id.
    #[must_use]
    pub fn link_token(&self, link: LinkId) -> Secret {
        let mac = mac(&self.lookup.links, &[link.as_uuid().as_bytes()]);
        token(link.as_uuid(), &mac)
    }

    /// The token of the page that a buyer comes back to from the issuer or wallet: derived from the
    /// attempt, so that it cannot be guessed and need not be stored.
    #[must_use]
    pub fn return_token(&self, attempt: AttemptId) -> Secret {
        let mac = mac(&self.lookup.links, &[b"return", attempt.as_uuid().as_bytes()]);
        token(attempt.as_uuid(), &mac)
    }

    /// The attempt that a return token stands for, when the token is one of ours.
    #[must_use]
    pub fn verify_return_token(&self, token: &str) -> Option<AttemptId> {
        let attempt = AttemptId::from_uuid(uuid_in(token)?);
        self.return_token(attempt).matches(token).then_some(attempt)
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

/// A token that begins with an id and proves it.
fn token(id: uuid::Uuid, mac: &[u8; 32]) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode([id.as_bytes().as_slice(), &mac[..16]].concat()))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// XChaCha20-Poly1305 with a random nonce before the result.
pub(crate) fn encrypt(key: &[u8; 32], owner: &str, plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = rand::random();
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: owner.as_bytes() })
        .expect("XChaCha20-Poly1305 fails only above 256 GiB");
    [nonce.as_slice(), &sealed].concat()
}

/// Opens what [`encrypt`] closed.
///
/// # Errors
///
/// [`KeyError::Seal`] when the data, the owner or the key is another.
pub(crate) fn decrypt(key: &[u8; 32], owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(KeyError::Seal)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: owner.as_bytes() })
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Seal)
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
    fn three_generations_of_master_keys_open_what_each_closed() {
        let (first, second, third) = ([1; 32], [2; 32], [3; 32]);
        let by_first = Keyring::new(first).seal(Purpose::Cards, "a", b"one");
        let by_second = Keyring::with_previous(second, [first]).seal(Purpose::Cards, "a", b"two");
        let ring = Keyring::with_previous(third, [second, first]);
        assert_eq!(ring.open(Purpose::Cards, "a", &by_first).unwrap().as_slice(), b"one");
        assert_eq!(ring.open(Purpose::Cards, "a", &by_second).unwrap().as_slice(), b"two");
        assert_eq!(Keyring::sealed_with(&by_second), Some(Keyring::new(second).current()));
        assert!(!ring.is_current(&by_first) && !ring.is_current(&by_second));
        let again = ring.reseal(Purpose::Cards, "a", &by_first).unwrap();
        assert!(ring.is_current(&again));
        let without = Keyring::new(third);
        assert_eq!(without.open(Purpose::Cards, "a", &again).unwrap().as_slice(), b"one");
        assert_eq!(without.open(Purpose::Cards, "a", &by_first), Err(KeyError::Seal));
        assert_eq!(ring.open(Purpose::DataKeys, "a", &by_first), Err(KeyError::Seal));
    }

    #[test]
    fn what_was_sealed_before_keys_had_names_still_opens() {
        let old = master::Master::new([1; 32]);
        let bare = encrypt(&old.key(Purpose::WebhookSecrets), "whk_1", b"secret");
        let ring = Keyring::with_previous([2; 32], [[1; 32]]);
        assert_eq!(ring.open(Purpose::WebhookSecrets, "whk_1", &bare).unwrap().as_slice(), b"secret");
        assert_eq!(Keyring::sealed_with(&bare), None);
        assert!(ring.is_current(&ring.reseal(Purpose::WebhookSecrets, "whk_1", &bare).unwrap()));
    }

    #[test]
    fn fingerprints_and_links_survive_a_change_of_the_master_key() {
        let old = Keyring::new([1; 32]);
        let link = LinkId::new(Timestamp::from_micros(1_000_000));
        let same = |ring: &Keyring| {
            assert_eq!(ring.fingerprint("x", "4242"), old.fingerprint("x", "4242"));
            assert_eq!(ring.link_token(link).expose(), old.link_token(link).expose());
        };
        same(&Keyring::with_previous([3; 32], [[2; 32], [1; 32]]));
        same(&Keyring::new([3; 32]).with_lookup(&old.lookup()).unwrap());
        assert_ne!(Keyring::new([3; 32]).fingerprint("x", "4242"), old.fingerprint("x", "4242"));
        assert!(old.with_lookup(&[0; 3]).is_err());
    }

    #[test]
    fn a_master_key_is_64_hexadecimal_digits() {
        assert!(Keyring::from_hex(&Keyring::generate_hex()).is_ok());
        for wrong in ["", "abc", "zz", &"0".repeat(63)] {
            assert!(Keyring::from_hex(&Secret::new(wrong)).is_err());
        }
    }
}
