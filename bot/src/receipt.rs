//! A receipt as a PDF: one page, with fonts of our own that hold Latin, Greek and Cyrillic letters.

use aviso_core::secret::sha256_hex;
use krilla::Document;
use krilla::color::luma;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

/// Subsets of DejaVu Sans; see `assets/LICENSE-fonts`.
static REGULAR: &[u8] = include_bytes!("../assets/receipt.ttf");
static BOLD: &[u8] = include_bytes!("../assets/receipt-bold.ttf");

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 56.0;
const VALUES: f32 = 210.0;
const TOP: f32 = 96.0;
const BOTTOM: f32 = 800.0;
const LINE: f32 = 18.0;
/// Characters of a value, and of running text, that fit on a line.
const VALUE_CHARS: usize = 48;
const TEXT_CHARS: usize = 78;
/// Changes when the layout does, so that files made of the old one are not sent any more.
const LAYOUT: &str = "1";

/// What a receipt says. Plain text, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The language's code.
    pub(crate) language: &'static str,
    /// The headline.
    pub(crate) title: String,
    /// What stands out above everything: test mode.
    pub(crate) banner: Option<String>,
    /// Label and value, top down.
    pub(crate) rows: Vec<(String, String)>,
    /// What the paper is, and what it is not.
    pub(crate) note: String,
}

/// The PDF could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ReceiptFault(String);

impl Receipt {
    /// Stands for the content: the same for the same receipt.
    pub(crate) fn digest(&self) -> String {
        sha256_hex(format!("{LAYOUT}\n{self:?}").as_bytes())
    }

    /// The file. Takes some milliseconds of computing.
    pub(crate) fn pdf(&self) -> Result<Vec<u8>, ReceiptFault> {
        let broken = |what: &str| ReceiptFault(what.to_owned());
        let font = |bytes: &'static [u8]| Font::new(bytes.into(), 0).ok_or_else(|| broken("a font is unreadable"));
        let (regular, bold) = (font(REGULAR)?, font(BOLD)?);
        let mut document = Document::new();
        let metadata = Metadata::new().title(shown(&self.title)).language(self.language.to_owned());
        document.set_metadata(metadata.creator("Aviso".to_owned()));
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| broken("the page has no size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        self.draw(&mut surface, &regular, &bold);
        surface.finish();
        page.finish();
        document.finish().map_err(|error| ReceiptFault(format!("{error:?}")))
    }

    fn draw(&self, surface: &mut Surface<'_>, regular: &Font, bold: &Font) {
        let mut pen = Pen { surface, y: TOP };
        if let Some(banner) = &self.banner {
            pen.line(LEFT, bold, 12.0, banner);
        }
        pen.y += LINE / 2.0;
        pen.line(LEFT, bold, 20.0, &self.title);
        pen.y += LINE;
        for (label, value) in &self.rows {
            let start = pen.y;
            pen.text(LEFT, bold, 10.0, label);
            for line in wrapped(value, VALUE_CHARS) {
                pen.line(VALUES, regular, 10.0, &line);
            }
            pen.y = pen.y.max(start + LINE);
        }
        pen.y += LINE;
        for line in wrapped(&self.note, TEXT_CHARS) {
            pen.line(LEFT, regular, 9.0, &line);
        }
    }
}

struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    y: f32,
}

impl Pen<'_, '_> {
    fn text(&mut self, x: f32, font: &Font, size: f32, text: &str) {
        // What does not fit on the page is left out: a receipt has few rows, and refunds are bounded.
        if self.y > BOTTOM {
            return;
        }
        self.surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
        let at = Point::from_xy(x, self.y);
        self.surface.draw_text(at, font.clone(), size, &shown(text), false, TextDirection::LeftToRight);
    }

    fn line(&mut self, x: f32, font: &Font, size: f32, text: &str) {
        self.text(x, font, size, text);
        self.y += LINE;
    }
}

/// The text in letters that the fonts have; a question mark for each of the others.
fn shown(text: &str) -> String {
    let isolates = |next: &char| !matches!(next, '\u{2066}'..='\u{2069}');
    text.chars().filter(isolates).map(|next| if is_in_font(next) { next } else { '?' }).collect()
}

/// The ranges that the subsets were made of.
const fn is_in_font(next: char) -> bool {
    matches!(next,
        ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{4ff}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{203a}' | '\u{20a0}'..='\u{20bf}' | '\u{2116}' | '\u{2212}')
}

/// Lines of at most so many characters, broken at spaces where there are some.
fn wrapped(text: &str, chars_max: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let line = lines.last_mut().expect("there is always a line");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + rest.len() <= chars_max {
                if gap > 0 {
                    line.push(' ');
                }
                line.extend(rest.drain(..));
            } else if used > 0 {
                lines.push(String::new());
            } else {
                line.extend(rest.drain(..chars_max));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(shop: &str) -> Receipt {
        Receipt {
            language: "ru",
            title: "Квитанция".to_owned(),
            banner: Some("ТЕСТ: денег не было".to_owned()),
            rows: vec![("Магазин".to_owned(), shop.to_owned()), ("Сумма".to_owned(), "49,90\u{a0}EUR".to_owned())],
            note: "Запись о платеже. ".repeat(12),
        }
    }

    #[test]
    fn hostile_names_make_a_page_all_the_same() {
        for shop in [
            "Zapatería Ñandú",
            "",
            "\u{0}\u{202e}x",
            "שלום",
            "漢字🙂",
            "<b>&",
            &"я".repeat(10_000),
            &"a ".repeat(5_000),
        ] {
            let pdf = receipt(shop).pdf().unwrap();
            assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 200_000, "{shop:.20} {}", pdf.len());
        }
    }

    #[test]
    fn the_digest_follows_the_content() {
        assert_eq!(receipt("A").digest(), receipt("A").digest());
        assert_ne!(receipt("A").digest(), receipt("B").digest());
    }

    #[test]
    fn lines_are_broken_at_spaces_and_never_too_long() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(shown("a\u{2068}ש\u{2069}b"), "a?b");
    }
}
