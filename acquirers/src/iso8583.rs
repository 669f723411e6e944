//! A bank behind a host link: ISO 8583:1987 over TCP, one connection for hundreds of messages at a time.
//!
//! The link keeps nothing on disk. What was sent is stored by core before it is sent, and core asks
//! about it until there is an outcome: an authorization or refund without answer is reversed (0420,
//! repeated as 0421) until the bank acknowledges it (0430); a capture or void is repeated (0221, 0401).

pub mod codec;
pub mod dictionary;
pub mod mac;
pub mod message;
pub mod mti;
pub mod private;
pub mod profile;
pub mod settings;

mod acquirer;
mod answer;
mod bitmap;
mod compose;
mod connection;
mod flight;
mod framing;
mod link;
mod response_code;
mod tls;

pub use acquirer::Iso8583;
pub use tls::TlsError;
