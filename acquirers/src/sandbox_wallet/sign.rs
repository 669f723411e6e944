//! The signature on the wallet's callbacks: HMAC-SHA256 over id, time and body, so that neither can be
//! changed and an old one cannot be played again.

use std::time::Duration;

use aviso_core::clock::Timestamp;
use aviso_core::port::{Callback, CallbackError};
use aviso_core::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The header with the notice's id.
pub const ID: &str = "wallet-id";
/// The header with the time of sending, seconds since 1970.
pub const TIMESTAMP: &str = "wallet-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "wallet-signature";
/// How far the sender's clock may be from ours, and how long a callback may be on its way.
const WINDOW: Duration = Duration::from_secs(300);

fn mac(secret: &Secret, id: &str, at: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", at.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// The value of the signature header.
#[must_use]
pub fn signature(secret: &Secret, id: &str, at: Timestamp, body: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(mac(secret, id, &at.as_secs().to_string(), body).finalize().into_bytes()))
}

/// The id of a callback whose signature holds now.
///
/// # Errors
///
/// [`CallbackError::Signature`].
pub(super) fn verified<'a>(callback: &'a Callback, secret: &Secret, now: Timestamp) -> Result<&'a str, CallbackError> {
    let header = |name| callback.headers.get(name).map(String::as_str).ok_or(CallbackError::Signature);
    let (id, at, signature) = (header(ID)?, header(TIMESTAMP)?, header(SIGNATURE)?);
    let given = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
    // In constant time.
    mac(secret, id, at, &callback.body)
        .verify_slice(&given.ok_or(CallbackError::Signature)?)
        .map_err(|_| CallbackError::Signature)?;
    let sent: i64 = at.parse().map_err(|_| CallbackError::Signature)?;
    let apart = now.as_secs().abs_diff(sent);
    if id.is_empty() || apart > WINDOW.as_secs() { Err(CallbackError::Signature) } else { Ok(id) }
}
