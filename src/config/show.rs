//! The configuration as `check-config` prints it: without secrets.

use super::{Config, TelegramMode};
use aviso_core::secret::Secret;
use aviso_core::store::DatabaseUrl;

impl Config {
    /// One `key = value` a line. Secrets show only whether they are set.
    #[must_use]
    pub fn redacted(&self) -> String {
        let secret = |secret: &Option<Secret>| if secret.is_some() { "[secret]" } else { "not set" };
        let database = match self.database_url() {
            Ok(DatabaseUrl::Sqlite(path)) => format!("sqlite:{}", path.display()),
            Ok(DatabaseUrl::Postgres(_)) => "postgres://[secret]".to_owned(),
            Err(error) => error.to_string(),
        };
        let mode = match self.telegram.mode {
            TelegramMode::Polling => "polling",
            TelegramMode::Webhook => "webhook",
        };
        let mail = match &self.mail {
            Some(mail) => format!("{:?}, host {:?}, from {}", mail.transport, mail.host, mail.from),
            None => format!("files in {}", self.data_dir.join("mail").display()),
        };
        let lines = [
            ("data_dir", self.data_dir.display().to_string()),
            ("server.listen", self.server.listen.to_string()),
            ("server.private_listen", self.server.private_listen.to_string()),
            ("server.public_url", self.server.public_url.to_string()),
            ("server.trusted_proxies", self.server.trusted_proxies.to_string()),
            ("database.url", database),
            ("secrets.master_key", secret(&self.secrets.master_key).to_owned()),
            ("secrets.previous_master_keys", format!("{} set", self.secrets.previous_master_keys.len())),
            ("vault.unused_days", self.vault.unused_days.to_string()),
            ("payments.acquirer", self.payments.acquirer.clone()),
            ("payments.test_acquirer", self.payments.test_acquirer.clone()),
            ("payments.expires_after_secs", self.payments.expires_after_secs.to_string()),
            ("payments.acquirer_deadline_secs", self.payments.acquirer_deadline_secs.to_string()),
            ("payments.inquiry_after_secs", self.payments.inquiry_after_secs.to_string()),
            ("payments.review_within_secs", self.payments.review_within_secs.to_string()),
            ("payments.capture_within_secs", self.payments.capture_within_secs.to_string()),
            ("payments.warn_before_secs", self.payments.warn_before_secs.to_string()),
            ("payments.escalate_after_secs", self.payments.escalate_after_secs.to_string()),
            ("payments.more_sandboxes", self.payments.more_sandboxes.join(", ")),
            ("payments.breaker_failures", self.payments.breaker_failures.to_string()),
            ("payments.breaker_pause_secs", self.payments.breaker_pause_secs.to_string()),
            (
                "payments.bin_file",
                self.payments.bin_file.as_ref().map_or("test cards only".to_owned(), |file| file.display().to_string()),
            ),
            ("telegram.token", secret(&self.telegram.token).to_owned()),
            ("telegram.mode", mode.to_owned()),
            ("telegram.webhook_secret", secret(&self.telegram.webhook_secret).to_owned()),
            ("telegram.payments.provider_token", secret(&self.telegram.payments.provider_token).to_owned()),
            ("telegram.payments.test_provider_token", secret(&self.telegram.payments.test_provider_token).to_owned()),
            ("telegram.payments.stars", self.telegram.payments.stars.to_string()),
            ("telegram.payments.test_stars", self.telegram.payments.test_stars.to_string()),
            ("telegram.payments.success_within_secs", self.telegram.payments.success_within_secs.to_string()),
            ("mail", mail),
            ("webhooks.allow_loopback", self.webhooks.allow_loopback.to_string()),
            ("webhooks.allow_http", self.webhooks.allow_http.to_string()),
            ("notices.test_addresses", self.notices.test_addresses.join(",")),
            ("limits.api_per_second", self.limits.api_per_second.to_string()),
            ("limits.api_burst", self.limits.api_burst.to_string()),
            ("limits.forms_per_minute", self.limits.forms_per_minute.to_string()),
            ("retention.deliveries_days", self.retention.deliveries_days.to_string()),
            ("retention.events_days", self.retention.events_days.to_string()),
            ("retention.decisions_days", self.retention.decisions_days.to_string()),
            ("retention.inbox_days", self.retention.inbox_days.to_string()),
            ("log.filter", self.log.filter.clone()),
        ];
        let lines = lines.into_iter().chain(self.iso8583_lines());
        lines.map(|(key, value)| format!("{key} = {value}\n")).collect()
    }
}
