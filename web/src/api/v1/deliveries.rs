//! The delivery log of a webhook endpoint.

use aviso_core::delivery::{AttemptRecord, DeliveryRecord};
use aviso_core::id::{DeliveryId, EndpointId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{List, PageQuery};
use crate::extract::{ApiPath, ApiPathPair, ApiQuery, AuthenticatedMerchant};
use crate::problem::{self, Problem};
use crate::state::WebState;

/// An event on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryDocument {
    /// `dlv_…`
    id: String,
    /// The event, `evt_…`.
    event: String,
    /// Its type.
    event_type: Option<String>,
    /// `pending`, `leased`, `done`, `dead` or `cancelled`.
    state: String,
    /// What was tried, first try first.
    attempts: Vec<AttemptDocument>,
    /// When the next try is due, RFC 3339; absent when it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_at: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    finished_at: Option<String>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub(crate) struct AttemptDocument {
    /// Counts from 1.
    number: i32,
    /// When it began, RFC 3339.
    at: String,
    /// How long it took, milliseconds.
    duration_millis: i64,
    /// `sent`, `failed`, `later`, `rejected`, `gone` or `lost`.
    outcome: String,
    /// Why, for programs: `ok`, `timeout`, `status`, …
    class: String,
    /// The status that the endpoint answered.
    http_status: Option<i32>,
    /// The first kilobyte of what it said.
    answer: String,
}

impl From<&AttemptRecord> for AttemptDocument {
    fn from(attempt: &AttemptRecord) -> Self {
        Self {
            number: attempt.number,
            at: attempt.at.to_string(),
            duration_millis: attempt.duration_micros / 1_000,
            outcome: attempt.outcome.clone(),
            class: attempt.class.clone(),
            http_status: attempt.code,
            answer: attempt.answer.clone(),
        }
    }
}

impl DeliveryDocument {
    fn new(delivery: &DeliveryRecord, attempts: &[AttemptRecord]) -> Self {
        let own = attempts.iter().filter(|attempt| attempt.delivery_id == delivery.id);
        Self {
            id: delivery.id.to_string(),
            event: delivery.event_id.to_string(),
            event_type: delivery.event_kind.map(|kind| kind.as_str().to_owned()),
            state: delivery.state.clone(),
            attempts: own.map(AttemptDocument::from).collect(),
            next_at: delivery.finished_at.is_none().then(|| delivery.next_at.to_string()),
            created_at: delivery.created_at.to_string(),
            finished_at: delivery.finished_at.map(|at| at.to_string()),
        }
    }
}

/// The deliveries to a webhook endpoint, newest first, with what was tried.
#[utoipa::path(get, path = "/v1/webhook_endpoints/{id}/deliveries", operation_id = "list_deliveries", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`"), PageQuery),
    responses((status = 200, description = "A page of deliveries", body = List<DeliveryDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<List<DeliveryDocument>>, Problem> {
    let (before, limit) = query.checked()?;
    let endpoint = web.endpoints.get(&scope, id).await?;
    let (page, attempts) = web.deliveries.of_endpoint(endpoint.id, before, limit).await?;
    let data = page.items.iter().map(|delivery| DeliveryDocument::new(delivery, &attempts)).collect();
    Ok(Json(List::new(data, page.has_more)))
}

/// A delivery that was planned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Redelivery)]
pub(crate) struct Redelivery {
    /// The new delivery, `dlv_…`.
    delivery: String,
}

/// Sends the event of an earlier delivery again.
#[utoipa::path(post, path = "/v1/webhook_endpoints/{id}/deliveries/{delivery}/redeliver", operation_id = "redeliver", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`"), ("delivery" = String, Path, description = "`dlv_…`")),
    responses((status = 202, description = "It is on its way", body = Redelivery)))]
pub(crate) async fn redeliver(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPathPair(id, delivery): ApiPathPair<EndpointId, DeliveryId>,
) -> Result<(StatusCode, Json<Redelivery>), Problem> {
    let endpoint = web.endpoints.get(&scope, id).await?;
    let planned = web.deliveries.redeliver(delivery, &endpoint.id.to_string()).await?;
    Ok((problem::ACCEPTED, Json(Redelivery { delivery: planned.to_string() })))
}
