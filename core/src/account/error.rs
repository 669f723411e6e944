//! What can go wrong with an account.

use crate::secret::KeyError;
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
    /// A code of an authenticator, or a recovery code, is wrong, used, or given too often.
    #[error("the code is wrong or was used before")]
    CodeWrong,
    /// One of the last three passwords.
    #[error("the password was used before")]
    PasswordUsed,
    /// The password and the financial password would be the same.
    #[error("the password and the financial password have to differ")]
    SamePassword,
    /// The account has no financial password.
    #[error("there is no financial password yet")]
    FinancialMissing,
    /// The financial password is wrong.
    #[error("the financial password is wrong")]
    FinancialWrong,
    /// There were too many wrong ones: none is taken for a while.
    #[error("no financial password is taken for a quarter of an hour")]
    FinancialRests,
    /// Without Telegram nothing would be left to log in with.
    #[error("a password and a confirmed e-mail have to be left to log in with")]
    LastWayIn,
    /// The e-mail has to be confirmed first.
    #[error("the e-mail is not confirmed")]
    EmailUnconfirmed,
    /// No account is connected to this Telegram.
    #[error("no account is connected to this Telegram account")]
    TelegramUnknown,
    /// Hashing failed: no memory.
    #[error("the password could not be hashed")]
    Hashing,
    /// Something sealed does not open: a master key is missing from the configuration.
    #[error("something sealed cannot be opened: a master key is missing from the configuration")]
    Seal(#[from] KeyError),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
