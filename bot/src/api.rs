//! Calls of the Bot API, each with a permit of the scheduler.

use std::sync::Arc;
use std::time::Duration;

use aviso_core::delivery::Lane;
use aviso_core::secret::Secret;
use teloxide::payloads::{
    AnswerCallbackQuerySetters, EditMessageTextSetters, SendDocumentSetters, SendInvoiceSetters, SendMessageSetters,
};
use teloxide::requests::Requester;
use teloxide::types::{
    CallbackQueryId, ChatId, FileId, InputFile, LabeledPrice, LinkPreviewOptions, Message, MessageId, ParseMode,
    ReplyParameters,
};

use crate::fault::Fault;
use crate::invoice::Invoice;
use crate::scheduler::{Paused, Scheduler};
use crate::screen::Screen;

/// A pressed button's passing answer: Telegram takes at most 200 characters.
const TOAST_CHARS_MAX: usize = 200;
/// The longest pause that a reply sits out.
const PATIENCE: Duration = Duration::from_secs(6);

/// A file to send: new, or one that Telegram keeps.
#[derive(Debug, Clone)]
pub(crate) struct File(FileSource);

#[derive(Debug, Clone)]
enum FileSource {
    New { name: String, bytes: Vec<u8> },
    Known(String),
}

impl File {
    /// A file that Telegram does not have.
    pub(crate) const fn new(name: String, bytes: Vec<u8>) -> Self {
        Self(FileSource::New { name, bytes })
    }

    /// A file that Telegram keeps under this id.
    pub(crate) const fn known(id: String) -> Self {
        Self(FileSource::Known(id))
    }

    fn input(&self) -> InputFile {
        match &self.0 {
            FileSource::New { name, bytes } => InputFile::memory(bytes.clone()).file_name(name.clone()),
            FileSource::Known(id) => InputFile::file_id(FileId(id.clone())),
        }
    }
}

/// The way to Telegram.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    bot: teloxide::Bot,
    scheduler: Arc<Scheduler>,
}

impl Api {
    pub(crate) fn new(bot: teloxide::Bot, scheduler: Arc<Scheduler>) -> Self {
        Self { bot, scheduler }
    }

    /// teloxide's own handle, for calls that are not messages.
    pub(crate) const fn raw(&self) -> &teloxide::Bot {
        &self.bot
    }

    pub(crate) fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// Sends a message, as a reply to another when it is still there. Gives its id.
    pub(crate) async fn send(
        &self,
        lane: Lane,
        chat_id: i64,
        screen: &Screen,
        reply_to: Option<i32>,
    ) -> Result<i32, Fault> {
        self.scheduler.permit(lane, chat_id).await?;
        let sent = match self.try_send(chat_id, screen, reply_to, true).await {
            Err(Fault::Markup(text)) => {
                tracing::error!(chat_id, text, "a message's markup is broken, sent as plain text");
                self.try_send(chat_id, screen, reply_to, false).await
            }
            other => other,
        };
        self.heed(chat_id, sent)
    }

    async fn try_send(&self, chat_id: i64, screen: &Screen, reply_to: Option<i32>, html: bool) -> Result<i32, Fault> {
        let text = if html { screen.html.clone() } else { screen.plain() };
        let mut request = self.bot.send_message(ChatId(chat_id), text).link_preview_options(no_preview());
        if html {
            request = request.parse_mode(ParseMode::Html);
        }
        if screen.is_protected {
            request = request.protect_content(true);
        }
        if !screen.keys.is_empty() {
            request = request.reply_markup(screen.markup());
        }
        if let Some(id) = reply_to {
            request = request.reply_parameters(ReplyParameters::new(MessageId(id)).allow_sending_without_reply());
        }
        Ok(request.await?.id.0)
    }

    /// Changes a message. One that already looks like that is fine.
    pub(crate) async fn edit(&self, lane: Lane, chat_id: i64, message_id: i32, screen: &Screen) -> Result<(), Fault> {
        self.scheduler.permit_change(lane, chat_id).await?;
        let edited = match self.try_edit(chat_id, message_id, screen, true).await {
            Err(Fault::Markup(text)) => {
                tracing::error!(chat_id, text, "a message's markup is broken, sent as plain text");
                self.try_edit(chat_id, message_id, screen, false).await
            }
            other => other,
        };
        match self.heed(chat_id, edited) {
            Err(Fault::NotModified) => Ok(()),
            other => other,
        }
    }

    async fn try_edit(&self, chat_id: i64, message_id: i32, screen: &Screen, html: bool) -> Result<(), Fault> {
        let text = if html { screen.html.clone() } else { screen.plain() };
        let mut request = self
            .bot
            .edit_message_text(ChatId(chat_id), MessageId(message_id), text)
            .link_preview_options(no_preview())
            .reply_markup(screen.markup());
        if html {
            request = request.parse_mode(ParseMode::Html);
        }
        request.await?;
        Ok(())
    }

    /// Sends a reply that a person waits for; sits out a short pause.
    pub(crate) async fn reply(&self, chat_id: i64, screen: &Screen) -> Result<i32, Fault> {
        match self.send(Lane::Interactive, chat_id, screen, None).await {
            Err(Fault::Wait(wait)) if wait <= PATIENCE => {
                tokio::time::sleep(wait).await;
                self.send(Lane::Interactive, chat_id, screen, None).await
            }
            other => other,
        }
    }

    /// Sends a file that a person waits for; sits out a short pause. Gives the id under which Telegram
    /// keeps it.
    pub(crate) async fn send_file(&self, chat_id: i64, file: &File, caption: &str) -> Result<String, Fault> {
        let send = || async {
            self.scheduler.permit(Lane::Interactive, chat_id).await?;
            let request = self.bot.send_document(ChatId(chat_id), file.input()).caption(caption);
            let sent = request.parse_mode(ParseMode::Html).await.map_err(Fault::from);
            let kept = |message: Message| message.document().map(|document| document.file.id.0.clone());
            self.heed(chat_id, sent).map(|message| kept(message).unwrap_or_default())
        };
        match send().await {
            Err(Fault::Wait(wait)) if wait <= PATIENCE => {
                tokio::time::sleep(wait).await;
                send().await
            }
            other => other,
        }
    }

    /// Sends an invoice that a person waits for. Without a token it is in Stars.
    pub(crate) async fn send_invoice(
        &self,
        chat_id: i64,
        invoice: &Invoice,
        token: Option<&Secret>,
    ) -> Result<(), Fault> {
        let send = || async {
            self.scheduler.permit(Lane::Interactive, chat_id).await?;
            let price = LabeledPrice { label: invoice.title.clone(), amount: invoice.minor };
            let (title, description, payload) = (&invoice.title, &invoice.description, &invoice.payload);
            let request =
                self.bot.send_invoice(ChatId(chat_id), title, description, payload, &invoice.currency, [price]);
            let request =
                request.provider_token(token.map(Secret::expose).unwrap_or_default()).start_parameter(&invoice.start);
            self.heed(chat_id, request.await.map(|_| ()).map_err(Fault::from))
        };
        match send().await {
            Err(Fault::Wait(wait)) if wait <= PATIENCE => {
                tokio::time::sleep(wait).await;
                send().await
            }
            other => other,
        }
    }

    /// Changes a menu in place; sends it anew when the old one is gone.
    pub(crate) async fn replace(&self, chat_id: i64, message_id: Option<i32>, screen: &Screen) -> Result<(), Fault> {
        let Some(message_id) = message_id else { return self.reply(chat_id, screen).await.map(|_| ()) };
        let edit = || self.edit(Lane::Interactive, chat_id, message_id, screen);
        match edit().await {
            Err(Fault::NoTarget) => self.reply(chat_id, screen).await.map(|_| ()),
            Err(Fault::Wait(wait)) if wait <= PATIENCE => {
                tokio::time::sleep(wait).await;
                edit().await
            }
            other => other,
        }
    }

    /// Stops the spinner of a pressed button. Too late is no fault: the message itself has changed.
    pub(crate) async fn answer(&self, query: &str, text: Option<&str>) {
        let mut request = self.bot.answer_callback_query(CallbackQueryId(query.to_owned()));
        if let Some(text) = text {
            request = request.text(text.chars().take(TOAST_CHARS_MAX).collect::<String>());
        }
        if let Err(error) = request.await {
            tracing::debug!(error = %Fault::from(error), "a pressed button was not answered");
        }
    }

    /// Deletes a person's message.
    pub(crate) async fn delete(&self, chat_id: i64, message_id: i32) -> Result<(), Fault> {
        match self.bot.delete_message(ChatId(chat_id), MessageId(message_id)).await.map_err(Fault::from) {
            Ok(_) | Err(Fault::NoTarget) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    fn heed<T>(&self, chat_id: i64, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(Fault::Wait(wait)) = &result {
            self.scheduler.told_to_wait(chat_id, *wait);
            metrics::counter!("aviso_telegram_too_fast_total").increment(1);
        }
        result
    }
}

impl From<Paused> for Fault {
    fn from(Paused(wait): Paused) -> Self {
        Self::Wait(wait)
    }
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
