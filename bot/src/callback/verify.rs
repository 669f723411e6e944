//! The buttons of a question about a payment. What they say is a place on the keypad, never a digit.

use std::fmt;
use std::str::FromStr;

use aviso_core::id::VerificationId;

use super::UnknownPress;

/// A button of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verify {
    /// The question.
    pub(crate) id: VerificationId,
    /// What the button does.
    pub(crate) does: Does,
}

/// What a button does. A number counts the keypads that were shown: one of an earlier keypad does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Shows the keypad.
    Confirm,
    /// The payment is not theirs.
    Deny,
    /// Types the digit at this place.
    Place(i32, u8),
    /// Takes the last digit away.
    Erase(i32),
    /// Gives the code.
    Enter(i32),
    /// Back to the question.
    Leave(i32),
}

impl fmt::Display for Verify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id;
        match self.does {
            Does::Confirm => write!(f, "v:{id}:y"),
            Does::Deny => write!(f, "v:{id}:n"),
            Does::Place(round, place) => write!(f, "v:{id}:{round}:{place}"),
            Does::Erase(round) => write!(f, "v:{id}:{round}:e"),
            Does::Enter(round) => write!(f, "v:{id}:{round}:k"),
            Does::Leave(round) => write!(f, "v:{id}:{round}:b"),
        }
    }
}

impl FromStr for Verify {
    type Err = UnknownPress;

    fn from_str(text: &str) -> Result<Self, UnknownPress> {
        let parts: Vec<&str> = text.split(':').collect();
        let id = |text: &str| text.parse().map_err(|_| UnknownPress);
        let round = |text: &str| text.parse::<i32>().map_err(|_| UnknownPress);
        let (id, does) = match parts.as_slice() {
            ["v", one, "y"] => (id(one)?, Does::Confirm),
            ["v", one, "n"] => (id(one)?, Does::Deny),
            ["v", one, count, "e"] => (id(one)?, Does::Erase(round(count)?)),
            ["v", one, count, "k"] => (id(one)?, Does::Enter(round(count)?)),
            ["v", one, count, "b"] => (id(one)?, Does::Leave(round(count)?)),
            ["v", one, count, place] => {
                let place = place.parse().ok().filter(|place| *place < 10).ok_or(UnknownPress)?;
                (id(one)?, Does::Place(round(count)?, place))
            }
            _ => return Err(UnknownPress),
        };
        Ok(Self { id, does })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::BYTES_MAX;
    use aviso_core::clock::Timestamp;

    #[test]
    fn every_button_of_a_question_fits_and_reads_back() {
        let id = VerificationId::new(Timestamp::from_micros(1_800_000_000_000_000));
        let most = i32::MAX;
        let all = [
            Does::Confirm,
            Does::Deny,
            Does::Place(most, 9),
            Does::Place(0, 0),
            Does::Erase(most),
            Does::Enter(most),
            Does::Leave(most),
        ];
        for does in all {
            let text = Verify { id, does }.to_string();
            assert!(text.len() <= BYTES_MAX, "{text}");
            assert_eq!(text.parse(), Ok(Verify { id, does }), "{text}");
        }
        for wrong in ["v", "v:vrf_x:y", &format!("v:{id}:1:10"), &format!("v:{id}:1:"), &format!("v:{id}:x:e")] {
            assert_eq!(wrong.parse::<Verify>(), Err(UnknownPress), "{wrong}");
        }
    }
}
