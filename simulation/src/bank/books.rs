//! A bank's books: what arrived, what became of it, and whose money is where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aviso_core::clock::{Clock, Timestamp};
use aviso_core::id::{OperationId, PaymentId};
use aviso_core::money::Money;
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::{AcquirerAnswer, Inquiry, LinkError};

use super::fate::{Fate, InquiryFate};
use super::teller::House;
use crate::clock::ManualClock;

/// What a message asks for, and of which authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Reserve money, or take it at once.
    Authorize {
        /// Whether it is taken at once.
        capture: bool,
    },
    /// Take reserved money.
    Capture(OperationId),
    /// Release reserved money.
    Void(OperationId),
    /// Give money back.
    Refund(OperationId),
    /// Undo all of it.
    Reverse(OperationId),
}

impl Ask {
    /// As the trace writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorize { .. } => "authorize",
            Self::Capture(_) => "capture",
            Self::Void(_) => "void",
            Self::Refund(_) => "refund",
            Self::Reverse(_) => "reverse",
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// To which bank.
    pub house: House,
    /// Our reference.
    pub operation: OperationId,
    /// The payment.
    pub payment: PaymentId,
    /// What is asked for.
    pub ask: Ask,
    /// How much.
    pub amount: Money,
    /// What it says of the buyer: whether and how 3-D Secure ended.
    pub proof: Option<AuthenticationStatus>,
}

/// Money that was reserved once. Amounts in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// At which bank.
    pub house: House,
    /// By which message.
    pub operation: OperationId,
    /// For which payment.
    pub payment: PaymentId,
    /// Reserved at first.
    pub reserved: i64,
    /// Taken of it.
    pub taken: i64,
    /// Given back of what was taken.
    pub back: i64,
    /// What was not taken is free again.
    pub released: bool,
    /// Undone as if it had never been.
    pub reversed: bool,
}

/// A lie in the books: to prove that the checks notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cheat {
    /// Takes twice what a capture asks for.
    DoublesCaptures,
    /// Says that a refund was made and keeps the money.
    KeepsRefunds,
    /// Says that money was released and keeps it reserved.
    KeepsReservations,
    /// Says that a payment was reversed and keeps the money.
    IgnoresReversals,
    /// Approves, and says that nothing was sent to it.
    HidesApprovals,
    /// Says that a payment was reversed, and lets its buyer approve it at the wallet's page.
    KeepsPages,
    /// The issuer vouches for buyers who failed at its page.
    VouchesForAll,
}

#[derive(Debug)]
enum Entry {
    Undecided(Message),
    /// The buyer is at the wallet's page.
    AtPage(Message, Timestamp),
    Decided(Message, AcquirerAnswer),
}

/// The books.
#[derive(Debug, Default)]
pub struct Books {
    house: House,
    entries: BTreeMap<OperationId, Entry>,
    holds: BTreeMap<OperationId, Hold>,
    /// References of which the bank said that it never saw them: it will not take them any more.
    spent: BTreeSet<OperationId>,
    cheat: Option<Cheat>,
    clock: Arc<ManualClock>,
    /// What was asked for that cannot be.
    pub(super) complaints: Vec<String>,
}

/// How long the wallet's page is there.
const PAGE_FOR: Duration = Duration::from_secs(240);

fn to_page(operation: OperationId, until: Timestamp) -> AcquirerAnswer {
    let (url, acquirer_ref) = ("https://purse.test/page".to_owned(), operation.to_string());
    AcquirerAnswer::ActionRequired { url, acquirer_ref, expires_at: until }
}

fn refusal(code: DeclineCode) -> AcquirerAnswer {
    AcquirerAnswer::declined(code)
}

impl Books {
    pub(super) fn new(house: House, cheat: Option<Cheat>, clock: Arc<ManualClock>) -> Self {
        Self { house, cheat, clock, ..Self::default() }
    }

    /// A message meets its fate. Gives what the caller hears.
    pub(super) fn strike(&mut self, message: &Message, fate: Fate) -> Result<AcquirerAnswer, LinkError> {
        let silence = || Err(LinkError::Unknown("no answer".to_owned()));
        let asked = message.amount.minor();
        match fate {
            Fate::LinkDown => {
                if self.cheat == Some(Cheat::HidesApprovals) && matches!(message.ask, Ask::Authorize { .. }) {
                    self.hear(message, Ok(asked));
                }
                Err(LinkError::NotSent("refused".to_owned()))
            }
            Fate::Lost => silence(),
            Fate::Approve => Ok(self.hear(message, Ok(asked))),
            Fate::Decline(code) => Ok(self.hear(message, Err(code))),
            Fate::Mismatch(other) => Ok(self.hear(message, Ok(other))),
            Fate::Twice => {
                let first = self.hear(message, Ok(asked));
                let second = self.hear(message, Err(DeclineCode::CardDeclined));
                if first != second {
                    self.complaints.push("a repeated message was answered differently".to_owned());
                }
                Ok(first)
            }
            Fate::AnswerLost(approve) => {
                self.hear(message, if approve { Ok(asked) } else { Err(DeclineCode::CardDeclined) });
                silence()
            }
            Fate::Pending => match self.entries.get(&message.operation) {
                Some(Entry::Decided(_, answer)) => Ok(answer.clone()),
                Some(Entry::Undecided(_)) => Ok(AcquirerAnswer::Pending),
                Some(Entry::AtPage(_, until)) => Ok(to_page(message.operation, *until)),
                None if self.spent.contains(&message.operation) => Ok(refusal(DeclineCode::ProcessingError)),
                None => {
                    self.entries.insert(message.operation, Entry::Undecided(message.clone()));
                    Ok(AcquirerAnswer::Pending)
                }
            },
        }
    }

    /// The bank hears a message: a known reference gets its first answer, a spent one a refusal.
    fn hear(&mut self, message: &Message, verdict: Result<i64, DeclineCode>) -> AcquirerAnswer {
        if self.spent.contains(&message.operation) {
            return refusal(DeclineCode::ProcessingError);
        }
        match self.entries.get(&message.operation) {
            Some(Entry::Decided(_, answer)) => return answer.clone(),
            Some(Entry::Undecided(_)) => return AcquirerAnswer::Pending,
            Some(Entry::AtPage(_, until)) => return to_page(message.operation, *until),
            None => {}
        }
        let to_its_page = self.house == House::Purse && matches!(message.ask, Ask::Authorize { .. });
        if to_its_page && verdict.is_ok() {
            let until = self.clock.now().after(PAGE_FOR);
            self.entries.insert(message.operation, Entry::AtPage(message.clone(), until));
            return to_page(message.operation, until);
        }
        let answer = self.judge(message, verdict);
        // A reversal that was refused is heard anew: it must happen at last.
        let again = matches!(message.ask, Ask::Reverse(_)) && matches!(answer, AcquirerAnswer::Declined { .. });
        if !again {
            self.entries.insert(message.operation, Entry::Decided(message.clone(), answer.clone()));
        }
        answer
    }

    fn judge(&mut self, message: &Message, verdict: Result<i64, DeclineCode>) -> AcquirerAnswer {
        let minor = match verdict {
            Ok(minor) => minor,
            Err(code) => return refusal(code),
        };
        let Ok(amount) = Money::new(minor, message.amount.currency()) else {
            return refusal(DeclineCode::ProcessingError);
        };
        if !self.post(message, minor) {
            let asked = format!("the bank cannot {} {minor} of a payment", message.ask.name());
            self.complaints.push(asked);
            return refusal(DeclineCode::TransactionNotPermitted);
        }
        AcquirerAnswer::Approved {
            // Unique for ever: disputes name an authorization by it.
            acquirer_ref: message.operation.to_string(),
            approval_code: "OK1234".to_owned(),
            amount,
        }
    }

    /// Moves money. `false` when there is none to move.
    fn post(&mut self, message: &Message, minor: i64) -> bool {
        let cheat = self.cheat;
        match message.ask {
            Ask::Authorize { capture } => {
                let taken = if capture { minor } else { 0 };
                let hold = Hold {
                    house: self.house,
                    operation: message.operation,
                    payment: message.payment,
                    reserved: minor,
                    taken,
                    back: 0,
                    released: capture,
                    reversed: false,
                };
                self.holds.insert(message.operation, hold);
                true
            }
            Ask::Reverse(of) => {
                self.reverse(of);
                true
            }
            Ask::Capture(of) => self.on(of, |hold| {
                let left = hold.reserved - hold.taken;
                let may = !hold.released && minor <= left;
                hold.taken += if cheat == Some(Cheat::DoublesCaptures) { minor.saturating_mul(2) } else { minor };
                may
            }),
            Ask::Void(of) => self.on(of, |hold| {
                let may = !hold.released && minor == hold.reserved - hold.taken;
                hold.released = cheat != Some(Cheat::KeepsReservations);
                may
            }),
            Ask::Refund(of) => self.on(of, |hold| {
                let may = minor <= hold.taken - hold.back;
                hold.back += if cheat == Some(Cheat::KeepsRefunds) { 0 } else { minor };
                may
            }),
        }
    }

    fn on(&mut self, of: OperationId, change: impl FnOnce(&mut Hold) -> bool) -> bool {
        let Some(hold) = self.holds.get(&of).filter(|hold| !hold.reversed) else { return false };
        let mut changed = *hold;
        let may = change(&mut changed);
        if may {
            self.holds.insert(of, changed);
        }
        may
    }

    /// Undoes an authorization, and keeps one that has not arrived from ever counting.
    fn reverse(&mut self, of: OperationId) {
        match self.entries.get(&of) {
            Some(Entry::Decided(..)) => {}
            Some(Entry::AtPage(..)) if self.cheat == Some(Cheat::KeepsPages) => {}
            Some(Entry::Undecided(_) | Entry::AtPage(..)) | None => {
                self.entries.remove(&of);
                self.spent.insert(of);
            }
        }
        if self.holds.get(&of).is_some_and(|hold| hold.reversed) {
            self.complaints.push("what was reversed is reversed again under another reference".to_owned());
        }
        if let Some(hold) = self.holds.get_mut(&of)
            && self.cheat != Some(Cheat::IgnoresReversals)
        {
            hold.reversed = true;
            hold.released = true;
            hold.back = hold.taken;
        }
    }

    pub(super) fn inquire(&mut self, operation: OperationId, fate: InquiryFate) -> Result<Inquiry, LinkError> {
        match fate {
            InquiryFate::LinkDown => return Err(LinkError::NotSent("refused".to_owned())),
            InquiryFate::Truth | InquiryFate::AnswerLost => {}
            InquiryFate::Decided(approve) => {
                if let Some(Entry::Undecided(message)) = self.entries.get(&operation) {
                    let message = message.clone();
                    self.decide(&message, approve);
                }
            }
        }
        self.close_page(operation);
        let found = match self.entries.get(&operation) {
            Some(Entry::AtPage(_, until)) => Inquiry::Found(to_page(operation, *until)),
            Some(Entry::Decided(_, answer)) => Inquiry::Found(answer.clone()),
            Some(Entry::Undecided(_)) => Inquiry::Found(AcquirerAnswer::Pending),
            None => {
                self.spent.insert(operation);
                Inquiry::NotFound
            }
        };
        match fate {
            InquiryFate::AnswerLost => Err(LinkError::Unknown("no answer".to_owned())),
            InquiryFate::Truth | InquiryFate::LinkDown | InquiryFate::Decided(_) => Ok(found),
        }
    }

    /// Pages that buyers may act at.
    pub(super) fn pages(&self) -> Vec<Message> {
        let pages = self.entries.values().filter_map(|entry| match entry {
            Entry::AtPage(message, _) => Some(message.clone()),
            Entry::Undecided(_) | Entry::Decided(..) => None,
        });
        pages.collect()
    }

    /// The buyer acts at the wallet's page. `false` when its time is over.
    pub(super) fn act(&mut self, message: &Message, approve: bool) -> bool {
        self.close_page(message.operation);
        if !matches!(self.entries.get(&message.operation), Some(Entry::AtPage(..))) {
            return false;
        }
        let verdict = if approve { Ok(message.amount.minor()) } else { Err(DeclineCode::RefusedByBuyer) };
        self.end_page(message, verdict);
        true
    }

    /// A page whose time is over ends its payment.
    fn close_page(&mut self, operation: OperationId) {
        if let Some(Entry::AtPage(message, until)) = self.entries.get(&operation)
            && *until <= self.clock.now()
        {
            let message = message.clone();
            self.end_page(&message, Err(DeclineCode::ActionExpired));
        }
    }

    fn end_page(&mut self, message: &Message, verdict: Result<i64, DeclineCode>) {
        let answer = self.judge(message, verdict);
        self.entries.insert(message.operation, Entry::Decided(message.clone(), answer));
    }

    pub(super) fn undecided(&self) -> Vec<Message> {
        let open = self.entries.values().filter_map(|entry| match entry {
            Entry::Undecided(message) => Some(message.clone()),
            Entry::Decided(..) | Entry::AtPage(..) => None,
        });
        open.collect()
    }

    pub(super) fn decided(&self) -> Vec<(Message, AcquirerAnswer)> {
        let over = self.entries.values().filter_map(|entry| match entry {
            Entry::Undecided(_) | Entry::AtPage(..) => None,
            Entry::Decided(message, answer) => Some((message.clone(), answer.clone())),
        });
        over.collect()
    }

    pub(super) fn decide(&mut self, message: &Message, approve: bool) {
        if !matches!(self.entries.get(&message.operation), Some(Entry::Undecided(_))) {
            return;
        }
        self.entries.remove(&message.operation);
        self.hear(message, if approve { Ok(message.amount.minor()) } else { Err(DeclineCode::CardDeclined) });
    }

    /// What a message that arrived said of the buyer; `None` when it did not arrive or said nothing.
    pub(super) fn proof_of(&self, operation: OperationId) -> Option<AuthenticationStatus> {
        match self.entries.get(&operation)? {
            Entry::Undecided(message) | Entry::AtPage(message, _) | Entry::Decided(message, _) => message.proof,
        }
    }

    pub(super) fn has_heard(&self, operation: OperationId) -> bool {
        self.entries.contains_key(&operation) || self.spent.contains(&operation)
    }

    pub(super) fn holds(&self, payment: PaymentId) -> Vec<Hold> {
        self.holds.values().filter(|hold| hold.payment == payment).copied().collect()
    }
}
