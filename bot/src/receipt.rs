//! A receipt as a PDF: one page.

use aviso_core::secret::sha256_hex;
use aviso_paper::{Paper, PaperFault, Pen, Weight, wrapped};

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

impl Receipt {
    /// Stands for the content: the same for the same receipt.
    pub(crate) fn digest(&self) -> String {
        sha256_hex(format!("{LAYOUT}\n{self:?}").as_bytes())
    }

    /// The file. Takes some milliseconds of computing.
    pub(crate) fn pdf(&self) -> Result<Vec<u8>, PaperFault> {
        let mut paper = Paper::new(&self.title, self.language)?;
        paper.page(|pen| self.draw(Lines { pen, y: TOP }))?;
        paper.finish()
    }

    fn draw(&self, mut lines: Lines<'_, '_, '_>) {
        if let Some(banner) = &self.banner {
            lines.line(LEFT, Weight::Bold, 12.0, banner);
        }
        lines.y += LINE / 2.0;
        lines.line(LEFT, Weight::Bold, 20.0, &self.title);
        lines.y += LINE;
        for (label, value) in &self.rows {
            let start = lines.y;
            lines.text(LEFT, Weight::Bold, 10.0, label);
            for line in wrapped(value, VALUE_CHARS) {
                lines.line(VALUES, Weight::Regular, 10.0, &line);
            }
            lines.y = lines.y.max(start + LINE);
        }
        lines.y += LINE;
        for line in wrapped(&self.note, TEXT_CHARS) {
            lines.line(LEFT, Weight::Regular, 9.0, &line);
        }
    }
}

/// Writes one line below the other.
struct Lines<'p, 'a, 'b> {
    pen: &'p mut Pen<'a, 'b>,
    y: f32,
}

impl Lines<'_, '_, '_> {
    fn text(&mut self, x: f32, weight: Weight, size: f32, text: &str) {
        // What does not fit on the page is left out: a receipt has few rows, and refunds are bounded.
        if self.y <= BOTTOM {
            self.pen.text(x, self.y, weight, size, text);
        }
    }

    fn line(&mut self, x: f32, weight: Weight, size: f32, text: &str) {
        self.text(x, weight, size, text);
        self.y += LINE;
    }
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
}
