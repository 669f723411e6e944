//! News, and addresses that take no mail.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use aviso_core::account::email::EmailAddress;
use aviso_core::preference::{News, NewsText, SuppressionReason};
use serde::Deserialize;

use crate::app::Services;

/// Addresses that are listed.
const LISTED_MAX: u64 = 1_000;

/// A file of news: a table for each language.
#[derive(Debug, Deserialize)]
struct NewsFile {
    name: String,
    #[serde(flatten)]
    texts: BTreeMap<String, TextFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    title: String,
    text: String,
}

/// Sends a message to everybody who asked for news.
pub(super) async fn publish(services: &Services, file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let content = std::fs::read_to_string(file).with_context(|| format!("{shown} cannot be read"))?;
    let read: NewsFile = toml::from_str(&content).with_context(|| format!("{shown} is not a message"))?;
    if let Some(unknown) = read.texts.keys().find(|code| aviso_core::language::Language::from_code(code).is_none()) {
        bail!("{shown}: [{unknown}] is no language: expected en, es and ru");
    }
    let text = |language: aviso_core::language::Language| {
        let found = read.texts.get(language.code())?;
        Some(NewsText { title: found.title.trim().to_owned(), text: found.text.trim().to_owned() })
    };
    let news = News::new(&read.name, text).with_context(|| format!("{shown} was not sent"))?;
    let count = services.accounts.preferences().publish(&news).await?;
    Ok(format!("{count} people are told of “{}”. Who was told of it before is not told again.", read.name))
}

/// Lists the addresses that take no mail.
pub(super) async fn suppressions(services: &Services) -> anyhow::Result<String> {
    let found = services.accounts.preferences().suppressions(LISTED_MAX).await?;
    if found.is_empty() {
        return Ok("Every address takes mail, as far as is known.".to_owned());
    }
    let line = |one: &aviso_core::preference::Suppression| {
        let code = one.code.map(|code| format!("{code} ")).unwrap_or_default();
        format!("{}  {}  since {}  {code}{}\n", one.email_ci, one.reason.as_str(), one.since, one.answer)
    };
    Ok(found.iter().map(line).collect())
}

/// Stops mail to an address.
pub(super) async fn suppress(services: &Services, email: &str, complaint: bool, words: &str) -> anyhow::Result<String> {
    let email = address(email)?;
    let reason = if complaint { SuppressionReason::Complaint } else { SuppressionReason::Manual };
    services.accounts.preferences().suppress(&email, reason, words).await?;
    Ok(format!("{} gets no more mail.", email.normal()))
}

/// Lets mail to an address through again.
pub(super) async fn lift(services: &Services, email: &str) -> anyhow::Result<String> {
    let email = address(email)?;
    if services.accounts.preferences().lift(&email).await? {
        Ok(format!("{} gets mail again.", email.normal()))
    } else {
        bail!("{} was not suppressed", email.normal())
    }
}

fn address(text: &str) -> anyhow::Result<EmailAddress> {
    EmailAddress::new(text).with_context(|| format!("{text} is not an address"))
}
