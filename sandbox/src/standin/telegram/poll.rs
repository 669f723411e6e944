//! `getUpdates`: a real long poll.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::body::Params;
use super::method::hook::set_allowed;
use super::refusal::{Outcome, Refusal};
use super::shared::Shared;

const TIMEOUT_SECS_MAX: u64 = 50;
const HOOK_IS_SET: &str =
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const ANOTHER_POLLER: &str =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

/// Answers as soon as there is an update, or with none when `timeout` seconds have passed.
pub(crate) async fn get_updates(shared: &Shared, params: &Params) -> Outcome {
    let offset = params.int("offset").unwrap_or(0);
    let limit = usize::try_from(params.int("limit").unwrap_or(100).clamp(1, 100)).unwrap_or(100);
    let timeout = u64::try_from(params.int("timeout").unwrap_or(0)).unwrap_or(0).min(TIMEOUT_SECS_MAX);
    let deadline = Instant::now() + Duration::from_secs(timeout);
    let mut changes = shared.subscribe();
    // This call ends the one that waits: the change wakes it.
    let mine = shared.change(|state| {
        if state.hook.is_some() {
            return Err(Refusal::new(409, HOOK_IS_SET));
        }
        set_allowed(state, params)?;
        state.poll += 1;
        Ok(state.poll)
    })?;
    loop {
        changes.mark_unchanged();
        let updates = {
            let mut state = shared.lock();
            if state.hook.is_some() {
                return Err(Refusal::new(409, HOOK_IS_SET));
            }
            if state.poll != mine {
                return Err(Refusal::new(409, ANOTHER_POLLER));
            }
            state.take_updates(offset, limit)
        };
        if !updates.is_empty() || Instant::now() >= deadline {
            return Ok(Value::Array(updates));
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = shared.stop.cancelled() => return Ok(Value::Array(Vec::new())),
        }
    }
}
