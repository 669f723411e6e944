//! Long polling. The offset moves on only after the inbox is durable: what a crash cuts short,
//! Telegram gives again.

use std::sync::Arc;
use std::time::Duration;

use aviso_core::bot::{BotMemory, InboxUpdate};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{KINDS, inbox_update};
use crate::checkout::Checkouts;

/// How long Telegram holds a request open when nothing happens.
const HOLD_SECS: u64 = 25;
/// How much longer we wait for the answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(HOLD_SECS + 10);
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// The largest answer that is read: a hundred updates are far below.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Why a round brought nothing.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error("Telegram cannot be reached ({0})")]
    Network(&'static str),
    #[error("Telegram answered {0} without JSON")]
    NotJson(u16),
    #[error("Telegram refused: {code} {text}")]
    Refused { code: i64, text: String, wait: Option<Duration> },
    #[error("the inbox was not written")]
    Store(#[from] aviso_core::store::StoreError),
}

/// Asks for updates until it is told to stop. No fault ends it: it waits longer and asks again.
pub(crate) async fn poll(bot: teloxide::Bot, memory: BotMemory, checkouts: &Arc<Checkouts>, stop: CancellationToken) {
    let mut offset = 0;
    let mut pause = PAUSE_FIRST;
    while !stop.is_cancelled() {
        let round = tokio::select! {
            () = stop.cancelled() => return,
            round = round(&bot, &memory, checkouts, &mut offset) => round,
        };
        let Err(error) = round else {
            pause = PAUSE_FIRST;
            continue;
        };
        let wait = match &error {
            PollError::Refused { wait: Some(wait), .. } => *wait,
            PollError::Network(_) | PollError::NotJson(_) | PollError::Refused { .. } | PollError::Store(_) => pause,
        };
        tracing::warn!(%error, wait_ms = wait.as_millis(), "updates were not fetched");
        metrics::counter!("aviso_bot_poll_failures_total").increment(1);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn round(
    bot: &teloxide::Bot,
    memory: &BotMemory,
    checkouts: &Arc<Checkouts>,
    offset: &mut i64,
) -> Result<(), PollError> {
    let updates = fetch(bot, *offset).await?;
    let Some(next) = updates.iter().filter_map(|update| update.get("update_id")?.as_i64()).max() else {
        return Ok(());
    };
    let count = updates.len();
    let kept: Vec<InboxUpdate> = updates.into_iter().filter_map(inbox_update).collect();
    if kept.len() < count {
        tracing::error!(count = count - kept.len(), "updates without a number were dropped");
    }
    for update in &kept {
        checkouts.arrived(&update.payload);
    }
    let new = memory.receive(&kept).await?;
    metrics::counter!("aviso_bot_updates_total").increment(new);
    *offset = next.saturating_add(1);
    Ok(())
}

/// Raw, not through teloxide: one update it cannot read would hide the whole batch from us.
async fn fetch(bot: &teloxide::Bot, offset: i64) -> Result<Vec<Value>, PollError> {
    let mut url = bot.api_url();
    url.path_segments_mut()
        .map_err(|()| PollError::Network("address"))?
        .pop_if_empty()
        .extend([&format!("bot{}", bot.token()), "getUpdates"]);
    let body = json!({ "offset": offset, "timeout": HOLD_SECS, "limit": 100, "allowed_updates": KINDS });
    // reqwest's errors name the address, and the address holds the token: only their kind is kept.
    let mut answer = bot
        .client()
        .post(url)
        .timeout(ANSWER_WITHIN)
        .json(&body)
        .send()
        .await
        .map_err(|error| PollError::Network(if error.is_timeout() { "timeout" } else { "connection" }))?;
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|_| PollError::Network("answer"))? {
        if bytes.len() + part.len() > BYTES_MAX {
            return Err(PollError::NotJson(status));
        }
        bytes.extend_from_slice(&part);
    }
    let mut answer: Value = serde_json::from_slice(&bytes).map_err(|_| PollError::NotJson(status))?;
    match answer.get_mut("result").map(Value::take) {
        Some(Value::Array(updates)) => Ok(updates),
        _ => Err(refusal(&answer, status)),
    }
}

fn refusal(answer: &Value, status: u16) -> PollError {
    let text = answer.get("description").and_then(Value::as_str).unwrap_or("no description");
    let wait = answer.get("parameters").and_then(|parameters| parameters.get("retry_after")?.as_u64());
    PollError::Refused {
        code: answer.get("error_code").and_then(Value::as_i64).unwrap_or(i64::from(status)),
        text: text.chars().take(200).collect(),
        wait: wait.map(|secs| Duration::from_secs(secs.min(300))),
    }
}
