//! What may happen in a step. A new kind of happening is one line in [`Act`], one in its weights and one
//! arm in [`World::act`].

use std::time::Duration;

use aviso_core::money::Currency;
use aviso_core::payment::CaptureMode;
use aviso_core::payment::action::ThreeDs;
use aviso_core::payment::status::Status;
use rand::Rng;

use super::chore::Chore;
use super::theme::{Act, Theme, WEIGHTS};
use super::{Errand, Known, Stepped, World};
use crate::bank::Chances;
use crate::process::CURRENCIES;
use crate::request::{How, Keep, Means, Plastic, Request, Wish};

/// Payments of one run.
const PAYMENTS_MAX: usize = 6;
/// Calls that wait for the bank at the same time.
pub(super) const CALLS_MAX: usize = 4;

impl World {
    /// One step: something that may happen happens.
    pub(crate) fn step(&mut self) -> Stepped {
        self.ground.clock.forward(Duration::from_millis(3));
        loop {
            let weights = WEIGHTS.map(|(act, weight)| (act, act.weight(weight, self.theme)));
            let total = weights.iter().map(|(_, weight)| weight).sum();
            let mut roll = self.rng.random_range(0..total);
            let drawn = weights.into_iter().find(|(_, weight)| {
                let here = roll < *weight;
                roll = roll.saturating_sub(*weight);
                here
            });
            if let Some((act, _)) = drawn
                && let Some(stepped) = self.act(act)
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
            Act::Issuers => Some(self.janitor(Chore::Issuers, Chances::FAULTY)),
            Act::Contest => self.contest(),
            Act::ClaimNotice => self.more_of_claim(),
            Act::ClaimAnswer => self.answer_claim(),
            Act::Disputes => Some(self.janitor(Chore::Disputes, Chances::FAULTY)),
            Act::Ledger => Some(self.janitor(Chore::Ledger, Chances::FAULTY)),
            Act::RemoveCard => self.remove_card(),
            Act::EndMandate => self.end_mandate(),
            Act::NotMe => self.not_me(),
            Act::SweepVault => Some(self.janitor(Chore::Vault, Chances::FAULTY)),
            Act::AtPage => self.at_page(),
            Act::Return => self.some_return(),
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

    pub(super) fn some(&mut self, len: usize) -> Option<usize> {
        (len > 0).then(|| self.rng.random_range(0..len))
    }

    pub(super) fn some_request(&mut self) -> Option<usize> {
        if self.calls.len() >= CALLS_MAX {
            return None;
        }
        let place = self.some(self.requests.len())?;
        // Without an id there is nothing to ask about.
        let request = &self.requests[place];
        let known = self.payments[request.payment].id.is_some() || matches!(request.wish, Wish::Create { .. });
        known.then_some(place)
    }

    pub(super) fn how(&mut self) -> How {
        let plastic = match self.rng.random_range(0..12_u8) {
            0 => Plastic::Blocked,
            1..=2 => Plastic::Gray,
            3 => Plastic::Abroad,
            _ => Plastic::Plain,
        };
        let three_ds = match self.rng.random_range(0..8_u8) {
            0 => ThreeDs::Always,
            1..=4 if self.theme == Theme::Pages => ThreeDs::Always,
            7 => ThreeDs::Never,
            _ => ThreeDs::Automatic,
        };
        let by_wallet = if self.theme == Theme::Pages { 3 } else { 12 };
        if self.one_in(by_wallet) {
            return How { means: Means::Wallet, three_ds: ThreeDs::Automatic, keep: Keep::Nothing };
        }
        let by_kept = if self.theme == Theme::Vault { 2 } else { 6 };
        if self.one_in(by_kept)
            && let Some(means) = self.kept_means()
        {
            return How { means, three_ds, keep: Keep::Nothing };
        }
        let keep = match self.rng.random_range(0..if self.theme == Theme::Vault { 6 } else { 16_u8 }) {
            0 => Keep::Card,
            1..=3 => Keep::Mandate,
            _ => Keep::Nothing,
        };
        How { means: Means::Given(plastic), three_ds, keep }
    }

    /// A payment now, and all answers to it. Says whether it was taken up.
    pub(crate) fn pay_once(&mut self, means: Means, minor: i64, currency: Currency) -> Result<bool, String> {
        self.payments.push(Known::default());
        let how = How { means, three_ds: ThreeDs::Automatic, keep: Keep::Nothing };
        let wish = Wish::Create { minor, currency, capture: CaptureMode::Auto, with: Some(how) };
        let place = self.add_request(self.payments.len() - 1, wish);
        let errand = Errand::Request(place);
        self.say(self.name_of(errand));
        self.begin(errand, false)?;
        self.answer_all()?;
        Ok(self.requests[place].answer.is_some())
    }

    pub(super) fn add_request(&mut self, payment: usize, wish: Wish) -> usize {
        let key = format!("k{}", self.requests.len());
        self.requests.push(Request { payment, wish, key, answer: None, effects: false, in_doubt: false });
        self.requests.len() - 1
    }

    pub(super) fn new_request(&mut self, act: Act) -> Option<Errand> {
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
            Act::Create => {
                let with = if self.one_in(4) { None } else { Some(self.how()) };
                // Mostly what a mandate is for.
                let agreed = self.currency_of(with).filter(|_| !self.one_in(5));
                Wish::Create {
                    minor: self.rng.random_range(1..=500),
                    currency: agreed.unwrap_or_else(|| self.currency()),
                    capture: if self.one_in(2) { CaptureMode::Auto } else { CaptureMode::Manual },
                    with,
                }
            }
            Act::Confirm => Wish::Confirm(self.how()),
            Act::Capture => Wish::Capture(self.part_of(payment)),
            Act::Void => Wish::Void,
            _ => Wish::Refund(self.part_of(payment)),
        };
        Some(Errand::Request(self.add_request(payment, wish)))
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
        let code = CURRENCIES[self.rng.random_range(0..CURRENCIES.len())];
        code.parse().expect("a currency of ISO 4217")
    }

    /// A part, all that is left, or a little too much.
    pub(super) fn part_of(&mut self, payment: usize) -> Option<i64> {
        let amount = self.details(payment).map_or(100, |details| details.payment.amount.minor());
        if self.one_in(3) {
            return None;
        }
        let most = if self.one_in(4) { amount + 5 } else { (amount / 2).max(1) };
        Some(self.rng.random_range(1..=most))
    }

    pub(super) fn decision(&mut self) -> Option<Errand> {
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
}
