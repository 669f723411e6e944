//! The banks of a run: each keeps books of its own, and fails in every way that a link can.
//!
//! A message either waits at the gate until the run decides what becomes of it, or is decided at once
//! by what it says (when many arrive together and their order must not matter).

mod books;
mod fate;
mod issuer;
mod teller;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aviso_core::clock::{Clock, Timestamp};
use aviso_core::id::{AttemptId, OperationId, PaymentId};
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::port::{AcquirerAnswer, AuthenticationAnswer, Inquiry, InquiryRequest, LinkError};
use tokio::sync::{mpsc, oneshot};

pub use books::{Ask, Books, Cheat, Hold, Message};
pub use fate::{Chances, Fate, InquiryFate, IssuerFate};
pub use issuer::{Question, SimIssuer};
pub use teller::{House, Teller};

use crate::clock::ManualClock;
use issuer::Register;

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

/// A question that waits for the issuer.
#[derive(Debug)]
struct IssuerGate {
    question: Question,
    reply: oneshot::Sender<issuer::Verdict>,
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
    books: BTreeMap<House, Books>,
    conduct: Conduct,
    gates: BTreeMap<GateId, Gate>,
    register: Register,
    issuer_gates: BTreeMap<GateId, IssuerGate>,
    next_gate: u64,
    arrivals: Option<mpsc::UnboundedSender<GateId>>,
    /// What the run calls a payment.
    names: BTreeMap<PaymentId, usize>,
    /// What merchants answered to disputes: whether they accept.
    replies: BTreeMap<String, bool>,
}

impl Desk {
    fn new(clock: &Arc<ManualClock>, cheat: Option<Cheat>) -> Self {
        let books = House::ALL.map(|house| (house, Books::new(house, cheat, Arc::clone(clock))));
        Self {
            books: BTreeMap::from(books),
            conduct: Conduct::Gated,
            gates: BTreeMap::new(),
            register: Register::new(cheat == Some(Cheat::VouchesForAll)),
            issuer_gates: BTreeMap::new(),
            next_gate: 0,
            arrivals: None,
            names: BTreeMap::new(),
            replies: BTreeMap::new(),
        }
    }

    fn books_of(&mut self, house: House) -> &mut Books {
        self.books.get_mut(&house).expect("every bank has books")
    }

    /// A gate of its own for what arrives, announced to the run.
    fn next_gate(&mut self) -> GateId {
        let gate = GateId(self.next_gate);
        self.next_gate += 1;
        if let Some(arrivals) = &self.arrivals {
            // The run may be over.
            let _ = arrivals.send(gate);
        }
        gate
    }

    fn strike(&mut self, message: &Message, fate: Fate) -> Word {
        self.books_of(message.house).strike(message, fate)
    }
}

/// The banks, behind one door.
#[derive(Debug)]
pub struct SimBank {
    desk: Mutex<Desk>,
    clock: Arc<ManualClock>,
}

impl SimBank {
    /// Banks with empty books, and an issuer that looks at this clock.
    #[must_use]
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { desk: Mutex::new(Desk::new(&clock, None)), clock }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run with empty books. Gives where messages at the gate are announced.
    pub fn restart(&self, cheat: Option<Cheat>) -> mpsc::UnboundedReceiver<GateId> {
        let (sender, arrivals) = mpsc::unbounded_channel();
        *self.desk() = Desk { arrivals: Some(sender), ..Desk::new(&self.clock, cheat) };
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
        let word = desk.strike(&message, fate);
        if let Some(gate) = desk.gates.get_mut(&gate) {
            gate.word = Some(word);
        }
    }

    /// The caller gets its answer: the one that is on the way, or the one of this fate. Gives it.
    pub fn open(&self, gate: GateId, fate: Fate) -> Option<Word> {
        let mut desk = self.desk();
        let Gate { message, word, reply } = desk.gates.remove(&gate)?;
        let word = word.unwrap_or_else(|| desk.strike(&message, fate));
        // The caller may be dead.
        let _ = reply.send(word.clone());
        Some(word)
    }

    /// The question at a gate.
    #[must_use]
    pub fn at_issuer(&self, gate: GateId) -> Option<Question> {
        self.desk().issuer_gates.get(&gate).map(|gate| gate.question)
    }

    /// The caller gets the issuer's answer. Gives it.
    pub fn open_issuer(&self, gate: GateId, fate: IssuerFate) -> Option<Result<AuthenticationAnswer, LinkError>> {
        let mut desk = self.desk();
        let IssuerGate { question, reply } = desk.issuer_gates.remove(&gate)?;
        let verdict = desk.register.strike(&question, fate, self.now());
        // The caller may be dead.
        let _ = reply.send(verdict.clone());
        Some(verdict)
    }

    /// The buyer acts at the issuer's page. `false` when there is none, or no more.
    pub fn act_at_issuer(&self, attempt: AttemptId, status: AuthenticationStatus) -> bool {
        self.desk().register.act(attempt, status, self.now())
    }

    /// What the issuer found, when it is over there.
    #[must_use]
    pub fn issuer_found(&self, attempt: AttemptId) -> Option<AuthenticationStatus> {
        self.desk().register.found(attempt)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The callers died. Gives the messages that were still on the way to the bank. Questions on the way to
    /// the issuer are lost.
    #[must_use]
    pub fn abandon_gates(&self) -> Vec<Message> {
        self.desk().issuer_gates.clear();
        let gates = std::mem::take(&mut self.desk().gates);
        gates.into_values().filter(|gate| gate.word.is_none()).map(|gate| gate.message).collect()
    }

    /// A message arrives whose caller is dead.
    pub fn arrive(&self, message: &Message, fate: Fate) {
        // Nobody hears the answer.
        let _ = self.desk().strike(message, fate);
    }

    /// Messages that the bank accepted and has not decided.
    #[must_use]
    pub fn undecided(&self) -> Vec<Message> {
        self.desk().books.values().flat_map(Books::undecided).collect()
    }

    /// What the bank decided so far.
    #[must_use]
    pub fn decided(&self) -> Vec<(Message, AcquirerAnswer)> {
        self.desk().books.values().flat_map(Books::decided).collect()
    }

    /// The bank decides about a message that it accepted before.
    pub fn decide(&self, message: &Message, approve: bool) {
        self.desk().books_of(message.house).decide(message, approve);
    }

    /// Pages of wallets that buyers may act at.
    #[must_use]
    pub fn pages(&self) -> Vec<Message> {
        self.desk().books.values().flat_map(Books::pages).collect()
    }

    /// A buyer acts at a wallet's page. `false` when its time is over.
    pub fn act_at_wallet(&self, message: &Message, approve: bool) -> bool {
        self.desk().books_of(message.house).act(message, approve)
    }

    /// All money that was ever reserved for a payment.
    #[must_use]
    pub fn holds(&self, payment: PaymentId) -> Vec<Hold> {
        self.desk().books.values().flat_map(|books| books.holds(payment)).collect()
    }

    /// The banks that ever heard of a message.
    #[must_use]
    pub fn who_heard(&self, operation: OperationId) -> Vec<House> {
        self.desk().books.iter().filter(|(_, books)| books.has_heard(operation)).map(|(house, _)| *house).collect()
    }

    /// A merchant's answer to a dispute; sometimes the link is down.
    fn hear_reply(&self, dispute_ref: &str, accepts: bool) -> Result<(), LinkError> {
        let mut desk = self.desk();
        if let Conduct::Immediate { salt, chances } = desk.conduct
            && fate::is_lost((salt, "reply", accepts), chances)
        {
            return Err(LinkError::Unknown("no answer".to_owned()));
        }
        desk.replies.insert(dispute_ref.to_owned(), accepts);
        Ok(())
    }

    /// Whether a merchant accepted a dispute; `None` while it answered nothing.
    #[must_use]
    pub fn reply(&self, dispute_ref: &str) -> Option<bool> {
        self.desk().replies.get(dispute_ref).copied()
    }

    /// Whether a message arrived anywhere, and what it said of the buyer.
    #[must_use]
    pub fn proof_of(&self, operation: OperationId) -> Option<AuthenticationStatus> {
        self.desk().books.values().find_map(|books| books.proof_of(operation))
    }

    /// What the hub asked for that it should not have.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.desk().books.values().flat_map(|books| books.complaints.clone()).collect()
    }

    async fn exchange(&self, message: Message) -> Word {
        let answer = {
            let mut desk = self.desk();
            match desk.conduct {
                Conduct::Immediate { salt, chances } => {
                    let name = desk.names.get(&message.payment).copied();
                    let fate = Fate::of(&message, name, salt, chances);
                    return desk.strike(&message, fate);
                }
                Conduct::Gated => {
                    let (reply, answer) = oneshot::channel();
                    let gate = desk.next_gate();
                    desk.gates.insert(gate, Gate { message, word: None, reply });
                    answer
                }
            }
        };
        answer.await.unwrap_or_else(|_| Err(LinkError::Unknown("the run is over".to_owned())))
    }

    async fn ask_issuer(&self, question: Question) -> issuer::Verdict {
        let answer = {
            let mut desk = self.desk();
            match desk.conduct {
                Conduct::Immediate { salt, chances } => {
                    let fate = IssuerFate::of(&question, salt, chances);
                    return desk.register.strike(&question, fate, self.now());
                }
                Conduct::Gated => {
                    let (reply, answer) = oneshot::channel();
                    let gate = desk.next_gate();
                    desk.issuer_gates.insert(gate, IssuerGate { question, reply });
                    answer
                }
            }
        };
        answer.await.unwrap_or_else(|_| Err(LinkError::Unknown("the run is over".to_owned())))
    }

    fn result_of(&self, attempt: AttemptId) -> AuthenticationAnswer {
        self.desk().register.result(attempt)
    }

    /// Inquiries never wait: the janitor asks many at once.
    fn inquire(&self, house: House, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        let mut desk = self.desk();
        let name = desk.names.get(&request.payment).copied();
        let fate = match desk.conduct {
            Conduct::Gated => InquiryFate::Truth,
            Conduct::Immediate { salt, chances } => InquiryFate::of(request, name, salt, chances),
        };
        desk.books_of(house).inquire(request.message.operation, fate)
    }
}
