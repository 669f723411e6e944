//! What the pages of the issuer and the wallet share: language, style sheet, headers, answers.

mod words;

use std::fmt;

use askama::Template;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

pub(super) use words::Words;

/// A language that the pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    En,
    /// Spanish.
    Es,
    /// Russian.
    Ru,
}

impl Tongue {
    pub(super) const ALL: [Self; 3] = [Self::En, Self::Es, Self::Ru];

    /// The code: `en`, `es`, `ru`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Ru => "ru",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Español",
            Self::Ru => "Русский",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tongue| tongue.code() == code)
    }

    /// What the address asks for, else the first of the browser's languages that is spoken here.
    pub(super) fn of(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = || {
            let line = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            line.split(',').find_map(|tag| Self::from_code(tag.trim().get(..2)?))
        };
        asked.and_then(Self::from_code).or_else(accepted).unwrap_or(Self::En)
    }
}

/// `?lang=es`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct LanguageQuery {
    pub(super) lang: Option<String>,
}

/// Why a page cannot be shown: the books behind it cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PageFault(String);

impl PageFault {
    /// A fault with its reason.
    #[must_use]
    pub fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// No script; styles from here. A form may lead to the shop's own site by redirects, so that
/// `form-action` cannot be narrowed.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => guarded((status, Html(text)).into_response()),
        Err(error) => failed(&PageFault::new(error)),
    }
}

/// Sends the browser elsewhere, to be read with GET.
pub(super) fn go(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(value) => guarded((StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response()),
        Err(error) => failed(&PageFault::new(error)),
    }
}

/// There is no such page.
pub(super) fn missing() -> Response {
    guarded((StatusCode::NOT_FOUND, "There is no such page.").into_response())
}

pub(super) fn failed(fault: &PageFault) -> Response {
    tracing::error!(%fault, "a page of the sandbox cannot be shown");
    guarded((StatusCode::SERVICE_UNAVAILABLE, "Not possible now. Try again shortly.").into_response())
}

/// The style sheet of both pages.
pub(super) async fn style() -> Response {
    let mut response = include_str!("buyer_page/style.css").into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_decides_the_language_then_the_browser() {
        let mut headers = HeaderMap::new();
        assert_eq!(Tongue::of(None, &headers), Tongue::En);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("de-DE, ru;q=0.8, es;q=0.5"));
        assert_eq!(Tongue::of(None, &headers), Tongue::Ru);
        assert_eq!(Tongue::of(Some("es"), &headers), Tongue::Es);
        assert_eq!(Tongue::of(Some("xx"), &headers), Tongue::Ru);
    }
}
