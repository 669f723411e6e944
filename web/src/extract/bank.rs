//! Who asks: the bank whose API key came along. Its keys open its own addresses, and merchants' keys do not.

use std::net::IpAddr;

use aviso_core::issuing::BankScope;
use aviso_core::secret::Secret;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::merchant::{bearer, missing, refused};
use crate::limit::{Standing, caller};
use crate::problem::Problem;
use crate::state::WebState;

/// The bank's world that the request's API key opens.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatedBank(pub(crate) BankScope);

/// Lets only requests with a valid key of a bank pass, and each key only so often.
pub(crate) async fn guard_bank(State(web): State<WebState>, mut request: Request, next: Next) -> Response {
    let address = caller(request.headers(), request.extensions(), web.config.trusted_proxies);
    match admit(&web, bearer(request.headers()), address).await {
        Ok((scope, standing)) => {
            request.extensions_mut().insert(AuthenticatedBank(scope));
            let mut response = next.run(request).await;
            response.headers_mut().extend(standing.headers());
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(
    web: &WebState,
    key: Result<Secret, Problem>,
    address: IpAddr,
) -> Result<(BankScope, Standing), Problem> {
    let scope = match key {
        Ok(key) => web.issuing.authenticate(&key).await?.ok_or_else(refused),
        Err(problem) => Err(problem),
    };
    match scope {
        Ok(scope) => {
            let standing = web.limiters().api_key.check(&scope.key_id)?;
            Ok((scope, standing))
        }
        // Guessing is slowed down by address; a valid key from the same address is not.
        Err(problem) => {
            web.limiters().anonymous.check(&address)?;
            Err(problem)
        }
    }
}

impl FromRequestParts<WebState> for AuthenticatedBank {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
