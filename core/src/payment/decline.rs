//! Why an attempt was refused: one vocabulary for every bank, with advice, safe to tell a buyer.

/// Why an attempt was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeclineCode {
    /// The bank gives no reason.
    CardDeclined,
    /// Not enough money on the card.
    InsufficientFunds,
    /// Reported lost. Never told to the buyer as such.
    LostCard,
    /// Reported stolen. Never told to the buyer as such.
    StolenCard,
    /// The card is past its date.
    ExpiredCard,
    /// The security code is wrong.
    IncorrectCvc,
    /// The bank does not know the number.
    IncorrectNumber,
    /// Something failed at the bank; no money moved.
    ProcessingError,
    /// Too many payments with the card.
    CardVelocityExceeded,
    /// The bank could not be reached; no money moved.
    BankUnavailable,
    /// Antifraud said no.
    RiskBlocked,
    /// Staff said no after a review.
    ReviewRejected,
    /// The bank confirmed another amount; it was reversed.
    AmountMismatch,
    /// The bank says no without a reason (05). Told as such to nobody but staff.
    DoNotHonor,
    /// The bank suspects fraud (59). Never told to the buyer as such.
    SuspectedFraud,
    /// The card is restricted (36, 62). Never told to the buyer as such.
    RestrictedCard,
    /// The bank does not allow this kind of payment with the card (57, 58).
    TransactionNotPermitted,
    /// Above the limit of the card (61).
    AmountLimitExceeded,
    /// The bank wants the buyer authenticated first (1A, 65).
    AuthenticationRequired,
    /// The buyer failed at the issuer's page.
    AuthenticationFailed,
    /// The buyer refused or cancelled.
    RefusedByBuyer,
    /// The buyer did not act in time.
    ActionExpired,
    /// The merchant does not accept the card: its country, currency or kind.
    CardNotAccepted,
    /// The networks do not allow another attempt with this card now.
    RetryLimitReached,
    /// The saved card was frozen or its mandate does not allow the payment.
    CardFrozen,
    /// The buyer did not confirm the payment: wrong codes, or too late.
    VerificationFailed,
    /// The payment had to be confirmed, and nobody could be asked.
    VerificationUnavailable,
    /// The person whom it would be charged to says that it is not theirs.
    DeniedByBuyer,
}

/// What the buyer can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// The same card may work later.
    RetryLater,
    /// Another card may work.
    OtherCard,
    /// Do not try again.
    Never,
}

impl Advice {
    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RetryLater => "retry_later",
            Self::OtherCard => "other_card",
            Self::Never => "never",
        }
    }
}

impl DeclineCode {
    /// Every code.
    pub const ALL: [Self; 28] = [
        Self::CardDeclined,
        Self::InsufficientFunds,
        Self::LostCard,
        Self::StolenCard,
        Self::ExpiredCard,
        Self::IncorrectCvc,
        Self::IncorrectNumber,
        Self::ProcessingError,
        Self::CardVelocityExceeded,
        Self::BankUnavailable,
        Self::RiskBlocked,
        Self::ReviewRejected,
        Self::AmountMismatch,
        Self::DoNotHonor,
        Self::SuspectedFraud,
        Self::RestrictedCard,
        Self::TransactionNotPermitted,
        Self::AmountLimitExceeded,
        Self::AuthenticationRequired,
        Self::AuthenticationFailed,
        Self::RefusedByBuyer,
        Self::ActionExpired,
        Self::CardNotAccepted,
        Self::RetryLimitReached,
        Self::CardFrozen,
        Self::VerificationFailed,
        Self::VerificationUnavailable,
        Self::DeniedByBuyer,
    ];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardDeclined => "card_declined",
            Self::InsufficientFunds => "insufficient_funds",
            Self::LostCard => "lost_card",
            Self::StolenCard => "stolen_card",
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::IncorrectNumber => "incorrect_number",
            Self::ProcessingError => "processing_error",
            Self::CardVelocityExceeded => "card_velocity_exceeded",
            Self::BankUnavailable => "bank_unavailable",
            Self::RiskBlocked => "risk_blocked",
            Self::ReviewRejected => "review_rejected",
            Self::AmountMismatch => "amount_mismatch",
            Self::DoNotHonor => "do_not_honor",
            Self::SuspectedFraud => "suspected_fraud",
            Self::RestrictedCard => "restricted_card",
            Self::TransactionNotPermitted => "transaction_not_permitted",
            Self::AmountLimitExceeded => "amount_limit_exceeded",
            Self::AuthenticationRequired => "authentication_required",
            Self::AuthenticationFailed => "authentication_failed",
            Self::RefusedByBuyer => "refused_by_buyer",
            Self::ActionExpired => "action_expired",
            Self::CardNotAccepted => "card_not_accepted",
            Self::RetryLimitReached => "retry_limit_reached",
            Self::CardFrozen => "card_frozen",
            Self::VerificationFailed => "verification_failed",
            Self::VerificationUnavailable => "verification_unavailable",
            Self::DeniedByBuyer => "denied_by_buyer",
        }
    }

    /// The code with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// What the buyer can do.
    #[must_use]
    pub const fn advice(self) -> Advice {
        match self {
            Self::InsufficientFunds
            | Self::ProcessingError
            | Self::CardVelocityExceeded
            | Self::BankUnavailable
            | Self::AuthenticationRequired
            | Self::AuthenticationFailed
            | Self::ActionExpired
            | Self::VerificationFailed => Advice::RetryLater,
            Self::CardDeclined
            | Self::DoNotHonor
            | Self::TransactionNotPermitted
            | Self::AmountLimitExceeded
            | Self::RefusedByBuyer
            | Self::CardNotAccepted
            | Self::RetryLimitReached
            | Self::CardFrozen
            | Self::VerificationUnavailable
            | Self::ExpiredCard
            | Self::IncorrectCvc
            | Self::IncorrectNumber
            | Self::AmountMismatch => Advice::OtherCard,
            Self::LostCard
            | Self::StolenCard
            | Self::SuspectedFraud
            | Self::RestrictedCard
            | Self::RiskBlocked
            | Self::ReviewRejected
            | Self::DeniedByBuyer => Advice::Never,
        }
    }

    /// Whether another bank may say otherwise at once: the refusal is about the link, not about the card.
    #[must_use]
    pub const fn is_about_the_link(self) -> bool {
        matches!(self, Self::ProcessingError | Self::BankUnavailable)
    }

    /// The code that a buyer or a shop's page may see: it never says lost, stolen or suspected.
    #[must_use]
    pub const fn buyer_safe(self) -> Self {
        match self {
            Self::LostCard
            | Self::StolenCard
            | Self::DoNotHonor
            | Self::SuspectedFraud
            | Self::RestrictedCard
            | Self::RiskBlocked
            | Self::ReviewRejected => Self::CardDeclined,
            Self::CardDeclined
            | Self::InsufficientFunds
            | Self::ExpiredCard
            | Self::IncorrectCvc
            | Self::IncorrectNumber
            | Self::ProcessingError
            | Self::CardVelocityExceeded
            | Self::BankUnavailable
            | Self::AmountMismatch
            | Self::TransactionNotPermitted
            | Self::AmountLimitExceeded
            | Self::AuthenticationRequired
            | Self::AuthenticationFailed
            | Self::RefusedByBuyer
            | Self::ActionExpired
            | Self::CardNotAccepted
            | Self::RetryLimitReached
            | Self::CardFrozen
            | Self::VerificationFailed
            | Self::VerificationUnavailable
            | Self::DeniedByBuyer => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_none_tells_a_thief() {
        for code in DeclineCode::ALL {
            assert_eq!(DeclineCode::from_name(code.as_str()), Some(code));
            let safe = code.buyer_safe().as_str();
            assert!(
                !["stolen", "lost", "risk", "review", "fraud", "restricted", "honor"]
                    .iter()
                    .any(|word| safe.contains(word))
            );
        }
    }
}
