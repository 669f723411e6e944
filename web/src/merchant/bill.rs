//! One bill: its link, the link as a QR code, and taking it back.

use aviso_core::bill::{BillError, BillState};
use aviso_core::id::BillId;
use axum::extract::State;
use axum::response::Response;

use super::bills::state_badge;
use super::input::{Fields, Form};
use super::member::{At, Bills, Member, MemberForm};
use super::page::{Block, CabinetPage, Link};
use crate::account::form::NoFields;
use crate::extract::ApiQuery;
use crate::problem::Problem;
use crate::state::WebState;

/// `GET …/bills/{id}`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Bills>,
    At(id): At<BillId>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let bill = web.bills.get(&member.scope, id).await?;
    let words = member.words();
    let done = match query.get("done") {
        "made" => Some(Block::Done(words.say("cab-done-bill"))),
        "cancelled" => Some(Block::Done(words.say("cab-done-bill-cancelled"))),
        "changed" => Some(Block::Alert(words.say("cab-state-changed"))),
        _ => None,
    };
    let path = format!("/pay/b/{}", web.bills.secret(bill.id).expose());
    let facts = [
        Some((words.say("payment-order"), bill.order_ref.as_str().to_owned())),
        bill.description.as_ref().map(|text| (words.say("payment-for"), text.as_str().to_owned())),
        bill.email.as_ref().map(|email| (words.say("cab-email"), email.as_str().to_owned())),
        Some((words.say("payment-at"), member.moment(bill.created_at))),
        Some((words.say("cab-until"), member.moment(bill.expires_at))),
    ];
    let page = CabinetPage::new(&member, "cab-bill", "/bills")
        .with(done)
        .with(Block::Total(bill.amount.format(words.0), vec![state_badge(words, bill.state)]))
        .with(Block::Facts(facts.into_iter().flatten().collect()));
    let page = if bill.may_be_paid(web.clock.now()) {
        let form = Form::post(&member, &format!("/bills/{id}/cancel"), "cab-bill-cancel").danger();
        page.with(Block::Code(words.say("cab-bill-link"), web.config.address(&path)))
            .with(Block::Picture(format!("{path}/qr.svg"), words.say("cab-bill-qr")))
            .with(Some(form).filter(|_| bill.state == BillState::Open).map(Block::Form))
    } else {
        page
    };
    let payment = bill.payment_id.map(|id| member.path(&format!("/payments/{id}")));
    let ways = payment.map(|path| Link::new(path, words.say("cab-bill-payment")));
    let all = Link::new(member.path("/bills"), words.say("cab-bills-back"));
    page.with(Block::Links(ways.into_iter().chain([all]).collect())).shown()
}

/// `POST …/bills/{id}/cancel`.
pub(super) async fn cancel(
    State(web): State<WebState>,
    At(id): At<BillId>,
    MemberForm(member, NoFields {}): MemberForm<Bills, NoFields>,
) -> Result<Response, Problem> {
    match web.bills.cancel(&member.scope, id).await {
        Ok(bill) => {
            member.note(&web, "bill.cancel", bill.id, "").await?;
            Ok(member.to(&format!("/bills/{id}?done=cancelled")))
        }
        Err(BillError::NotOpen(_) | BillError::Payment(_)) => Ok(member.to(&format!("/bills/{id}?done=changed"))),
        Err(error) => Err(error.into()),
    }
}
