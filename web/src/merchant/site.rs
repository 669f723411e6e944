//! Code for a merchant's own site: an order, signed so that nobody on the way changes it, as a link and a form.

use aviso_core::payment::action::ReturnUrl;
use aviso_core::site::SiteOrder;
use axum::extract::State;
use axum::response::Response;

use super::input::{Faults, Fields, Form, Input};
use super::member::{Keys, Member, MemberForm};
use super::page::{Block, CabinetPage, Link};
use super::snippet::Snippet;
use super::{keys, order};
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// For how many days an order may be begun when nothing else is said.
pub(super) const DAYS: u64 = 30;

/// The form.
pub(super) fn form(member: &Member<Keys>, fields: &Fields, faults: &Faults) -> Form {
    let words = member.words();
    let back = Input::line("return_url", "url", words.say("cab-return-url")).optional().filled(fields, faults);
    let form = Form::post(member, "/keys/site", "cab-site-sign");
    order::inputs(words, fields, faults).into_iter().fold(form, Form::input).input(back)
}

fn read(web: &WebState, member: &Member<Keys>, fields: &Fields, faults: &mut Faults) -> Option<SiteOrder> {
    let words = member.words();
    let ordered = order::read(words, fields, faults);
    let back = fields.given("return_url").map(ReturnUrl::new).transpose();
    faults.take("return_url", back, || words.say("cab-error-url"))?;
    let ordered = ordered?;
    Some(SiteOrder {
        merchant: member.scope.merchant.id.to_string(),
        order_ref: ordered.order_ref.as_str().to_owned(),
        amount: ordered.amount.minor().to_string(),
        currency: ordered.amount.currency().code().to_owned(),
        description: fields.get("description").to_owned(),
        expires_at: web.clock.now().after(ordered.lasts).to_string(),
        return_url: fields.get("return_url").to_owned(),
    })
}

/// `POST …/keys/site`.
pub(super) async fn sign(
    State(web): State<WebState>,
    MemberForm(member, fields): MemberForm<Keys, Fields>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(order) = read(&web, &member, &fields, &mut faults) else {
        return keys::answer(&web, &member, false, (&fields, &faults), Code::FieldInvalid.status()).await;
    };
    let signature = web.sites.sign(member.scope.mode, &order).await?;
    member.note(&web, "site.sign_order", &order.order_ref, format!("{} {}", order.amount, order.currency)).await?;
    let words = member.words();
    let start = web.config.address("/pay/start");
    let Snippet { link, form } = Snippet::new(&start, &order, &signature, &words.say("cab-site-button"));
    CabinetPage::new(&member, "cab-site", "/keys")
        .with(Block::Text(words.say("cab-site-done")))
        .with(Block::Code(words.say("cab-site-link"), link))
        .with(Block::Code(words.say("cab-site-form"), form))
        .with(Block::Links(vec![Link::new(member.path("/keys"), words.say("cab-keys-back"))]))
        .shown()
}
