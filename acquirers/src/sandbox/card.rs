//! The test cards of the sandbox bank: what each number makes the bank, or the link to it, do.
//!
//! The numbers for successes and declines are those that developers know from Stripe's documentation;
//! those that end in `98..` and `99..` without a meaning there are ours and stand for faults of the link.
//! A number that is not in the table is approved.

use aviso_core::payment::decline::DeclineCode;

/// What the bank decides when nothing in its books forbids it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    Approve,
    /// Approves half of what was asked for, rounded down, but at least one minor unit.
    ApproveHalf,
    Decline(DeclineCode),
    /// Declines when a security code came along, else approves.
    DeclineWithCvc(DeclineCode),
    /// Declines with `authentication_required` until the buyer is authenticated.
    AfterAuthentication(Then),
    /// The same, unless the merchant starts the payment; then approves.
    AfterAuthenticationOfBuyer,
}

/// What the bank does once the buyer is authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Approve,
    Decline(DeclineCode),
}

/// What the issuer does when it is asked whether the buyer holds the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtIssuer {
    /// It knows the buyer: authenticated without a page.
    Frictionless,
    /// The buyer must enter a code at the issuer's page.
    Challenge,
    /// It cannot be asked.
    Unavailable,
}

/// What happens on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Sound,
    /// The connection cannot be made.
    Down,
    /// The message is lost on the way to the bank, the caller waits in vain.
    LosesRequest,
    /// The bank acts, its answer is lost on the way back, the caller waits in vain.
    LosesAnswer,
}

/// How one kind of message about a card is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conduct {
    pub(super) ruling: Ruling,
    pub(super) link: Link,
    /// So many inquiries hear "pending" before one hears the outcome.
    pub(super) pending_inquiries: u8,
}

impl Conduct {
    const SOUND: Self = Self { ruling: Ruling::Approve, link: Link::Sound, pending_inquiries: 0 };

    const fn ruling(ruling: Ruling) -> Self {
        Self { ruling, ..Self::SOUND }
    }

    const fn decline(code: DeclineCode) -> Self {
        Self::ruling(Ruling::Decline(code))
    }

    const fn link(link: Link) -> Self {
        Self { link, ..Self::SOUND }
    }

    /// The same at a bank whose link is sound and where nothing fails.
    pub(super) fn without_faults(self) -> Self {
        let failed = self.ruling == Ruling::Decline(DeclineCode::ProcessingError);
        Self { link: Link::Sound, ruling: if failed { Ruling::Approve } else { self.ruling }, ..self }
    }

    const fn late(self) -> Self {
        Self { pending_inquiries: 1, ..self }
    }
}

/// How each kind of message about a card is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) authorize: Conduct,
    pub(super) capture: Conduct,
    pub(super) void: Conduct,
    pub(super) refund: Conduct,
}

impl Script {
    /// Everything is approved.
    pub(super) const SOUND: Self =
        Self { authorize: Conduct::SOUND, capture: Conduct::SOUND, void: Conduct::SOUND, refund: Conduct::SOUND };

    const fn authorize(authorize: Conduct) -> Self {
        Self { authorize, ..Self::SOUND }
    }

    const fn capture(capture: Conduct) -> Self {
        Self { capture, ..Self::SOUND }
    }

    const fn void(void: Conduct) -> Self {
        Self { void, ..Self::SOUND }
    }

    const fn refund(refund: Conduct) -> Self {
        Self { refund, ..Self::SOUND }
    }
}

/// A card number with a known effect. It is nobody's card, so it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// The digits; the Luhn check holds.
    pub number: &'static str,
    /// A short name, unique among the cards that do not just succeed.
    pub name: &'static str,
    /// What happens, for people.
    pub effect: &'static str,
    pub(super) script: Script,
    pub(super) at_issuer: AtIssuer,
}

impl TestCard {
    const fn new(number: &'static str, name: &'static str, effect: &'static str, script: Script) -> Self {
        Self { number, name, effect, script, at_issuer: AtIssuer::Frictionless }
    }

    const fn authenticated(
        number: &'static str,
        name: &'static str,
        effect: &'static str,
        (at_issuer, ruling): (AtIssuer, Ruling),
    ) -> Self {
        Self { number, name, effect, script: Script::authorize(Conduct::ruling(ruling)), at_issuer }
    }

    const fn success(number: &'static str, effect: &'static str) -> Self {
        Self::new(number, "success", effect, Script::SOUND)
    }

    const fn declined(number: &'static str, name: &'static str, effect: &'static str, code: DeclineCode) -> Self {
        Self::new(number, name, effect, Script::authorize(Conduct::decline(code)))
    }

    /// The card with this number.
    #[must_use]
    pub fn with_number(number: &str) -> Option<&'static Self> {
        TEST_CARDS.iter().find(|card| card.number == number)
    }

    /// The first card with this name.
    #[must_use]
    pub fn with_name(name: &str) -> Option<&'static Self> {
        TEST_CARDS.iter().find(|card| card.name == name)
    }
}

/// Every number with a known effect.
pub const TEST_CARDS: &[TestCard] = &[
    TestCard::success("4242424242424242", "Visa: approved"),
    TestCard::success("4000056655665556", "Visa debit: approved"),
    TestCard::success("5555555555554444", "Mastercard: approved"),
    TestCard::success("2223003122003222", "Mastercard, 2-series: approved"),
    TestCard::success("5200828282828210", "Mastercard debit: approved"),
    TestCard::success("5105105105105100", "Mastercard prepaid: approved"),
    TestCard::success("378282246310005", "American Express: approved"),
    TestCard::success("371449635398431", "American Express: approved"),
    TestCard::success("6011111111111117", "Discover: approved"),
    TestCard::success("6011000990139424", "Discover: approved"),
    TestCard::success("3056930009020004", "Diners Club: approved"),
    TestCard::success("3566002020360505", "JCB: approved"),
    TestCard::declined(
        "4000000000000002",
        "card_declined",
        "declined, the bank gives no reason",
        DeclineCode::CardDeclined,
    ),
    TestCard::declined(
        "4000000000009995",
        "insufficient_funds",
        "declined, not enough money",
        DeclineCode::InsufficientFunds,
    ),
    TestCard::declined("4000000000009987", "lost_card", "declined, reported lost", DeclineCode::LostCard),
    TestCard::declined("4000000000009979", "stolen_card", "declined, reported stolen", DeclineCode::StolenCard),
    TestCard::declined("4000000000000069", "expired_card", "declined, expired", DeclineCode::ExpiredCard),
    TestCard::declined("4000000000000127", "incorrect_cvc", "declined, wrong security code", DeclineCode::IncorrectCvc),
    TestCard::new(
        "4000000000000101",
        "incorrect_cvc_if_given",
        "declined for its security code when one is given, else approved",
        Script::authorize(Conduct::ruling(Ruling::DeclineWithCvc(DeclineCode::IncorrectCvc))),
    ),
    TestCard::declined(
        "4000000000000119",
        "processing_error",
        "declined, something failed at the bank",
        DeclineCode::ProcessingError,
    ),
    TestCard::declined(
        "4000000000006975",
        "card_velocity_exceeded",
        "declined, too many payments",
        DeclineCode::CardVelocityExceeded,
    ),
    TestCard::declined(
        "4000000000000341",
        "declined_when_charged",
        "declined whenever it is charged",
        DeclineCode::CardDeclined,
    ),
    TestCard::new(
        "4000000000009904",
        "answer_lost",
        "time-out after the bank approved: an inquiry finds the approval",
        Script::authorize(Conduct::link(Link::LosesAnswer)),
    ),
    TestCard::new(
        "4000000000009912",
        "request_lost",
        "time-out before the bank heard of it: an inquiry finds nothing",
        Script::authorize(Conduct::link(Link::LosesRequest)),
    ),
    TestCard::new(
        "4000000000009920",
        "approved_late",
        "answered `pending`; the first inquiry hears `pending`, the second one the approval",
        Script::authorize(Conduct::SOUND.late()),
    ),
    TestCard::new(
        "4000000000009938",
        "approved_for_less",
        "approved for half of the amount",
        Script::authorize(Conduct::ruling(Ruling::ApproveHalf)),
    ),
    TestCard::new(
        "4000000000009946",
        "link_down",
        "the bank cannot be reached, nothing is sent",
        Script::authorize(Conduct::link(Link::Down)),
    ),
    TestCard::new(
        "4000000000009953",
        "answer_lost_approved_late",
        "time-out; the first inquiry hears `pending`, the second one the approval",
        Script::authorize(Conduct::link(Link::LosesAnswer).late()),
    ),
    TestCard::new(
        "4000000000009961",
        "answer_lost_declined_late",
        "time-out; the first inquiry hears `pending`, the second one a decline",
        Script::authorize(
            Conduct { ruling: Ruling::Decline(DeclineCode::CardDeclined), ..Conduct::link(Link::LosesAnswer) }.late(),
        ),
    ),
    TestCard::new(
        "4000000000009805",
        "capture_answer_lost",
        "approved; a capture times out after the bank took the money",
        Script::capture(Conduct::link(Link::LosesAnswer)),
    ),
    TestCard::new(
        "4000000000009862",
        "capture_request_lost",
        "approved; a capture times out before the bank heard of it",
        Script::capture(Conduct::link(Link::LosesRequest)),
    ),
    TestCard::new(
        "4000000000009706",
        "capture_declined",
        "approved; a capture is declined",
        Script::capture(Conduct::decline(DeclineCode::CardDeclined)),
    ),
    TestCard::new(
        "4000000000009714",
        "captured_for_less",
        "approved; a capture is confirmed for half of its amount",
        Script::capture(Conduct::ruling(Ruling::ApproveHalf)),
    ),
    TestCard::new(
        "4000000000009722",
        "void_declined",
        "approved; a void is declined",
        Script::void(Conduct::decline(DeclineCode::ProcessingError)),
    ),
    TestCard::new(
        "4000000000009730",
        "never_answered",
        "answered `pending`, and so is every inquiry",
        Script::authorize(Conduct { pending_inquiries: u8::MAX, ..Conduct::SOUND }),
    ),
    TestCard::new(
        "4000000000009839",
        "void_answer_lost",
        "approved; a void times out after the bank released the money",
        Script::void(Conduct::link(Link::LosesAnswer)),
    ),
    TestCard::new(
        "4000000000009813",
        "refund_answer_lost",
        "approved; a refund times out after the bank gave the money back",
        Script::refund(Conduct::link(Link::LosesAnswer)),
    ),
    TestCard::new(
        "4000000000009854",
        "refund_request_lost",
        "approved; a refund times out before the bank heard of it",
        Script::refund(Conduct::link(Link::LosesRequest)),
    ),
    TestCard::new(
        "4000000000009847",
        "refund_approved_late",
        "approved; a refund is answered `pending`, and the second inquiry hears the approval",
        Script::refund(Conduct::SOUND.late()),
    ),
    TestCard::new(
        "4000000000009821",
        "refund_declined",
        "approved; a refund is declined",
        Script::refund(Conduct::decline(DeclineCode::CardDeclined)),
    ),
    TestCard::authenticated(
        "4000002500003155",
        "authentication_unless_merchant_starts",
        "the buyer must be authenticated, unless the merchant starts the payment; challenge, then approved",
        (AtIssuer::Challenge, Ruling::AfterAuthenticationOfBuyer),
    ),
    TestCard::authenticated(
        "4000003800000446",
        "authentication_set_up",
        "set up before: approved when the merchant starts the payment, else challenge, then approved",
        (AtIssuer::Challenge, Ruling::AfterAuthenticationOfBuyer),
    ),
    TestCard::authenticated(
        "4000002760003184",
        "authentication_required",
        "the buyer must always be authenticated; challenge, then approved",
        (AtIssuer::Challenge, Ruling::AfterAuthentication(Then::Approve)),
    ),
    TestCard::authenticated(
        "4000000000003220",
        "challenge",
        "challenge, then approved",
        (AtIssuer::Challenge, Ruling::AfterAuthentication(Then::Approve)),
    ),
    TestCard::authenticated(
        "4000008260003178",
        "authenticated_insufficient_funds",
        "challenge, then declined: not enough money",
        (AtIssuer::Challenge, Ruling::AfterAuthentication(Then::Decline(DeclineCode::InsufficientFunds))),
    ),
    TestCard::authenticated(
        "4000008400001629",
        "authenticated_card_declined",
        "challenge, then declined without a reason",
        (AtIssuer::Challenge, Ruling::AfterAuthentication(Then::Decline(DeclineCode::CardDeclined))),
    ),
    TestCard::authenticated(
        "4000008400001280",
        "authentication_lookup_error",
        "the buyer must be authenticated, and the issuer cannot be asked: `authentication_required`",
        (AtIssuer::Unavailable, Ruling::AfterAuthentication(Then::Approve)),
    ),
    TestCard::authenticated(
        "4000000000003055",
        "authentication_optional",
        "approved without authentication; with `always`, challenge, then approved",
        (AtIssuer::Challenge, Ruling::Approve),
    ),
    TestCard::authenticated(
        "4000000000003097",
        "authentication_optional_error",
        "approved without authentication; with `always` the issuer cannot be asked, and approved",
        (AtIssuer::Unavailable, Ruling::Approve),
    ),
    TestCard::new(
        "4000000000000259",
        "dispute_fraudulent",
        "approved; once it is taken the buyer disputes it as fraudulent",
        Script::SOUND,
    ),
    TestCard::new(
        "4000000000002685",
        "dispute_not_received",
        "approved; once it is taken the buyer disputes it: nothing was received",
        Script::SOUND,
    ),
    TestCard::new(
        "4000000000001976",
        "dispute_inquiry",
        "approved; once it is taken the issuer asks about it",
        Script::SOUND,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use aviso_core::clock::Timestamp;
    use aviso_core::payment::card::Card;
    use aviso_core::secret::Secret;
    use std::collections::HashSet;

    #[test]
    fn every_number_passes_the_check_of_a_card_number_and_is_listed_once() {
        let mut seen = HashSet::new();
        for card in TEST_CARDS {
            let now = Timestamp::from_micros(1_795_000_000_000_000);
            assert!(Card::new(&Secret::new(card.number), 12, 2030, now).is_ok(), "{}", card.number);
            assert!(seen.insert(card.number), "{} twice", card.number);
        }
    }

    #[test]
    fn cards_that_do_not_just_succeed_have_names_of_their_own() {
        let mut seen = HashSet::new();
        for card in TEST_CARDS.iter().filter(|card| card.name != "success") {
            assert!(seen.insert(card.name), "{} twice", card.name);
            assert_eq!(TestCard::with_name(card.name), Some(card));
            assert_eq!(TestCard::with_number(card.number), Some(card));
        }
    }
}
