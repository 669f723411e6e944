//! The bot as a whole: made from settings, run until it is told to stop.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aviso_core::merchant::Mode;
use aviso_core::money::Currency;
use aviso_core::secret::Secret;
use axum::Router;
use teloxide::payloads::SetWebhookSetters;
use teloxide::requests::Requester;
use teloxide::types::AllowedUpdate;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::acquirer::TelegramAcquirer;
use crate::api::Api;
use crate::buyer::LookUpLimits;
use crate::checkout::Checkouts;
use crate::config::{BotConfig, BotConfigError, BotMode};
use crate::fault::Fault;
use crate::intake;
use crate::router::Router as Updates;
use crate::scheduler::Scheduler;
use crate::services::BotServices;
use crate::{command, staff, worker};

/// Longest wait for Telegram's answer to one call: with teloxide's ten seconds after a 5xx it stays
/// below the channel's deadline.
const ANSWER_WITHIN: Duration = Duration::from_secs(12);
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// What every part of the bot works with.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) services: BotServices,
    pub(crate) api: Api,
    pub(crate) site: Url,
    pub(crate) username: watch::Receiver<Option<String>>,
    pub(crate) lookups: Arc<LookUpLimits>,
    pub(crate) checkouts: Arc<Checkouts>,
    payments: Option<TelegramAcquirer>,
}

/// What a message is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat<'a> {
    pub(crate) services: &'a BotServices,
    pub(crate) site: &'a Url,
}

impl Desk {
    /// What a message is made with.
    pub(crate) const fn seat(&self) -> Seat<'_> {
        Seat { services: &self.services, site: &self.site }
    }

    /// The provider's token for an invoice; none for Stars.
    pub(crate) fn provider_token(&self, mode: Mode, currency: Currency) -> Option<&Secret> {
        self.payments.as_ref().filter(|_| !currency.is_stars())?.settings().token(mode)
    }
}

/// A client of the Bot API.
pub(crate) fn client(token: &Secret, api_url: Option<&Url>) -> Result<teloxide::Bot, BotConfigError> {
    let client = teloxide::net::default_reqwest_settings().timeout(ANSWER_WITHIN).build();
    let raw = teloxide::Bot::with_client(token.expose(), client.map_err(|_| BotConfigError::Client)?);
    Ok(match api_url {
        Some(url) => raw.set_api_url(url.clone()),
        None => raw,
    })
}

/// The bot. Clones are handles of the same one.
#[derive(Clone)]
pub struct Bot {
    desk: Desk,
    mode: BotMode,
    named: Arc<watch::Sender<Option<String>>>,
}

impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot").field("username", &self.username()).finish_non_exhaustive()
    }
}

impl Bot {
    /// A bot that does nothing yet.
    ///
    /// # Errors
    ///
    /// [`BotConfigError`] names the setting that is wrong.
    pub fn new(services: BotServices, config: BotConfig) -> Result<Self, BotConfigError> {
        config.check()?;
        let raw = client(&config.token, config.api_url.as_ref())?;
        let payments = config.payments;
        let checkouts = payments.as_ref().map(|payments| Arc::clone(payments.checkouts()));
        // Without payments, too, somebody may press Pay under an invoice of before.
        let checkouts = checkouts.unwrap_or_else(|| Arc::new(Checkouts::new(raw.clone())));
        let (named, username) = watch::channel(None);
        let api = Api::new(raw, Arc::new(Scheduler::new()));
        let lookups = Arc::new(LookUpLimits::new());
        let desk = Desk { services, api, site: config.public_url, username, lookups, checkouts, payments };
        Ok(Self { desk, mode: config.mode, named: Arc::new(named) })
    }

    /// The bot's @username without the `@`, once Telegram told it: for deep links.
    #[must_use]
    pub fn username(&self) -> Option<String> {
        self.desk.username.borrow().clone()
    }

    /// Tells when the @username becomes known.
    #[must_use]
    pub fn username_watch(&self) -> watch::Receiver<Option<String>> {
        self.desk.username.clone()
    }

    /// The route that Telegram calls, to be mounted on the public listener; `None` when the bot polls.
    #[must_use]
    pub fn webhook_router(&self) -> Option<Router> {
        match &self.mode {
            BotMode::Polling => None,
            BotMode::Webhook { secret, .. } => {
                let (memory, checkouts) = (self.desk.services.memory.clone(), Arc::clone(&self.desk.checkouts));
                Some(intake::webhook_router(memory, checkouts, secret.clone()))
            }
        }
    }

    /// Keeps the messages that show how far broadcasts are up to date, until it is told to stop.
    pub async fn follow_broadcasts(self, stop: CancellationToken) {
        staff::follow_broadcasts(self.desk, stop).await;
    }

    pub(crate) const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Receives and handles updates until it is told to stop. Telegram being away stops nothing.
    pub async fn run(self, stop: CancellationToken) {
        let handler = Arc::new(Updates::new(self.desk.clone()));
        let worker = worker::Worker::new(self.desk.services.memory.clone(), handler);
        let working = tokio::spawn(worker.run(stop.clone()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.introduce() => self.receive(&stop).await,
        }
        let ended = working.await;
        self.desk.checkouts.close().await;
        if let Err(error) = ended {
            tracing::error!(%error, "the bot's worker was lost");
            // A bot that only listens would look alive.
            stop.cancel();
        }
    }

    /// Learns its own name and publishes the commands, however long Telegram is away.
    async fn introduce(&self) {
        let raw = self.desk.api.raw();
        let me = persist("getMe", || async { Ok(raw.get_me().await?) }).await;
        self.named.send_replace(Some(me.username().to_owned()));
        tracing::info!(username = me.username(), "the bot is known to Telegram");
        if let Err(fault) = command::publish(&self.desk.api).await {
            tracing::warn!(%fault, "the commands were not published");
        }
        if let Err(fault) = command::publish_menu(&self.desk.api, &self.desk.site).await {
            tracing::warn!(%fault, "the menu button was not published");
        }
    }

    async fn receive(&self, stop: &CancellationToken) {
        let raw = self.desk.api.raw();
        match &self.mode {
            BotMode::Polling => {
                // A webhook that was set before would refuse every request for updates.
                let clear = persist("deleteWebhook", || async { Ok(raw.delete_webhook().await?) });
                tokio::select! {
                    () = stop.cancelled() => return,
                    _ = clear => {}
                }
                let memory = self.desk.services.memory.clone();
                intake::poll(raw.clone(), memory, &self.desk.checkouts, stop.clone()).await;
            }
            BotMode::Webhook { url, secret } => {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = self.set_webhook(url, secret) => {}
                }
                stop.cancelled().await;
            }
        }
    }

    async fn set_webhook(&self, url: &Url, secret: &Secret) {
        let raw = self.desk.api.raw();
        let kinds = [
            AllowedUpdate::Message,
            AllowedUpdate::CallbackQuery,
            AllowedUpdate::MyChatMember,
            AllowedUpdate::PreCheckoutQuery,
        ];
        persist("setWebhook", || async {
            let request = raw.set_webhook(url.clone()).secret_token(secret.expose()).allowed_updates(kinds);
            Ok(request.await?)
        })
        .await;
    }
}

/// Calls until it works.
async fn persist<T, F: Future<Output = Result<T, Fault>>>(what: &str, mut call: impl FnMut() -> F) -> T {
    let mut pause = PAUSE_FIRST;
    loop {
        match call().await {
            Ok(done) => return done,
            Err(fault) => tracing::warn!(%fault, what, wait_ms = pause.as_millis(), "Telegram did not answer"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
