//! Who may talk to the page: a browser on this machine that has this very page open.
//!
//! Without it any site open in the same browser could press buttons here (a form to `127.0.0.1`) or
//! read the chats (a name that is rebound to `127.0.0.1`).

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Refuses strangers and puts the security headers on every answer that has none of its own.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let mut response = if is_ours(request.method(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this page is for a browser on this machine only").into_response()
    };
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn is_ours(method: &Method, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(name, "127.0.0.1" | "localhost" | "[::1]") {
        return false;
    }
    let same_origin = headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == format!("http://{host}").as_bytes());
    *method == Method::GET || same_origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        is_ours(&method, &headers)
    }

    #[test]
    fn only_this_machine_and_this_page() {
        assert!(asked(Method::GET, "127.0.0.1:8080", None));
        assert!(asked(Method::POST, "localhost:8080", Some("http://localhost:8080")));
        assert!(!asked(Method::GET, "evil.test:8080", None));
        assert!(!asked(Method::POST, "127.0.0.1:8080", Some("http://evil.test")));
        assert!(!asked(Method::POST, "127.0.0.1:8080", Some("http://127.0.0.1:9")));
    }
}
