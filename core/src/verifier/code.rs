//! The rule for secret codes.

use crate::secret::Secret;

/// Digits at least.
pub const DIGITS_MIN: usize = 6;
/// Digits at most.
pub const DIGITS_MAX: usize = 8;

/// Why a secret code was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not 6 to 8 digits.
    #[error("a secret code has 6 to 8 digits and nothing else")]
    Shape,
    /// Among the codes that are guessed first: rows, repetitions, dates.
    #[error("this code is among the first that are guessed: no rows, repetitions or dates")]
    Guessable,
}

/// A secret code that fulfils the rule.
#[derive(Debug, Clone)]
pub struct NewCode(Secret);

impl NewCode {
    /// Checks a code against the rule.
    ///
    /// # Errors
    ///
    /// [`CodeError`].
    pub fn new(code: Secret) -> Result<Self, CodeError> {
        let digits = code.expose().as_bytes();
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(CodeError::Shape);
        }
        if is_row(digits) || has_few_digits(digits) || repeats(digits) || is_date(code.expose()) {
            return Err(CodeError::Guessable);
        }
        Ok(Self(code))
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.0
    }
}

/// 123456, 987654, 246802: the same step from each digit to the next, around 9 and 0 too.
fn is_row(digits: &[u8]) -> bool {
    let steps: Vec<u8> = digits.windows(2).map(|pair| (pair[1] + 10 - pair[0]) % 10).collect();
    steps.windows(2).all(|pair| pair[0] == pair[1])
}

/// 112211: not more than two different digits.
fn has_few_digits(digits: &[u8]) -> bool {
    let mut seen = [false; 10];
    for digit in digits {
        seen[usize::from(digit - b'0')] = true;
    }
    seen.into_iter().filter(|seen| *seen).count() <= 2
}

/// 123123, 19901990: a part again and again.
fn repeats(digits: &[u8]) -> bool {
    (1..=digits.len() / 2).any(|length| digits.iter().skip(length).zip(digits).all(|(next, before)| next == before))
}

/// Day, month and year as people write them, with a year of two or four digits.
fn is_date(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let is_day = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
    let year = |year: u32| (1900..2100).contains(&year);
    match text.len() {
        6 => is_day(part(0, 2), part(2, 4)) || is_day(part(2, 4), part(0, 2)) || is_day(part(4, 6), part(2, 4)),
        8 => {
            let begins = year(part(0, 4)) && is_day(part(6, 8), part(4, 6));
            let ends = year(part(4, 8)) && (is_day(part(0, 2), part(2, 4)) || is_day(part(2, 4), part(0, 2)));
            begins || ends
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> Result<(), CodeError> {
        NewCode::new(Secret::new(text)).map(|_| ())
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for text in ["", "12345", "123456789", "12345a", "١٢٣٤٥٦", "12 456", "-12345"] {
            assert_eq!(check(text), Err(CodeError::Shape), "{text}");
        }
        for text in [
            "000000", "123456", "654321", "789012", "13579135", "112211", "121212", "123123", "19901990", "12341234",
            "17041985", "19850417", "04171985", "170485", "850417", "041785", "010203",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        for text in ["847291", "9081726", "50738264", "958371", "662907"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(text in ".{0,12}") {
            let _ = check(&text);
        }

        #[test]
        fn most_codes_are_allowed(code in 0_u32..100_000_000) {
            // Dates and repetitions are few among eight digits: what is refused is one of those.
            let text = format!("{code:08}");
            if check(&text).is_err() {
                let digits = text.as_bytes();
                prop_assert!(is_row(digits) || has_few_digits(digits) || repeats(digits) || is_date(&text));
            }
        }
    }
}
