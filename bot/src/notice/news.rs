//! News, for who asked for it.

use aviso_core::event::Event;
use aviso_core::preference::Category;

use super::{Follow, Notice};
use crate::callback::{Press, Setting};
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// As much as stands well in a chat; the letter has the rest.
const TITLE_GRAPHEMES_MAX: usize = 120;
const LINE_GRAPHEMES_MAX: usize = 1_000;
const LINES_MAX: usize = 12;
const TEXT_CHARS_MAX: usize = 2_000;

pub(super) fn compose(event: &Event, words: &Words) -> Notice {
    let fact = |key: &str| event.audience.fact(key).unwrap_or_default();
    let key = Key::press(words.say("key-settings"), Press::Setting(Setting::Category(Category::News)));
    Notice::new(Screen::text(shown(fact("title"), fact("text"), words)).row([key]), Follow::Aside)
}

/// The message as a chat shows it.
pub(crate) fn shown(title: &str, text: &str, words: &Words) -> String {
    let lines: Vec<String> =
        text.lines().take(LINES_MAX).map(|line| clean::line(line, LINE_GRAPHEMES_MAX).unwrap_or_default()).collect();
    let text: String = lines.join("\n").chars().take(TEXT_CHARS_MAX).collect();
    let title = clean::line(title, TITLE_GRAPHEMES_MAX).unwrap_or_else(|| "–".to_owned());
    words.tell("news-notice", &Args::new().with("title", title).with("text", text))
}
