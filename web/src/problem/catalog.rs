//! The page that the `type` of each problem leads to: every code with its status and title.

use std::fmt::Write;

use axum::response::Html;

use super::Code;

/// `GET /docs/errors`
pub(crate) async fn show() -> Html<String> {
    let mut rows = String::new();
    for code in Code::ALL {
        let (name, status) = (code.as_str(), code.status().as_u16());
        // Writing to a text cannot fail; titles and names are constants without markup.
        let _ = write!(
            rows,
            "<tr id=\"{name}\"><td><code>{name}</code></td><td>{status}</td><td>{}</td></tr>",
            code.title()
        );
    }
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Errors of the Aviso API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"></head><body><h1>Errors of the API</h1>\
         <table><thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Status</th><th scope=\"col\">Meaning</th></tr>\
         </thead><tbody>{rows}</tbody></table></body></html>"
    ))
}
