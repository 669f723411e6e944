//! News, and addresses that take no mail.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::clock::Timestamp;
use aviso_core::language::Language;
use aviso_core::preference::{Broadcast, NewBroadcast, News, NewsText, Progress, SuppressionReason};
use serde::Deserialize;

use crate::app::Services;

/// Addresses that are listed.
const LISTED_MAX: u64 = 1_000;
/// Messages to many that are listed.
const NEWS_LISTED_MAX: u64 = 50;

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

/// Announces a message to everybody who asked for news; the janitor sends it.
pub(super) async fn publish(
    services: &Services,
    file: &Path,
    at: Option<Timestamp>,
    language: Option<Language>,
) -> anyhow::Result<String> {
    let shown = file.display();
    let content = std::fs::read_to_string(file).with_context(|| format!("{shown} cannot be read"))?;
    let read: NewsFile = toml::from_str(&content).with_context(|| format!("{shown} is not a message"))?;
    if let Some(unknown) = read.texts.keys().find(|code| Language::from_code(code).is_none()) {
        bail!("{shown}: [{unknown}] is no language: expected en, es and ru");
    }
    let text = |language: Language| {
        let found = read.texts.get(language.code())?;
        Some(NewsText { title: found.title.trim().to_owned(), text: found.text.trim().to_owned() })
    };
    let news = News::new(&read.name, text).with_context(|| format!("{shown} was not sent"))?;
    let preferences = services.accounts.preferences();
    let new = NewBroadcast { news, language, not_before: at, held: false };
    let broadcast = preferences.announce(&Actor::Operator, &new).await?;
    Ok(format!("{}`aviso admin news` shows how far it is.", line(services, &broadcast).await?))
}

/// Lists the latest messages to many.
pub(super) async fn news(services: &Services) -> anyhow::Result<String> {
    let mut lines = String::new();
    for broadcast in services.accounts.preferences().broadcasts(NEWS_LISTED_MAX).await? {
        lines.push_str(&line(services, &broadcast).await?);
    }
    if lines.is_empty() { Ok("There was no message to many.".to_owned()) } else { Ok(lines) }
}

async fn line(services: &Services, broadcast: &Broadcast) -> anyhow::Result<String> {
    let progress = services.accounts.preferences().progress(broadcast).await?;
    let Progress { people, written, sent, waiting, failed } = progress;
    let language = broadcast.language.map_or("all languages", Language::code);
    Ok(format!(
        "{}  {}, {language}, from {}: {written} of {people} people; messages: {sent} sent, {waiting} waiting, {failed} failed\n",
        broadcast.news.name(),
        broadcast.state.as_str(),
        broadcast.not_before
    ))
}

/// Takes a message to many back.
pub(super) async fn cancel_news(services: &Services, name: &str) -> anyhow::Result<String> {
    let preferences = services.accounts.preferences();
    let found = preferences.broadcast_named(name).await?.with_context(|| format!("there is no message “{name}”"))?;
    preferences.cancel_broadcast(&Actor::Operator, found.id).await?;
    Ok(format!("“{name}” is taken back: nobody more is told of it."))
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
    let what = if complaint { "nothing commercial any more" } else { "no more mail" };
    Ok(format!("{} gets {what}.", email.normal()))
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
