//! What handlers take from a request. Each refuses with a problem that names what is wrong.

mod bank;
mod body;
mod key;
mod merchant;
mod once;
mod path;
mod query;

pub(crate) use bank::{AuthenticatedBank, guard_bank};
pub(crate) use body::{ApiJson, JsonBody, collected};
pub(crate) use merchant::{AuthenticatedMerchant, guard};
pub(crate) use once::{Once, Outcome};
pub(crate) use path::{ApiPath, ApiPathPair};
pub(crate) use query::ApiQuery;
