//! Who looks at a page: a browser, perhaps logged in, with a language.

use aviso_core::account::{Account, Session, Visit};
use aviso_core::language::Language;
use aviso_core::secret::{Secret, random_token};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

use super::words::{self, Words};
use super::{cookie, form};
use crate::problem::Problem;
use crate::state::WebState;

/// The browser's own secret, from its cookie or new.
#[derive(Debug, Clone)]
struct Browser(Secret);

/// Gives each browser its secret before the page needs it, and keeps the language that it asks for.
pub(crate) async fn meet(State(web): State<WebState>, mut request: Request, next: Next) -> Response {
    let known =
        cookie::get(&web.config, request.headers(), cookie::BROWSER).filter(|secret| secret.expose().len() == 43);
    let language = words::asked(request.uri());
    let browser = known.clone().unwrap_or_else(random_token);
    request.extensions_mut().insert(Browser(browser.clone()));
    let mut response = next.run(request).await;
    if known.is_none() {
        let value = cookie::set(&web.config, cookie::BROWSER, browser.expose());
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    if let Some(language) = language {
        let value = cookie::set(&web.config, cookie::LANGUAGE, language.code());
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Who looks at a page.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// The browser's secret.
    pub(crate) browser: Secret,
    /// The session and its account, when logged in.
    pub(crate) login: Option<(Session, Account)>,
    /// How many items in their inbox are unread.
    pub(crate) unread: u64,
    /// The language to write in: the account's, else the browser's.
    pub(crate) language: Language,
    /// What the browser calls itself.
    pub(crate) device: String,
    /// The token of every form on the page.
    pub(crate) form_token: String,
    /// The request's cookies and the rest.
    pub(crate) headers: HeaderMap,
}

impl Visitor {
    /// The browser, as core lets it in.
    pub(crate) fn visit(&self) -> Visit<'_> {
        Visit { browser: &self.browser, device: &self.device }
    }

    /// The texts in the visitor's language.
    pub(crate) const fn words(&self) -> Words {
        Words(self.language)
    }
}

impl FromRequestParts<WebState> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, Problem> {
        let browser = parts.extensions.get::<Browser>().map_or_else(random_token, |browser| browser.0.clone());
        let session = cookie::get(&web.config, &parts.headers, cookie::SESSION);
        let login = match &session {
            Some(token) => web.accounts.by_session(token).await?,
            None => None,
        };
        let unread = match &login {
            Some((_, account)) => web.inbox.unread(account.id).await?,
            None => 0,
        };
        let language = match &login {
            Some((_, account)) => account.language,
            None => words::preferred(&parts.uri, &parts.headers),
        };
        let device = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            form_token: form::token(web, &browser, session.as_ref()),
            browser,
            login,
            unread,
            language,
            device: device.to_owned(),
            headers: parts.headers.clone(),
        })
    }
}
