//! What the bot keeps in the database: its inbox, conversations and one-time buttons. The texts in
//! them are the bot's own; core only keeps them safe.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::id::{ButtonId, PaymentId};
use crate::language::Language;
use crate::store::{Store, StoreError, Work, bot as rows};

/// An update that waits to be handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxUpdate {
    /// Telegram's number of it.
    pub update_id: i64,
    /// The chat that it belongs to: handled in order within it.
    pub chat_id: i64,
    /// The update as it came, JSON.
    pub payload: String,
    /// How often it was tried.
    pub attempts: i32,
}

/// A button that was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PressedButton {
    /// What it does, in the bot's own words.
    pub action: String,
}

/// Which receipt, and made of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptKey<'a> {
    /// The payment.
    pub payment: PaymentId,
    /// The language that it is written in.
    pub language: Language,
    /// Stands for its content: another one makes another file.
    pub digest: &'a str,
}

/// How long updates are remembered, so that a repeated one is recognised.
const REMEMBER_UPDATES: Duration = Duration::from_secs(3 * 24 * 3_600);

/// The bot's memory.
#[derive(Debug, Clone)]
pub struct BotMemory {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl BotMemory {
    /// A memory over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Keeps updates, each once. They are durable when this returns, so that the sender may forget
    /// them. Gives how many were new.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn receive(&self, updates: &[InboxUpdate]) -> Result<u64, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::insert_updates(tx, updates, now).await).await
    }

    /// The oldest updates that wait.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn pending(&self, limit: u64) -> Result<Vec<InboxUpdate>, StoreError> {
        rows::pending_updates(self.store.reader(), limit).await
    }

    /// Changes whenever this process received updates: the worker awaits it, and looks by a timer, too.
    #[must_use]
    pub fn commits(&self) -> tokio::sync::watch::Receiver<u64> {
        self.store.work(Work::Updates)
    }

    /// Marks an update as handled, or as one that cannot be (`error`).
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn settle(&self, update_id: i64, error: Option<&str>) -> Result<(), StoreError> {
        self.store.write(async |tx| rows::settle_update(tx, update_id, error).await).await
    }

    /// How many updates wait, and how many could not be handled.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn inbox_counts(&self) -> Result<(u64, u64), StoreError> {
        rows::count_updates(self.store.reader()).await
    }

    /// Forgets handled updates after three days, and conversations and buttons that ran out.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::sweep(tx, now, now.before(REMEMBER_UPDATES)).await).await
    }

    /// What a person is in the middle of, unless it ran out.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn conversation(&self, chat_id: i64, tg_user_id: i64) -> Result<Option<String>, StoreError> {
        rows::conversation(self.store.reader(), chat_id, tg_user_id, self.clock.now()).await
    }

    /// Remembers what a person is in the middle of; `None` forgets it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_conversation(
        &self,
        chat_id: i64,
        tg_user_id: i64,
        state: Option<&str>,
        lifetime: Duration,
    ) -> Result<(), StoreError> {
        let until = self.clock.now().after(lifetime);
        self.store.write(async |tx| rows::set_conversation(tx, chat_id, tg_user_id, state, until).await).await
    }

    /// The file that Telegram keeps of a receipt, if it was made of the same content.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn receipt_file(&self, receipt: &ReceiptKey<'_>) -> Result<Option<String>, StoreError> {
        rows::receipt_file(self.store.reader(), receipt).await
    }

    /// Remembers the file that Telegram keeps of a receipt, in place of an older one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn keep_receipt_file(&self, receipt: &ReceiptKey<'_>, file_id: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::keep_receipt_file(tx, receipt, file_id, now).await).await
    }

    /// Makes a button that one person may press once, in one chat.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn make_button(
        &self,
        tg_user_id: i64,
        chat_id: i64,
        action: &str,
        lifetime: Duration,
    ) -> Result<ButtonId, StoreError> {
        let now = self.clock.now();
        let id = ButtonId::new(now);
        let until = now.after(lifetime);
        self.store.write(async |tx| rows::insert_button(tx, id, tg_user_id, chat_id, action, now, until).await).await?;
        Ok(id)
    }

    /// Presses a button. `None` when it is used up, too old, or somebody else's.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn press(
        &self,
        id: ButtonId,
        tg_user_id: i64,
        chat_id: i64,
    ) -> Result<Option<PressedButton>, StoreError> {
        let now = self.clock.now();
        self.store.write(async |tx| rows::press_button(tx, id, tg_user_id, chat_id, now).await).await
    }
}
