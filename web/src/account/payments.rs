//! A buyer's payments: narrowed by where they stand, shop, words and days; page by page.

use askama::Template;
use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::merchant::Mode;
use aviso_core::money::format_minor;
use aviso_core::payment::Search;
use aviso_core::payment::status::Status;
use aviso_core::preference::TimeZone;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::page::{self, Frame};
use super::visitor::Visitor;
use super::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Payments on a page.
pub(super) const PER_PAGE: u64 = 10;
/// The longest text that is looked for.
const TEXT_LEN_MAX: usize = 100;

/// A payment as its buyer sees it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) shop: String,
    pub(super) amount: String,
    pub(super) refunded: Option<String>,
    pub(super) status: String,
    pub(super) at: String,
    pub(super) reference: String,
    pub(super) test: bool,
}

/// Something to choose.
#[derive(Debug)]
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "payments.html")]
struct PaymentsPage {
    frame: Frame,
    payments: Vec<Row>,
    statuses: Vec<Choice>,
    shops: Vec<Choice>,
    text: String,
    from: String,
    until: String,
    from_error: Option<String>,
    until_error: Option<String>,
    is_narrowed: bool,
    is_first: bool,
    newest: String,
    older: Option<String>,
}

/// What is looked for. Empty fields of the form narrow nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PaymentsQuery {
    status: String,
    shop: String,
    text: String,
    from: String,
    until: String,
    before: String,
}

impl PaymentsQuery {
    /// The same search as an address, on the page after this payment.
    fn address(&self, before: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("status", self.status.as_str()),
            ("shop", &self.shop),
            ("text", &self.text),
            ("from", &self.from),
            ("until", &self.until),
            ("before", before.unwrap_or_default()),
        ];
        query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { "/account/payments".to_owned() } else { format!("/account/payments?{query}") }
    }

    fn search(&self, zone: TimeZone) -> Result<Search, Problem> {
        let wrong = |field: &'static str| Problem::new(Code::QueryInvalid, "this is nothing to look for").at(field);
        let text = self.text.trim();
        if text.chars().count() > TEXT_LEN_MAX {
            return Err(wrong("text"));
        }
        Ok(Search {
            status: given(&self.status)
                .map(|name| Status::from_name(name).ok_or_else(|| wrong("status")))
                .transpose()?,
            shop: given(&self.shop).map(|id| id.parse().map_err(|_| wrong("shop"))).transpose()?,
            text: given(text).map(str::to_owned),
            from: day(&self.from, zone, 0).unwrap_or_default(),
            until: day(&self.until, zone, 1).unwrap_or_default(),
        })
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The beginning of a day, so many days later. Nothing for nothing; `Err` when it is no day.
fn day(text: &str, zone: TimeZone, later: u64) -> Result<Option<aviso_core::clock::Timestamp>, ()> {
    let Some(text) = given(text.trim()) else { return Ok(None) };
    zone.day_of(text, later).map(Some).ok_or(())
}

/// `GET /account/payments`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<PaymentsQuery>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let before: Option<PaymentId> = given(&query.before).map(str::parse).transpose().map_err(not_a_payment)?;
    let search = query.search(account.time_zone)?;
    let found = web.payments.search_of_account(account.id, &search, before, PER_PAGE).await?;
    let fault = |text: &str| day(text, account.time_zone, 0).is_err().then(|| words.say("error-day"));
    let shops = web.payments.shops_of_account(account.id).await?;
    let older = found.items.last().filter(|_| found.has_more).map(|last| query.address(Some(&last.id)));
    let page = PaymentsPage {
        frame: Frame::new(&visitor, "payments-title").within("payments"),
        payments: rows(&web, &found.items, words, account.time_zone).await?,
        statuses: Status::ALL
            .iter()
            .map(|status| choice(status.as_str(), status_text(*status, words), &query.status))
            .collect(),
        shops: shops.into_iter().map(|(id, name)| choice(&id.to_string(), name, &query.shop)).collect(),
        from_error: fault(&query.from),
        until_error: fault(&query.until),
        is_narrowed: query.address(None).contains('?'),
        is_first: before.is_none(),
        newest: query.address(None),
        older,
        text: query.text,
        from: query.from,
        until: query.until,
    };
    let status = match (&page.from_error, &page.until_error) {
        (None, None) => problem::DONE,
        (Some(_), _) | (_, Some(_)) => Code::QueryInvalid.status(),
    };
    page::answer(status, &page)
}

fn choice(value: &str, label: String, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label, is_chosen: value == chosen }
}

/// What a status is called.
pub(crate) fn status_text(status: Status, words: Words) -> String {
    words.say(&format!("status-{}", status.as_str().replace('_', "-")))
}

fn not_a_payment(error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::QueryInvalid, error.to_string()).at("before")
}

/// Payments as their buyer sees them.
pub(super) async fn rows(
    web: &WebState,
    found: &[PaymentDocument],
    words: Words,
    zone: TimeZone,
) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    for document in found {
        rows.push(row(web, document, words, zone).await?);
    }
    Ok(rows)
}

async fn row(web: &WebState, document: &PaymentDocument, words: Words, zone: TimeZone) -> Result<Row, Problem> {
    let id: PaymentId = document.id.parse().map_err(not_a_payment)?;
    let details = web.payments.details(id).await?;
    let payment = details.payment;
    let refunded = payment.refunded();
    Ok(Row {
        id: document.id.clone(),
        shop: details.shop,
        amount: payment.amount.format(words.0),
        refunded: (refunded > 0).then(|| format_minor(refunded, payment.currency(), words.0)),
        status: status_text(payment.status(), words),
        at: words.moment(zone, payment.created_at),
        reference: payment.reference.to_string(),
        test: payment.mode == Mode::Test,
    })
}
