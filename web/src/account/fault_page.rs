//! A problem as a page, in the language of the person who asked.

use askama::Template;
use axum::http::{HeaderMap, Uri, header};

use super::page::{Frame, NoticePage};
use super::words::{self, Words};
use crate::problem::{Code, Problem};
use crate::request_id::RequestId;

const FOR_PROGRAMS: [&str; 6] = ["/v1/", "/callbacks/", "/openapi.json", "/livez", "/readyz", "/metrics"];

/// A person at a browser.
#[derive(Debug)]
pub(crate) struct Reader(Words);

impl Reader {
    /// The person behind a request, if it is not a program's.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let wants_page = headers
            .get_all(header::ACCEPT)
            .iter()
            .any(|line| line.to_str().is_ok_and(|line| line.contains("text/html")));
        let for_programs = FOR_PROGRAMS.iter().any(|prefix| uri.path().starts_with(prefix));
        (wants_page && !for_programs).then(|| Self(Words(words::preferred(uri, headers))))
    }

    /// The page.
    pub(crate) fn page(&self, problem: &Problem, request: &RequestId) -> String {
        let Self(words) = self;
        let id = text_id(problem);
        let page = NoticePage {
            frame: Frame::plain(*words, words.say(&format!("{id}-title"))),
            text: format!("{} {}", words.say(id), words.tell("fault-request", &[("code", request.as_str())])),
            next: Some(("/", words.say("go-home"))),
        };
        page.render().unwrap_or_else(|_| problem.body(request))
    }
}

fn text_id(problem: &Problem) -> &'static str {
    match problem.code() {
        Code::RightMissing => return "fault-right",
        Code::LastKeeper => return "fault-keeper",
        Code::LinkInvalid => return "fault-link",
        Code::OrderForged => return "fault-order",
        Code::OrderLate => return "fault-late",
        Code::OrderRefTaken => return "fault-taken",
        _ => {}
    }
    if matches!(problem.code(), Code::TelegramForged | Code::TelegramUnknown) {
        return "fault-signed";
    }
    if matches!(problem.code(), Code::LastWayIn | Code::EmailUnconfirmed) {
        return "fault-conflict";
    }
    match problem.status().as_u16() {
        403 => "fault-form",
        404 | 405 => "fault-missing",
        409 => "fault-telegram",
        429 => "fault-often",
        400..=499 => "fault-request-wrong",
        503 => "fault-busy",
        _ => "fault-ours",
    }
}
