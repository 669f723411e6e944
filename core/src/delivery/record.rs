//! Recording what came of attempts, in groups: one unit of work for many results.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::delivery::reach::{normal, plan_fallback};
use crate::delivery::{AttemptRecord, ChannelKind, Job, Outcome, Pace};
use crate::id::EndpointId;
use crate::merchant::endpoint::{Pulse, note_health};
use crate::preference::{Suppression, SuppressionReason};
use crate::store::delivery::{self as rows, Verdict};
use crate::store::{StoreError, Tx, account as accounts, preference as preferences, recipient as recipients};

/// The answer's text is kept up to here.
pub(super) const ANSWER_BYTES_MAX: usize = 1_024;

/// An attempt that ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) job: Job,
    pub(super) token: Uuid,
    pub(super) recipient: Uuid,
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
    // In the order of their ids, so that two groups seldom lock crosswise.
    let mut waiting: BTreeMap<Uuid, Option<Timestamp>> = BTreeMap::new();
    let mut freed = BTreeSet::new();
    let mut pulses: BTreeMap<EndpointId, Pulse> = BTreeMap::new();
    for ended in group {
        let (verdict, rest_until) = judge(ended, pace, now);
        let ours = rows::finish(tx, &verdict, now).await?;
        attempts.push(attempt_record(ended, ours));
        if !ours {
            metrics::counter!("aviso_delivery_fenced_total", "channel" => kind.as_str()).increment(1);
            continue;
        }
        freed.insert(ended.recipient);
        if verdict.state == "pending" {
            let rest = waiting.entry(ended.recipient).or_default();
            *rest = Ord::max(*rest, rest_until);
        }
        match kind {
            ChannelKind::Telegram => after_chat(tx, ended, verdict.state, now).await?,
            ChannelKind::Webhook => {
                if let Ok(endpoint) = ended.job.address.parse() {
                    feel(pulses.entry(endpoint).or_default(), &ended.outcome);
                }
            }
            ChannelKind::Email => after_mail(tx, ended, verdict.state, now).await?,
            // Nothing of it is ever delivered.
            ChannelKind::Inbox => {}
        }
    }
    rows::insert_attempts(tx, &attempts).await?;
    for (endpoint, pulse) in pulses {
        unless_unreadable(note_health(tx, endpoint, pulse, now).await)?;
    }
    for (recipient, rest_until) in &waiting {
        recipients::rearm(tx, *recipient, *rest_until).await?;
    }
    let freed: Vec<Uuid> = freed.into_iter().filter(|recipient| !waiting.contains_key(recipient)).collect();
    recipients::wake_full(tx, &freed, now).await
}

const fn feel(pulse: &mut Pulse, outcome: &Outcome) {
    match outcome {
        Outcome::Sent { .. } => pulse.reached(),
        Outcome::Failed(_) => pulse.failed(),
        Outcome::RecipientGone(_) => pulse.gone(),
        Outcome::Later { .. } | Outcome::Rejected(_) => {}
    }
}

/// A row that this version cannot read, beside the result, must not keep the result from being written.
pub(super) fn unless_unreadable(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(error @ StoreError::Unreadable { .. }) => {
            tracing::error!(%error, "what follows from a result was left out");
            Ok(())
        }
        other => other,
    }
}

/// What follows from an outcome, and until when the recipient rests.
fn judge(ended: &Ended, pace: &Pace, now: Timestamp) -> (Verdict, Option<Timestamp>) {
    let verdict = |state, next_at, counted| Verdict {
        id: ended.job.id,
        token: ended.token,
        state,
        next_at,
        counted,
        provider_ref: None,
    };
    match &ended.outcome {
        Outcome::Sent { provider_ref, .. } => {
            let provider_ref = provider_ref.as_deref().map(without_nul);
            (Verdict { provider_ref, ..verdict("done", now, true) }, None)
        }
        Outcome::Rejected(_) | Outcome::RecipientGone(_) => (verdict("dead", now, true), None),
        Outcome::Later { after, .. } => {
            let at = now.after(*after);
            (verdict("pending", at, false), Some(at))
        }
        Outcome::Failed(answer) => {
            let step = usize::try_from(ended.job.attempt - 1).unwrap_or(0);
            match pace.schedule.get(step) {
                Some(wait) => {
                    let wait = jittered(*wait).max(answer.retry_after.unwrap_or_default());
                    (verdict("pending", now.after(wait), true), None)
                }
                None => (verdict("dead", now, true), None),
            }
        }
    }
}

/// PostgreSQL refuses NUL in texts.
pub(super) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
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
    let mut text = without_nul(&answer.text);
    text.truncate(text.floor_char_boundary(ANSWER_BYTES_MAX));
    AttemptRecord {
        delivery_id: ended.job.id,
        number: ended.job.attempt,
        at: ended.began,
        duration_micros: i64::try_from(ended.took.as_micros()).unwrap_or(i64::MAX),
        outcome: outcome.to_owned(),
        code: answer.code,
        class: without_nul(answer.class),
        answer: text,
    }
}

/// A chat that is gone is remembered; what else waits for it finds out by itself and gets its mail
/// then. A message to a person that ended without reaching the chat goes by e-mail instead.
async fn after_chat(tx: &Tx, ended: &Ended, state: &str, now: Timestamp) -> Result<(), StoreError> {
    if let (Outcome::RecipientGone(_), Ok(chat_id)) = (&ended.outcome, ended.job.address.parse()) {
        accounts::set_telegram_gone(tx, chat_id, Some(now)).await?;
    }
    next_channel(tx, ended, ChannelKind::Telegram, state, now).await
}

/// A mailbox that is not there gets no more mail until its owner confirms it anew. The person is told
/// in the chat instead.
async fn after_mail(tx: &Tx, ended: &Ended, state: &str, now: Timestamp) -> Result<(), StoreError> {
    if let Outcome::RecipientGone(answer) = &ended.outcome {
        let mut words = without_nul(&answer.text);
        words.truncate(words.floor_char_boundary(ANSWER_BYTES_MAX));
        let suppression = Suppression {
            email_ci: normal(&ended.job.address),
            reason: SuppressionReason::Bounce,
            code: answer.code,
            answer: words,
            since: now,
        };
        preferences::suppress(tx, &suppression).await?;
    }
    next_channel(tx, ended, ChannelKind::Email, state, now).await
}

async fn next_channel(
    tx: &Tx,
    ended: &Ended,
    failed: ChannelKind,
    state: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if state == "dead" && !ended.job.staff {
        unless_unreadable(plan_fallback(tx, &ended.job.event, failed, ended.job.language, now).await)?;
    }
    Ok(())
}
