//! Signing, scheme `v1` of Standard Webhooks 1.0.0: HMAC-SHA256 over `{id}.{timestamp}.{body}`. Scheme `v1a`
//! has a file of its own.

use std::fmt;

use aviso_core::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::asymmetric::AsymmetricKey;

const PREFIX: &str = "whsec_";
const KEY_LEN_MIN: usize = 24;
const KEY_LEN_MAX: usize = 64;
const KEY_LEN_NEW: usize = 32;

/// Why a text is not a signing secret. The text itself is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It starts with `v1,`, as signatures do.
    #[error("a signing secret starts with `whsec_`: remove the `v1,` before it")]
    SignaturePrefix,
    /// It starts with something else.
    #[error("a signing secret starts with `whsec_`")]
    Prefix,
    /// The rest is not standard base64 with padding.
    #[error("the part of a signing secret after `whsec_` is base64 with padding")]
    Base64,
    /// A private key does not fit its public key.
    #[error("the private key does not fit its public key")]
    Pair,
    /// The key is too short or too long.
    #[error("a signing secret holds 24 to 64 bytes, not {0}")]
    Length(usize),
}

/// Why a message cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// There is no secret to sign with.
    #[error("the endpoint has no signing secret")]
    NoSecret,
    /// The id is empty, has a full stop (which would make the signed text ambiguous), or a character
    /// that no header may have.
    #[error("a message id has visible ASCII characters without a full stop")]
    Id,
    /// The time is before 1970.
    #[error("a message's time is not before 1970")]
    Timestamp,
}

/// The key that an endpoint's messages are signed with. It shows itself only by [`reveal`](Self::reveal).
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

impl SigningSecret {
    /// A new random secret of 32 bytes.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(rand::random::<[u8; KEY_LEN_NEW]>().to_vec()))
    }

    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    ///
    /// [`SecretError`] says what is wrong without repeating the text.
    pub fn parse(text: &Secret) -> Result<Self, SecretError> {
        let text = text.expose();
        let encoded = match text.strip_prefix(PREFIX) {
            Some(encoded) => encoded,
            None if text.starts_with("v1,") => return Err(SecretError::SignaturePrefix),
            None => return Err(SecretError::Prefix),
        };
        let key = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| SecretError::Base64)?);
        if !(KEY_LEN_MIN..=KEY_LEN_MAX).contains(&key.len()) {
            return Err(SecretError::Length(key.len()));
        }
        Ok(Self(key))
    }

    /// The text that the merchant is given: `whsec_…`. Each call is a place to review.
    #[must_use]
    pub fn reveal(&self) -> Secret {
        let mut text = Zeroizing::new(PREFIX.to_owned());
        STANDARD.encode_string(self.0.as_slice(), &mut text);
        Secret::new(text.as_str())
    }

    fn signature(&self, signed: [&[u8]; 5]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        signed.iter().for_each(|part| mac.update(part));
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: one signature for each live secret, in the order given (newest
/// first), and one with the private key if there is one, separated by spaces.
///
/// # Errors
///
/// [`SignError`] when there is no secret, or id or time cannot be signed.
pub fn sign(
    id: &str,
    timestamp_secs: i64,
    body: &[u8],
    secrets: &[SigningSecret],
    key: Option<&AsymmetricKey>,
) -> Result<String, SignError> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.') {
        return Err(SignError::Id);
    }
    if timestamp_secs < 0 {
        return Err(SignError::Timestamp);
    }
    if secrets.is_empty() {
        return Err(SignError::NoSecret);
    }
    let timestamp = timestamp_secs.to_string();
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let mut signatures: Vec<_> = secrets.iter().map(|secret| secret.signature(signed)).collect();
    signatures.extend(key.map(|key| key.signature(&signed.concat())));
    Ok(signatures.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret(text: &str) -> Result<SigningSecret, SecretError> {
        SigningSecret::parse(&Secret::new(text))
    }

    const ONE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const TWO: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    #[test]
    fn published_vectors_are_reproduced() {
        let one = sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
            &[secret(ONE).unwrap()],
            None,
        );
        assert_eq!(one.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let two = sign(
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            br#"{"email":"test@example.com","username":"test_user"}"#,
            &[secret(TWO).unwrap()],
            None,
        );
        assert_eq!(two.unwrap(), "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn every_live_secret_signs_newest_first() {
        let (one, two) = (secret(ONE).unwrap(), secret(TWO).unwrap());
        let both = sign("evt_1", 1, b"{}", &[two.clone(), one.clone()], None).unwrap();
        let alone = |secret| sign("evt_1", 1, b"{}", &[secret], None).unwrap();
        assert_eq!(both, format!("{} {}", alone(two), alone(one)));
    }

    #[test]
    fn a_text_that_is_not_a_secret_is_refused_with_the_reason() {
        for (text, error) in [
            ("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::SignaturePrefix),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
            (" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
            ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
            ("", SecretError::Prefix),
            ("whsec_", SecretError::Length(0)),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ==", SecretError::Length(22)),
            // 25 bytes are written with `==`; without it, with one `=`, or in the URL alphabet it is wrong.
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ", SecretError::Base64),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ=", SecretError::Base64),
            ("whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD", SecretError::Base64),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", SecretError::Base64),
        ] {
            assert_eq!(secret(text).unwrap_err(), error, "{text:?}");
        }
        assert!(secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ==").is_ok());
        let long = |len: usize| secret(&format!("whsec_{}", STANDARD.encode(vec![7; len])));
        assert!(long(64).is_ok());
        assert_eq!(long(65).unwrap_err(), SecretError::Length(65));
    }

    #[test]
    fn what_would_make_the_signed_text_ambiguous_is_refused() {
        let secrets = [secret(ONE).unwrap()];
        for id in ["", "evt.1", "evt 1", "evt\n1", "évt"] {
            assert_eq!(sign(id, 1, b"", &secrets, None), Err(SignError::Id), "{id:?}");
        }
        assert_eq!(sign("evt_1", -1, b"", &secrets, None), Err(SignError::Timestamp));
        assert_eq!(sign("evt_1", 1, b"", &[], None), Err(SignError::NoSecret));
    }

    #[test]
    fn a_new_secret_reads_back_and_does_not_show_itself() {
        let new = SigningSecret::generate();
        let text = new.reveal();
        assert_eq!(text.expose().len(), "whsec_".len() + 44);
        assert_eq!(*SigningSecret::parse(&text).unwrap().0, *new.0);
        assert_eq!(format!("{new:?}"), "SigningSecret");
        assert_ne!(*SigningSecret::generate().0, *new.0);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(whsec_)?[A-Za-z0-9+/=,_.\\PC]{0,120}") {
            let _ = secret(&text);
        }

        #[test]
        fn every_key_of_the_right_length_reads_back(key in proptest::collection::vec(any::<u8>(), 24..=64)) {
            let text = format!("whsec_{}", STANDARD.encode(&key));
            let shown = secret(&text).unwrap().reveal();
            prop_assert_eq!(shown.expose(), text);
        }
    }
}
