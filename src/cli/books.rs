//! What an operator may do with the books: ledger, figures, settlement files.

use std::path::PathBuf;

use aviso_core::clock::Timestamp;
use aviso_core::id::{MerchantId, MismatchId};
use aviso_core::merchant::Mode;
use aviso_core::money::Currency;
use aviso_core::preference::TimeZone;
use aviso_core::reconciliation::Fit;
use aviso_core::report::Day;
use clap::{Args, Subcommand};

use super::parse::{delimiter, fit, mode};

/// What an operator may do with the books.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Recompute the hash chain and every balance, and compare them with the payments.
    Verify,
    /// Print every balance.
    Balances {
        /// Only those about this merchant's money (`mer_…`).
        #[arg(long)]
        merchant: Option<MerchantId>,
    },
    /// The acquirers paid for what was taken before a moment: make it available to merchants.
    Settle {
        /// The moment, RFC 3339. Default: now.
        #[arg(long)]
        before: Option<Timestamp>,
        /// Only this merchant (`mer_…`).
        #[arg(long)]
        merchant: Option<MerchantId>,
    },
    /// Write down that available money was paid out to a merchant, and tell it.
    Payout {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// test or live.
        #[arg(long, default_value = "live", value_parser = mode)]
        mode: Mode,
        /// The currency, like EUR.
        #[arg(long)]
        currency: Currency,
        /// How much, like 12.50. Default: all that may be paid out.
        #[arg(long)]
        amount: Option<String>,
    },
}

/// What an operator may do with figures.
#[derive(Debug, Subcommand)]
pub enum ReportsCommand {
    /// Compute every figure again from payments and ledger, and name those that differ.
    Verify,
    /// Count everything again. Until it is done reports are computed from payments and ledger, slowly.
    Rebuild,
}

/// A settlement file.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// The acquirer whose file it is.
    #[arg(long)]
    pub acquirer: String,
    /// The first day that the file settles. What is of these days and in no file is missing.
    #[arg(long)]
    pub from: Day,
    /// The last day that the file settles.
    #[arg(long)]
    pub to: Day,
    /// On whose clocks these days are.
    #[arg(long, default_value = "UTC")]
    pub time_zone: TimeZone,
    /// A field whose column is called otherwise: `amount=Betrag`. The fields are operation, rrn, kind, amount and
    /// currency; may be given for each.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub map: Vec<String>,
    /// What stands between values: one character.
    #[arg(long, default_value = ",", value_parser = delimiter)]
    pub delimiter: u8,
    /// The file, CSV in UTF-8 with the names of its columns in the first line.
    pub file: PathBuf,
}

/// What an operator may do with what does not fit.
#[derive(Debug, Subcommand)]
pub enum ReconciliationCommand {
    /// List what waits, oldest first.
    List {
        /// Only of this acquirer.
        #[arg(long)]
        acquirer: Option<String>,
        /// Only missing, over, under, currency_mismatch, unknown or duplicate.
        #[arg(long, value_parser = fit)]
        status: Option<Fit>,
        /// What was resolved, too.
        #[arg(long)]
        all: bool,
        /// Only behind this item (`rci_…`).
        #[arg(long)]
        after: Option<MismatchId>,
    },
    /// Write down that something is settled.
    Resolve {
        /// The item (`rci_…`).
        item: MismatchId,
        /// Why, for the audit log.
        reason: String,
    },
}
