//! Opening the database and building the services of the core.

use std::fs::File;
use std::sync::Arc;

use anyhow::{Context, bail};
use aviso_acquirers::sandbox::SandboxBank;
use aviso_core::account::Accounts;
use aviso_core::audit::Audit;
use aviso_core::bot::BotMemory;
use aviso_core::clock::Clock;
use aviso_core::delivery::DeliveryLog;
use aviso_core::dispute::Disputes;
use aviso_core::ledger::Ledger;
use aviso_core::merchant::Merchants;
use aviso_core::merchant::endpoint::Endpoints;
use aviso_core::payment::Payments;
use aviso_core::port::Acquirer;
use aviso_core::refund::Refunds;
use aviso_core::risk::Risk;
use aviso_core::secret::Keyring;
use aviso_core::store::{DatabaseUrl, Store};

use crate::config::Config;

/// The services of the core over one database.
#[derive(Debug)]
pub struct Services {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The keys.
    pub keyring: Keyring,
    /// People.
    pub accounts: Accounts,
    /// Payments.
    pub payments: Payments,
    /// Refunds.
    pub refunds: Refunds,
    /// Disputes.
    pub disputes: Disputes,
    /// The books.
    pub ledger: Ledger,
    /// Shops.
    pub merchants: Merchants,
    /// Where shops hear of events.
    pub endpoints: Endpoints,
    /// Lists and limits.
    pub risk: Risk,
    /// What was sent.
    pub deliveries: DeliveryLog,
    /// Who did what.
    pub audit: Audit,
    /// What the bot remembers.
    pub memory: BotMemory,
    /// The sandbox bank, to compare its books with ours.
    pub bank: Arc<SandboxBank>,
    /// Held as long as this process uses the SQLite file.
    _lock: Option<File>,
}

impl Services {
    /// Opens the database, checks its schema, and builds the services.
    ///
    /// # Errors
    ///
    /// When the database is unreachable, used by another process (SQLite), or lacks migrations.
    pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let keyring = config.keyring()?;
        let (store, lock) = open_store(config).await?;
        let pending = aviso_migrations::pending(&store.migration_connection()).await?;
        if pending > 0 {
            bail!("the database lacks {pending} migrations: run `aviso migrate`, or `aviso serve --migrate`");
        }
        let bank = Arc::new(
            SandboxBank::builder()
                .clock(Arc::clone(&clock))
                .timeout(std::time::Duration::from_millis(config.payments.sandbox_timeout_ms))
                .journal(config.data_dir.join("sandbox-bank.jsonl"))
                .build()?,
        );
        let payments = Payments::new(
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&bank) as Arc<dyn Acquirer>,
            keyring.clone(),
            config.payment_settings(),
        );
        let risk = Risk::new(store.clone(), Arc::clone(&clock));
        risk.ensure_default_limits().await?;
        Ok(Self {
            accounts: Accounts::new(store.clone(), Arc::clone(&clock), keyring.clone()),
            refunds: Refunds::new(store.clone(), Arc::clone(&clock), payments.clone()),
            disputes: Disputes::new(store.clone(), Arc::clone(&clock), &payments),
            ledger: Ledger::new(store.clone(), Arc::clone(&clock), &payments),
            merchants: Merchants::new(store.clone(), Arc::clone(&clock)),
            endpoints: Endpoints::new(store.clone(), Arc::clone(&clock), keyring.clone()),
            deliveries: DeliveryLog::new(store.clone(), Arc::clone(&clock)),
            audit: Audit::new(store.clone(), Arc::clone(&clock)),
            memory: BotMemory::new(store.clone(), Arc::clone(&clock)),
            payments,
            risk,
            store,
            clock,
            keyring,
            bank,
            _lock: lock,
        })
    }
}

/// Opens the database. A SQLite file is locked against other processes and always migrated.
///
/// # Errors
///
/// When it is unreachable, or used by another process.
pub async fn open_store(config: &Config) -> anyhow::Result<(Store, Option<File>)> {
    let url = config.database_url()?;
    let lock = match &url {
        DatabaseUrl::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("database.url: the folder {} cannot be made", folder.display()))?;
            }
            let beside = path.with_extension("lock");
            let file = File::create(&beside).with_context(|| format!("{} cannot be written", beside.display()))?;
            if file.try_lock().is_err() {
                bail!("another process already uses {}: SQLite serves one; use PostgreSQL for several", path.display());
            }
            Some(file)
        }
        DatabaseUrl::Postgres(_) => None,
    };
    let store = Store::open(&url).await.context("database.url: the database cannot be opened")?;
    if lock.is_some() {
        aviso_migrations::migrate(&store.migration_connection()).await?;
    }
    Ok((store, lock))
}

/// Brings the database to the newest schema.
///
/// # Errors
///
/// When it is unreachable or refuses a step.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let (store, _lock) = open_store(config).await?;
    aviso_migrations::migrate(&store.migration_connection()).await?;
    store.close().await?;
    Ok(())
}
