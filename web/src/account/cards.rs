//! A buyer's saved cards: taken away, or frozen by who does not know them.

use askama::Template;
use aviso_core::id::CardId;
use aviso_core::merchant::Mode;
use aviso_core::vault::card::CardState;
use aviso_core::vault::{Vault, VaultError, VaultSettings};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::page::{self, Frame};
use super::payment::brand;
use super::visitor::Visitor;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// A card in the list.
#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    shop: String,
    expiry: String,
    since: String,
    is_frozen: bool,
    test: bool,
}

#[derive(Debug, Template)]
#[template(path = "cards.html")]
struct CardsPage {
    frame: Frame,
    done: Option<String>,
    cards: Vec<Row>,
}

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// Which card.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CardForm {
    card: String,
}

/// The vault, of which a person needs no setting.
pub(crate) fn vault(web: &WebState) -> Vault {
    web.payments.vault(VaultSettings::default())
}

/// `GET /account/cards`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<DoneQuery>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let cards = vault(&web).cards_of_account(account.id).await?;
    let row = |(card, shop): (aviso_core::vault::card::SavedCard, String)| Row {
        id: card.id.to_string(),
        name: format!("{} •• {}", brand(card.face.brand.as_str()), card.face.last4),
        shop,
        expiry: format!("{:02}/{}", card.face.exp_month, card.face.exp_year),
        since: words.day(account.time_zone, card.consent_at),
        is_frozen: card.state == CardState::Frozen,
        test: card.mode == Mode::Test,
    };
    let done = match query.done.as_deref() {
        Some("removed") => Some(words.say("done-card-removed")),
        Some("frozen") => Some(words.say("done-card-frozen")),
        Some(_) | None => None,
    };
    let frame = Frame::new(&visitor, "cards-title").within("cards");
    page::answer(problem::DONE, &CardsPage { frame, done, cards: cards.into_iter().map(row).collect() })
}

fn read(id: &str) -> Result<CardId, Problem> {
    id.parse().map_err(|_| Problem::new(Code::CardNotFound, "there is no such card"))
}

/// `POST /account/cards/remove`. A card that is gone already is no fault.
pub(super) async fn remove(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<CardForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    vault(&web).remove_own(account.id, read(&form.card)?).await.map_err(|error: VaultError| Problem::from(error))?;
    Ok(Redirect::to("/account/cards?done=removed").into_response())
}

/// `POST /account/cards/freeze`.
pub(super) async fn freeze(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<CardForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    vault(&web).freeze_own(account.id, read(&form.card)?).await?;
    Ok(Redirect::to("/account/cards?done=frozen").into_response())
}
