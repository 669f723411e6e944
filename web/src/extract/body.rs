//! JSON bodies: read with a bound on size and time, refused with the name of the field.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};
use crate::state::WebState;

const BODY_LEN_MAX: usize = 1024 * 1024;
const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// A body that may come as JSON.
pub(crate) trait JsonBody: DeserializeOwned {
    /// Whether no body at all, or `null`, counts as `{}`.
    const MAY_BE_ABSENT: bool = false;
}

/// A body read from JSON. Unknown fields are refused.
#[derive(Debug)]
pub(crate) struct ApiJson<T>(pub(crate) T);

impl<T: JsonBody> FromRequest<WebState> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &WebState) -> Result<Self, Problem> {
        read(request).await.map(|(body, _)| Self(body))
    }
}

/// The body, and the SHA-256 of its canonical form: keys sorted, no white space.
pub(super) async fn read<T: JsonBody>(request: Request) -> Result<(T, [u8; 32]), Problem> {
    let (parts, body) = request.into_parts();
    let json = is_json(&parts.headers);
    let bytes = collected(body, BODY_LEN_MAX).await?;
    let value = if bytes.is_empty() && T::MAY_BE_ABSENT {
        Value::Null
    } else if !json {
        let detail = "send the body as `Content-Type: application/json`";
        return Err(Problem::new(Code::ContentTypeUnsupported, detail).at("Content-Type"));
    } else {
        serde_json::from_slice(&bytes).map_err(|error| malformed(&error))?
    };
    let value = if value.is_null() && T::MAY_BE_ABSENT { Value::Object(Map::new()) } else { value };
    let mut digest = Sha256::new();
    absorb(&value, &mut digest);
    // A list of values would be taken for a struct's fields in their order.
    if !value.is_object() {
        return Err(Problem::new(Code::FieldInvalid, "the body is a JSON object").at(""));
    }
    let body = serde_path_to_error::deserialize(value).map_err(wrong_field)?;
    Ok((body, digest.finalize().into()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// The whole body.
///
/// # Errors
///
/// 413 above the limit, 408 after 15 seconds, 400 when it breaks off.
pub(crate) async fn collected(body: Body, len_max: usize) -> Result<Vec<u8>, Problem> {
    let reading = async {
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Problem::new(Code::BodyUnreadable, "the body broke off"))?;
            if bytes.len() + chunk.len() > len_max {
                return Err(Problem::new(Code::BodyTooLarge, format!("a body has at most {len_max} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(BODY_DEADLINE, reading)
        .await
        .unwrap_or_else(|_| Err(Problem::new(Code::BodyTimeout, "a body comes within 15 seconds")))
}

/// Says where, never what: the text may be a card number.
fn malformed(error: &serde_json::Error) -> Problem {
    let what = if error.is_eof() { "it ends too early" } else { "there is an unexpected character" };
    Problem::new(Code::MalformedJson, format!("{what}, at line {} column {}", error.line(), error.column()))
}

fn wrong_field(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let pointer = pointer(error.path());
    // serde's words quote the value, and the value may be a card number.
    let detail = if pointer.starts_with("/card") {
        "the field is unknown or of the wrong type: number and cvc are texts, exp_month and exp_year numbers".to_owned()
    } else {
        error.into_inner().to_string()
    };
    Problem::new(Code::FieldInvalid, detail).at(pointer)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// Feeds a value to the digest in its canonical form. Nothing is copied: it may hold a card number.
fn absorb(value: &Value, digest: &mut Sha256) {
    match value {
        Value::Null => digest.update("null"),
        Value::Bool(yes) => digest.update(if *yes { "true" } else { "false" }),
        Value::Number(number) => digest.update(number.to_string()),
        Value::String(text) => {
            // With its length before it, no text can look like another value's end.
            digest.update(format!("{}\"", text.len()));
            digest.update(text);
        }
        Value::Array(items) => {
            digest.update("[");
            for item in items {
                absorb(item, digest);
                digest.update(",");
            }
            digest.update("]");
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            digest.update("{");
            for (key, value) in entries {
                digest.update(format!("{}\"{key}:", key.len()));
                absorb(value, digest);
                digest.update(",");
            }
            digest.update("}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Vec<u8> {
        let mut digest = Sha256::new();
        absorb(&serde_json::from_str(text).unwrap(), &mut digest);
        digest.finalize().to_vec()
    }

    #[test]
    fn the_order_of_keys_and_white_space_do_not_matter_and_everything_else_does() {
        assert_eq!(digest(r#"{"a":1,"b":[true,null]}"#), digest(r#"{ "b": [true, null], "a": 1 }"#));
        for other in [r#"{"a":2,"b":[true,null]}"#, r#"{"a":"1","b":[true,null]}"#, r#"{"a":1,"b":[null,true]}"#] {
            assert_ne!(digest(r#"{"a":1,"b":[true,null]}"#), digest(other));
        }
        assert_ne!(digest(r#"["a,b"]"#), digest(r#"["a","b"]"#));
    }
}
