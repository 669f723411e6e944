//! Refunds: give money back, look at what was given.

use aviso_core::audit::Actor;
use aviso_core::document::{Document, RefundDocument};
use aviso_core::id::PaymentId;
use aviso_core::id::RefundId;
use aviso_core::idempotency::Answer;
use aviso_core::payment::text::{OrderRef, Reason};
use aviso_core::refund::NewRefund;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::field::{checked, minor, required};
use super::list::{self, List};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant, JsonBody, Once, Outcome};
use crate::problem::{self, Problem};
use crate::request_id::RequestId;
use crate::state::WebState;

/// A refund to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRefund, example = json!({
    "payment": "pay_01jd8x4w3nf8a9v2m6k7q5t0yz", "amount": 500, "reason": "one coffee was cold",
}))]
pub(crate) struct RefundBody {
    /// The payment, `pay_…`.
    #[schema(required = true, nullable = false, pattern = "^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    payment: Option<String>,
    /// Minor units; all that is left when absent.
    #[schema(minimum = 1)]
    amount: Option<i64>,
    /// Your own refund number: 1 to 64 printable ASCII characters, unique for ever.
    #[schema(min_length = 1, max_length = 64)]
    refund_ref: Option<String>,
    /// Why: 1 to 200 characters on one line.
    #[schema(min_length = 1, max_length = 200)]
    reason: Option<String>,
}

impl JsonBody for RefundBody {}

impl RefundBody {
    fn into_refund(self) -> Result<NewRefund, Problem> {
        Ok(NewRefund {
            payment_id: checked(required(self.payment, "/payment")?.parse(), "/payment")?,
            minor: minor(self.amount, "/amount")?,
            refund_ref: checked(self.refund_ref.map(OrderRef::new).transpose(), "/refund_ref")?,
            reason: checked(self.reason.map(Reason::new).transpose(), "/reason")?,
            seen_version: None,
        })
    }
}

/// Gives money back, whole or in part.
///
/// A refusal by the bank is an answer like any other: `status` is `failed`.
#[utoipa::path(post, path = "/v1/refunds", operation_id = "create_refund", tag = "refunds",
    params(("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = RefundBody,
    responses((status = 201, description = "The refund; `status` says what became of it", body = RefundDocument)))]
pub(crate) async fn create(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    once: Once<RefundBody>,
) -> Result<Outcome, Problem> {
    let (body, claim) = once.into_claim(&merchant, answer);
    let new = body.into_refund()?;
    let respond = claim.respond.clone();
    let actor = merchant.0.key_id.map_or(Actor::System, Actor::Key);
    let handled = web.refunds.create(actor, merchant.0, new, Some(claim)).await?;
    Ok(Outcome::of(handled, &respond))
}

fn answer(document: &Document, _: &RequestId) -> Answer {
    let body = serde_json::to_string(&document.refund).expect("a refund's document has only texts and numbers");
    Answer { status: problem::CREATED.as_u16(), body }
}

/// A refund.
#[utoipa::path(get, path = "/v1/refunds/{id}", operation_id = "get_refund", tag = "refunds",
    params(("id" = String, Path, description = "`rfd_…`")),
    responses((status = 200, description = "The refund", body = RefundDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<RefundId>,
) -> Result<Json<RefundDocument>, Problem> {
    Ok(Json(web.refunds.get(&scope, id).await?))
}

/// Which refunds to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefundQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
    /// Only those of this payment.
    #[param(nullable = false)]
    payment: Option<String>,
}

/// Refunds, newest first.
#[utoipa::path(get, path = "/v1/refunds", operation_id = "list_refunds", tag = "refunds",
    params(RefundQuery),
    responses((status = 200, description = "A page of refunds", body = List<RefundDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<RefundQuery>,
) -> Result<Json<List<RefundDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let payment: Option<PaymentId> = list::parameter(query.payment.as_deref(), "payment")?;
    let page = web.refunds.list(&scope, payment, before, limit).await?;
    Ok(Json(List::new(page.items, page.has_more)))
}
