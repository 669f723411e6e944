//! An invoice as the Bot API wants it, and where its limits are.

use aviso_core::bill::{Bill, OpenBill};
use aviso_core::money::Currency;
use unicode_segmentation::UnicodeSegmentation;

use crate::clean;
use crate::words::Words;

/// Longest title, in characters as Telegram counts them (UTF-16).
const TITLE_MAX: usize = 32;
/// Longest description.
const DESCRIPTION_MAX: usize = 255;
/// Telegram takes up to a hundred thousand Stars at once.
const STARS_MAX: i64 = 100_000;

/// The currencies of Telegram's payments, by their decimals there
/// (`core.telegram.org/bots/payments/currencies.json`).
const WITHOUT_DECIMALS: [&str; 7] = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"];
const WITH_TWO_DECIMALS: [&str; 77] = [
    "AED", "AFN", "ALL", "AMD", "ARS", "AUD", "AZN", "BAM", "BDT", "BGN", "BND", "BOB", "BRL", "CAD", "CHF", "CNY",
    "COP", "CRC", "CZK", "DKK", "DOP", "DZD", "EGP", "EUR", "GBP", "GEL", "GTQ", "HKD", "HNL", "HRK", "HUF", "IDR",
    "ILS", "INR", "JMD", "KES", "KGS", "KZT", "LBP", "LKR", "MAD", "MDL", "MNT", "MUR", "MVR", "MXN", "MYR", "MZN",
    "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK",
    "SGD", "THB", "TJS", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "YER", "ZAR",
];

/// An invoice for a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invoice {
    /// The shop.
    pub(crate) title: String,
    /// What for.
    pub(crate) description: String,
    /// What Telegram tells us again when somebody pays: the bill.
    pub(crate) payload: String,
    /// The currency's code.
    pub(crate) currency: String,
    /// The price.
    pub(crate) minor: u32,
    /// What a forwarded copy leads to instead of paying: the bill in the reader's own chat.
    pub(crate) start: String,
}

/// Whether Telegram's payments know a currency as we count it.
pub(crate) fn is_known(currency: Currency) -> bool {
    let code = currency.code();
    match currency.exponent() {
        0 => WITHOUT_DECIMALS.contains(&code),
        2 => WITH_TWO_DECIMALS.contains(&code),
        _ => false,
    }
}

/// Whether an amount fits an invoice at all.
pub(crate) fn fits(bill: &Bill) -> bool {
    // In other currencies the bound is about 10,000 US dollars, at a rate that only Telegram knows: it refuses
    // what is above.
    let most = if bill.amount.currency().is_stars() { STARS_MAX } else { i64::from(u32::MAX) };
    bill.amount.minor() <= most
}

/// The invoice of a bill; `None` when its amount does not fit one.
pub(crate) fn of_bill(open: &OpenBill, start: String, words: &Words) -> Option<Invoice> {
    let bill = &open.bill;
    let what = bill.description.as_ref().map_or(bill.order_ref.as_str(), |text| text.as_str());
    let or_else = |text: Option<String>| text.unwrap_or_else(|| words.say("invoice-bill"));
    Some(Invoice {
        title: or_else(cut(&open.scope.merchant.name, TITLE_MAX)),
        description: or_else(cut(what, DESCRIPTION_MAX)),
        payload: bill.id.to_string(),
        currency: bill.amount.currency().code().to_owned(),
        minor: u32::try_from(bill.amount.minor()).ok().filter(|_| fits(bill))?,
        start,
    })
}

/// A hostile text as one clean line that Telegram takes; `None` when nothing visible is left.
fn cut(text: &str, units_max: usize) -> Option<String> {
    let line = clean::line(text, units_max)?;
    let mut kept = String::new();
    let mut units = 0;
    for grapheme in line.graphemes(true) {
        units += grapheme.encode_utf16().count();
        if units > units_max {
            break;
        }
        kept.push_str(grapheme);
    }
    let kept = kept.trim().to_owned();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_currency_is_counted_as_telegram_does() {
        for (codes, exponent) in [(WITHOUT_DECIMALS.as_slice(), 0), (WITH_TWO_DECIMALS.as_slice(), 2)] {
            for code in codes {
                let currency: Currency = code.parse().unwrap();
                assert_eq!(currency.exponent(), exponent, "{code}");
                assert!(is_known(currency), "{code}");
            }
        }
        assert!(!is_known("KWD".parse().unwrap()) && !is_known("XTR".parse().unwrap()));
    }

    #[test]
    fn hostile_texts_fit() {
        for text in ["a\nb", "\u{202e}abc", &"é".repeat(400), &"👩‍👩‍👧‍👦".repeat(50), "مرحبا", &"x".repeat(10_000)]
        {
            for most in [TITLE_MAX, DESCRIPTION_MAX] {
                let line = cut(text, most).unwrap();
                assert!((1..=most).contains(&line.encode_utf16().count()), "{line:?}");
                assert!(!line.contains(['\n', '\u{202e}']));
            }
        }
        assert_eq!(cut("\u{200b} \n", TITLE_MAX), None);
    }
}
