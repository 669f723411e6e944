//! What an operator may do on the machine: merchants, keys, staff, the audit log.

mod bank;
mod mail;
mod member;
mod onboarding;
mod profile;
mod reconciliation;
mod reports;
mod snippet;

use std::sync::Arc;

use anyhow::{Context, bail};
use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::clock::SystemClock;
use aviso_core::dispute::NewDispute;
use aviso_core::document::DisputeDocument;
use aviso_core::id::PaymentId;
use aviso_core::ledger::fee::Fee;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::payment::recompute::discrepancies;
use aviso_core::risk::NewLimit;
use aviso_core::site::SiteOrder;

use crate::app::Services;
use crate::cli::AdminCommand;
use crate::config::Config;

/// Carries out one command and gives what to print.
///
/// # Errors
///
/// When the database or the command's values do not allow it.
pub async fn run(config: &Config, command: AdminCommand) -> anyhow::Result<String> {
    let services = Services::open(config, Arc::new(SystemClock)).await?;
    let answer = carry_out(&services, config, command).await?;
    services.store.close().await?;
    Ok(answer)
}

async fn carry_out(services: &Services, config: &Config, command: AdminCommand) -> anyhow::Result<String> {
    match command {
        AdminCommand::CreateMerchant { name, language } => {
            let merchant = services.merchants.create(Actor::Operator, &name, language).await?;
            Ok(format!("{}  {}\nNext: aviso admin issue-key {}", merchant.id, merchant.name, merchant.id))
        }
        AdminCommand::IssueKey { merchant, mode } => {
            let key = services.merchants.issue_key(Actor::Operator, merchant, mode).await?;
            Ok(format!("{}\nKeep it now: it is not shown again.", key.expose()))
        }
        AdminCommand::ChangeSiteKey { merchant } => {
            services.sites.change_key(Actor::Operator, merchant).await?;
            Ok(format!("{merchant} has new site keys: `GET /v1/account` shows each."))
        }
        AdminCommand::SignOrder {
            merchant,
            order_ref,
            amount,
            currency,
            description,
            expires_at,
            return_url,
            mode,
        } => {
            let merchant = merchant.to_string();
            let order = SiteOrder { merchant, order_ref, amount, currency, description, expires_at, return_url };
            let signature = services.sites.sign(mode, &order).await?;
            Ok(snippet::of(config, &order, &signature))
        }
        AdminCommand::Merchants => {
            let merchants = services.merchants.list().await?;
            Ok(merchants.iter().map(|m| format!("{}  {}\n", m.id, m.name)).collect())
        }
        AdminCommand::ShowMerchant { merchant } => profile::show(services, merchant).await,
        AdminCommand::ConfigureMerchant { merchant, file, mode } => {
            profile::configure(services, merchant, mode, &file).await
        }
        AdminCommand::MerchantLogo { merchant, file } => profile::set_logo(services, merchant, file.as_deref()).await,
        AdminCommand::Member(command) => member::run(services, command).await,
        AdminCommand::InviteStaff { name, role } => {
            let ticket = services.accounts.invite_staff(Actor::Operator, &name, role).await?;
            let username = bot_username(config).await?;
            Ok(format!(
                "Send {name} this link: https://t.me/{username}?start=s_{}\n\
                 Tell {name} this number by another way: {}\n\
                 The bot will ask for it. The link works once, for 30 minutes.",
                ticket.token.expose(),
                ticket.match_code
            ))
        }
        AdminCommand::RemoveAuthenticator { email, reason } => {
            let address = EmailAddress::new(&email).context("the e-mail")?;
            match services.accounts.remove_second_factor(Actor::Operator, &address, &reason).await? {
                true => Ok(format!("{email} logs in without a code now, and is told so.")),
                false => bail!("no account with this e-mail has an authenticator"),
            }
        }
        AdminCommand::Bank(command) => bank::carry_out(services, command).await,
        AdminCommand::AddLimit { attribute, window, count, verdict, merchant, reason } => {
            let limit = NewLimit { merchant_id: merchant, attribute, window_secs: window, count_max: count, verdict };
            let limit = services.risk.add_limit(&Actor::Operator, limit, &reason).await?;
            Ok(format!(
                "{}: more than {count} attempts by {} within {window} seconds: {}.",
                limit.id,
                attribute.as_str(),
                verdict.as_str()
            ))
        }
        AdminCommand::SetFee { merchant, mode, currency, method, basis_points, fixed } => {
            let fee = Fee { merchant_id: merchant, mode, currency, method, basis_points, fixed };
            services.ledger.set_fee(Actor::Operator, &fee).await?;
            Ok(format!(
                "{merchant} pays {} % and {fixed} minor units of {currency} ({}, {}).",
                percent(basis_points),
                mode.as_str(),
                fee.method
            ))
        }
        AdminCommand::OpenDispute { payment, amount, reference, reason, respond_by } => {
            let new = NewDispute {
                payment_id: payment,
                minor: amount,
                dispute_ref: reference,
                reason_code: reason,
                respond_by,
            };
            Ok(dispute_line(&services.disputes.open(&Actor::Operator, &new).await?))
        }
        AdminCommand::DecideDispute { dispute, decision } => {
            Ok(dispute_line(&services.disputes.decide(&Actor::Operator, dispute, decision).await?))
        }
        AdminCommand::Onboarding(command) => onboarding::run(services, command).await,
        AdminCommand::PublishNews { file, at, language } => mail::publish(services, &file, at, language).await,
        AdminCommand::News => mail::news(services).await,
        AdminCommand::CancelNews { name } => mail::cancel_news(services, &name).await,
        AdminCommand::Suppressions => mail::suppressions(services).await,
        AdminCommand::Suppress { email, complaint, reason } => {
            mail::suppress(services, &email, complaint, &reason).await
        }
        AdminCommand::Unsuppress { email } => mail::lift(services, &email).await,
        AdminCommand::ReportMail { merchant, time_zone, to, mode } => {
            reports::set(services, merchant, time_zone, &to, mode).await
        }
        AdminCommand::Reconcile(args) => reconciliation::import(services, &args).await,
        AdminCommand::Reconciliation(command) => reconciliation::carry_out(services, command).await,
        AdminCommand::Reports(command) => reports::carry_out(services, command).await,
        AdminCommand::VerifyAudit => match services.audit.verify().await? {
            Ok(rows) => Ok(format!("The audit log is whole: {rows} rows.")),
            Err(broken) => bail!("the audit log is broken at row {}", broken.number),
        },
        AdminCommand::VerifyPayments => verify_payments(services).await,
    }
}

/// Compares every payment with what its operations and decisions say.
async fn verify_payments(services: &Services) -> anyhow::Result<String> {
    const PAGE: u64 = 200;
    let (mut seen, mut wrong) = (0_u64, String::new());
    for merchant in services.merchants.list().await? {
        for mode in [Mode::Test, Mode::Live] {
            let scope = Scope { merchant: merchant.clone(), mode, key_id: None };
            let mut before = None;
            loop {
                let page = services.payments.list(&scope, None, None, before, PAGE).await?;
                for document in &page.items {
                    let id: PaymentId = document.id.parse().context("a payment's own id")?;
                    let found = discrepancies(&services.payments.details(id).await?);
                    wrong.extend(found.iter().map(|one| format!("{id}  {one}\n")));
                    (seen, before) = (seen + 1, Some(id));
                }
                if !page.has_more {
                    break;
                }
            }
        }
    }
    if wrong.is_empty() {
        return Ok(format!("Every payment is what its operations say: {seen} payments."));
    }
    bail!("of {seen} payments some are not what their operations say:\n{wrong}")
}

/// Asks Telegram what the bot is called.
async fn bot_username(config: &Config) -> anyhow::Result<String> {
    let token = config.telegram_token()?.context("telegram.token is not set: there is no bot to invite staff to")?;
    aviso_bot::username(&token, config.telegram.api_url.as_ref())
        .await
        .context("the invitation is made, but Telegram does not tell the bot's name")
}

/// Basis points as people read them: 290 is 2.90.
fn percent(basis_points: i32) -> String {
    format!("{}.{:02}", basis_points / 100, basis_points % 100)
}

fn dispute_line(dispute: &DisputeDocument) -> String {
    let DisputeDocument { id, payment, stage, status, amount_held, currency, .. } = dispute;
    format!("{id}  {payment}  {stage} {status}, {amount_held} minor units of {currency} held or lost")
}
