//! What a bank's response code (field 39) means.

use aviso_core::payment::decline::DeclineCode;

/// Approved; of an advice or reversal: done.
pub(super) const APPROVED: &str = "00";

/// What a response code says about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Done. Partial approvals (10) too: the amount in the answer tells.
    Approved,
    /// Refused, for this reason.
    Declined(DeclineCode),
}

/// Reads a response code of a request or advice.
pub(super) fn verdict(code: &str) -> Verdict {
    let declined = match code {
        // 08: honour with identification; 10: partial amount; 11: VIP; 85: no reason to decline.
        "00" | "08" | "10" | "11" | "85" => return Verdict::Approved,
        "05" => DeclineCode::DoNotHonor,
        "04" | "07" | "36" | "62" => DeclineCode::RestrictedCard,
        "14" | "15" | "56" | "78" => DeclineCode::IncorrectNumber,
        "33" | "54" => DeclineCode::ExpiredCard,
        "34" | "59" => DeclineCode::SuspectedFraud,
        "41" => DeclineCode::LostCard,
        "43" => DeclineCode::StolenCard,
        "51" | "52" | "53" => DeclineCode::InsufficientFunds,
        "03" | "12" | "40" | "57" | "58" | "93" => DeclineCode::TransactionNotPermitted,
        "61" => DeclineCode::AmountLimitExceeded,
        // 65 is "too many payments" to Visa and "authenticate first" to Mastercard; the way on is the same.
        "1A" | "65" => DeclineCode::AuthenticationRequired,
        "75" => DeclineCode::CardVelocityExceeded,
        "82" | "N7" => DeclineCode::IncorrectCvc,
        "91" | "92" => DeclineCode::BankUnavailable,
        "06" | "13" | "19" | "21" | "25" | "30" | "63" | "88" | "95" | "96" => DeclineCode::ProcessingError,
        _ => DeclineCode::CardDeclined,
    };
    Verdict::Declined(declined)
}

/// Whether a code leaves open what became of the message: it is still being worked on (09), the issuer's
/// answer came too late (68), or the message was seen before (94). Such an authorization may stand.
pub(super) fn leaves_open(code: &str) -> bool {
    matches!(code, "09" | "68" | "94")
}

/// Whether the answer to a reversal advice ends the matter: reversed (00), no such message (25), or
/// reversed before (94). Anything else means that the bank could not do it now; 21 even says so.
pub(super) fn settles_reversal(code: &str) -> bool {
    matches!(code, "00" | "25" | "94")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aviso_core::payment::decline::Advice;

    #[test]
    fn what_is_open_is_no_refusal() {
        for code in ["09", "68", "94"] {
            assert!(leaves_open(code), "{code}");
        }
        assert!(!leaves_open("05") && !leaves_open("96") && !leaves_open("00"));
    }

    #[test]
    fn each_code_has_its_reason_and_advice() {
        for (code, reason, advice) in [
            ("05", DeclineCode::DoNotHonor, Advice::OtherCard),
            ("14", DeclineCode::IncorrectNumber, Advice::OtherCard),
            ("41", DeclineCode::LostCard, Advice::Never),
            ("43", DeclineCode::StolenCard, Advice::Never),
            ("51", DeclineCode::InsufficientFunds, Advice::RetryLater),
            ("54", DeclineCode::ExpiredCard, Advice::OtherCard),
            ("57", DeclineCode::TransactionNotPermitted, Advice::OtherCard),
            ("58", DeclineCode::TransactionNotPermitted, Advice::OtherCard),
            ("59", DeclineCode::SuspectedFraud, Advice::Never),
            ("61", DeclineCode::AmountLimitExceeded, Advice::OtherCard),
            ("62", DeclineCode::RestrictedCard, Advice::Never),
            ("65", DeclineCode::AuthenticationRequired, Advice::RetryLater),
            ("1A", DeclineCode::AuthenticationRequired, Advice::RetryLater),
            ("75", DeclineCode::CardVelocityExceeded, Advice::RetryLater),
            ("91", DeclineCode::BankUnavailable, Advice::RetryLater),
            ("96", DeclineCode::ProcessingError, Advice::RetryLater),
            ("N7", DeclineCode::IncorrectCvc, Advice::OtherCard),
            ("ZZ", DeclineCode::CardDeclined, Advice::OtherCard),
        ] {
            assert_eq!(verdict(code), Verdict::Declined(reason), "{code}");
            assert_eq!(reason.advice(), advice, "{code}");
        }
        assert_eq!(verdict("00"), Verdict::Approved);
    }

    #[test]
    fn a_bank_that_cannot_reverse_now_is_asked_again() {
        assert!(["00", "25", "94"].into_iter().all(settles_reversal));
        assert!(!["05", "21", "30", "91", "96", ""].into_iter().any(settles_reversal));
    }
}
