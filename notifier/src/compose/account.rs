//! Letters about an account.

use aviso_core::account::link::LinkPurpose;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};

pub(super) fn registered(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let facts = &source.job.event.audience.facts;
    if facts.contains_key("existing") {
        let button = source.button("button-login", "/login");
        return Ok(Draft::new("account-existing", Tone::Plain).row(source.date_row()).button(button));
    }
    if facts.contains_key("again") {
        let button = source.link_button("button-confirm", "/confirm")?;
        return Ok(Draft::new("account-confirm-again", Tone::Plain).row(source.date_row()).button(button));
    }
    let id = if facts.contains_key("telegram") { "account-registered-in-bot" } else { "account-registered" };
    let button = source.link_button("button-confirm", "/confirm")?;
    Ok(Draft::new(id, Tone::Plain).row(source.date_row()).button(button))
}

pub(super) fn password_reset(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let button = source.link_button("button-reset", "/reset")?;
    let until = source.words.moment(source.happened_at().after(LinkPurpose::ResetPassword.lifetime()));
    Ok(signed(Draft::new("account-password-reset", Tone::Plain), source).with("until", until).button(button))
}

pub(super) fn email_confirmed(source: &Source<'_>) -> Draft {
    Draft::new("account-email-confirmed", Tone::Done)
        .row(source.date_row())
        .button(source.button("button-account", "/account"))
}

pub(super) fn password_changed(source: &Source<'_>) -> Draft {
    notice("account-password-changed", source)
}

pub(super) fn telegram_linked(source: &Source<'_>) -> Draft {
    let draft = notice("account-telegram-linked", source);
    draft.row(source.fact("name").map(|name| source.row("label-telegram", name)))
}

pub(super) fn telegram_unlinked(source: &Source<'_>) -> Draft {
    let draft = notice("account-telegram-unlinked", source);
    draft.row(source.fact("name").map(|name| source.row("label-telegram", name)))
}

pub(super) fn login(source: &Source<'_>) -> Draft {
    let device = source.fact("device").unwrap_or_else(|| source.words.say("device-unknown"));
    Draft::new("account-login", Tone::Plain)
        .row(source.row("label-device", device))
        .row(source.date_row())
        .button(source.button("button-security", "/account/security"))
}

pub(super) fn recovery_code_used(source: &Source<'_>) -> Draft {
    let draft = notice("account-recovery-code-used", source);
    draft.row(source.fact("left").map(|left| source.row("label-codes-left", left)))
}

pub(super) fn verifier_set(source: &Source<'_>) -> Draft {
    let changed = source.job.event.audience.facts.get("what").is_some_and(|what| what == "changed");
    notice(if changed { "account-verifier-changed" } else { "account-verifier-set" }, source)
}

pub(super) fn closing(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let button = source.link_button("button-close", "/account/close")?;
    let until = source.words.moment(source.happened_at().after(LinkPurpose::CloseAccount.lifetime()));
    Ok(signed(Draft::new("account-closing", Tone::Plain), source).with("until", until).button(button))
}

pub(super) fn closed(source: &Source<'_>) -> Draft {
    Draft::new("account-closed", Tone::Plain).row(source.date_row())
}

/// A security notice: something about the account changed, check that it was you.
pub(super) fn notice(id: &'static str, source: &Source<'_>) -> Draft {
    signed(Draft::new(id, Tone::Plain), source).button(source.button("button-security", "/account/security"))
}

/// With the device, when it is known, and the time.
fn signed(draft: Draft, source: &Source<'_>) -> Draft {
    draft.row(source.fact("device").map(|device| source.row("label-device", device))).row(source.date_row())
}
