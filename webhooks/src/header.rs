//! Which headers a merchant may want with its messages: none that the exchange or the signature lives on.

use reqwest::header::{HeaderName, HeaderValue};

/// The longest value.
const VALUE_LEN_MAX: usize = 1024;
/// What the exchange needs, hop by hop or end to end.
const TAKEN: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// `webhook-` signs, the others are the business of browsers and proxies.
const TAKEN_PREFIXES: &[&str] = &["webhook-", "proxy-", "sec-"];

/// Why a header cannot go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It is no name of a header (RFC 9110, section 5.1).
    #[error("this is not the name of a header")]
    Name,
    /// Aviso sets it, or it belongs to the connection.
    #[error("this header is set by Aviso or belongs to the connection")]
    Taken,
    /// The value has characters that no header may have, or is too long.
    #[error("a header's value has up to 1024 visible ASCII characters and spaces")]
    Value,
}

/// Checks a header. Gives its name in lower case.
///
/// # Errors
///
/// [`HeaderError`].
pub fn check_header(name: &str, value: &str) -> Result<String, HeaderError> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderError::Name)?;
    let name = name.as_str();
    if TAKEN.contains(&name) || TAKEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(HeaderError::Taken);
    }
    let visible = value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if !visible || value.len() > VALUE_LEN_MAX || value.trim() != value || HeaderValue::from_str(value).is_err() {
        return Err(HeaderError::Value);
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_of_the_exchange_and_of_the_signature_are_taken() {
        for name in
            ["Host", "content-length", "Transfer-Encoding", "webhook-id", "Webhook-Anything", "Proxy-Authorization"]
        {
            assert_eq!(check_header(name, "x"), Err(HeaderError::Taken), "{name}");
        }
        assert_eq!(check_header("Authorization", "Bearer a b"), Ok("authorization".to_owned()));
    }

    #[test]
    fn what_would_break_a_message_is_refused() {
        for name in ["", "a b", "a:", "a\r\nb", "é"] {
            assert_eq!(check_header(name, "x"), Err(HeaderError::Name), "{name}");
        }
        for value in ["a\nb", "a\rb", "é", " a", "a ", &"x".repeat(1025)] {
            assert_eq!(check_header("x-shop", value), Err(HeaderError::Value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_what_passes_is_one_line(name in ".{0,20}", value in ".{0,40}") {
            if let Ok(name) = check_header(&name, &value) {
                prop_assert!(!name.contains([':', '\n', '\r']) && !value.contains(['\n', '\r']));
            }
        }
    }
}
