//! Calls: one piece of work, from its start until it waits for the bank, and from the bank's word to its end.

use aviso_core::audit::Actor;
use aviso_core::id::{AttemptId, OperationId, PaymentId, ReviewId};
use aviso_core::idempotency::Answer;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::OperationStatus;
use aviso_core::payment::status::Status;
use aviso_core::payment::{PaymentError, ReviewDecision};
use aviso_core::port::{AcquirerAnswer, LinkError};
use tokio::task::JoinHandle;

use super::{Stepped, World};
use crate::bank::{Ask, Chances, Fate, GateId, IssuerFate, Message};
use crate::expect::{Expected, expect};
use crate::fuse;
use crate::request::{Ended, Refusal, Wish, carry_out, render};

/// A piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// A shop's request, by its place in the run.
    Request(usize),
    /// Staff decide about a payment.
    Decision { payment: usize, review: ReviewId, approve: bool },
    /// A buyer comes back from the page of the issuer.
    Return { payment: usize, attempt: AttemptId },
}

/// A piece of work that waits for the bank.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) errand: Errand,
    pub(crate) gate: GateId,
    handle: JoinHandle<Ended>,
}

enum Progress {
    AtBank(GateId),
    Ended(Ended),
}

fn ended(joined: Result<Ended, tokio::task::JoinError>) -> Ended {
    joined.unwrap_or(Ended::Died)
}

impl World {
    pub(crate) fn payment_of(&self, errand: Errand) -> usize {
        match errand {
            Errand::Request(place) => self.requests[place].payment,
            Errand::Decision { payment, .. } | Errand::Return { payment, .. } => payment,
        }
    }

    pub(crate) fn name_of(&self, errand: Errand) -> String {
        match errand {
            Errand::Request(place) => {
                let request = &self.requests[place];
                format!("{} p{}: {}", request.key, request.payment, request.wish)
            }
            Errand::Decision { payment, approve, .. } => {
                format!("staff p{payment}: {}", if approve { "approve" } else { "reject" })
            }
            Errand::Return { payment, .. } => format!("the buyer of p{payment} comes back"),
        }
    }

    pub(crate) fn spawn(&self, errand: Errand, other_body: bool) -> JoinHandle<Ended> {
        let services = self.process().services().clone();
        match errand {
            Errand::Request(place) => {
                let request = self.requests[place].clone();
                let id = self.payments[request.payment].id;
                self.process().spawn(carry_out(services, self.scope.clone(), request, id, other_body))
            }
            Errand::Return { attempt, .. } => {
                let token = services.keyring.return_token(attempt);
                self.process().spawn(async move {
                    match services.payments.returned(token.expose()).await {
                        Ok(Some(_)) => Ended::Done(Answer { status: 200, body: String::new() }),
                        Ok(None) => Ended::Broken("the way back is not known".to_owned()),
                        Err(error) => Err::<_, PaymentError>(error).into(),
                    }
                })
            }
            Errand::Decision { review, approve, .. } => {
                let decision = if approve { ReviewDecision::Approve } else { ReviewDecision::Reject };
                self.process().spawn(async move {
                    match services.payments.decide_review(Actor::Staff(1), review, decision).await {
                        Ok(document) => Ended::Done(render(&document)),
                        Err(error) => Err::<_, PaymentError>(error).into(),
                    }
                })
            }
        }
    }

    /// What must come of a call that starts now.
    pub(crate) fn expected(&self, errand: Errand, other_body: bool) -> Expected {
        let place = match errand {
            Errand::Request(place) => place,
            Errand::Return { .. } => return Expected::Accepted,
            Errand::Decision { .. } => return self.expected_of_decision(errand),
        };
        let request = &self.requests[place];
        if request.in_doubt {
            return Expected::Any;
        }
        let under_way = self.calls.iter().find(|call| call.errand == errand);
        match (other_body, &request.answer, under_way) {
            (true, Some(_), _) | (true, None, Some(_)) => Expected::Refused(Refusal::KeyReused),
            (false, Some(_), _) => Expected::Replay,
            (false, None, Some(call)) => {
                let Some(message) = self.ground.bank.at_gate(call.gate) else {
                    // At the issuer: whether it is still under way depends on who asked last.
                    return Expected::Any;
                };
                let open = self.is_open(request.payment, message.operation);
                // A wallet's message is open while its buyer is at the page: that page is the answer.
                let at_page = self.details(request.payment).is_some_and(|details| {
                    let page = details.attempts.last().is_some_and(|last| last.action.is_some());
                    page && details.payment.status() == Status::RequiresAction
                });
                if open && !at_page { Expected::Refused(Refusal::KeyInUse) } else { Expected::Replay }
            }
            (_, None, None) => expect(request.wish, self.details(request.payment), self.now()),
        }
    }

    fn expected_of_decision(&self, errand: Errand) -> Expected {
        let details = self.details(self.payment_of(errand));
        let under_review = details.is_some_and(|details| details.payment.status() == Status::InReview);
        if under_review { Expected::Accepted } else { Expected::Refused(Refusal::ReviewNotOpen) }
    }

    fn is_open(&self, payment: usize, operation: OperationId) -> bool {
        let status = self.details(payment).and_then(|details| {
            details.operations.iter().find(|known| known.id == operation).map(|known| known.status)
        });
        status.is_some_and(OperationStatus::is_open)
    }

    /// Starts a call, and lets it run until it waits for the bank or ends.
    pub(crate) fn begin(&mut self, errand: Errand, other_body: bool) -> Stepped {
        let expected = self.expected(errand, other_body);
        let handle = self.spawn(errand, other_body);
        let payment = self.payment_of(errand);
        match self.advance(handle) {
            (Progress::AtBank(gate), handle) => {
                self.wait_at(Call { errand, gate, handle })?;
                self.look(payment)?;
                match expected {
                    Expected::Accepted | Expected::Any => Ok(()),
                    Expected::Refused(_) | Expected::Replay => Err(format!("expected {expected:?}, was accepted")),
                }
            }
            (Progress::Ended(ended), _) => {
                self.conclude(errand, other_body, ended, expected)?;
                self.look(payment)
            }
        }
    }

    /// A call waits for a bank.
    fn wait_at(&mut self, call: Call) -> Stepped {
        let (errand, gate) = (call.errand, call.gate);
        self.calls.push(call);
        match self.ground.bank.at_gate(gate) {
            Some(message) => {
                self.know(self.payment_of(errand), message.payment);
                self.say(format!("    -> at the {} bank", message.house.name()));
                Ok(())
            }
            None => {
                self.say("    -> at the issuer");
                self.discover()
            }
        }
    }

    fn advance(&mut self, mut handle: JoinHandle<Ended>) -> (Progress, JoinHandle<Ended>) {
        let process = self.process.as_ref().expect("there is a process between two steps");
        let arrivals = &mut self.arrivals;
        let progress = process.run(async {
            tokio::select! {
                biased;
                Some(gate) = arrivals.recv() => Progress::AtBank(gate),
                joined = &mut handle => Progress::Ended(ended(joined)),
            }
        });
        (progress, handle)
    }

    /// The issuer's word reaches a call, and the call goes on to the bank or ends.
    pub(crate) fn issuer_answers(&mut self, place: usize, fate: IssuerFate) -> Stepped {
        let Call { errand, gate, handle } = self.calls.remove(place);
        let payment = self.payment_of(errand);
        let before = self.amounts(payment);
        let replay = matches!(errand, Errand::Request(place) if self.requests[place].answer.is_some());
        let expected = if replay { Expected::Replay } else { Expected::Accepted };
        let Some(word) = self.ground.bank.open_issuer(gate, fate) else { return Err("a gate is gone".to_owned()) };
        match self.advance(handle) {
            (Progress::AtBank(gate), handle) => self.wait_at(Call { errand, gate, handle })?,
            (Progress::Ended(ended), _) => self.conclude(errand, false, ended, expected)?,
        }
        self.look(payment)?;
        let after = self.amounts(payment);
        if after == before {
            Ok(())
        } else {
            Err(format!("p{payment}: the issuer said {word:?}, and {before:?} became {after:?}"))
        }
    }

    /// Everybody who waits gets a good answer.
    pub(crate) fn answer_all(&mut self) -> Stepped {
        while let Some(call) = self.calls.first() {
            if self.ground.bank.at_issuer(call.gate).is_some() {
                let fate = IssuerFate::draw(&mut self.rng, Chances::HEALTHY);
                self.issuer_answers(0, fate)?;
            } else {
                self.answer(0, Fate::Approve)?;
            }
        }
        Ok(())
    }

    /// The bank's word reaches a call, and the call ends.
    pub(crate) fn answer(&mut self, place: usize, fate: Fate) -> Stepped {
        let Call { errand, gate, handle } = self.calls.remove(place);
        let payment = self.payment_of(errand);
        let Some(message) = self.ground.bank.at_gate(gate) else { return Err("a gate is gone".to_owned()) };
        let before = self.amounts(payment);
        // Somebody else may have completed it, and somebody may have been answered since.
        let replay = matches!(errand, Errand::Request(place) if self.requests[place].answer.is_some());
        let expected = if replay { Expected::Replay } else { Expected::Accepted };
        let counts = self.is_open(payment, message.operation);
        let Some(word) = self.ground.bank.open(gate, fate) else { return Err("a gate is gone".to_owned()) };
        let alive = match self.advance(handle) {
            (Progress::AtBank(gate), handle) => {
                goes_on(&word, self.ground.bank.at_issuer(gate).is_some())?;
                self.wait_at(Call { errand, gate, handle })?;
                true
            }
            (Progress::Ended(ended), _) => {
                let alive = ended != Ended::Died;
                self.conclude(errand, false, ended, expected)?;
                alive
            }
        };
        self.look(payment)?;
        if !alive {
            return Ok(());
        }
        let approved = matches!(&word, Ok(AcquirerAnswer::Approved { amount, .. }) if *amount == message.amount);
        let expected = if counts && approved { moved(before, &message) } else { before };
        let after = self.amounts(payment);
        if after == expected {
            Ok(())
        } else {
            Err(format!("p{payment}: the bank said {word:?}; {before:?} became {after:?}, expected {expected:?}"))
        }
    }

    fn amounts(&self, payment: usize) -> (i64, i64, i64) {
        self.details(payment).map_or((0, 0, 0), |details| {
            let payment = &details.payment;
            (payment.authorized(), payment.captured(), payment.refunded())
        })
    }

    /// Compares how a call ended with what was expected, and with what was answered before.
    pub(crate) fn conclude(&mut self, errand: Errand, other_body: bool, ended: Ended, expected: Expected) -> Stepped {
        let fits = match (&ended, expected) {
            (Ended::Broken(why), _) => return Err(format!("{}: {why}", self.name_of(errand))),
            (Ended::Died, _) => fuse::has_burnt(),
            (_, Expected::Any) => true,
            (Ended::Done(_), Expected::Accepted) | (Ended::Replayed(_), Expected::Replay) => true,
            (Ended::Refused(refusal), Expected::Refused(expected)) => *refusal == expected,
            (Ended::Done(_) | Ended::Replayed(_) | Ended::Refused(_), _) => false,
        };
        let words = match &ended {
            Ended::Done(_) => "done".to_owned(),
            Ended::Replayed(_) => "replayed".to_owned(),
            Ended::Refused(refusal) => format!("refused: {refusal:?}"),
            Ended::Died => "died".to_owned(),
            Ended::Broken(_) => "broken".to_owned(),
        };
        self.say(format!("    -> {words}"));
        if !fits {
            return Err(format!("{}: expected {expected:?}, was {words}", self.name_of(errand)));
        }
        match errand {
            Errand::Decision { .. } | Errand::Return { .. } => Ok(()),
            Errand::Request(place) => self.remember(place, other_body, ended),
        }
    }

    /// An answer is the same for ever, and given for the first time once.
    fn remember(&mut self, place: usize, other_body: bool, ended: Ended) -> Stepped {
        let request = &mut self.requests[place];
        let answer = match ended {
            Ended::Died => {
                request.in_doubt = true;
                return Ok(());
            }
            Ended::Refused(Refusal::KeyInUse | Refusal::KeyReused) => return Ok(()),
            Ended::Refused(refusal) => {
                request.in_doubt = false;
                let answered = request.answer.is_some();
                return if answered { Err(format!("{} was answered, then {refusal:?}", request.key)) } else { Ok(()) };
            }
            Ended::Broken(why) => return Err(why),
            Ended::Done(_) | Ended::Replayed(_) if other_body => {
                return Err(format!("{} was answered for another body", request.key));
            }
            Ended::Done(answer) => {
                if request.effects {
                    return Err(format!("{} had its effect twice", request.key));
                }
                request.effects = true;
                answer
            }
            Ended::Replayed(answer) => answer,
        };
        request.in_doubt = false;
        match &request.answer {
            Some(first) if *first != answer => {
                return Err(format!("{} was answered {} and then {}", request.key, first.body, answer.body));
            }
            Some(_) => {}
            None => request.answer = Some(answer.clone()),
        }
        let (payment, is_new) = (request.payment, matches!(request.wish, Wish::Create { .. }));
        if is_new && let Some(id) = created(&answer.body) {
            self.know(payment, id);
        }
        Ok(())
    }
}

/// Another bank may be asked only when it is certain that this one did nothing, the issuer only when this
/// one wants it.
fn goes_on(word: &Result<AcquirerAnswer, LinkError>, to_issuer: bool) -> Stepped {
    let may = match word {
        Err(LinkError::NotSent(_)) => !to_issuer,
        Ok(AcquirerAnswer::Declined { code: DeclineCode::ProcessingError, .. }) => !to_issuer,
        Ok(AcquirerAnswer::Declined { code: DeclineCode::AuthenticationRequired, .. }) => to_issuer,
        Ok(_) | Err(LinkError::Unknown(_)) => false,
    };
    if may { Ok(()) } else { Err(format!("another was asked after {word:?}")) }
}

fn created(body: &str) -> Option<PaymentId> {
    let document: aviso_core::document::Document = serde_json::from_str(body).ok()?;
    document.payment?.id.parse().ok()
}

/// Reserved, taken and given back after a message was approved.
fn moved((authorized, captured, refunded): (i64, i64, i64), message: &Message) -> (i64, i64, i64) {
    let minor = message.amount.minor();
    match message.ask {
        Ask::Authorize { capture: true } => (minor, minor, refunded),
        Ask::Authorize { capture: false } => (minor, captured, refunded),
        Ask::Capture(_) => (authorized, captured + minor, refunded),
        Ask::Void(_) => (captured, captured, refunded),
        Ask::Refund(_) => (authorized, captured, refunded + minor),
        Ask::Reverse(_) => (authorized, captured, refunded),
    }
}
