//! The OpenAPI 3.1 document.

mod shape;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, path::Operation};
use utoipa::{Modify, OpenApi};

use self::shape::Shapes;
use super::v1::{
    account, bank, bills, cards, customers, deliveries, disputes, endpoints, events, ledger, mandates, payments,
    recoveries, refunds, reports,
};
use crate::problem::{Code, MEDIA_TYPE, ProblemBody};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Aviso",
        version = "1",
        description = "Payments, refunds, events and webhooks. Amounts are whole minor units; times are RFC 3339 in UTC. \
            Every answer has `X-Request-Id`; every problem follows RFC 9457 and has a stable `code`. \
            An `Idempotency-Key` is used up by the request that had an effect: what is refused with 400, 401, 404, 409, \
            422 or 429 changes nothing and leaves the key free.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        payments::create, payments::list, payments::get, payments::confirm, payments::capture, payments::void,
        refunds::create, refunds::list, refunds::get,
        bills::create, bills::list, bills::get, bills::cancel,
        cards::list, cards::get, cards::remove, customers::get, customers::update,
        mandates::list, mandates::get, mandates::remove,
        events::list, events::get,
        endpoints::create, endpoints::list, endpoints::get, endpoints::update, endpoints::remove,
        endpoints::rotate_secret, endpoints::test,
        recoveries::start, recoveries::list,
        deliveries::list, deliveries::redeliver,
        disputes::list, disputes::get, disputes::evidence, disputes::accept,
        ledger::balance, ledger::entries, ledger::payouts,
        reports::realtime, reports::period, reports::annual, reports::annual_pdf, reports::annual_svg,
        reports::registry,
        reports::export::payments_csv, reports::export::payments_json, reports::export::refunds_csv,
        reports::export::refunds_json, reports::export::operations_csv, reports::export::operations_json,
        account::get,
        bank::enrol, bank::cards, bank::remove, bank::verifications,
    ),
    components(schemas(ProblemBody, deliveries::DeliveryDocument, events::EventDocument)),
    security(("api_key" = [])),
    modifiers(&Security, &Problems, &Shapes),
)]
struct Document;

/// The API's description.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /openapi.json`.
pub(crate) async fn serve() -> ([(HeaderName, &'static str); 1], &'static str) {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| openapi().to_json().expect("the document has only texts, numbers and lists"));
    ([(CONTENT_TYPE, "application/json")], &TEXT)
}

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("sk_test_… or sk_live_…")
            .description(Some("An API key of the merchant. Test and live keys open separate worlds."))
            .build();
        let of_banks = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("bk_test_… or bk_live_…")
            .description(Some(
                "An API key of a bank that issues cards, made by an operator. It opens `/v1/bank/…` only.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bank_key", SecurityScheme::Http(of_banks));
        components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

/// Adds to each operation the problems that it may be answered with.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let slots = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
            for operation in slots.into_iter().flatten() {
                describe(path, operation);
            }
        }
    }
}

fn describe(path: &str, operation: &mut Operation) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes(path, operation) {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    for (status, codes) in by_status {
        let names: Vec<String> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
        let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
        let response = ResponseBuilder::new().description(names.join(", ")).content(MEDIA_TYPE, content).build();
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(response));
    }
}

/// The codes of an operation, told by what it takes.
fn codes(path: &str, operation: &Operation) -> Vec<Code> {
    let mut codes =
        vec![Code::ApiKeyMissing, Code::ApiKeyInvalid, Code::RateLimited, Code::InternalError, Code::Unavailable];
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let takes = |place: &utoipa::openapi::path::ParameterIn| parameters.iter().any(|p| p.parameter_in == *place);
    if takes(&utoipa::openapi::path::ParameterIn::Path) {
        codes.push(Code::IdInvalid);
        codes.extend(missing(path));
    }
    if takes(&utoipa::openapi::path::ParameterIn::Query) {
        codes.push(Code::QueryInvalid);
    }
    if operation.request_body.is_some() {
        codes.extend([
            Code::MalformedJson,
            Code::BodyUnreadable,
            Code::BodyTimeout,
            Code::BodyTooLarge,
            Code::ContentTypeUnsupported,
            Code::FieldMissing,
            Code::FieldInvalid,
        ]);
    }
    if takes(&utoipa::openapi::path::ParameterIn::Header) {
        codes.extend([
            Code::IdempotencyKeyMissing,
            Code::IdempotencyKeyInvalid,
            Code::IdempotencyKeyInUse,
            Code::IdempotencyKeyReused,
            Code::Interrupted,
        ]);
        codes.extend(refusals(path));
    }
    if path == "/v1/webhook_endpoints" && operation.request_body.is_some() {
        codes.push(Code::EndpointLimitReached);
    }
    if path == "/v1/bank/cards" && operation.request_body.is_some() {
        codes.push(Code::CardEnrolledElsewhere);
    }
    if path == "/v1/webhook_endpoints/{id}/recover" {
        codes.push(Code::RecoveryRunning);
    }
    if path == "/v1/bills" && operation.request_body.is_some() {
        codes.extend([Code::ShopClosed, Code::OrderRefTaken, Code::CurrencyNotAccepted]);
    }
    if path == "/v1/bills/{id}/cancel" {
        codes.extend([Code::BillStateConflict, Code::PaymentStateConflict, Code::OperationInProgress]);
    }
    if path.starts_with("/v1/customers") && operation.request_body.is_some() {
        codes.push(Code::CustomerFrozen);
    }
    codes
}

fn missing(path: &str) -> Vec<Code> {
    let subjects = [
        ("/v1/payments", Code::PaymentNotFound),
        ("/v1/refunds", Code::RefundNotFound),
        ("/v1/disputes", Code::DisputeNotFound),
        ("/v1/events", Code::EventNotFound),
        ("/v1/bills", Code::BillNotFound),
        ("/v1/cards", Code::CardNotFound),
        ("/v1/mandates", Code::MandateNotFound),
        ("/v1/bank/cards", Code::EnrolledCardNotFound),
        ("/v1/webhook_endpoints", Code::EndpointNotFound),
        ("/v1/webhook_endpoints/{id}/deliveries/{delivery}", Code::DeliveryNotFound),
    ];
    subjects.into_iter().filter(|(prefix, _)| path.starts_with(prefix)).map(|(_, code)| code).collect()
}

/// What a saved card or a mandate may be refused with.
fn vault_refusals() -> Vec<Code> {
    vec![
        Code::CardNotFound,
        Code::CustomerDenied,
        Code::MandateNotFound,
        Code::MandateNotActive,
        Code::MandateCurrency,
        Code::MandateAmount,
        Code::MandateTooSoon,
        Code::MandateBusy,
    ]
}

fn refusals(path: &str) -> Vec<Code> {
    match path {
        "/v1/payments" => [
            vec![Code::ShopClosed, Code::OrderRefTaken, Code::CurrencyNotAccepted, Code::MethodNotOffered],
            vault_refusals(),
        ]
        .concat(),
        "/v1/payments/{id}/confirm" => {
            [vec![Code::ShopClosed, Code::PaymentStateConflict, Code::MethodNotOffered], vault_refusals()].concat()
        }
        "/v1/refunds" => vec![
            Code::PaymentNotFound,
            Code::PaymentStateConflict,
            Code::OperationInProgress,
            Code::RefundRefTaken,
            Code::AmountTooLarge,
            Code::WholeRefundOnly,
        ],
        "/v1/payments/{id}/capture" => {
            vec![Code::PaymentStateConflict, Code::OperationInProgress, Code::AmountTooLarge]
        }
        "/v1/disputes/{id}/evidence" => vec![Code::DisputeStateConflict, Code::EvidenceMissing],
        "/v1/disputes/{id}/accept" => vec![Code::DisputeStateConflict],
        "/v1/payments/{id}/void" => vec![Code::PaymentStateConflict, Code::OperationInProgress],
        _ => vec![Code::PaymentStateConflict],
    }
}
