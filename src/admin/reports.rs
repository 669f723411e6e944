//! The figures of reports on the command line, and who gets registries.

use anyhow::bail;
use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::id::MerchantId;
use aviso_core::merchant::Mode;
use aviso_core::preference::TimeZone;

use crate::app::Services;
use crate::cli::ReportsCommand;

/// Checks the figures, or counts them again.
pub(super) async fn carry_out(services: &Services, command: ReportsCommand) -> anyhow::Result<String> {
    match command {
        ReportsCommand::Verify => verify(services).await,
        ReportsCommand::Rebuild => {
            services.reports.rebuild().await?;
            verify(services).await
        }
    }
}

async fn verify(services: &Services) -> anyhow::Result<String> {
    let found = services.reports.verify().await?;
    if found.is_building {
        return Ok("The figures are being counted from the beginning: there is nothing to compare yet.".to_owned());
    }
    if found.differences.is_empty() {
        return Ok(format!(
            "Every figure is what payments and ledger say: {} cells of {} merchants and modes.",
            found.cells, found.worlds
        ));
    }
    let lines: String = found.differences.iter().map(|line| format!("- {line}\n")).collect();
    bail!("some figures are not what payments and ledger say:\n{lines}`aviso admin reports rebuild` counts them again");
}

/// Sets what a merchant wants of reports.
pub(super) async fn set(
    services: &Services,
    merchant: MerchantId,
    time_zone: TimeZone,
    to: &[EmailAddress],
    mode: Mode,
) -> anyhow::Result<String> {
    let setting = services.reports.set(Actor::Operator, merchant, time_zone, to, mode).await?;
    let who = if setting.recipients.is_empty() { "nobody".to_owned() } else { setting.recipients.join(", ") };
    Ok(format!(
        "Reports of {merchant} follow the clocks of {}. The registry of each day ({}) goes to {who}.",
        setting.time_zone,
        setting.mode.as_str()
    ))
}
