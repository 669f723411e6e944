//! What a card number makes the bank answer: the cards of the sandbox bank that are declined.

/// The response code for a card, which may depend on whether a security code came along.
pub(super) fn response_code(pan: &str, cvc_given: bool) -> &'static str {
    match pan {
        "4000000000000002" | "4000000000000341" => "05",
        "4000000000009995" => "51",
        "4000000000009987" => "41",
        "4000000000009979" => "43",
        "4000000000000069" => "54",
        "4000000000000127" => "N7",
        "4000000000000101" if cvc_given => "N7",
        "4000000000000119" => "96",
        "4000000000006975" => "75",
        _ => "00",
    }
}

/// The card whose refunds are declined.
pub(super) const REFUND_DECLINED: &str = "4000000000009821";
