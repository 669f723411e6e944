//! The keypad: which digit stands where, and what was typed. What a button says is a place, not a digit, so nothing
//! that travels or is kept in the chat tells the code.

use crate::id::VerificationId;
use crate::secret::{KeyError, Keyring, Purpose, Secret};
use crate::verifier::code::DIGITS_MAX;

fn owner(id: VerificationId) -> String {
    format!("keypad {id}")
}

/// The digits in the order in which the keypad of a question shows them: another one for each.
pub(crate) fn layout(keyring: &Keyring, id: VerificationId) -> [u8; 10] {
    let mut left: Vec<u8> = (0..10).collect();
    let chance = keyring.keypad_chance(id);
    let mut layout = [0; 10];
    for (place, byte) in layout.iter_mut().zip(chance) {
        *place = left.remove(usize::from(byte) % left.len());
    }
    layout
}

/// What was typed so far.
pub(crate) fn open(keyring: &Keyring, id: VerificationId, sealed: Option<&[u8]>) -> Result<Secret, KeyError> {
    let Some(sealed) = sealed else { return Ok(Secret::default()) };
    let plain = keyring.open(Purpose::Verifier, &owner(id), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_| KeyError::Seal)?;
    Ok(Secret::new(text))
}

/// Seals what was typed.
pub(crate) fn seal(keyring: &Keyring, id: VerificationId, typed: &Secret) -> Option<Vec<u8>> {
    let typed = typed.expose();
    (!typed.is_empty()).then(|| keyring.seal(Purpose::Verifier, &owner(id), typed.as_bytes()))
}

/// The same with one more digit, when there is room for it.
pub(crate) fn with_digit(typed: &Secret, digit: u8) -> Secret {
    let typed = typed.expose();
    // Room for every digit from the start: a text that grows leaves copies behind.
    let mut longer = String::with_capacity(DIGITS_MAX + 1);
    longer.push_str(typed);
    if typed.len() < DIGITS_MAX {
        longer.push(char::from(b'0' + digit % 10));
    }
    Secret::new(longer)
}

/// The same without its last digit.
pub(crate) fn without_last(typed: &Secret) -> Secret {
    let typed = typed.expose();
    Secret::new(&typed[..typed.len().saturating_sub(1)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn every_question_has_its_own_order_of_all_digits() {
        let keyring = Keyring::new([7; 32]);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..50 {
            let layout = layout(&keyring, VerificationId::new(Timestamp::from_micros(1_000_000)));
            let mut sorted = layout;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
            seen.insert(layout);
        }
        assert!(seen.len() > 45, "{}", seen.len());
    }

    #[test]
    fn what_is_typed_opens_for_its_own_question_only() {
        let keyring = Keyring::new([7; 32]);
        let at = |micros| VerificationId::new(Timestamp::from_micros(micros));
        let (id, other) = (at(1_000_000), at(2_000_000));
        let mut typed = Secret::default();
        for digit in [8, 4, 7, 2, 9, 1, 5, 5, 3] {
            typed = with_digit(&typed, digit);
        }
        assert_eq!(typed.expose(), "84729155", "no more than the longest code");
        let sealed = seal(&keyring, id, &without_last(&typed));
        assert_eq!(open(&keyring, id, sealed.as_deref()).unwrap().expose(), "8472915");
        assert!(open(&keyring, other, sealed.as_deref()).is_err());
        assert!(seal(&keyring, id, &without_last(&Secret::default())).is_none());
    }
}
