//! Bills: the page behind a payment link, and the link as a QR code.

use aviso_core::bill::{BillError, BillState, OpenBill};
use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use qrcode::QrCode;
use qrcode::render::svg;

use super::super::form::PageForm;
use super::super::visitor::Visitor;
use super::card_form::{PayForm, Refused};
use super::order::{Chosen, Order, see};
use super::page::{PayPage, Tone};
use crate::limit::Caller;
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// The least width and height of the code's picture, in pixels.
const QR_SIZE: u32 = 240;

async fn found(web: &WebState, secret: &str) -> Result<OpenBill, Problem> {
    let open = web.bills.behind(secret).await?;
    open.ok_or_else(|| Problem::new(Code::LinkInvalid, "this address leads to no bill"))
}

/// The page of the bill's payment, once it has one.
fn payment_page(web: &WebState, open: &OpenBill) -> Option<String> {
    open.bill.payment_id.map(|id| format!("/pay/{}", web.payments.checkout_secret(id).expose()))
}

/// `GET /pay/b/{secret}`. Opening it makes no payment: mail scanners open links, too.
pub(super) async fn show(
    State(web): State<WebState>,
    uri: Uri,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let open = found(&web, &secret).await?;
    let order = Order::of_bill(&web, &open, &visitor, &uri).await?;
    match payment_page(&web, &open) {
        Some(path) => Ok(see(&format!("{path}{}", order.query()))),
        None => page(&web, &open, &order).answer(&order, None),
    }
}

/// `POST /pay/b/{secret}`: makes the bill's payment, or takes the one that somebody made, and pays it.
pub(super) async fn submit(
    State(web): State<WebState>,
    uri: Uri,
    Path(secret): Path<String>,
    Caller(address): Caller,
    PageForm(visitor, form): PageForm<PayForm>,
) -> Result<Response, Problem> {
    let open = found(&web, &secret).await?;
    let order = Order::of_bill(&web, &open, &visitor, &uri).await?;
    let refused = match form.chosen(&web, &order, address) {
        Ok(chosen) => match pay(&web, &open, &order, chosen).await? {
            Ok(onward) => return Ok(onward),
            Err(refused) => refused,
        },
        Err(refused) => refused,
    };
    page(&web, &open, &order).answer(&order, Some(&refused))
}

async fn pay(
    web: &WebState,
    open: &OpenBill,
    order: &Order,
    chosen: Chosen,
) -> Result<Result<Response, Refused>, Problem> {
    let Chosen { confirmation, form, saved } = chosen;
    let payment = match web.bills.payment(open).await {
        Ok(payment) => payment,
        // Its page says so.
        Err(BillError::NotOpen(_)) => return Ok(Ok(see(&format!("{}{}", order.path, order.query())))),
        Err(error) => return Err(error.into()),
    };
    match web.payments.pay(open.scope.clone(), payment, form, confirmation).await {
        Ok(()) => Ok(Ok(order.onward(&format!("/pay/{}", web.payments.checkout_secret(payment).expose())))),
        Err(error) => Refused::by(error, saved).map(Err),
    }
}

/// The page of a bill that has no payment.
fn page(web: &WebState, open: &OpenBill, order: &Order) -> PayPage {
    let shop = [("shop", order.shop())];
    let (words, page) = (order.words, PayPage::new(order));
    match open.bill.state {
        BillState::Open if open.bill.may_be_paid(web.clock.now()) => page.asks_to_pay(),
        BillState::Cancelled => page.says(Tone::Stopped, "pay-cancelled").text(words.tell("pay-cancelled-text", &shop)),
        // The last two have a payment, whose page is shown instead.
        BillState::Open | BillState::Expired | BillState::Paid | BillState::Declined => {
            page.says(Tone::Stopped, "pay-expired").text(words.tell("pay-expired-text", &shop))
        }
    }
}

/// `GET /pay/b/{secret}/qr.svg`.
pub(super) async fn qr(State(web): State<WebState>, Path(secret): Path<String>) -> Result<Response, Problem> {
    let open = found(&web, &secret).await?;
    let url = web.config.address(&format!("/pay/b/{}", web.bills.secret(open.bill.id).expose()));
    let code = QrCode::new(url).map_err(|error| {
        tracing::error!(%error, "a QR code cannot be written");
        Problem::new(Code::InternalError, "the address is too long for a QR code")
    })?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(QR_SIZE, QR_SIZE).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
