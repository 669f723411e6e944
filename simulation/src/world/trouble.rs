//! Trouble: answers that come late, twice or not at all, deaths on the way, and two things at once.

use std::time::Duration;

use aviso_core::crash::{CrashAt, Point};
use aviso_core::port::{AcquirerAnswer, Notice, NoticeSubject};
use rand::Rng;

use super::chore::Chore;
use super::theme::Act;
use super::{Errand, Stepped, World};
use crate::bank::{Chances, Conduct, Fate, IssuerFate, Message};
use crate::expect::Expected;
use crate::fuse;
use crate::request::{Ended, How, Plastic, Wish};

impl World {
    pub(super) fn bank_speaks(&mut self, only_arrives: bool) -> Option<Stepped> {
        let place = self.some(self.calls.len())?;
        let (gate, errand) = (self.calls[place].gate, self.calls[place].errand);
        let name = self.name_of(errand);
        if self.ground.bank.at_issuer(gate).is_some() {
            let fate = IssuerFate::draw(&mut self.rng, Chances::FAULTY);
            self.say(format!("the issuer answers {name}: {fate:?}"));
            return Some(self.issuer_answers(place, fate));
        }
        let message = self.ground.bank.at_gate(gate)?;
        let fate = self.fate_of(&message);
        if only_arrives {
            if self.ground.bank.has_arrived(gate) {
                return None;
            }
            self.say(format!("the bank hears {name}: {fate:?}"));
            self.ground.bank.deliver(gate, fate);
            return Some(Ok(()));
        }
        let heard = self.ground.bank.has_arrived(gate);
        self.say(format!("the bank answers {name}{}", if heard { String::new() } else { format!(": {fate:?}") }));
        Some(self.answer(place, fate))
    }

    /// The bank tells by itself what became of a message, perhaps again, perhaps before it answers.
    pub(super) fn notice(&mut self) -> Option<Stepped> {
        let mut decided = self.ground.bank.decided();
        let place = |message: &Message| self.payments.iter().position(|known| known.id == Some(message.payment));
        decided.retain(|(message, _)| place(message).is_some());
        decided.sort_by_key(|(message, _)| (place(message), message.house, message.ask.name(), message.amount.minor()));
        let chosen = self.some(decided.len())?;
        let (message, answer) = decided.swap_remove(chosen);
        let payment = self.payments.iter().position(|known| known.id == Some(message.payment))?;
        Some(self.tell_of(payment, &message, answer))
    }

    /// A notice: a new one, or one that was sent before.
    pub(super) fn tell_of(&mut self, payment: usize, message: &Message, answer: AcquirerAnswer) -> Stepped {
        self.say(format!("the {} bank tells of {} of p{payment}", message.house.name(), message.ask.name()));
        let id = if self.one_in(2) { "again".to_owned() } else { format!("n{}", self.trace.len()) };
        let id = format!("{} {id}", message.operation);
        let about = NoticeSubject::Outcome { operation: message.operation, answer };
        let heard = self.process().run(self.service().heard(message.house.name(), Notice { id, about }));
        match heard {
            Ok(heard) => {
                self.say(format!("    -> {heard:?}"));
                self.look(payment)
            }
            Err(error) => Err(format!("a notice was not heard: {error}")),
        }
    }

    /// An answer is on the way for so long that the janitor asks, and the shop asks again, before it comes.
    pub(super) fn overtake(&mut self) -> Option<Stepped> {
        let place = self.some(self.calls.len())?;
        let (gate, errand) = (self.calls[place].gate, self.calls[place].errand);
        let message = self.ground.bank.at_gate(gate)?;
        let fate = self.fate_of(&message);
        self.say(format!("the answer to {} is overtaken: {fate:?}", self.name_of(errand)));
        self.ground.bank.deliver(gate, fate);
        self.ground.clock.forward(Duration::from_secs(40));
        let asked = self.janitor(Chore::Ask, Chances::FAULTY);
        Some(match errand {
            Errand::Request(_) => asked.and_then(|()| self.begin(errand, false)),
            Errand::Decision { .. } | Errand::Return { .. } => asked,
        })
    }

    pub(super) fn some_undecided(&mut self) -> Option<Message> {
        let mut open = self.ground.bank.undecided();
        let place = |message: &Message| self.payments.iter().position(|known| known.id == Some(message.payment));
        open.sort_by_key(|message| (place(message), message.house, message.ask.name(), message.amount.minor()));
        let chosen = self.some(open.len())?;
        Some(open.swap_remove(chosen))
    }

    fn light_fuse(&mut self) {
        // The last two are any unit's and lie between all the others.
        let point = if self.one_in(2) {
            [Point::UnitWritten, Point::UnitCommitted][self.rng.random_range(0..2)]
        } else {
            Point::ALL[self.rng.random_range(0..Point::ALL.len())]
        };
        let at = CrashAt { point, pass: self.rng.random_range(1..3) };
        self.say(format!("fuse at {}, pass {}", at.point, at.pass));
        fuse::light(at);
    }

    /// A request or decision whose process dies at a place on its way.
    pub(super) fn fused_call(&mut self) -> Option<Stepped> {
        let errand = match self.rng.random_range(0..6_u8) {
            0 => self.decision()?,
            1 => Errand::Request(self.some_request()?),
            2 => self.new_request(Act::Create)?,
            3 => self.new_request(Act::Confirm)?,
            4 => self.new_request(Act::Capture)?,
            _ => self.new_request(Act::Refund)?,
        };
        self.light_fuse();
        self.say(self.name_of(errand));
        let waiting = self.calls.len();
        let mut stepped = self.begin(errand, false);
        while stepped.is_ok() && self.calls.len() > waiting {
            if self.ground.bank.at_issuer(self.calls[waiting].gate).is_some() {
                let fate = IssuerFate::draw(&mut self.rng, Chances::FAULTY);
                self.say(format!("    the issuer answers: {fate:?}"));
                stepped = self.issuer_answers(waiting, fate);
                continue;
            }
            let message = self.ground.bank.at_gate(self.calls[waiting].gate);
            let fate = message.map_or(Fate::Lost, |message| self.fate_of(&message));
            self.say(format!("    the bank answers: {fate:?}"));
            stepped = self.answer(waiting, fate);
        }
        Some(self.after_fuse(stepped))
    }

    pub(super) fn fused_janitor(&mut self) -> Stepped {
        self.light_fuse();
        let chore = match self.rng.random_range(0..6_u8) {
            0 => Chore::Release,
            1 => Chore::Issuers,
            _ => Chore::Ask,
        };
        let stepped = self.janitor(chore, Chances::FAULTY);
        self.after_fuse(stepped)
    }

    fn after_fuse(&mut self, stepped: Stepped) -> Stepped {
        if !fuse::put_out() {
            return stepped;
        }
        stepped?;
        self.say("the process dies");
        self.crash()
    }

    /// Two requests about one payment truly at once; the bank decides them at once, too.
    pub(super) fn pair(&mut self) -> Option<Stepped> {
        let first = match self.rng.random_range(0..4_u8) {
            0 => Errand::Request(self.some_request()?),
            1 => self.new_request(Act::Confirm)?,
            2 => self.new_request(Act::Capture)?,
            _ => self.new_request(Act::Refund)?,
        };
        let payment = self.payment_of(first);
        let alone = self.payments[payment].id.is_none() || self.one_in(3);
        let second = if alone { first } else { self.partner(payment) };
        self.say(format!("at once: {} | {}", self.name_of(first), self.name_of(second)));
        let salt = self.rng.random();
        self.ground.bank.conduct(Conduct::Immediate { salt, chances: Chances::FAULTY });
        let (one, two) = (self.spawn(first, false), self.spawn(second, false));
        let ended = self.process().run(async { (one.await, two.await) });
        self.ground.bank.conduct(Conduct::Gated);
        let alive = |joined: Result<Ended, _>| joined.unwrap_or(Ended::Died);
        let stepped = self.conclude(first, false, alive(ended.0), Expected::Any);
        let stepped = stepped.and_then(|()| self.conclude(second, false, alive(ended.1), Expected::Any));
        Some(stepped.and_then(|()| self.discover()).and_then(|()| self.look(self.payment_of(first))))
    }

    fn partner(&mut self, payment: usize) -> Errand {
        let wish = match self.rng.random_range(0..4_u8) {
            0 => Wish::Void,
            1 => Wish::Capture(self.part_of(payment)),
            2 => Wish::Confirm(How::given(Plastic::Plain)),
            _ => Wish::Refund(self.part_of(payment)),
        };
        Errand::Request(self.add_request(payment, wish))
    }
}
