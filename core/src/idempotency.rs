//! Idempotency keys: the same request twice has one effect and one answer.
//!
//! A key is unique per merchant and mode and bound to a fingerprint of its request. The answer is
//! stored in the unit of work that ends the request; the request's body is never kept.

use std::fmt;
use std::sync::Arc;

use crate::document::Document;
use crate::id::MerchantId;
use crate::merchant::Mode;

/// A key as the merchant chose it: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The key is blank, too long or has characters that cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 printable ASCII characters and is not blank")]
pub struct InvalidKey;

impl IdempotencyKey {
    /// Checks a key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    pub fn new(text: &str) -> Result<Self, InvalidKey> {
        let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if printable && text.len() <= 255 && !text.trim().is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKey)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An answer as the edge gave it: core does not know what the status means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The edge's status.
    pub status: u16,
    /// The edge's body.
    pub body: String,
}

/// Renders the answer to a request from what became of it.
pub type Responder = Arc<dyn Fn(&Document) -> Answer + Send + Sync>;

/// A request that must have its effect once.
#[derive(Clone)]
pub struct Claim {
    /// Whose key.
    pub merchant_id: MerchantId,
    /// In which world.
    pub mode: Mode,
    /// The key.
    pub key: IdempotencyKey,
    /// SHA-256 over method, route and canonical body, in hexadecimal.
    pub fingerprint: String,
    /// Renders the answer, inside the unit of work that ends the request.
    pub respond: Responder,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Why a key does not let a request through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyConflict {
    /// The key was used for another request.
    #[error("this idempotency key was used for another request")]
    Reused,
    /// The first request with this key has not ended.
    #[error("a request with this idempotency key is still under way")]
    InUse,
}
