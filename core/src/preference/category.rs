//! The categories of what people are told.

use crate::event::EventType;
use crate::named::named;

named! {
    /// What a notice is about, as far as a person can choose.
    pub enum Category {
        /// Who entered the account, and what was agreed in its name.
        Security = "security",
        /// Links and questions that a person waits for, or asked for.
        Verification = "verification",
        /// What became of payments.
        Payments = "payments",
        /// What became of refunds.
        Refunds = "refunds",
        /// Payments that somebody contests.
        Disputes = "disputes",
        /// What happens at the merchants that a person acts for.
        Shop = "shop",
        /// Sums over a month.
        Reports = "reports",
        /// What is new, commercial.
        News = "news",
    }
}

impl Category {
    /// Whether it cannot be switched off whole, and quiet hours do not hold it back.
    #[must_use]
    pub const fn is_mandatory(self) -> bool {
        match self {
            Self::Security | Self::Verification => true,
            Self::Payments | Self::Refunds | Self::Disputes | Self::Shop | Self::Reports | Self::News => false,
        }
    }

    /// Whether somebody who chose nothing hears of it.
    #[must_use]
    pub const fn is_on_by_default(self) -> bool {
        match self {
            Self::Security | Self::Verification | Self::Payments | Self::Refunds | Self::Disputes | Self::Shop => true,
            Self::Reports | Self::News => false,
        }
    }

    /// Whether it is sent only to who asked for it, so that every letter offers to leave with one
    /// press (RFC 8058).
    #[must_use]
    pub const fn is_subscribed(self) -> bool {
        !self.is_on_by_default()
    }

    /// The category of an event as the person whom it concerns hears of it.
    #[must_use]
    pub const fn of(kind: EventType) -> Self {
        match kind {
            EventType::AccountRegistered
            | EventType::AccountPasswordReset
            | EventType::AccountLoginRequested
            | EventType::MemberInvited
            | EventType::VerificationRequested
            | EventType::VerificationMailed
            | EventType::PaymentActionRequired => Self::Verification,
            EventType::AccountEmailConfirmed
            | EventType::AccountTelegramLinked
            | EventType::AccountTelegramUnlinked
            | EventType::AccountLogin
            | EventType::AccountPasswordChanged
            | EventType::AccountTotpEnabled
            | EventType::AccountTotpDisabled
            | EventType::AccountCodesWrong
            | EventType::AccountRecoveryCodeUsed
            | EventType::AccountFinancialPasswordChanged
            | EventType::AccountFinancialPasswordWrong
            | EventType::MemberAdded
            | EventType::MemberChanged
            | EventType::MemberRemoved
            | EventType::AccountVerifierSet
            | EventType::AccountVerifierRemoved
            | EventType::AccountVerifierWrong
            | EventType::AccountClosing
            | EventType::AccountClosed
            | EventType::CardSaved
            | EventType::OnboardingMoved
            | EventType::MandateCreated => Self::Security,
            EventType::RefundCreated | EventType::RefundSucceeded | EventType::RefundFailed => Self::Refunds,
            EventType::DisputeOpened
            | EventType::DisputeUpdated
            | EventType::DisputeWon
            | EventType::DisputeLost
            | EventType::CaseOpened => Self::Disputes,
            EventType::ShopDigest => Self::Shop,
            EventType::NewsPublished => Self::News,
            EventType::ReportMonthly => Self::Reports,
            EventType::PaymentCreated
            | EventType::PaymentInReview
            | EventType::PaymentAuthorized
            | EventType::PaymentCaptured
            | EventType::PaymentPartiallyCaptured
            | EventType::PaymentDeclined
            | EventType::PaymentCaptureFailed
            | EventType::PaymentVoidFailed
            | EventType::PaymentAuthorizationExpiring
            | EventType::PaymentVoided
            | EventType::PaymentExpired
            | EventType::PaymentOutcomeUnknown
            | EventType::PaymentOutcomeOverdue
            | EventType::CardRemoved
            | EventType::CardExpiring
            | EventType::MandateEnded
            | EventType::BillCreated
            | EventType::BillPaid
            | EventType::BillCancelled
            | EventType::BillExpired
            | EventType::BillDeclined
            | EventType::PayoutPaid
            | EventType::ReportRegistry
            | EventType::ReviewOpened
            | EventType::ReviewClosed
            | EventType::EndpointFailing
            | EventType::EndpointDisabled
            | EventType::RiskRuleChanged
            | EventType::EndpointTest => Self::Payments,
        }
    }
}
