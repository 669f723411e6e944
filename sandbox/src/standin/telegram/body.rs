//! Parameters of a call, wherever they travel: query, form, JSON or multipart.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// Telegram takes 50 MB; nothing we send comes near.
const BODY_BYTES_MAX: usize = 20 * 1024 * 1024;

/// A file that came with a call.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
}

/// The parameters of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    pub(crate) fields: Map<String, Value>,
    pub(crate) files: HashMap<String, Upload>,
}

impl Params {
    /// Reads a request of any of the four shapes the Bot API takes.
    pub(crate) async fn read(request: Request) -> Result<Self, Refusal> {
        let mut params = Self::default();
        if let Some(query) = request.uri().query() {
            params.add_form(query.as_bytes());
        }
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            params.add_multipart(request).await?;
            return Ok(params);
        }
        let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX)
            .await
            .map_err(|_| Refusal::new(413, "Request Entity Too Large"))?;
        if kind.starts_with("application/json") {
            params.add_json(&body)?;
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            params.add_form(&body);
        }
        Ok(params)
    }

    fn add_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        if body.is_empty() {
            return Ok(());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => self.fields.extend(fields),
            Ok(_) => return Err(Refusal::bad_request("object expected")),
            Err(_) => return Err(Refusal::bad_request("can't parse JSON object")),
        }
        Ok(())
    }

    fn add_form(&mut self, body: &[u8]) {
        for (key, value) in url::form_urlencoded::parse(body) {
            self.fields.insert(key.into_owned(), Value::String(value.into_owned()));
        }
    }

    async fn add_multipart(&mut self, request: Request) -> Result<(), Refusal> {
        let broken = |_| Refusal::bad_request("can't parse multipart/form-data");
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| Refusal::bad_request("can't parse multipart/form-data"))?;
        let mut total = 0;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
            let bytes = part.bytes().await.map_err(broken)?;
            total += bytes.len();
            if total > BODY_BYTES_MAX {
                return Err(Refusal::new(413, "Request Entity Too Large"));
            }
            match file_name {
                Some(file_name) => {
                    self.files.insert(name, Upload { name: file_name, mime, bytes });
                }
                None => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.fields.insert(name, Value::String(text));
                }
            }
        }
        Ok(())
    }

    /// A number, or a text that is one.
    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        match self.fields.get(key)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A text; a number is one too.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        match self.fields.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// `true`, `"true"`, `1`.
    pub(crate) fn flag(&self, key: &str) -> bool {
        match self.fields.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true") || text == "1",
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// An object or array, or a text that holds one as JSON; empty text is nothing.
    pub(crate) fn json(&self, key: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad_request(format!("can't parse {key} JSON object"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// The chat a call is about, when it is given by number.
    pub(crate) fn chat(&self) -> Option<i64> {
        self.int("chat_id")
    }
}
