//! Bills: payment links.

use aviso_core::account::email::EmailAddress;
use aviso_core::bill::{Bill, BillState, NewBill, bill_document};
use aviso_core::document::BillDocument;
use aviso_core::id::BillId;
use aviso_core::language::Language;
use aviso_core::money::{Currency, Money};
use aviso_core::payment::action::ReturnUrl;
use aviso_core::payment::text::{Description, OrderRef};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::field::{checked, required};
use super::list::{self, List};
use crate::extract::{ApiJson, ApiPath, ApiQuery, AuthenticatedMerchant, JsonBody};
use crate::problem::{self, Problem};
use crate::state::WebState;

/// A bill to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBill, example = json!({
    "order_ref": "B-7", "amount": 12000, "currency": "EUR", "description": "Repair of a bicycle",
    "customer": {"email": "ana@example.com", "language": "es"}, "expires_at": "2026-12-31T23:00:00Z",
}))]
pub(crate) struct BillBody {
    /// Your own order number: 1 to 64 printable ASCII characters, used by no other bill or payment. A second
    /// bill with it is refused, so a request may be sent again safely.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 64)]
    order_ref: Option<String>,
    /// Minor units: 1050 is 10.50 EUR.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 1_000_000_000_000_000_i64)]
    amount: Option<i64>,
    /// ISO 4217 code.
    #[schema(required = true, nullable = false, min_length = 3, max_length = 3)]
    currency: Option<String>,
    /// What the buyer reads: 1 to 200 characters on one line.
    #[schema(min_length = 1, max_length = 200)]
    description: Option<String>,
    /// Who is asked to pay.
    customer: Option<BillCustomerBody>,
    /// Until when it may be paid, RFC 3339: one minute to 366 days from now; 30 days when absent.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Where the page leads back to: an http or https address. `payment` is added to it.
    #[schema(max_length = 2048, example = "https://shop.example/thanks")]
    return_url: Option<String>,
}

/// Who is asked to pay.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BillCustomer)]
pub(crate) struct BillCustomerBody {
    /// Where the link is mailed to.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// The language to write in: `en`, `es` or `ru`.
    #[schema(example = "es")]
    language: Option<String>,
}

impl JsonBody for BillBody {}

impl BillBody {
    fn into_bill(self) -> Result<NewBill, Problem> {
        let customer = self.customer.unwrap_or_default();
        let language = customer.language.as_deref().map(|code| Language::from_code(code).ok_or("one of en, es, ru"));
        let order_ref = checked(OrderRef::new(required(self.order_ref, "/order_ref")?), "/order_ref")?;
        let amount = required(self.amount, "/amount")?;
        let currency: Currency = checked(required(self.currency, "/currency")?.parse(), "/currency")?;
        Ok(NewBill {
            order_ref,
            amount: checked(Money::new(amount, currency), "/amount")?,
            description: checked(self.description.map(Description::new).transpose(), "/description")?,
            email: checked(customer.email.as_deref().map(EmailAddress::new).transpose(), "/customer/email")?,
            language: checked(language.transpose(), "/customer/language")?,
            return_url: checked(self.return_url.as_deref().map(ReturnUrl::new).transpose(), "/return_url")?,
            expires_at: checked(self.expires_at.as_deref().map(str::parse).transpose(), "/expires_at")?,
        })
    }
}

/// A bill and its link.
#[derive(Serialize, ToSchema)]
#[schema(as = Bill)]
pub(crate) struct BillView {
    #[serde(flatten)]
    bill: BillDocument,
    /// The page to pay it on. Whoever has it may pay, once for all.
    url: String,
    /// The same as a QR code, an SVG picture.
    qr_url: String,
    /// The bill in a chat with the bot, where there is one: whoever has it may pay there, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    telegram_url: Option<String>,
}

impl BillView {
    fn new(web: &WebState, bill: &Bill) -> Self {
        let secret = web.bills.secret(bill.id);
        let url = web.config.address(&format!("/pay/b/{}", secret.expose()));
        let telegram_url = web.config.bot_link.deep(&format!("b_{}", secret.expose()));
        Self { bill: bill_document(bill), qr_url: format!("{url}/qr.svg"), url, telegram_url }
    }
}

/// Creates a bill: a link that whoever has it may pay, once.
///
/// With `customer.email` the link is mailed; a buyer whose account has this address reads it in their chat with the
/// bot, too. Bills in Telegram Stars have the currency `XTR` and are paid there only. Nothing is a payment yet: it is made when somebody pays.
#[utoipa::path(post, path = "/v1/bills", operation_id = "create_bill", tag = "bills",
    request_body = BillBody,
    responses((status = 201, description = "Created", body = BillView)))]
pub(crate) async fn create(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiJson(body): ApiJson<BillBody>,
) -> Result<impl IntoResponse, Problem> {
    let bill = web.bills.create(&scope, body.into_bill()?).await?;
    Ok((problem::CREATED, Json(BillView::new(&web, &bill))))
}

/// A bill.
#[utoipa::path(get, path = "/v1/bills/{id}", operation_id = "get_bill", tag = "bills",
    params(("id" = String, Path, description = "`bill_…`")),
    responses((status = 200, description = "The bill", body = BillView)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<BillId>,
) -> Result<Json<BillView>, Problem> {
    Ok(Json(BillView::new(&web, &web.bills.get(&scope, id).await?)))
}

/// Which bills to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
    /// Only those in this state.
    #[param(nullable = false)]
    state: Option<String>,
}

/// Bills, newest first.
#[utoipa::path(get, path = "/v1/bills", operation_id = "list_bills", tag = "bills",
    params(ListQuery),
    responses((status = 200, description = "A page of bills", body = List<BillView>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<List<BillView>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let state = list::named(query.state.as_deref(), BillState::from_name, "state")?;
    let page = web.bills.list(&scope, state, before, limit).await?;
    Ok(Json(List::new(page.items.iter().map(|bill| BillView::new(&web, bill)).collect(), page.has_more)))
}

/// Takes a bill back: nobody can pay it any more. A second time changes nothing.
#[utoipa::path(post, path = "/v1/bills/{id}/cancel", operation_id = "cancel_bill", tag = "bills",
    params(("id" = String, Path, description = "`bill_…`")),
    responses((status = 200, description = "Cancelled", body = BillView)))]
pub(crate) async fn cancel(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<BillId>,
) -> Result<Json<BillView>, Problem> {
    Ok(Json(BillView::new(&web, &web.bills.cancel(&scope, id).await?)))
}
