//! The table of card issuers: read at the start and anew on SIGHUP.

use anyhow::Context;
use aviso_core::bin_table::{BinTable, Bins};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// The table that the configuration names, or the one of test cards.
///
/// # Errors
///
/// When the file cannot be read or has a wrong line.
pub(super) fn read(config: &Config) -> anyhow::Result<Bins> {
    Ok(table(config)?.map(Bins::new).unwrap_or_default())
}

fn table(config: &Config) -> anyhow::Result<Option<BinTable>> {
    let Some(path) = &config.payments.bin_file else { return Ok(None) };
    let key = || format!("payments.bin_file = {}", path.display());
    let text = std::fs::read_to_string(path).with_context(key)?;
    BinTable::parse(&text).map(Some).with_context(key)
}

/// Reads the table anew whenever the process gets SIGHUP. A wrong one is refused and the old one stays.
pub(super) async fn follow(config: Config, bins: Bins, stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        tracing::error!("SIGHUP cannot be received: the table of issuers is read at the start only");
        return stop.cancelled().await;
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.recv() => {}
        }
        match table(&config) {
            Ok(Some(table)) => {
                tracing::info!(ranges = table.len(), "the table of card issuers was read anew");
                bins.replace(table);
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "the table of card issuers stays as it was"),
        }
    }
}
