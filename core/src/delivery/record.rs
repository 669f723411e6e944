//! Recording what came of attempts, in groups: one unit of work for many results.

use std::time::Duration;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::delivery::plan::plan_fallback;
use crate::delivery::{AttemptRecord, ChannelKind, Job, Outcome, Pace};
use crate::id::EndpointId;
use crate::merchant::endpoint::{Health, note_health};
use crate::store::delivery::{self as rows, Verdict};
use crate::store::{StoreError, Tx, account as accounts};

/// The answer's text is kept up to here.
const ANSWER_BYTES_MAX: usize = 1_024;

/// An attempt that ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) job: Job,
    pub(super) token: Uuid,
    pub(super) outcome: Outcome,
    pub(super) began: Timestamp,
    pub(super) took: Duration,
}

/// Writes a group of results. A result whose lease is somebody else's by now changes nothing.
pub(super) async fn record(
    tx: &Tx,
    group: &[Ended],
    pace: &Pace,
    kind: ChannelKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut attempts = Vec::with_capacity(group.len());
    let mut health: Vec<(EndpointId, Health)> = Vec::new();
    for ended in group {
        let (verdict, rest_until) = judge(ended, pace, now);
        let ours = rows::finish(tx, &verdict, now).await?;
        attempts.push(attempt_record(ended, ours));
        if !ours {
            metrics::counter!("aviso_delivery_fenced_total", "channel" => kind.as_str()).increment(1);
            continue;
        }
        if verdict.state == "pending" {
            rows::rearm_recipient(tx, ended.job.id, rest_until).await?;
        }
        if let Outcome::RecipientGone(_) = ended.outcome {
            give_up(tx, ended, kind, now).await?;
        }
        if kind == ChannelKind::Webhook
            && let (Ok(endpoint), Some(state)) = (ended.job.address.parse(), health_of(&ended.outcome))
        {
            health.push((endpoint, state));
        }
    }
    rows::insert_attempts(tx, &attempts).await?;
    // Once per endpoint: the last result of the group says how it is.
    health.reverse();
    health.sort_by_key(|(endpoint, _)| *endpoint);
    health.dedup_by_key(|(endpoint, _)| *endpoint);
    for (endpoint, state) in health {
        note_health(tx, endpoint, state, now).await?;
    }
    Ok(())
}

const fn health_of(outcome: &Outcome) -> Option<Health> {
    match outcome {
        Outcome::Sent { .. } => Some(Health::Reached),
        Outcome::Failed(_) => Some(Health::Failed),
        Outcome::RecipientGone(_) => Some(Health::Gone),
        Outcome::Later { .. } | Outcome::Rejected(_) => None,
    }
}

/// What follows from an outcome, and until when the recipient rests.
fn judge<'a>(ended: &'a Ended, pace: &Pace, now: Timestamp) -> (Verdict<'a>, Timestamp) {
    let verdict = |state, next_at, counted, provider_ref| Verdict {
        id: ended.job.id,
        token: ended.token,
        state,
        next_at,
        counted,
        provider_ref,
    };
    match &ended.outcome {
        Outcome::Sent { provider_ref, .. } => (verdict("done", now, true, provider_ref.as_deref()), now),
        Outcome::Rejected(_) | Outcome::RecipientGone(_) => (verdict("dead", now, true, None), now),
        Outcome::Later { after, .. } => {
            let at = now.after(*after);
            (verdict("pending", at, false, None), at)
        }
        Outcome::Failed(answer) => {
            let step = usize::try_from(ended.job.attempt - 1).unwrap_or(0);
            match pace.schedule.get(step) {
                Some(wait) => {
                    let wait = jittered(*wait).max(answer.retry_after.unwrap_or_default());
                    (verdict("pending", now.after(wait), true, None), now)
                }
                None => (verdict("dead", now, true, None), now),
            }
        }
    }
}

/// Up to a fifth longer, never shorter: nobody is written to earlier than promised.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + rand::random::<f64>() / 5.0)
}

fn attempt_record(ended: &Ended, ours: bool) -> AttemptRecord {
    let answer = ended.outcome.answer();
    let outcome = match (&ended.outcome, ours) {
        (_, false) => "late",
        (Outcome::Sent { .. }, true) => "sent",
        (Outcome::Failed(_), true) => "failed",
        (Outcome::Later { .. }, true) => "later",
        (Outcome::Rejected(_), true) => "rejected",
        (Outcome::RecipientGone(_), true) => "gone",
    };
    // PostgreSQL refuses NUL in texts.
    let mut text = answer.text.replace('\0', "\u{fffd}");
    text.truncate(text.floor_char_boundary(ANSWER_BYTES_MAX));
    AttemptRecord {
        delivery_id: ended.job.id,
        number: ended.job.attempt,
        at: ended.began,
        duration_micros: i64::try_from(ended.took.as_micros()).unwrap_or(i64::MAX),
        outcome: outcome.to_owned(),
        code: answer.code,
        class: answer.class.to_owned(),
        answer: text,
    }
}

/// A chat that is gone: remembered, what waits for it cancelled, and this event sent by e-mail instead.
async fn give_up(tx: &Tx, ended: &Ended, kind: ChannelKind, now: Timestamp) -> Result<(), StoreError> {
    match kind {
        ChannelKind::Telegram => {
            if let Ok(chat_id) = ended.job.address.parse() {
                accounts::set_telegram_gone(tx, chat_id, Some(now)).await?;
            }
            if !ended.job.staff {
                plan_fallback(tx, &ended.job.event, ended.job.language, now).await?;
            }
        }
        // The endpoint's own health takes care of it.
        ChannelKind::Webhook => {}
        // Nothing comes after e-mail; the dead delivery stays in the log for staff.
        ChannelKind::Email => {}
    }
    Ok(())
}
