//! Settlement files on the command line, and what does not fit.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::money::{Currency, format_minor};
use aviso_core::reconciliation::{Fit, ITEMS_MAX, Item, ItemFilter, Layout, NewImport};
use aviso_core::report::Period;

use crate::app::Services;
use crate::cli::{ReconcileArgs, ReconciliationCommand};

/// Imports an acquirer's file and says how it fits.
pub(super) async fn import(services: &Services, args: &ReconcileArgs) -> anyhow::Result<String> {
    let known = services.payments.bank_states();
    if !known.iter().any(|(name, _)| *name == args.acquirer) {
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        bail!("--acquirer {}: expected one of {}", args.acquirer, names.join(", "));
    }
    let period = Period { first: args.from, last: args.to, zone: args.time_zone };
    let (from, until) = period.bounds().context("--from, --to")?;
    let mut layout = Layout { delimiter: args.delimiter, ..Layout::default() };
    for mapping in &args.map {
        layout = layout.mapped(mapping).context("--map")?;
    }
    let shown = args.file.display();
    let new = NewImport { acquirer: args.acquirer.clone(), file_name: file_name(&args.file), layout, from, until };
    let found = services
        .reconciliation
        .import(&Actor::Operator, &new, || File::open(&args.file))
        .await
        .with_context(|| shown.to_string())?;
    let counts: Vec<String> = Fit::ALL
        .iter()
        .filter_map(|fit| found.counts.get(fit.as_str()).map(|count| format!("{count} {}", fit.as_str())))
        .collect();
    let counts = if counts.is_empty() { "no lines, and nothing missing".to_owned() } else { counts.join(", ") };
    let again = if found.again { "The file was imported before: nothing was done.\n" } else { "" };
    let open = services.reconciliation.open().await?.iter().map(|(_, _, count)| count).sum::<i64>();
    Ok(format!("{again}{}  {counts}\n{open} items wait: aviso admin reconciliation list", found.id))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().chars().take(120).collect()).unwrap_or_default()
}

/// Lists or resolves what does not fit.
pub(super) async fn carry_out(services: &Services, command: ReconciliationCommand) -> anyhow::Result<String> {
    match command {
        ReconciliationCommand::List { acquirer, status, all, after } => {
            let filter = ItemFilter { acquirer, fit: status, resolved: all };
            let items = services.reconciliation.items(&filter, after).await?;
            if items.is_empty() {
                return Ok("Nothing waits.".to_owned());
            }
            let mut text: String = items.iter().map(line).collect();
            if let Some(last) = items.last().filter(|_| items.len() as u64 == ITEMS_MAX) {
                text.push_str(&format!("There may be more: --after {}", last.id));
            }
            Ok(text)
        }
        ReconciliationCommand::Resolve { item, reason } => {
            let item = services.reconciliation.resolve(&Actor::Operator, item, &reason).await?;
            Ok(format!("{} is resolved: {reason}", item.id))
        }
    }
}

fn line(item: &Item) -> String {
    let money = |minor: i64, currency: Currency| format_minor(minor, currency, Language::En);
    let operation = item.operation.map_or_else(|| "no message of ours".to_owned(), |id| id.to_string());
    let place = item.line.map_or_else(|| "in no file".to_owned(), |line| format!("line {line} of {}", item.import));
    let says = item.amount.map(|minor| format!(", settled {}", money(minor, item.currency))).unwrap_or_default();
    let expected = item.expected.map(|(minor, currency)| format!(", expected {}", money(minor, currency)));
    let resolved = item.resolved.as_ref().map(|one| format!("  resolved {} by {}: {}", one.at, one.by, one.reason));
    format!(
        "{}  {}  {}  {} rrn {}  {operation}  {place}{says}{}{}\n",
        item.id,
        item.acquirer,
        item.fit.as_str(),
        item.kind.as_str(),
        if item.acquirer_ref.is_empty() { "–" } else { &item.acquirer_ref },
        expected.unwrap_or_default(),
        resolved.unwrap_or_default()
    )
}
