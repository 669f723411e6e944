//! The annual report for people: drawn and printed whatever its numbers and names are.

use std::collections::BTreeSet;

use aviso_core::clock::Timestamp;
use aviso_core::id::MerchantId;
use aviso_core::language::Language;
use aviso_core::merchant::{Access, Merchant, Mode, Scope};
use aviso_core::report::{Annual, AnnualSide, ByCurrency, Day, Figures, Fraud, Groups, Period, Series};

use super::annual::{drawing, turnover};
use super::chart::escaped;
use super::paper::pdf;
use crate::account::words::Words;

fn side(year: i32, captured: i64) -> AnnualSide {
    let figures = Figures { captures: 2, captured, declined: 3, payments: 5, approved: 2, ..Figures::default() };
    let of = |figures| ByCurrency::from([("EUR".to_owned(), figures), ("KWD".to_owned(), figures)]);
    let months = (1..=12).map(|month| (format!("{year}-{month:02}"), of(figures))).collect();
    let zone = "Europe/Madrid".parse().unwrap();
    AnnualSide {
        period: Period { first: Day::new(year, 1, 1).unwrap(), last: Day::new(year, 12, 31).unwrap(), zone },
        months: Series { total: of(figures), stretches: months },
        fraud: [("EUR".to_owned(), Fraud { opened: 1, lost: 1, ..Fraud::default() })].into(),
    }
}

fn annual(captured: i64, value: &str) -> Annual {
    let current = side(2026, captured);
    let groups = Groups::from([(value.to_owned(), current.months.total.clone())]);
    Annual {
        year: 2026,
        is_running: false,
        previous: side(2025, captured / 3),
        methods: groups.clone(),
        countries: (0..60).map(|n| (format!("C{n}"), current.months.total.clone())).collect(),
        declines: groups.clone(),
        weekdays: Groups::from([("1".to_owned(), current.months.total.clone())]),
        hours: groups,
        current,
    }
}

fn scope(name: &str) -> Scope {
    let at = Timestamp::from_micros(1);
    let merchant = Merchant {
        id: MerchantId::new(at),
        name: name.to_owned(),
        language: Language::Ru,
        access: Access::Full,
        test_until: None,
    };
    Scope { merchant, mode: Mode::Test, key_id: None }
}

#[test]
fn a_year_is_printed_and_drawn_with_any_numbers_and_names() {
    for captured in [0, 1, 123_456, i64::MAX / 40] {
        for name in ["Zapatería Ñandú", "", "<b>&\u{0}\u{202e}", "漢字🙂", &"я".repeat(5_000)] {
            let annual = annual(captured, name);
            for language in Language::ALL {
                let words = Words(language);
                let file = pdf(words, &scope(name), &annual).unwrap();
                assert!(file.starts_with(b"%PDF-") && file.len() < 400_000, "{}", file.len());
                let drawn = drawing(words, &annual);
                assert_eq!(drawn.matches("<svg").count(), 3, "one for each currency, in one");
                assert!(!drawn.contains(name) || name.chars().all(char::is_alphanumeric) || name.is_empty());
            }
        }
    }
}

#[test]
fn a_chart_says_in_words_what_it_shows() {
    let chart = turnover(Words(Language::En), &annual(123_456, "visa"), "EUR");
    let svg = chart.svg();
    assert!(svg.contains("role=\"img\"") && svg.contains("aria-labelledby=\"turnover-EUR-title turnover-EUR-desc\""));
    assert!(svg.contains("<title id=\"turnover-EUR-title\">Turnover of 2026 by month, EUR</title>"));
    assert!(svg.contains("2026: 1,234.56\u{a0}EUR in all; 2025: 411.52\u{a0}EUR."), "{svg}");
    assert!(svg.contains("<pattern"), "not by colour alone");
    // Every bar is within the drawing.
    for part in svg.split("height=\"").skip(1) {
        let height: i64 = part.split('"').next().unwrap().parse().unwrap();
        assert!((0..=300).contains(&height), "{height}");
    }
    assert_eq!(escaped("<a href=\"x\">'&\u{7}"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
}

#[test]
fn every_word_of_reports_is_there_in_every_language() {
    let ids = |text: &str| -> BTreeSet<String> {
        let named = text.lines().filter_map(|line| line.split_once(" = "));
        named.map(|(id, _)| id.to_owned()).collect()
    };
    let english = ids(include_str!("../../locale/en/report.ftl"));
    assert_eq!(ids(include_str!("../../locale/es/report.ftl")), english);
    assert_eq!(ids(include_str!("../../locale/ru/report.ftl")), english);
    let sources = [include_str!("annual.rs"), include_str!("paper.rs")].concat();
    for id in sources.split("\"report-").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(id.contains('{') || english.contains(&format!("report-{id}")), "report-{id}");
    }
}
