//! `/status`: how the hub is, in numbers.

use std::collections::BTreeMap;

use aviso_core::routing::breaker::BreakerState;

use super::Shift;
use crate::router::Handling;
use crate::screen::Screen;
use crate::words::Args;

pub(super) async fn status(shift: &Shift<'_>) -> Handling {
    let (words, services) = (shift.words, shift.services());
    let count = |id: &str, count: u64| words.tell(id, &Args::new().with("count", count.to_string()));
    let (waiting, dead) = services.memory.inbox_counts().await?;
    // This very command is still in the inbox.
    let waiting = waiting.saturating_sub(1);
    let inbox = Args::new().with("waiting", waiting.to_string()).with("dead", dead.to_string());
    let (unknown, reviews) = services.payments.backlog().await?;
    let mut lines = vec![
        words.say("status-title"),
        words.tell("status-inbox", &inbox),
        count("status-unplanned", services.deliveries.unplanned().await?),
    ];
    let mut channels: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (channel, state, count) in services.deliveries.backlog().await? {
        channels.entry(channel.as_str()).or_default().push(format!("{state} {count}"));
    }
    if channels.is_empty() {
        lines.push(words.say("status-no-deliveries"));
    }
    for (channel, states) in channels {
        let args = Args::new().with("channel", channel).with("states", states.join(", "));
        lines.push(words.tell("status-deliveries", &args));
    }
    lines.push(count("status-reviews", reviews));
    lines.push(count("status-unknown", unknown));
    for (acquirer, state) in services.payments.bank_states() {
        let state = words.say(match state {
            BreakerState::Closed => "status-acquirer-closed",
            BreakerState::Open => "status-acquirer-open",
            BreakerState::HalfOpen => "status-acquirer-half-open",
        });
        lines.push(words.tell("status-acquirer", &Args::new().with("acquirer", acquirer).with("state", state)));
    }
    lines.push(words.tell("status-database", &Args::new().with("name", services.database)));
    shift.note("status.look", "status", "").await?;
    shift.say(&Screen::text(lines.join("\n"))).await
}
