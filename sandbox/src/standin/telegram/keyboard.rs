//! Reply markup: what Telegram accepts, and the buttons a person sees.

use serde::Serialize;
use serde_json::Value;

use super::refusal::Refusal;

const BUTTONS_MAX: usize = 100;
const CALLBACK_DATA_BYTES: std::ops::RangeInclusive<usize> = 1..=64;

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What is written on it.
    pub label: String,
    /// What the bot is told when it is pressed.
    pub data: Option<String>,
    /// What it opens instead, for link and web-app buttons.
    pub url: Option<String>,
}

/// An inline keyboard as the bot sent it, with its buttons read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Keyboard {
    pub(crate) raw: Value,
    pub(crate) rows: Vec<Vec<Button>>,
}

/// The `reply_markup` of a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Markup {
    Inline(Keyboard),
    /// A keyboard instead of the phone's own; pressing a button writes its label.
    Reply(Vec<Vec<Button>>),
    Remove,
    ForceReply,
}

impl Markup {
    /// Checks a `reply_markup` and reads it; an inline keyboard without buttons is none.
    pub(crate) fn parse(raw: &Value) -> Result<Option<Self>, Refusal> {
        let Some(object) = raw.as_object() else {
            return Err(Refusal::bad_request("object expected as reply markup"));
        };
        if let Some(rows) = object.get("inline_keyboard") {
            let rows = read_rows(rows, "inline keyboard", inline_button)?;
            if rows.iter().all(Vec::is_empty) {
                return Ok(None);
            }
            let raw = serde_json::json!({ "inline_keyboard": object["inline_keyboard"] });
            return Ok(Some(Self::Inline(Keyboard { raw, rows })));
        }
        if let Some(rows) = object.get("keyboard") {
            return Ok(Some(Self::Reply(read_rows(rows, "reply keyboard", reply_button)?)));
        }
        if object.get("remove_keyboard").and_then(Value::as_bool) == Some(true) {
            return Ok(Some(Self::Remove));
        }
        if object.get("force_reply").and_then(Value::as_bool) == Some(true) {
            return Ok(Some(Self::ForceReply));
        }
        Ok(None)
    }
}

fn read_rows(
    rows: &Value,
    what: &str,
    read: fn(&Value) -> Result<Button, Refusal>,
) -> Result<Vec<Vec<Button>>, Refusal> {
    let not_rows = || Refusal::bad_request(format!("can't parse {what}: expected an Array of Array"));
    let rows = rows.as_array().ok_or_else(not_rows)?;
    let mut read_rows = Vec::with_capacity(rows.len().min(BUTTONS_MAX));
    let mut count = 0;
    for row in rows {
        let row = row.as_array().ok_or_else(not_rows)?;
        count += row.len();
        if count > BUTTONS_MAX {
            return Err(Refusal::bad_request("reply markup is too long"));
        }
        read_rows.push(row.iter().map(read).collect::<Result<_, _>>()?);
    }
    Ok(read_rows)
}

fn inline_button(raw: &Value) -> Result<Button, Refusal> {
    let label = raw
        .get("text")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::bad_request("can't parse inline keyboard button: Can't find field \"text\""))?;
    if label.trim().is_empty() {
        return Err(Refusal::bad_request("text buttons are unallowed in the inline keyboard"));
    }
    let text_of = |key: &str| raw.get(key).and_then(Value::as_str).map(str::to_owned);
    let url = text_of("url").or_else(|| nested_url(raw, "web_app")).or_else(|| nested_url(raw, "login_url"));
    let data = text_of("callback_data");
    if let Some(url) = &url {
        check_url(url)?;
    }
    match &data {
        Some(data) if !CALLBACK_DATA_BYTES.contains(&data.len()) => {
            return Err(Refusal::bad_request("BUTTON_DATA_INVALID"));
        }
        Some(_) => {}
        None if url.is_none() && !has_other_action(raw) => {
            return Err(Refusal::bad_request("text buttons are unallowed in the inline keyboard"));
        }
        None => {}
    }
    Ok(Button { label: label.to_owned(), data, url })
}

fn reply_button(raw: &Value) -> Result<Button, Refusal> {
    let label = raw.as_str().or_else(|| raw.get("text").and_then(Value::as_str));
    let label = label
        .filter(|label| !label.trim().is_empty())
        .ok_or_else(|| Refusal::bad_request("can't parse keyboard button: Can't find field \"text\""))?;
    Ok(Button { label: label.to_owned(), data: None, url: None })
}

fn nested_url(raw: &Value, key: &str) -> Option<String> {
    raw.get(key)?.get("url")?.as_str().map(str::to_owned)
}

fn has_other_action(raw: &Value) -> bool {
    ["switch_inline_query", "switch_inline_query_current_chat", "callback_game", "pay", "copy_text"]
        .iter()
        .any(|key| raw.get(*key).is_some())
}

fn check_url(url: &str) -> Result<(), Refusal> {
    let known = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg"));
    if known {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(markup: Value) -> String {
        Markup::parse(&markup).unwrap_err().description
    }

    #[test]
    fn callback_data_is_one_to_sixty_four_bytes() {
        let with = |data: &str| json!({ "inline_keyboard": [[{ "text": "a", "callback_data": data }]] });
        assert!(Markup::parse(&with(&"x".repeat(64))).is_ok());
        assert!(Markup::parse(&with(&"é".repeat(32))).is_ok());
        assert_eq!(refused(with(&"é".repeat(33))), "Bad Request: BUTTON_DATA_INVALID");
        assert_eq!(refused(with("")), "Bad Request: BUTTON_DATA_INVALID");
    }

    #[test]
    fn a_button_must_do_something() {
        assert_eq!(
            refused(json!({ "inline_keyboard": [[{ "text": "a" }]] })),
            "Bad Request: text buttons are unallowed in the inline keyboard"
        );
        assert_eq!(
            refused(json!({ "inline_keyboard": [[{ "text": "a", "url": "javascript:alert(1)" }]] })),
            "Bad Request: inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL"
        );
    }

    #[test]
    fn hostile_markup_is_refused_not_fatal() {
        for markup in [
            json!(1),
            json!({"inline_keyboard": 1}),
            json!({"inline_keyboard": [1]}),
            json!({"inline_keyboard": [[1]]}),
            json!({"keyboard": [[{}]]}),
        ] {
            assert!(Markup::parse(&markup).is_err(), "{markup}");
        }
        let many: Vec<_> = (0..101).map(|n| json!([{ "text": "a", "callback_data": n.to_string() }])).collect();
        assert_eq!(refused(json!({ "inline_keyboard": many })), "Bad Request: reply markup is too long");
        assert_eq!(Markup::parse(&json!({ "inline_keyboard": [] })), Ok(None));
    }
}
