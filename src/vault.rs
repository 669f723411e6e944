//! What an operator may do with the vault on the machine.

use std::fmt::Write;
use std::sync::Arc;

use aviso_core::audit::Actor;
use aviso_core::clock::SystemClock;
use aviso_core::vault::{KeyReport, Vault};

use crate::app::Services;
use crate::cli::VaultCommand;
use crate::config::Config;

/// Carries out one command and gives what to print.
///
/// # Errors
///
/// When a master key is missing or the database does not allow it.
pub async fn run(config: &Config, command: VaultCommand) -> anyhow::Result<String> {
    let services = Services::open(config, Arc::new(SystemClock)).await?;
    let answer = match command {
        VaultCommand::Status => status(&services.vault.key_report().await?),
        VaultCommand::Reseal { new_data_keys } => reseal(&services.vault, new_data_keys).await?,
        VaultCommand::Thaw { card, reason } => {
            let card = services.vault.thaw(&Actor::Operator, card, &reason).await?;
            format!("{}  {}", card.id, card.state.as_str())
        }
    };
    services.store.close().await?;
    Ok(answer)
}

async fn reseal(vault: &Vault, new_data_keys: bool) -> anyhow::Result<String> {
    let (mut rows, mut cards) = (0, 0);
    loop {
        match vault.reseal_step().await?.rows() {
            0 => break,
            moved => rows += moved,
        }
    }
    if new_data_keys {
        vault.renew_data_keys().await?;
    }
    // Also without new keys: an earlier run may have been stopped half-way.
    loop {
        match vault.reseal_cards_step().await? {
            0 => break,
            moved => cards += moved,
        }
    }
    let report = status(&vault.key_report().await?);
    Ok(format!("Sealed again: {rows} rows, {cards} saved cards.\n{report}"))
}

fn status(report: &KeyReport) -> String {
    let mut text = format!("master key {} (current)\n", report.current);
    for name in &report.previous {
        let _ = writeln!(text, "master key {name} (previous)");
    }
    for (master, keys) in &report.data_keys {
        let _ = writeln!(text, "data keys under {master}: {keys}");
    }
    let _ = writeln!(text, "webhook secrets under another key: {}", report.webhook_secrets);
    let _ = writeln!(text, "held cards under another key: {}", report.held_cards);
    let _ = writeln!(text, "authenticators under another key: {}", report.authenticators);
    let lookup = if report.lookup_is_current { "under the current key" } else { "under another key" };
    let _ = writeln!(text, "keys of fingerprints and links: {lookup}");
    text.push_str(match (report.previous_may_go(), report.previous.is_empty()) {
        (true, true) => "Everything is under the current key.",
        (true, false) => {
            "Everything is under the current key: take the previous ones out of the configuration, and keep them \
             only as long as you keep copies of the database that were made before."
        }
        (false, _) => "Keep the previous keys: run `aviso vault reseal`, or let a serving janitor finish.",
    });
    text
}
