//! Notices what must never stand in a chat: card numbers and passwords. Such messages are deleted, and
//! what was in them does not reach our database either: intake puts a mark in its place.

use aviso_core::account::email::EmailAddress;
use aviso_core::id::{Reference, parse_type_id};
use aviso_core::verifier::code::{DIGITS_MAX, DIGITS_MIN};
use serde_json::Value;

/// Something that must not stand in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sensitive {
    /// A card number.
    Card,
    /// A password.
    Password,
    /// What may be the secret code that confirms payments.
    Code,
}

/// What stands in the inbox in place of a text with a card number.
const CARD_MARK: &str = "[aviso: a card number was removed]";
/// What stands in the inbox in place of a text with a password.
const PASSWORD_MARK: &str = "[aviso: a password was removed]";
/// Parts of a message that quote other messages. The bot needs none of them.
const QUOTES: [&str; 4] = ["reply_to_message", "quote", "external_reply", "pinned_message"];

/// Takes out of an update what must not be kept.
pub(crate) fn redact(update: &mut Value) {
    for kind in ["message", "edited_message"] {
        let Some(message) = update.get_mut(kind).and_then(Value::as_object_mut) else { continue };
        for quote in QUOTES {
            message.remove(quote);
        }
        for (part, entities) in [("text", "entities"), ("caption", "caption_entities")] {
            let mark = match message.get(part).and_then(Value::as_str).and_then(sensitive) {
                Some(Sensitive::Card) => CARD_MARK,
                Some(Sensitive::Password) => PASSWORD_MARK,
                Some(Sensitive::Code) | None => continue,
            };
            message.insert(part.to_owned(), Value::from(mark));
            message.remove(entities);
        }
    }
}

/// What a text seems to hold, or held before it was redacted. Commands are checked for card numbers only: their words are ids.
pub(crate) fn sensitive(text: &str) -> Option<Sensitive> {
    if text == CARD_MARK || has_card_number(text) {
        return Some(Sensitive::Card);
    }
    if text == PASSWORD_MARK {
        return Some(Sensitive::Password);
    }
    (!text.trim_start().starts_with('/') && looks_like_password(text)).then_some(Sensitive::Password)
}

/// Six to eight digits and nothing else, which nobody asked for. What a person was asked for may look the same, so this
/// is judged where that is known.
pub(crate) fn may_be_code(text: &str) -> bool {
    let text = text.trim();
    (DIGITS_MIN..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 13 to 19 digits, perhaps in groups, that begin like a payment card and have a right check digit.
fn has_card_number(text: &str) -> bool {
    let mut digits: Vec<u8> = Vec::new();
    let mut separators = 0;
    for next in text.chars().chain(['.']) {
        match next {
            '0'..='9' => {
                digits.push(next as u8 - b'0');
                separators = 0;
            }
            ' ' | '-' | '\u{a0}' if !digits.is_empty() && separators == 0 => separators = 1,
            _ => {
                if any_card(&digits) {
                    return true;
                }
                digits.clear();
                separators = 0;
            }
        }
        // Longer runs of digits are no card, whatever is in them; bounded so that nothing is quadratic.
        if digits.len() > 200 {
            digits.clear();
        }
    }
    false
}

/// The whole run, or a card number followed by its date or security code.
fn any_card(digits: &[u8]) -> bool {
    (13..=19.min(digits.len())).any(|length| {
        let ends_here = length == digits.len();
        let (number, rest) = digits.split_at(length);
        let followed = matches!(rest.len(), 3..=8) && length >= 15;
        (ends_here || followed) && matches!(number[0], 2..=6) && passes_luhn(number)
    })
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// One word that fits the password rule and is nothing that people send us otherwise, or a word
/// behind "password".
fn looks_like_password(text: &str) -> bool {
    const ANNOUNCED: [&str; 6] = ["password", "passwd", "contraseña", "clave", "пароль", "pwd"];
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [word] => match word.split_once([':', '=']) {
            Some((name, value)) if ANNOUNCED.contains(&name.to_lowercase().as_str()) => value.chars().count() >= 6,
            _ => fits_the_rule(word),
        },
        [name, value] => {
            let name = name.trim_end_matches([':', '=']).to_lowercase();
            ANNOUNCED.contains(&name.as_str()) && value.chars().count() >= 6 && value.chars().any(char::is_numeric)
        }
        _ => false,
    }
}

fn fits_the_rule(word: &str) -> bool {
    let known = EmailAddress::new(word).is_ok()
        || parse_type_id(word).is_ok_and(|(prefix, _)| !prefix.is_empty())
        || word.parse::<Reference>().is_ok()
        || word.starts_with('@')
        || word.contains("://")
        || word.contains("t.me/");
    let any = |test: fn(char) -> bool| word.chars().any(test);
    let long = (8..=128).contains(&word.chars().count());
    long && !known && any(char::is_uppercase) && any(char::is_lowercase) && any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_found_in_any_dress() {
        for text in [
            "4242424242424242",
            "my card is 4242 4242 4242 4242, thanks",
            "4242-4242-4242-4242",
            "/find 4242424242424242",
            "4242 4242 4242 4242 123",
            "378282246310005",
        ] {
            assert_eq!(sensitive(text), Some(Sensitive::Card), "{text}");
        }
        for text in ["4242", "4242424242424241", "+34 600 123 456", "1234567890123", "/pay 4815", &"4".repeat(5_000)] {
            assert_ne!(sensitive(text), Some(Sensitive::Card), "{text}");
        }
    }

    #[test]
    fn what_is_kept_holds_no_secret_and_is_still_known_as_such() {
        let mut update = serde_json::json!({ "update_id": 1, "message": {
            "text": "4242424242424242", "entities": [{"type": "bold", "offset": 0, "length": 16}],
            "caption": "Madrid2024", "reply_to_message": { "text": "4242424242424242" } } });
        redact(&mut update);
        let kept = update.to_string();
        assert!(!kept.contains("4242") && !kept.contains("Madrid") && !kept.contains("entities"), "{kept}");
        assert_eq!(sensitive(update["message"]["text"].as_str().unwrap()), Some(Sensitive::Card));
        assert_eq!(sensitive(update["message"]["caption"].as_str().unwrap()), Some(Sensitive::Password));
        let mut hostile =
            serde_json::json!({ "message": [1], "edited_message": { "text": 4_242_424_242_424_242_u64 } });
        redact(&mut hostile);
    }

    #[test]
    fn passwords_are_found_and_ids_are_not() {
        for text in ["Madrid2024", "hunter2HUNTER", "password: tiger123", "пароль Барсик12", "pwd=secret12"]
        {
            assert_eq!(sensitive(text), Some(Sensitive::Password), "{text}");
        }
        for text in [
            "hola",
            "Ana.Lopez1@Example.com",
            "7K3M-9QX2-4D",
            "pay_01h455vb4pex5vsknk084sn02q",
            "@Ana_Lopez99",
            "https://Example.com/A1",
            "/pay Order4815a",
            "my password does not work",
            "забыл пароль",
            "A lot of Words 12",
        ] {
            assert_eq!(sensitive(text), None, "{text}");
        }
    }
}
