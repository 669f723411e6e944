//! Inside a tag: where it ends, and its attributes.

use super::complain;
use super::reference::decode_references;
use crate::standin::telegram::refusal::Refusal;

/// Where the `>` of a tag is, outside quoted attribute values.
pub(super) fn tag_end(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Name and decoded value of each attribute; `start` is where the tag is, for the complaint.
pub(super) fn read_attributes(tag: &str, source: &str, start: usize) -> Result<Vec<(String, String)>, Refusal> {
    let mut found = Vec::new();
    let mut rest = source.trim_start();
    while !rest.is_empty() && rest != "/" {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return Err(complain(format!("Empty attribute name in the tag \"{tag}\" at byte offset {start}")));
        }
        rest = after.trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            found.push((name.to_owned(), String::new()));
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (raw, after) = match quote {
            Some(quote) => value[1..]
                .split_once(quote)
                .ok_or_else(|| complain(format!("Unclosed start tag at byte offset {start}")))?,
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        found.push((name.to_owned(), decode_references(raw)));
        rest = after.trim_start();
    }
    Ok(found)
}
