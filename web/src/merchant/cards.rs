//! Cards that a merchant's customers saved.

use aviso_core::id::CardId;
use aviso_core::merchant::member::Right;
use aviso_core::vault::card::{CardState, SavedCard};
use axum::extract::State;
use axum::response::Response;

use super::input::{Fields, Form};
use super::member::{At, Member, MemberForm, Settings, View};
use super::page::{Badge, Block, CabinetPage, Link, Tile};
use crate::account::cards::vault;
use crate::account::form::NoFields;
use crate::account::payment::brand;
use crate::extract::ApiQuery;
use crate::problem::Problem;
use crate::state::WebState;

/// Cards on a page.
const PER_PAGE: u64 = 25;

/// `GET …/cards`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<View>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let words = member.words();
    let before: Option<CardId> = query.before()?;
    let found = vault(&web).cards(&member.scope, None, before, PER_PAGE).await?;
    let older = found.items.last().filter(|_| found.has_more).map(|last| {
        Block::Links(vec![Link::new(member.path(&format!("/cards?before={}", last.id)), words.say("account-older"))])
    });
    let done = (query.get("done") == "removed").then(|| Block::Done(words.say("cab-done-card")));
    CabinetPage::new(&member, "cab-cards", "/cards")
        .with(Block::Text(words.say("cab-cards-lead")))
        .with(done)
        .list(found.items.iter().map(|card| tile(&member, card)).collect(), "cab-nothing")
        .with(older)
        .shown()
}

fn tile(member: &Member<View>, card: &SavedCard) -> Tile {
    let words = member.words();
    let face = &card.face;
    let head = format!("{} •• {}", brand(face.brand.as_str()), face.last4);
    let text = words.say(&format!("cab-card-{}", card.state.as_str()));
    let badge = match card.state {
        CardState::Active => Badge::good(text),
        CardState::Frozen => Badge::bad(text),
        CardState::Pending | CardState::Expired | CardState::Removed => Badge::plain(text),
    };
    let may_remove = card.state.is_kept() && member.rights.has(Right::Settings);
    let remove =
        may_remove.then(|| Form::post(member, &format!("/cards/{}/remove", card.id), "cab-remove").small(&head));
    let line = format!("{} · {:02}/{}", card.customer.as_str(), face.exp_month, face.exp_year);
    let used = format!("{} {}", words.say("cab-used"), member.moment(card.last_used_at));
    Tile { head, badges: vec![badge], lines: vec![line, used], forms: remove.into_iter().collect(), ..Tile::default() }
}

/// `POST …/cards/{id}/remove`. A second time changes nothing.
pub(super) async fn remove(
    State(web): State<WebState>,
    At(id): At<CardId>,
    MemberForm(member, NoFields {}): MemberForm<Settings, NoFields>,
) -> Result<Response, Problem> {
    vault(&web).remove(&member.scope, id).await?;
    member.note(&web, "card.remove", id, "").await?;
    Ok(member.to("/cards?done=removed"))
}
