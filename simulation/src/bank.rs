//! The bank of a run: keeps books of its own, and fails in every way that a link can.
//!
//! A message either waits at the gate until the run decides what becomes of it, or is decided at once
//! by what it says (when many arrive together and their order must not matter).

mod books;
mod fate;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aviso_core::id::{OperationId, PaymentId};
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, InquiryRequest, LinkError,
};
use tokio::sync::{mpsc, oneshot};

pub use books::{Ask, Books, Cheat, Hold, Message};
pub use fate::{Chances, Fate, InquiryFate};

type Word = Result<AcquirerAnswer, LinkError>;

/// A message that waits at the gate. Counts from 0 in each run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateId(pub u64);

#[derive(Debug)]
struct Gate {
    message: Message,
    /// What the bank said, when the message arrived and its answer is on the way.
    word: Option<Word>,
    reply: oneshot::Sender<Word>,
}

/// What becomes of messages.
#[derive(Debug, Clone, Copy)]
pub enum Conduct {
    /// They wait for the run to decide.
    Gated,
    /// Decided at once, from this number and what they say.
    Immediate {
        /// Another one gives other fates.
        salt: u64,
        /// How likely what is.
        chances: Chances,
    },
}

#[derive(Debug)]
struct Desk {
    books: Books,
    conduct: Conduct,
    gates: BTreeMap<GateId, Gate>,
    next_gate: u64,
    arrivals: Option<mpsc::UnboundedSender<GateId>>,
    /// What the run calls a payment.
    names: BTreeMap<PaymentId, usize>,
}

/// The bank.
#[derive(Debug)]
pub struct SimBank(Mutex<Desk>);

impl Default for SimBank {
    fn default() -> Self {
        Self(Mutex::new(Desk {
            books: Books::default(),
            conduct: Conduct::Gated,
            gates: BTreeMap::new(),
            next_gate: 0,
            arrivals: None,
            names: BTreeMap::new(),
        }))
    }
}

impl SimBank {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run with empty books. Gives where messages at the gate are announced.
    pub fn restart(&self, cheat: Option<Cheat>) -> mpsc::UnboundedReceiver<GateId> {
        let (sender, arrivals) = mpsc::unbounded_channel();
        let mut desk = self.desk();
        desk.books = Books::new(cheat);
        desk.gates.clear();
        desk.next_gate = 0;
        desk.names.clear();
        desk.conduct = Conduct::Gated;
        desk.arrivals = Some(sender);
        arrivals
    }

    /// What becomes of messages from now on.
    pub fn conduct(&self, conduct: Conduct) {
        self.desk().conduct = conduct;
    }

    /// Tells what the run calls a payment.
    pub fn know(&self, payment: PaymentId, name: usize) {
        self.desk().names.insert(payment, name);
    }

    /// The message at a gate.
    #[must_use]
    pub fn at_gate(&self, gate: GateId) -> Option<Message> {
        self.desk().gates.get(&gate).map(|gate| gate.message.clone())
    }

    /// Whether the message of a gate has arrived and only its answer is on the way.
    #[must_use]
    pub fn has_arrived(&self, gate: GateId) -> bool {
        self.desk().gates.get(&gate).is_some_and(|gate| gate.word.is_some())
    }

    /// The message arrives; its answer stays on the way.
    pub fn deliver(&self, gate: GateId, fate: Fate) {
        let mut desk = self.desk();
        let Some(Gate { message, word: None, .. }) = desk.gates.get(&gate) else { return };
        let message = message.clone();
        let word = desk.books.strike(&message, fate);
        if let Some(gate) = desk.gates.get_mut(&gate) {
            gate.word = Some(word);
        }
    }

    /// The caller gets its answer: the one that is on the way, or the one of this fate. Gives it.
    pub fn open(&self, gate: GateId, fate: Fate) -> Option<Word> {
        let mut desk = self.desk();
        let Gate { message, word, reply } = desk.gates.remove(&gate)?;
        let word = word.unwrap_or_else(|| desk.books.strike(&message, fate));
        // The caller may be dead.
        let _ = reply.send(word.clone());
        Some(word)
    }

    /// The callers died. Gives the messages that were still on the way to the bank.
    #[must_use]
    pub fn abandon_gates(&self) -> Vec<Message> {
        let gates = std::mem::take(&mut self.desk().gates);
        gates.into_values().filter(|gate| gate.word.is_none()).map(|gate| gate.message).collect()
    }

    /// A message arrives whose caller is dead.
    pub fn arrive(&self, message: &Message, fate: Fate) {
        // Nobody hears the answer.
        let _ = self.desk().books.strike(message, fate);
    }

    /// Messages that the bank accepted and has not decided.
    #[must_use]
    pub fn undecided(&self) -> Vec<Message> {
        self.desk().books.undecided()
    }

    /// What the bank decided so far.
    #[must_use]
    pub fn decided(&self) -> Vec<(Message, AcquirerAnswer)> {
        self.desk().books.decided()
    }

    /// The bank decides about a message that it accepted before.
    pub fn decide(&self, message: &Message, approve: bool) {
        self.desk().books.decide(message, approve);
    }

    /// All money that was ever reserved for a payment.
    #[must_use]
    pub fn holds(&self, payment: PaymentId) -> Vec<Hold> {
        self.desk().books.holds(payment)
    }

    /// What the hub asked for that it should not have.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.desk().books.complaints.clone()
    }

    async fn exchange(&self, message: Message) -> Word {
        let answer = {
            let mut desk = self.desk();
            match desk.conduct {
                Conduct::Immediate { salt, chances } => {
                    let name = desk.names.get(&message.payment).copied();
                    let fate = Fate::of(&message, name, salt, chances);
                    return desk.books.strike(&message, fate);
                }
                Conduct::Gated => {
                    let gate = GateId(desk.next_gate);
                    desk.next_gate += 1;
                    let (reply, answer) = oneshot::channel();
                    desk.gates.insert(gate, Gate { message, word: None, reply });
                    if let Some(arrivals) = &desk.arrivals {
                        // The run may be over.
                        let _ = arrivals.send(gate);
                    }
                    answer
                }
            }
        };
        answer.await.unwrap_or_else(|_| Err(LinkError::Unknown("the run is over".to_owned())))
    }
}

fn follow_up(request: &FollowUpRequest, ask: fn(OperationId) -> Ask) -> Message {
    Message {
        operation: request.message.operation,
        payment: request.payment,
        ask: ask(request.original.message.operation),
        amount: request.amount,
    }
}

#[async_trait]
impl Acquirer for SimBank {
    fn name(&self) -> &str {
        "simulated"
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Word {
        let ask = Ask::Authorize { capture: request.capture };
        let AuthorizeRequest { message, payment, amount, .. } = request;
        self.exchange(Message { operation: message.operation, payment, ask, amount }).await
    }

    async fn capture(&self, request: &FollowUpRequest) -> Word {
        self.exchange(follow_up(request, Ask::Capture)).await
    }

    async fn void(&self, request: &FollowUpRequest) -> Word {
        self.exchange(follow_up(request, Ask::Void)).await
    }

    async fn refund(&self, request: &FollowUpRequest) -> Word {
        self.exchange(follow_up(request, Ask::Refund)).await
    }

    async fn reverse(&self, request: &FollowUpRequest) -> Word {
        self.exchange(follow_up(request, Ask::Reverse)).await
    }

    /// Inquiries never wait: the janitor asks many at once.
    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        let mut desk = self.desk();
        let name = desk.names.get(&request.payment).copied();
        let fate = match desk.conduct {
            Conduct::Gated => InquiryFate::Truth,
            Conduct::Immediate { salt, chances } => InquiryFate::of(request, name, salt, chances),
        };
        desk.books.inquire(request.message.operation, fate)
    }
}
