//! DKIM signatures, RSA and Ed25519 side by side (RFC 6376, RFC 8463).
//!
//! Two traps of lettre shape this module. Its default canonicalization signs a header folded in
//! another way than it sends, so both parts are relaxed here; and it does not hash `Content-Type`,
//! so that header is never listed. Besides, a second `sign` replaces the first signature. Each key
//! therefore signs the unsigned message, and the signatures are put in front of its bytes.

use std::path::Path;

use aviso_core::secret::Secret;
use lettre::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::{HeaderName, Headers};

use super::config::{DkimKeys, MailConfigError, read};

const SIGNATURE: &str = "DKIM-Signature";
const SIGNED: [&str; 6] = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"];
/// RFC 8058 asks for these to be signed where they are used.
const SIGNED_IN_LISTS: [&str; 2] = ["List-Unsubscribe", "List-Unsubscribe-Post"];

/// Signs messages with every configured key.
#[derive(Debug, Default)]
pub(crate) struct Signer {
    keys: Vec<Key>,
}

/// One key, once for letters and once for letters that carry list headers: lettre binds the key to
/// the list of headers.
#[derive(Debug)]
struct Key {
    letter: DkimConfig,
    list: DkimConfig,
}

impl Signer {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] names the key of the configuration that is wrong.
    pub(crate) fn open(config: &DkimKeys) -> Result<Self, MailConfigError> {
        let domain = name("mail.dkim.domain", &config.domain)?;
        let selector = name("mail.dkim.selector", &config.selector)?;
        let mut keys = Vec::new();
        if let Some(path) = &config.rsa_key_file {
            let pem = rsa_pem(path)?;
            keys.push(Key::new(&domain, &selector, || rsa_key(&pem))?);
        }
        if let Some(path) = &config.ed25519_seed_file {
            let selector = ed25519_selector(config, &selector)?;
            let seed = text("mail.dkim.ed25519_seed_file", path)?;
            keys.push(Key::new(&domain, &selector, || ed25519_key(&seed))?);
        }
        if keys.is_empty() {
            let expected = "at least one of rsa_key_file and ed25519_seed_file";
            return Err(MailConfigError::Missing { key: "mail.dkim", expected });
        }
        Ok(Self { keys })
    }

    /// The bytes of the message with its signatures in front.
    pub(crate) fn sign(&self, message: &Message) -> Vec<u8> {
        let is_list = message.headers().get_raw(SIGNED_IN_LISTS[0]).is_some();
        let mut bytes = Vec::new();
        for key in &self.keys {
            let mut copy = message.clone();
            copy.sign(if is_list { &key.list } else { &key.letter });
            let mut signature = Headers::new();
            let made = copy.headers_mut().remove_raw(SIGNATURE).expect("`sign` has just set this header");
            signature.insert_raw(made);
            bytes.extend_from_slice(signature.to_string().as_bytes());
        }
        bytes.extend_from_slice(&message.formatted());
        bytes
    }
}

impl Key {
    fn new(
        domain: &str,
        selector: &str,
        key: impl Fn() -> Result<DkimSigningKey, MailConfigError>,
    ) -> Result<Self, MailConfigError> {
        let config = |headers: &[&'static str]| {
            let headers = headers.iter().map(|header| HeaderName::new_from_ascii_str(header)).collect();
            let canonicalization = DkimCanonicalization {
                header: DkimCanonicalizationType::Relaxed,
                body: DkimCanonicalizationType::Relaxed,
            };
            Ok(DkimConfig::new(selector.to_owned(), domain.to_owned(), key()?, headers, canonicalization))
        };
        Ok(Self { letter: config(&SIGNED)?, list: config(&[SIGNED.as_slice(), &SIGNED_IN_LISTS].concat())? })
    }
}

fn rsa_pem(path: &Path) -> Result<Secret, MailConfigError> {
    let key = "mail.dkim.rsa_key_file";
    let pem = text(key, path)?;
    if pem.expose().contains("BEGIN PRIVATE KEY") {
        let expected = "PKCS#1 (`BEGIN RSA PRIVATE KEY`); convert the PKCS#8 file with `openssl rsa -traditional`";
        return Err(MailConfigError::Invalid { key, expected });
    }
    Ok(pem)
}

fn rsa_key(pem: &Secret) -> Result<DkimSigningKey, MailConfigError> {
    let expected = "an RSA key in PKCS#1 PEM (`BEGIN RSA PRIVATE KEY`) without a passphrase";
    DkimSigningKey::new(pem.expose(), DkimSigningAlgorithm::Rsa)
        .map_err(|_| MailConfigError::Invalid { key: "mail.dkim.rsa_key_file", expected })
}

fn ed25519_key(seed: &Secret) -> Result<DkimSigningKey, MailConfigError> {
    let expected = "the 32 bytes of an Ed25519 seed in base64 (44 characters)";
    DkimSigningKey::new(seed.expose(), DkimSigningAlgorithm::Ed25519)
        .map_err(|_| MailConfigError::Invalid { key: "mail.dkim.ed25519_seed_file", expected })
}

fn ed25519_selector(config: &DkimKeys, selector: &str) -> Result<String, MailConfigError> {
    let key = "mail.dkim.ed25519_selector";
    let own = config.ed25519_selector.as_deref().map(|own| name(key, own)).transpose()?;
    match (own, &config.rsa_key_file) {
        (Some(own), Some(_)) if own == selector => {
            Err(MailConfigError::Invalid { key, expected: "another name than mail.dkim.selector" })
        }
        (Some(own), _) => Ok(own),
        (None, Some(_)) => {
            let expected = "with two keys, the name of the Ed25519 key in DNS";
            Err(MailConfigError::Missing { key, expected })
        }
        (None, None) => Ok(selector.to_owned()),
    }
}

/// A domain or selector: what may stand in a DNS name.
fn name(key: &'static str, text: &str) -> Result<String, MailConfigError> {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        !label.is_empty() && label.len() <= 63 && inner
    };
    let text = text.trim();
    if text.split('.').all(label) {
        Ok(text.to_owned())
    } else {
        Err(MailConfigError::Invalid { key, expected: "letters, digits, hyphens and dots, as in DNS" })
    }
}

fn text(key: &'static str, path: &Path) -> Result<Secret, MailConfigError> {
    let bytes = read(key, path)?;
    let text = String::from_utf8(bytes).map_err(|_| MailConfigError::Invalid { key, expected: "a text file" })?;
    Ok(Secret::new(text.trim()))
}

#[cfg(test)]
mod tests;
