//! Works off the inbox: in order within a chat, side by side between chats. An update that cannot be
//! handled is marked dead with its error; nothing that one update does stops the others.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::bot::{BotMemory, InboxUpdate};
use futures::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Updates looked at in one round.
const PAGE: u64 = 1_000;
/// Chats handled side by side.
const CHATS_MAX: usize = 32;
/// Updates of one chat that may wait; of more, only the newest are handled.
const WAITING_MAX: usize = 30;
/// How long an update may take.
const LIMIT: Duration = Duration::from_secs(20);
/// The worker looks at least this often, for updates of other instances and lost wake-ups.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long updates under way may take to end at shutdown.
const DRAIN: Duration = Duration::from_secs(20);
/// How long until what must be handled is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Handles one update.
#[async_trait]
pub(crate) trait Handle: Send + Sync + 'static {
    /// Handles it. The error is kept with the update, so it holds nothing personal.
    async fn handle(&self, payload: &str) -> Result<(), String>;

    /// Whether an update tells of money that moved: it is tried until it is handled, whatever goes wrong.
    fn must_be_handled(&self, _payload: &str) -> bool {
        false
    }

    /// Handling failed, panicked or took too long: the person is told, if there is one.
    async fn apologise(&self, payload: &str, incident: &str);
}

/// Works off the inbox.
#[derive(Clone)]
pub(crate) struct Worker {
    memory: BotMemory,
    handler: Arc<dyn Handle>,
    limit: Duration,
}

impl Worker {
    pub(crate) fn new(memory: BotMemory, handler: Arc<dyn Handle>) -> Self {
        Self { memory, handler, limit: LIMIT }
    }

    #[cfg(test)]
    pub(crate) fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Works until it is told to stop; then lets updates under way end.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut commits = self.memory.commits();
        let mut busy: HashSet<i64> = HashSet::new();
        let mut chats: JoinSet<i64> = JoinSet::new();
        let mut sweep = tokio::time::interval(SWEEP_EVERY);
        while !stop.is_cancelled() {
            commits.mark_unchanged();
            if let Err(error) = self.start_chats(&mut busy, &mut chats).await {
                tracing::error!(%error, "the inbox was not read");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = chats.join_next() => note_end(&mut busy, ended),
                _ = commits.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                _ = sweep.tick() => self.sweep().await,
            }
            while let Some(ended) = chats.try_join_next() {
                note_end(&mut busy, ended);
            }
        }
        let all = async { while chats.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!("updates were still under way at shutdown; they are handled again at the next start");
        }
    }

    async fn start_chats(
        &self,
        busy: &mut HashSet<i64>,
        chats: &mut JoinSet<i64>,
    ) -> Result<(), aviso_core::store::StoreError> {
        if busy.len() >= CHATS_MAX {
            return Ok(());
        }
        let mut waiting: HashMap<i64, VecDeque<InboxUpdate>> = HashMap::new();
        let mut order = Vec::new();
        for update in self.memory.pending(PAGE).await? {
            if busy.contains(&update.chat_id) {
                continue;
            }
            let queue = waiting.entry(update.chat_id).or_default();
            if queue.is_empty() {
                order.push(update.chat_id);
            }
            queue.push_back(update);
        }
        order.truncate(CHATS_MAX - busy.len());
        for chat_id in order {
            let Some(queue) = waiting.remove(&chat_id) else { continue };
            busy.insert(chat_id);
            let this = self.clone();
            chats.spawn(async move {
                // The task itself must not end without saying whose it was.
                if AssertUnwindSafe(this.work_off(queue)).catch_unwind().await.is_err() {
                    tracing::error!(chat_id, "a chat's task panicked outside a handler");
                }
                chat_id
            });
        }
        Ok(())
    }

    async fn work_off(&self, mut queue: VecDeque<InboxUpdate>) {
        while queue.len() > WAITING_MAX {
            if queue.front().is_some_and(|update| self.handler.must_be_handled(&update.payload)) {
                break;
            }
            if let Some(update) = queue.pop_front() {
                self.settle(update.update_id, Some("skipped: too many updates of the chat were waiting")).await;
            }
        }
        for update in queue {
            let error = self.handle(&update).await.err();
            if error.is_some() && self.handler.must_be_handled(&update.payload) {
                // It waits at the head of its chat, which is looked at again soon.
                tokio::time::sleep(TRY_AGAIN).await;
                return;
            }
            self.settle(update.update_id, error.as_deref()).await;
        }
    }

    async fn handle(&self, update: &InboxUpdate) -> Result<(), String> {
        let handling = AssertUnwindSafe(self.handler.handle(&update.payload)).catch_unwind();
        let error = match tokio::time::timeout(self.limit, handling).await {
            Ok(Ok(Ok(()))) => return Ok(()),
            Ok(Ok(Err(error))) => error,
            Ok(Err(_)) => "panic".to_owned(),
            Err(_) => "timeout".to_owned(),
        };
        if self.handler.must_be_handled(&update.payload) {
            tracing::error!(
                update_id = update.update_id,
                error,
                "an update that must be handled was not; it is tried again"
            );
            return Err(error);
        }
        let incident = incident();
        tracing::error!(update_id = update.update_id, incident, error, "an update could not be handled");
        metrics::counter!("aviso_bot_updates_dead_total").increment(1);
        let apology = AssertUnwindSafe(self.handler.apologise(&update.payload, &incident)).catch_unwind();
        let _ = tokio::time::timeout(self.limit, apology).await;
        Err(format!("{incident}: {error}"))
    }

    /// An update that is not settled would be handled again, so this does not give up easily.
    async fn settle(&self, update_id: i64, error: Option<&str>) {
        for attempt in 0..6_u32 {
            match self.memory.settle(update_id, error).await {
                Ok(()) => return,
                Err(error) => tracing::error!(update_id, %error, "an update was not settled"),
            }
            tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
        }
    }

    async fn sweep(&self) {
        if let Err(error) = self.memory.sweep().await {
            tracing::warn!(%error, "old updates were not forgotten");
        }
    }
}

fn note_end(busy: &mut HashSet<i64>, ended: Result<i64, tokio::task::JoinError>) {
    match ended {
        Ok(chat_id) => {
            busy.remove(&chat_id);
        }
        Err(error) => tracing::error!(%error, "a chat's task was lost"),
    }
}

/// A short name for a fault, to be read out to support: `E-7F3K`.
pub(crate) fn incident() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut name = String::from("E-");
    for _ in 0..4 {
        name.push(char::from(ALPHABET[usize::from(rand::random::<u8>() & 31)]));
    }
    name
}
