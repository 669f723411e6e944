//! Code for a merchant's own site: an order, signed so that nobody on the way changes it, as a link and a form.

use std::time::Duration;

use aviso_core::money::{Currency, Money};
use aviso_core::payment::action::ReturnUrl;
use aviso_core::payment::text::{Description, OrderRef};
use aviso_core::site::SiteOrder;
use axum::extract::State;
use axum::response::Response;
use url::form_urlencoded;

use super::input::{Faults, Fields, Form, Input};
use super::keys;
use super::member::{Keys, Member, MemberForm};
use super::page::{Block, CabinetPage, Link};
use crate::account::words::Words;
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// For how long an order may be begun when nothing else is said.
const DAYS: u64 = 30;
const DAYS_MAX: u64 = 366;

/// The form before anybody typed.
pub(super) fn blank() -> Fields {
    Fields::default().with("days", DAYS.to_string())
}

/// The form.
pub(super) fn form(member: &Member<Keys>, fields: &Fields, faults: &Faults) -> Form {
    let words = member.words();
    let line = |id, kind, label: &str| Input::line(id, kind, words.say(label)).filled(fields, faults);
    Form::post(member, "/keys/site", "cab-site-sign")
        .input(line("order", "text", "cab-order"))
        .input(line("amount", "text", "cab-amount"))
        .input(line("currency", "text", "cab-currency"))
        .input(line("description", "text", "payment-for").optional())
        .input(line("return_url", "url", "cab-return-url").optional())
        .input(line("days", "number", "cab-bill-days"))
}

fn read(web: &WebState, member: &Member<Keys>, fields: &Fields, faults: &mut Faults) -> Option<SiteOrder> {
    let words: Words = member.words();
    let given = |id: &str| Some(fields.get(id)).filter(|text| !text.is_empty());
    let order = faults.take("order", OrderRef::new(fields.get("order")), || words.say("cab-error-order"));
    let currency = fields.get("currency").to_uppercase().parse::<Currency>();
    let currency = faults.take("currency", currency, || words.say("cab-error-currency"));
    let amount = currency.and_then(|currency| {
        let amount = Money::parse(fields.get("amount"), currency);
        faults.take("amount", amount, || words.say("cab-error-amount"))
    });
    let description = given("description").map(Description::new).transpose();
    let description = faults.take("description", description, || words.say("cab-error-description"));
    let back = given("return_url").map(ReturnUrl::new).transpose();
    let back = faults.take("return_url", back, || words.say("cab-error-url"));
    let days = fields.get("days").parse::<u64>().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or(());
    let days = faults.take("days", days, || words.say("cab-error-days"));
    let (order, amount) = (order?, amount?);
    let (_, _) = (description?, back?);
    Some(SiteOrder {
        merchant: member.scope.merchant.id.to_string(),
        order_ref: order.as_str().to_owned(),
        amount: amount.minor().to_string(),
        currency: amount.currency().code().to_owned(),
        description: fields.get("description").to_owned(),
        expires_at: web.clock.now().after(Duration::from_secs(days? * 86_400)).to_string(),
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
    let fields = [
        ("merchant", order.merchant.as_str()),
        ("order_ref", &order.order_ref),
        ("amount", &order.amount),
        ("currency", &order.currency),
        ("description", &order.description),
        ("expires_at", &order.expires_at),
        ("return_url", &order.return_url),
        ("signature", &signature),
    ];
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given.clone()).finish();
    let inputs: String = given
        .map(|(name, value)| format!("  <input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escaped(value)))
        .collect();
    let button = words.say("cab-site-button");
    let html = format!("<form method=\"post\" action=\"{start}\">\n{inputs}  <button>{button}</button>\n</form>");
    CabinetPage::new(&member, "cab-site", "/keys")
        .with(Block::Text(words.say("cab-site-done")))
        .with(Block::Code(words.say("cab-site-link"), format!("{start}?{query}")))
        .with(Block::Code(words.say("cab-site-form"), html))
        .with(Block::Links(vec![Link::new(member.path("/keys"), words.say("cab-keys-back"))]))
        .shown()
}

/// A text inside a quoted attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
