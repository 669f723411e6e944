//! The idempotency key of a request that moves money.

use aviso_core::idempotency::IdempotencyKey;
use axum::http::HeaderMap;

use crate::problem::{Code, Problem};

const HEADER: &str = "idempotency-key";

/// The key in the request's headers.
///
/// # Errors
///
/// 400 when it is missing, sent twice, blank, longer than 255 bytes or not printable.
pub(super) fn of(headers: &HeaderMap) -> Result<IdempotencyKey, Problem> {
    let mut lines = headers.get_all(HEADER).iter();
    let line = lines.next().ok_or_else(|| {
        let detail = "send `Idempotency-Key` with a text of your own that is new for each operation";
        Problem::new(Code::IdempotencyKeyMissing, detail).at("Idempotency-Key")
    })?;
    if lines.next().is_some() {
        return Err(invalid("the header is given twice"));
    }
    let text = line.to_str().map_err(|_| invalid("an idempotency key has printable ASCII characters only"))?;
    IdempotencyKey::new(text).map_err(|error| invalid(&error.to_string()))
}

fn invalid(detail: &str) -> Problem {
    Problem::new(Code::IdempotencyKeyInvalid, detail).at("Idempotency-Key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn code(values: &[&[u8]]) -> Option<Code> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        of(&headers).err().map(|problem| problem.code())
    }

    #[test]
    fn a_key_is_one_printable_line() {
        assert_eq!(code(&[b"order-1"]), None);
        assert_eq!(code(&[]), Some(Code::IdempotencyKeyMissing));
        let long = "x".repeat(256);
        for wrong in [&[&b"a"[..], b"b"][..], &[b""], &[b"   "], &[b"a\tb"], &["ñ".as_bytes()], &[long.as_bytes()]] {
            assert_eq!(code(wrong), Some(Code::IdempotencyKeyInvalid), "{wrong:?}");
        }
    }
}
