//! What an operator may do with the books: check, look, settle, pay out.

use std::sync::Arc;

use aviso_core::audit::Actor;
use aviso_core::clock::{Clock, SystemClock};
use aviso_core::ledger::account::Account;
use aviso_core::ledger::{AccountBalance, Amount, NewPayout, Report, Settled};
use aviso_core::money::{Money, format_minor};

use crate::app::Services;
use crate::cli::LedgerCommand;
use crate::config::Config;

/// What a command says, and whether all is well.
#[derive(Debug)]
pub struct Answer {
    /// What to print.
    pub text: String,
    /// `false` when the books are wrong.
    pub is_well: bool,
}

/// Carries out one command.
///
/// # Errors
///
/// When the database or the command's values do not allow it.
pub async fn run(config: &Config, command: LedgerCommand) -> anyhow::Result<Answer> {
    let services = Services::open(config, Arc::new(SystemClock)).await?;
    let answer = carry_out(&services, command).await?;
    services.store.close().await?;
    Ok(answer)
}

async fn carry_out(services: &Services, command: LedgerCommand) -> anyhow::Result<Answer> {
    let ledger = &services.ledger;
    let well = |text| Answer { text, is_well: true };
    match command {
        LedgerCommand::Verify => {
            let report = ledger.audit().await?;
            Ok(Answer { text: describe(&report), is_well: report.is_whole() })
        }
        LedgerCommand::Balances { merchant } => {
            let balances = ledger.balances().await?;
            let shown = balances.iter().filter(|one| merchant.is_none_or(|id| id == one.merchant_id));
            Ok(well(shown.map(balance_line).collect()))
        }
        LedgerCommand::Settle { before, merchant } => {
            let before = before.unwrap_or_else(|| SystemClock.now());
            let settled = ledger.settle(&Actor::Operator, before, merchant).await?;
            if settled.is_empty() {
                return Ok(well(format!("There is nothing to settle before {before}.")));
            }
            Ok(well(settled.iter().map(settled_line).collect()))
        }
        LedgerCommand::Payout { merchant, mode, currency, amount } => {
            let amount = match amount {
                Some(text) => Amount::Minor(Money::parse(&text, currency)?.minor()),
                None => Amount::All,
            };
            let new = NewPayout { merchant_id: merchant, mode, currency, amount };
            let payout = ledger.payout(&Actor::Operator, &new).await?;
            Ok(well(format!("{}  {}  to {}", payout.id, payout.amount, payout.merchant_id)))
        }
    }
}

fn describe(report: &Report) -> String {
    let head = if report.head.is_empty() { "none".to_owned() } else { report.head.clone() };
    let mut text = format!(
        "{} transactions sealed, {} not yet; {} payments compared.\nThe newest seal: {} {head}\n",
        report.sealed, report.unsealed, report.payments, report.sealed,
    );
    if report.is_whole() {
        text.push_str("The ledger is whole.");
    } else {
        text.push_str("The ledger is NOT whole:\n");
        text.extend(report.faults.iter().map(|fault| format!("- {fault}\n")));
    }
    text
}

/// Amounts as an accountant expects them: what others owe to the hub is shown above zero, too.
fn balance_line(balance: &AccountBalance) -> String {
    let AccountBalance { merchant_id, mode, currency, account, minor } = balance;
    let owed_to_us = matches!(account, Account::Receivable(_) | Account::Holds(_) | Account::Cash);
    let shown = if owed_to_us { -minor } else { *minor };
    let amount = format_minor(shown, *currency, aviso_core::language::Language::En);
    format!("{merchant_id}  {}  {account}  {amount}\n", mode.as_str())
}

fn settled_line(settled: &Settled) -> String {
    let Settled { merchant_id, mode, currency, moved, cash } = settled;
    let money = |minor: i64| format_minor(minor, *currency, aviso_core::language::Language::En);
    format!("{merchant_id}  {}  to available {}  cash {}\n", mode.as_str(), money(*moved), money(*cash))
}
