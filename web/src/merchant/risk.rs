//! A merchant's own lists against fraud, and the limits that count for it.

use aviso_core::id::ListEntryId;
use aviso_core::payment::text::Reason;
use aviso_core::risk::{Attribute, Limit, List, ListEntry, ListError, NewEntry};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::input::{Choice, Faults, Fields, Form, Input};
use super::member::{At, Member, MemberForm, Risk};
use super::page::{Badge, Block, CabinetPage, Tile};
use crate::account::form::NoFields;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Entries that are shown, the newest first.
const ENTRIES: u64 = 200;

/// `GET …/risk`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Risk>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    answer(&web, &member, query.get("done"), (&Fields::default(), &Faults::default()), problem::DONE).await
}

async fn answer(
    web: &WebState,
    member: &Member<Risk>,
    done: &str,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let merchant = member.scope.merchant.id;
    let done = match done {
        "added" => Some(Block::Done(words.say("cab-done-listed"))),
        "removed" => Some(Block::Done(words.say("cab-done-unlisted"))),
        _ => None,
    };
    let entries = web.risk.entries_of(merchant, ENTRIES).await?;
    let limits = web.risk.limits_of(merchant).await?;
    CabinetPage::new(member, "cab-risk", "/risk")
        .with(done)
        .with(Block::Head(words.say("cab-lists")))
        .with(Block::Text(words.say("cab-lists-lead")))
        .list(entries.iter().map(|entry| tile(member, entry)).collect(), "cab-nothing")
        .with(Block::Form(form(member, fields, faults)))
        .with(Block::Head(words.say("cab-limits")))
        .with(Block::Text(words.say("cab-limits-lead")))
        .list(limits.iter().map(|limit| limit_tile(member, limit)).collect(), "cab-nothing")
        .answer(status)
}

fn form(member: &Member<Risk>, fields: &Fields, faults: &Faults) -> Form {
    let words = member.words();
    let lists = List::ALL
        .map(|list| Choice::new(list.as_str(), words.say(&format!("cab-list-{}", list.as_str())), fields.get("list")));
    let kinds = Attribute::ALL.map(|kind| {
        Choice::new(kind.as_str(), words.say(&format!("cab-attribute-{}", kind.as_str())), fields.get("attribute"))
    });
    Form::post(member, "/risk", "cab-list-add")
        .input(Input::select("list", words.say("cab-list"), lists.into()).faulted(faults))
        .input(Input::select("attribute", words.say("cab-attribute"), kinds.into()).faulted(faults))
        .input(
            Input::line("value", "text", words.say("cab-value"))
                .hint(words.say("cab-value-hint"))
                .filled(fields, faults),
        )
        .input(Input::line("reason", "text", words.say("cab-reason")).filled(fields, faults))
}

fn tile(member: &Member<Risk>, entry: &ListEntry) -> Tile {
    let words = member.words();
    let text = words.say(&format!("cab-list-{}", entry.list.as_str()));
    let badge = match entry.list {
        List::Block => Badge::bad(text),
        List::Trust | List::Allow => Badge::good(text),
        List::Gray => Badge::plain(text),
    };
    let what = words.say(&format!("cab-attribute-{}", entry.attribute.as_str()));
    let remove = Form::post(member, &format!("/risk/{}/remove", entry.id), "cab-remove").small(&entry.value);
    Tile {
        head: entry.value.clone(),
        badges: vec![badge],
        lines: vec![format!("{what} · {}", member.moment(entry.created_at)), entry.reason.clone()],
        forms: vec![remove],
        ..Tile::default()
    }
}

fn limit_tile(member: &Member<Risk>, limit: &Limit) -> Tile {
    let words = member.words();
    let count = limit.count_max.map(|count| words.tell("cab-limit-count", &[("number", &count.to_string())]));
    let amount = limit.amount_max.map(|(minor, currency)| {
        let amount = aviso_core::money::format_minor(minor, currency, words.0);
        words.tell("cab-limit-amount", &[("amount", &amount)])
    });
    let minutes = (limit.window_secs / 60).to_string();
    let window = words.tell("cab-limit-window", &[("number", &minutes)]);
    let whose = words.say(if limit.merchant_id.is_some() { "cab-limit-own" } else { "cab-limit-platform" });
    Tile {
        head: words.say(&format!("cab-attribute-{}", limit.attribute.as_str())),
        badges: vec![Badge::plain(words.say(&format!("cab-verdict-{}", limit.verdict.as_str())))],
        lines: [count, amount, Some(window), Some(whose)].into_iter().flatten().collect(),
        ..Tile::default()
    }
}

/// `POST …/risk`.
pub(super) async fn add(
    State(web): State<WebState>,
    MemberForm(member, fields): MemberForm<Risk, Fields>,
) -> Result<Response, Problem> {
    let words = member.words();
    let mut faults = Faults::default();
    let list = List::from_name(fields.get("list")).ok_or(());
    let list = faults.take("list", list, || words.say("cab-error-choice"));
    let attribute = Attribute::from_name(fields.get("attribute")).ok_or(());
    let attribute = faults.take("attribute", attribute, || words.say("cab-error-choice"));
    let reason = faults.take("reason", Reason::new(fields.get("reason")), || words.say("cab-error-reason"));
    if let (Some(list), Some(attribute), Some(reason)) = (list, attribute, reason) {
        let new = NewEntry {
            merchant_id: Some(member.scope.merchant.id),
            list,
            attribute,
            value: fields.get("value").to_owned(),
            reason,
            author: member.account.id.to_string(),
            expires_at: None,
        };
        match web.risk.add_entry(&member.actor(), &new).await {
            Ok(_) => return Ok(member.to("/risk?done=added")),
            Err(ListError::Value { .. } | ListError::NotFound | ListError::Limit) => {
                faults.add("value", words.say("cab-error-value"));
            }
            Err(ListError::Store(error)) => return Err(error.into()),
        }
    }
    answer(&web, &member, "", (&fields, &faults), Code::FieldInvalid.status()).await
}

/// `POST …/risk/{id}/remove`.
pub(super) async fn remove(
    State(web): State<WebState>,
    At(id): At<ListEntryId>,
    MemberForm(member, NoFields {}): MemberForm<Risk, NoFields>,
) -> Result<Response, Problem> {
    match web.risk.remove_entry_of(&member.actor(), member.scope.merchant.id, id).await {
        Ok(()) => Ok(member.to("/risk?done=removed")),
        Err(ListError::Store(error)) => Err(error.into()),
        Err(error) => Err(Problem::new(Code::RouteNotFound, error.to_string())),
    }
}
