//! What may happen in a step. A new kind of happening is one line in [`Act`], one in its weights and one
//! arm in [`World::act`].

use std::time::Duration;

use aviso_core::crash::{CrashAt, Point};
use aviso_core::money::Currency;
use aviso_core::payment::CaptureMode;
use aviso_core::payment::status::Status;
use aviso_core::port::{Notice, NoticeSubject};
use rand::Rng;

use super::{Errand, Known, Stepped, World};
use crate::bank::{Chances, Conduct, Fate, Message};
use crate::expect::Expected;
use crate::fuse;
use crate::request::{Ended, Plastic, Request, Wish};

/// Payments of one run.
const PAYMENTS_MAX: usize = 4;
/// Calls that wait for the bank at the same time.
const CALLS_MAX: usize = 4;

/// What the janitor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chore {
    /// Asks banks about messages without outcome.
    Ask,
    /// Ends payments that nobody finished.
    Expire,
    /// Tells of reservations that run out soon.
    Warn,
    /// Releases reservations that ran out.
    Release,
    /// Tells staff of messages that have had no outcome for too long.
    Escalate,
}

/// What may happen in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Create,
    Confirm,
    Capture,
    Void,
    Refund,
    Retry,
    OtherBody,
    Answer,
    Deliver,
    Decide,
    Janitor,
    Expire,
    Warn,
    Release,
    Escalate,
    Notice,
    Forward,
    Back,
    Crash,
    Fuse,
    FusedJanitor,
    Pair,
    BankDecides,
    Arrive,
    Overtake,
}

const WEIGHTS: [(Act, u32); 25] = [
    (Act::Create, 14),
    (Act::Confirm, 12),
    (Act::Capture, 14),
    (Act::Void, 4),
    (Act::Refund, 14),
    (Act::Retry, 7),
    (Act::OtherBody, 2),
    (Act::Answer, 60),
    (Act::Deliver, 6),
    (Act::Decide, 8),
    (Act::Janitor, 10),
    (Act::Expire, 3),
    (Act::Warn, 1),
    (Act::Release, 3),
    (Act::Escalate, 2),
    (Act::Notice, 8),
    (Act::Forward, 8),
    (Act::Back, 2),
    (Act::Crash, 4),
    (Act::Fuse, 10),
    (Act::FusedJanitor, 4),
    (Act::Pair, 8),
    (Act::BankDecides, 4),
    (Act::Arrive, 5),
    (Act::Overtake, 8),
];

impl World {
    /// One step: something that may happen happens.
    pub(crate) fn step(&mut self) -> Stepped {
        self.ground.clock.forward(Duration::from_millis(3));
        loop {
            let total = WEIGHTS.iter().map(|(_, weight)| weight).sum();
            let mut roll = self.rng.random_range(0..total);
            let drawn = WEIGHTS.iter().find(|(_, weight)| {
                let here = roll < *weight;
                roll = roll.saturating_sub(*weight);
                here
            });
            if let Some((act, _)) = drawn
                && let Some(stepped) = self.act(*act)
            {
                return stepped;
            }
        }
    }

    /// Carries out an act; `None` when there is nothing that it could be about.
    fn act(&mut self, act: Act) -> Option<Stepped> {
        match act {
            Act::Create | Act::Confirm | Act::Capture | Act::Void | Act::Refund => {
                let errand = self.new_request(act)?;
                self.say(self.name_of(errand));
                Some(self.begin(errand, false))
            }
            Act::Retry | Act::OtherBody => {
                let place = self.some_request()?;
                let other_body = act == Act::OtherBody;
                // A key that a crash kept from being stored is free for any body.
                if other_body && self.requests[place].answer.is_none() {
                    return None;
                }
                let errand = Errand::Request(place);
                self.say(format!("again {}{}", self.name_of(errand), if other_body { ", changed" } else { "" }));
                Some(self.begin(errand, other_body))
            }
            Act::Answer | Act::Deliver => self.bank_speaks(act == Act::Deliver),
            Act::Decide => {
                let errand = self.decision()?;
                self.say(self.name_of(errand));
                Some(self.begin(errand, false))
            }
            Act::Janitor => Some(self.janitor(Chore::Ask, Chances::FAULTY)),
            Act::Expire => Some(self.janitor(Chore::Expire, Chances::FAULTY)),
            Act::Warn => Some(self.janitor(Chore::Warn, Chances::FAULTY)),
            Act::Release => Some(self.janitor(Chore::Release, Chances::FAULTY)),
            Act::Escalate => Some(self.janitor(Chore::Escalate, Chances::FAULTY)),
            Act::Notice => self.notice(),
            Act::Forward | Act::Back => {
                self.move_clock(act == Act::Back);
                Some(Ok(()))
            }
            Act::Crash => {
                self.say("the process dies");
                Some(self.crash())
            }
            Act::Fuse => self.fused_call(),
            Act::FusedJanitor => Some(self.fused_janitor()),
            Act::Pair => self.pair(),
            Act::Overtake => self.overtake(),
            Act::BankDecides => {
                let message = self.some_undecided()?;
                let approve = !self.one_in(3);
                self.say(format!("the bank decides a late {}: {approve}", message.ask.name()));
                self.ground.bank.decide(&message, approve);
                Some(Ok(()))
            }
            Act::Arrive => {
                let place = self.some(self.limbo.len())?;
                let message = self.limbo.remove(place);
                let fate = self.fate_of(&message);
                self.say(format!("a late {} arrives: {fate:?}", message.ask.name()));
                self.ground.bank.arrive(&message, fate);
                Some(Ok(()))
            }
        }
    }

    fn some(&mut self, len: usize) -> Option<usize> {
        (len > 0).then(|| self.rng.random_range(0..len))
    }

    fn some_request(&mut self) -> Option<usize> {
        if self.calls.len() >= CALLS_MAX {
            return None;
        }
        let place = self.some(self.requests.len())?;
        // Without an id there is nothing to ask about.
        let request = &self.requests[place];
        let known = self.payments[request.payment].id.is_some() || matches!(request.wish, Wish::Create { .. });
        known.then_some(place)
    }

    fn plastic(&mut self) -> Plastic {
        match self.rng.random_range(0..10_u8) {
            0 => Plastic::Blocked,
            1..=2 => Plastic::Gray,
            _ => Plastic::Plain,
        }
    }

    fn new_request(&mut self, act: Act) -> Option<Errand> {
        if self.calls.len() >= CALLS_MAX {
            return None;
        }
        let payment = if act == Act::Create {
            self.place_of_new_payment()
        } else {
            let payment = self.some(self.payments.len())?;
            self.payments[payment].id?;
            payment
        };
        let wish = match act {
            Act::Create => Wish::Create {
                minor: self.rng.random_range(1..=500),
                currency: self.currency(),
                capture: if self.one_in(2) { CaptureMode::Auto } else { CaptureMode::Manual },
                with: if self.one_in(4) { None } else { Some(self.plastic()) },
            },
            Act::Confirm => Wish::Confirm(self.plastic()),
            Act::Capture => Wish::Capture(self.part_of(payment)),
            Act::Void => Wish::Void,
            _ => Wish::Refund(self.part_of(payment)),
        };
        let key = format!("k{}", self.requests.len());
        self.requests.push(Request { payment, wish, key, answer: None, effects: false, in_doubt: false });
        Some(Errand::Request(self.requests.len() - 1))
    }

    /// Mostly a new one; sometimes its order number is in use.
    fn place_of_new_payment(&mut self) -> usize {
        let full = self.payments.len() >= PAYMENTS_MAX;
        if (full || self.one_in(12))
            && let Some(place) = self.some(self.payments.len())
            && self.payments[place].id.is_some()
        {
            return place;
        }
        self.payments.push(Known::default());
        self.payments.len() - 1
    }

    fn currency(&mut self) -> Currency {
        let code = ["EUR", "JPY", "KWD"][self.rng.random_range(0..3)];
        code.parse().expect("a currency of ISO 4217")
    }

    /// A part, all that is left, or a little too much.
    fn part_of(&mut self, payment: usize) -> Option<i64> {
        let amount = self.details(payment).map_or(100, |details| details.payment.amount.minor());
        if self.one_in(3) {
            return None;
        }
        let most = if self.one_in(4) { amount + 5 } else { (amount / 2).max(1) };
        Some(self.rng.random_range(1..=most))
    }

    fn decision(&mut self) -> Option<Errand> {
        if self.calls.len() >= CALLS_MAX {
            return None;
        }
        let held: Vec<usize> = (0..self.payments.len())
            .filter(|place| self.details(*place).is_some_and(|d| d.payment.status() == Status::InReview))
            .collect();
        let place = self.some(held.len())?;
        let payment = held[place];
        let id = self.payments[payment].id?;
        let open = self.process().run(self.service().open_reviews(1_000)).ok()?;
        let review = open.into_iter().find(|review| review.payment_id == id)?.id;
        Some(Errand::Decision { payment, review, approve: !self.one_in(3) })
    }

    fn bank_speaks(&mut self, only_arrives: bool) -> Option<Stepped> {
        let place = self.some(self.calls.len())?;
        let (gate, errand) = (self.calls[place].gate, self.calls[place].errand);
        let message = self.ground.bank.at_gate(gate)?;
        let fate = self.fate_of(&message);
        let name = self.name_of(errand);
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
    fn notice(&mut self) -> Option<Stepped> {
        let mut decided = self.ground.bank.decided();
        let place = |message: &Message| self.payments.iter().position(|known| known.id == Some(message.payment));
        decided.retain(|(message, _)| place(message).is_some());
        decided.sort_by_key(|(message, _)| (place(message), message.ask.name(), message.amount.minor()));
        let chosen = self.some(decided.len())?;
        let (message, answer) = decided.swap_remove(chosen);
        let payment = self.payments.iter().position(|known| known.id == Some(message.payment))?;
        self.say(format!("the bank tells of {} of p{payment}", message.ask.name()));
        let id = if self.one_in(4) { "again".to_owned() } else { format!("n{}", self.trace.len()) };
        let id = format!("{} {id}", message.operation);
        let about = NoticeSubject::Outcome { operation: message.operation, answer };
        let heard = self.process().run(self.service().heard("simulated", Notice { id, about }));
        Some(match heard {
            Ok(heard) => {
                self.say(format!("    -> {heard:?}"));
                self.look(payment)
            }
            Err(error) => Err(format!("a notice was not heard: {error}")),
        })
    }

    /// An answer is on the way for so long that the janitor asks, and the shop asks again, before it comes.
    fn overtake(&mut self) -> Option<Stepped> {
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
            Errand::Decision { .. } => asked,
        })
    }

    fn some_undecided(&mut self) -> Option<Message> {
        let mut open = self.ground.bank.undecided();
        let place = |message: &Message| self.payments.iter().position(|known| known.id == Some(message.payment));
        open.sort_by_key(|message| (place(message), message.ask.name(), message.amount.minor()));
        let chosen = self.some(open.len())?;
        Some(open.swap_remove(chosen))
    }

    fn move_clock(&mut self, back: bool) {
        const AHEAD_SECS: [u64; 8] = [1, 10, 40, 300, 4_000, 15_000, 90_000, 620_000];
        let secs = if back { self.rng.random_range(1..60) } else { AHEAD_SECS[self.rng.random_range(0..8)] };
        self.say(format!("the clock moves {secs} s {}", if back { "back" } else { "on" }));
        let span = Duration::from_secs(secs);
        if back {
            self.ground.clock.back(span);
        } else {
            self.ground.clock.forward(span);
        }
    }

    /// A round of one of the janitor's chores.
    pub(crate) fn janitor(&mut self, chore: Chore, chances: Chances) -> Stepped {
        self.say(format!("janitor: {chore:?}"));
        let salt = self.rng.random();
        self.ground.bank.conduct(Conduct::Immediate { salt, chances });
        let payments = self.service().clone();
        let handle = self.process().spawn(async move {
            match chore {
                Chore::Ask => payments.resolve_due().await,
                Chore::Expire => payments.expire_due().await,
                Chore::Warn => payments.warn_due().await,
                Chore::Release => payments.release_due().await,
                Chore::Escalate => payments.escalate_due().await,
            }
        });
        let joined = self.process().run(handle);
        self.ground.bank.conduct(Conduct::Gated);
        match joined {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(format!("the janitor failed: {error}")),
            Err(_) if fuse::has_burnt() => self.say("    -> died"),
            Err(error) => return Err(format!("the janitor failed: {error}")),
        }
        self.look_at_all()
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
    fn fused_call(&mut self) -> Option<Stepped> {
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
        if stepped.is_ok() && self.calls.len() > waiting {
            let message = self.ground.bank.at_gate(self.calls[waiting].gate);
            let fate = message.map_or(Fate::Lost, |message| self.fate_of(&message));
            self.say(format!("    the bank answers: {fate:?}"));
            stepped = self.answer(waiting, fate);
        }
        Some(self.after_fuse(stepped))
    }

    fn fused_janitor(&mut self) -> Stepped {
        self.light_fuse();
        let chore = if self.one_in(4) { Chore::Release } else { Chore::Ask };
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
    fn pair(&mut self) -> Option<Stepped> {
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
            2 => Wish::Confirm(Plastic::Plain),
            _ => Wish::Refund(self.part_of(payment)),
        };
        let key = format!("k{}", self.requests.len());
        self.requests.push(Request { payment, wish, key, answer: None, effects: false, in_doubt: false });
        Errand::Request(self.requests.len() - 1)
    }
}
