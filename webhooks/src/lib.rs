//! Signed callbacks out, after the Standard Webhooks specification 1.0.0.
//!
//! [`channel`] is the door for core's delivery mechanism; [`endpoint_url`] is for whoever registers an
//! endpoint; [`sign`] makes its secrets. The crate decides about one attempt only: when to try again,
//! when an endpoint is unhealthy and what is written down is core's.

pub mod address;
pub mod asymmetric;
pub mod channel;
pub mod client;
pub mod directory;
pub mod endpoint_url;
pub mod header;
pub mod sign;

mod body;
mod courier;
mod resolver;
mod retry_after;
