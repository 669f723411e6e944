//! Merchants' profiles on the command line: from a file, and back to the screen.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use aviso_core::audit::Actor;
use aviso_core::id::MerchantId;
use aviso_core::merchant::Mode;
use aviso_core::merchant::logo::Logo;
use aviso_core::port::Acquirer;
use aviso_core::routing::ProfileDraft;

use crate::app::Services;

/// Sets a merchant's profile from a file and says what changed.
///
/// # Errors
///
/// When the file cannot be read or has wrong values; each is named with its key, and nothing is changed.
pub(super) async fn configure(
    services: &Services,
    merchant: MerchantId,
    mode: Mode,
    file: &Path,
) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let draft: ProfileDraft = toml::from_str(&text).with_context(|| file.display().to_string())?;
    let acquirers = services.payments.bank_states();
    let real = services.iso8583.as_ref().map(Acquirer::name);
    let first = services.payments.first_acquirer(mode);
    // Test keys must not reach a bank that moves real money, nor live payments be approved by a sandbox.
    let fits = |name: &str| match (mode, real) {
        (_, None) => true,
        (Mode::Test, Some(real)) => name != real || name == first,
        (Mode::Live, Some(real)) => name == real,
    };
    let names: Vec<&str> = acquirers.iter().map(|(name, _)| name.as_str()).filter(|name| fits(name)).collect();
    let profile = match draft.check(&names) {
        Ok(profile) => profile,
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
            bail!("{} was not taken over:\n{}", file.display(), lines.join("\n"));
        }
    };
    let changes = services.profiles.configure(Actor::Operator, merchant, mode, profile).await?;
    if changes.is_empty() {
        return Ok("Nothing is different: nothing was changed.".to_owned());
    }
    let lines: String = changes.iter().map(|change| format!("{change}\n")).collect();
    Ok(format!("{merchant} {}\n{lines}", mode.as_str()))
}

/// Shows a merchant and its profiles.
///
/// # Errors
///
/// When there is no such merchant.
pub(super) async fn show(services: &Services, merchant: MerchantId) -> anyhow::Result<String> {
    let known = services.merchants.get(merchant).await?;
    let mut text = format!("{}  {}  {}\n", known.id, known.name, known.language.code());
    for mode in [Mode::Test, Mode::Live] {
        let Some(profile) = services.profiles.show(merchant, mode).await? else {
            let _ = writeln!(text, "{}: no profile, everything is accepted", mode.as_str());
            continue;
        };
        let _ = writeln!(text, "{}: version {}", mode.as_str(), profile.version);
        for (key, value) in profile.lines() {
            let _ = writeln!(text, "  {key} = {value}");
        }
    }
    Ok(text)
}

/// Sets a merchant's picture, or takes it away.
pub(super) async fn set_logo(services: &Services, merchant: MerchantId, file: Option<&Path>) -> anyhow::Result<String> {
    let Some(file) = file else {
        services.merchants.set_logo(Actor::Operator, merchant, None).await?;
        return Ok(format!("{merchant} has no picture any more."));
    };
    let content = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let logo = Logo::read(&content).with_context(|| format!("{} is not taken", file.display()))?;
    services.merchants.set_logo(Actor::Operator, merchant, Some(&logo)).await?;
    Ok(format!("{merchant} has a picture of {} × {} pixels in letters.", logo.width, logo.height))
}
