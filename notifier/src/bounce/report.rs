//! Reading a report: delivery status notifications (RFC 3464) and feedback reports (RFC 5965).
//!
//! Both are `multipart/report` with a part of fields, one group for each recipient. Our letters have one
//! recipient each, and the address that the report came to names the letter.

use aviso_core::delivery::{MailReport, ReportKind};
use aviso_core::id::DeliveryId;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::email::return_path::ReturnPath;

/// Fields and groups that are looked at, of however many there are.
const FIELDS_MAX: usize = 200;
/// Headers that say where a report came to.
const ARRIVED_AT: [&str; 4] = ["To", "Delivered-To", "X-Original-To", "Envelope-To"];

/// What a file reports, about which letter; `None` when it is no report about a letter of ours.
pub(crate) fn read(bytes: &[u8], paths: &ReturnPath) -> Option<(DeliveryId, MailReport)> {
    let message = MessageParser::default().parse(bytes)?;
    if !message.is_content_type("multipart", "report") {
        return None;
    }
    let arrived = message
        .headers_raw()
        .filter(|(name, _)| ARRIVED_AT.iter().any(|known| known.eq_ignore_ascii_case(name)))
        .find_map(|(_, value)| paths.find(value));
    if let Some(part) = part_of(&message, "delivery-status") {
        return Some((arrived?, status(&fields_of(part))?));
    }
    let fields = fields_of(part_of(&message, "feedback-report")?);
    // Providers send these to an address of their own choice; the letter's return path stands inside.
    let named = || value(&fields, "Original-Mail-From").and_then(|text| paths.find(text));
    let quoted = || message.parts.iter().find_map(|part| return_path_of(part, paths));
    Some((arrived.or_else(named).or_else(quoted)?, complaint(&fields)?))
}

fn part_of<'a>(message: &'a Message<'a>, kind: &str) -> Option<&'a MessagePart<'a>> {
    // RFC 6533 calls the same with more letters `global-…`.
    let global = format!("global-{kind}");
    let fits = |part: &&MessagePart<'_>| [kind, &global].iter().any(|kind| part.is_content_type("message", kind));
    message.parts.iter().find(fits)
}

fn return_path_of(part: &MessagePart<'_>, paths: &ReturnPath) -> Option<DeliveryId> {
    let PartType::Message(original) = &part.body else { return None };
    let mut headers = original.headers_raw();
    headers.find(|(name, _)| name.eq_ignore_ascii_case("Return-Path")).and_then(|(_, value)| paths.find(value))
}

/// The fields of a part in their order, unfolded. Groups are not told apart: one letter, one recipient.
fn fields_of(part: &MessagePart<'_>) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(part.contents());
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), fields.last_mut()) {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            if fields.len() == FIELDS_MAX {
                break;
            }
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A field of a typed value, `smtp; 550 no such user`, without its type.
fn untyped(text: &str) -> &str {
    text.split_once(';').map_or(text, |(_, rest)| rest).trim()
}

/// What a status notification says; nothing when the letter arrived.
fn status(fields: &[(String, String)]) -> Option<MailReport> {
    let action = value(fields, "Action")?.to_lowercase();
    let code = value(fields, "Status").and_then(|text| text.split_whitespace().next()).unwrap_or_default();
    // RFC 3463, 2: class, subject and detail. Whatever was broken off before them says nothing.
    let whole = code.splitn(3, '.').filter(|number| number.parse::<u16>().is_ok()).count() == 3;
    let kind = match (action.as_str(), code.as_bytes().first()) {
        ("failed", Some(b'5')) if whole => ReportKind::Hard,
        ("failed", Some(b'4')) | ("delayed", _) if whole => ReportKind::Soft,
        _ => return None,
    };
    let said = value(fields, "Diagnostic-Code").map(untyped).unwrap_or_default();
    Some(MailReport { kind, status: code.to_owned(), answer: without_addresses(said) })
}

/// What a feedback report says. Reports of other kinds (`auth-failure`, `not-spam`) are about no complaint.
fn complaint(fields: &[(String, String)]) -> Option<MailReport> {
    let kind = value(fields, "Feedback-Type")?.to_lowercase();
    let said = format!("{kind}, reported by {}", value(fields, "User-Agent").unwrap_or("the provider"));
    matches!(kind.as_str(), "abuse" | "fraud" | "virus" | "other").then(|| MailReport {
        kind: ReportKind::Complaint,
        status: String::new(),
        answer: without_addresses(&said),
    })
}

/// The log holds no personal data, and servers like to repeat the address.
fn without_addresses(text: &str) -> String {
    let shown = |word: &str| if word.contains('@') { "<…>".to_owned() } else { word.to_owned() };
    text.split_whitespace().map(shown).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
