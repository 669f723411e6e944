//! The API for merchants, and its description.

pub(crate) mod openapi;
pub(crate) mod v1;
