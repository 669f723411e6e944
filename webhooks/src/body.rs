//! What is posted: `{"id", "type", "timestamp", "sequence", "data"}`, after Standard Webhooks.

use aviso_core::document::Document;
use aviso_core::event::Event;
use aviso_core::merchant::endpoint::Payload;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What the specification advises, and what every receiver takes.
const BODY_LEN_MAX: usize = 20 * 1024;

/// Why there is nothing to post.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// The document cannot be written as JSON.
    #[error("the event cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// It is larger than 20 KiB.
    #[error("the event has {0} bytes, and at most 20480 are sent")]
    TooLarge(usize),
}

#[derive(Serialize)]
struct Body<'a> {
    id: String,
    r#type: &'static str,
    timestamp: String,
    sequence: i32,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Full(&'a Document),
    Thin(Map<String, Value>),
}

/// The ids of what an event is about.
fn thin(document: &Document) -> Result<Map<String, Value>, serde_json::Error> {
    let Value::Object(whole) = serde_json::to_value(document)? else { return Ok(Map::new()) };
    let id_of = |(what, is): (String, Value)| Some((what, json!({ "id": is.get("id")? })));
    Ok(whole.into_iter().filter_map(id_of).collect())
}

/// The bytes that are posted and signed. The same event gives the same bytes at each attempt.
pub(crate) fn write(event: &Event, payload: Payload) -> Result<Bytes, BodyError> {
    let body = Body {
        id: event.id.to_string(),
        r#type: event.kind.as_str(),
        timestamp: event.created_at.to_string(),
        sequence: event.sequence,
        data: match payload {
            Payload::Full => Data::Full(&event.document),
            Payload::Thin => Data::Thin(thin(&event.document)?),
        },
    };
    let bytes = serde_json::to_vec(&body)?;
    if bytes.len() > BODY_LEN_MAX { Err(BodyError::TooLarge(bytes.len())) } else { Ok(bytes.into()) }
}
