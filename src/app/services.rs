//! Opening the database and building the services of the core.

use std::fs::File;
use std::sync::Arc;

use anyhow::{Context, bail};
use aviso_acquirers::iso8583::Iso8583;
use aviso_acquirers::sandbox::issuer::SandboxIssuer;
use aviso_acquirers::sandbox::{Builder, SandboxBank};
use aviso_acquirers::sandbox_wallet::SandboxWallet;
use aviso_bot::{TelegramAcquirer, TelegramPayments};
use aviso_core::account::Accounts;
use aviso_core::audit::Audit;
use aviso_core::bill::Bills;
use aviso_core::bin_table::Bins;
use aviso_core::bot::BotMemory;
use aviso_core::clock::Clock;
use aviso_core::delivery::{DeliveryLog, TestAddresses};
use aviso_core::dispute::Disputes;
use aviso_core::inbox::{Inbox, Watches};
use aviso_core::issuing::IssuingBanks;
use aviso_core::ledger::Ledger;
use aviso_core::merchant::Merchants;
use aviso_core::merchant::endpoint::Endpoints;
use aviso_core::merchant::member::Members;
use aviso_core::onboarding::Onboardings;
use aviso_core::payment::telegram::Charges;
use aviso_core::payment::{Acquirers, Payments};
use aviso_core::port::{Acquirer, Authenticator};
use aviso_core::reconciliation::Reconciliation;
use aviso_core::refund::Refunds;
use aviso_core::report::Reports;
use aviso_core::retention::Retention;
use aviso_core::risk::Risk;
use aviso_core::routing::Profiles;
use aviso_core::secret::{Keyring, Secret};
use aviso_core::site::Sites;
use aviso_core::store::{DatabaseUrl, Store};
use aviso_core::vault::{Vault, adopt_lookup_key};

use super::sandbox_pages::{ISSUER_PATH, WALLET_PATH};
use crate::config::Config;

use super::bins;

/// How often the lock of a SQLite file is tried, and how long it is waited between two tries.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

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
    /// Saved cards and mandates.
    pub vault: Vault,
    /// Bills.
    pub bills: Bills,
    /// Orders that merchants' sites sign.
    pub sites: Sites,
    /// Banks that enrol cards.
    pub issuing: IssuingBanks,
    /// Refunds.
    pub refunds: Refunds,
    /// Disputes.
    pub disputes: Disputes,
    /// The books.
    pub ledger: Ledger,
    /// What acquirers settled, beside our books.
    pub reconciliation: Reconciliation,
    /// Figures, exports and registries.
    pub reports: Reports,
    /// Shops.
    pub merchants: Merchants,
    /// Who acts for them.
    pub members: Members,
    /// Shops on their way to live payments.
    pub onboardings: Onboardings,
    /// Where shops hear of events.
    pub endpoints: Endpoints,
    /// Lists and limits.
    pub risk: Risk,
    /// What was sent.
    pub deliveries: DeliveryLog,
    /// What people were told, on their pages.
    pub inbox: Inbox,
    /// The account pages that are open in this process.
    pub watches: Watches,
    /// Who did what.
    pub audit: Audit,
    /// Who may be written to about test payments.
    pub test_addresses: TestAddresses,
    /// The sweep of old rows.
    pub retention: Retention,
    /// What the bot remembers.
    pub memory: BotMemory,
    /// What merchants accept, and where their payments go.
    pub profiles: Profiles,
    /// The issuers of cards.
    pub bins: Bins,
    /// The sandbox bank, to compare its books with ours.
    pub bank: Arc<SandboxBank>,
    /// The issuers of the sandbox' cards.
    pub issuer: Arc<SandboxIssuer>,
    /// The sandbox' wallet.
    pub wallet: Arc<SandboxWallet>,
    /// What takes payments in Telegram, when that is configured.
    pub telegram: Option<TelegramAcquirer>,
    /// The host link, when there is one. Somebody must run it.
    pub iso8583: Option<Iso8583>,
    /// Further sandbox banks, in the order of the configuration.
    pub more_banks: Vec<Arc<SandboxBank>>,
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
        let keyring = adopt_lookup_key(&store, &*clock, &keyring).await.context("secrets.master_key")?;
        let bank = Arc::new(sandbox_bank(config, &clock).journal(config.data_dir.join("sandbox-bank.jsonl")).build()?);
        let more_banks = more_banks(config, &clock)?;
        let (issuer, wallet) = sandbox_buyers(config, &keyring, &clock)?;
        let iso8583 = match &config.iso8583 {
            Some(link) => Some(Iso8583::new(link.settings()?, Arc::clone(&clock)).context("iso8583")?),
            None => None,
        };
        let telegram = telegram(config, &store, &clock)?;
        let acquirers = acquirers(config, &bank, &more_banks, &wallet, iso8583.as_ref(), telegram.as_ref());
        let acquirers = acquirers.with_test(&config.payments.test_acquirer);
        // Only the sandbox' own cards have an issuer that may be believed.
        let authenticator = is_sandbox(config).then(|| Arc::clone(&issuer) as Arc<dyn Authenticator>);
        let profiles = Profiles::new(store.clone(), Arc::clone(&clock));
        let bins = bins::read(config)?;
        let settings = config.payment_settings();
        let payments = Payments::new(store.clone(), Arc::clone(&clock), acquirers, keyring.clone(), settings)
            .with_actions(authenticator, &config.server.public_url)
            .with_bins(bins.clone())
            .with_profiles(profiles.clone());
        let risk = Risk::new(store.clone(), Arc::clone(&clock));
        risk.ensure_default_limits().await?;
        Ok(Self {
            accounts: Accounts::new(store.clone(), Arc::clone(&clock), keyring.clone()),
            bills: Bills::new(store.clone(), Arc::clone(&clock), keyring.clone(), payments.clone()),
            sites: Sites::new(store.clone(), Arc::clone(&clock), keyring.clone(), payments.clone()),
            issuing: IssuingBanks::new(store.clone(), Arc::clone(&clock), keyring.clone()),
            refunds: Refunds::new(store.clone(), Arc::clone(&clock), payments.clone()),
            disputes: Disputes::new(store.clone(), Arc::clone(&clock), &payments),
            ledger: Ledger::new(store.clone(), Arc::clone(&clock), &payments),
            reconciliation: Reconciliation::new(store.clone(), Arc::clone(&clock)),
            reports: Reports::new(store.clone(), Arc::clone(&clock)),
            merchants: Merchants::new(store.clone(), Arc::clone(&clock)),
            members: Members::new(store.clone(), Arc::clone(&clock), keyring.clone()),
            onboardings: Onboardings::new(store.clone(), Arc::clone(&clock), config.onboarding_terms(offered(config))?),
            endpoints: Endpoints::new(store.clone(), Arc::clone(&clock), keyring.clone()),
            deliveries: DeliveryLog::new(store.clone(), Arc::clone(&clock)),
            inbox: Inbox::new(store.clone(), Arc::clone(&clock)),
            watches: Watches::new(store.clone(), Arc::clone(&clock)),
            audit: Audit::new(store.clone(), Arc::clone(&clock)),
            test_addresses: match &config.mail {
                Some(_) => config.notices.addresses().context("notices.test_addresses")?,
                // Letters are files: nobody is written to.
                None => TestAddresses::any(),
            },
            retention: Retention::new(store.clone(), Arc::clone(&clock), config.retention.settings()),
            memory: BotMemory::new(store.clone(), Arc::clone(&clock)),
            vault: payments.vault(config.vault_settings()),
            payments,
            risk,
            store,
            clock,
            keyring,
            profiles,
            bins,
            bank,
            issuer,
            wallet,
            telegram,
            iso8583,
            more_banks,
            _lock: lock,
        })
    }
}

/// What takes payments in Telegram, when that is configured.
fn telegram(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<TelegramAcquirer>> {
    let payments = &config.telegram.payments;
    let Some(token) = config.telegram_token()?.filter(|_| payments.is_on()) else { return Ok(None) };
    let settings = TelegramPayments {
        provider_token: payments.provider_token.clone(),
        test_provider_token: payments.test_provider_token.clone(),
        stars: payments.stars,
        test_stars: payments.test_stars,
        success_within: std::time::Duration::from_secs(payments.success_within_secs),
    };
    let bot = (&token, config.telegram.api_url.as_ref());
    let acquirer = TelegramAcquirer::new(bot, settings, Charges::new(store.clone()), Arc::clone(clock));
    Ok(Some(acquirer.context("telegram.payments")?))
}

/// The issuers and the wallet of the sandbox, whose pages are below the public address. Their books are
/// files beside the bank's.
fn sandbox_buyers(
    config: &Config,
    keyring: &Keyring,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<(Arc<SandboxIssuer>, Arc<SandboxWallet>)> {
    let site = config.server.public_url.as_str().trim_end_matches('/');
    let issuer = SandboxIssuer::builder(format!("{site}{ISSUER_PATH}"))
        .clock(Arc::clone(clock))
        .journal(config.data_dir.join("sandbox-issuer.jsonl"))
        .build()?;
    // Both ends are here, so the secret of the callbacks follows from the install's own key.
    let secret = Secret::new(keyring.fingerprint("sandbox_wallet", "callbacks"));
    let wallet = SandboxWallet::builder(format!("{site}{WALLET_PATH}"), secret)
        .clock(Arc::clone(clock))
        .journal(config.data_dir.join("sandbox-wallet.jsonl"))
        .build()?;
    Ok((Arc::new(issuer), Arc::new(wallet)))
}

/// Whether there is no bank but the sandbox': only then may its issuers be believed and its wallet pay.
pub(super) fn is_sandbox(config: &Config) -> bool {
    config.payments.acquirer == "sandbox" && config.iso8583.is_none()
}

/// The acquirers, the one that the configuration names first. That it is configured was checked before.
/// The sandbox' wallet is offered only where there is no other bank: its money is not real.
fn acquirers(
    config: &Config,
    bank: &Arc<SandboxBank>,
    more_banks: &[Arc<SandboxBank>],
    wallet: &Arc<SandboxWallet>,
    iso8583: Option<&Iso8583>,
    telegram: Option<&TelegramAcquirer>,
) -> Acquirers {
    let chat = telegram.map(|telegram| Arc::new(telegram.clone()) as Arc<dyn Acquirer>);
    let more = more_banks.iter().map(|bank| Arc::clone(bank) as Arc<dyn Acquirer>).chain(chat);
    let bank = Arc::clone(bank) as Arc<dyn Acquirer>;
    let link = iso8583.map(|link| Arc::new(link.clone()) as Arc<dyn Acquirer>);
    let first_is_link = config.payments.acquirer != "sandbox";
    match link {
        Some(link) if first_is_link => Acquirers::new(link, more.chain([bank])),
        Some(link) => Acquirers::new(bank, more.chain([link])),
        None => Acquirers::new(bank, more.chain([Arc::clone(wallet) as Arc<dyn Acquirer>])),
    }
}

/// The acquirers that applicants choose from. The sandbox moves no real money: it is offered where there is no
/// other.
fn offered(config: &Config) -> Vec<String> {
    let link = config.iso8583.as_ref().map(|link| link.name.clone());
    link.map_or_else(|| vec![config.payments.acquirer.clone()], |link| vec![link])
}

fn sandbox_bank(config: &Config, clock: &Arc<dyn Clock>) -> Builder {
    let silence = std::time::Duration::from_millis(config.payments.sandbox_timeout_ms);
    SandboxBank::builder().clock(Arc::clone(clock)).timeout(silence)
}

/// The further sandbox banks, each with books of its own.
fn more_banks(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Vec<Arc<SandboxBank>>> {
    let open = |name: &String| {
        let books = config.data_dir.join(format!("sandbox-bank-{name}.jsonl"));
        Ok(Arc::new(sandbox_bank(config, clock).name(name).without_faults().journal(books).build()?))
    };
    config.payments.more_sandboxes.iter().map(open).collect()
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
            if !locked(&file).await {
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

/// Takes the lock. Whoever has just ended, or a child that they were starting, may hold it a moment longer.
async fn locked(file: &File) -> bool {
    for _ in 0..LOCK_TRIES {
        if file.try_lock().is_ok() {
            return true;
        }
        tokio::time::sleep(LOCK_PAUSE).await;
    }
    false
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
