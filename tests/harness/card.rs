//! Card numbers for tests.

/// Always approved.
pub const GOOD: &str = "4242424242424242";
/// Declined: not enough money.
pub const POOR: &str = "4000000000009995";
/// Declined without a reason.
pub const DECLINED: &str = "4000000000000002";
/// Approved by the bank, but its answer is lost.
pub const ANSWER_LOST: &str = "4000000000009904";
/// Lost on the way to the bank.
pub const REQUEST_LOST: &str = "4000000000009912";
/// Approved late: the first answers are "pending".
pub const APPROVED_LATE: &str = "4000000000009920";
/// The bank approves half of what was asked.
pub const APPROVED_FOR_LESS: &str = "4000000000009938";
/// The bank cannot be reached.
pub const LINK_DOWN: &str = "4000000000009946";
/// Reserved; the capture is declined.
pub const CAPTURE_DECLINED: &str = "4000000000009706";
/// Reserved; the capture is confirmed for half of its amount.
pub const CAPTURED_FOR_LESS: &str = "4000000000009714";
/// Reserved; the void is declined.
pub const VOID_DECLINED: &str = "4000000000009722";
/// The bank never says what became of it.
pub const NEVER_ANSWERED: &str = "4000000000009730";
/// The buyer must be authenticated at the issuer's page.
pub const CHALLENGE: &str = "4000000000003220";
/// After the issuer's page: not enough money.
pub const CHALLENGE_THEN_POOR: &str = "4000008260003178";
/// The buyer must be authenticated, and the issuer cannot be asked.
pub const ISSUER_AWAY: &str = "4000008400001280";
/// The buyer may be authenticated.
pub const CHALLENGE_OPTIONAL: &str = "4000000000003055";
/// The buyer may be authenticated, and the issuer cannot be asked.
pub const OPTIONAL_ISSUER_AWAY: &str = "4000000000003097";
/// The refund's answer is lost.
pub const REFUND_ANSWER_LOST: &str = "4000000000009813";
/// The refund is declined.
pub const REFUND_DECLINED: &str = "4000000000009821";

/// A number that the bank approves, another one for each `n`.
#[must_use]
pub fn numbered(n: u32) -> String {
    with_check_digit(&format!("424200{n:09}"))
}

/// Appends the check digit (ISO/IEC 7812-1, annex B) to the digits of a card number.
#[must_use]
pub fn with_check_digit(body: &str) -> String {
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
