//! What the bot needs to know to start.

use aviso_core::secret::Secret;
use url::Url;

use crate::acquirer::TelegramAcquirer;

/// Settings of the bot.
#[derive(Debug, Clone)]
pub struct BotConfig {
    /// The token that @BotFather gave.
    pub token: Secret,
    /// Another Bot API server than Telegram's own: a local one, or the sandbox's stand-in.
    pub api_url: Option<Url>,
    /// How updates come in.
    pub mode: BotMode,
    /// Where the web pages are, for links in messages.
    pub public_url: Url,
    /// What takes payments in Telegram, when that is configured.
    pub payments: Option<TelegramAcquirer>,
}

/// How updates come in.
#[derive(Debug, Clone)]
pub enum BotMode {
    /// The bot asks for them.
    Polling,
    /// Telegram brings them to [`WEBHOOK_PATH`](crate::WEBHOOK_PATH).
    Webhook {
        /// The address that Telegram is told; it must lead to [`WEBHOOK_PATH`](crate::WEBHOOK_PATH).
        url: Url,
        /// What Telegram must say with each update: 1 to 256 of `[A-Za-z0-9_-]`.
        secret: Secret,
    },
}

/// Why the bot cannot be made from its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BotConfigError {
    /// Not a token.
    #[error("a bot token looks like 123456:ABC-DEF, as @BotFather gives it")]
    Token,
    /// Not a secret that Telegram accepts.
    #[error("a webhook secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -")]
    Secret,
    /// Not an address that requests can be made to.
    #[error("the Bot API's address is an http or https URL")]
    ApiUrl,
    /// The HTTP client could not be made: no TLS roots or no memory.
    #[error("the HTTP client could not be made")]
    Client,
}

impl BotConfig {
    /// Checks everything that can be checked without Telegram.
    ///
    /// # Errors
    ///
    /// [`BotConfigError`] names what is wrong and what is expected.
    pub fn check(&self) -> Result<(), BotConfigError> {
        let url_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let (id, rest) = self.token.expose().split_once(':').ok_or(BotConfigError::Token)?;
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || rest.is_empty() || !rest.chars().all(url_safe) {
            return Err(BotConfigError::Token);
        }
        if self.api_url.as_ref().is_some_and(|url| url.cannot_be_a_base() || !url.scheme().starts_with("http")) {
            return Err(BotConfigError::ApiUrl);
        }
        match &self.mode {
            BotMode::Polling => Ok(()),
            BotMode::Webhook { secret, .. } => {
                let secret = secret.expose();
                let fits = (1..=256).contains(&secret.len()) && secret.chars().all(url_safe);
                if fits { Ok(()) } else { Err(BotConfigError::Secret) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(token: &str, mode: BotMode) -> BotConfig {
        let public_url = "https://pay.example".parse().unwrap();
        BotConfig { token: Secret::new(token), api_url: None, mode, public_url, payments: None }
    }

    #[test]
    fn wrong_settings_are_named() {
        assert_eq!(config("1:abc_-", BotMode::Polling).check(), Ok(()));
        for token in ["", "abc", "1:", ":x", "1:a b", "x:y"] {
            assert_eq!(config(token, BotMode::Polling).check(), Err(BotConfigError::Token), "{token}");
        }
        for secret in ["", "a b", &"x".repeat(257)] {
            let mode = BotMode::Webhook { url: "https://x.example/".parse().unwrap(), secret: Secret::new(secret) };
            assert_eq!(config("1:a", mode).check(), Err(BotConfigError::Secret));
        }
    }
}
