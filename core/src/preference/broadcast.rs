//! Broadcasts: news on its way to everybody who asked for it.
//!
//! A broadcast is a row with a cursor. Each step writes the events of some more people and moves the cursor
//! in the same unit of work, so that a process that dies leaves nobody out and tells nobody twice. A step is
//! made only while little is on its way: a pause then holds nearly everything, and what is urgent never
//! stands behind ten thousand letters.

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::delivery::notice_key::{self, NoticeKey};
use crate::id::{AccountId, BroadcastId, EventId};
use crate::language::Language;
use crate::named::named;
use crate::preference::{Category, News, NewsError, Preferences};
use crate::store::{
    StoreError, Tx, account as accounts, broadcast as rows, event as events, notice_plan as notices,
    preference as preferences,
};

/// People written to in one unit of work.
const BATCH: u64 = 100;
/// A step is put off while more than this is due and not sent.
const OUTSTANDING_MAX: u64 = 100;

named! {
    /// Where a broadcast stands.
    pub enum BroadcastState {
        /// People are told, or will be when its time comes.
        Running = "running",
        /// Nobody more is told until it is resumed.
        Paused = "paused",
        /// Everybody was written to.
        Done = "done",
        /// It was taken back.
        Cancelled = "cancelled",
    }
}

impl BroadcastState {
    /// Whether nothing follows.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Done | Self::Cancelled => true,
            Self::Running | Self::Paused => false,
        }
    }
}

/// What is to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBroadcast {
    /// What it says.
    pub news: News,
    /// Only to people who read this language.
    pub language: Option<Language>,
    /// When it begins; at once when absent.
    pub not_before: Option<Timestamp>,
    /// Whether it waits until somebody lets it go.
    pub held: bool,
}

/// What [`ProgressMessage::text`] is once the message shows the end: it is not changed any more.
pub const SHOWN_TO_THE_END: &str = "over";

/// The message in a chat that shows how far a broadcast is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressMessage {
    /// The chat.
    pub chat_id: i64,
    /// The message.
    pub message_id: i32,
    /// What it shows now.
    pub text: String,
}

/// A message to many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    /// Its id.
    pub id: BroadcastId,
    /// What it says.
    pub news: News,
    /// Only to people who read this language.
    pub language: Option<Language>,
    /// Where it stands.
    pub state: BroadcastState,
    /// When it begins.
    pub not_before: Timestamp,
    /// The last person who was written to; people are gone through in the order of their ids.
    pub last_account: Option<AccountId>,
    /// How many were written to.
    pub written: u64,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was done or taken back.
    pub finished_at: Option<Timestamp>,
    /// Where it is shown how far it is.
    pub progress: Option<ProgressMessage>,
}

/// How far a broadcast is. Messages are counted by chat and mailbox: one person may have both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// People whom it is for, as of now.
    pub people: u64,
    /// People who were written to.
    pub written: u64,
    /// Messages that were taken.
    pub sent: u64,
    /// Messages that wait or are on their way.
    pub waiting: u64,
    /// Messages that could not be delivered.
    pub failed: u64,
}

/// Why a broadcast was not changed.
#[derive(Debug, thiserror::Error)]
pub enum BroadcastError {
    /// No such broadcast.
    #[error("there is no such broadcast")]
    NotFound,
    /// It is done or was taken back.
    #[error("the broadcast is over: {}", .0.as_str())]
    Over(BroadcastState),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Preferences {
    /// Makes a broadcast that begins at a moment. Made again with the same name and texts it is the one that
    /// was made first.
    ///
    /// # Errors
    ///
    /// [`NewsError::Taken`] when another message has the name.
    pub async fn announce(&self, actor: &Actor, made: &NewBroadcast) -> Result<Broadcast, NewsError> {
        let now = self.clock.now();
        let new = Broadcast {
            id: BroadcastId::new(now),
            news: made.news.clone(),
            language: made.language,
            state: if made.held { BroadcastState::Paused } else { BroadcastState::Running },
            not_before: made.not_before.unwrap_or(now).max(now),
            last_account: None,
            written: 0,
            created_by: actor.to_string(),
            created_at: now,
            finished_at: None,
            progress: None,
        };
        self.store
            .write(async |tx| {
                if rows::insert(tx, &new).await? {
                    let to = made.language.map_or("all", Language::code);
                    let after = format!("{} to {to}, from {}", new.state.as_str(), new.not_before);
                    note(tx, actor, "broadcast.create", &new, (String::new(), after), now).await?;
                    return Ok(new.clone());
                }
                let first = rows::by_name(tx.conn(), made.news.name()).await?;
                let same = |first: &Broadcast| first.news == made.news && first.language == made.language;
                first.filter(same).ok_or(NewsError::Taken)
            })
            .await
    }

    /// The broadcast with a name.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn broadcast_named(&self, name: &str) -> Result<Option<Broadcast>, StoreError> {
        rows::by_name(self.store.reader(), name).await
    }

    /// A broadcast.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn broadcast(&self, id: BroadcastId) -> Result<Option<Broadcast>, StoreError> {
        rows::by_id(self.store.reader(), id).await
    }

    /// The latest broadcasts.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn broadcasts(&self, limit: u64) -> Result<Vec<Broadcast>, StoreError> {
        rows::latest(self.store.reader(), limit).await
    }

    /// How many people a broadcast would reach that is made now.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn count_news_readers(&self, language: Option<Language>) -> Result<u64, StoreError> {
        preferences::count_subscribers(self.store.reader(), Category::News, language).await
    }

    /// How far a broadcast is.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn progress(&self, broadcast: &Broadcast) -> Result<Progress, StoreError> {
        let key = NoticeKey::broadcast(broadcast.news.name());
        let mut progress = Progress {
            people: self.count_news_readers(broadcast.language).await?.max(broadcast.written),
            written: broadcast.written,
            ..Progress::default()
        };
        for (state, count) in notices::states(self.store.reader(), key.as_str()).await? {
            match state.as_str() {
                "done" => progress.sent += count,
                "pending" | "leased" => progress.waiting += count,
                // `cancelled` ones were taken back.
                "dead" => progress.failed += count,
                _ => {}
            }
        }
        Ok(progress)
    }

    /// Writes to some more people of each broadcast whose time has come, unless enough is on its way. Safe to
    /// run at any time, on several instances at once, and after a crash. Gives how many were written to.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn broadcast_step(&self) -> Result<u64, StoreError> {
        let (mut total, conn) = (0, self.store.reader());
        for due in rows::due(conn, self.clock.now()).await? {
            let key = NoticeKey::broadcast(due.news.name());
            if notices::outstanding(conn, key.as_str(), self.clock.now()).await? > OUTSTANDING_MAX {
                continue;
            }
            let now = self.clock.now();
            total += self.store.write(async |tx| step(tx, due.id, &key, now).await).await?;
        }
        Ok(total)
    }

    /// Holds a broadcast, or lets it go on. What is on its way arrives.
    ///
    /// # Errors
    ///
    /// [`BroadcastError`].
    pub async fn hold_broadcast(&self, actor: &Actor, id: BroadcastId, hold: bool) -> Result<(), BroadcastError> {
        let state = if hold { BroadcastState::Paused } else { BroadcastState::Running };
        let action = if hold { "broadcast.pause" } else { "broadcast.resume" };
        self.change(actor, id, state, action).await
    }

    /// Takes a broadcast back: nobody more is told, and what was not sent yet is not sent.
    ///
    /// # Errors
    ///
    /// [`BroadcastError`].
    pub async fn cancel_broadcast(&self, actor: &Actor, id: BroadcastId) -> Result<(), BroadcastError> {
        self.change(actor, id, BroadcastState::Cancelled, "broadcast.cancel").await
    }

    async fn change(
        &self,
        actor: &Actor,
        id: BroadcastId,
        state: BroadcastState,
        action: &'static str,
    ) -> Result<(), BroadcastError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let mut broadcast = rows::lock(tx, id).await?.ok_or(BroadcastError::NotFound)?;
                let before = broadcast.state;
                if before.is_final() {
                    return Err(BroadcastError::Over(before));
                }
                broadcast.state = state;
                broadcast.finished_at = state.is_final().then_some(now);
                rows::update(tx, &broadcast).await?;
                if state == BroadcastState::Cancelled {
                    notice_key::cancel(tx, &NoticeKey::broadcast(broadcast.news.name()), now).await?;
                }
                let change = (before.as_str().to_owned(), state.as_str().to_owned());
                Ok(note(tx, actor, action, &broadcast, change, now).await?)
            })
            .await
    }

    /// The broadcasts whose progress a chat shows, but for those whose end is shown.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn followed_broadcasts(&self) -> Result<Vec<Broadcast>, StoreError> {
        rows::followed(self.store.reader()).await
    }

    /// Remembers which message shows the progress of a broadcast, and what it shows.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn show_progress(&self, id: BroadcastId, message: &ProgressMessage) -> Result<(), StoreError> {
        self.store
            .write(async |tx| match rows::lock(tx, id).await? {
                Some(broadcast) => rows::update(tx, &Broadcast { progress: Some(message.clone()), ..broadcast }).await,
                None => Ok(()),
            })
            .await
    }
}

async fn note(
    tx: &Tx,
    actor: &Actor,
    action: &'static str,
    broadcast: &Broadcast,
    (before, after): (String, String),
    now: Timestamp,
) -> Result<(), StoreError> {
    let reason = broadcast.news.name().to_owned();
    let row = audit::NewRow { actor: actor.clone(), action, subject: broadcast.id.to_string(), before, after, reason };
    audit::record(tx, &row, now).await
}

async fn step(tx: &Tx, id: BroadcastId, key: &NoticeKey, now: Timestamp) -> Result<u64, StoreError> {
    // Held, taken back or moved on by somebody else meanwhile.
    let Some(mut broadcast) = rows::lock(tx, id).await?.filter(|found| found.state == BroadcastState::Running) else {
        return Ok(0);
    };
    let (language, after) = (broadcast.language, broadcast.last_account);
    let batch = preferences::subscribers(tx.conn(), Category::News, language, after, BATCH).await?;
    let mut fresh = Vec::new();
    for id in &batch {
        fresh.extend(accounts::by_id(tx.conn(), *id).await?.map(|account| broadcast.news.event(&account, now)));
    }
    let ids: Vec<EventId> = fresh.iter().map(|event| event.id).collect();
    notices::note(tx, &ids, key.as_str()).await?;
    events::insert(tx, &fresh).await?;
    match batch.last() {
        Some(last) => broadcast.last_account = Some(*last),
        None => (broadcast.state, broadcast.finished_at) = (BroadcastState::Done, Some(now)),
    }
    broadcast.written += fresh.len() as u64;
    rows::update(tx, &broadcast).await?;
    Ok(fresh.len() as u64)
}
