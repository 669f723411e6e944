//! Telegram's HTML parse mode: markup in, plain text and entities out, or its own complaint.

mod attribute;
mod reference;

use serde_json::{Map, Value, json};

use self::attribute::{read_attributes, tag_end};
use self::reference::read_reference;
use super::refusal::Refusal;

/// What Telegram understands.
const TAGS: [&str; 16] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "tg-spoiler",
    "span",
    "code",
    "pre",
    "blockquote",
    "tg-emoji",
    "a",
];

/// A text as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Styled {
    pub(crate) text: String,
    /// `MessageEntity` objects; offsets and lengths in UTF-16 units.
    pub(crate) entities: Vec<Value>,
}

/// Length as Telegram counts it.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Reads HTML.
///
/// # Errors
///
/// `can't parse entities: …` for anything Telegram would not take.
pub(crate) fn parse(source: &str) -> Result<Styled, Refusal> {
    let mut reader = Reader { source, at: 0, text: String::new(), units: 0, open: Vec::new(), entities: Vec::new() };
    while let Some(next) = reader.peek() {
        match next {
            '<' => reader.tag()?,
            '&' => reader.reference(),
            other => {
                reader.at += other.len_utf8();
                reader.push(other);
            }
        }
    }
    if let Some(open) = reader.open.pop() {
        return Err(complain(format!("Can't find end tag corresponding to start tag \"{}\"", open.name)));
    }
    let mut entities = reader.entities;
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok(trim(reader.text, entities))
}

/// Plain text: only trimmed, as Telegram does.
pub(crate) fn plain(text: &str) -> Styled {
    trim(text.to_owned(), Vec::new())
}

struct Entity {
    offset: usize,
    length: usize,
    fields: Map<String, Value>,
}

struct Open<'a> {
    name: &'a str,
    offset: usize,
    fields: Map<String, Value>,
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    text: String,
    units: usize,
    open: Vec<Open<'a>>,
    entities: Vec<Entity>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, c: char) {
        self.text.push(c);
        self.units += c.len_utf16();
    }

    /// Reads `<b>`, `</b>` or `<a href="…">` at the cursor.
    fn tag(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let closing = self.rest().starts_with("</");
        let kind = if closing { "end" } else { "start" };
        let unclosed = || complain(format!("Unclosed {kind} tag at byte offset {start}"));
        let inside_at = start + if closing { 2 } else { 1 };
        let inside = &self.source[inside_at..];
        let name_end = inside.find(|c: char| c.is_whitespace() || c == '>').ok_or_else(unclosed)?;
        let name = inside[..name_end].trim_end_matches('/');
        if !closing && !TAGS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(complain(format!("Unsupported start tag \"{name}\" at byte offset {start}")));
        }
        let end = tag_end(inside).ok_or_else(unclosed)?;
        let inside = &inside[..end];
        self.at = inside_at + end + 1;
        if closing { self.close(name, start) } else { self.open(name, &inside[name_end.min(end)..], start) }
    }

    fn open(&mut self, name: &'a str, attributes: &str, start: usize) -> Result<(), Refusal> {
        let attributes = read_attributes(name, attributes, start)?;
        let attribute = |key: &str| {
            attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
        };
        let mut fields = Map::new();
        let kind = match name.to_ascii_lowercase().as_str() {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "tg-spoiler" => "spoiler",
            "span" if attribute("class") == Some("tg-spoiler") => "spoiler",
            "span" => {
                return Err(complain(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {start}")));
            }
            "code" => "code",
            "pre" => "pre",
            "blockquote" if attribute("expandable").is_some() => "expandable_blockquote",
            "blockquote" => "blockquote",
            "tg-emoji" => {
                fields.insert("custom_emoji_id".to_owned(), json!(attribute("emoji-id").unwrap_or_default()));
                "custom_emoji"
            }
            // Only `a` is left of `TAGS`.
            _ => {
                fields.insert("url".to_owned(), json!(attribute("href").unwrap_or_default()));
                "text_link"
            }
        };
        fields.insert("type".to_owned(), json!(kind));
        self.open.push(Open { name, offset: self.units, fields });
        Ok(())
    }

    fn close(&mut self, name: &str, start: usize) -> Result<(), Refusal> {
        let Some(open) = self.open.pop() else {
            return Err(complain(format!("Unexpected end tag at byte offset {start}")));
        };
        // `</>` closes whatever is open, as in TDLib.
        if !name.is_empty() && !name.eq_ignore_ascii_case(open.name) {
            return Err(complain(format!(
                "Unmatched end tag at byte offset {start}, expected \"</{}>\", found \"</{name}>\"",
                open.name
            )));
        }
        let length = self.units - open.offset;
        let dead_link = open.fields["type"] == "text_link" && !is_link(&open.fields["url"]);
        if length > 0 && !dead_link {
            self.entities.push(Entity { offset: open.offset, length, fields: open.fields });
        }
        Ok(())
    }

    /// Reads `&lt;` and its kin; an unknown one is ordinary text.
    fn reference(&mut self) {
        match read_reference(self.rest()) {
            Some((c, length)) => {
                self.at += length;
                self.push(c);
            }
            None => {
                self.at += 1;
                self.push('&');
            }
        }
    }
}

fn is_link(url: &Value) -> bool {
    url.as_str().is_some_and(|url| {
        url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg" | "mailto"))
    })
}

/// Cuts white space at both ends and moves the entities along.
fn trim(text: String, entities: Vec<Entity>) -> Styled {
    let cut = utf16_len(&text[..text.len() - text.trim_start().len()]);
    let kept = text.trim().to_owned();
    let length = utf16_len(&kept);
    let entities = entities
        .into_iter()
        .filter_map(|mut entity| {
            let start = entity.offset.saturating_sub(cut).min(length);
            let end = (entity.offset + entity.length).saturating_sub(cut).min(length);
            (end > start).then(|| {
                entity.fields.insert("offset".to_owned(), json!(start));
                entity.fields.insert("length".to_owned(), json!(end - start));
                Value::Object(entity.fields)
            })
        })
        .collect();
    Styled { text: kept, entities }
}

fn complain(what: String) -> Refusal {
    Refusal::bad_request(format!("can't parse entities: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(source: &str) -> String {
        parse(source).unwrap_err().description.replace("Bad Request: can't parse entities: ", "")
    }

    #[test]
    fn tags_become_entities_counted_in_utf16() {
        let styled =
            parse(" 😀 <b>A <i>b</i></b> <a href=\"https://x.test/?a=1&amp;b=2\">go</a> 1 &lt; 2 &foo;").unwrap();
        assert_eq!(styled.text, "😀 A b go 1 < 2 &foo;");
        assert_eq!(
            styled.entities,
            vec![
                json!({ "type": "bold", "offset": 3, "length": 3 }),
                json!({ "type": "italic", "offset": 5, "length": 1 }),
                json!({ "type": "text_link", "offset": 7, "length": 2, "url": "https://x.test/?a=1&b=2" }),
            ]
        );
    }

    #[test]
    fn broken_markup_gets_telegrams_words() {
        assert_eq!(refused("<b>x"), "Can't find end tag corresponding to start tag \"b\"");
        assert_eq!(refused("x</b>"), "Unexpected end tag at byte offset 1");
        assert_eq!(refused("<b>x</i>"), "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"");
        assert_eq!(refused("<script>x</script>"), "Unsupported start tag \"script\" at byte offset 0");
        assert_eq!(refused("1 < 2"), "Unsupported start tag \"\" at byte offset 2");
        assert_eq!(refused("1 <b"), "Unclosed start tag at byte offset 2");
        assert_eq!(refused("<span>x</span>"), "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0");
    }

    #[test]
    fn hostile_text_never_panics() {
        for source in [
            "<",
            "</",
            "&",
            "&#",
            "&#x110000;",
            "&é;",
            "<a href='",
            "<é>",
            "<a =>",
            "<a é=é>x</a>",
            "&é世界世界世界;",
            "<b>\u{202e}</b>",
            "<b></b>",
            "   ",
            "<a href=javascript:1>x</a>",
        ] {
            let _ = parse(source);
        }
        assert!(parse("<a href=javascript:1>x</a>").unwrap().entities.is_empty());
    }
}
