//! Mail: from a letter to signed bytes, and from bytes to a relay or a folder.

pub mod config;

pub(crate) mod dkim;
pub(crate) mod folder;
pub(crate) mod message;
pub(crate) mod relay;
pub(crate) mod return_path;
pub(crate) mod transport;
pub(crate) mod verdict;

#[cfg(test)]
pub(crate) mod sink;
