//! A chat as text, for a failing test to print.

use std::fmt::Write as _;

use super::message::MessageView;

pub(crate) fn of(messages: &[MessageView]) -> String {
    let mut transcript = String::new();
    for message in messages {
        let who = if message.from_bot { "bot" } else { "person" };
        let mark = if message.deleted {
            " (deleted)"
        } else if message.edited {
            " (edited)"
        } else {
            ""
        };
        let _ = writeln!(transcript, "#{} {who}{mark}: {}", message.id, message.text);
        for row in &message.buttons {
            let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.label)).collect();
            let _ = writeln!(transcript, "    {}", labels.join(" "));
        }
    }
    if transcript.is_empty() { "(no messages)".to_owned() } else { transcript }
}
