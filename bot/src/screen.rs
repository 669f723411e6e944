//! What a person sees of one message: text and buttons.

use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};
use url::Url;

use crate::callback::Press;

/// A message to be sent, or what an earlier one becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Telegram's HTML; every value in it is escaped.
    pub(crate) html: String,
    /// Buttons by row.
    pub(crate) keys: Vec<Vec<Key>>,
    /// Whether Telegram lets nobody forward or save it.
    pub(crate) is_protected: bool,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    label: String,
    does: Does,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Does {
    Press(Press),
    Open(Url),
}

impl Key {
    /// A button that tells the bot. Labels are plain text, never HTML.
    pub(crate) fn press(label: impl Into<String>, press: Press) -> Self {
        Self { label: label.into(), does: Does::Press(press) }
    }

    /// A button that opens a page.
    pub(crate) fn open(label: impl Into<String>, url: Url) -> Self {
        Self { label: label.into(), does: Does::Open(url) }
    }
}

impl Screen {
    /// Only a text.
    pub(crate) fn text(html: impl Into<String>) -> Self {
        Self { html: html.into(), keys: Vec::new(), is_protected: false }
    }

    /// The same, but nobody may forward or save it.
    pub(crate) fn protected(mut self) -> Self {
        self.is_protected = true;
        self
    }

    /// The same with one more row of buttons.
    pub(crate) fn row(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        let row: Vec<Key> = keys.into_iter().collect();
        if !row.is_empty() {
            self.keys.push(row);
        }
        self
    }

    /// The keyboard as the Bot API wants it. An empty one takes the buttons of an edited message away.
    pub(crate) fn markup(&self) -> InlineKeyboardMarkup {
        InlineKeyboardMarkup::new(self.keys.iter().map(|row| {
            row.iter().map(|key| match &key.does {
                Does::Press(press) => InlineKeyboardButton::callback(key.label.clone(), press.to_string()),
                Does::Open(url) => InlineKeyboardButton::url(key.label.clone(), url.clone()),
            })
        }))
    }

    /// What stands on its buttons, row by row.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.keys.iter().flatten().map(|key| key.label.clone()).collect()
    }

    /// The text without its markup, for when Telegram does not take the markup.
    pub(crate) fn plain(&self) -> String {
        let mut plain = String::with_capacity(self.html.len());
        let mut in_tag = false;
        for next in self.html.chars() {
            match next {
                '<' => in_tag = true,
                '>' if in_tag => in_tag = false,
                _ if in_tag => {}
                _ => plain.push(next),
            }
        }
        plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_can_be_taken_off() {
        let screen = Screen::text("<b>A &amp;lt; B</b> &lt;i&gt;");
        assert_eq!(screen.plain(), "A &lt; B <i>");
    }
}
