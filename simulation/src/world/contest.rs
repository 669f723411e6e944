//! Disputes: buyers contest payments at the issuer, whose notices come in order or not, once or twice; the
//! merchant answers or does not.

use std::time::Duration;

use aviso_core::clock::Timestamp;
use aviso_core::dispute::{Answer, DisputeError, DisputeFilter, EvidenceKind, EvidenceText, NewEvidence};
use aviso_core::document::DisputeDocument;
use aviso_core::money::Money;
use aviso_core::port::{DisputeNotice, Notice, NoticeSubject};
use rand::Rng;

use super::{Stepped, World};
use crate::bank::House;
use crate::check::contested;

/// What the issuer may say of one dispute, in order.
const STORIES: [&[DisputeNotice]; 7] = [
    &[DisputeNotice::Opened, DisputeNotice::Won],
    &[DisputeNotice::Opened, DisputeNotice::Lost],
    &[DisputeNotice::Opened],
    &[DisputeNotice::Asked],
    &[DisputeNotice::Asked, DisputeNotice::Opened, DisputeNotice::Lost],
    &[DisputeNotice::Asked, DisputeNotice::Won],
    &[DisputeNotice::Opened, DisputeNotice::Won, DisputeNotice::Opened, DisputeNotice::Lost],
];

/// A dispute at the bank.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) payment: usize,
    house: House,
    acquirer_ref: String,
    pub(crate) dispute_ref: String,
    amount: Money,
    story: &'static [DisputeNotice],
    respond_by: Timestamp,
    /// What was heard, in the order in which it was: places in the story.
    pub(crate) heard: Vec<usize>,
    /// What the merchant answered: whether it accepts.
    pub(crate) answered: Option<bool>,
}

impl Claim {
    /// Whether everything was heard in order: then the last word counts.
    pub(crate) fn last_word(&self) -> Option<DisputeNotice> {
        let in_order = self.heard.iter().copied().eq(0..self.story.len());
        self.story.last().copied().filter(|_| in_order)
    }

    /// How the network calls the reason: the dispute's name in the run.
    fn reason(place: usize) -> String {
        format!("case {place}")
    }
}

impl World {
    /// A buyer contests a payment: all that was taken, or part of it. The issuer says so later.
    pub(super) fn contest(&mut self) -> Option<Stepped> {
        let payment = self.some(self.payments.len())?;
        let id = self.payments[payment].id?;
        let taken = |hold: &crate::bank::Hold| !hold.reversed && hold.taken > hold.back;
        let hold = self.ground.bank.holds(id).into_iter().find(taken)?;
        let (left, currency) = (hold.taken - hold.back, self.details(payment)?.payment.currency());
        let minor = if self.one_in(2) { left } else { self.rng.random_range(1..=left) };
        let place = self.disputes.len();
        let story = STORIES[self.rng.random_range(0..STORIES.len())];
        self.say(format!("the buyer of p{payment} contests {minor}: case {place} {story:?}"));
        self.disputes.push(Claim {
            payment,
            house: hold.house,
            acquirer_ref: hold.operation.to_string(),
            dispute_ref: format!("{} {place}", hold.operation),
            amount: Money::new(minor, currency).ok()?,
            story,
            respond_by: self.now().after(Duration::from_secs(10 * 86_400)),
            heard: Vec::new(),
            answered: None,
        });
        Some(self.tell_of_claim(place, 0))
    }

    /// The issuer says what comes next, or something that it said before or will say later.
    pub(super) fn more_of_claim(&mut self) -> Option<Stepped> {
        let place = self.some(self.disputes.len())?;
        let claim = &self.disputes[place];
        let (told, all) = (claim.heard.len(), claim.story.len());
        let number = if told < all && !self.one_in(4) { told } else { self.rng.random_range(0..all) };
        Some(self.tell_of_claim(place, number))
    }

    fn tell_of_claim(&mut self, place: usize, number: usize) -> Stepped {
        let claim = &self.disputes[place];
        let said = claim.story[number];
        let notice = Notice {
            id: format!("{} {number}", claim.dispute_ref),
            about: NoticeSubject::Dispute {
                acquirer_ref: claim.acquirer_ref.clone(),
                dispute_ref: claim.dispute_ref.clone(),
                reason_code: Claim::reason(place),
                amount: claim.amount,
                respond_by: Some(claim.respond_by),
                stage: said,
            },
        };
        let (house, payment, again) = (claim.house, claim.payment, claim.heard.contains(&number));
        let disputes = self.process().services().disputes.clone();
        let heard = self.process().run(disputes.heard(house.name(), &notice));
        self.say(format!("the issuer of p{payment} says of case {place}: {said:?}"));
        match heard {
            Ok(true) if again => return Err("a repeated notice of a dispute changed something".to_owned()),
            Ok(changed) => {
                self.say(format!("    -> {}", if changed { "heard" } else { "nothing new" }));
                if !again {
                    self.disputes[place].heard.push(number);
                }
            }
            // The bank's own answer is still on the way: it is sent again.
            Err(DisputeError::UnknownAuthorization { .. }) => self.say("    -> not known yet"),
            Err(error) => return Err(format!("a notice of a dispute was not heard: {error}")),
        }
        self.look(payment)
    }

    /// The merchant answers: with evidence, or that it does not contest.
    pub(super) fn answer_claim(&mut self) -> Option<Stepped> {
        let place = self.some(self.disputes.len())?;
        let payment = self.disputes[place].payment;
        let document =
            self.disputes_of(payment).ok()?.into_iter().find(|one| one.reason_code == Claim::reason(place))?;
        let (accepts, submit) = (self.one_in(3), !self.one_in(4));
        let text = EvidenceText::new("delivered on Monday").ok()?;
        let answer = if accepts {
            Answer::Accept
        } else {
            Answer::Evidence(NewEvidence { texts: vec![(EvidenceKind::Shipping, text)], submit })
        };
        let words = if accepts {
            "accepts"
        } else if submit {
            "contests"
        } else {
            "adds evidence to"
        };
        self.say(format!("the shop {words} case {place}"));
        let disputes = self.process().services().disputes.clone();
        let id = document.id.parse().ok()?;
        let answered = self.process().run(disputes.answer(&self.scope, id, &answer, None));
        // A question is answered, not accepted: no money was taken back yet.
        let may = document.status == "opened" && !(accepts && document.stage == "pre_dispute");
        match answered {
            Ok(_) if may => {
                self.say("    -> done");
                if accepts || submit {
                    self.disputes[place].answered = Some(accepts);
                }
            }
            Err(DisputeError::IllegalMove(_)) if !may => self.say("    -> too late"),
            Ok(_) => return Some(Err(format!("an answer was taken to a dispute that is {}", document.status))),
            Err(error) => return Some(Err(format!("an answer to a dispute was refused: {error}"))),
        }
        Some(self.look(payment))
    }

    fn disputes_of(&self, payment: usize) -> Result<Vec<DisputeDocument>, String> {
        let filter = DisputeFilter { payment: self.payments[payment].id, status: None };
        let disputes = self.process().services().disputes.clone();
        let page = self.process().run(disputes.list(&self.scope, &filter, None, 1_000));
        page.map(|page| page.items).map_err(|error| format!("disputes: {error}"))
    }

    /// What is held or lost of a payment is what its disputes say.
    pub(super) fn look_at_disputes(&mut self, payment: usize) -> Stepped {
        if !self.disputes.iter().any(|claim| claim.payment == payment) {
            return Ok(());
        }
        let documents = self.disputes_of(payment)?;
        for (place, document) in named(&documents) {
            let words = format!("{} {}", document.stage, document.status);
            self.say(format!("    case {place} {words}, {} of {}", document.amount_held, document.amount));
        }
        match self.details(payment) {
            Some(details) => contested::amounts(&details.payment, &documents),
            None => Ok(()),
        }
    }

    /// What disputes took of a payment for good.
    pub(crate) fn lost_in_disputes(&self, payment: usize) -> Result<i64, String> {
        if !self.disputes.iter().any(|claim| claim.payment == payment) {
            return Ok(0);
        }
        let over = |one: &&DisputeDocument| matches!(one.status.as_str(), "lost" | "accepted" | "expired");
        Ok(self.disputes_of(payment)?.iter().filter(over).map(|one| one.amount_held).sum())
    }

    /// Whatever the issuer has not said yet, it says now, in order.
    pub(crate) fn last_notices(&mut self) -> Stepped {
        for place in 0..self.disputes.len() {
            for number in 0..self.disputes[place].story.len() {
                if !self.disputes[place].heard.contains(&number) {
                    self.tell_of_claim(place, number)?;
                }
            }
        }
        Ok(())
    }

    /// Every dispute ended as the issuer said, and what the merchant answered has arrived.
    pub(crate) fn check_disputes(&self) -> Stepped {
        for payment in 0..self.payments.len() {
            if !self.disputes.iter().any(|claim| claim.payment == payment) {
                continue;
            }
            for (place, document) in named(&self.disputes_of(payment)?) {
                let Some(claim) = self.disputes.get(place) else { continue };
                let arrived = self.ground.bank.reply(&claim.dispute_ref);
                contested::ended(&document, claim.last_word(), claim.answered, arrived)
                    .map_err(|why| format!("p{payment}: case {place}: {why}"))?;
            }
        }
        Ok(())
    }
}

/// Disputes with their places in the run, in order.
fn named(documents: &[DisputeDocument]) -> Vec<(usize, DisputeDocument)> {
    let name = |one: &DisputeDocument| one.reason_code.strip_prefix("case ")?.parse().ok();
    let mut named: Vec<_> = documents.iter().filter_map(|one| Some((name(one)?, one.clone()))).collect();
    named.sort_by_key(|(place, _)| *place);
    named
}
