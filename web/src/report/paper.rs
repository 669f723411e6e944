//! The annual report on paper: for each currency the figures beside those of the year before, the months as bars,
//! and the year told apart in every way.

use aviso_core::merchant::{Mode, Scope};
use aviso_core::report::{Annual, Figures, Fraud, Groups};
use aviso_paper::{Paper, PaperFault, Pen, Weight};

use super::annual::{currencies, money, title, total};
use crate::account::words::Words;

const LEFT: f32 = 48.0;
const TOP: f32 = 72.0;
const BOTTOM: f32 = 790.0;
/// Where the columns of numbers begin.
const COLUMNS: [f32; 3] = [250.0, 370.0, 490.0];
/// The widest bar.
const BAR: f32 = 200.0;
/// Rows of a list; the rest is summed up in one more.
const ROWS_MAX: usize = 25;

/// Something on a page.
enum Part {
    Title(String),
    Head(String),
    Small(String),
    /// A label and its columns.
    Row(String, [String; 3]),
    /// A label, a part of the widest bar in thousandths, this year's and the one before's, and words.
    Bars(String, (i64, i64), String),
    PageBreak,
}

impl Part {
    const fn height(&self) -> f32 {
        match self {
            Self::Title(_) => 34.0,
            Self::Head(_) => 30.0,
            Self::Small(_) => 14.0,
            Self::Row(..) => 15.0,
            Self::Bars(..) => 18.0,
            Self::PageBreak => BOTTOM,
        }
    }

    fn draw(&self, pen: &mut Pen<'_, '_>, y: f32) {
        match self {
            Self::Title(text) => pen.text(LEFT, y + 18.0, Weight::Bold, 20.0, text),
            Self::Head(text) => pen.text(LEFT, y + 20.0, Weight::Bold, 12.0, text),
            Self::Small(text) => pen.text(LEFT, y + 9.0, Weight::Regular, 8.0, text),
            Self::Row(label, columns) => {
                pen.text(LEFT, y + 10.0, Weight::Regular, 9.0, &cut(label, 34));
                for (x, text) in COLUMNS.iter().zip(columns) {
                    pen.text(*x, y + 10.0, Weight::Regular, 9.0, &cut(text, 22));
                }
            }
            Self::Bars(label, (now, before), words) => {
                pen.text(LEFT, y + 11.0, Weight::Regular, 9.0, &cut(label, 22));
                let width = |thousandths: i64| BAR * f32::from(i16::try_from(thousandths).unwrap_or(0)) / 1_000.0;
                pen.bar(180.0, y + 3.0, width(*now), 6.0, 60);
                pen.bar(180.0, y + 10.0, width(*before), 4.0, 170);
                pen.text(390.0, y + 11.0, Weight::Regular, 8.0, &cut(words, 40));
            }
            Self::PageBreak => {}
        }
    }
}

/// What fits.
fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The report as a file.
pub(crate) fn pdf(words: Words, scope: &Scope, annual: &Annual) -> Result<Vec<u8>, PaperFault> {
    let title = title(words, annual);
    let mut paper = Paper::new(&title, words.0.code())?;
    let parts = parts(words, scope, annual, title);
    let mut page: Vec<(f32, &Part)> = Vec::new();
    let mut y = TOP;
    for part in &parts {
        if y + part.height() > BOTTOM && !page.is_empty() {
            print(&mut paper, &page)?;
            page.clear();
            y = TOP;
        }
        if !matches!(part, Part::PageBreak) {
            page.push((y, part));
            y += part.height();
        }
    }
    print(&mut paper, &page)?;
    paper.finish()
}

fn print(paper: &mut Paper, page: &[(f32, &Part)]) -> Result<(), PaperFault> {
    paper.page(|pen| page.iter().for_each(|(y, part)| part.draw(pen, *y)))
}

fn parts(words: Words, scope: &Scope, annual: &Annual, title: String) -> Vec<Part> {
    let mut parts = vec![Part::Title(title), Part::Head(scope.merchant.name.clone())];
    if scope.mode == Mode::Test {
        parts.push(Part::Small(words.say("report-test")));
    }
    let period = &annual.current.period;
    let (first, last) = (period.first.to_string(), period.last.to_string());
    let days = [("from", first.as_str()), ("to", last.as_str()), ("zone", period.zone.name())];
    parts.push(Part::Small(words.tell("report-days", &days)));
    let currencies = currencies(annual);
    if currencies.is_empty() {
        parts.push(Part::Head(words.say("report-nothing")));
    }
    for (place, currency) in currencies.iter().enumerate() {
        if place > 0 {
            parts.push(Part::PageBreak);
        }
        parts.push(Part::Head(currency.clone()));
        table(&mut parts, words, annual, currency);
        months(&mut parts, words, annual, currency);
        let sections = [
            ("report-by-method", &annual.methods),
            ("report-by-country", &annual.countries),
            ("report-by-decline", &annual.declines),
            ("report-by-weekday", &annual.weekdays),
            ("report-by-hour", &annual.hours),
        ];
        for (head, groups) in sections {
            list(&mut parts, words, (head, groups), currency);
        }
    }
    parts
}

/// The figures beside those of the year before.
fn table(parts: &mut Vec<Part>, words: Words, annual: &Annual, currency: &str) {
    let (now, before) = (total(&annual.current, currency), total(&annual.previous, currency));
    let fraud = |side: &aviso_core::report::AnnualSide| side.fraud.get(currency).copied().unwrap_or_default();
    let (risk, risk_before) = (fraud(&annual.current), fraud(&annual.previous));
    let year = |year: i32| year.to_string();
    parts.push(Part::Row(String::new(), [year(annual.year), year(annual.year - 1), words.say("report-change")]));
    let amount = |minor: i64| money(words, minor, currency);
    let mut row = |id: &str, now: i64, before: i64, is_money: bool| {
        let shown = |number: i64| if is_money { amount(number) } else { number.to_string() };
        parts.push(Part::Row(words.say(id), [shown(now), shown(before), change(now, before)]));
    };
    let both = |read: fn(&Figures) -> i64| (read(&now), read(&before));
    for (id, (now, before), is_money) in [
        ("report-turnover", both(|f| f.captured), true),
        ("report-captures", both(|f| f.captures), false),
        ("report-average", both(|f| f.average().unwrap_or(0)), true),
        ("report-payments", both(|f| f.payments), false),
        ("report-approved", both(|f| f.approved), false),
        ("report-declined", both(|f| f.declined), false),
        ("report-refunded", both(|f| f.refunded), true),
        ("report-fees", both(|f| f.fees), true),
        ("report-buyers-new", both(|f| f.buyers_new), false),
        ("report-buyers-returning", both(|f| f.buyers_returning), false),
        ("report-fraud-stopped", both(|f| f.blocked_amount), true),
    ] {
        row(id, now, before, is_money);
    }
    let both = |read: fn(&Fraud) -> i64| (read(&risk), read(&risk_before));
    for (id, (now, before), is_money) in [
        ("report-fraud-missed", both(|f| f.missed().1), true),
        ("report-disputes", both(|f| f.opened), false),
        ("report-disputes-won", both(|f| f.won), false),
        ("report-disputes-lost", both(|f| f.lost), false),
    ] {
        row(id, now, before, is_money);
    }
    let percent = |share: Option<i64>| {
        share.map_or_else(|| "–".to_owned(), |share| format!("{}.{:02} %", share / 100, share % 100))
    };
    let shares = [percent(now.conversion()), percent(before.conversion()), String::new()];
    parts.push(Part::Row(words.say("report-conversion"), shares));
}

/// How much more or less, in whole percent; nothing beside nothing.
fn change(now: i64, before: i64) -> String {
    if before == 0 {
        return "–".to_owned();
    }
    let percent = (i128::from(now) - i128::from(before)) * 100 / i128::from(before.abs());
    format!("{percent:+} %")
}

fn months(parts: &mut Vec<Part>, words: Words, annual: &Annual, currency: &str) {
    parts.push(Part::Head(words.say("report-by-month")));
    let of = |side: &aviso_core::report::AnnualSide, place: usize| {
        let figures = side.months.stretches.get(place).and_then(|(_, figures)| figures.get(currency));
        figures.map_or(0, |figures| figures.captured)
    };
    let months: Vec<(String, i64, i64)> = (0..annual.current.months.stretches.len())
        .map(|place| {
            let name = annual.current.months.stretches[place].0.clone();
            (name, of(&annual.current, place), of(&annual.previous, place))
        })
        .collect();
    let largest = months.iter().map(|(_, now, before)| *now.max(before)).max().unwrap_or(0);
    for (name, now, before) in months {
        let shown = format!("{}  ({})", money(words, now, currency), money(words, before, currency));
        parts.push(Part::Bars(name, (part_of(now, largest), part_of(before, largest)), shown));
    }
}

/// A part of the largest in thousandths.
fn part_of(number: i64, largest: i64) -> i64 {
    let part = i128::from(number.max(0)) * 1_000 / i128::from(largest.max(1));
    i64::try_from(part).unwrap_or(0)
}

/// A list by what was taken, or by how many were refused.
fn list(parts: &mut Vec<Part>, words: Words, (head, groups): (&str, &Groups), currency: &str) {
    let is_declines = head == "report-by-decline";
    let number = |figures: &Figures| if is_declines { figures.declined } else { figures.captured };
    let mut rows: Vec<(&str, Figures)> = groups
        .iter()
        .filter_map(|(value, figures)| Some((value.as_str(), *figures.get(currency)?)))
        .filter(|(_, figures)| number(figures) > 0)
        .collect();
    if rows.is_empty() {
        return;
    }
    // Days and hours stay in their order.
    if !matches!(head, "report-by-weekday" | "report-by-hour") {
        rows.sort_by_key(|(_, figures)| std::cmp::Reverse(number(figures)));
    }
    parts.push(Part::Head(words.say(head)));
    let largest = rows.iter().map(|(_, figures)| number(figures)).max().unwrap_or(0);
    let shown = |figures: &Figures| match is_declines {
        true => figures.declined.to_string(),
        false => format!("{}  ({})", money(words, figures.captured, currency), figures.captures),
    };
    for (value, figures) in rows.iter().take(ROWS_MAX) {
        let name = match head {
            "report-by-weekday" => words.say(&format!("report-weekday-{value}")),
            _ => (*value).to_owned(),
        };
        parts.push(Part::Bars(name, (part_of(number(figures), largest), 0), shown(figures)));
    }
    let mut rest = Figures::default();
    rows.iter().skip(ROWS_MAX).for_each(|(_, figures)| rest += *figures);
    if !rest.is_empty() {
        parts.push(Part::Bars(words.say("report-others"), (part_of(number(&rest), largest), 0), shown(&rest)));
    }
}
