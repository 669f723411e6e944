//! Events: what happened, written in the same unit of work as the change itself.
//!
//! An event carries the published document (what a merchant may see: the same bytes in the API, the
//! event list and the webhook) and, apart from it, whom else it concerns.

use crate::clock::Timestamp;
use crate::document::Document;
use crate::id::{AccountId, EventId, LinkId, MerchantId, PaymentId};
use crate::language::Language;
use crate::merchant::Mode;
use crate::named::named;

named! {
    /// The kinds of events, named `subject.what_happened`.
    pub enum EventType {
        /// A merchant asks for money.
        PaymentCreated = "payment.created",
        /// Held for staff by antifraud; nothing was sent to the bank.
        PaymentInReview = "payment.in_review",
        /// The buyer must act before the bank decides: 3-D Secure, wallet.
        PaymentActionRequired = "payment.action_required",
        /// Money is reserved.
        PaymentAuthorized = "payment.authorized",
        /// All of the money was taken.
        PaymentCaptured = "payment.captured",
        /// Part of the money was taken.
        PaymentPartiallyCaptured = "payment.partially_captured",
        /// An attempt was refused, by antifraud, bank or staff.
        PaymentDeclined = "payment.declined",
        /// The bank refused to take reserved money.
        PaymentCaptureFailed = "payment.capture_failed",
        /// The bank refused to release reserved money.
        PaymentVoidFailed = "payment.void_failed",
        /// A reservation runs out within a day if nobody takes the money.
        PaymentAuthorizationExpiring = "payment.authorization_expiring",
        /// Reserved money was released.
        PaymentVoided = "payment.voided",
        /// Nobody finished it in time.
        PaymentExpired = "payment.expired",
        /// The bank did not answer: not known yet whether money moved.
        PaymentOutcomeUnknown = "payment.outcome_unknown",
        /// A message to the bank has had no outcome for too long, or the bank contradicts our books: staff look at it.
        PaymentOutcomeOverdue = "operation.overdue",
        /// A refund was asked for.
        RefundCreated = "refund.created",
        /// The money went back.
        RefundSucceeded = "refund.succeeded",
        /// The bank refused the refund.
        RefundFailed = "refund.failed",
        /// A buyer disputes a payment at the issuer; the money is held.
        DisputeOpened = "dispute.opened",
        /// Evidence was sent, or the stage of a dispute changed.
        DisputeUpdated = "dispute.updated",
        /// The issuer decided for the merchant.
        DisputeWon = "dispute.won",
        /// The issuer decided for the buyer.
        DisputeLost = "dispute.lost",
        /// A buyer agreed that a card is kept for later payments.
        CardSaved = "card.saved",
        /// A kept card was taken away, or stopped being usable.
        CardRemoved = "card.removed",
        /// A kept card expires soon.
        CardExpiring = "card.expiring",
        /// A buyer agreed to payments that the merchant starts.
        MandateCreated = "mandate.created",
        /// An agreement to payments that the merchant starts is over.
        MandateEnded = "mandate.ended",
        /// A merchant asks for money by a link; carries the link's bill.
        BillCreated = "bill.created",
        /// The money for a bill was reserved or taken.
        BillPaid = "bill.paid",
        /// The merchant took a bill back, or released its money.
        BillCancelled = "bill.cancelled",
        /// Nobody paid a bill in time.
        BillExpired = "bill.expired",
        /// A bill's payment was refused for good.
        BillDeclined = "bill.declined",
        /// Money was paid out to the merchant.
        PayoutPaid = "payout.paid",
        /// A person registered; carries the link that confirms the e-mail.
        AccountRegistered = "account.registered",
        /// The person's e-mail was confirmed.
        AccountEmailConfirmed = "account.email_confirmed",
        /// A Telegram identity was bound to an account.
        AccountTelegramLinked = "account.telegram_linked",
        /// A Telegram identity was released from an account.
        AccountTelegramUnlinked = "account.telegram_unlinked",
        /// Somebody logged in.
        AccountLogin = "account.login",
        /// A password reset was asked for; carries the link.
        AccountPasswordReset = "account.password_reset",
        /// The password was changed.
        AccountPasswordChanged = "account.password_changed",
        /// A browser wants to be logged in by the chat; carries the link and the numbers to choose from.
        AccountLoginRequested = "account.login_requested",
        /// An authenticator was added.
        AccountTotpEnabled = "account.totp_enabled",
        /// The authenticator was taken away.
        AccountTotpDisabled = "account.totp_disabled",
        /// Somebody who knows the password guesses codes.
        AccountCodesWrong = "account.codes_wrong",
        /// A recovery code was used.
        AccountRecoveryCodeUsed = "account.recovery_code_used",
        /// A secret code to confirm payments with was added or changed.
        AccountVerifierSet = "account.verifier_set",
        /// The secret code was taken away.
        AccountVerifierRemoved = "account.verifier_removed",
        /// Somebody in the chat guesses secret codes.
        AccountVerifierWrong = "account.verifier_wrong",
        /// The end of an account was asked for; carries the link.
        AccountClosing = "account.closing",
        /// An account was ended.
        AccountClosed = "account.closed",
        /// A person was set a financial password, or a new one.
        AccountFinancialPasswordChanged = "account.financial_password_changed",
        /// Somebody who is logged in guesses the financial password.
        AccountFinancialPasswordWrong = "account.financial_password_wrong",
        /// A person is invited to act for a merchant; carries the link.
        MemberInvited = "member.invited",
        /// A person acts for a merchant from now on.
        MemberAdded = "member.added",
        /// What a person may do for a merchant was changed.
        MemberChanged = "member.changed",
        /// A person does not act for a merchant any more.
        MemberRemoved = "member.removed",
        /// A person is asked in the chat to confirm a payment.
        VerificationRequested = "verification.requested",
        /// A person is asked by a letter to confirm a payment; the code in it is derived when it is composed.
        VerificationMailed = "verification.mailed",
        /// A payment waits for staff.
        ReviewOpened = "review.opened",
        /// Staff decided.
        ReviewClosed = "review.closed",
        /// A buyer says a payment is not theirs.
        CaseOpened = "case.opened",
        /// An endpoint has been failing for a day or three.
        EndpointFailing = "endpoint.failing",
        /// An endpoint was switched off.
        EndpointDisabled = "endpoint.disabled",
        /// A list or limit was changed.
        RiskRuleChanged = "risk.rule_changed",
        /// The sum of a month, for a person who asked for it.
        ReportMonthly = "report.monthly",
        /// The registry of a merchant's day, for an address that the merchant named.
        ReportRegistry = "report.registry",
        /// A shop took a step on its way to live payments, or its trial is over.
        OnboardingMoved = "onboarding.moved",
        /// What happened at a merchant, for one of its members.
        ShopDigest = "shop.digest",
        /// A message to everybody who asked for news.
        NewsPublished = "news.published",
        /// A delivery asked for by hand, to see that an endpoint works.
        EndpointTest = "endpoint.test",
    }
}

impl EventType {
    /// The name as it stands in the ids of texts: `payment-in-review`.
    #[must_use]
    pub fn in_texts(self) -> String {
        self.as_str().replace(['.', '_'], "-")
    }

    /// Whether merchants may subscribe to it and see it in `/v1/events`.
    #[must_use]
    pub fn is_public(self) -> bool {
        let subject = self.as_str().split('.').next().unwrap_or_default();
        matches!(subject, "payment" | "refund" | "dispute" | "endpoint" | "card" | "mandate" | "bill" | "payout")
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id, also the webhook's `webhook-id`.
    pub id: EventId,
    /// What happened.
    pub kind: EventType,
    /// Test or live world.
    pub mode: Mode,
    /// The merchant whom it concerns.
    pub merchant_id: Option<MerchantId>,
    /// The payment that it is about.
    pub payment_id: Option<PaymentId>,
    /// Counts the events of one payment from 1; 0 for events about no payment.
    pub sequence: i32,
    /// When it happened.
    pub created_at: Timestamp,
    /// The published document.
    pub document: Document,
    /// Whom it concerns besides the merchant.
    pub audience: Audience,
}

impl Event {
    /// An event that tells people, and that no merchant sees. It is of the live world: people are real in both.
    pub(crate) fn for_people(kind: EventType, audience: Audience, now: Timestamp) -> Self {
        Self {
            id: EventId::new(now),
            kind,
            mode: Mode::Live,
            merchant_id: None,
            payment_id: None,
            sequence: 0,
            created_at: now,
            document: Document::default(),
            audience,
        }
    }
}

/// The persons an event concerns. Never shown to merchants.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Audience {
    /// The buyer's or person's account, when there is one.
    pub account_id: Option<AccountId>,
    /// The buyer's e-mail as the merchant gave it, or the account's.
    pub email: Option<String>,
    /// The language to write in when there is no account.
    pub language: Option<Language>,
    /// The one-time link that the message carries; its token is derived when the message is composed.
    pub link_id: Option<LinkId>,
    /// Whether staff are told.
    pub staff: bool,
    /// What to tell besides the document: shop's name, reason, device. Keys are fixed per event type.
    pub facts: std::collections::BTreeMap<String, String>,
}

impl Audience {
    /// A fact, when it is told.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&str> {
        self.facts.get(key).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for kind in EventType::ALL {
            assert_eq!(EventType::from_name(kind.as_str()), Some(*kind));
        }
        assert_eq!(EventType::from_name("payment.Captured"), None);
    }

    #[test]
    fn what_concerns_a_person_only_is_not_public() {
        assert!(EventType::PaymentCaptured.is_public());
        assert!(!EventType::AccountPasswordReset.is_public());
        assert!(!EventType::ReviewOpened.is_public());
    }
}
