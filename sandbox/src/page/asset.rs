//! The page's files, inside the executable.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const ICON: &str = "image/svg+xml";

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> axum::Router<S> {
    axum::Router::new()
        .route("/", file(HTML, include_str!("assets/index.html")))
        .route("/style.css", file(STYLE, include_str!("assets/style.css")))
        .route("/layout.css", file(STYLE, include_str!("assets/layout.css")))
        .route("/icon.svg", file(ICON, include_str!("assets/icon.svg")))
        .route("/app.js", file(SCRIPT, include_str!("assets/app.js")))
        .route("/element.js", file(SCRIPT, include_str!("assets/element.js")))
        .route("/chat.js", file(SCRIPT, include_str!("assets/chat.js")))
        .route("/mail.js", file(SCRIPT, include_str!("assets/mail.js")))
        .route("/shop.js", file(SCRIPT, include_str!("assets/shop.js")))
        .route("/steps.js", file(SCRIPT, include_str!("assets/steps.js")))
}

fn file<S: Clone + Send + Sync + 'static>(kind: &'static str, text: &'static str) -> axum::routing::MethodRouter<S> {
    get(async move || -> Response { ([(CONTENT_TYPE, kind)], text).into_response() })
}
