//! The secrets of an endpoint: what signs, and what goes along with each message.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::{CustomHeader, EndpointError, EndpointTarget, Endpoints, Payload};
use crate::id::EndpointId;
use crate::secret::{KeyError, Purpose, Secret};
use crate::store::endpoint::SecretKind;

/// A fresh secret: `whsec_` and base64 of 32 random bytes, as Standard Webhooks writes it.
pub(super) fn new_secret() -> Secret {
    Secret::new(format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>())))
}

/// A fresh pair: `whsk_` and base64 of seed and public key, and `whpk_` and base64 of the public key, as
/// Standard Webhooks writes them.
pub(super) fn new_pair() -> (Secret, String) {
    let key = SigningKey::from_bytes(&Zeroizing::new(rand::random::<[u8; 32]>()));
    let pair = Zeroizing::new(key.to_keypair_bytes());
    let public = format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()));
    (Secret::new(format!("whsk_{}", STANDARD.encode(pair.as_slice()))), public)
}

/// One text of all headers. Neither names nor values have line breaks.
pub(super) fn written(headers: &[CustomHeader]) -> Zeroizing<String> {
    let lines: Vec<Zeroizing<String>> =
        headers.iter().map(|header| Zeroizing::new(format!("{}: {}", header.name, header.value.expose()))).collect();
    Zeroizing::new(lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"))
}

fn read(text: &str) -> Vec<CustomHeader> {
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some(CustomHeader { name: name.to_owned(), value: Secret::new(value) })
    };
    text.lines().filter_map(header).collect()
}

impl Endpoints {
    pub(super) fn seal(&self, id: EndpointId, text: &str) -> Vec<u8> {
        self.keyring.seal(Purpose::WebhookSecrets, &id.to_string(), text.as_bytes())
    }

    /// A target with what was sealed for it.
    pub(super) fn opened(
        &self,
        id: EndpointId,
        url: String,
        payload: Payload,
        sealed: &[(SecretKind, Vec<u8>)],
    ) -> Result<EndpointTarget, EndpointError> {
        let mut target = EndpointTarget { url, payload, secrets: Vec::new(), key: None, headers: Vec::new() };
        for (kind, sealed) in sealed {
            let plain = self.keyring.open(Purpose::WebhookSecrets, &id.to_string(), sealed);
            let plain = plain.map_err(EndpointError::Seal)?;
            let text = std::str::from_utf8(&plain).map_err(|_| EndpointError::Seal(KeyError::Seal))?;
            match kind {
                SecretKind::Signing => target.secrets.push(Secret::new(text)),
                SecretKind::Asymmetric => target.key = Some(Secret::new(text)),
                SecretKind::Headers => target.headers = read(text),
            }
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_read_back_as_they_were_written() {
        let header = |name: &str, value: &str| CustomHeader { name: name.to_owned(), value: Secret::new(value) };
        let text = written(&[header("x-shop", "a: b"), header("authorization", "Bearer x")]);
        let again = read(&text);
        let pairs: Vec<_> = again.iter().map(|header| (header.name.as_str(), header.value.expose())).collect();
        assert_eq!(pairs, [("x-shop", "a: b"), ("authorization", "Bearer x")]);
        assert!(!format!("{again:?}").contains("Bearer"));
    }

    #[test]
    fn a_pair_names_its_public_key() {
        let (private, public) = new_pair();
        let bytes = STANDARD.decode(private.expose().strip_prefix("whsk_").unwrap()).unwrap();
        assert_eq!(bytes.len(), 64);
        assert_eq!(format!("whpk_{}", STANDARD.encode(&bytes[32..])), public);
    }
}
