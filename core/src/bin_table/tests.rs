use proptest::prelude::*;

use super::*;

const HEADER: &str = "low,high,brand,issuer,country,kind\n";

fn table(lines: &str) -> Result<BinTable, BinTableError> {
    BinTable::parse(&format!("{HEADER}{lines}"))
}

fn name<'a>(table: &'a BinTable, number: &str) -> Option<&'a str> {
    table.find(number).and_then(|issuer| issuer.name.as_deref())
}

#[test]
fn the_narrowest_range_wins_and_unknown_stays_unknown() {
    let table = table("400000,,visa,Six,US,credit\n40000012,,visa,Eight,ES,debit\n400000120,400000125,,Part,FR,\n");
    let table = table.unwrap();
    assert_eq!(name(&table, "4000000000000000"), Some("Six"));
    assert_eq!(name(&table, "4000001290000000"), Some("Eight"));
    assert_eq!(name(&table, "4000001250000000"), Some("Part"));
    assert_eq!(name(&table, "4000010000000000"), None);
    assert_eq!(name(&table, "9999990000000000"), None);
    let issuer = table.find("4000001290000000").unwrap();
    assert_eq!((issuer.brand, issuer.kind), (Some(Brand::Visa), Some(CardKind::Debit)));
    assert_eq!(issuer.country, "ES".parse().ok());
}

#[test]
fn the_sample_knows_the_test_cards() {
    let table = BinTable::sample();
    for (number, country) in [("4000007240000007", "ES"), ("4242424242424242", "US"), ("4000006430000009", "RU")] {
        assert_eq!(table.find(number).and_then(|issuer| issuer.country), country.parse().ok(), "{number}");
    }
    assert!(!table.is_empty());
}

#[test]
fn a_wrong_line_is_named() {
    for (lines, parts) in [
        ("41111,,visa,A,US,credit\n", ["line 2", "low = `41111`", "6 to 11 digits"]),
        ("411111,,visa,A,US,credit\n411111,41111,,A,US,\n", ["line 3", "high = `41111`", "as many digits"]),
        ("411111,411110,visa,A,US,credit\n", ["line 2", "high", "not below low"]),
        ("411111,,vissa,A,US,credit\n", ["line 2", "brand = `vissa`", "visa"]),
        ("411111,,visa,A,EN,credit\n", ["line 2", "country = `EN`", "ISO 3166-1"]),
        ("411111,,visa,A,US,gold\n", ["line 2", "kind = `gold`", "prepaid"]),
        ("411111,,visa,A,US\n", ["line 2", "expected 6 values", "found 5"]),
        ("# a comment\n411111,,,A,US,\n41111100,41111199,,B,US,\n", ["line 4", "same range", "line 3"]),
    ] {
        let message = table(lines).unwrap_err().to_string();
        for part in parts {
            assert!(message.contains(part), "{lines:?} says {message:?}, without {part:?}");
        }
    }
    assert!(BinTable::parse("bin,country\n").unwrap_err().to_string().contains("expected the header low,high"));
}

#[test]
fn an_exchanged_table_counts_for_every_copy() {
    let bins = Bins::default();
    let copy = bins.clone();
    bins.replace(table("999999,,,Nine,ES,\n").unwrap());
    assert_eq!(name(&copy.table(), "9999990000000000"), Some("Nine"));
}

/// Ranges of six to eight digits inside a small piece of the number line, so that they overlap often.
fn ranges() -> impl Strategy<Value = Vec<(usize, u64, u64)>> {
    let one = (6_usize..=8, 0_u64..400, 0_u64..60);
    prop::collection::vec(one, 0..25)
}

proptest! {
    #[test]
    fn look_ups_agree_with_a_search_through_all_ranges(
        given in ranges(),
        probes in prop::collection::vec(0_u64..6_000_000, 50),
    ) {
        let mut seen = std::collections::HashSet::new();
        let mut model = Vec::new();
        let mut lines = String::new();
        for (digits, low, length) in given {
            let unit = 10_u64.pow(KEY_DIGITS - digits as u32);
            let base = 400_000 * 10_u64.pow(digits as u32 - 6);
            let (first, last) = (base + low, base + low + length);
            let (from, to) = (first * unit, (last + 1) * unit - 1);
            if seen.insert((from, to)) {
                let name = format!("{from}-{to}");
                lines.push_str(&format!("{first},{last},,{name},,\n"));
                model.push((from, to, name));
            }
        }
        let table = table(&lines).unwrap();
        prop_assert_eq!(table.len(), model.len());
        for probe in probes {
            let key = 40_000_000_000 + probe * 1_000;
            let wins = model
                .iter()
                .filter(|(from, to, _)| (*from..=*to).contains(&key))
                .min_by_key(|(from, to, _)| (to - from, std::cmp::Reverse(*from)));
            prop_assert_eq!(name(&table, &format!("{key}00000")), wins.map(|(.., name)| name.as_str()));
        }
    }
}
