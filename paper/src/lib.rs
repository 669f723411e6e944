//! Pages of paper: A4 as a PDF, with fonts of our own that hold Latin, Greek and Cyrillic letters. It knows what
//! letters and bars are, and nothing of what they say.

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

/// Subsets of DejaVu Sans; see `assets/LICENSE-fonts`.
static REGULAR: &[u8] = include_bytes!("../assets/regular.ttf");
static BOLD: &[u8] = include_bytes!("../assets/bold.ttf");

/// A4 in points: width and height.
pub const PAGE: (f32, f32) = (595.0, 842.0);

/// The PDF could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PaperFault(String);

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles and labels.
    Bold,
}

/// A document, page by page.
pub struct Paper {
    document: Document,
    regular: Font,
    bold: Font,
}

impl std::fmt::Debug for Paper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paper").finish_non_exhaustive()
    }
}

impl Paper {
    /// An empty document with a title, in a language (`en`).
    ///
    /// # Errors
    ///
    /// [`PaperFault`] when a font is unreadable.
    pub fn new(title: &str, language: &str) -> Result<Self, PaperFault> {
        let font = |bytes: &'static [u8]| {
            Font::new(bytes.into(), 0).ok_or_else(|| PaperFault("a font is unreadable".to_owned()))
        };
        let (regular, bold) = (font(REGULAR)?, font(BOLD)?);
        let mut document = Document::new();
        let metadata = Metadata::new().title(shown(title)).language(language.to_owned());
        document.set_metadata(metadata.creator("Aviso".to_owned()));
        Ok(Self { document, regular, bold })
    }

    /// Adds a page.
    ///
    /// # Errors
    ///
    /// [`PaperFault`].
    pub fn page(&mut self, draw: impl FnOnce(&mut Pen<'_, '_>)) -> Result<(), PaperFault> {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
        let settings = settings.ok_or_else(|| PaperFault("the page has no size".to_owned()))?;
        let mut page = self.document.start_page_with(settings);
        let mut surface = page.surface();
        draw(&mut Pen { surface: &mut surface, regular: &self.regular, bold: &self.bold });
        surface.finish();
        page.finish();
        Ok(())
    }

    /// The file. Takes some milliseconds of computing.
    ///
    /// # Errors
    ///
    /// [`PaperFault`].
    pub fn finish(self) -> Result<Vec<u8>, PaperFault> {
        self.document.finish().map_err(|error| PaperFault(format!("{error:?}")))
    }
}

/// Draws on a page. Places are points from the upper left corner.
pub struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    regular: &'a Font,
    bold: &'a Font,
}

impl std::fmt::Debug for Pen<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pen").finish_non_exhaustive()
    }
}

impl Pen<'_, '_> {
    /// Writes a line of text; `y` is where its letters stand.
    pub fn text(&mut self, x: f32, y: f32, weight: Weight, size: f32, text: &str) {
        let font = match weight {
            Weight::Regular => self.regular,
            Weight::Bold => self.bold,
        };
        self.surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
        let at = Point::from_xy(x, y);
        self.surface.draw_text(at, font.clone(), size, &shown(text), false, TextDirection::LeftToRight);
    }

    /// Fills a rectangle; `grey` is 0 for black and 255 for white. One without a size is left out.
    pub fn bar(&mut self, x: f32, y: f32, width: f32, height: f32, grey: u8) {
        let Some(rect) = Rect::from_xywh(x, y, width, height) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        let Some(path) = path.finish() else { return };
        let fill = Fill { paint: luma::Color::new(grey).into(), opacity: NormalizedF32::ONE, ..Fill::default() };
        self.surface.set_fill(Some(fill));
        self.surface.draw_path(&path);
    }
}

/// The text in letters that the fonts have; a question mark for each of the others.
#[must_use]
pub fn shown(text: &str) -> String {
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
#[must_use]
pub fn wrapped(text: &str, chars_max: usize) -> Vec<String> {
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

    #[test]
    fn lines_are_broken_at_spaces_and_never_too_long() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(shown("a\u{2068}ש\u{2069}b"), "a?b");
    }

    #[test]
    fn pages_with_letters_and_bars_make_a_file() {
        let mut paper = Paper::new("Отчёт \u{202e}漢字", "ru").unwrap();
        for _ in 0..3 {
            paper
                .page(|pen| {
                    pen.text(50.0, 50.0, Weight::Bold, 12.0, "Год");
                    pen.bar(50.0, 60.0, 100.0, 8.0, 128);
                    pen.bar(50.0, 60.0, 0.0, 8.0, 128);
                    pen.bar(50.0, 60.0, f32::NAN, 8.0, 128);
                })
                .unwrap();
        }
        assert!(paper.finish().unwrap().starts_with(b"%PDF-"));
    }
}
