//! Ids in the path.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::problem::{Code, Problem};
use crate::state::WebState;

/// An id from the path.
#[derive(Debug)]
pub(crate) struct ApiPath<T>(pub(crate) T);

impl<T> FromRequestParts<WebState> for ApiPath<T>
where
    T: FromStr,
    T::Err: Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.map_err(|_| unreadable())?;
        parsed(&text.0, "id").map(Self)
    }
}

/// Two ids from the path: a thing, and something that belongs to it.
#[derive(Debug)]
pub(crate) struct ApiPathPair<A, B>(pub(crate) A, pub(crate) B);

impl<A, B> FromRequestParts<WebState> for ApiPathPair<A, B>
where
    A: FromStr,
    A::Err: Display,
    B: FromStr,
    B::Err: Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Problem> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await.map_err(|_| unreadable())?;
        let (first, second) = texts.0;
        Ok(Self(parsed(&first, "id")?, parsed(&second, "delivery")?))
    }
}

fn parsed<T: FromStr>(text: &str, name: &str) -> Result<T, Problem>
where
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| Problem::new(Code::IdInvalid, error.to_string()).at(name))
}

fn unreadable() -> Problem {
    Problem::new(Code::IdInvalid, "the path is not UTF-8").at("id")
}
