//! Who asks: the merchant whose API key came along.

use std::net::IpAddr;

use aviso_core::id::KeyId;
use aviso_core::merchant::Scope;
use aviso_core::secret::Secret;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::limit::{Standing, caller};
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// The merchant's world that the request's API key opens.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatedMerchant(pub(crate) Scope);

/// Lets only requests with a valid API key pass, and each key only so often.
pub(crate) async fn guard(State(web): State<WebState>, mut request: Request, next: Next) -> Response {
    let address = caller(request.headers(), request.extensions(), web.config.trusted_proxies);
    let key = bearer(request.headers());
    match admit(&web, key, address).await {
        Ok((scope, standing)) => {
            request.extensions_mut().insert(AuthenticatedMerchant(scope));
            let mut response = next.run(request).await;
            response.headers_mut().extend(standing.headers());
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(web: &WebState, key: Result<Secret, Problem>, address: IpAddr) -> Result<(Scope, Standing), Problem> {
    let scope = match key {
        Ok(key) => web.merchants.authenticate(&key).await?.ok_or_else(refused),
        Err(problem) => Err(problem),
    };
    match scope {
        Ok(scope) => {
            let key: KeyId = scope.key_id.ok_or_else(refused)?;
            let standing = web.limiters().api_key.check(&key)?;
            Ok((scope, standing))
        }
        // Guessing is slowed down by address; a valid key from the same address is not.
        Err(problem) => {
            web.limiters().anonymous.check(&address)?;
            Err(problem)
        }
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Result<Secret, Problem> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next().ok_or_else(missing)?;
    if lines.next().is_some() {
        return Err(refused());
    }
    let text = line.to_str().map_err(|_| refused())?;
    let (scheme, key) = text.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Secret::new(key.trim())) } else { Err(missing()) }
}

pub(super) fn missing() -> Problem {
    Problem::new(
        Code::ApiKeyMissing,
        "send `Authorization: Bearer` with your API key: `sk_test_…` or `sk_live_…`, a bank `bk_test_…` or `bk_live_…`",
    )
    .at("Authorization")
    .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"aviso\""))
}

pub(super) fn refused() -> Problem {
    const CHALLENGE: &str = "Bearer realm=\"aviso\", error=\"invalid_token\"";
    Problem::new(Code::ApiKeyInvalid, "this API key is not known here, or was revoked")
        .at("Authorization")
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE))
}

impl FromRequestParts<WebState> for AuthenticatedMerchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
