//! The contract, and the record that somebody accepted it.

use crate::clock::Timestamp;
use crate::id::AccountId;
use crate::secret::sha256_hex;

/// The text that merchants agree to. A changed text has another digest, and is another contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// What the operator calls this version.
    pub version: String,
    /// The text, as it is shown.
    pub text: String,
}

impl Contract {
    /// SHA-256 of the text, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }
}

/// That a contract was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The contract's version.
    pub version: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// Who accepted it.
    pub by: AccountId,
    /// From where.
    pub ip: Option<String>,
    /// When.
    pub at: Timestamp,
}
