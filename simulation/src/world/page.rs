//! Buyers at the pages of their issuers and of the wallet: they act there or not, and come back or not, some of them twice.

use std::time::Duration;

use aviso_core::id::AttemptId;
use aviso_core::payment::action::ActionKind;
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::status::Status;

use rand::Rng;

use super::{Chore, Errand, Stepped, World};
use crate::bank::{Chances, Message};
use crate::request::Wish;

impl World {
    /// Whoever is at the issuer's page now: payment and attempt.
    fn at_issuers(&self) -> Vec<(usize, AttemptId)> {
        let places = (0..self.payments.len()).filter_map(|payment| {
            let details = self.details(payment).filter(|d| d.payment.status() == Status::RequiresAction)?;
            let attempt = details.attempts.last()?;
            let at_issuer = attempt.action.as_ref()?.kind == ActionKind::ThreeDs;
            at_issuer.then_some((payment, attempt.id))
        });
        places.collect()
    }

    /// Whoever is at the wallet's page, whether or not the hub still wants it: payment and what the wallet
    /// was asked for.
    fn at_wallets(&self) -> Vec<(usize, Message)> {
        let place = |message: &Message| self.payments.iter().position(|known| known.id == Some(message.payment));
        let pages = self.ground.bank.pages().into_iter();
        let mut there: Vec<_> = pages.filter_map(|message| Some((place(&message)?, message))).collect();
        there.sort_by_key(|(payment, message)| {
            let attempts = self.details(*payment).map_or(&[][..], |details| &details.operations);
            // Two of one payment: in the order in which they were sent.
            (*payment, attempts.iter().find(|one| one.id == message.operation).map(|one| one.trace))
        });
        there
    }

    /// A buyer acts at a page, and mostly comes back at once.
    pub(super) fn at_page(&mut self) -> Option<Stepped> {
        let (issuers, wallets) = (self.at_issuers(), self.at_wallets());
        let place = self.some(issuers.len() + wallets.len())?;
        if self.one_in(8) {
            self.say("a buyer takes long");
            self.ground.clock.forward(Duration::from_secs(250));
        }
        if let Some((payment, message)) = place.checked_sub(issuers.len()).map(|place| wallets[place].clone()) {
            return Some(self.at_wallet(payment, &message));
        }
        let (payment, attempt) = issuers[place];
        let proven = !self.one_in(4);
        let status = if proven { AuthenticationStatus::Authenticated } else { AuthenticationStatus::Failed };
        let acted = self.ground.bank.act_at_issuer(attempt, status);
        let words = if acted { status.as_str() } else { "too late" };
        self.say(format!("the buyer of p{payment} at the issuer: {words}"));
        if self.one_in(3) {
            return Some(Ok(()));
        }
        Some(self.come_back(payment, attempt))
    }

    fn at_wallet(&mut self, payment: usize, message: &Message) -> Stepped {
        if self.one_in(3) && self.calls.len() < super::act::CALLS_MAX {
            // The shop cancels at this very moment.
            let errand = Errand::Request(self.add_request(payment, Wish::Void));
            self.say(self.name_of(errand));
            self.begin(errand, false)?;
            if self.one_in(2) {
                self.janitor(Chore::Ask, Chances::FAULTY)?;
            }
        }
        let approve = !self.one_in(4);
        let acted = self.ground.bank.act_at_wallet(message, approve);
        let words = match (acted, approve) {
            (true, true) => "approves",
            (true, false) => "refuses",
            (false, _) => "is too late",
        };
        self.say(format!("the buyer of p{payment} at the wallet {words}"));
        // The wallet calls back, or the buyer comes back, or neither.
        match self.rng.random_range(0..3_u8) {
            0 => self.call_back(payment, message),
            1 => match self.attempt_of(payment, message) {
                Some(attempt) => self.come_back(payment, attempt),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn attempt_of(&self, payment: usize, message: &Message) -> Option<AttemptId> {
        let operations = &self.details(payment)?.operations;
        operations.iter().find(|operation| operation.id == message.operation).map(|operation| operation.attempt_id)
    }

    fn call_back(&mut self, payment: usize, message: &Message) -> Stepped {
        let decided = self.ground.bank.decided().into_iter().find(|(one, _)| one.operation == message.operation);
        match decided {
            Some((message, answer)) => self.tell_of(payment, &message, answer),
            None => Ok(()),
        }
    }

    /// A buyer comes back: again, or after the end, or without having acted.
    pub(super) fn some_return(&mut self) -> Option<Stepped> {
        let payment = self.some(self.payments.len())?;
        let attempts = &self.details(payment)?.attempts;
        let sent: Vec<AttemptId> = attempts.iter().filter(|a| a.action.is_some()).map(|a| a.id).collect();
        let place = self.some(sent.len())?;
        Some(self.come_back(payment, sent[place]))
    }

    pub(crate) fn come_back(&mut self, payment: usize, attempt: AttemptId) -> Stepped {
        if self.calls.len() >= super::act::CALLS_MAX {
            return Ok(());
        }
        let errand = Errand::Return { payment, attempt };
        self.say(self.name_of(errand));
        self.begin(errand, false)
    }

    /// Half of the buyers who are still away act and come back; the others never will.
    pub(crate) fn last_returns(&mut self) -> Stepped {
        for (payment, attempt) in self.at_issuers() {
            if self.one_in(2) {
                continue;
            }
            self.ground.bank.act_at_issuer(attempt, AuthenticationStatus::Authenticated);
            self.come_back(payment, attempt)?;
            self.answer_all()?;
        }
        for (payment, message) in self.at_wallets() {
            if self.one_in(2) {
                self.at_wallet(payment, &message)?;
            }
        }
        Ok(())
    }
}
