//! From the core's errors to problems.

use std::error::Error;
use std::time::Duration;

use aviso_core::account::AccountError;
use aviso_core::bill::BillError;
use aviso_core::delivery::DeliveryError;
use aviso_core::dispute::DisputeError;
use aviso_core::idempotency::KeyConflict;
use aviso_core::issuing::IssuingError;
use aviso_core::mandate::{Refusal, TermsError};
use aviso_core::merchant::MerchantError;
use aviso_core::merchant::endpoint::EndpointError;
use aviso_core::merchant::member::MemberError;
use aviso_core::onboarding::OnboardingError;
use aviso_core::payment::{HearError, PaymentError};
use aviso_core::port::CallbackError;
use aviso_core::preference::PreferenceError;
use aviso_core::report::ReportError;
use aviso_core::site::SiteError;
use aviso_core::store::StoreError;
use aviso_core::vault::VaultError;

use super::{Code, Problem};

const SOON: Duration = Duration::from_secs(1);

/// A fault of ours: the caller learns nothing of it, the log the whole chain, once.
pub(crate) fn fault(error: &(dyn Error + 'static)) -> Problem {
    tracing::error!(error = chain(error), "a request failed");
    Problem::new(Code::InternalError, "the fault was noted; `request_id` helps us to find it")
}

/// The error and everything that caused it, outermost first.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn unavailable(error: &(dyn Error + 'static)) -> Problem {
    tracing::warn!(error = chain(error), "a request could not be served now");
    Problem::new(Code::Unavailable, "try again shortly, with the same idempotency key if there was one")
        .retry_after(SOON)
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) | StoreError::Collision(_) | StoreError::Interrupted => unavailable(&error),
            StoreError::Violated { .. } | StoreError::Unreadable { .. } | StoreError::Statement(_) => fault(&error),
        }
    }
}

impl From<KeyConflict> for Problem {
    fn from(conflict: KeyConflict) -> Self {
        let problem = match conflict {
            KeyConflict::Reused => Self::new(Code::IdempotencyKeyReused, conflict.to_string()),
            KeyConflict::InUse => Self::new(Code::IdempotencyKeyInUse, conflict.to_string()).retry_after(SOON),
        };
        problem.at("Idempotency-Key")
    }
}

impl From<PaymentError> for Problem {
    fn from(error: PaymentError) -> Self {
        let detail = error.to_string();
        match error {
            PaymentError::NotFound(_) => Self::new(Code::PaymentNotFound, detail),
            PaymentError::RefundNotFound(_) => Self::new(Code::RefundNotFound, detail),
            PaymentError::ReviewNotOpen(_) => Self::new(Code::ReviewNotOpen, detail),
            PaymentError::OperationNotOpen(_) => Self::new(Code::OperationNotOpen, detail),
            PaymentError::CardNotFound(_) => Self::new(Code::CardNotFound, detail).at("/saved_card"),
            PaymentError::Cvc(_) => Self::new(Code::FieldInvalid, detail).at("/cvc"),
            PaymentError::CustomerDenied => Self::new(Code::CustomerDenied, detail).at("/customer_ref"),
            PaymentError::MandateNotFound(_) => Self::new(Code::MandateNotFound, detail).at("/mandate"),
            PaymentError::Terms(error) => Self::new(Code::FieldInvalid, detail).at(terms_pointer(error)),
            PaymentError::Mandate(refusal) => outside(refusal),
            PaymentError::OrderRefTaken => Self::new(Code::OrderRefTaken, detail).at("/order_ref"),
            PaymentError::RefundRefTaken => Self::new(Code::RefundRefTaken, detail).at("/refund_ref"),
            PaymentError::ShopClosed(_) => Self::new(Code::ShopClosed, detail),
            PaymentError::CurrencyNotAccepted(_) => Self::new(Code::CurrencyNotAccepted, detail).at("/currency"),
            PaymentError::CardsNotOffered => Self::new(Code::MethodNotOffered, detail).at("/card"),
            PaymentError::WalletNotOffered(_) => Self::new(Code::MethodNotOffered, detail).at("/wallet"),
            PaymentError::IllegalMove(_) => Self::new(Code::PaymentStateConflict, detail),
            PaymentError::AmountTooLarge { .. } => Self::new(Code::AmountTooLarge, detail).at("/amount"),
            PaymentError::WholeRefundOnly { .. } => Self::new(Code::WholeRefundOnly, detail).at("/amount"),
            PaymentError::OperationInProgress => Self::new(Code::OperationInProgress, detail).retry_after(SOON),
            PaymentError::Key(conflict) => conflict.into(),
            PaymentError::Seal(_) => fault(&error),
            PaymentError::Interrupted => Self::new(
                Code::Interrupted,
                "send the same request with the same idempotency key again to learn what became of it",
            )
            .retry_after(SOON),
            PaymentError::Store(error) => error.into(),
        }
    }
}

impl From<HearError> for Problem {
    fn from(error: HearError) -> Self {
        let detail = error.to_string();
        match error {
            HearError::UnknownAcquirer | HearError::Callback(CallbackError::Unsupported) => {
                Self::new(Code::AcquirerNotFound, detail)
            }
            HearError::Callback(CallbackError::Signature) => Self::new(Code::CallbackForged, detail),
            HearError::Callback(CallbackError::Malformed(_)) => Self::new(Code::CallbackUnreadable, detail),
        }
    }
}

const fn terms_pointer(error: TermsError) -> &'static str {
    match error {
        TermsError::AmountMax => "/mandate/amount_max",
        TermsError::AmountMin => "/mandate/amount_min",
        TermsError::PeriodDays => "/mandate/period_days",
        TermsError::EndsAt => "/mandate/ends_at",
    }
}

fn outside(refusal: Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::NotActive => Problem::new(Code::MandateNotActive, detail).at("/mandate"),
        Refusal::Currency(_) => Problem::new(Code::MandateCurrency, detail).at("/currency"),
        Refusal::Amount { .. } => Problem::new(Code::MandateAmount, detail).at("/amount"),
        Refusal::TooSoon(_) => Problem::new(Code::MandateTooSoon, detail).at("/mandate"),
        Refusal::Busy => Problem::new(Code::MandateBusy, detail).at("/mandate").retry_after(SOON),
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        let detail = error.to_string();
        match error {
            VaultError::CardNotFound(_) => Self::new(Code::CardNotFound, detail),
            VaultError::MandateNotFound(_) => Self::new(Code::MandateNotFound, detail),
            VaultError::CustomerFrozen => Self::new(Code::CustomerFrozen, detail),
            VaultError::Seal(_) => fault(&error),
            VaultError::Store(error) => error.into(),
        }
    }
}

impl From<IssuingError> for Problem {
    fn from(error: IssuingError) -> Self {
        let detail = error.to_string();
        match error {
            IssuingError::Number(_) => Self::new(Code::FieldInvalid, detail).at("/number"),
            IssuingError::Taken => Self::new(Code::CardEnrolledElsewhere, detail).at("/number"),
            IssuingError::CardNotFound(_) => Self::new(Code::EnrolledCardNotFound, detail),
            // Only operators name banks and revoke their keys.
            IssuingError::Name | IssuingError::KeyNotFound(_) => fault(&error),
            IssuingError::Store(error) => error.into(),
        }
    }
}

impl From<BillError> for Problem {
    fn from(error: BillError) -> Self {
        let detail = error.to_string();
        match error {
            BillError::NotFound(_) => Self::new(Code::BillNotFound, detail),
            BillError::OrderRefTaken => Self::new(Code::OrderRefTaken, detail).at("/order_ref"),
            BillError::Expiry => Self::new(Code::FieldInvalid, detail).at("/expires_at"),
            BillError::CurrencyNotAccepted(_) => Self::new(Code::CurrencyNotAccepted, detail).at("/currency"),
            BillError::NotOpen(_) => Self::new(Code::BillStateConflict, detail),
            BillError::Payment(error) => error.into(),
            BillError::Store(error) => error.into(),
        }
    }
}

impl From<SiteError> for Problem {
    fn from(error: SiteError) -> Self {
        let detail = error.to_string();
        match error {
            SiteError::NotFound(_) | SiteError::Signature => Self::new(Code::OrderForged, detail),
            SiteError::Field { field, .. } => Self::new(Code::FieldInvalid, detail).at(field),
            SiteError::Late(_) => Self::new(Code::OrderLate, detail),
            SiteError::OrderRefTaken => Self::new(Code::OrderRefTaken, detail).at("order_ref"),
            SiteError::Payment(error) => error.into(),
            SiteError::Store(error) => error.into(),
        }
    }
}

impl From<DisputeError> for Problem {
    fn from(error: DisputeError) -> Self {
        let detail = error.to_string();
        match error {
            DisputeError::NotFound(_) => Self::new(Code::DisputeNotFound, detail),
            DisputeError::UnknownAuthorization { .. } => Self::new(Code::PaymentNotFound, detail),
            DisputeError::IllegalMove(_) => Self::new(Code::DisputeStateConflict, detail),
            DisputeError::NoEvidence => Self::new(Code::EvidenceMissing, detail),
            DisputeError::Amount { .. } => Self::new(Code::AmountTooLarge, detail).at("/amount"),
            DisputeError::Payment(error) => error.into(),
            DisputeError::Store(error) => error.into(),
        }
    }
}

impl From<EndpointError> for Problem {
    fn from(error: EndpointError) -> Self {
        let detail = error.to_string();
        match error {
            EndpointError::NotFound(_) => Self::new(Code::EndpointNotFound, detail),
            EndpointError::TooMany => Self::new(Code::EndpointLimitReached, detail),
            EndpointError::Since => Self::new(Code::FieldInvalid, detail).at("/since"),
            EndpointError::Recovering => Self::new(Code::RecoveryRunning, detail),
            EndpointError::Seal(_) => fault(&error),
            EndpointError::Store(error) => error.into(),
        }
    }
}

impl From<DeliveryError> for Problem {
    fn from(error: DeliveryError) -> Self {
        let detail = error.to_string();
        match error {
            DeliveryError::NotFound(_) => Self::new(Code::DeliveryNotFound, detail),
            DeliveryError::Store(error) => error.into(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        let detail = error.to_string();
        match error {
            ReportError::TooLong(_) => Self::new(Code::QueryInvalid, detail).at("by"),
            ReportError::Backwards => Self::new(Code::QueryInvalid, detail).at("to"),
            ReportError::Calendar => Self::new(Code::QueryInvalid, detail).at("from"),
            ReportError::Store(error) => error.into(),
        }
    }
}

impl From<PreferenceError> for Problem {
    fn from(error: PreferenceError) -> Self {
        let detail = error.to_string();
        match error {
            PreferenceError::LastChannel(_) => Self::new(Code::FieldInvalid, detail),
            PreferenceError::NotFound(_) => Self::new(Code::LinkInvalid, detail),
            PreferenceError::Store(error) => error.into(),
        }
    }
}

impl From<MemberError> for Problem {
    fn from(error: MemberError) -> Self {
        let detail = error.to_string();
        match error {
            MemberError::MerchantNotFound(_) | MemberError::NotFound => Self::new(Code::MemberNotFound, detail),
            MemberError::Forbidden | MemberError::Beyond(_) | MemberError::OtherEmail => {
                Self::new(Code::RightMissing, detail)
            }
            MemberError::LastKeeper => Self::new(Code::LastKeeper, detail),
            MemberError::InvitationInvalid => Self::new(Code::LinkInvalid, detail),
            MemberError::Store(error) => error.into(),
        }
    }
}

impl From<MerchantError> for Problem {
    fn from(error: MerchantError) -> Self {
        let detail = error.to_string();
        match error {
            MerchantError::Name => Self::new(Code::FieldInvalid, detail).at("name"),
            MerchantError::NotFound(_) => Self::new(Code::MemberNotFound, detail),
            MerchantError::KeyNotFound(_) => Self::new(Code::KeyNotFound, detail),
            MerchantError::NotLive(_) => Self::new(Code::ShopClosed, detail),
            MerchantError::Store(error) => error.into(),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let detail = error.to_string();
        match error {
            AccountError::LinkInvalid => Self::new(Code::LinkInvalid, detail),
            AccountError::Credentials => Self::new(Code::CredentialsWrong, detail),
            AccountError::CodeWrong => Self::new(Code::CodeWrong, detail),
            AccountError::PasswordUsed => Self::new(Code::FieldInvalid, detail).at("password"),
            AccountError::SamePassword => Self::new(Code::FieldInvalid, detail).at("password"),
            AccountError::FinancialMissing | AccountError::FinancialWrong | AccountError::FinancialRests => {
                Self::new(Code::CredentialsWrong, detail).at("financial_password")
            }
            AccountError::LastWayIn => Self::new(Code::LastWayIn, detail),
            AccountError::EmailUnconfirmed => Self::new(Code::EmailUnconfirmed, detail),
            AccountError::TelegramUnknown => Self::new(Code::TelegramUnknown, detail),
            AccountError::Seal(_) => fault(&error),
            AccountError::TelegramTaken => Self::new(Code::TelegramTaken, detail),
            AccountError::AccountBound => Self::new(Code::AccountBound, detail),
            AccountError::Hashing => unavailable(&error),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<OnboardingError> for Problem {
    fn from(error: OnboardingError) -> Self {
        let detail = error.to_string();
        match error {
            OnboardingError::NotFound(_) => Self::new(Code::ShopNotFound, detail),
            OnboardingError::Stage(_) | OnboardingError::Changed => Self::new(Code::ShopStateConflict, detail),
            OnboardingError::EmailUnconfirmed => Self::new(Code::EmailUnconfirmed, detail),
            OnboardingError::Name
            | OnboardingError::TooMany(_)
            | OnboardingError::Contract
            | OnboardingError::Text
            | OnboardingError::Days => Self::new(Code::FieldInvalid, detail),
            OnboardingError::Store(error) => error.into(),
        }
    }
}
