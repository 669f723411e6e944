//! What an install asks of merchants before they take real money.

use std::path::PathBuf;
use std::time::Duration;

use aviso_core::money::{Currency, Money};
use aviso_core::onboarding::{Contract, Terms};
use serde::Deserialize;

use super::{Config, ConfigError};

/// The text that comes with the software, until the operator has their own.
const SAMPLE_CONTRACT: &str = include_str!("../onboarding/contract.txt");
/// Longer texts than this are no contract but a mistaken file.
const CONTRACT_LEN_MAX: usize = 256 * 1024;

/// How shops become merchants.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OnboardingConfig {
    /// How many hours a trial lasts.
    pub trial_hours: u32,
    /// What connecting costs, in minor units of `fee_currency`; 0 asks for nothing.
    pub fee: i64,
    /// The currency of the fee, ISO 4217.
    pub fee_currency: String,
    /// What this version of the contract is called.
    pub contract_version: String,
    /// A file with the contract, plain text. Without it a sample is shown.
    pub contract_file: Option<PathBuf>,
}

impl Default for OnboardingConfig {
    fn default() -> Self {
        Self {
            trial_hours: 24,
            fee: 295_000,
            fee_currency: "RUB".to_owned(),
            contract_version: "sample".to_owned(),
            contract_file: None,
        }
    }
}

impl OnboardingConfig {
    /// The connection fee, when there is one.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Value`].
    fn money(&self) -> Result<Option<Money>, ConfigError> {
        let refuse = |key, value: String, expected| ConfigError::Value { key, value, expected };
        let expected = "an ISO 4217 code such as RUB";
        let currency: Currency = self
            .fee_currency
            .parse()
            .map_err(|_| refuse("onboarding.fee_currency", self.fee_currency.clone(), expected))?;
        if self.fee == 0 {
            return Ok(None);
        }
        let expected = "0 or more minor units, such as 295000";
        let money = Money::new(self.fee, currency).ok().filter(|money| money.minor() > 0);
        money.map(Some).ok_or_else(|| refuse("onboarding.fee", self.fee.to_string(), expected))
    }

    /// Checks what types alone cannot say.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Value`].
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |key, value: String, expected| Err(ConfigError::Value { key, value, expected });
        if !(1..=24 * 90).contains(&self.trial_hours) {
            return refuse("onboarding.trial_hours", self.trial_hours.to_string(), "1 to 2160 hours");
        }
        let version = &self.contract_version;
        if version.trim().is_empty() || version.chars().count() > 64 || version.chars().any(char::is_control) {
            return refuse("onboarding.contract_version", version.clone(), "1 to 64 characters on one line");
        }
        self.money().map(|_| ())
    }
}

impl Config {
    /// What merchants are asked for; `acquirers` are those to choose from.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the contract cannot be read.
    pub fn onboarding_terms(&self, acquirers: Vec<String>) -> Result<Terms, ConfigError> {
        let onboarding = &self.onboarding;
        let text = match &onboarding.contract_file {
            None => SAMPLE_CONTRACT.to_owned(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError::File { path: path.clone(), reason: error.to_string() })?,
        };
        if text.trim().is_empty() || text.len() > CONTRACT_LEN_MAX {
            return Err(ConfigError::Value {
                key: "onboarding.contract_file",
                value: format!("{} bytes", text.len()),
                expected: "a plain text of at most 256 KiB",
            });
        }
        Ok(Terms {
            trial: Duration::from_secs(u64::from(onboarding.trial_hours) * 3_600),
            contract: Contract { version: onboarding.contract_version.clone(), text },
            fee: onboarding.money()?,
            acquirers,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_ask_for_a_fee_and_show_the_sample() {
        let terms = Config::default().onboarding_terms(vec!["sandbox".to_owned()]).unwrap();
        assert_eq!(terms.fee.unwrap().to_string(), "2950.00 RUB");
        assert!(terms.contract.text.starts_with("SAMPLE"));
    }

    #[test]
    fn what_will_not_do_is_named() {
        let key = |change: fn(&mut OnboardingConfig)| {
            let mut config = OnboardingConfig::default();
            change(&mut config);
            match config.check() {
                Err(ConfigError::Value { key, .. }) => Some(key),
                Err(ConfigError::Shape(_) | ConfigError::File { .. }) | Ok(()) => None,
            }
        };
        assert_eq!(key(|_| {}), None);
        assert_eq!(key(|config| config.trial_hours = 0), Some("onboarding.trial_hours"));
        assert_eq!(key(|config| config.fee = -1), Some("onboarding.fee"));
        assert_eq!(key(|config| config.fee_currency = "XX".to_owned()), Some("onboarding.fee_currency"));
        assert_eq!(key(|config| config.contract_version = String::new()), Some("onboarding.contract_version"));
    }
}
