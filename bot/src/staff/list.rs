//! Risk lists: what is on them, and putting something on one.

use aviso_core::account::Role;
use aviso_core::account::email::mask;
use aviso_core::payment::text::Reason;
use aviso_core::risk::{Attribute, List, ListEntry, ListError, NewEntry};

use super::Shift;
use super::card::mask_ip;
use crate::clean;
use crate::command::StaffCommand;
use crate::router::Handling;
use crate::screen::Screen;
use crate::words::{Args, Words};

/// Entries shown.
const SHOWN_MAX: u64 = 20;

/// `/list`, `/list add <list> <attribute> <value> <reason>`.
pub(super) async fn list(shift: &Shift<'_>, args: &str) -> Handling {
    let (verb, rest) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    match verb {
        "" => show(shift).await,
        "add" => {
            let (name, rest) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
            match List::from_name(&name.to_lowercase()) {
                Some(list) => add(shift, list, rest, StaffCommand::List).await,
                None => shift.say(&Screen::text(shift.words.say("list-wrong-list"))).await,
            }
        }
        _ => shift.usage(StaffCommand::List).await,
    }
}

/// `/block <attribute> <value> [reason]`.
pub(super) async fn block(shift: &Shift<'_>, args: &str) -> Handling {
    add(shift, List::Block, args, StaffCommand::Block).await
}

/// `/allow <attribute> <value> [reason]`.
pub(super) async fn allow(shift: &Shift<'_>, args: &str) -> Handling {
    add(shift, List::Allow, args, StaffCommand::Allow).await
}

async fn show(shift: &Shift<'_>) -> Handling {
    let words = shift.words;
    let entries = shift.services().risk.entries(SHOWN_MAX).await?;
    shift.note("risk.list_look", "lists", &format!("{} shown", entries.len())).await?;
    if entries.is_empty() {
        return shift.say(&Screen::text(words.say("list-none"))).await;
    }
    let title = words.tell("list-title", &Args::new().with("count", entries.len().to_string()));
    let lines = entries.iter().map(|entry| words.tell("list-line", &entry_args(entry, words)));
    let html = std::iter::once(title).chain(lines).collect::<Vec<_>>().join("\n");
    shift.say(&Screen::text(html)).await
}

fn entry_args(entry: &ListEntry, words: &Words) -> Args {
    let value = match entry.attribute {
        Attribute::Email if !entry.value.starts_with('@') => mask(&entry.value),
        Attribute::Ip => mask_ip(&entry.value),
        Attribute::Email | Attribute::Card | Attribute::Bin | Attribute::Country => entry.value.clone(),
    };
    Args::new()
        .with("list", entry.list.as_str())
        .with("attribute", entry.attribute.as_str())
        .with("value", value)
        .with("reason", clean::line(&entry.reason, 80).unwrap_or_else(|| words.say("card-none")))
}

async fn add(shift: &Shift<'_>, list: List, args: &str, command: StaffCommand) -> Handling {
    let words = shift.words;
    // `/list` itself is for everybody at the desk.
    if let Some(refusal) = shift.refusal(Role::Senior) {
        return shift.say(&Screen::text(refusal)).await;
    }
    let mut parts = args.trim().splitn(3, char::is_whitespace);
    let (Some(attribute), Some(value)) = (parts.next().filter(|text| !text.is_empty()), parts.next()) else {
        return shift.usage(command).await;
    };
    let Some(attribute) = Attribute::from_name(&attribute.to_lowercase()) else {
        return shift.say(&Screen::text(words.say("list-wrong-attribute"))).await;
    };
    let reason = parts.next().map(str::trim).filter(|text| !text.is_empty());
    let Ok(reason) = Reason::new(reason.map_or_else(|| words.say("list-default-reason"), str::to_owned)) else {
        return shift.say(&Screen::text(words.say("refund-reason-wrong"))).await;
    };
    let author = shift.actor().to_string();
    let new =
        NewEntry { merchant_id: None, list, attribute, value: value.to_owned(), reason, author, expires_at: None };
    let html = match shift.services().risk.add_entry(&shift.actor(), &new).await {
        Ok(entry) => words.tell("list-added", &entry_args(&entry, words)),
        Err(ListError::Value { value, attribute, .. }) => {
            let args = Args::new().with("value", value).with("attribute", attribute.as_str());
            words.tell("list-wrong-value", &args)
        }
        // Limits are made on the machine.
        Err(ListError::NotFound | ListError::Limit) => words.say("list-none"),
        Err(ListError::Store(error)) => return Err(error.into()),
    };
    shift.say(&Screen::text(html)).await
}
