//! A shop on its way to live payments: each step as its applicant is told of it.

use aviso_core::onboarding::Stage;

use super::ComposeError;
use super::draft::{Draft, Source, Tone, written};
use crate::clean;

pub(super) fn letter(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let event = &source.job.event;
    let facts = &event.audience.facts;
    let missing = ComposeError::Missing { kind: event.kind, part: "stage" };
    let stage = facts.get("stage").and_then(|name| Stage::from_name(name)).ok_or(missing)?;
    let moment = |key: &str| facts.get(key).and_then(|at| written(at)).map(|at| source.words.moment(at));
    let id = if facts.contains_key("over") { "onboarding-trial-over" } else { id_of(stage) };
    let tone = if stage == Stage::Live { Tone::Done } else { Tone::Plain };
    let mut draft = Draft::new(id, tone).with("shop", source.shop()).with("until", moment("until").unwrap_or_default());
    let reason = facts.get("reason").and_then(|reason| clean::line(reason, 200));
    draft = draft.row(reason.map(|reason| source.row("label-reason", reason)));
    draft = draft.row(moment("expected").map(|until| source.row("label-expected", until)));
    let fee = facts.get("fee").and_then(|minor| minor.parse().ok()).zip(facts.get("currency"));
    if let Some((minor, currency)) = fee {
        draft = draft.row(source.row("label-fee", source.money(minor, currency)?));
    }
    let path = format!("/account/shops/{}", facts.get("merchant").map(String::as_str).unwrap_or_default());
    Ok(draft.row(source.date_row()).button(source.button("button-shop", &path)))
}

const fn id_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Trial => "onboarding-trial",
        Stage::InReview => "onboarding-in-review",
        Stage::BankReview => "onboarding-bank-review",
        Stage::Declined => "onboarding-declined",
        Stage::Contract => "onboarding-contract",
        Stage::Fee => "onboarding-fee",
        Stage::Live => "onboarding-live",
        Stage::Suspended => "onboarding-suspended",
        Stage::Closed => "onboarding-closed",
    }
}
