//! A Bot API server: stateful, as strict as Telegram where it matters to a bot, and scriptable.
//!
//! It speaks the Bot API on loopback (`/bot<token>/<method>`) and is driven by [`Telegram`] or over
//! HTTP under `/sim/…`. It knows nothing of what the bot is for. Not imitated: media other than
//! documents, inline mode, shipping, Markdown, and delivery of a webhook over several connections.

mod actor;
mod body;
mod call;
mod checkout;
mod fault;
mod html;
mod keyboard;
mod limit;
mod message;
mod method;
mod poll;
mod refusal;
mod server;
mod shared;
mod sim;
mod state;
#[cfg(test)]
mod teloxide_tests;
mod transcript;
mod update;
mod user;
mod webhook;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::actor::ActError;
pub use self::call::Call;
pub use self::checkout::{CheckoutAnswer, Fate, Invoice, TakenCharge};
pub use self::fault::{Failure, Fault};
pub use self::keyboard::Button;
pub use self::message::MessageView;
pub use self::state::CallbackAnswer;
pub use self::user::User;

use self::shared::Shared;
use self::state::State;
use super::StartError;

/// A running Bot API server. Clones are handles of the same one; it stops with the last of them.
#[derive(Clone)]
pub struct Telegram {
    server: Arc<Server>,
}

struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

impl Telegram {
    /// Starts on a loopback address (port 0 for a free one) with the one token it accepts.
    /// Limits are on.
    ///
    /// # Errors
    ///
    /// The address is not loopback or is taken.
    pub async fn start(addr: SocketAddr, token: impl Into<String>) -> Result<Self, StartError> {
        let (listener, addr) = super::listen(addr).await?;
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared::new(State::new(token.into()), stop.clone()));
        super::serve(listener, server::router(Arc::clone(&shared)), stop.clone());
        tokio::spawn(webhook::deliver(Arc::clone(&shared), stop.clone()));
        Ok(Self { server: Arc::new(Server { addr, shared, _stop: stop.drop_guard() }) })
    }

    /// What a bot sets as its API address: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.addr)
    }

    /// The socket it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// The bot's `@username`, without the `@`.
    pub fn bot_username(&self) -> String {
        self.shared().lock().bot_username.clone()
    }

    /// Adds a person, or replaces one with the same id.
    pub fn add_user(&self, user: User) {
        self.shared().change(|state| state.add_user(user));
    }

    /// Adds a supergroup the bot is in; `chat_id` is negative.
    pub fn add_group(&self, chat_id: i64, title: &str) {
        self.shared().change(|state| state.add_group(chat_id, title));
    }

    /// The person as they are now.
    pub fn user(&self, user_id: i64) -> Option<User> {
        self.shared().lock().users.get(&user_id).cloned()
    }

    /// Writes to the bot in private; a leading `/word` is a command. Returns the message's id.
    ///
    /// # Errors
    ///
    /// [`ActError`] when this person could not.
    pub fn say(&self, user_id: i64, text: &str) -> Result<i64, ActError> {
        self.say_in(user_id, user_id, text)
    }

    /// Writes into a chat, such as a group.
    ///
    /// # Errors
    ///
    /// As [`Telegram::say`].
    pub fn say_in(&self, chat_id: i64, user_id: i64, text: &str) -> Result<i64, ActError> {
        self.shared().change(|state| state.say(user_id, chat_id, text))
    }

    /// Presses a button of a message in the private chat, found by its callback data, else by its
    /// label. Returns the id of the callback query.
    ///
    /// # Errors
    ///
    /// No such message or button; [`ActError::OpensLink`] for a button with an address.
    pub fn press(&self, user_id: i64, message_id: i64, button: &str) -> Result<String, ActError> {
        self.press_in(user_id, user_id, message_id, button)
    }

    /// Presses a button of a message in a chat, such as a group.
    ///
    /// # Errors
    ///
    /// As [`Telegram::press`].
    pub fn press_in(&self, chat_id: i64, user_id: i64, message_id: i64, button: &str) -> Result<String, ActError> {
        self.shared().change(|state| state.press(user_id, chat_id, message_id, button))
    }

    /// Presses Pay under an invoice of the private chat. Returns the id of the question that the bot is asked.
    ///
    /// # Errors
    ///
    /// There is no such invoice, or this person could not.
    pub fn pay(&self, user_id: i64, message_id: i64, fate: Fate) -> Result<String, ActError> {
        self.shared().change(|state| state.pay(user_id, message_id, fate))
    }

    /// Takes the money of a question that the bot said yes to, and that was [held](Fate::Held). Gives its charge.
    pub fn complete(&self, query: &str) -> Option<String> {
        self.shared().change(|state| state.complete(query))
    }

    /// Tells the bot of a charge once more. `false` when there is no such charge.
    pub fn tell_again(&self, charge_id: &str) -> bool {
        self.shared().change(|state| state.tell_again(charge_id))
    }

    /// Gives Stars back without the bot, as Telegram's own support does. `false` when it cannot be.
    pub fn give_back(&self, user_id: i64, charge_id: &str) -> bool {
        self.shared().change(|state| state.refund_stars(user_id, charge_id)).is_ok()
    }

    /// What the bot answered before money was taken, oldest first.
    pub fn checkout_answers(&self) -> Vec<CheckoutAnswer> {
        self.shared().lock().checkout_answers.iter().cloned().collect()
    }

    /// The money that was taken, oldest first.
    pub fn charges(&self) -> Vec<TakenCharge> {
        self.shared().lock().charges.clone()
    }

    /// Blocks the bot; it is told by `my_chat_member`.
    ///
    /// # Errors
    ///
    /// Nobody has this id.
    pub fn block(&self, user_id: i64) -> Result<(), ActError> {
        self.shared().change(|state| state.set_blocked(user_id, true))
    }

    /// Lets the bot in again; it is told by `my_chat_member`.
    ///
    /// # Errors
    ///
    /// Nobody has this id.
    pub fn unblock(&self, user_id: i64) -> Result<(), ActError> {
        self.shared().change(|state| state.set_blocked(user_id, false))
    }

    /// Deletes the account; the bot finds out when it writes.
    ///
    /// # Errors
    ///
    /// Nobody has this id.
    pub fn deactivate(&self, user_id: i64) -> Result<(), ActError> {
        self.shared().change(|state| state.user_mut(user_id).map(|user| user.deactivated = true))
    }

    /// Changes or drops the `@username`; the bot sees it in the next update.
    ///
    /// # Errors
    ///
    /// Nobody has this id.
    pub fn rename(&self, user_id: i64, username: Option<&str>) -> Result<(), ActError> {
        let username = username.map(str::to_owned);
        self.shared().change(|state| state.user_mut(user_id).map(|user| user.username = username))
    }

    /// Scripts the next wrong answers; faults are used up in the order they were scripted.
    pub fn fail_next(&self, fault: Fault) {
        self.shared().change(|state| state.faults.push(fault));
    }

    /// Drops the faults that were not used up.
    pub fn clear_faults(&self) {
        self.shared().change(|state| state.faults.clear());
    }

    /// Switches Telegram's sending limits on or off.
    pub fn enforce_limits(&self, on: bool) {
        self.shared().change(|state| state.limits.on = on);
    }

    /// How often the limits were overstepped.
    pub fn violations(&self) -> u64 {
        self.shared().lock().limits.violations
    }

    /// How long a pressed button may wait for its answer; 15 seconds unless told.
    pub fn set_callback_lifetime(&self, lifetime: Duration) {
        self.shared().change(|state| state.callback_lifetime = lifetime);
    }

    /// All messages of a chat, oldest first, deleted ones too.
    pub fn messages(&self, chat_id: i64) -> Vec<MessageView> {
        let state = self.shared().lock();
        state
            .chats
            .get(&chat_id)
            .map(|chat| chat.messages.values().map(message::Message::view).collect())
            .unwrap_or_default()
    }

    /// Buttons shown instead of the phone's keyboard; pressing one says its label.
    pub fn reply_keyboard(&self, chat_id: i64) -> Vec<Vec<Button>> {
        let state = self.shared().lock();
        state.chats.get(&chat_id).map(|chat| chat.reply_keyboard.clone()).unwrap_or_default()
    }

    /// The bot shows "typing…".
    pub fn is_typing(&self, chat_id: i64) -> bool {
        let state = self.shared().lock();
        let until = state.chats.get(&chat_id).and_then(|chat| chat.typing_until);
        until.is_some_and(|until| until > Instant::now())
    }

    /// What the bot answered to pressed buttons, oldest first.
    pub fn callback_answers(&self) -> Vec<CallbackAnswer> {
        self.shared().lock().answers.iter().cloned().collect()
    }

    /// The commands the bot set for a scope (`default`, `all_private_chats`, `chat:<id>`) and a
    /// language (empty for all); `null` when it set none.
    pub fn commands(&self, scope: &str, language: &str) -> Value {
        let key = (scope.to_owned(), language.to_owned());
        self.shared().lock().commands.get(&key).cloned().unwrap_or(Value::Null)
    }

    /// The bytes of a document the bot sent, by the message that carries it.
    pub fn document(&self, chat_id: i64, message_id: i64) -> Option<Vec<u8>> {
        let state = self.shared().lock();
        let document = state.chats.get(&chat_id)?.messages.get(&message_id)?.document.as_ref()?;
        state.files.iter().find(|(id, _)| *id == document.file_id).map(|(_, bytes)| bytes.to_vec())
    }

    /// Every answered call, oldest first, `getUpdates` left out.
    pub fn calls(&self) -> Vec<Call> {
        self.shared().lock().calls.iter().cloned().collect()
    }

    /// Updates the bot has not confirmed.
    pub fn pending_updates(&self) -> usize {
        self.shared().lock().updates.len()
    }

    /// Queues any JSON as an update; an object without `update_id` is given one. Returns the id.
    pub fn raw_update(&self, update: Value) -> i64 {
        self.shared().change(|state| state.push_raw(update))
    }

    /// Rings whenever anything changes.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared().subscribe()
    }

    /// Waits for a message of the chat, not deleted, that fits; the newest one wins.
    ///
    /// # Errors
    ///
    /// The transcript of the chat when none fits in time.
    pub async fn wait_for(
        &self,
        chat_id: i64,
        within: Duration,
        mut fits: impl FnMut(&MessageView) -> bool,
    ) -> Result<MessageView, String> {
        let mut changes = self.subscribe();
        let deadline = tokio::time::Instant::now() + within;
        loop {
            changes.mark_unchanged();
            let found = self.messages(chat_id).into_iter().rev().find(|message| !message.deleted && fits(message));
            if let Some(message) = found {
                return Ok(message);
            }
            if tokio::time::timeout_at(deadline, changes.changed()).await.is_err() {
                return Err(format!("nothing fits in chat {chat_id} after {within:?}:\n{}", self.transcript(chat_id)));
            }
        }
    }

    /// The chat as text, for a failing test to print.
    pub fn transcript(&self, chat_id: i64) -> String {
        transcript::of(&self.messages(chat_id))
    }

    /// `/sim/…` of this server, to be mounted on another.
    pub fn sim_router(&self) -> axum::Router {
        sim::router(Arc::clone(self.shared()))
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.server.shared
    }
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telegram").field("url", &self.url()).finish_non_exhaustive()
    }
}
