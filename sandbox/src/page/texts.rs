//! Every letter and every notice with sample data, in each language: one page to read them on.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::server::{Desk, MAIL_POLICY};

/// A letter or a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleText {
    /// What it tells of: `payment.captured`.
    pub event: String,
    /// Who reads it: `buyer` or `staff`.
    pub reader: String,
    /// The language's code.
    pub language: String,
    /// Whether it is of the test world.
    pub test: bool,
    /// What it looks like.
    pub body: SampleBody,
}

/// What a text looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SampleBody {
    /// A letter.
    Mail {
        /// Its subject.
        subject: String,
        /// The plain part.
        text: String,
        /// The HTML part.
        html: String,
    },
    /// A message in a chat.
    Chat {
        /// Telegram's HTML: a few tags, everything else escaped.
        html: String,
        /// The labels of its buttons.
        buttons: Vec<String>,
    },
}

pub(crate) fn router() -> Router<Desk> {
    Router::new().route("/texts", get(list)).route("/texts/{number}/html", get(letter))
}

async fn list(State(desk): State<Desk>) -> Html<String> {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>Every text</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body><main><h1>Every text</h1>\
         <p>Letters and notices with sample data, in each language. <a href=\"/\">Back</a></p>",
    );
    let mut heading = String::new();
    for (number, text) in desk.config.texts.iter().enumerate() {
        if text.event != heading {
            heading.clone_from(&text.event);
            page.push_str(&format!("<h2 id=\"{0}\">{0}</h2>", escaped(&heading)));
        }
        page.push_str(&entry(number, text));
    }
    page.push_str("</main></body></html>");
    Html(page)
}

fn entry(number: usize, text: &SampleText) -> String {
    let mode = if text.test { "test" } else { "live" };
    let about = format!("{} · {} · {mode}", escaped(&text.language), escaped(&text.reader));
    match &text.body {
        SampleBody::Mail { subject, text: plain, .. } => format!(
            "<details data-testid=\"text\"><summary>mail · {about} · <b>{}</b></summary>\
             <p><a href=\"/texts/{number}/html\">as HTML</a></p><pre>{}</pre></details>",
            escaped(subject),
            escaped(plain),
        ),
        SampleBody::Chat { html, buttons } => {
            let labels: Vec<String> = buttons.iter().map(|label| format!("[{}]", escaped(label))).collect();
            format!(
                "<details data-testid=\"text\"><summary>chat · {about}</summary><p>{}</p><p>{}</p></details>",
                html.replace('\n', "<br>"),
                labels.join(" "),
            )
        }
    }
}

async fn letter(State(desk): State<Desk>, Path(number): Path<usize>) -> Response {
    match desk.config.texts.get(number).map(|text| &text.body) {
        Some(SampleBody::Mail { html, .. }) => {
            ([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html.clone())).into_response()
        }
        Some(SampleBody::Chat { .. }) | None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
