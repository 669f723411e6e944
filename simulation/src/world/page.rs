//! Buyers at their issuers' pages: they act there or not, and come back or not, some of them twice.

use aviso_core::id::AttemptId;
use aviso_core::payment::action::ActionKind;
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::status::Status;

use super::{Errand, Stepped, World};

impl World {
    /// Whoever is at a page now: payment and attempt.
    fn at_pages(&self) -> Vec<(usize, AttemptId, ActionKind)> {
        let places = (0..self.payments.len()).filter_map(|payment| {
            let details = self.details(payment).filter(|d| d.payment.status() == Status::RequiresAction)?;
            let attempt = details.attempts.last()?;
            Some((payment, attempt.id, attempt.action.as_ref()?.kind))
        });
        places.collect()
    }

    /// A buyer acts at the issuer's page, and mostly comes back at once.
    pub(super) fn at_page(&mut self) -> Option<Stepped> {
        let there = self.at_pages();
        let (payment, attempt, _) = there[self.some(there.len())?];
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
        for (payment, attempt, _) in self.at_pages() {
            if self.one_in(2) {
                continue;
            }
            self.ground.bank.act_at_issuer(attempt, AuthenticationStatus::Authenticated);
            self.come_back(payment, attempt)?;
            self.answer_all()?;
        }
        Ok(())
    }
}
