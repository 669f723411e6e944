//! Everything the Bot API server remembers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::call::Call;
use super::checkout::{CheckoutAnswer, Question, TakenCharge};
use super::fault::Fault;
use super::keyboard::Button;
use super::limit::Limits;
use super::message::Message;
use super::refusal::Refusal;
use super::user::User;
use super::webhook::Hook;

const CALLS_MAX: usize = 50_000;
const MESSAGES_PER_CHAT_MAX: usize = 2_000;
const FILES_MAX: usize = 64;
/// Telegram gives a bot about this long to answer a pressed button.
const CALLBACK_LIFETIME: Duration = Duration::from_secs(15);

/// What the bot answered to a pressed button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallbackAnswer {
    /// Counts from 1.
    pub number: u64,
    /// Who pressed.
    pub user_id: i64,
    /// What the button carried.
    pub data: String,
    /// The toast or alert; empty when the bot only stopped the spinner.
    pub text: String,
    /// Is an alert with a button, not a passing toast.
    pub alert: bool,
}

pub(crate) struct Callback {
    pub(crate) user_id: i64,
    pub(crate) data: String,
    pub(crate) pressed_at: Instant,
}

/// A conversation.
#[derive(Default)]
pub(crate) struct Chat {
    /// `None` is a private chat.
    pub(crate) group_title: Option<String>,
    pub(crate) messages: BTreeMap<i64, Message>,
    /// Buttons shown instead of the phone's keyboard.
    pub(crate) reply_keyboard: Vec<Vec<Button>>,
    pub(crate) typing_until: Option<Instant>,
}

pub(crate) struct State {
    pub(crate) token: String,
    pub(crate) bot_id: i64,
    pub(crate) bot_username: String,
    pub(crate) users: BTreeMap<i64, User>,
    pub(crate) chats: BTreeMap<i64, Chat>,
    pub(crate) next_message_id: i64,
    pub(crate) updates: VecDeque<(i64, Value)>,
    pub(crate) next_update_id: i64,
    /// Kinds of update the bot asked for; `None` is Telegram's default set.
    pub(crate) allowed: Option<Vec<String>>,
    /// Counts `getUpdates` calls: a waiting one is ended by the next.
    pub(crate) poll: u64,
    pub(crate) hook: Option<Hook>,
    pub(crate) callbacks: HashMap<String, Callback>,
    pub(crate) callback_lifetime: Duration,
    pub(crate) answers: VecDeque<CallbackAnswer>,
    pub(crate) last_answer: u64,
    /// Questions that the bot was asked before money was taken.
    pub(crate) questions: HashMap<String, Question>,
    pub(crate) checkout_answers: VecDeque<CheckoutAnswer>,
    pub(crate) charges: Vec<TakenCharge>,
    /// Commands by scope and language.
    pub(crate) commands: BTreeMap<(String, String), Value>,
    pub(crate) profile: BTreeMap<String, String>,
    pub(crate) menu_buttons: BTreeMap<i64, Value>,
    pub(crate) files: VecDeque<(String, Bytes)>,
    pub(crate) limits: Limits,
    pub(crate) faults: Vec<Fault>,
    pub(crate) calls: VecDeque<Call>,
}

impl State {
    pub(crate) fn new(token: String) -> Self {
        let bot_id = token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1_000_001);
        Self {
            token,
            bot_id,
            bot_username: "aviso_sandbox_bot".to_owned(),
            users: BTreeMap::new(),
            chats: BTreeMap::new(),
            next_message_id: 1,
            updates: VecDeque::new(),
            next_update_id: 1,
            allowed: None,
            poll: 0,
            hook: None,
            callbacks: HashMap::new(),
            callback_lifetime: CALLBACK_LIFETIME,
            answers: VecDeque::new(),
            last_answer: 0,
            questions: HashMap::new(),
            checkout_answers: VecDeque::new(),
            charges: Vec::new(),
            commands: BTreeMap::new(),
            profile: BTreeMap::new(),
            menu_buttons: BTreeMap::new(),
            files: VecDeque::new(),
            limits: Limits::enforced(),
            faults: Vec::new(),
            calls: VecDeque::new(),
        }
    }

    /// The bot as the Bot API's `User`.
    pub(crate) fn bot(&self) -> Value {
        let name = self.profile.get("name").map_or("Aviso", String::as_str);
        json!({ "id": self.bot_id, "is_bot": true, "first_name": name, "username": self.bot_username })
    }

    /// The Bot API's `Chat` of a known chat.
    pub(crate) fn chat_json(&self, chat_id: i64) -> Value {
        if let Some(user) = self.users.get(&chat_id) {
            return user.as_chat();
        }
        let title = self.chats.get(&chat_id).and_then(|chat| chat.group_title.as_deref());
        json!({ "id": chat_id, "type": "supergroup", "title": title.unwrap_or("Group") })
    }

    /// The Bot API's `Message`, with the message it replies to, one level deep.
    pub(crate) fn message_json(&self, chat_id: i64, message: &Message) -> Value {
        let replied = message
            .reply_to
            .and_then(|id| self.chats.get(&chat_id)?.messages.get(&id))
            .map(|replied| replied.as_json(self.chat_json(chat_id), self.sender(replied), None));
        message.as_json(self.chat_json(chat_id), self.sender(message), replied)
    }

    fn sender(&self, message: &Message) -> Value {
        match message.sender.and_then(|id| self.users.get(&id)) {
            Some(user) => user.as_user(),
            None => self.bot(),
        }
    }

    /// The chat of a call, if the bot may write there.
    pub(crate) fn open_chat(&self, chat_id: Option<i64>) -> Result<i64, Refusal> {
        let chat_id = chat_id.ok_or_else(|| Refusal::bad_request("chat not found"))?;
        if let Some(user) = self.users.get(&chat_id) {
            if user.deactivated {
                return Err(Refusal::forbidden("user is deactivated"));
            }
            if user.blocked {
                return Err(Refusal::forbidden("bot was blocked by the user"));
            }
            if !user.started {
                return Err(Refusal::forbidden("bot can't initiate conversation with a user"));
            }
        }
        if !self.chats.contains_key(&chat_id) {
            return Err(Refusal::bad_request("chat not found"));
        }
        Ok(chat_id)
    }

    /// Stores a new message; its id is given here.
    pub(crate) fn store(&mut self, chat_id: i64, mut message: Message) -> i64 {
        let id = self.next_message_id;
        self.next_message_id += 1;
        message.id = id;
        let chat = self.chats.entry(chat_id).or_default();
        chat.typing_until = None;
        chat.messages.insert(id, message);
        while chat.messages.len() > MESSAGES_PER_CHAT_MAX {
            chat.messages.pop_first();
        }
        id
    }

    pub(crate) fn log(&mut self, call: Call) {
        self.calls.push_back(call);
        while self.calls.len() > CALLS_MAX {
            self.calls.pop_front();
        }
    }

    pub(crate) fn keep_file(&mut self, bytes: Bytes) -> String {
        let file_id = format!("file{}", self.next_message_id);
        self.files.push_back((file_id.clone(), bytes));
        while self.files.len() > FILES_MAX {
            self.files.pop_front();
        }
        file_id
    }
}
