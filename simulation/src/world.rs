//! The state of a run: a process, a bank, a shop, and what is under way between them.

mod act;
mod call;
mod chore;
mod contest;
mod holder;
mod page;
mod theme;
mod trouble;

use std::collections::BTreeMap;

use anyhow::Context;
use aviso_core::clock::Clock;
use aviso_core::id::PaymentId;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::payment::{PaymentDetails, Payments};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::sync::mpsc;

use crate::bank::{Chances, Fate, GateId, House, Message};
use crate::check;
use crate::process::{Ground, Process};
use crate::request::{Request, order_ref};
use crate::sabotage::Sabotage;
pub(crate) use call::{Call, Errand};
pub(crate) use chore::Chore;
pub(crate) use contest::Claim;
pub(crate) use holder::Holder;
use theme::Theme;

/// What merchants choose from: mostly one bank and the other one after it.
const ROUTES: [&[(House, &[&str])]; 4] = [
    &[],
    &[(House::First, &[]), (House::Second, &[])],
    &[(House::Second, &[]), (House::First, &[])],
    &[(House::Second, &["EUR"]), (House::First, &[]), (House::Second, &["JPY"])],
];

/// A payment of the run.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Not known while its creation was not answered.
    pub(crate) id: Option<PaymentId>,
    /// As it stood when it was last looked at.
    pub(crate) details: Option<PaymentDetails>,
}

/// Why a run ended early, in words.
pub(crate) type Stepped = Result<(), String>;

/// A run.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ground: Ground,
    pub(crate) process: Option<Process>,
    pub(crate) scope: Scope,
    seed: u64,
    theme: Theme,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) arrivals: mpsc::UnboundedReceiver<GateId>,
    pub(crate) payments: Vec<Known>,
    pub(crate) requests: Vec<Request>,
    pub(crate) calls: Vec<Call>,
    pub(crate) vault: Holder,
    pub(crate) disputes: Vec<Claim>,
    /// Messages of dead processes that the network still carries.
    pub(crate) limbo: Vec<Message>,
    pub(crate) trace: Vec<String>,
}

impl World {
    /// A run on this ground, with an empty bank and a merchant of its own.
    pub(crate) fn new(ground: Ground, process: Process, seed: u64, sabotage: Option<Sabotage>) -> anyhow::Result<Self> {
        ground.clock.restart();
        let arrivals = ground.bank.restart(sabotage.and_then(Sabotage::cheat));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let routes = ROUTES[rng.random_range(0..ROUTES.len())];
        let theme = Theme::ALL[rng.random_range(0..Theme::ALL.len())];
        let merchant = process.merchant(&ground, routes).context("no merchant")?;
        Ok(Self {
            scope: Scope { merchant, mode: Mode::Test, key_id: None },
            process: Some(process),
            ground,
            seed,
            theme,
            rng,
            arrivals,
            payments: Vec::new(),
            requests: Vec::new(),
            calls: Vec::new(),
            vault: Holder::default(),
            disputes: Vec::new(),
            limbo: Vec::new(),
            trace: vec![format!("about {theme:?}, routes {routes:?}")],
        })
    }

    pub(crate) fn process(&self) -> &Process {
        self.process.as_ref().expect("there is a process between two steps")
    }

    pub(crate) fn service(&self) -> &Payments {
        &self.process().services().payments
    }

    pub(crate) fn say(&mut self, line: impl Into<String>) {
        self.trace.push(line.into());
    }

    /// From now on chance is that of this step, whatever happened before.
    pub(crate) fn throw_dice_of(&mut self, step: usize) {
        self.rng = ChaCha8Rng::seed_from_u64(self.seed);
        self.rng.set_stream(step as u64);
    }

    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.rng.random_range(0..n) == 0
    }

    pub(crate) fn fate_of(&mut self, message: &Message) -> Fate {
        Fate::draw(&mut self.rng, message.ask, message.amount.minor(), Chances::FAULTY)
    }

    pub(crate) fn details(&self, payment: usize) -> Option<&PaymentDetails> {
        self.payments.get(payment)?.details.as_ref()
    }

    pub(crate) fn now(&self) -> aviso_core::clock::Timestamp {
        self.ground.clock.now()
    }

    /// Learns a payment's id.
    pub(crate) fn know(&mut self, payment: usize, id: PaymentId) {
        self.payments[payment].id = Some(id);
        self.ground.bank.know(id, payment);
    }

    /// Looks at a payment anew and checks what must hold.
    pub(crate) fn look(&mut self, payment: usize) -> Stepped {
        let Some(id) = self.payments[payment].id else { return Ok(()) };
        let details = self.process().run(self.service().details(id)).map_err(|error| format!("look: {error}"))?;
        let line = format!("    p{payment} {}", check::summary(&details.payment));
        let before = self.payments[payment].details.take();
        let checked = check::payment(&details, before.as_ref(), &self.ground.bank);
        let checked = checked.and_then(|()| self.vault.learn(payment, &details));
        self.say(line);
        self.payments[payment].details = Some(details);
        let checked = checked.and_then(|()| self.look_at_disputes(payment));
        checked.map_err(|why| format!("p{payment}: {why}"))
    }

    /// Looks at every payment, and at what the table says of each.
    pub(crate) fn look_at_all(&mut self) -> Stepped {
        for payment in 0..self.payments.len() {
            self.look(payment)?;
        }
        self.check_statuses()
    }

    pub(crate) fn check_statuses(&mut self) -> Stepped {
        let stored = self.stored_statuses().map_err(|error| format!("look: {error:#}"))?;
        let mut known = self.payments.iter().filter_map(|known| known.details.as_ref());
        known.try_for_each(|details| check::stored_status(&stored, &details.payment))
    }

    fn stored_statuses(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let connection = self.process().services().store.migration_connection();
        let place = if connection.get_database_backend() == DbBackend::Postgres { "$1" } else { "?" };
        let query = Statement::from_sql_and_values(
            connection.get_database_backend(),
            format!("SELECT order_ref, status FROM payment WHERE merchant_id = {place}"),
            [self.scope.merchant.id.as_uuid().into()],
        );
        let rows = self.process().run(connection.query_all_raw(query))?;
        let pair = |row: &sea_orm::QueryResult| Ok((row.try_get("", "order_ref")?, row.try_get("", "status")?));
        rows.iter().map(pair).collect()
    }

    /// The process dies with everything under way, and the next one starts.
    pub(crate) fn crash(&mut self) -> Stepped {
        for call in std::mem::take(&mut self.calls) {
            if let Errand::Request(place) = call.errand {
                self.requests[place].in_doubt = true;
            }
        }
        drop(self.process.take());
        while self.arrivals.try_recv().is_ok() {}
        for message in self.ground.bank.abandon_gates() {
            match self.rng.random_range(0..3_u8) {
                0 => self.say(format!("    {} is lost", message.ask.name())),
                1 => {
                    let fate = self.fate_of(&message);
                    self.say(format!("    {} arrives all the same: {fate:?}", message.ask.name()));
                    self.ground.bank.arrive(&message, fate);
                }
                _ => {
                    self.say(format!("    {} is late", message.ask.name()));
                    self.limbo.push(message);
                }
            }
        }
        let process = Process::start(&self.ground).map_err(|error| format!("no restart: {error:#}"))?;
        self.process = Some(process);
        self.discover()?;
        self.look_at_all()
    }

    /// Finds the payments whose creation was not answered.
    pub(crate) fn discover(&mut self) -> Stepped {
        for payment in 0..self.payments.len() {
            if self.payments[payment].id.is_some() {
                continue;
            }
            let page = self.service().list(&self.scope, None, Some(order_ref(payment)), None, 1);
            let page = self.process().run(page).map_err(|error| format!("list: {error}"))?;
            if let Some(id) = page.items.first().and_then(|document| document.id.parse().ok()) {
                self.know(payment, id);
            }
        }
        Ok(())
    }
}
