//! Values of the command line; the error says what was expected.

use aviso_core::account::Role;
use aviso_core::account::email::EmailAddress;
use aviso_core::dispute::Decision;
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::reconciliation::Fit;
use aviso_core::risk::{Attribute, Verdict};

pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [one] if !one.is_ascii_alphanumeric() && *one != b'"' => Ok(*one),
        _ => Err("expected one character, like ; or \\t".to_owned()),
    }
}

pub(super) fn fit(text: &str) -> Result<Fit, String> {
    let known = Fit::from_name(text).filter(|fit| *fit != Fit::Matched);
    known.ok_or_else(|| "expected missing, over, under, currency_mismatch, unknown or duplicate".to_owned())
}

pub(super) fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::new(text).map_err(|error| error.to_string())
}

pub(super) fn attribute(text: &str) -> Result<Attribute, String> {
    let counted = [Attribute::Card, Attribute::Email, Attribute::Ip];
    counted.into_iter().find(|one| one.as_str() == text).ok_or_else(|| "expected card, email or ip".to_owned())
}

pub(super) fn verdict(text: &str) -> Result<Verdict, String> {
    let known = Verdict::from_name(text).filter(|verdict| *verdict != Verdict::Allow);
    known.ok_or_else(|| "expected verify, review or block".to_owned())
}

pub(super) fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| "expected en, es or ru".to_owned())
}

pub(super) fn mode(text: &str) -> Result<Mode, String> {
    Mode::from_name(text).ok_or_else(|| "expected test or live".to_owned())
}

pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "expected viewer, agent, senior, finance, admin or owner".to_owned())
}

pub(super) fn decision(text: &str) -> Result<Decision, String> {
    match text {
        "won" => Ok(Decision::Won),
        "lost" => Ok(Decision::Lost),
        _ => Err("expected won or lost".to_owned()),
    }
}
