//! Authentication codes over messages (fields 64 and 128): eight bytes.

use std::fmt;

use aviso_core::secret::Secret;
use des::Des;
use hmac::{Hmac, Mac};
use retail_mac::RetailMac;
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How long a code is.
pub const MAC_LEN: usize = 8;

/// How codes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MacAlgorithm {
    /// ANSI X9.19, also ISO/IEC 9797-1 algorithm 3 with padding method 1: a key of 16 bytes.
    #[default]
    X919,
    /// The first eight bytes of HMAC-SHA256: a key of 16 bytes or more.
    HmacSha256,
}

impl MacAlgorithm {
    /// The name in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X919 => "x919",
            Self::HmacSha256 => "hmac_sha256",
        }
    }
}

/// A key shared with the bank.
#[derive(Clone)]
pub struct MacKey {
    algorithm: MacAlgorithm,
    key: Zeroizing<Vec<u8>>,
}

/// A key that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is written in hexadecimal: 16 bytes for x919, 16 to 64 for hmac_sha256")]
pub struct MacKeyError;

impl MacKey {
    /// Reads a key in hexadecimal.
    ///
    /// # Errors
    ///
    /// [`MacKeyError`] when it is not hexadecimal, or too short or too long.
    pub fn from_hex(algorithm: MacAlgorithm, text: &Secret) -> Result<Self, MacKeyError> {
        let key = hex::decode(text.expose().trim()).map(Zeroizing::new).map_err(|_| MacKeyError)?;
        let fits = match algorithm {
            MacAlgorithm::X919 => key.len() == 16,
            MacAlgorithm::HmacSha256 => (16..=64).contains(&key.len()),
        };
        if fits { Ok(Self { algorithm, key }) } else { Err(MacKeyError) }
    }

    /// The code over these bytes.
    #[must_use]
    pub fn compute(&self, data: &[u8]) -> [u8; MAC_LEN] {
        let mut code = [0; MAC_LEN];
        match self.algorithm {
            MacAlgorithm::X919 => {
                use retail_mac::{KeyInit, Mac};
                let mut mac = RetailMac::<Des>::new_from_slice(&self.key).expect("the key has 16 bytes");
                mac.update(data);
                code.copy_from_slice(&mac.finalize().into_bytes());
            }
            MacAlgorithm::HmacSha256 => {
                let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
                mac.update(data);
                code.copy_from_slice(&mac.finalize().into_bytes()[..MAC_LEN]);
            }
        }
        code
    }

    /// Whether this is the code over these bytes; takes the same time either way.
    #[must_use]
    pub fn holds(&self, data: &[u8], code: &[u8]) -> bool {
        self.compute(data).ct_eq(code).into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(algorithm: MacAlgorithm, text: &str) -> MacKey {
        MacKey::from_hex(algorithm, &Secret::new(text)).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standards() {
        // ISO/IEC 9797-1:2011, B.4: algorithm 3 with padding method 1.
        let x919 = key(MacAlgorithm::X919, "0123456789ABCDEFFEDCBA9876543210");
        assert_eq!(hex::encode_upper(x919.compute(b"Now is the time for all ")), "A1C72E74EA3FA9B6");
        assert_eq!(hex::encode_upper(x919.compute(b"Now is the time for it")), "2E2B1428CC78254F");
        // RFC 4231, test case 1, shortened.
        let hmac = key(MacAlgorithm::HmacSha256, &"0b".repeat(20));
        assert_eq!(hex::encode(hmac.compute(b"Hi There")), "b0344c61d8db3853");
    }

    #[test]
    fn a_key_has_its_length_and_is_not_shown() {
        for (algorithm, text) in [
            (MacAlgorithm::X919, "0123456789ABCDEF"),
            (MacAlgorithm::X919, "not hexadecimal"),
            (MacAlgorithm::HmacSha256, "0102"),
        ] {
            assert_eq!(MacKey::from_hex(algorithm, &Secret::new(text)).unwrap_err(), MacKeyError);
        }
        assert!(!format!("{:?}", key(MacAlgorithm::X919, &"ab".repeat(16))).contains("171"));
    }
}
