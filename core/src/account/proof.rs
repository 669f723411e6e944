//! Log-in by something that Telegram signed: its log-in widget or a Mini App. The edge checks the signature,
//! since only it knows the bot's token; here it counts once, and only for a Telegram that is connected.

use crate::account::entry::{Entered, Visit};
use crate::account::{AccountError, Accounts, TelegramUser};
use crate::clock::Timestamp;
use crate::id::AccountId;
use crate::store::{account as rows, telegram_proof as proofs};

/// What Telegram signed, after its signature was checked.
#[derive(Debug, Clone)]
pub struct TelegramProof {
    /// Who.
    pub user: TelegramUser,
    /// The signature: by it a second use is known.
    pub hash: String,
    /// Until when it would be believed.
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Logs in whom Telegram named. Once.
    ///
    /// # Errors
    ///
    /// [`AccountError::LinkInvalid`] when it was used or is too old, [`AccountError::TelegramUnknown`] when no
    /// account is connected.
    pub async fn log_in_by_telegram(&self, proof: &TelegramProof, visit: Visit<'_>) -> Result<Entered, AccountError> {
        let now = self.clock.now();
        let user = &proof.user;
        self.store
            .write(async |tx| {
                let known = rows::by_telegram(tx.conn(), user.id).await?.ok_or(AccountError::TelegramUnknown)?;
                let account: AccountId = known.id;
                if now >= proof.expires_at || !proofs::take(tx, &proof.hash, proof.expires_at, now).await? {
                    return Err(AccountError::LinkInvalid);
                }
                rows::lock(tx, account).await?.ok_or(AccountError::TelegramUnknown)?;
                rows::see_telegram(tx, user, user.username_ci().as_deref(), now).await?;
                Ok(self.admit(tx, account, visit, now).await?)
            })
            .await
    }
}
