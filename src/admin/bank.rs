//! Banks that issue cards: their keys.

use aviso_core::audit::Actor;
use aviso_core::issuing::BankKey;

use crate::app::Services;
use crate::cli::BankCommand;

/// Carries out one command and gives what to print.
pub(super) async fn carry_out(services: &Services, command: BankCommand) -> anyhow::Result<String> {
    match command {
        BankCommand::Add { name, mode } => {
            let (bank, key) = services.issuing.add(Actor::Operator, &name, mode).await?;
            Ok(format!("{}  {}\nIts key, shown this once:\n{}", bank.id, bank.name, key.expose()))
        }
        BankCommand::List => {
            let mut lines = Vec::new();
            for (bank, keys) in services.issuing.list().await? {
                lines.push(format!("{}  {}", bank.id, bank.name));
                let line = |key: &BankKey| format!("  {}  {}  …{}", key.id, key.mode.as_str(), key.last4);
                lines.extend(keys.iter().map(line));
            }
            Ok(if lines.is_empty() { "There are no banks.".to_owned() } else { lines.join("\n") })
        }
        BankCommand::Revoke { key } => {
            services.issuing.revoke(Actor::Operator, key).await?;
            Ok(format!("{key} no longer works."))
        }
    }
}
