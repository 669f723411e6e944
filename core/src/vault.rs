//! The vault: cards that buyers agreed to leave with a merchant for later payments.
//!
//! A card is sealed under a data key of its merchant, and the data key under the install's master
//! key; so changing the master key touches a row a merchant, not a row a card. The security code is
//! in none of it. [`Vault`] is the service; what payments do with saved cards is in [`keep`].

pub mod card;
pub mod customer;
mod expiry;
pub(crate) mod keep;
pub(crate) mod key;
pub(crate) mod published;
mod reseal;
mod service;

pub use keep::Saving;
pub(crate) use key::DataKey;
pub use published::{mandate_document, saved_card_document};
pub use reseal::{KeyReport, Reseal};
pub use service::{Vault, VaultError, VaultSettings, adopt_lookup_key};

#[cfg(test)]
mod tests;
