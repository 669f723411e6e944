//! What an operator may do on the machine: merchants, members, banks, staff, shops on their way.

use std::path::PathBuf;

use aviso_core::account::Role;
use aviso_core::account::email::EmailAddress;
use aviso_core::clock::Timestamp;
use aviso_core::dispute::Decision;
use aviso_core::id::{DisputeId, KeyId, MerchantId, PaymentId};
use aviso_core::language::Language;
use aviso_core::ledger::fee::FeeMethod;
use aviso_core::merchant::Mode;
use aviso_core::merchant::member::Rights;
use aviso_core::money::Currency;
use aviso_core::preference::TimeZone;
use aviso_core::risk::{Attribute, Verdict};
use clap::Subcommand;

use super::books::{ReconcileArgs, ReconciliationCommand, ReportsCommand};
use super::parse::{attribute, decision, email, language, mode, role, verdict};

/// What an operator may do on the machine.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Create a merchant.
    CreateMerchant {
        /// What buyers know it by.
        name: String,
        /// The language it is written to in: en, es or ru.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
    },
    /// Issue an API key. It is shown this once.
    IssueKey {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// test or live.
        #[arg(long, default_value = "test", value_parser = mode)]
        mode: Mode,
    },
    /// Give a merchant new keys for the orders that its site signs. What the old ones signed no longer opens.
    ChangeSiteKey {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
    },
    /// Sign an order for a merchant's site: prints a link and a form to put there.
    SignOrder {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// The merchant's order number.
        #[arg(long)]
        order_ref: String,
        /// Minor units.
        #[arg(long)]
        amount: String,
        /// ISO 4217 code.
        #[arg(long)]
        currency: String,
        /// What the buyer reads.
        #[arg(long, default_value = "")]
        description: String,
        /// Until when the order may be begun, RFC 3339.
        #[arg(long)]
        expires_at: String,
        /// Where the page leads back to.
        #[arg(long, default_value = "")]
        return_url: String,
        /// test or live.
        #[arg(long, default_value = "test", value_parser = mode)]
        mode: Mode,
    },
    /// List the merchants.
    Merchants,
    /// Show what a merchant accepts and where its payments go.
    ShowMerchant {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
    },
    /// Set what a merchant accepts and where its payments go, whole, from a file. Prints what changed.
    ConfigureMerchant {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// The profile, TOML.
        file: PathBuf,
        /// test or live.
        #[arg(long, default_value = "test", value_parser = mode)]
        mode: Mode,
    },
    /// Set the picture that stands in letters to a merchant's buyers, or take it away.
    MerchantLogo {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// A PNG or JPEG file of at most 64 KiB and 512 × 512 pixels. Without it the picture is taken away.
        file: Option<PathBuf>,
    },
    /// Say who acts for a merchant, and what each may do.
    #[command(subcommand)]
    Member(MemberCommand),
    /// Invite a member of staff: prints a link for them and a number to tell them apart from it.
    InviteStaff {
        /// Their name.
        name: String,
        /// viewer, agent, senior, finance, admin or owner.
        #[arg(long, default_value = "agent", value_parser = role)]
        role: Role,
    },
    /// Remove the authenticator of a person who lost it and the recovery codes, after support made sure who it is.
    RemoveAuthenticator {
        /// The e-mail of the account.
        email: String,
        /// Why, for the audit log.
        reason: String,
    },
    /// Banks that issue cards and want payments with them confirmed.
    #[command(subcommand)]
    Bank(BankCommand),
    /// More than so many attempts in a window, and the buyer confirms them, staff decide, or they are refused.
    AddLimit {
        /// What is counted by: card, email or ip.
        #[arg(long, value_parser = attribute)]
        attribute: Attribute,
        /// The window in seconds: 60 to 2592000.
        #[arg(long)]
        window: i64,
        /// Attempts that are let through in a window.
        #[arg(long)]
        count: i64,
        /// verify, review or block.
        #[arg(long, default_value = "verify", value_parser = verdict)]
        verdict: Verdict,
        /// Only at this merchant (`mer_…`).
        #[arg(long)]
        merchant: Option<MerchantId>,
        /// Why, for the audit log.
        reason: String,
    },
    /// Set what a merchant pays for taken money.
    SetFee {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// test or live.
        #[arg(long, default_value = "live", value_parser = mode)]
        mode: Mode,
        /// The currency of the payments, like EUR.
        #[arg(long)]
        currency: Currency,
        /// card, wallet:NAME, or * for what has no fee of its own.
        #[arg(long, default_value = "*")]
        method: FeeMethod,
        /// Hundredths of a percent of the amount: 290 is 2.9 %.
        #[arg(long)]
        basis_points: i32,
        /// Minor units for each payment: 30 is 0.30 EUR.
        #[arg(long, default_value_t = 0)]
        fixed: i64,
    },
    /// Write down a dispute that the bank told of by letter or at its own desk.
    OpenDispute {
        /// The payment (`pay_…`).
        payment: PaymentId,
        /// Minor units. Default: all that was taken.
        #[arg(long)]
        amount: Option<i64>,
        /// The bank's own reference of it.
        #[arg(long)]
        reference: Option<String>,
        /// The network's reason code, like 10.4.
        #[arg(long)]
        reason: String,
        /// Until when evidence is taken, RFC 3339.
        #[arg(long)]
        respond_by: Option<Timestamp>,
    },
    /// Write down what the issuer decided about a dispute.
    DecideDispute {
        /// The dispute (`dsp_…`).
        dispute: DisputeId,
        /// won (for the merchant) or lost.
        #[arg(value_parser = decision)]
        decision: Decision,
    },
    /// Decide about shops on their way to live payments.
    #[command(subcommand)]
    Onboarding(OnboardingCommand),
    /// Send a message to everybody who asked for news. Nobody gets one of the same name twice.
    PublishNews {
        /// The message, TOML: `name`, and `[en]`, `[es]`, `[ru]` with `title` and `text`.
        file: PathBuf,
        /// When it begins, RFC 3339. Default: now.
        #[arg(long)]
        at: Option<Timestamp>,
        /// Only to people who read this language: en, es or ru.
        #[arg(long, value_parser = language)]
        language: Option<Language>,
    },
    /// List the latest messages to many, and how far each is.
    News,
    /// Take a message to many back: nobody more is told, and what was not sent yet is not sent.
    CancelNews {
        /// Its name.
        name: String,
    },
    /// List the addresses that take no mail, with what their servers answered.
    Suppressions,
    /// Send no more mail to an address.
    Suppress {
        /// The address.
        email: String,
        /// Its owner reported our mail as spam.
        #[arg(long)]
        complaint: bool,
        /// Why, in words.
        #[arg(long, default_value = "written down by an operator")]
        reason: String,
    },
    /// Let mail to an address through again.
    Unsuppress {
        /// The address.
        email: String,
    },
    /// Say whose clocks a merchant's reports follow, and who gets the registry of each day by mail. Replaces what
    /// was said before.
    ReportMail {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// The time zone, like Europe/Madrid.
        #[arg(long)]
        time_zone: TimeZone,
        /// An address; may be given up to ten times. Nobody gets a registry without.
        #[arg(long = "to", value_name = "EMAIL", value_parser = email)]
        to: Vec<EmailAddress>,
        /// Which operations, test or live.
        #[arg(long, default_value = "live", value_parser = mode)]
        mode: Mode,
    },
    /// Compare an acquirer's settlement file with our books. Nothing is booked by it.
    Reconcile(ReconcileArgs),
    /// List what an acquirer and our books do not agree on, and write down what became of it.
    #[command(subcommand)]
    Reconciliation(ReconciliationCommand),
    /// Check the figures of reports, or count them again.
    #[command(subcommand)]
    Reports(ReportsCommand),
    /// Recompute the hash chain of the audit log.
    VerifyAudit,
    /// Compute every payment again from its messages to banks and decisions, and name those that differ.
    VerifyPayments,
}

/// What an operator may do with the people who act for a merchant.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Make an account a member, or change what it may do. Who has no account yet is invited by mail.
    Add {
        /// The merchant (`mer_…`).
        #[arg(long)]
        merchant: MerchantId,
        /// The e-mail of the account.
        #[arg(long)]
        email: String,
        /// `all`, or some of view,refund,capture,bills,webhooks,keys,members,risk,settings,reports,money.
        #[arg(long)]
        rights: Rights,
    },
    /// List the members of a merchant.
    List {
        /// The merchant (`mer_…`).
        #[arg(long)]
        merchant: MerchantId,
    },
    /// Take a member away.
    Remove {
        /// The merchant (`mer_…`).
        #[arg(long)]
        merchant: MerchantId,
        /// The e-mail of the account.
        #[arg(long)]
        email: String,
    },
}

/// What an operator may do about banks that issue cards.
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    /// Issue a key to a bank, which is added when there is none of this name. The key is shown this once.
    Add {
        /// Its name.
        name: String,
        /// test or live.
        #[arg(long, default_value = "test", value_parser = mode)]
        mode: Mode,
    },
    /// List the banks and their keys.
    List,
    /// Make a key stop working.
    Revoke {
        /// The key (`key_…`).
        key: KeyId,
    },
}

/// What is decided about a shop on its way to live payments.
#[derive(Debug, Subcommand)]
pub enum OnboardingCommand {
    /// List the shops that wait for a step of ours, those that wait longest first.
    List,
    /// Show how a shop stands and the steps that led there.
    Show {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
    },
    /// Approve what waits for a decision: first ours, then the acquirer's.
    Approve {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
    },
    /// Decline an application. The applicant reads the reason and may apply again.
    Decline {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// Why, in words.
        reason: String,
    },
    /// Write down that the connection fee came in. The shop is live then.
    FeePaid {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// The number of the transfer or receipt.
        reference: String,
    },
    /// Stop a shop for a time.
    Suspend {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// Why, in words.
        reason: String,
    },
    /// Let a suspended shop go on.
    Resume {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// Why, in words.
        reason: String,
    },
    /// End a shop. What it took may still be refunded.
    Close {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// Why, in words.
        reason: String,
    },
    /// Make a trial longer.
    ExtendTrial {
        /// The merchant (`mer_…`).
        merchant: MerchantId,
        /// By how many days (1 to 90).
        days: u32,
        /// Why, in words.
        reason: String,
    },
}
