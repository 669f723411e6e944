//! The end of a run: faults are over, time passes, everybody asks again. Then everything must have ended,
//! and all books must say the same.

use std::time::Duration;

use aviso_core::event::EventType;
use aviso_core::ledger::EntryFilter;
use aviso_core::payment::status::Status;
use rand::Rng;

use crate::bank::{Chances, Conduct, Fate};
use crate::check;
use crate::expect::Expected;
use crate::request::{Ended, Refusal};
use crate::world::{Chore, Errand, Stepped, World};

/// Rounds of the janitor until nothing may be open any more.
const ROUNDS: usize = 12;

impl World {
    /// Heals the run and checks how it ended.
    pub(crate) fn heal(&mut self) -> Stepped {
        self.say("faults are over");
        self.answer_all()?;
        for message in std::mem::take(&mut self.limbo) {
            self.ground.bank.arrive(&message, Fate::Approve);
        }
        self.last_returns()?;
        self.settle()?;
        self.ask_again()?;
        self.settle()?;
        self.last_charges()?;
        self.last_notices()?;
        // Whoever has not paid by now never will.
        self.ground.clock.forward(Duration::from_secs(30 * 86_400));
        for chore in [Chore::Escalate, Chore::Expire, Chore::Release] {
            self.janitor(chore, Chances::HEALTHY)?;
        }
        self.settle()?;
        if !self.disputes.is_empty() {
            self.janitor(Chore::Disputes, Chances::HEALTHY)?;
        }
        self.janitor(Chore::Ledger, Chances::HEALTHY)?;
        self.check_end()
    }

    /// The janitor works until nothing is open.
    fn settle(&mut self) -> Stepped {
        for _ in 0..ROUNDS {
            let approve = !self.one_in(3);
            for message in self.ground.bank.undecided() {
                self.ground.bank.decide(&message, approve);
            }
            self.ground.clock.forward(Duration::from_secs(15_000));
            self.janitor(Chore::Ask, Chances::HEALTHY)?;
            if self.somebody_is_away() {
                self.janitor(Chore::Issuers, Chances::HEALTHY)?;
            }
            let open = |details: &aviso_core::payment::PaymentDetails| {
                let status = details.payment.status();
                status == Status::RequiresAction || details.operations.iter().any(|one| one.status.is_open())
            };
            if !self.payments.iter().filter_map(|known| known.details.as_ref()).any(open) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn somebody_is_away(&self) -> bool {
        let mut known = self.payments.iter().filter_map(|known| known.details.as_ref());
        known.any(|details| details.payment.status() == Status::RequiresAction)
    }

    /// Every request is sent once more under its key, and every one gets a final answer.
    fn ask_again(&mut self) -> Stepped {
        for place in 0..self.requests.len() {
            let errand = Errand::Request(place);
            let payment = self.payment_of(errand);
            let answered = self.requests[place].answer.is_some();
            let doubted = self.requests[place].in_doubt;
            // What was refused stays refused, as far as anybody here cares.
            if !answered && !doubted {
                continue;
            }
            let expected = if answered { Expected::Replay } else { Expected::Any };
            self.say(format!("again {}", self.name_of(errand)));
            let salt = self.rng.random();
            self.ground.bank.conduct(Conduct::Immediate { salt, chances: Chances::HEALTHY });
            let handle = self.spawn(errand, false);
            let ended = self.process().run(handle).unwrap_or(Ended::Died);
            self.ground.bank.conduct(Conduct::Gated);
            if ended == Ended::Refused(Refusal::KeyInUse) {
                return Err(format!("{} has no final answer", self.name_of(errand)));
            }
            self.conclude(errand, false, ended, expected)?;
            self.discover()?;
            self.look(payment)?;
        }
        Ok(())
    }

    /// The ledger is whole, and says of every payment what the payment and its bank say.
    fn check_books(&self) -> Stepped {
        let ledger = &self.process().services().ledger;
        let report = self.process().run(ledger.audit()).map_err(|error| format!("the ledger: {error}"))?;
        if let Some(fault) = report.faults.first() {
            return Err(format!("the ledger: {}", fault));
        }
        let page = self.process().run(ledger.entries(&self.scope, &EntryFilter::default(), None, 100_000));
        let entries = page.map_err(|error| format!("the ledger: {error}"))?.items;
        for (place, known) in self.payments.iter().enumerate() {
            let Some(details) = &known.details else { continue };
            let lost = self.lost_in_disputes(place)?;
            check::books::of(details, lost, &entries, &self.ground.bank).map_err(|why| format!("p{place}: {why}"))?;
        }
        Ok(())
    }

    fn check_end(&mut self) -> Stepped {
        self.check_statuses()?;
        self.check_vault()?;
        self.check_disputes()?;
        self.check_books()?;
        let page = self.process().run(self.service().events(&self.scope, None, None, 10_000));
        let told = page.map_err(|error| format!("events: {error}"))?.items;
        for (place, known) in self.payments.iter().enumerate() {
            let Some(details) = &known.details else { continue };
            let theirs: Vec<_> = told.iter().filter(|event| event.payment_id == known.id).cloned().collect();
            let staff = details.timeline.iter().filter(|entry| !EventType::is_public(entry.kind)).count();
            check::ended(details, &self.ground.bank)
                .and_then(|()| check::events(&theirs, staff))
                .and_then(|()| check::effects(place, details, &self.requests))
                .map_err(|why| format!("p{place}: {why}"))?;
        }
        Ok(())
    }
}
