//! Delivery of updates to the bot's webhook: one at a time, in order, until it answers 2xx.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::shared::Shared;
use crate::standin::now;

const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Telegram waits longer between tries; a test has no such time.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// A webhook that was set.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) url: url::Url,
    pub(crate) secret: Option<String>,
    /// Distinguishes it from the one before.
    pub(crate) generation: u64,
    /// Unix seconds and what went wrong.
    pub(crate) last_error: Option<(i64, String)>,
}

impl Hook {
    pub(crate) fn new(url: url::Url, secret: Option<String>, generation: u64) -> Self {
        Self { url, secret, generation, last_error: None }
    }
}

/// Delivers until `stop`.
pub(crate) async fn deliver(shared: Arc<Shared>, stop: CancellationToken) {
    let built = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ANSWER_WITHIN)
        .no_proxy()
        .build();
    let client = match built {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "the Bot API stand-in cannot deliver webhooks");
            return;
        }
    };
    let work = work(&shared, &client);
    tokio::select! {
        () = work => {}
        () = stop.cancelled() => {}
    }
}

async fn work(shared: &Shared, client: &reqwest::Client) {
    let mut changes = shared.subscribe();
    let mut pause = PAUSE_FIRST;
    loop {
        changes.mark_unchanged();
        let Some((hook, id, update)) = next(shared) else {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        };
        match post(client, &hook, &update).await {
            Ok(()) => {
                pause = PAUSE_FIRST;
                forget(shared, &hook, id);
            }
            Err(message) => {
                blame(shared, &hook, message);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

fn next(shared: &Shared) -> Option<(Hook, i64, Value)> {
    let state = shared.lock();
    let hook = state.hook.clone()?;
    let (id, update) = state.updates.front().cloned()?;
    Some((hook, id, update))
}

async fn post(client: &reqwest::Client, hook: &Hook, update: &Value) -> Result<(), String> {
    let mut request = client.post(hook.url.clone()).json(update);
    if let Some(secret) = &hook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("Wrong response from the webhook: {}", answer.status())),
        Err(error) if error.is_timeout() => Err("Read timeout expired".to_owned()),
        Err(_) => Err("Connection refused".to_owned()),
    }
}

fn forget(shared: &Shared, hook: &Hook, id: i64) {
    shared.change(|state| {
        let still_set = state.hook.as_ref().is_some_and(|set| set.generation == hook.generation);
        if still_set && state.updates.front().is_some_and(|(first, _)| *first == id) {
            state.updates.pop_front();
        }
    });
}

fn blame(shared: &Shared, hook: &Hook, message: String) {
    shared.change(|state| {
        if let Some(set) = state.hook.as_mut().filter(|set| set.generation == hook.generation) {
            set.last_error = Some((now().timestamp(), message));
        }
    });
}
