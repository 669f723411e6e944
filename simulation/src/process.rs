//! A simulated process: services on a runtime of its own. Killing it drops every task where it stands,
//! as a crash does; what is durable is found again by the next one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::dispute::Disputes;
use aviso_core::language::Language;
use aviso_core::ledger::Ledger;
use aviso_core::ledger::fee::{Fee, FeeMethod};
use aviso_core::merchant::{Merchant, Merchants, Mode};
use aviso_core::payment::text::Reason;
use aviso_core::payment::{Acquirers, PaymentSettings, Payments};
use aviso_core::port::{Acquirer, Authenticator};
use aviso_core::refund::Refunds;
use aviso_core::risk::{Attribute, List, NewEntry, Risk};
use aviso_core::routing::{MethodFilter, NonResidents, Profile, Profiles, Reaction, Route};
use aviso_core::secret::Keyring;
use aviso_core::store::{DatabaseUrl, Store};
use aviso_core::vault::{Vault, VaultSettings};
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::runtime::Runtime;

use crate::bank::{House, SimBank, SimIssuer, Teller};
use crate::clock::ManualClock;

/// Cards whose payments staff decide about: their first six digits.
const GRAY_BIN: &str = "400000";
/// Cards that are blocked.
const BLOCKED_BIN: &str = "510510";

/// What is paid in.
pub(crate) const CURRENCIES: [&str; 3] = ["EUR", "JPY", "KWD"];
/// What merchants pay of each capture.
pub(crate) const FEE_BASIS_POINTS: i32 = 250;
/// What they pay once a payment, minor units.
pub(crate) const FEE_FIXED: i64 = 3;

/// The buyer of every payment; has an account.
pub(crate) const BUYER: &str = "buyer@luna.test";

/// Cards from here must be authenticated.
const CHALLENGED_COUNTRY: &str = "JP";

/// What outlives a process.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) url: DatabaseUrl,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) bank: Arc<SimBank>,
}

/// One life of the hub.
#[derive(Debug)]
pub(crate) struct Process {
    runtime: Option<Runtime>,
    services: Option<Services>,
}

/// The services of a process.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) store: Store,
    pub(crate) payments: Payments,
    pub(crate) refunds: Refunds,
    pub(crate) vault: Vault,
    pub(crate) disputes: Disputes,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<dyn Clock>,
    /// Makes the addresses that buyers come back to.
    pub(crate) keyring: Keyring,
}

impl Process {
    /// Starts one. Migrates nothing.
    pub(crate) fn start(ground: &Ground) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let store = runtime.block_on(Store::open(&ground.url)).context("the database does not open")?;
        let clock = Arc::clone(&ground.clock) as Arc<dyn Clock>;
        // The bank's deadline is played by the bank: real time must not end a call.
        let settings = PaymentSettings { acquirer_deadline: Duration::from_secs(3_600), ..PaymentSettings::default() };
        let keyring = Keyring::new([7; 32]);
        let way = |house| Arc::new(Teller::new(Arc::clone(&ground.bank), house)) as Arc<dyn Acquirer>;
        let acquirers = Acquirers::new(way(House::First), House::ALL.map(way));
        let payments = Payments::new(store.clone(), Arc::clone(&clock), acquirers, keyring.clone(), settings);
        let issuer = Arc::new(SimIssuer(Arc::clone(&ground.bank))) as Arc<dyn Authenticator>;
        let payments = payments.with_actions(Some(issuer), &"https://hub.test".parse()?);
        let refunds = Refunds::new(store.clone(), Arc::clone(&clock), payments.clone());
        let vault = payments.vault(VaultSettings::default());
        let disputes = Disputes::new(store.clone(), Arc::clone(&clock), &payments);
        let ledger = Ledger::new(store.clone(), Arc::clone(&clock), &payments);
        Ok(Self {
            runtime: Some(runtime),
            services: Some(Services { store, payments, refunds, vault, disputes, ledger, clock, keyring }),
        })
    }

    pub(crate) fn services(&self) -> &Services {
        self.services.as_ref().expect("a process is used only while it lives")
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("a process is used only while it lives")
    }

    /// Runs its tasks until this ends. Between two calls all of them stand still.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime().block_on(work)
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.runtime().spawn(work)
    }

    /// Brings the database to the newest schema and lists the cards that antifraud holds or blocks.
    pub(crate) fn prepare(&self, ground: &Ground) -> anyhow::Result<()> {
        let store = self.services().store.clone();
        let risk = Risk::new(store.clone(), Arc::clone(&ground.clock) as Arc<dyn Clock>);
        self.run(async {
            aviso_migrations::migrate(&store.migration_connection()).await?;
            for (list, bin) in [(List::Gray, GRAY_BIN), (List::Block, BLOCKED_BIN)] {
                let entry = NewEntry {
                    merchant_id: None,
                    list,
                    attribute: Attribute::Bin,
                    value: bin.to_owned(),
                    reason: Reason::new("simulation").map_err(|_| anyhow::anyhow!("a reason"))?,
                    author: "simulation".to_owned(),
                    expires_at: None,
                };
                risk.add_entry(&Actor::Operator, &entry).await?;
            }
            // Registering hashes a password, which takes longer than a run.
            let connection = store.migration_connection();
            let row = "INSERT INTO account (id, email, email_ci, email_confirmed_at, language, created_at) VALUES";
            let values =
                format!("({}, '{BUYER}', '{BUYER}', 1, 'en', 1)", account_id(connection.get_database_backend()));
            connection.execute_unprepared(&format!("{row} {values}")).await?;
            Ok(())
        })
    }

    /// A merchant that nobody else uses, with these ways to banks.
    pub(crate) fn merchant(&self, ground: &Ground, routes: &[(House, &[&str])]) -> anyhow::Result<Merchant> {
        let (store, clock) = (self.services().store.clone(), Arc::clone(&ground.clock) as Arc<dyn Clock>);
        let merchants = Merchants::new(store.clone(), Arc::clone(&clock));
        let merchant = self.run(merchants.create(Actor::Operator, "Luna", Language::En))?;
        let routes = routes.iter().map(|(house, currencies)| route(*house, currencies));
        let countries = vec![(CHALLENGED_COUNTRY.parse()?, Reaction::Challenge)];
        let profile = Profile {
            routes: routes.collect::<anyhow::Result<_>>()?,
            non_residents: NonResidents { countries, ..NonResidents::default() },
            ..Profile::default()
        };
        self.run(Profiles::new(store, clock).configure(Actor::Operator, merchant.id, Mode::Test, profile))?;
        for currency in CURRENCIES {
            let fee = Fee {
                merchant_id: merchant.id,
                mode: Mode::Test,
                currency: currency.parse()?,
                method: FeeMethod::Any,
                basis_points: FEE_BASIS_POINTS,
                fixed: FEE_FIXED,
            };
            self.run(self.services().ledger.set_fee(Actor::Operator, &fee))?;
        }
        Ok(merchant)
    }

    /// Ends it in good order.
    pub(crate) fn stop(mut self) {
        if let Some(services) = self.services.take() {
            // What is not folded into the file now is folded in by the next process.
            let _ = self.run(services.store.close());
        }
    }
}

/// An id that never changes, as the database writes it.
fn account_id(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres {
        "'01900000-0000-7000-8000-000000000001'"
    } else {
        "X'01900000000070008000000000000001'"
    }
}

/// Cards in these currencies, or in all, go to this bank.
fn route(house: House, currencies: &[&str]) -> anyhow::Result<Route> {
    Ok(Route {
        acquirer: house.name().to_owned(),
        method: MethodFilter::Card,
        currencies: currencies.iter().map(|code| code.parse()).collect::<Result<_, _>>()?,
        countries: Vec::new(),
        countries_except: Vec::new(),
        brands: Vec::new(),
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        {
            // Pools let go of their connections inside a runtime only.
            let _inside = runtime.enter();
            drop(self.services.take());
        }
        drop(runtime);
    }
}
