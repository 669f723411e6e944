//! Signing, scheme `v1a` of Standard Webhooks: Ed25519 over the same text as `v1`. Whoever checks it needs the
//! public key only.

use std::fmt;

use aviso_core::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use crate::sign::SecretError;

const PREFIX: &str = "whsk_";
const PAIR_LEN: usize = ed25519_dalek::KEYPAIR_LENGTH;

/// An endpoint's private key. It is never shown.
pub struct AsymmetricKey(SigningKey);

impl fmt::Debug for AsymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsymmetricKey")
    }
}

impl AsymmetricKey {
    /// Reads `whsk_` and base64 of seed and public key, 64 bytes.
    ///
    /// # Errors
    ///
    /// [`SecretError`] says what is wrong without repeating the text.
    pub fn parse(text: &Secret) -> Result<Self, SecretError> {
        let encoded = text.expose().strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| SecretError::Base64)?);
        let pair: &[u8; PAIR_LEN] = bytes.as_slice().try_into().map_err(|_| SecretError::Length(bytes.len()))?;
        SigningKey::from_keypair_bytes(pair).map(Self).map_err(|_| SecretError::Pair)
    }

    /// One entry of `webhook-signature`.
    pub(crate) fn signature(&self, signed: &[u8]) -> String {
        format!("v1a,{}", STANDARD.encode(self.0.sign(signed).to_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::{SigningSecret, sign};

    /// The vector of svix-server's own test (`test_asymmetric_key_signing`).
    const PAIR: &str = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_published_vector_is_reproduced_beside_the_symmetric_one() {
        let key = AsymmetricKey::parse(&Secret::new(PAIR)).unwrap();
        let secret = SigningSecret::parse(&Secret::new(SECRET)).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let value = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body, &[secret], Some(&key)).unwrap();
        assert_eq!(
            value,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= \
             v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
        );
    }

    #[test]
    fn what_is_no_pair_is_refused_and_never_shown() {
        for (text, expected) in [
            ("whsec_AAAA", SecretError::Prefix),
            ("whsk_A", SecretError::Base64),
            ("whsk_AAAA", SecretError::Length(3)),
            (&format!("whsk_{}", STANDARD.encode([1; 64])), SecretError::Pair),
        ] {
            assert_eq!(AsymmetricKey::parse(&Secret::new(text)).unwrap_err(), expected);
        }
        assert_eq!(format!("{:?}", AsymmetricKey::parse(&Secret::new(PAIR)).unwrap()), "AsymmetricKey");
    }
}
