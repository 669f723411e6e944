//! The message type indicator: version, class, function and origin, a digit each.

use std::fmt;

/// A message type of four digits, such as `0200`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mti([u8; 4]);

impl Mti {
    /// Authorization request.
    pub const AUTHORIZATION: Self = Self(*b"0100");
    /// Financial request: an authorization that takes the money, or a refund.
    pub const FINANCIAL: Self = Self(*b"0200");
    /// Financial advice: a capture.
    pub const ADVICE: Self = Self(*b"0220");
    /// Reversal request: a void.
    pub const REVERSAL: Self = Self(*b"0400");
    /// Reversal advice: a message must not stand.
    pub const REVERSAL_ADVICE: Self = Self(*b"0420");
    /// Network management: sign-on, echo.
    pub const NETWORK: Self = Self(*b"0800");

    /// The type with these four digits.
    ///
    /// # Panics
    ///
    /// When one is not a digit; for constants.
    #[must_use]
    pub const fn new(digits: &[u8; 4]) -> Self {
        let mut place = 0;
        while place < 4 {
            assert!(digits[place].is_ascii_digit(), "a message type has four digits");
            place += 1;
        }
        Self(*digits)
    }

    /// The type that is written so.
    #[must_use]
    pub fn parse(digits: &[u8]) -> Option<Self> {
        let four: [u8; 4] = digits.try_into().ok()?;
        four.iter().all(u8::is_ascii_digit).then_some(Self(four))
    }

    /// The four digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Digits are always UTF-8.
        std::str::from_utf8(&self.0).unwrap_or("0000")
    }

    /// The type that answers this one: requests and advices of acquirers have one, answers have none.
    #[must_use]
    pub const fn answer(self) -> Option<Self> {
        let [version, class, function, _] = self.0;
        match function {
            b'0' | b'2' => Some(Self([version, class, function + 1, b'0'])),
            _ => None,
        }
    }

    /// The same message sent again.
    #[must_use]
    pub const fn repeated(self) -> Self {
        let [version, class, function, _] = self.0;
        Self([version, class, function, b'1'])
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_and_its_repeat_have_the_same_answer() {
        for (asked, answered) in [
            (Mti::AUTHORIZATION, "0110"),
            (Mti::FINANCIAL, "0210"),
            (Mti::ADVICE, "0230"),
            (Mti::REVERSAL, "0410"),
            (Mti::REVERSAL_ADVICE, "0430"),
            (Mti::NETWORK, "0810"),
        ] {
            let answer = asked.answer().unwrap();
            assert_eq!(answer.as_str(), answered);
            assert_eq!(asked.repeated().answer(), Some(answer));
            assert_eq!(answer.answer(), None);
        }
        assert_eq!(Mti::ADVICE.repeated().as_str(), "0221");
        assert_eq!(Mti::parse(b"02A0"), None);
        assert_eq!(Mti::parse(b"02000"), None);
    }
}
