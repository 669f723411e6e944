//! Cells that spreadsheets read as what they are: names are no formulas, and amounts are plain numbers.

/// A cell that a spreadsheet does not take for a formula: shops and buyers choose their own words. One that
/// begins like a formula gets an apostrophe before it; control characters are left out.
#[must_use]
pub fn harmless(cell: &str) -> String {
    let visible: String = cell.chars().filter(|next| !next.is_control()).collect();
    let begins = visible.trim_start();
    // Full-width signs are taken for the plain ones.
    if begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) { format!("'{visible}") } else { visible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_none() {
        for (given, shown) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'=1"),
            ("\r\n=1", "'=1"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("a\r\nb", "ab"),
            ("", ""),
        ] {
            assert_eq!(harmless(given), shown, "{given:?}");
        }
    }
}
