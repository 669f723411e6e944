//! Lists, newest first, a page at a time.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Code, Problem};

const LIMIT_MAX: u64 = 100;
const LIMIT_DEFAULT: u64 = 20;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// Always `list`.
    #[schema(example = "list")]
    object: &'static str,
    /// The entries.
    data: Vec<T>,
    /// Whether older ones follow: ask again with `starting_after` set to the last id.
    has_more: bool,
}

impl<T> List<T> {
    pub(super) const fn new(data: Vec<T>, has_more: bool) -> Self {
        Self { object: "list", data, has_more }
    }
}

/// Which page of a list, where nothing else is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
}

impl PageQuery {
    /// The last id of the page before, and how many entries are asked for.
    pub(super) fn checked<T: FromStr>(&self) -> Result<(Option<T>, u64), Problem>
    where
        T::Err: Display,
    {
        let limit = limit(self.limit.as_deref())?;
        Ok((parameter(self.starting_after.as_deref(), "starting_after")?, limit))
    }
}

/// How many entries are asked for.
pub(super) fn limit(text: Option<&str>) -> Result<u64, Problem> {
    let Some(text) = text else { return Ok(LIMIT_DEFAULT) };
    let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| Problem::new(Code::QueryInvalid, "a limit is a number from 1 to 100").at("limit"))
}

/// A parameter that is read from its text, such as an id.
pub(super) fn parameter<T: FromStr>(text: Option<&str>, name: &str) -> Result<Option<T>, Problem>
where
    T::Err: Display,
{
    text.map(str::parse).transpose().map_err(|error: T::Err| wrong(error, name))
}

/// A parameter that is one of a set of names.
pub(super) fn named<T>(text: Option<&str>, find: fn(&str) -> Option<T>, name: &str) -> Result<Option<T>, Problem> {
    text.map(|text| find(text).ok_or_else(|| wrong("there is no such value", name))).transpose()
}

fn wrong(detail: impl Display, name: &str) -> Problem {
    Problem::new(Code::QueryInvalid, detail.to_string()).at(name)
}
