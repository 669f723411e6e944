//! The id of a request, on every answer; and the body of every problem, which names it.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::account::fault_page;
use crate::problem::{MEDIA_TYPE, Problem};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LEN_MAX: usize = 64;

/// Names one request: the caller's word when it is 1 to 64 of `[A-Za-z0-9_-]`, else ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    fn given(text: &str) -> Option<Self> {
        let alphabet = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        (alphabet && (1..=LEN_MAX).contains(&text.len())).then(|| Self(text.to_owned()))
    }

    fn random() -> Self {
        Self(format!("req_{}", hex::encode(rand::random::<[u8; 16]>())))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Gives the request its id, and every answer too.
pub(crate) async fn name(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).and_then(RequestId::given);
    let id = given.unwrap_or_else(RequestId::random);
    let reader = fault_page::Reader::of(request.uri(), request.headers());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = written(response, &problem, &id, reader.as_ref());
    }
    let value = HeaderValue::from_str(id.as_str()).expect("the alphabet of request ids is plain ASCII");
    response.headers_mut().insert(HEADER, value);
    response
}

/// The answer with the problem in its body: a page for a person, JSON for a program.
fn written(response: Response, problem: &Problem, id: &RequestId, reader: Option<&fault_page::Reader>) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let (media_type, body) = match reader {
        Some(reader) => ("text/html; charset=utf-8", reader.page(problem, id)),
        None => (MEDIA_TYPE, problem.body(id)),
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_are_taken_over() {
        assert!(RequestId::given("abc-DEF_123").is_some());
        for wrong in ["", "a b", "a\"b", "ñ", &"x".repeat(65)] {
            assert!(RequestId::given(wrong).is_none(), "{wrong:?}");
        }
        assert!(RequestId::given(RequestId::random().as_str()).is_some());
    }
}
