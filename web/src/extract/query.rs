//! Parameters of the query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::problem::{Code, Problem};
use crate::state::WebState;

/// The query as a struct of optional texts. Unknown and doubled parameters are refused.
#[derive(Debug)]
pub(crate) struct ApiQuery<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<WebState> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, Problem> {
        let mut given = Map::new();
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if given.insert(name.clone().into_owned(), Value::String(value.into_owned())).is_some() {
                return Err(Problem::new(Code::QueryInvalid, "the parameter is given twice").at(name));
            }
        }
        serde_path_to_error::deserialize(Value::Object(given)).map(Self).map_err(|error| {
            let param = error.path().to_string();
            Problem::new(Code::QueryInvalid, error.into_inner().to_string()).at(param)
        })
    }
}
