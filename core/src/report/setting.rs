//! What a merchant wants of reports: its time zone, and who gets the daily registry.

use crate::account::email::EmailAddress;
use crate::audit::{self, Actor};
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::preference::TimeZone;
use crate::report::Reports;
use crate::store::{StoreError, merchant as merchants, report::setting as rows};

/// Addresses that get a registry at most.
const RECIPIENTS_MAX: usize = 10;

/// What a merchant wants of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Whose days and hours reports show.
    pub time_zone: TimeZone,
    /// Who gets the registry of each day; nobody unless set.
    pub recipients: Vec<String>,
    /// Which world the registry is of.
    pub mode: Mode,
}

impl Default for Setting {
    fn default() -> Self {
        Self { time_zone: TimeZone::default(), recipients: Vec::new(), mode: Mode::Live }
    }
}

/// Why a setting was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// No such merchant.
    #[error("there is no merchant {0}")]
    NotFound(MerchantId),
    /// Too many addresses.
    #[error("a registry goes to at most {RECIPIENTS_MAX} addresses")]
    TooMany,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Setting {
    fn words(&self) -> String {
        let to = if self.recipients.is_empty() { "nobody".to_owned() } else { self.recipients.join(" ") };
        format!("{}, {} registry to {to}", self.time_zone, self.mode.as_str())
    }
}

impl Reports {
    /// What a merchant wants.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn setting(&self, merchant: MerchantId) -> Result<Setting, StoreError> {
        rows::of(self.store.reader(), merchant).await
    }

    /// Changes it, whole.
    ///
    /// # Errors
    ///
    /// [`SettingError`].
    pub async fn set(
        &self,
        actor: Actor,
        merchant: MerchantId,
        time_zone: TimeZone,
        recipients: &[EmailAddress],
        mode: Mode,
    ) -> Result<Setting, SettingError> {
        if recipients.len() > RECIPIENTS_MAX {
            return Err(SettingError::TooMany);
        }
        let mut recipients: Vec<String> = recipients.iter().map(|email| email.normal().to_owned()).collect();
        recipients.sort();
        recipients.dedup();
        let setting = Setting { time_zone, recipients, mode };
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                if !merchants::lock(tx, merchant).await? {
                    return Err(SettingError::NotFound(merchant));
                }
                let before = rows::of(tx.conn(), merchant).await?;
                rows::put(tx, merchant, &setting, now).await?;
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "reports.set",
                    subject: merchant.to_string(),
                    before: before.words(),
                    after: setting.words(),
                    reason: String::new(),
                };
                audit::record(tx, &row, now).await?;
                Ok(setting.clone())
            })
            .await
    }
}
