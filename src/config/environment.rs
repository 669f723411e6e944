//! Settings from the environment: `AVISO_SECTION__KEY=value`, and `DATABASE_URL` as hosts give it.

use figment::providers::Serialized;
use figment::value::{Dict, Value};
use figment::{Figment, Profile};

/// Keys whose values stay texts even if they look like numbers.
const TEXTS: [&str; 12] = [
    "token",
    "password",
    "username",
    "master_key",
    "webhook_secret",
    "url",
    "host",
    "mac_key",
    "terminal_id",
    "merchant_id",
    "acquirer_id",
    "merchant_category",
];

/// All settings that the environment holds.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn settings() -> Figment {
    let mut figment = Figment::new();
    if let Ok(url) = std::env::var("DATABASE_URL") {
        figment = figment.merge(Serialized::from(nested("database__url", Value::from(url)), Profile::Default));
    }
    for (name, text) in std::env::vars() {
        if let Some(key) = name.strip_prefix("AVISO_") {
            let key = key.to_lowercase();
            let value = value_of(&key, &text);
            figment = figment.merge(Serialized::from(nested(&key, value), Profile::Default));
        }
    }
    figment
}

fn value_of(key: &str, text: &str) -> Value {
    let last = key.rsplit("__").next().unwrap_or(key);
    if matches!(last, "previous_master_keys" | "test_addresses") {
        return Value::from(text.split(',').map(str::trim).filter(|key| !key.is_empty()).collect::<Vec<_>>());
    }
    if TEXTS.contains(&last) {
        return Value::from(text);
    }
    match (text.parse::<bool>(), text.parse::<i64>()) {
        (Ok(flag), _) => Value::from(flag),
        (_, Ok(number)) => Value::from(number),
        _ => Value::from(text),
    }
}

fn nested(key: &str, value: Value) -> Dict {
    match key.split_once("__") {
        Some((section, rest)) => Dict::from([(section.to_owned(), Value::from(nested(rest, value)))]),
        None => Dict::from([(key.to_owned(), value)]),
    }
}

/// An error of figment as one line that names key, value and expectation. Secrets are not shown.
pub(super) fn explain(settings: &Figment, error: &figment::Error) -> String {
    let key = error.path.join(".");
    if key.is_empty() {
        return format!("configuration: {}", error.kind);
    }
    let last = error.path.last().map(String::as_str).unwrap_or_default();
    let expected = match last {
        "listen" | "private_listen" => "an address and port such as 127.0.0.1:8080".to_owned(),
        // What figment says would show the value.
        "previous_master_keys" => "a list of master keys, the newest first".to_owned(),
        "public_url" | "api_url" => "a URL such as https://pay.example.com".to_owned(),
        _ => error.kind.to_string(),
    };
    match settings.find_value(&key) {
        Ok(value) if !SECRETS.contains(&last) => format!("{key} = {}: expected {expected}", shown(&value)),
        Ok(_) | Err(_) => format!("{key}: {expected}"),
    }
}

/// Keys whose values are never shown.
const SECRETS: [&str; 7] =
    ["token", "password", "master_key", "previous_master_keys", "webhook_secret", "url", "mac_key"];

fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.chars().take(80).collect(),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => number.to_i128().map_or_else(|| "a number".to_owned(), |number| number.to_string()),
        Value::Char(..) | Value::Empty(..) | Value::Dict(..) | Value::Array(..) => "a value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_digits_stays_a_text() {
        assert_eq!(value_of("mail__password", "0012"), Value::from("0012"));
        assert_eq!(value_of("secrets__previous_master_keys", "aa, bb"), Value::from(vec!["aa", "bb"]));
        assert_eq!(value_of("mail__port", "2525"), Value::from(2525_i64));
        assert_eq!(value_of("webhooks__allow_http", "true"), Value::from(true));
    }
}
