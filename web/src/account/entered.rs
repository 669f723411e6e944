//! What a browser gets that was let in, or that has to give a code first.

use aviso_core::account::Entered;
use aviso_core::secret::Secret;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::cookie;
use crate::state::WebState;

/// Where the browser goes, and the cookie that it takes along.
pub(super) fn next(web: &WebState, entered: &Entered) -> (&'static str, HeaderValue) {
    match entered {
        Entered::In(session) => ("/account", session_cookie(web, &session.token)),
        Entered::CodeNeeded(link) => ("/login/code", cookie::set(&web.config, cookie::CODE, &link.to_string())),
    }
}

/// The cookie of a session.
pub(super) fn session_cookie(web: &WebState, token: &Secret) -> HeaderValue {
    cookie::set(&web.config, cookie::SESSION, token.expose())
}

/// Sends the browser on.
pub(super) fn answer(web: &WebState, entered: Entered) -> Response {
    let (next, cookie) = next(web, &entered);
    ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}
