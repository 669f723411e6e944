//! What the configuration may be, beyond what types alone can say.

use std::collections::BTreeSet;

use aviso_acquirers::sandbox_wallet;
use aviso_core::secret::Secret;

use super::{Config, ConfigError, TelegramMode};

impl Config {
    /// Checks what types alone cannot say.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Value`].
    pub fn check(&self) -> Result<(), ConfigError> {
        let refuse = |key, value: &dyn std::fmt::Display, expected| {
            Err(ConfigError::Value { key, value: value.to_string(), expected })
        };
        self.database_url()?;
        let url = &self.server.public_url;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return refuse("server.public_url", url, "an http or https URL");
        }
        self.check_first_acquirer()?;
        self.check_sandboxes()?;
        self.check_payment_times()?;
        if !(30..=3_650).contains(&self.vault.unused_days) {
            return refuse("vault.unused_days", &self.vault.unused_days, "30 to 3650 days");
        }
        if self.limits.api_per_second == 0 || self.limits.api_burst == 0 {
            return refuse("limits.api_per_second, limits.api_burst", &0, "at least 1");
        }
        if self.limits.forms_per_minute == 0 {
            return refuse("limits.forms_per_minute", &0, "at least 1");
        }
        let retention = &self.retention;
        if retention.deliveries_days < 7 || retention.decisions_days < 30 {
            return refuse(
                "retention.deliveries_days, retention.decisions_days",
                &format!("{}, {}", retention.deliveries_days, retention.decisions_days),
                "at least 7 and 30 days",
            );
        }
        if retention.events_days < retention.deliveries_days.max(30) {
            return refuse(
                "retention.events_days",
                &retention.events_days,
                "at least 30 days, and not fewer than retention.deliveries_days",
            );
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err() {
            return refuse("log.filter", &self.log.filter, "a filter such as `info` or `aviso=debug,warn`");
        }
        self.onboarding.check()?;
        self.crash_at()?;
        self.check_telegram()
    }

    fn check_payment_times(&self) -> Result<(), ConfigError> {
        let payments = &self.payments;
        let refuse = |key, value: &dyn std::fmt::Display, expected| {
            Err(ConfigError::Value { key, value: value.to_string(), expected })
        };
        if !(60..=30 * 86_400).contains(&payments.expires_after_secs) {
            return refuse("payments.expires_after_secs", &payments.expires_after_secs, "60 seconds to 30 days");
        }
        if !(1..=60).contains(&payments.acquirer_deadline_secs) {
            return refuse("payments.acquirer_deadline_secs", &payments.acquirer_deadline_secs, "1 to 60 seconds");
        }
        if payments.inquiry_after_secs <= payments.acquirer_deadline_secs {
            return refuse(
                "payments.inquiry_after_secs",
                &payments.inquiry_after_secs,
                "more than payments.acquirer_deadline_secs, so that nobody asks about a message still on its way",
            );
        }
        if !(3_600..=31 * 86_400).contains(&payments.capture_within_secs) {
            return refuse("payments.capture_within_secs", &payments.capture_within_secs, "an hour to 31 days");
        }
        if payments.warn_before_secs >= payments.capture_within_secs {
            return refuse(
                "payments.warn_before_secs",
                &payments.warn_before_secs,
                "less than payments.capture_within_secs",
            );
        }
        if payments.escalate_after_secs <= payments.inquiry_after_secs {
            return refuse(
                "payments.escalate_after_secs",
                &payments.escalate_after_secs,
                "more than payments.inquiry_after_secs: the bank is asked before a person is",
            );
        }
        Ok(())
    }

    fn check_sandboxes(&self) -> Result<(), ConfigError> {
        let payments = &self.payments;
        let mut names = BTreeSet::from(["sandbox", sandbox_wallet::NAME, payments.acquirer.as_str()]);
        names.extend(self.iso8583.as_ref().map(|link| link.name.as_str()));
        for name in &payments.more_sandboxes {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
            if !(1..=32).contains(&name.len()) || !name.bytes().all(fits) || !names.insert(name) {
                return Err(ConfigError::Value {
                    key: "payments.more_sandboxes",
                    value: name.clone(),
                    expected: "names of 1 to 32 characters of a-z, 0-9, - and _, each once and none of them another acquirer's",
                });
            }
        }
        if !names.contains(payments.test_acquirer.as_str()) {
            return Err(ConfigError::Value {
                key: "payments.test_acquirer",
                value: payments.test_acquirer.clone(),
                expected: "the name of a configured acquirer, `sandbox` unless test keys should reach a real bank",
            });
        }
        for (key, value, range, expected) in [
            ("payments.breaker_failures", u64::from(payments.breaker_failures), 1..=1_000, "1 to 1000"),
            ("payments.breaker_pause_secs", payments.breaker_pause_secs, 1..=3_600, "1 second to an hour"),
        ] {
            if !range.contains(&value) {
                return Err(ConfigError::Value { key, value: value.to_string(), expected });
            }
        }
        Ok(())
    }

    fn check_telegram(&self) -> Result<(), ConfigError> {
        let telegram = &self.telegram;
        if let Some(token) = &telegram.token {
            let shape = token.expose().split_once(':').is_some_and(|(id, secret)| {
                !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) && secret.len() >= 8
            });
            if !shape {
                return Err(ConfigError::Value {
                    key: "telegram.token",
                    value: "[secret]".to_owned(),
                    expected: "a token from BotFather, digits:letters",
                });
            }
        }
        let alphabet = |secret: &Secret| {
            let text = secret.expose();
            (16..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
        };
        if telegram.mode == TelegramMode::Webhook && !telegram.webhook_secret.as_ref().is_some_and(alphabet) {
            return Err(ConfigError::Value {
                key: "telegram.webhook_secret",
                value: "[secret]".to_owned(),
                expected: "16 to 256 of A-Za-z0-9_- when telegram.mode is webhook",
            });
        }
        Ok(())
    }
}
