//! From what was sent to what is trusted: each refusal names its field.

use std::fmt::Display;

use crate::problem::{Code, Problem};

/// A field that must be there.
pub(super) fn required<T>(value: Option<T>, pointer: &str) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::new(Code::FieldMissing, "the field must be there").at(pointer))
}

/// A field's value as the core checked it.
pub(super) fn checked<T, E: Display>(result: Result<T, E>, pointer: &str) -> Result<T, Problem> {
    result.map_err(|error| invalid(error, pointer))
}

/// A field whose value will not do.
pub(super) fn invalid(detail: impl Display, pointer: &str) -> Problem {
    Problem::new(Code::FieldInvalid, detail.to_string()).at(pointer)
}

/// How many minor units, if any were given.
pub(super) fn minor(amount: Option<i64>, pointer: &str) -> Result<Option<i64>, Problem> {
    match amount {
        Some(amount) if amount <= 0 => Err(invalid("an amount is a whole number of minor units above 0", pointer)),
        Some(_) | None => Ok(amount),
    }
}
