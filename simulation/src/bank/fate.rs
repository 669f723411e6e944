//! What becomes of a message: drawn by the run, or computed from what the message says.

use std::hash::{DefaultHasher, Hash, Hasher};

use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::InquiryRequest;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::books::Ask;
use super::{Message, Question};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, the bank approves, the answer comes back.
    Approve,
    /// It arrives, the bank refuses, the answer comes back.
    Decline(DeclineCode),
    /// It gets lost on the way: a time-out before any effect.
    Lost,
    /// It arrives and is approved (or refused), and the answer gets lost: a time-out after the effect.
    AnswerLost(bool),
    /// The connection fails before a byte leaves.
    LinkDown,
    /// The bank accepts it and decides later.
    Pending,
    /// An authorization is approved for another amount.
    Mismatch(i64),
    /// The network delivers it twice; the first answer comes back.
    Twice,
}

/// What becomes of an inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InquiryFate {
    /// The bank says what it knows.
    Truth,
    /// The bank hears it, but its answer gets lost.
    AnswerLost,
    /// The bank cannot be reached.
    LinkDown,
    /// The bank decides what it has not decided, and says so.
    Decided(bool),
}

/// What becomes of a question to the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerFate {
    /// The issuer needs no page to say this.
    Says(AuthenticationStatus),
    /// The buyer is sent to its page.
    Challenge,
    /// The buyer would be sent to its page, but the answer gets lost.
    AnswerLost,
    /// It gets lost on the way.
    Lost,
    /// The connection fails before a byte leaves.
    LinkDown,
}

impl IssuerFate {
    /// Draws one.
    pub fn draw(rng: &mut impl Rng, chances: Chances) -> Self {
        let roll = rng.random_range(0..100_u8);
        if roll < chances.decline {
            return Self::Says(REFUSALS[rng.random_range(0..REFUSALS.len())]);
        }
        if roll >= chances.decline + chances.fault / 2 {
            return if rng.random_range(0..6_u8) == 0 {
                Self::Says(AuthenticationStatus::Authenticated)
            } else {
                Self::Challenge
            };
        }
        match rng.random_range(0..5_u8) {
            0 => Self::AnswerLost,
            1 => Self::Lost,
            2 => Self::LinkDown,
            3 => Self::Says(AuthenticationStatus::Attempted),
            _ => Self::Says(AuthenticationStatus::Unavailable),
        }
    }

    /// The same for the same question, whenever it arrives among others.
    pub(super) fn of(question: &Question, salt: u64, chances: Chances) -> Self {
        Self::draw(&mut rng_of((salt, "issuer", question.amount.minor())), chances)
    }
}

const REFUSALS: [AuthenticationStatus; 2] = [AuthenticationStatus::Failed, AuthenticationStatus::Rejected];

/// How likely what is, in percent. What is left approves and answers.
#[derive(Debug, Clone, Copy)]
pub struct Chances {
    /// The bank refuses.
    pub decline: u8,
    /// The link or the bank fails.
    pub fault: u8,
}

impl Chances {
    /// A bank that always approves and always answers.
    pub const HEALTHY: Self = Self { decline: 0, fault: 0 };
    /// A bank on a bad day.
    pub const FAULTY: Self = Self { decline: 15, fault: 40 };
}

const DECLINES: [DeclineCode; 4] = [
    DeclineCode::CardDeclined,
    DeclineCode::InsufficientFunds,
    DeclineCode::ProcessingError,
    DeclineCode::SuspectedFraud,
];

impl Fate {
    /// Draws one.
    pub fn draw(rng: &mut impl Rng, ask: Ask, amount: i64, chances: Chances) -> Self {
        let roll = rng.random_range(0..100_u8);
        if roll < chances.decline {
            if matches!(ask, Ask::Authorize { .. }) && rng.random_range(0..4_u8) == 0 {
                return Self::Decline(DeclineCode::AuthenticationRequired);
            }
            return Self::Decline(DECLINES[rng.random_range(0..DECLINES.len())]);
        }
        if roll >= chances.decline + chances.fault {
            return Self::Approve;
        }
        match rng.random_range(0..8_u8) {
            0 | 1 => Self::Lost,
            2 | 3 => Self::AnswerLost(rng.random_range(0..4_u8) > 0),
            4 => Self::LinkDown,
            5 => Self::Pending,
            6 => Self::Twice,
            _ if matches!(ask, Ask::Authorize { .. }) && amount > 1 => Self::Mismatch(rng.random_range(1..amount)),
            _ => Self::Lost,
        }
    }

    /// The same for the same message, whenever it arrives among others.
    pub(super) fn of(message: &Message, name: Option<usize>, salt: u64, chances: Chances) -> Self {
        let amount = message.amount.minor();
        let mut rng = rng_of((salt, name, message.house, message.ask.name(), amount));
        Self::draw(&mut rng, message.ask, amount, chances)
    }
}

impl InquiryFate {
    pub(super) fn of(request: &InquiryRequest, name: Option<usize>, salt: u64, chances: Chances) -> Self {
        let mut rng = rng_of((salt, name, request.kind.as_str(), request.amount.minor()));
        let roll = rng.random_range(0..100_u8);
        if roll >= chances.decline + chances.fault {
            return if rng.random_range(0..2_u8) == 0 { Self::Decided(true) } else { Self::Truth };
        }
        match rng.random_range(0..4_u8) {
            0 => Self::AnswerLost,
            1 => Self::LinkDown,
            2 => Self::Truth,
            _ => Self::Decided(rng.random_range(0..3_u8) > 0),
        }
    }
}

/// Whether something else than a message gets lost.
pub(super) fn is_lost(what: impl Hash, chances: Chances) -> bool {
    rng_of(what).random_range(0..100_u8) < chances.fault
}

fn rng_of(what: impl Hash) -> ChaCha8Rng {
    // `DefaultHasher::new` has fixed keys: the same number in every process.
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    ChaCha8Rng::seed_from_u64(hasher.finish())
}
