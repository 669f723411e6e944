//! The command line.

mod admin;
mod books;
mod parse;

use std::path::PathBuf;

use aviso_core::id::CardId;
use clap::{Args, Parser, Subcommand};

pub use admin::{AdminCommand, BankCommand, MemberCommand, OnboardingCommand};
pub use books::{LedgerCommand, ReconcileArgs, ReconciliationCommand, ReportsCommand};

/// A self-hosted payment hub that talks.
#[derive(Debug, Parser)]
#[command(name = "aviso", version, about)]
pub struct Cli {
    /// The configuration file. Default: `aviso.toml` in the working folder, if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the hub.
    Serve(ServeArgs),
    /// Run the hub with local stand-ins for Telegram, mail and a shop, and a page to watch them on.
    Sandbox(SandboxArgs),
    /// Bring the database to the newest schema.
    Migrate,
    /// Check the configuration and print it without secrets.
    CheckConfig,
    /// Change the master key, and look after saved cards.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Manage merchants, keys and staff, and verify the audit log.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Check the books, look at balances, settle, pay out.
    #[command(subcommand)]
    Ledger(LedgerCommand),
}

/// How to run the hub.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Which parts to run in this process.
    #[arg(long, value_delimiter = ',', default_value = "web,bot,notifier,webhooks,janitor")]
    pub roles: Vec<RoleName>,
    /// Migrate the database first. SQLite is always migrated.
    #[arg(long)]
    pub migrate: bool,
}

/// A part of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleName {
    /// API and pages.
    Web,
    /// The bot and its notices.
    Bot,
    /// Mail.
    Notifier,
    /// Signed callbacks.
    Webhooks,
    /// Unknown outcomes, expiry, planning of deliveries.
    Janitor,
}

/// How to run the sandbox.
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// Where the page is.
    #[arg(long, default_value = "127.0.0.1:8088")]
    pub page: std::net::SocketAddr,
}

/// What an operator may do with the vault.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Say which master keys the database still needs.
    Status,
    /// Move everything to the current master key.
    Reseal {
        /// Give every merchant a new data key, too, and seal every saved card again.
        #[arg(long)]
        new_data_keys: bool,
    },
    /// Make a frozen card usable again, with its mandates, after the buyer was heard.
    Thaw {
        /// The saved card (`card_…`).
        card: CardId,
        /// Why, for the audit log.
        reason: String,
    },
}
