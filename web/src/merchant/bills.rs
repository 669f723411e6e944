//! A merchant's bills: a list, and a form to make one.

use aviso_core::account::email::EmailAddress;
use aviso_core::bill::{Bill, BillError, BillState, NewBill};
use aviso_core::id::BillId;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::input::{Faults, Fields, Form, Input};
use super::member::{Bills, Member, MemberForm};
use super::order;
use super::page::{Badge, Block, CabinetPage, Link, Tile};
use crate::account::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Bills on a page.
const PER_PAGE: u64 = 25;
/// How long a bill may be paid when nothing else is said.
const DAYS: u64 = 7;

/// The badge of a bill's state.
pub(super) fn state_badge(words: Words, state: BillState) -> Badge {
    let text = words.say(&format!("cab-bill-{}", state.as_str()));
    match state {
        BillState::Paid => Badge::good(text),
        BillState::Declined | BillState::Expired => Badge::bad(text),
        BillState::Open | BillState::Cancelled => Badge::plain(text),
    }
}

/// `GET …/bills`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Bills>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let fields = order::blank(DAYS);
    answer(&web, &member, &query, (&fields, &Faults::default()), problem::DONE).await
}

async fn answer(
    web: &WebState,
    member: &Member<Bills>,
    query: &Fields,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let before: Option<BillId> = query.before()?;
    let found = web.bills.list(&member.scope, None, before, PER_PAGE).await?;
    let older = found.items.last().filter(|_| found.has_more).map(|last| {
        Block::Links(vec![Link::new(member.path(&format!("/bills?before={}", last.id)), words.say("account-older"))])
    });
    let tiles = found.items.iter().map(|bill| tile(member, bill)).collect();
    let form = form(member, fields, faults);
    let page = CabinetPage::new(member, "cab-bills", "/bills");
    let page = if faults.is_empty() {
        page.with(Block::Folded(words.say("cab-bill-new"), form))
    } else {
        page.with(Block::Alert(words.say("error-summary"))).with(Block::Form(form))
    };
    page.list(tiles, "cab-nothing").with(older).answer(status)
}

fn tile(member: &Member<Bills>, bill: &Bill) -> Tile {
    let words = member.words();
    let until = format!("{} {}", words.say("cab-until"), member.moment(bill.expires_at));
    let what = bill.description.as_ref().map(|text| text.as_str().to_owned());
    Tile {
        head: bill.order_ref.as_str().to_owned(),
        href: Some(member.path(&format!("/bills/{}", bill.id))),
        aside: Some(bill.amount.format(words.0)),
        badges: vec![state_badge(words, bill.state)],
        lines: [Some(until), what].into_iter().flatten().collect(),
        forms: Vec::new(),
    }
}

fn form(member: &Member<Bills>, fields: &Fields, faults: &Faults) -> Form {
    let words = member.words();
    let email = Input::line("email", "email", words.say("cab-email")).optional().filled(fields, faults);
    let form = Form::post(member, "/bills", "cab-bill-create");
    let form = order::inputs(words, fields, faults).into_iter().fold(form, Form::input);
    form.input(email.hint(words.say("cab-bill-mail")))
}

/// `POST …/bills`.
pub(super) async fn create(
    State(web): State<WebState>,
    MemberForm(member, fields): MemberForm<Bills, Fields>,
) -> Result<Response, Problem> {
    let words = member.words();
    let mut faults = Faults::default();
    let made = match read(&web, words, &fields, &mut faults) {
        Some(new) => match web.bills.create(&member.scope, new).await {
            Ok(bill) => Some(bill),
            Err(BillError::OrderRefTaken) => {
                faults.add("order", words.say("cab-error-order-taken"));
                None
            }
            Err(BillError::Expiry) => {
                faults.add("days", words.say("cab-error-days"));
                None
            }
            Err(BillError::CurrencyNotAccepted(_)) => {
                faults.add("currency", words.say("cab-error-currency-refused"));
                None
            }
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    match made {
        Some(bill) => {
            member.note(&web, "bill.create", bill.id, bill.amount.to_string()).await?;
            Ok(member.to(&format!("/bills/{}?done=made", bill.id)))
        }
        None => answer(&web, &member, &Fields::default(), (&fields, &faults), Code::FieldInvalid.status()).await,
    }
}

fn read(web: &WebState, words: Words, fields: &Fields, faults: &mut Faults) -> Option<NewBill> {
    let ordered = order::read(words, fields, faults);
    let email = fields.given("email").map(EmailAddress::new).transpose();
    let email = faults.take("email", email, || words.say("cab-error-email"));
    let ordered = ordered?;
    Some(NewBill {
        order_ref: ordered.order_ref,
        amount: ordered.amount,
        description: ordered.description,
        email: email?,
        language: None,
        return_url: None,
        expires_at: Some(web.clock.now().after(ordered.lasts)),
    })
}
