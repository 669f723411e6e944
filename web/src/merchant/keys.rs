//! API keys of one mode: made, shown once, taken back. And where the code for a site is signed.

use aviso_core::id::KeyId;
use aviso_core::merchant::{Key, MerchantError};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::input::{Faults, Fields, Form};
use super::member::{At, Keys, Member, MemberForm};
use super::page::{Badge, Block, CabinetPage, Link, Tile};
use super::{order, site};
use crate::account::form::NoFields;
use crate::extract::ApiQuery;
use crate::problem::{self, Problem};
use crate::state::WebState;

/// `GET …/keys`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Keys>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let fields = order::blank(site::DAYS);
    answer(&web, &member, query.get("done") == "revoked", (&fields, &Faults::default()), problem::DONE).await
}

/// The page, with what is wrong with an order that was to be signed.
pub(super) async fn answer(
    web: &WebState,
    member: &Member<Keys>,
    is_revoked: bool,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let keys = web.merchants.keys(member.scope.merchant.id, member.scope.mode).await?;
    let site = site::form(member, fields, faults);
    let page = CabinetPage::new(member, "cab-keys", "/keys")
        .with(is_revoked.then(|| Block::Done(words.say("cab-done-key"))))
        .with(Block::Text(words.say("cab-keys-lead")))
        .list(keys.iter().map(|key| tile(member, key)).collect(), "cab-nothing")
        .with(Block::Form(Form::post(member, "/keys", "cab-key-make")))
        .with(Block::Head(words.say("cab-site")))
        .with(Block::Text(words.say("cab-site-lead")));
    let page = if faults.is_empty() {
        page.with(Block::Folded(words.say("cab-site-new"), site))
    } else {
        page.with(Block::Alert(words.say("error-summary"))).with(Block::Form(site))
    };
    page.answer(status)
}

fn tile(member: &Member<Keys>, key: &Key) -> Tile {
    let words = member.words();
    let head = format!("sk_{}_…{}", key.mode.as_str(), key.last4);
    let used = match key.used_at {
        Some(at) => format!("{} {}", words.say("cab-used"), member.moment(at)),
        None => words.say("cab-never-used"),
    };
    let made = format!("{} {}", words.say("cab-made"), member.moment(key.created_at));
    let revoke = Form::post(member, &format!("/keys/{}/revoke", key.id), "cab-key-revoke").small(&head);
    let (badge, forms) = match key.revoked_at {
        Some(_) => (Badge::bad(words.say("cab-key-revoked")), Vec::new()),
        None => (Badge::good(words.say("cab-key-valid")), vec![revoke]),
    };
    Tile { head, badges: vec![badge], lines: vec![made, used], forms, ..Tile::default() }
}

/// `POST …/keys`: the answer shows the key, once.
pub(super) async fn create(
    State(web): State<WebState>,
    MemberForm(member, NoFields {}): MemberForm<Keys, NoFields>,
) -> Result<Response, Problem> {
    let key = web.merchants.issue_key(member.actor(), member.scope.merchant.id, member.scope.mode).await?;
    let words = member.words();
    CabinetPage::new(&member, "cab-key", "/keys")
        .with(Block::Done(words.say("cab-shown-once")))
        .with(Block::Code(words.say("cab-key"), key.expose().to_owned()))
        .with(Block::Links(vec![Link::new(member.path("/keys"), words.say("cab-keys-back"))]))
        .shown()
}

/// `POST …/keys/{id}/revoke`. A second time changes nothing.
pub(super) async fn revoke(
    State(web): State<WebState>,
    At(id): At<KeyId>,
    MemberForm(member, NoFields {}): MemberForm<Keys, NoFields>,
) -> Result<Response, Problem> {
    let (merchant, mode) = (member.scope.merchant.id, member.scope.mode);
    match web.merchants.revoke_key(member.actor(), merchant, mode, id).await {
        Ok(()) => Ok(member.to("/keys?done=revoked")),
        Err(MerchantError::KeyNotFound(_)) if is_known(&web, &member, id).await? => Ok(member.to("/keys?done=revoked")),
        Err(error) => Err(error.into()),
    }
}

async fn is_known(web: &WebState, member: &Member<Keys>, id: KeyId) -> Result<bool, Problem> {
    let keys = web.merchants.keys(member.scope.merchant.id, member.scope.mode).await?;
    Ok(keys.iter().any(|key| key.id == id))
}
