//! A chart of bars, two beside each other, as SVG. It inherits its colour, so it is seen on light and on dark; the
//! second bar differs by its pattern, not by colour alone. Whoever cannot see it reads its title and description,
//! and every bar has its number in words.

use std::fmt::Write;

use super::annual::money;
use crate::account::words::Words;

/// The size of the drawing.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 300;
/// Where bars stand: left, right, top, bottom.
const LEFT: i64 = 96;
const RIGHT: i64 = 712;
const TOP: i64 = 44;
const BOTTOM: i64 = 260;
/// Lines across.
const LINES: i64 = 4;

/// Two numbers under one label, each with the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) label: String,
    pub(crate) now: (i64, String),
    pub(crate) before: (i64, String),
}

/// What a chart says.
#[derive(Debug)]
pub(crate) struct Chart {
    /// Unique on its page.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    /// What the two bars are called.
    pub(crate) now: String,
    pub(crate) before: String,
    pub(crate) pairs: Vec<Pair>,
    /// The language, and the currency's code, for the numbers on the scale.
    pub(crate) words: Words,
    pub(crate) currency: String,
}

impl Chart {
    /// The drawing. Standing alone it is a file of its own.
    pub(crate) fn svg(&self) -> String {
        let mut svg = String::new();
        let id = escaped(&self.id);
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" fill=\"currentColor\" font-family=\"sans-serif\" font-size=\"12\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>\
             <defs><pattern id=\"{id}-before\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path d=\"M0 0V6\" stroke=\"currentColor\" stroke-width=\"3\"/></pattern></defs>",
            escaped(&self.title),
            escaped(&self.description)
        );
        self.legend(&mut svg, &id);
        let top = self.top();
        for step in 0..=LINES {
            let y = BOTTOM - (BOTTOM - TOP) * step / LINES;
            let label = money(self.words, top / LINES * step, &self.currency);
            let _ = write!(
                svg,
                "<path d=\"M{LEFT} {y}H{RIGHT}\" stroke=\"currentColor\" stroke-opacity=\"0.25\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                LEFT - 8,
                y + 4,
                escaped(&label)
            );
        }
        let count = i64::try_from(self.pairs.len()).unwrap_or(1).max(1);
        let step = (RIGHT - LEFT) / count;
        let width = (step * 2 / 5).max(1);
        for (place, pair) in (0_i64..).zip(&self.pairs) {
            let x = LEFT + step * place + (step - 2 * width) / 2;
            let before = format!("url(#{id}-before)");
            bar(&mut svg, (x, width), top, &pair.now, &self.now, "currentColor");
            bar(&mut svg, (x + width, width), top, &pair.before, &self.before, &before);
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                x + width,
                BOTTOM + 18,
                escaped(&pair.label)
            );
        }
        svg.push_str("</svg>");
        svg
    }

    fn legend(&self, svg: &mut String, id: &str) {
        let _ = write!(
            svg,
            "<rect x=\"{LEFT}\" y=\"12\" width=\"14\" height=\"14\"/><text x=\"{}\" y=\"24\">{}</text>\
             <rect x=\"{}\" y=\"12\" width=\"14\" height=\"14\" fill=\"url(#{id}-before)\" stroke=\"currentColor\"/>\
             <text x=\"{}\" y=\"24\">{}</text>",
            LEFT + 20,
            escaped(&self.now),
            LEFT + 200,
            LEFT + 220,
            escaped(&self.before)
        );
    }

    /// The number at the upper end: the largest one, up to a round one that the lines divide.
    fn top(&self) -> i64 {
        let largest = self.pairs.iter().map(|pair| pair.now.0.max(pair.before.0)).max().unwrap_or(0).max(LINES);
        let mut round = LINES;
        while round < largest {
            // 4, 8, 20, 40, 80, 200, …: doubled twice, then two and a half times as much.
            round = match leading(round) {
                8 => round / 2 * 5,
                _ => round.saturating_mul(2),
            };
        }
        round
    }
}

/// The first digit.
fn leading(mut number: i64) -> i64 {
    while number >= 10 {
        number /= 10;
    }
    number
}

fn bar(svg: &mut String, (x, width): (i64, i64), top: i64, value: &(i64, String), name: &str, fill: &str) {
    // Wide enough that no amount overflows.
    let height = i128::from(value.0.max(0)) * i128::from(BOTTOM - TOP) / i128::from(top.max(1));
    let height = i64::try_from(height).unwrap_or(0);
    let _ = write!(
        svg,
        "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" stroke=\"currentColor\">\
         <title>{}: {}</title></rect>",
        BOTTOM - height,
        escaped(name),
        escaped(&value.1)
    );
}

/// Text that is no markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Not allowed in XML, not even escaped.
            control if control.is_control() && control != '\n' => {}
            other => safe.push(other),
        }
    }
    safe
}
