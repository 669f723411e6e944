//! What an answer says.

use aviso_core::money::Money;
use aviso_core::port::{AcquirerAnswer, LinkError};

use super::compose;
use super::message::Message;
use super::response_code::{APPROVED, Verdict, leaves_open, settles_reversal, verdict};

/// What was asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// What core calls the amount of the message.
    pub(super) amount: Money,
    /// What field 4 said, in minor units.
    pub(super) on_wire: i64,
    /// Field 37.
    pub(super) reference: String,
    /// Whether it takes an authorization back: what is not there, or was taken back before, is no refusal then.
    pub(super) takes_back: bool,
}

impl Asked {
    pub(super) const fn new(amount: Money, reference: String) -> Self {
        Self { amount, on_wire: amount.minor(), reference, takes_back: false }
    }
}

/// Reads the answer to a request or advice.
///
/// # Errors
///
/// [`LinkError::Unknown`] when it does not say what became of the message.
pub(super) fn read(answer: &Message, asked: &Asked) -> Result<AcquirerAnswer, LinkError> {
    let code = answer.text(39).ok_or_else(|| unknown("the answer has no response code"))?;
    if asked.takes_back && code != APPROVED && settles_reversal(code) {
        return Ok(AcquirerAnswer::Approved {
            acquirer_ref: asked.reference.clone(),
            approval_code: String::new(),
            amount: asked.amount,
        });
    }
    if leaves_open(code) {
        return Err(unknown(&format!("the bank does not say what became of the message: {code}")));
    }
    if let Verdict::Declined(reason) = verdict(code) {
        return Ok(AcquirerAnswer::Declined { code: reason, network_code: Some(code.to_owned()) });
    }
    Ok(AcquirerAnswer::Approved {
        acquirer_ref: answer.text(37).map_or_else(|| asked.reference.clone(), str::to_owned),
        approval_code: answer.text(38).unwrap_or_default().trim().to_owned(),
        amount: confirmed(answer, asked)?,
    })
}

/// Reads the answer to a reversal advice.
///
/// # Errors
///
/// [`LinkError::Unknown`] when the bank did not take it: it must be sent again.
pub(super) fn acknowledged(answer: &Message) -> Result<(), LinkError> {
    match answer.text(39) {
        Some(code) if settles_reversal(code) => Ok(()),
        Some(code) => Err(unknown(&format!("the bank did not reverse the message: {code}"))),
        None => Err(unknown("the answer has no response code")),
    }
}

/// The amount that the bank confirms; an answer without one confirms what was asked for.
fn confirmed(answer: &Message, asked: &Asked) -> Result<Money, LinkError> {
    let currency = compose::currency_number(asked.amount.currency());
    if answer.text(49).is_some_and(|theirs| theirs != currency) {
        return Err(unknown("the bank confirmed another currency"));
    }
    match answer.text(4).map(str::parse::<i64>) {
        None => Ok(asked.amount),
        Some(Ok(minor)) if minor == asked.on_wire => Ok(asked.amount),
        Some(Ok(minor)) => {
            Money::new(minor, asked.amount.currency()).map_err(|_| unknown("the bank confirmed nothing"))
        }
        Some(Err(_)) => Err(unknown("the bank confirmed no amount")),
    }
}

fn unknown(reason: &str) -> LinkError {
    LinkError::Unknown(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iso8583::mti::Mti;
    use aviso_core::payment::decline::DeclineCode;

    fn asked() -> Asked {
        Asked::new(Money::new(900, "EUR".parse().unwrap()).unwrap(), "AAAAAAAAAAAA".to_owned())
    }

    fn answer(fields: &[(u8, &str)]) -> Message {
        let mut message = Message::new(Mti::new(b"0110"));
        for (field, value) in fields {
            message.set(*field, value).unwrap();
        }
        message
    }

    fn approved(minor: i64, approval_code: &str) -> Result<AcquirerAnswer, LinkError> {
        let (amount, acquirer_ref) = (Money::new(minor, asked().amount.currency()).unwrap(), asked().reference);
        Ok(AcquirerAnswer::Approved { acquirer_ref, approval_code: approval_code.to_owned(), amount })
    }

    #[test]
    fn an_approval_confirms_an_amount() {
        assert_eq!(read(&answer(&[(39, "00"), (38, "A1B2  ")]), &asked()), approved(900, "A1B2"));
        let whole = answer(&[(39, "00"), (4, "000000000900"), (49, "978")]);
        assert_eq!(read(&whole, &asked()), approved(900, ""));
        assert_eq!(read(&answer(&[(39, "10"), (4, "000000000450")]), &asked()), approved(450, ""));
        // A void that leaves a part confirms the whole authorization, as its field 4 asked.
        let void = Asked { on_wire: 1_500, ..asked() };
        assert_eq!(read(&answer(&[(39, "00"), (4, "000000001500")]), &void), approved(900, ""));
    }

    #[test]
    fn a_refusal_keeps_the_networks_code() {
        let declined =
            AcquirerAnswer::Declined { code: DeclineCode::InsufficientFunds, network_code: Some("51".to_owned()) };
        assert_eq!(read(&answer(&[(39, "51")]), &asked()), Ok(declined));
    }

    #[test]
    fn an_answer_that_says_nothing_is_unknown() {
        for fields in [&[][..], &[(39, "00"), (49, "840")], &[(39, "00"), (4, "000000000000")]] {
            assert!(matches!(read(&answer(fields), &asked()), Err(LinkError::Unknown(_))), "{fields:?}");
        }
        assert!(acknowledged(&answer(&[(39, "96")])).is_err());
        assert!(acknowledged(&answer(&[])).is_err());
        assert_eq!(acknowledged(&answer(&[(39, "25")])), Ok(()));
    }

    #[test]
    fn a_void_of_what_is_not_there_or_was_voided_before_is_done() {
        let void = Asked { on_wire: 1_500, takes_back: true, ..asked() };
        for code in ["25", "94"] {
            assert_eq!(read(&answer(&[(39, code)]), &void), approved(900, ""), "{code}");
        }
        assert!(read(&answer(&[(39, "94")]), &asked()).is_err());
        assert!(matches!(read(&answer(&[(39, "05")]), &void), Ok(AcquirerAnswer::Declined { .. })));
    }
}
