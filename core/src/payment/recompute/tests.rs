//! The machine and the recomputation against each other, over random orders of commands and answers.

use proptest::prelude::*;

use super::*;
use crate::clock::Timestamp;
use crate::id::{AttemptId, EventId, MerchantId, OperationId, PaymentId, Reference, RefundId};
use crate::merchant::Mode;
use crate::money::Money;
use crate::payment::action::ThreeDs;
use crate::payment::attempt::{Method, VaultUse, WalletName};
use crate::payment::{CaptureMode, IllegalMove, TimelineEntry};

const AMOUNT: i64 = 100;

/// What somebody asks for, or what a bank answers.
#[derive(Debug, Clone, Copy)]
enum Command {
    Confirm(Verdict),
    Decide(bool),
    Cancel,
    Expire,
    Capture(i64),
    Void,
    Lapse,
    Refund(i64),
    /// The bank answers the n-th message, answered or not.
    Answer(usize, Said),
}

#[derive(Debug, Clone, Copy)]
enum Said {
    Yes,
    No,
    Nothing,
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let verdict = prop_oneof![6 => Just(Verdict::Allow), 2 => Just(Verdict::Review), 1 => Just(Verdict::Block)];
    let said = prop_oneof![4 => Just(Said::Yes), 2 => Just(Said::No), 1 => Just(Said::Nothing)];
    let one = prop_oneof![
        4 => verdict.prop_map(Command::Confirm),
        2 => any::<bool>().prop_map(Command::Decide),
        1 => Just(Command::Cancel),
        1 => Just(Command::Expire),
        4 => (-5..AMOUNT + 20).prop_map(Command::Capture),
        1 => Just(Command::Void),
        1 => Just(Command::Lapse),
        4 => (-5..AMOUNT + 20).prop_map(Command::Refund),
        9 => (0..8_usize, said).prop_map(|(back, said)| Command::Answer(back, said)),
    ];
    prop::collection::vec(one, 0..40)
}

/// A hub in memory: the machine, and the rows that it leaves behind.
struct Hub {
    details: PaymentDetails,
    now: Timestamp,
}

impl Hub {
    fn new(capture: CaptureMode) -> Self {
        let now = Timestamp::from_micros(0);
        let payment = Payment {
            id: PaymentId::new(now),
            reference: Reference::random(),
            merchant_id: MerchantId::new(now),
            mode: Mode::Test,
            order_ref: "A-1".into(),
            amount: Money::new(AMOUNT, "EUR".parse().unwrap()).unwrap(),
            capture,
            description: None,
            metadata: Default::default(),
            account_id: None,
            email: None,
            ip: None,
            language: None,
            attempts: 0,
            decline: None,
            created_at: now,
            updated_at: now,
            expires_at: Timestamp::from_micros(30),
            capture_before: None,
            expiry_warned: false,
            outcome_due_at: None,
            return_url: None,
            bill: None,
            verification: crate::verifier::Wish::Automatic,
            disputed: 0,
            stage: Stage::Open,
            authorized: 0,
            captured: 0,
            refunded: 0,
            refund_pending: 0,
            sequence: 0,
            version: 0,
        };
        let (attempts, operations, refunds, timeline) = Default::default();
        Self { details: PaymentDetails { payment, shop: String::new(), attempts, operations, refunds, timeline }, now }
    }

    fn payment(&self) -> Payment {
        self.details.payment.clone()
    }

    fn tell(&mut self, kind: EventType) {
        self.details.payment.sequence += 1;
        self.details.timeline.push(TimelineEntry { event: EventId::new(self.now), kind, at: self.now });
    }

    fn send(&mut self, kind: OperationKind, minor: i64) -> &mut Operation {
        let payment = &self.details.payment;
        self.details.operations.push(Operation {
            id: OperationId::new(self.now),
            payment_id: payment.id,
            attempt_id: self.details.attempts.last().map_or_else(|| AttemptId::new(self.now), |attempt| attempt.id),
            refund_id: None,
            original_id: None,
            kind,
            status: OperationStatus::Pending,
            amount: Money::new(minor, payment.currency()).unwrap(),
            takes_money: kind == OperationKind::Authorize && payment.capture == CaptureMode::Auto,
            by_expiry: false,
            trace: 0,
            acquirer: String::new(),
            acquirer_ref: None,
            approval_code: None,
            decline: None,
            network_code: None,
            acknowledged: false,
            inquiries: 0,
            next_inquiry_at: None,
            escalated_at: None,
            fallback: None,
            created_at: self.now,
            updated_at: self.now,
        });
        self.details.operations.last_mut().unwrap()
    }

    /// Whether a message of this kind may be sent while others have no outcome.
    fn is_free(&self, kind: OperationKind) -> bool {
        let refund = kind == OperationKind::Refund;
        let in_the_way = |o: &&Operation| o.status.is_open() && !(refund && o.kind == OperationKind::Refund);
        !self.details.operations.iter().any(|operation| in_the_way(&operation))
    }

    fn confirm(&mut self, verdict: Verdict) -> Result<(), IllegalMove> {
        let mut payment = self.payment().start_attempt(self.now)?;
        let decline = (verdict == Verdict::Block).then_some(DeclineCode::RiskBlocked);
        payment = match verdict {
            Verdict::Allow | Verdict::Verify => payment.send(self.now)?,
            Verdict::Review => payment.hold(self.now)?,
            Verdict::Block => payment.decline(DeclineCode::RiskBlocked, self.now)?,
        };
        self.details.attempts.push(Attempt {
            id: AttemptId::new(self.now),
            payment_id: payment.id,
            number: payment.attempts,
            merchant_id: payment.merchant_id,
            mode: payment.mode,
            amount: payment.amount,
            method: Method::Wallet("wallet".parse::<WalletName>().unwrap()),
            email: None,
            ip: None,
            sealed_card: None,
            issuer: Default::default(),
            vault: VaultUse::default(),
            three_ds: ThreeDs::Automatic,
            return_url: None,
            action: None,
            authentication: None,
            issuer_check_at: None,
            verdict,
            decline,
            created_at: self.now,
        });
        self.details.payment = payment;
        if verdict == Verdict::Allow {
            self.send(OperationKind::Authorize, AMOUNT);
        }
        Ok(())
    }

    fn decide(&mut self, approve: bool) -> Result<(), IllegalMove> {
        if self.details.payment.stage != Stage::Review {
            return Ok(());
        }
        if approve {
            self.details.payment = self.payment().send(self.now)?;
            self.send(OperationKind::Authorize, AMOUNT);
        } else {
            self.details.payment = self.payment().decline(DeclineCode::ReviewRejected, self.now)?;
            self.details.attempts.last_mut().unwrap().decline = Some(DeclineCode::ReviewRejected);
        }
        Ok(())
    }

    fn release(&mut self, by_expiry: bool) -> Result<(), IllegalMove> {
        let left = self.details.payment.authorized - self.details.payment.captured;
        let moved = if by_expiry { self.payment().lapse(self.now)? } else { self.payment().void(self.now)? };
        if left == 0 && by_expiry {
            return Ok(());
        }
        if left == 0 {
            // Nobody paid yet: cancelled at once.
            self.details.payment = moved;
            self.tell(EventType::PaymentVoided);
        } else if self.is_free(OperationKind::Void) {
            self.send(OperationKind::Void, left).by_expiry = by_expiry;
        }
        Ok(())
    }

    fn refund(&mut self, minor: i64) -> Result<(), IllegalMove> {
        let moved = self.payment().reserve_refund(minor, self.now)?;
        if !self.is_free(OperationKind::Refund) {
            return Ok(());
        }
        self.details.payment = moved;
        let id = RefundId::new(self.now);
        let operation = self.send(OperationKind::Refund, minor);
        operation.refund_id = Some(id);
        let (amount, payment_id) = (operation.amount, operation.payment_id);
        self.details.refunds.push(Refund {
            id,
            payment_id,
            merchant_id: self.details.payment.merchant_id,
            mode: Mode::Test,
            amount,
            status: RefundStatus::Pending,
            refund_ref: None,
            reason: None,
            created_by: String::new(),
            created_at: self.now,
            updated_at: self.now,
        });
        Ok(())
    }

    fn answer(&mut self, place: usize, said: Said) -> Result<(), IllegalMove> {
        let Some(operation) = self.details.operations.get(place).cloned() else { return Ok(()) };
        // A second or late word changes nothing.
        if !operation.status.is_open() {
            return Ok(());
        }
        let status = match said {
            Said::Nothing => OperationStatus::Unknown,
            Said::Yes => OperationStatus::Succeeded,
            Said::No => OperationStatus::Failed,
        };
        self.details.payment = match said {
            Said::Nothing => self.payment(),
            Said::Yes => self.approved(&operation)?,
            Said::No => self.refused(&operation)?,
        };
        self.details.operations[place].status = status;
        let refund = self.details.refunds.iter_mut().find(|refund| Some(refund.id) == operation.refund_id);
        match (refund, said) {
            (Some(refund), Said::Yes) => refund.status = RefundStatus::Succeeded,
            (Some(refund), Said::No) => refund.status = RefundStatus::Failed,
            (Some(_), Said::Nothing) | (None, _) => {}
        }
        Ok(())
    }

    fn approved(&mut self, operation: &Operation) -> Result<Payment, IllegalMove> {
        let (payment, minor, now) = (self.payment(), operation.amount.minor(), self.now);
        match operation.kind {
            OperationKind::Authorize => {
                let approved = payment.approve(now, now)?;
                if operation.takes_money {
                    self.send(OperationKind::Capture, minor).status = OperationStatus::Succeeded;
                }
                Ok(approved)
            }
            OperationKind::Capture => payment.capture(minor, now),
            OperationKind::Void if operation.by_expiry => payment.lapse(now),
            OperationKind::Void => payment.void(now),
            OperationKind::Refund => payment.settle_refund(minor, now),
            OperationKind::Reversal => Ok(payment),
        }
    }

    fn refused(&mut self, operation: &Operation) -> Result<Payment, IllegalMove> {
        let payment = self.payment();
        match operation.kind {
            OperationKind::Authorize => {
                self.details.attempts.last_mut().unwrap().decline = Some(DeclineCode::CardDeclined);
                payment.decline(DeclineCode::CardDeclined, self.now)
            }
            OperationKind::Refund => payment.release_refund(operation.amount.minor(), self.now),
            OperationKind::Capture | OperationKind::Void | OperationKind::Reversal => Ok(payment),
        }
    }

    fn obey(&mut self, command: Command) -> Result<(), IllegalMove> {
        match command {
            Command::Confirm(verdict) => self.confirm(verdict),
            Command::Decide(approve) => self.decide(approve),
            Command::Cancel => match self.details.payment.stage {
                Stage::Open | Stage::Review if self.details.payment.authorized == 0 => self.release(false),
                _ => Ok(()),
            },
            Command::Expire => {
                self.details.payment = self.payment().expire(self.now)?;
                self.tell(EventType::PaymentExpired);
                Ok(())
            }
            Command::Capture(minor) => {
                self.payment().capture(minor, self.now)?;
                if self.is_free(OperationKind::Capture) {
                    self.send(OperationKind::Capture, minor);
                }
                Ok(())
            }
            Command::Void => self.release(false),
            Command::Lapse => self.release(true),
            Command::Refund(minor) => self.refund(minor),
            Command::Answer(back, said) => {
                let last = self.details.operations.len();
                last.checked_sub(back + 1).map_or(Ok(()), |place| self.answer(place, said))
            }
        }
    }
}

fn after(commands: Vec<Command>, auto: bool) -> Hub {
    let mut hub = Hub::new(if auto { CaptureMode::Auto } else { CaptureMode::Manual });
    for command in commands {
        // An illegal command is refused and leaves nothing behind.
        let _ = hub.obey(command);
        hub.now = Timestamp::from_micros(hub.now.as_micros() + 1);
    }
    hub
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_machine_and_the_recomputation_agree_after_every_step(commands in commands(), auto in any::<bool>()) {
        let mut hub = Hub::new(if auto { CaptureMode::Auto } else { CaptureMode::Manual });
        for command in commands {
            let before = hub.details.payment.status();
            let _ = hub.obey(command);
            let found = discrepancies(&hub.details);
            prop_assert!(found.is_empty(), "after {:?} from {:?}: {:?}\n{:#?}", command, before, found, hub.details);
            prop_assert_eq!(recompute(&hub.details).facts.status(), hub.details.payment.status());
            hub.now = Timestamp::from_micros(hub.now.as_micros() + 1);
        }
    }

    #[test]
    fn a_changed_amount_is_found(commands in commands(), auto in any::<bool>(), which in 0..4_usize, by in 1..50_i64) {
        let mut details = after(commands, auto).details;
        let payment = &mut details.payment;
        *[&mut payment.authorized, &mut payment.captured, &mut payment.refunded, &mut payment.refund_pending][which] += by;
        prop_assert!(!discrepancies(&details).is_empty());
    }

    #[test]
    fn a_changed_outcome_of_a_message_is_found(commands in commands(), auto in any::<bool>(), place in 0..12_usize) {
        let mut details = after(commands, auto).details;
        let Some(operation) = details.operations.get_mut(place) else { return Ok(()) };
        // A refused capture or void leaves no other trace than its own row.
        let silent = matches!(operation.kind, OperationKind::Capture | OperationKind::Void | OperationKind::Reversal);
        operation.status = match operation.status {
            OperationStatus::Succeeded => OperationStatus::Failed,
            OperationStatus::Failed => OperationStatus::Succeeded,
            OperationStatus::Pending | OperationStatus::Unknown if silent => return Ok(()),
            OperationStatus::Pending | OperationStatus::Unknown => OperationStatus::Succeeded,
        };
        prop_assert!(!discrepancies(&details).is_empty(), "{details:#?}");
    }
}
