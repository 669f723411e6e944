//! Payments: create, confirm, capture, void, look at.

use aviso_core::document::{Document, OperationDocument, PaymentDocument};
use aviso_core::id::PaymentId;
use aviso_core::idempotency::Answer;
use aviso_core::payment::operation::OperationStatus;
use aviso_core::payment::status::Status;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

pub(crate) mod body;
mod how;
mod page;

use self::body::{CaptureBody, CreateBody, VoidBody};
use self::how::ConfirmBody;
pub(crate) use self::page::PayablePayment;
use super::field;
use super::list::{self, List};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant, Once, Outcome};
use crate::problem::{self, Problem, ProblemBody};
use crate::request_id::RequestId;
use crate::state::WebState;

/// Creates a payment.
///
/// With `"confirm": true` and a card it is screened, sent to the bank, and ends in the same request. Without,
/// send the buyer to `checkout_url`.
#[utoipa::path(post, path = "/v1/payments", operation_id = "create_payment", tag = "payments",
    params(("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = CreateBody,
    responses(
        (status = 201, description = "Created. When it was confirmed, `status` says what became of it", body = PayablePayment),
        (status = 402, description = "Created, and declined: `payment_declined`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub(crate) async fn create(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    once: Once<CreateBody>,
) -> Result<Outcome, Problem> {
    let (body, claim) = once.into_claim(&merchant, |document, id| answer(problem::CREATED, document, id));
    let (new, confirmation) = body.into_payment(web.clock.now())?;
    let (respond, payable) = (claim.respond.clone(), confirmation.is_none());
    let handled = web.payments.create(merchant.0, new, confirmation, Some(claim)).await?;
    let outcome = Outcome::of(handled, &respond);
    Ok(if payable { outcome.map(|body| PayablePayment::add_to(&web, body)) } else { outcome })
}

/// Confirms a payment with a card or wallet.
///
/// With `requires_action` the buyer goes to `action.url` first; what becomes of it is told by events.
#[utoipa::path(post, path = "/v1/payments/{id}/confirm", operation_id = "confirm_payment", tag = "payments",
    params(("id" = String, Path, description = "`pay_…`"),
        ("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = ConfirmBody,
    responses(
        (status = 200, description = "Confirmed; `status` says what became of it", body = PaymentDocument),
        (status = 402, description = "Declined: `payment_declined`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub(crate) async fn confirm(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    ApiPath(id): ApiPath<PaymentId>,
    once: Once<ConfirmBody>,
) -> Result<Outcome, Problem> {
    let (body, claim) = once.into_claim(&merchant, |document, id| answer(problem::DONE, document, id));
    let confirmation = body.into_confirmation(web.clock.now())?;
    let respond = claim.respond.clone();
    let handled = web.payments.confirm(merchant.0, id, confirmation, Some(claim)).await?;
    Ok(Outcome::of(handled, &respond))
}

/// Takes reserved money, whole or in part.
///
#[utoipa::path(post, path = "/v1/payments/{id}/capture", operation_id = "capture_payment", tag = "payments",
    params(("id" = String, Path, description = "`pay_…`"),
        ("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = Option<CaptureBody>,
    responses(
        (status = 200, description = "Done; how the payment stands", body = PaymentDocument),
        (status = 202, description = "The bank has not answered yet; the payment stands as it did", body = PaymentDocument),
        (status = 402, description = "The bank refused: `bank_refused`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub(crate) async fn capture(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    ApiPath(id): ApiPath<PaymentId>,
    once: Once<CaptureBody>,
) -> Result<Outcome, Problem> {
    let (body, claim) = once.into_claim(&merchant, payment_answer);
    let minor = field::minor(body.amount, "/amount")?;
    let respond = claim.respond.clone();
    let handled = web.payments.capture(merchant.0, id, minor, Some(claim)).await?;
    Ok(Outcome::of(handled, &respond))
}

/// Releases reserved money, or cancels a payment that nobody paid yet.
#[utoipa::path(post, path = "/v1/payments/{id}/void", operation_id = "void_payment", tag = "payments",
    params(("id" = String, Path, description = "`pay_…`"),
        ("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = Option<VoidBody>,
    responses(
        (status = 200, description = "Done; how the payment stands", body = PaymentDocument),
        (status = 202, description = "The bank has not answered yet; the payment stands as it did", body = PaymentDocument),
        (status = 402, description = "The bank refused: `bank_refused`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub(crate) async fn void(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    ApiPath(id): ApiPath<PaymentId>,
    once: Once<VoidBody>,
) -> Result<Outcome, Problem> {
    let (VoidBody {}, claim) = once.into_claim(&merchant, payment_answer);
    let respond = claim.respond.clone();
    let handled = web.payments.void(merchant.0, id, Some(claim)).await?;
    Ok(Outcome::of(handled, &respond))
}

/// A payment.
#[utoipa::path(get, path = "/v1/payments/{id}", operation_id = "get_payment", tag = "payments",
    params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The payment", body = PayablePayment)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<PaymentId>,
) -> Result<Json<PayablePayment>, Problem> {
    let payment = web.payments.get(&scope, id).await?;
    Ok(Json(PayablePayment::new(&web, payment)))
}

/// Which payments to list.
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
    /// Only those with this status.
    #[param(nullable = false)]
    status: Option<String>,
    /// Only the one with this order number.
    #[param(nullable = false)]
    order_ref: Option<String>,
}

/// Payments, newest first.
#[utoipa::path(get, path = "/v1/payments", operation_id = "list_payments", tag = "payments",
    params(ListQuery),
    responses((status = 200, description = "A page of payments", body = List<PaymentDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<List<PaymentDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let status = list::named(query.status.as_deref(), Status::from_name, "status")?;
    let page = web.payments.list(&scope, status, query.order_ref, before, limit).await?;
    Ok(Json(List::new(page.items, page.has_more)))
}

/// The payment; a problem when the bank refused, 202 while its answer is not known.
fn payment_answer(document: &Document, request: &RequestId) -> Answer {
    let status = |status: OperationStatus| {
        move |operation: &&OperationDocument| OperationStatus::from_name(&operation.status) == Some(status)
    };
    let operation = document.operation.as_ref();
    if let Some((payment, refused)) = document.payment.as_ref().zip(operation.filter(status(OperationStatus::Failed))) {
        let problem = Problem::bank_refused(payment, refused.decline.clone());
        return Answer { status: problem.status().as_u16(), body: problem.body(request) };
    }
    let waits = operation.is_some_and(|operation| status(OperationStatus::Unknown)(&operation));
    rendered(if waits { problem::ACCEPTED } else { problem::DONE }, document)
}

/// The payment; or, when the attempt that was just made was refused, a problem with the payment in it.
fn answer(status: StatusCode, document: &Document, request: &RequestId) -> Answer {
    const REFUSED: [Status; 2] = [Status::RequiresPaymentMethod, Status::Declined];
    let open = |payment: &PaymentDocument| REFUSED.iter().any(|status| status.as_str() == payment.status);
    match document.payment.as_ref().filter(|payment| payment.decline.is_some() && open(payment)) {
        Some(payment) => {
            let problem = Problem::declined(payment);
            Answer { status: problem.status().as_u16(), body: problem.body(request) }
        }
        None => rendered(status, document),
    }
}

fn rendered(status: StatusCode, document: &Document) -> Answer {
    let body = serde_json::to_string(&document.payment).expect("a payment's document has only texts and numbers");
    Answer { status: status.as_u16(), body }
}
