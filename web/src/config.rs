//! What is adjustable about the web edge.

use std::num::NonZeroU32;

use aviso_core::secret::Secret;
use tokio::sync::watch;
use url::Url;

/// How often something may be done: so many at once, and so many a minute for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The steady rate.
    pub per_minute: NonZeroU32,
    /// How many at once after a rest.
    pub burst: NonZeroU32,
}

impl Rate {
    /// A rate.
    ///
    /// # Panics
    ///
    /// When a number is 0: for constants only.
    #[must_use]
    pub const fn new(per_minute: u32, burst: u32) -> Self {
        Self {
            per_minute: NonZeroU32::new(per_minute).expect("a rate is above 0"),
            burst: NonZeroU32::new(burst).expect("a burst is above 0"),
        }
    }
}

/// How often who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Each API key.
    pub api_key: Rate,
    /// Each address, for requests without a valid API key.
    pub anonymous: Rate,
    /// Each address, for looking at account pages.
    pub page: Rate,
    /// Each address, for sending the account forms.
    pub form: Rate,
    /// Each address for each name that it tries to log in with.
    pub login: Rate,
    /// Each address, for asking for a push to a chat. Each chat is asked five times an hour at most besides.
    pub push: Rate,
    /// Each account, for giving its password or a code again.
    pub account: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            api_key: Rate::new(6_000, 200),
            anonymous: Rate::new(60, 30),
            page: Rate::new(300, 100),
            form: Rate::new(20, 20),
            login: Rate::new(5, 5),
            push: Rate::new(1, 10),
            account: Rate::new(10, 10),
        }
    }
}

/// Where the bot is: its name is known only after Telegram told it.
#[derive(Debug, Clone)]
pub enum BotLink {
    /// A known address, such as `https://t.me/aviso_bot`.
    Known(String),
    /// The @username without the `@`, once Telegram told it.
    Named(watch::Receiver<Option<String>>),
}

impl BotLink {
    /// What deep links begin with: `https://t.me/aviso_bot`.
    #[must_use]
    pub fn base(&self) -> String {
        match self {
            Self::Known(base) => base.clone(),
            // Telegram's own page, until the bot's name is known: the link then leads nowhere wrong.
            Self::Named(name) => match &*name.borrow() {
                Some(name) => format!("https://t.me/{name}"),
                None => TELEGRAM_SITE.to_owned(),
            },
        }
    }

    /// A link that opens the bot with something to follow; `None` where there is no bot, or its name is not known yet.
    #[must_use]
    pub fn deep(&self, start: &str) -> Option<String> {
        let base = self.base();
        (base.trim_end_matches('/') != TELEGRAM_SITE).then(|| format!("{base}?start={start}"))
    }
}

/// Telegram's own page.
const TELEGRAM_SITE: &str = "https://t.me";

impl From<&str> for BotLink {
    fn from(base: &str) -> Self {
        Self::Known(base.to_owned())
    }
}

impl From<watch::Receiver<Option<String>>> for BotLink {
    fn from(name: watch::Receiver<Option<String>>) -> Self {
        Self::Named(name)
    }
}

/// What is adjustable about the web edge.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Where people reach the hub: `https://pay.example`. With `https` cookies are `Secure` and
    /// browsers are told to stay with it.
    pub public_url: Url,
    /// Where the bot is, for deep links.
    pub bot_link: BotLink,
    /// How often who may ask.
    pub limits: Limits,
    /// How many proxies of ours stand before the hub and each add the caller's address to
    /// `X-Forwarded-For`. With 0 that header is not believed.
    pub trusted_proxies: usize,
    /// The bot's token, to check what Telegram signed with it. Without it nobody logs in that way.
    pub bot_token: Option<Secret>,
}

impl WebConfig {
    /// A configuration with the default limits and no proxy.
    #[must_use]
    pub fn new(public_url: Url, bot_link: impl Into<BotLink>) -> Self {
        Self { public_url, bot_link: bot_link.into(), limits: Limits::default(), trusted_proxies: 0, bot_token: None }
    }

    /// The address of a page of ours.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// Whether people reach the hub over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
