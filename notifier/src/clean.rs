//! Text that others wrote, made safe to stand in a letter: one line, visible, of bounded length.
//!
//! Shops, buyers and devices name themselves. A name may hold line breaks (a forged header or a
//! forged second sentence), bidirectional controls (an amount read backwards), characters without
//! width (a name that looks like another) or ten thousand letters. Escaping for HTML is not done
//! here; the template does it.

use unicode_segmentation::UnicodeSegmentation;

/// The longest name that is shown, in what a reader perceives as characters.
pub(crate) const NAME_GRAPHEMES_MAX: usize = 64;

/// First Strong Isolate and Pop Directional Isolate (UAX #9).
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// A name as it may stand inside a sentence; `None` when nothing visible is left of it.
pub(crate) fn name(text: &str) -> Option<String> {
    line(text, NAME_GRAPHEMES_MAX).map(isolated)
}

/// At most `graphemes_max` visible characters on one line; `None` when nothing visible is left.
pub(crate) fn line(text: &str, graphemes_max: usize) -> Option<String> {
    // A single perceived character can carry thousands of combining marks, so code points are
    // bounded too.
    let chars_max = graphemes_max.saturating_mul(2);
    let mut shown = String::new();
    let mut cut = false;
    for (count, next) in visible(text).enumerate() {
        if count == chars_max {
            cut = true;
            break;
        }
        shown.push(next);
    }
    let graphemes: Vec<&str> = shown.graphemes(true).collect();
    let fits = !cut && graphemes.len() <= graphemes_max;
    let kept = if fits { shown } else { with_ellipsis(&graphemes, graphemes_max) };
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

fn with_ellipsis(graphemes: &[&str], graphemes_max: usize) -> String {
    let kept = graphemes.len().min(graphemes_max).saturating_sub(1);
    format!("{}…", graphemes[..kept].concat().trim_end())
}

/// The characters that can be seen; any run of white space and controls becomes one space.
fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut space_before = true;
    text.chars().filter_map(move |next| {
        if is_invisible(next) {
            return None;
        }
        let is_space = next.is_whitespace() || next.is_control();
        let shown = if is_space { (!space_before).then_some(' ') } else { Some(next) };
        space_before = is_space;
        shown
    })
}

/// Format characters and fillers: directional controls, joiners, tags, blanks that take no ink.
const fn is_invisible(next: char) -> bool {
    matches!(next,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Fluent's own isolating marks are off: most names need none, and some mail programs draw them as
/// boxes. A name in a right-to-left script gets them here, so that it cannot reorder the amount
/// that stands beside it.
fn isolated(text: String) -> String {
    if text.chars().any(is_right_to_left) { format!("{}{text}{}", ISOLATE.0, ISOLATE.1) } else { text }
}

const fn is_right_to_left(next: char) -> bool {
    matches!(next,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!(name("  Casa\r\n Pepe\u{2028}SL ").as_deref(), Some("Casa Pepe SL"));
        assert_eq!(name("Pay\u{202e}lap\u{200b}Pal\u{feff}").as_deref(), Some("PaylapPal"));
        assert_eq!(name("\u{0}\u{1b}[31mred").as_deref(), Some("[31mred"));
        assert_eq!(name("\u{200b}\u{2066}\u{3164} \n"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_long_name_is_cut_between_perceived_characters() {
        let family = "e\u{301}".repeat(100);
        let cut = name(&family).unwrap();
        assert_eq!(cut.graphemes(true).count(), NAME_GRAPHEMES_MAX);
        assert!(cut.ends_with("e\u{301}…"));
        let long = name(&"я".repeat(10_000)).unwrap();
        assert_eq!(long.graphemes(true).count(), NAME_GRAPHEMES_MAX);
        assert_eq!(name(&"a".repeat(64)).unwrap(), "a".repeat(64));
    }

    #[test]
    fn stacked_marks_are_bounded() {
        let stacked = format!("a{}", "\u{301}".repeat(10_000));
        assert!(name(&stacked).unwrap_or_default().chars().count() <= 2 * NAME_GRAPHEMES_MAX);
    }

    #[test]
    fn only_right_to_left_names_are_isolated() {
        assert_eq!(name("שלום").as_deref(), Some("\u{2068}שלום\u{2069}"));
        assert_eq!(name("Шалом").as_deref(), Some("Шалом"));
    }
}
