//! Names that others chose, made safe to stand in a message: one visible line of bounded length.
//!
//! A name may hold line breaks (a forged second sentence), bidirectional controls (an amount read
//! backwards), characters without width, or ten thousand letters. Escaping is done where the text is
//! filled in, see [`crate::words::Args`].

use unicode_segmentation::UnicodeSegmentation;

/// The longest name that is shown, in what a reader perceives as characters.
const GRAPHEMES_MAX: usize = 64;
/// One perceived character can carry thousands of marks, so code points are bounded too.
const CHARS_MAX: usize = 2 * GRAPHEMES_MAX;

/// A name as it may stand in a sentence; an en dash when nothing visible is left of it.
pub(crate) fn name(text: &str) -> String {
    line(text, GRAPHEMES_MAX).unwrap_or_else(|| "–".to_owned())
}

/// At most so many visible characters on one line; `None` when nothing visible is left.
pub(crate) fn line(text: &str, graphemes_max: usize) -> Option<String> {
    let shown: String = text
        .chars()
        .filter(|next| !is_invisible(*next))
        .map(|next| if next.is_whitespace() || next.is_control() { ' ' } else { next })
        .take(CHARS_MAX.max(graphemes_max * 2) + 1)
        .collect();
    let shown = shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let graphemes: Vec<&str> = shown.graphemes(true).collect();
    let chars_max = graphemes_max.saturating_mul(2);
    if graphemes.len() <= graphemes_max && shown.chars().count() <= chars_max {
        return (!shown.is_empty()).then(|| isolated(&shown));
    }
    let mut kept = String::new();
    for grapheme in graphemes.iter().take(graphemes_max - 1) {
        if kept.chars().count() + grapheme.chars().count() > chars_max {
            break;
        }
        kept.push_str(grapheme);
    }
    Some(isolated(&format!("{}…", kept.trim_end())))
}

/// A name in a right-to-left script must not reorder the amount that stands beside it.
fn isolated(text: &str) -> String {
    if text.chars().any(is_right_to_left) { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}

/// Directional controls, joiners, tags, and blanks that take no ink.
const fn is_invisible(next: char) -> bool {
    matches!(next,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
        assert_eq!(name("  Casa\r\n Pepe\u{2028}SL "), "Casa Pepe SL");
        assert_eq!(name("Pay\u{202e}lap\u{200b}Pal"), "PaylapPal");
        assert_eq!(name("\u{200b}\u{2066} \n"), "–");
        assert_eq!(name(&"a".repeat(64)), "a".repeat(64));
    }

    #[test]
    fn a_long_name_is_cut_between_perceived_characters() {
        assert!(name(&"я".repeat(10_000)).graphemes(true).count() <= GRAPHEMES_MAX);
        let cut = name(&"e\u{301}".repeat(100));
        assert!(cut.ends_with("e\u{301}…"), "{cut}");
        let stacked = name(&format!("a{}", "\u{301}".repeat(10_000)));
        assert!(stacked.chars().count() <= CHARS_MAX + 1, "{}", stacked.chars().count());
        assert_eq!(name("שלום"), "\u{2068}שלום\u{2069}");
    }
}
