//! Standard Webhooks, the receiving side, written from the specification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Seconds a timestamp may be away from now.
const TOLERANCE_SECS: i64 = 300;

/// The three headers of a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SignatureHeaders {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`, Unix seconds.
    pub timestamp: String,
    /// `webhook-signature`, space-separated `v1,…`.
    pub signature: String,
}

/// Why a webhook is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distrust {
    /// One of the three headers is missing.
    #[error("a signature header is missing")]
    MissingHeader,
    /// The timestamp is no number.
    #[error("the timestamp is not Unix seconds")]
    BadTimestamp,
    /// More than five minutes from now, either way.
    #[error("the timestamp is more than five minutes away")]
    StaleTimestamp,
    /// The shop was given no secret it can use.
    #[error("the shop has no usable secret")]
    NoSecret,
    /// No signature fits.
    #[error("no signature fits")]
    WrongSignature,
}

/// Checks a body against its headers, with any of the secrets (`whsec_` and base64).
///
/// # Errors
///
/// The first reason for [`Distrust`].
pub fn verify(secrets: &[String], headers: &SignatureHeaders, body: &[u8], now_secs: i64) -> Result<(), Distrust> {
    if headers.id.is_empty() || headers.timestamp.is_empty() || headers.signature.is_empty() {
        return Err(Distrust::MissingHeader);
    }
    let sent: i64 = headers.timestamp.parse().map_err(|_| Distrust::BadTimestamp)?;
    if now_secs.abs_diff(sent) > TOLERANCE_SECS.unsigned_abs() {
        return Err(Distrust::StaleTimestamp);
    }
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(|secret| key_of(secret)).collect();
    if keys.is_empty() {
        return Err(Distrust::NoSecret);
    }
    let given: Vec<Vec<u8>> = headers
        .signature
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .collect();
    // Every pair is tried, so that the time taken does not tell which one fitted.
    let mut fits = false;
    for key in &keys {
        for signature in &given {
            fits |= mac(key, headers, body).is_some_and(|mac| mac.verify_slice(signature).is_ok());
        }
    }
    if fits { Ok(()) } else { Err(Distrust::WrongSignature) }
}

fn mac(key: &[u8], headers: &SignatureHeaders, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(headers.id.as_bytes());
    mac.update(b".");
    mac.update(headers.timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

fn key_of(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
pub(crate) fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> SignatureHeaders {
    let mut headers =
        SignatureHeaders { id: id.to_owned(), timestamp: timestamp.to_string(), signature: String::new() };
    let mac = mac(&key_of(secret).unwrap(), &headers, body).unwrap();
    headers.signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Standard Webhooks specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: i64 = 1_614_265_330;

    fn example() -> SignatureHeaders {
        SignatureHeaders {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            timestamp: AT.to_string(),
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned(),
        }
    }

    fn check(headers: &SignatureHeaders, body: &[u8], now: i64) -> Result<(), Distrust> {
        verify(&["whsec_bm90IHRoaXMgb25l".to_owned(), SECRET.to_owned()], headers, body, now)
    }

    #[test]
    fn the_example_of_the_specification_is_believed() {
        assert_eq!(check(&example(), BODY, AT), Ok(()));
        assert_eq!(check(&example(), BODY, AT - 300), Ok(()));
        let listed = SignatureHeaders { signature: format!("v1a,eA== v1,!! {}", example().signature), ..example() };
        assert_eq!(check(&listed, BODY, AT), Ok(()));
    }

    #[test]
    fn everything_else_is_not() {
        assert_eq!(check(&example(), b"{}", AT), Err(Distrust::WrongSignature));
        assert_eq!(check(&example(), BODY, AT + 301), Err(Distrust::StaleTimestamp));
        assert_eq!(
            check(&SignatureHeaders { id: "msg_2".to_owned(), ..example() }, BODY, AT),
            Err(Distrust::WrongSignature)
        );
        assert_eq!(
            check(&SignatureHeaders { timestamp: "x".to_owned(), ..example() }, BODY, AT),
            Err(Distrust::BadTimestamp)
        );
        assert_eq!(check(&SignatureHeaders::default(), BODY, AT), Err(Distrust::MissingHeader));
        assert_eq!(verify(&[], &example(), BODY, AT), Err(Distrust::NoSecret));
        assert_eq!(verify(&["whsec_".to_owned()], &example(), BODY, AT), Err(Distrust::NoSecret));
        let far = SignatureHeaders { timestamp: i64::MIN.to_string(), ..example() };
        assert_eq!(check(&far, BODY, i64::MAX), Err(Distrust::StaleTimestamp));
    }
}
