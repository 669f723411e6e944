//! Invoices, the answers to questions before money is taken, and Stars given back.

use serde_json::{Value, json};

use super::send::deliver;
use crate::standin::telegram::body::Params;
use crate::standin::telegram::checkout::Invoice;
use crate::standin::telegram::html;
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::State;

const TITLE_UNITS: std::ops::RangeInclusive<usize> = 1..=32;
const DESCRIPTION_UNITS: std::ops::RangeInclusive<usize> = 1..=255;
const PAYLOAD_BYTES: std::ops::RangeInclusive<usize> = 1..=128;
const START_BYTES_MAX: usize = 64;
/// What Telegram takes of each currency at once; of others only that it is something.
const BOUNDS: [(&str, i64, i64); 3] = [("EUR", 87, 877_155), ("USD", 100, 1_000_000), ("XTR", 1, 100_000)];
const KNOWN: [&str; 12] = ["EUR", "USD", "XTR", "GBP", "RUB", "UAH", "PLN", "MXN", "JPY", "KRW", "CLP", "BRL"];

pub(crate) fn send_invoice(state: &mut State, params: &Params) -> Outcome {
    let chat_id = state.open_chat(params.chat())?;
    let invoice = read(params)?;
    let amount = format!("{} {}", invoice.total, invoice.currency);
    let styled = html::plain(&format!("{}\n{}\n{amount}", invoice.title, invoice.description));
    deliver(state, params, chat_id, styled, None, Some(invoice))
}

pub(crate) fn answer_pre_checkout_query(state: &mut State, params: &Params) -> Outcome {
    let query = params.text("pre_checkout_query_id").unwrap_or_default();
    let text = params.text("error_message").unwrap_or_default();
    state.answer_checkout(&query, params.flag("ok"), &text)
}

pub(crate) fn refund_star_payment(state: &mut State, params: &Params) -> Outcome {
    let user_id = params.int("user_id").ok_or_else(|| Refusal::bad_request("invalid user_id specified"))?;
    let charge = params.text("telegram_payment_charge_id").unwrap_or_default();
    state.refund_stars(user_id, &charge)
}

fn read(params: &Params) -> Result<Invoice, Refusal> {
    let text = |key: &str| params.text(key).unwrap_or_default();
    let (title, description, payload) = (text("title"), text("description"), text("payload"));
    for (value, bounds, complaint) in [
        (&title, &TITLE_UNITS, "INVOICE_TITLE_INVALID"),
        (&description, &DESCRIPTION_UNITS, "INVOICE_DESCRIPTION_INVALID"),
    ] {
        if !bounds.contains(&html::utf16_len(value.trim())) {
            return Err(Refusal::bad_request(complaint));
        }
    }
    if !PAYLOAD_BYTES.contains(&payload.len()) {
        return Err(Refusal::bad_request("INVOICE_PAYLOAD_INVALID"));
    }
    let start = text("start_parameter");
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if start.len() > START_BYTES_MAX || !start.bytes().all(fits) {
        return Err(Refusal::bad_request("START_PARAM_INVALID"));
    }
    let currency = text("currency");
    if !KNOWN.contains(&currency.as_str()) {
        return Err(Refusal::bad_request("CURRENCY_INVALID"));
    }
    let prices = params.json("prices")?.unwrap_or(Value::Null);
    let prices = prices.as_array().filter(|prices| !prices.is_empty());
    let prices = prices.ok_or_else(|| Refusal::bad_request("there must be at least one price"))?;
    let labelled = |price: &Value| price["label"].as_str().is_some_and(|label| !label.trim().is_empty());
    if !prices.iter().all(labelled) {
        return Err(Refusal::bad_request("labeled price label must be non-empty"));
    }
    let total: i64 = prices.iter().filter_map(|price| price["amount"].as_i64()).sum();
    check_provider(&text("provider_token"), &currency, prices.len())?;
    let (least, most) =
        BOUNDS.iter().find(|(code, _, _)| *code == currency).map_or((1, i64::MAX), |(_, least, most)| (*least, *most));
    if !(least..=most).contains(&total) {
        return Err(Refusal::bad_request("CURRENCY_TOTAL_AMOUNT_INVALID"));
    }
    Ok(Invoice { title, description, currency, total, payload, paid: false })
}

/// Stars have no provider and one price; everything else has a provider.
fn check_provider(token: &str, currency: &str, prices: usize) -> Result<(), Refusal> {
    if currency == "XTR" {
        return match (token.is_empty(), prices) {
            (true, 1) => Ok(()),
            (false, _) => Err(Refusal::bad_request("PAYMENT_PROVIDER_INVALID")),
            (true, _) => Err(Refusal::bad_request("STARS_INVOICE_INVALID")),
        };
    }
    let parts: Vec<&str> = token.split(':').collect();
    let known = matches!(parts.as_slice(), [id, "TEST" | "LIVE", secret]
        if !secret.is_empty() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
    if known { Ok(()) } else { Err(Refusal::bad_request("PAYMENT_PROVIDER_INVALID")) }
}

/// The invoice of a message, as the Bot API tells it.
pub(crate) fn as_json(invoice: &Invoice) -> Value {
    json!({
        "title": invoice.title,
        "description": invoice.description,
        "start_parameter": "",
        "currency": invoice.currency,
        "total_amount": invoice.total,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(changes: &[(&str, Value)]) -> Params {
        let mut fields = json!({
            "chat_id": 1, "title": "Luna", "description": "Shoes", "payload": "bill_1", "currency": "EUR",
            "provider_token": "284685063:TEST:abc", "prices": [{ "label": "Luna", "amount": 900 }],
        });
        for (key, value) in changes {
            fields[key] = value.clone();
        }
        let Value::Object(fields) = fields else { unreachable!("an object") };
        Params { fields, ..Params::default() }
    }

    #[test]
    fn an_invoice_is_as_telegram_wants_it() {
        assert!(read(&params(&[])).is_ok());
        let stars = [("currency", json!("XTR")), ("provider_token", json!(""))];
        assert!(read(&params(&stars)).is_ok());
        for (key, value, complaint) in [
            ("title", json!("x".repeat(33)), "INVOICE_TITLE_INVALID"),
            ("title", json!(" "), "INVOICE_TITLE_INVALID"),
            ("description", json!("x".repeat(256)), "INVOICE_DESCRIPTION_INVALID"),
            ("payload", json!("x".repeat(129)), "INVOICE_PAYLOAD_INVALID"),
            ("currency", json!("XXX"), "CURRENCY_INVALID"),
            ("currency", json!("XTR"), "PAYMENT_PROVIDER_INVALID"),
            ("provider_token", json!("nonsense"), "PAYMENT_PROVIDER_INVALID"),
            ("prices", json!([{ "label": "x", "amount": 1 }]), "CURRENCY_TOTAL_AMOUNT_INVALID"),
            ("prices", json!([]), "there must be at least one price"),
            ("start_parameter", json!("a b"), "START_PARAM_INVALID"),
        ] {
            let refused = read(&params(&[(key, value)])).unwrap_err();
            assert_eq!(refused.description, format!("Bad Request: {complaint}"));
        }
    }
}
