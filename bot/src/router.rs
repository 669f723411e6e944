//! From an update to who handles it. Typed by hand rather than with a dptree handler tree: the paths
//! are few, and each stands here in one `match`.

use async_trait::async_trait;
use aviso_core::account::AccountError;
use aviso_core::payment::PaymentError;
use aviso_core::preference::PreferenceError;
use aviso_core::store::StoreError;
use aviso_core::vault::VaultError;
use teloxide::types::{CallbackQuery, ChatMemberUpdated, MaybeInaccessibleMessage, Message, Update, UpdateKind};

use crate::buyer;
use crate::callback::{Menu, Press};
use crate::clean;
use crate::command::{Command, Spoken};
use crate::conversation::{self, Recalled, State};
use crate::fault::Fault;
use crate::guard;
use crate::intake::KINDS;
use crate::person::{Person, telegram_user};
use crate::screen::{Key, Screen};
use crate::staff;
use crate::start::Desk;
use crate::words::{Args, Words};
use crate::worker::Handle;

/// Why an update could not be handled. Kept with it, so nothing personal is in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandlingError {
    #[error("the update cannot be read: {0}")]
    Malformed(String),
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    #[error("an account: {0}")]
    Account(#[from] AccountError),
    #[error("a payment: {0}")]
    Payment(#[from] PaymentError),
    #[error("a preference: {0}")]
    Preference(#[from] PreferenceError),
    #[error("the vault: {0}")]
    Vault(#[from] VaultError),
    #[error("a document: {0}")]
    Document(String),
    #[error("Telegram: {0}")]
    Telegram(#[from] Fault),
}

pub(crate) type Handling = Result<(), HandlingError>;

/// A pressed button: where it is, and how to stop its spinner.
#[derive(Debug, Clone)]
pub(crate) struct Pressed {
    pub(crate) query: String,
    pub(crate) message_id: Option<i32>,
}

/// Handles updates.
#[derive(Debug)]
pub(crate) struct Router {
    desk: Desk,
}

#[async_trait]
impl Handle for Router {
    async fn handle(&self, payload: &str) -> Result<(), String> {
        match self.dispatch(payload).await {
            // They blocked the bot while it was answering: nothing is left to do.
            Ok(()) | Err(HandlingError::Telegram(Fault::Gone(_))) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn apologise(&self, payload: &str, incident: &str) {
        let Ok(update) = serde_json::from_str::<Update>(payload) else { return };
        let (Some(from), Some(chat)) = (update.from(), update.chat()) else { return };
        if !chat.is_private() {
            return;
        }
        let words = match Person::meet(&self.desk.services, from, chat.id.0).await {
            Ok(person) => person.words,
            Err(_) => Words::of(telegram_user(from, chat.id.0).language()),
        };
        let screen = Screen::text(words.tell("error-incident", &Args::new().with("incident", incident)));
        if let Err(fault) = self.desk.api.reply(chat.id.0, &screen).await {
            tracing::warn!(%fault, incident, "the person was not told of a fault");
        }
        if let UpdateKind::CallbackQuery(query) = &update.kind {
            self.desk.api.answer(&query.id.0, None).await;
        }
    }
}

impl Router {
    pub(crate) const fn new(desk: Desk) -> Self {
        Self { desk }
    }

    async fn dispatch(&self, payload: &str) -> Handling {
        let update: Update =
            serde_json::from_str(payload).map_err(|error| HandlingError::Malformed(error.classify_words()))?;
        match update.kind {
            UpdateKind::Message(message) => self.message(&message).await,
            UpdateKind::CallbackQuery(query) => self.press(&query).await,
            UpdateKind::MyChatMember(change) => self.membership(&change).await,
            UpdateKind::Error(_) => unread(payload),
            _ => Ok(()),
        }
    }

    async fn membership(&self, change: &ChatMemberUpdated) -> Handling {
        if change.chat.is_private() {
            let gone = !change.new_chat_member.kind.is_present();
            self.desk.services.accounts.set_telegram_gone(change.chat.id.0, gone).await?;
        }
        Ok(())
    }

    async fn message(&self, message: &Message) -> Handling {
        let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else { return Ok(()) };
        if !message.chat.is_private() {
            return self.group_message(message, from).await;
        }
        let person = Person::meet(&self.desk.services, from, message.chat.id.0).await?;
        let text = message.text().unwrap_or_default();
        let caption = message.caption().unwrap_or_default();
        if let Some(found) = guard::sensitive(text).or_else(|| guard::sensitive(caption)) {
            return buyer::hide(&self.desk, &person, message.id.0, found).await;
        }
        // A forwarded command is somebody else's words.
        let own = message.forward_origin().is_none();
        match Spoken::read(text).filter(|_| own) {
            Some(spoken) => self.command(&person, &spoken).await,
            None => self.words_of_a_person(&person, text).await,
        }
    }

    /// In groups the bot only says where to find it, and only when it is called by name.
    async fn group_message(&self, message: &Message, from: &teloxide::types::User) -> Handling {
        let spoken = message.text().and_then(Spoken::read);
        let name = self.desk.username.borrow().clone();
        let called = |spoken: &Spoken<'_>| {
            spoken.command() == Some(Command::Start)
                && spoken.bot.zip(name.as_deref()).is_some_and(|(bot, name)| bot.eq_ignore_ascii_case(name))
        };
        if spoken.is_some_and(|spoken| called(&spoken)) {
            let words = Words::of(telegram_user(from, message.chat.id.0).language());
            self.desk.api.reply(message.chat.id.0, &Screen::text(words.say("group-start"))).await?;
        }
        Ok(())
    }

    async fn command(&self, person: &Person, spoken: &Spoken<'_>) -> Handling {
        let ours = self.desk.username.borrow().clone();
        if spoken.bot.zip(ours).is_some_and(|(bot, ours)| !bot.eq_ignore_ascii_case(&ours)) {
            return Ok(());
        }
        if let Some(command) = spoken.command() {
            return buyer::command(&self.desk, person, command, spoken.args).await;
        }
        // Who is not staff does not learn that there are staff commands.
        match (spoken.staff_command(), &person.staff) {
            (Some(command), Some(member)) => staff::command(&self.desk, person, member, command, spoken.args).await,
            _ => self.suggest(person, "unknown-command").await,
        }
    }

    async fn words_of_a_person(&self, person: &Person, text: &str) -> Handling {
        match conversation::recall(&self.desk.services.memory, person).await? {
            Recalled::State(State::Email { language }) => buyer::email_given(&self.desk, person, language, text).await,
            Recalled::State(State::Search) => buyer::search_given(&self.desk, person, text).await,
            Recalled::State(State::LookUp) => buyer::look_up_given(&self.desk, person, text).await,
            Recalled::State(State::TimeZone) => buyer::zone_given(&self.desk, person, text).await,
            Recalled::Unreadable => {
                conversation::leave(&self.desk.services.memory, person).await?;
                self.suggest(person, "conversation-lost").await
            }
            Recalled::Nothing => self.suggest(person, "free-text").await,
        }
    }

    /// Never silence: three buttons that lead on.
    async fn suggest(&self, person: &Person, id: &str) -> Handling {
        let words = &person.words;
        let args = Args::new().with("name", clean::name(&person.user.first_name));
        let first = match person.account {
            Some(_) => Key::press(words.say("key-payments"), Press::Menu(Menu::Payments)),
            None => Key::press(words.say("key-begin"), Press::Menu(Menu::Start)),
        };
        let screen = Screen::text(words.tell(id, &args)).row([first]).row([
            Key::press(words.say("key-language"), Press::Menu(Menu::Language)),
            Key::press(words.say("key-help"), Press::Menu(Menu::Help)),
        ]);
        self.desk.api.reply(person.chat_id(), &screen).await?;
        Ok(())
    }

    async fn press(&self, query: &CallbackQuery) -> Handling {
        let chat = query.message.as_ref().map(MaybeInaccessibleMessage::chat);
        // Buttons work in the private chat they were made for, never in groups or inline.
        let Some(chat_id) = chat.filter(|chat| chat.is_private()).map(|chat| chat.id.0) else {
            self.desk.api.answer(&query.id.0, None).await;
            return Ok(());
        };
        let person = Person::meet(&self.desk.services, &query.from, chat_id).await?;
        let message_id = query.message.as_ref().map(|message| message.id().0);
        let pressed = Pressed { query: query.id.0.clone(), message_id };
        let Some(press) = query.data.as_deref().and_then(|data| data.parse::<Press>().ok()) else {
            self.desk.api.answer(&pressed.query, Some(&person.words.say("toast-outdated"))).await;
            return Ok(());
        };
        self.do_press(&person, &pressed, press).await
    }

    async fn do_press(&self, person: &Person, pressed: &Pressed, press: Press) -> Handling {
        let desk = &self.desk;
        let outcome = match press {
            Press::Menu(_)
            | Press::Language(_)
            | Press::Number(..)
            | Press::Payments(_)
            | Press::Details(..)
            | Press::Notice(_)
            | Press::NotMe(_)
            | Press::NotMeSure(_)
            | Press::CardRemove(_)
            | Press::CardRemoveSure(_)
            | Press::Setting(_)
            | Press::Narrowed(..)
            | Press::Search
            | Press::Refunds(_)
            | Press::Receipt(_)
            | Press::Statement(_)
            | Press::SessionEnd(_)
            | Press::Nothing => buyer::press(desk, person, pressed, press).await?,
            Press::Once(_)
            | Press::Card(_)
            | Press::Why(_)
            | Press::Reveal(_)
            | Press::Refund(_)
            | Press::Approve(_)
            | Press::Reject(_)
            | Press::Reviews
            | Press::Review(_)
            | Press::AskBank(_)
            | Press::Applications
            | Press::Applicant(_)
            | Press::Admit(..) => match &person.staff {
                Some(member) => staff::press(desk, person, member, pressed, press).await?,
                None => Some(person.words.say("toast-outdated")),
            },
        };
        desk.api.answer(&pressed.query, outcome.as_deref()).await;
        Ok(())
    }
}

/// A kind that we asked for but cannot read is a fault; one that we never heard of is not.
fn unread(payload: &str) -> Handling {
    let update: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    let kind = KINDS.iter().find(|kind| update.get(**kind).is_some());
    kind.map_or(Ok(()), |kind| Err(HandlingError::Malformed((*kind).to_owned())))
}

/// What is wrong with JSON, without quoting it.
trait ClassifyWords {
    fn classify_words(&self) -> String;
}

impl ClassifyWords for serde_json::Error {
    fn classify_words(&self) -> String {
        format!("{:?} at line {} column {}", self.classify(), self.line(), self.column())
    }
}
