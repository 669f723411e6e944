//! Saved cards and mandates of a run: which there are, what becomes of them, and what was charged after
//! that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aviso_core::id::{CardId, MandateId, OperationId};
use aviso_core::mandate::MandateState;
use aviso_core::money::Currency;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::attempt::Attempt;
use aviso_core::payment::operation::{OperationKind, OperationStatus};
use aviso_core::payment::status::Status;
use aviso_core::vault::VaultError;
use aviso_core::vault::card::CardState;

use super::{Known, Stepped, World};
use crate::check::charges::{self, Charge};
use crate::process::CURRENCIES;
use crate::request::{CHARGE_MAX, CHARGE_MIN, How, Means};

/// What a run knows of saved cards and mandates.
#[derive(Debug, Default)]
pub(crate) struct Holder {
    /// Cards that attempts named, in order.
    cards: Vec<CardId>,
    mandates: Vec<(MandateId, Currency)>,
    /// Cards that must not pay any more, with the messages that were sent before.
    stopped_cards: BTreeMap<CardId, BTreeSet<OperationId>>,
    stopped_mandates: BTreeMap<MandateId, BTreeSet<OperationId>>,
}

impl Holder {
    /// Learns which cards and mandates a payment speaks of, and checks that it used none that must not pay.
    pub(crate) fn learn(&mut self, payment: usize, details: &PaymentDetails) -> Stepped {
        for attempt in &details.attempts {
            if let Some(card) = attempt.vault.card.filter(|card| !self.cards.contains(card)) {
                self.cards.push(card);
            }
            let is_new = |mandate: &MandateId| !self.mandates.iter().any(|(known, _)| known == mandate);
            if let Some(mandate) = attempt.vault.mandate.filter(is_new) {
                self.mandates.push((mandate, details.payment.currency()));
            }
            let by_card = attempt.vault.card.and_then(|card| self.stopped_cards.get(&card));
            let by_mandate = attempt.vault.mandate.and_then(|mandate| self.stopped_mandates.get(&mandate));
            for before in by_card.into_iter().chain(by_mandate.filter(|_| attempt.vault.by_merchant)) {
                if charges::is_sent_after(attempt, &details.operations, before) {
                    return Err(format!("p{payment} is paid with a card or mandate that was frozen, ended or removed"));
                }
            }
        }
        Ok(())
    }
}

impl World {
    /// How somebody pays with what is kept; `None` when nothing is.
    pub(super) fn kept_means(&mut self) -> Option<Means> {
        if self.one_in(2) {
            let place = self.some(self.vault.cards.len())?;
            Some(Means::Saved(place, self.vault.cards[place]))
        } else {
            let place = self.some(self.vault.mandates.len())?;
            Some(Means::Mandate(place, self.vault.mandates[place].0))
        }
    }

    /// The currency that a mandate is for.
    pub(super) fn currency_of(&self, how: Option<How>) -> Option<Currency> {
        match how?.means {
            Means::Mandate(place, _) => self.vault.mandates.get(place).map(|(_, currency)| *currency),
            Means::Given(_) | Means::Saved(..) | Means::Wallet => None,
        }
    }

    fn sent_so_far(&self) -> BTreeSet<OperationId> {
        let details = self.payments.iter().filter_map(|known| known.details.as_ref());
        details.flat_map(|details| &details.operations).map(|operation| operation.id).collect()
    }

    /// The merchant takes a card away.
    pub(super) fn remove_card(&mut self) -> Option<Stepped> {
        let place = self.some(self.vault.cards.len())?;
        let card = self.vault.cards[place];
        let vault = self.process().services().vault.clone();
        let removed = self.process().run(vault.remove(&self.scope, card));
        self.say(format!("remove card {place}"));
        Some(self.stopped(removed.map(|_| ()), |world| {
            let sent = world.sent_so_far();
            world.vault.stopped_cards.entry(card).or_insert(sent);
        }))
    }

    /// The merchant ends a mandate.
    pub(super) fn end_mandate(&mut self) -> Option<Stepped> {
        let place = self.some(self.vault.mandates.len())?;
        let (mandate, _) = self.vault.mandates[place];
        let vault = self.process().services().vault.clone();
        let ended = self.process().run(vault.end_mandate(&self.scope, mandate));
        self.say(format!("end mandate {place}"));
        Some(self.stopped(ended.map(|_| ()), |world| {
            let sent = world.sent_so_far();
            world.vault.stopped_mandates.entry(mandate).or_insert(sent);
        }))
    }

    fn stopped(&mut self, done: Result<(), VaultError>, note: impl FnOnce(&mut Self)) -> Stepped {
        match done {
            Ok(()) => {
                self.say("    -> done");
                note(self);
                Ok(())
            }
            // Not kept yet, or never.
            Err(VaultError::CardNotFound(_) | VaultError::MandateNotFound(_)) => {
                self.say("    -> not there");
                Ok(())
            }
            Err(error) => Err(format!("the vault failed: {error}")),
        }
    }

    /// The buyer says *Not me*: what pays is frozen.
    pub(super) fn not_me(&mut self) -> Option<Stepped> {
        let payment = self.some(self.payments.len())?;
        let id = self.payments[payment].id?;
        let cards: Vec<CardId> = self.details(payment)?.attempts.iter().filter_map(|a| a.vault.card).collect();
        let account = self.details(payment)?.payment.account_id?;
        self.say(format!("the buyer of p{payment} says: not me"));
        let service = self.service().clone();
        let case = match self.process().run(service.not_me(account, id)) {
            Ok(case) => case,
            Err(error) => return Some(Err(format!("not me failed: {error}"))),
        };
        self.say(format!("    -> {}", if case.is_some() { "a case" } else { "known" }));
        if case.is_some() {
            let sent = self.sent_so_far();
            for card in cards {
                // One that is not kept yet pays its own payment, and is not kept.
                if self.card_state(card) == Some(CardState::Frozen) {
                    self.vault.stopped_cards.entry(card).or_insert_with(|| sent.clone());
                }
            }
        }
        Some(self.look(payment))
    }

    fn card_state(&self, card: CardId) -> Option<CardState> {
        let vault = &self.process().services().vault;
        self.process().run(vault.card(&self.scope, card)).ok().map(|card| card.state)
    }

    /// A charge under every mandate that stands, when its period is over: nothing of an earlier one is in the
    /// way. And a try with whatever must not pay any more.
    pub(crate) fn last_charges(&mut self) -> Stepped {
        for place in 0..self.vault.mandates.len() {
            // Mostly too soon.
            let (id, currency) = self.vault.mandates[place];
            self.pay_once(Means::Mandate(place, id), CHARGE_MIN, currency)?;
        }
        self.ground.clock.forward(Duration::from_secs(2 * 86_400));
        for place in 0..self.vault.mandates.len() {
            let (id, currency) = self.vault.mandates[place];
            let found = self.process().run(self.process().services().vault.mandate(&self.scope, id));
            let Ok(mandate) = found else { continue };
            // A charge that staff have not decided about is in the way of the next.
            let held = |(details, attempt): (&PaymentDetails, &Attempt)| {
                attempt.vault.mandate == Some(id) && details.payment.status() == Status::InReview
            };
            let stands = mandate.state == MandateState::Active && mandate.terms.ends_at() > self.now();
            let active = stands && !self.attempts().any(held);
            let means = Means::Mandate(place, id);
            if active && self.pay_once(means, CHARGE_MAX + 1, currency)? {
                return Err(format!("more than was agreed was charged under mandate {place}"));
            }
            let taken = self.pay_once(means, CHARGE_MIN, currency)?;
            if active && !taken {
                return Err(format!("mandate {place} is active and free, and a charge was refused"));
            }
        }
        for place in 0..self.vault.cards.len() {
            let card = self.vault.cards[place];
            if self.vault.stopped_cards.contains_key(&card) {
                self.pay_once(Means::Saved(place, card), CHARGE_MIN, CURRENCIES[0].parse().map_err(|_| "a currency")?)?;
            }
        }
        Ok(())
    }

    /// What is kept is what approved payments left, and what was charged is within what was agreed.
    pub(crate) fn check_vault(&self) -> Stepped {
        let vault = &self.process().services().vault;
        let page = self.process().run(vault.cards(&self.scope, None, None, 1_000));
        let kept = page.map_err(|error| format!("cards: {error}"))?.items;
        let all: Vec<(&PaymentDetails, &Attempt)> = self.attempts().collect();
        for card in kept {
            let saves = |(details, attempt): &&(&PaymentDetails, &Attempt)| {
                attempt.vault.card == Some(card.id) && is_approved(details, attempt)
            };
            if all.iter().filter(saves).count() == 0 {
                return Err("a card is kept, and no payment with it was approved".to_owned());
            }
        }
        for (id, _) in &self.vault.mandates {
            let theirs = all.iter().filter(|(_, attempt)| attempt.vault.mandate == Some(*id));
            let theirs = theirs.filter_map(|(details, attempt)| Charge::of(details, attempt)).collect();
            charges::within(theirs)?;
        }
        Ok(())
    }

    fn attempts(&self) -> impl Iterator<Item = (&PaymentDetails, &Attempt)> {
        let known = self.payments.iter().filter_map(|known: &Known| known.details.as_ref());
        known.flat_map(|details| details.attempts.iter().map(move |attempt| (details, attempt)))
    }
}

fn is_approved(details: &PaymentDetails, attempt: &Attempt) -> bool {
    details.operations.iter().any(|operation| {
        operation.attempt_id == attempt.id
            && operation.kind == OperationKind::Authorize
            && operation.status == OperationStatus::Succeeded
    })
}
