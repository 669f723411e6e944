//! The moves of a payment. Each consumes the old state and gives the new one, or refuses.

use crate::clock::Timestamp;
use crate::payment::decline::DeclineCode;
use crate::payment::status::{Stage, Status};
use crate::payment::{CaptureMode, Payment};

/// A move that the payment's present status does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payment that is {} cannot be {what}", from.as_str())]
pub struct IllegalMove {
    /// Where the payment stands.
    pub from: Status,
    /// What was tried, as a participle: `captured`, `voided`.
    pub what: &'static str,
}

/// Attempts before a payment is final.
pub(crate) const ATTEMPTS_MAX: i32 = 5;

impl Payment {
    fn refuse<T>(&self, what: &'static str) -> Result<T, IllegalMove> {
        Err(IllegalMove { from: self.status(), what })
    }

    /// Ends a move: the table has the last word.
    fn moved(mut self, before: Status, what: &'static str, now: Timestamp) -> Result<Self, IllegalMove> {
        if !before.may_become(self.status()) {
            return Err(IllegalMove { from: before, what });
        }
        if self.status() != Status::Processing {
            self.outcome_due_at = None;
        }
        self.version += 1;
        self.updated_at = now;
        Ok(self)
    }

    /// Counts one more attempt.
    pub(crate) fn start_attempt(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if before != Status::RequiresPaymentMethod || self.attempts >= ATTEMPTS_MAX || now >= self.expires_at {
            return self.refuse("confirmed");
        }
        self.attempts += 1;
        self.decline = None;
        self.moved(before, "confirmed", now)
    }

    /// Holds the attempt for staff.
    pub(crate) fn hold(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        self.stage = Stage::Review;
        self.moved(before, "held for review", now)
    }

    /// The attempt goes to the bank.
    pub(crate) fn send(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        self.stage = Stage::Bank;
        self.moved(before, "sent to the bank", now)
    }

    /// The buyer must act before the bank decides: 3-D Secure, wallet.
    pub(crate) fn require_action(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        self.stage = Stage::Action;
        self.moved(before, "sent to the buyer", now)
    }

    /// The bank reserved the whole amount; with automatic capture it took it, too. What is only
    /// reserved must be taken before `capture_before`.
    pub(crate) fn approve(mut self, capture_before: Timestamp, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if !matches!(before, Status::Processing | Status::RequiresAction) {
            return self.refuse("authorized");
        }
        self.stage = Stage::Open;
        self.authorized = self.amount.minor();
        match self.capture {
            CaptureMode::Auto => self.captured = self.authorized,
            CaptureMode::Manual => self.capture_before = Some(capture_before),
        }
        self.moved(before, "authorized", now)
    }

    /// The attempt was refused. Antifraud's, staff's and a denying buyer's word is final; a bank's only when attempts
    /// are used up.
    pub(crate) fn decline(mut self, code: DeclineCode, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if !matches!(
            before,
            Status::RequiresPaymentMethod | Status::InReview | Status::Processing | Status::RequiresAction
        ) {
            return self.refuse("declined");
        }
        let last = matches!(code, DeclineCode::RiskBlocked | DeclineCode::ReviewRejected | DeclineCode::DeniedByBuyer);
        self.stage = if last || self.attempts >= ATTEMPTS_MAX { Stage::Declined } else { Stage::Open };
        self.decline = Some(code);
        self.moved(before, "declined", now)
    }

    /// Takes reserved money.
    pub(crate) fn capture(mut self, minor: i64, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if self.stage != Stage::Open || minor <= 0 || minor > self.authorized - self.captured {
            return self.refuse("captured");
        }
        self.captured += minor;
        if self.captured == self.authorized {
            self.capture_before = None;
        }
        self.moved(before, "captured", now)
    }

    /// Releases what is reserved and not taken; cancels a payment that nobody paid yet.
    pub(crate) fn void(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        match before {
            Status::Authorized | Status::RequiresPaymentMethod | Status::RequiresAction | Status::InReview => {
                self.stage = Stage::Voided;
            }
            Status::PartiallyCaptured => {}
            Status::PartiallyRefunded | Status::Refunded if self.authorized > self.captured => {}
            Status::Processing
            | Status::Captured
            | Status::PartiallyRefunded
            | Status::Refunded
            | Status::Voided
            | Status::Declined
            | Status::Expired => return self.refuse("voided"),
        }
        self.authorized = self.captured;
        self.capture_before = None;
        self.moved(before, "voided", now)
    }

    /// The reservation ran out and was released: nothing was taken, or only part of it.
    pub(crate) fn lapse(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if self.stage != Stage::Open || self.authorized == self.captured {
            return self.refuse("released");
        }
        if self.captured == 0 {
            self.stage = Stage::Expired;
        }
        self.authorized = self.captured;
        self.capture_before = None;
        self.moved(before, "released", now)
    }

    /// The bank did not release a reservation that ran out: it is tried again later.
    pub(crate) fn postpone_lapse(mut self, until: Timestamp, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if self.capture_before.is_none() {
            return self.refuse("released");
        }
        self.capture_before = Some(until);
        self.moved(before, "released", now)
    }

    /// The merchant was told that the reservation will soon run out.
    pub(crate) fn warn_of_expiry(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if self.capture_before.is_none() || self.expiry_warned {
            return self.refuse("warned about");
        }
        self.expiry_warned = true;
        self.moved(before, "warned about", now)
    }

    /// Nobody finished it in time. What is reserved or with the bank does not end this way: see [`Self::lapse`].
    pub(crate) fn expire(mut self, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        let unfinished = matches!(before, Status::RequiresPaymentMethod | Status::RequiresAction | Status::InReview);
        if !unfinished || now < self.expires_at {
            return self.refuse("expired");
        }
        self.stage = Stage::Expired;
        self.moved(before, "expired", now)
    }

    /// Sets money aside for a refund that goes to the bank.
    pub(crate) fn reserve_refund(mut self, minor: i64, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if self.stage != Stage::Open || minor <= 0 || minor > self.refundable() {
            return self.refuse("refunded");
        }
        self.refund_pending += minor;
        self.moved(before, "refunded", now)
    }

    /// The refund reached the buyer.
    pub(crate) fn settle_refund(mut self, minor: i64, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if minor <= 0 || minor > self.refund_pending {
            return self.refuse("refunded");
        }
        self.refund_pending -= minor;
        self.refunded += minor;
        self.moved(before, "refunded", now)
    }

    /// The issuer took money back that was captured: it is not there to be refunded.
    pub(crate) fn dispute(mut self, minor: i64, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if self.stage != Stage::Open || minor <= 0 || minor > self.refundable() {
            return self.refuse("disputed");
        }
        self.disputed += minor;
        self.moved(before, "disputed", now)
    }

    /// The issuer decided for the merchant: the money is free again.
    pub(crate) fn release_dispute(mut self, minor: i64, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if minor <= 0 || minor > self.disputed {
            return self.refuse("released from a dispute");
        }
        self.disputed -= minor;
        self.moved(before, "released from a dispute", now)
    }

    /// The bank refused the refund: the money set aside is free again.
    pub(crate) fn release_refund(mut self, minor: i64, now: Timestamp) -> Result<Self, IllegalMove> {
        let before = self.status();
        if minor <= 0 || minor > self.refund_pending {
            return self.refuse("refunded");
        }
        self.refund_pending -= minor;
        self.moved(before, "refunded", now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{MerchantId, PaymentId, Reference};
    use crate::merchant::Mode;
    use crate::money::Money;
    use proptest::prelude::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    pub(crate) fn payment(minor: i64, capture: CaptureMode) -> Payment {
        Payment {
            id: PaymentId::new(at(0)),
            reference: Reference::random(),
            merchant_id: MerchantId::new(at(0)),
            mode: Mode::Test,
            order_ref: "A-1".into(),
            amount: Money::new(minor, "EUR".parse().unwrap()).unwrap(),
            capture,
            description: None,
            metadata: Default::default(),
            account_id: None,
            email: None,
            ip: None,
            language: None,
            attempts: 0,
            decline: None,
            created_at: at(0),
            updated_at: at(0),
            expires_at: at(1_000_000),
            capture_before: None,
            expiry_warned: false,
            outcome_due_at: None,
            return_url: None,
            bill: None,
            verification: crate::verifier::Wish::Automatic,
            stage: Stage::Open,
            authorized: 0,
            captured: 0,
            refunded: 0,
            refund_pending: 0,
            disputed: 0,
            sequence: 0,
            version: 0,
        }
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Start,
        Hold,
        Send,
        Act,
        Approve,
        Decline(DeclineCode),
        Capture(i64),
        Void,
        Lapse,
        Warn,
        Expire,
        Reserve(i64),
        Settle(i64),
        Release(i64),
        Dispute(i64),
        Undispute(i64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let code = prop::sample::select(DeclineCode::ALL.to_vec());
        let one = prop_oneof![
            3 => Just(Step::Start),
            1 => Just(Step::Hold),
            3 => Just(Step::Send),
            1 => Just(Step::Act),
            3 => Just(Step::Approve),
            1 => code.prop_map(Step::Decline),
            2 => (-5_i64..150).prop_map(Step::Capture),
            1 => Just(Step::Void),
            1 => Just(Step::Lapse),
            1 => Just(Step::Warn),
            1 => Just(Step::Expire),
            2 => (-5_i64..150).prop_map(Step::Reserve),
            2 => (-5_i64..150).prop_map(Step::Settle),
            1 => (-5_i64..150).prop_map(Step::Release),
            1 => (-5_i64..150).prop_map(Step::Dispute),
            1 => (-5_i64..150).prop_map(Step::Undispute),
        ];
        prop::collection::vec(one, 0..40)
    }

    fn apply(payment: Payment, step: Step, now: Timestamp) -> Result<Payment, IllegalMove> {
        match step {
            Step::Start => payment.start_attempt(now),
            Step::Hold => payment.hold(now),
            Step::Send => payment.send(now),
            Step::Act => payment.require_action(now),
            Step::Approve => payment.approve(now, now),
            Step::Decline(code) => payment.decline(code, now),
            Step::Capture(minor) => payment.capture(minor, now),
            Step::Void => payment.void(now),
            Step::Lapse => payment.lapse(now),
            Step::Warn => payment.warn_of_expiry(now),
            Step::Expire => payment.expire(now),
            Step::Reserve(minor) => payment.reserve_refund(minor, now),
            Step::Settle(minor) => payment.settle_refund(minor, now),
            Step::Release(minor) => payment.release_refund(minor, now),
            Step::Dispute(minor) => payment.dispute(minor, now),
            Step::Undispute(minor) => payment.release_dispute(minor, now),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn no_order_of_moves_breaks_the_books(steps in steps(), auto in any::<bool>()) {
            let mut now = payment(100, if auto { CaptureMode::Auto } else { CaptureMode::Manual });
            for (tick, step) in steps.into_iter().enumerate() {
                let before = now.status();
                if let Ok(next) = apply(now.clone(), step, at(tick as i64 * 40_000)) {
                    prop_assert!(before.may_become(next.status()), "{before:?} -> {:?} by {step:?}", next.status());
                    prop_assert!(next.version == now.version + 1);
                    now = next;
                }
                prop_assert!(0 <= now.captured && now.captured <= now.authorized && now.authorized <= 100);
                prop_assert!(now.refunded >= 0 && now.refund_pending >= 0 && now.disputed >= 0);
                prop_assert!(now.disputed + now.refunded + now.refund_pending <= now.captured);
                prop_assert!(now.attempts <= ATTEMPTS_MAX);
            }
        }
    }

    #[test]
    fn a_blocked_payment_is_final_but_a_bank_may_be_tried_again() {
        let tried = payment(100, CaptureMode::Auto).start_attempt(at(1)).unwrap();
        let blocked = tried.clone().decline(DeclineCode::RiskBlocked, at(2)).unwrap();
        assert_eq!(blocked.status(), Status::Declined);
        assert!(blocked.start_attempt(at(3)).is_err());
        let declined = tried.send(at(2)).unwrap().decline(DeclineCode::InsufficientFunds, at(3)).unwrap();
        assert_eq!(declined.status(), Status::RequiresPaymentMethod);
        assert!(declined.start_attempt(at(4)).is_ok());
    }

    #[test]
    fn reserved_money_does_not_end_by_the_time_of_an_unpaid_payment() {
        // Staff approved after the payment was listed as overdue.
        let late = payment(100, CaptureMode::Manual)
            .start_attempt(at(1))
            .and_then(|p| p.hold(at(1)))
            .and_then(|p| p.send(at(1_000_001)))
            .and_then(|p| p.approve(at(9_000_000), at(1_000_002)))
            .unwrap();
        assert_eq!(late.status(), Status::Authorized);
        assert!(late.expire(at(1_000_003)).is_err());
    }

    #[test]
    fn a_partial_capture_may_be_closed_by_releasing_the_rest() {
        let paid = payment(100, CaptureMode::Manual)
            .start_attempt(at(1))
            .and_then(|p| p.send(at(1)))
            .and_then(|p| p.approve(at(9), at(1)))
            .and_then(|p| p.capture(60, at(2)))
            .unwrap();
        assert_eq!(paid.status(), Status::PartiallyCaptured);
        let closed = paid.void(at(3)).unwrap();
        assert_eq!((closed.status(), closed.authorized), (Status::Captured, 60));
        assert!(closed.capture(1, at(4)).is_err());
    }
}
