//! Who did what for a merchant.

use aviso_core::audit::AuditRow;
use axum::extract::State;
use axum::response::Response;

use super::input::Fields;
use super::member::{Member, Settings};
use super::page::{Block, CabinetPage, Link, Tile};
use crate::extract::ApiQuery;
use crate::problem::Problem;
use crate::state::WebState;

/// Rows on a page.
const PER_PAGE: u64 = 50;

/// `GET …/audit`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Settings>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let words = member.words();
    let before: Option<i64> = query.before()?;
    let found = web.audit.of_merchant(member.scope.merchant.id, before, PER_PAGE).await?;
    let people = web.members.list(member.scope.merchant.id).await?;
    let who = |actor: &str| {
        let known = people.iter().find(|one| one.account_id.to_string() == actor);
        known.map_or_else(|| actor.to_owned(), |one| one.email.clone())
    };
    let tile = |row: &AuditRow| {
        let change = [&row.before, &row.after].map(String::as_str);
        let change = match change {
            ["", after] => after.to_owned(),
            [before, ""] => before.to_owned(),
            [before, after] => format!("{before} → {after}"),
        };
        let first = format!("{} · {}", member.moment(row.at), who(&row.actor));
        let rest = [row.subject.clone(), change, row.reason.clone()].into_iter().filter(|line| !line.is_empty());
        Tile { head: row.action.clone(), lines: std::iter::once(first).chain(rest).collect(), ..Tile::default() }
    };
    let older = found.items.last().filter(|_| found.has_more).map(|last| {
        Block::Links(vec![Link::new(
            member.path(&format!("/audit?before={}", last.number)),
            words.say("account-older"),
        )])
    });
    CabinetPage::new(&member, "cab-audit", "/audit")
        .with(Block::Text(words.say("cab-audit-lead")))
        .list(found.items.iter().map(tile).collect(), "cab-nothing")
        .with(older)
        .shown()
}
