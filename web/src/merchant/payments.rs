//! A merchant's payments: narrowed in every way that helps to find one, page by page, and kept fresh.

use aviso_core::account::Account;
use aviso_core::clock::Timestamp;
use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::money::{Currency, Money, format_minor};
use aviso_core::payment::status::Status;
use aviso_core::payment::{MethodKind, ShopSearch};
use axum::extract::State;
use axum::response::Response;
use url::form_urlencoded;

use super::input::{Choice, Faults, Fields, Form, Input};
use super::member::{Member, View};
use super::page::{Badge, Block, CabinetPage, Link, Tile};
use crate::account::payment::brand;
use crate::account::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Payments on a page.
const PER_PAGE: u64 = 25;
/// The longest text that is looked for.
const TEXT_LEN_MAX: usize = 100;
/// What the search looks at, in the order of the form.
const FIELDS: [&str; 11] =
    ["text", "status", "order", "email", "last4", "method", "currency", "from", "until", "least", "most"];

/// What a status is called here; a merchant is told more plainly than a buyer.
pub(super) fn status_text(words: Words, status: Status) -> String {
    words.say(&format!("cab-status-{}", status.as_str().replace('_', "-")))
}

/// The badge of a payment's status.
pub(super) fn status_badge(words: Words, status: Status) -> Badge {
    let text = status_text(words, status);
    match status {
        Status::Captured | Status::PartiallyCaptured | Status::Authorized => Badge::good(text),
        Status::Declined | Status::Expired => Badge::bad(text),
        Status::RequiresPaymentMethod
        | Status::RequiresAction
        | Status::InReview
        | Status::Processing
        | Status::PartiallyRefunded
        | Status::Refunded
        | Status::Voided => Badge::plain(text),
    }
}

/// `GET …/payments`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<View>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let search = search(&query, &member.account, member.words(), &mut faults);
    let before: Option<PaymentId> = query.before()?;
    // Before the list is read, so that nothing between the two is missed.
    let newest =
        web.payments.events(&member.scope, None, None, 1).await?.items.first().map(|event| event.id.to_string());
    let found = web.payments.search_of_merchant(&member.scope, &search, before, PER_PAGE).await?;
    let mut tiles = Vec::with_capacity(found.items.len());
    for document in &found.items {
        tiles.push(tile(&member, document)?);
    }
    let older = found.items.last().filter(|_| found.has_more).map(|last| last.id.clone());
    let words = member.words();
    let mut ways = Vec::new();
    if address(&member, &query, None).contains('?') {
        ways.push(Link::new(member.path("/payments"), words.say("cab-search-all")));
    }
    if before.is_some() {
        ways.push(Link::new(address(&member, &query, None), words.say("account-newest")));
    }
    ways.extend(older.map(|last| Link::new(address(&member, &query, Some(&last)), words.say("account-older"))));
    let source = member.path(&format!("/payments/live?after={}", newest.unwrap_or_default()));
    let status = if faults.is_empty() { problem::DONE } else { Code::QueryInvalid.status() };
    let asked = FIELDS.iter().any(|id| query.given(id).is_some());
    let form = form(&member, &query, &faults);
    // The list comes first, on a telephone most of all; who has asked sees what for.
    let search = if asked { Block::Form(form) } else { Block::Folded(words.say("search-button"), form) };
    CabinetPage::new(&member, "cab-payments", "/payments")
        .with(search)
        .with(Block::Live(source, tiles))
        .with(Block::Links(ways))
        .live()
        .answer(status)
}

fn address<R>(member: &Member<R>, query: &Fields, before: Option<&str>) -> String {
    let fields = FIELDS.iter().map(|id| (*id, query.get(id))).chain(before.map(|id| ("before", id)));
    let given = fields.filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    let path = member.path("/payments");
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

fn form<R>(member: &Member<R>, query: &Fields, faults: &Faults) -> Form {
    let words = member.words();
    let any = |words: Words| Choice::new("", words.say("search-any"), "-");
    let line = |id, kind, label: &str| Input::line(id, kind, words.say(label)).optional().filled(query, faults);
    let choices = |id: &str, all: Vec<(&'static str, String)>| {
        let chosen = query.get(id);
        let rest = all.into_iter().map(|(value, label)| Choice::new(value, label, chosen));
        std::iter::once(any(words)).chain(rest).collect::<Vec<_>>()
    };
    let statuses = Status::ALL.iter().map(|status| (status.as_str(), status_text(words, *status))).collect();
    let methods =
        MethodKind::ALL.iter().map(|kind| (kind.as_str(), words.say(&format!("cab-method-{}", kind.as_str()))));
    let methods = methods.collect();
    Form::get(member, "/payments", "search-button")
        .input(line("text", "search", "cab-search-text"))
        .input(Input::select("status", words.say("search-status"), choices("status", statuses)).faulted(faults))
        .input(line("order", "text", "cab-order"))
        .input(line("email", "email", "cab-email"))
        .input(line("last4", "text", "cab-last4"))
        .input(Input::select("method", words.say("cab-method"), choices("method", methods)).faulted(faults))
        .input(line("currency", "text", "cab-currency"))
        .input(line("from", "date", "search-from"))
        .input(line("until", "date", "search-until"))
        .input(line("least", "text", "cab-least"))
        .input(line("most", "text", "cab-most"))
}

/// What is looked for. A field with a fault narrows nothing.
fn search(query: &Fields, account: &Account, words: Words, faults: &mut Faults) -> ShopSearch {
    let text = |id: &str| Some(query.get(id).to_owned()).filter(|text| !text.is_empty());
    let mut search = ShopSearch { order_ref: text("order"), ..ShopSearch::default() };
    if let Some(wanted) = text("text") {
        let short = if wanted.chars().count() <= TEXT_LEN_MAX { Ok(wanted) } else { Err(()) };
        search.text = faults.take("text", short, || words.say("cab-error-text"));
    }
    if let Some(name) = text("status") {
        search.status = faults.take("status", Status::from_name(&name).ok_or(()), || words.say("cab-error-choice"));
    }
    if let Some(name) = text("method") {
        search.method = faults.take("method", MethodKind::from_name(&name).ok_or(()), || words.say("cab-error-choice"));
    }
    if let Some(email) = text("email") {
        let whole = if email.contains('@') { Ok(email.to_lowercase()) } else { Err(()) };
        search.email = faults.take("email", whole, || words.say("cab-error-email"));
    }
    if let Some(last4) = text("last4") {
        let four = last4.len() == 4 && last4.bytes().all(|byte| byte.is_ascii_digit());
        search.last4 = faults.take("last4", if four { Ok(last4) } else { Err(()) }, || words.say("cab-error-last4"));
    }
    if let Some(code) = text("currency") {
        let currency = code.to_uppercase().parse::<Currency>();
        search.currency = faults.take("currency", currency, || words.say("cab-error-currency"));
    }
    for (id, place) in [("least", &mut search.amount_min), ("most", &mut search.amount_max)] {
        if let Some(amount) = text(id) {
            // How many decimals an amount has depends on its currency.
            let minor = search.currency.ok_or(()).and_then(|one| Money::parse(&amount, one).map_err(|_| ()));
            *place = faults.take(id, minor, || words.say("cab-error-amount-of")).map(Money::minor);
        }
    }
    let day = |id: &'static str, later: u64, faults: &mut Faults| -> Option<Timestamp> {
        let day = account.time_zone.day_of(&text(id)?, later);
        faults.take(id, day.ok_or(()), || words.say("error-day"))
    };
    search.from = day("from", 0, faults);
    search.until = day("until", 1, faults);
    search
}

fn tile(member: &Member<View>, document: &PaymentDocument) -> Result<Tile, Problem> {
    let words = member.words();
    let broken = || Problem::new(Code::InternalError, "a payment's document is not readable");
    let currency: Currency = document.currency.parse().map_err(|_| broken())?;
    let at: Timestamp = document.created_at.parse().map_err(|_| broken())?;
    let status = Status::from_name(&document.status).ok_or_else(broken)?;
    let method = match (&document.card, &document.wallet) {
        (Some(card), _) => Some(format!("{} •• {}", brand(&card.brand), card.last4)),
        (None, Some(wallet)) => Some(wallet.clone()),
        (None, None) => None,
    };
    let mut badges = vec![status_badge(words, status)];
    if document.amount_disputed > 0 {
        badges.push(Badge::bad(words.say("cab-disputed")));
    }
    let refunded = (document.amount_refunded > 0).then(|| {
        let amount = format_minor(document.amount_refunded, currency, words.0);
        words.tell("cab-refunded", &[("amount", &amount)])
    });
    let line = [Some(member.moment(at)), method, Some(document.reference.clone()), refunded];
    Ok(Tile {
        head: document.order_ref.clone(),
        href: Some(member.path(&format!("/payments/{}", document.id))),
        aside: Some(format_minor(document.amount, currency, words.0)),
        badges,
        lines: vec![line.into_iter().flatten().collect::<Vec<_>>().join(" · ")],
        forms: Vec::new(),
    })
}
