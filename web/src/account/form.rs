//! Forms: read with a bound, and only from our own pages in the same browser.

use aviso_core::secret::Secret;
use axum::extract::{FromRequest, FromRequestParts, Request};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::visitor::Visitor;
use crate::extract::collected;
use crate::problem::{Code, Problem};
use crate::state::WebState;

const FORM_LEN_MAX: usize = 64 * 1024;
const TOKEN_FIELD: &str = "form_token";

/// The token that a page puts into its forms: made of the browser's and the session's cookie, so
/// that no other site can know it and a log-in makes the old ones worthless.
pub(crate) fn token(web: &WebState, browser: &Secret, session: Option<&Secret>) -> String {
    let session = session.map(Secret::expose).unwrap_or_default();
    web.keyring.fingerprint("form", &format!("{}\n{session}", browser.expose()))
}

/// Who sends a form, and what is in it. Absent fields are empty.
#[derive(Debug)]
pub(crate) struct PageForm<T>(pub(crate) Visitor, pub(crate) T);

impl<T: DeserializeOwned> FromRequest<WebState> for PageForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, web).await?;
        let bytes = collected(body, FORM_LEN_MAX).await?;
        let mut fields: Map<String, Value> = form_urlencoded::parse(&bytes)
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
        let given = fields.remove(TOKEN_FIELD);
        let given = given.as_ref().and_then(Value::as_str).unwrap_or_default();
        if !Secret::new(visitor.form_token.as_str()).matches(given) {
            return Err(Problem::new(Code::FormForged, "the form has no token of this browser; open the page again"));
        }
        let form = serde_json::from_value(Value::Object(fields))
            .map_err(|_| Problem::new(Code::FieldInvalid, "the form has a field of the wrong type"))?;
        Ok(Self(visitor, form))
    }
}

/// A form with nothing but its button.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct NoFields {}
