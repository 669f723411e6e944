//! News: a commercial message to everybody who asked for such.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::account::Account;
use crate::clock::Timestamp;
use crate::event::{Audience, Event, EventType};
use crate::id::{AccountId, EventId};
use crate::language::Language;
use crate::store::StoreError;

const NAME_CHARS_MAX: usize = 64;
const TITLE_CHARS_MAX: usize = 120;
const TEXT_CHARS_MAX: usize = 2_000;

/// What the message says in one language.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NewsText {
    /// One line.
    pub title: String,
    /// The text; blank lines part paragraphs.
    pub text: String,
}

/// A message, in every language that we speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    name: String,
    texts: BTreeMap<&'static str, NewsText>,
}

/// Why a message cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum NewsError {
    /// The name is empty, long, or has characters that a name should not have.
    #[error("name: 1 to {NAME_CHARS_MAX} letters, digits, dots and dashes")]
    Name,
    /// A language has no text, or one that is too long.
    #[error("{language}: a title of 1 to {TITLE_CHARS_MAX} and a text of 1 to {TEXT_CHARS_MAX} characters")]
    Text {
        /// The language's code.
        language: &'static str,
    },
    /// Another message has this name.
    #[error("name: another message has this name")]
    Taken,
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl News {
    /// A message. The name tells it from others: nobody gets the same one twice.
    ///
    /// # Errors
    ///
    /// [`NewsError`] names what is missing or too long.
    pub fn new(name: &str, texts: impl Fn(Language) -> Option<NewsText>) -> Result<Self, NewsError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(plain) {
            return Err(NewsError::Name);
        }
        let mut known = BTreeMap::new();
        for language in Language::ALL {
            let wrong = NewsError::Text { language: language.code() };
            let Some(text) = texts(language) else { return Err(wrong) };
            let fits = |text: &str, max: usize| !text.trim().is_empty() && text.chars().count() <= max;
            if !fits(&text.title, TITLE_CHARS_MAX) || !fits(&text.text, TEXT_CHARS_MAX) || text.title.contains('\n') {
                return Err(wrong);
            }
            known.insert(language.code(), text);
        }
        Ok(Self { name: name.to_owned(), texts: known })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> &NewsText {
        &self.texts[language.code()]
    }

    /// Its texts as a table keeps them.
    pub(crate) fn texts_json(&self) -> String {
        serde_json::to_string(&self.texts).expect("texts have text keys only")
    }

    /// Reads what a table keeps.
    pub(crate) fn from_json(name: &str, texts: &str) -> Option<Self> {
        let mut texts: BTreeMap<String, NewsText> = serde_json::from_str(texts).ok()?;
        let texts: BTreeMap<_, _> =
            Language::ALL.into_iter().filter_map(|of| Some((of.code(), texts.remove(of.code())?))).collect();
        (texts.len() == Language::ALL.len()).then(|| Self { name: name.to_owned(), texts })
    }

    /// The event's id follows from name and account, so that nobody is told twice.
    pub(super) fn event_id(&self, account: AccountId) -> EventId {
        let digest = Sha256::new().chain_update(&self.name).chain_update(b"\0").chain_update(account.as_uuid());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        EventId::from_uuid(Uuid::from_bytes(bytes))
    }

    pub(super) fn event(&self, account: &Account, now: Timestamp) -> Event {
        let text = &self.texts[account.language.code()];
        let facts = [("title", &text.title), ("text", &text.text)];
        let audience = Audience {
            account_id: Some(account.id),
            facts: facts.map(|(key, value)| (key.to_owned(), value.clone())).into(),
            ..Audience::default()
        };
        Event { id: self.event_id(account.id), ..Event::for_people(EventType::NewsPublished, audience, now) }
    }
}
