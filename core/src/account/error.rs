//! What can go wrong with an account.

use crate::store::StoreError;

/// Why an account was not created, bound or entered.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The link is unknown, used, denied or too old. One answer for all, so that nobody learns which.
    #[error("the link has expired or was already used")]
    LinkInvalid,
    /// Name or password is wrong, or there is no such account. One answer for all.
    #[error("the name or the password is wrong")]
    Credentials,
    /// The Telegram identity belongs to another account.
    #[error("this Telegram account is already connected to another account")]
    TelegramTaken,
    /// The account has another Telegram identity.
    #[error("the account is already connected to another Telegram account")]
    AccountBound,
    /// Hashing failed: no memory.
    #[error("the password could not be hashed")]
    Hashing,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
