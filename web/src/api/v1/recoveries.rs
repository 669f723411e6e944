//! Sending again what a webhook endpoint missed.

use aviso_core::clock::Timestamp;
use aviso_core::id::EndpointId;
use aviso_core::merchant::endpoint::Recovery;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::{invalid, required};
use super::list::List;
use crate::extract::{ApiJson, ApiPath, AuthenticatedMerchant, JsonBody};
use crate::problem::{self, Problem};
use crate::state::WebState;

/// Recoveries that a list shows.
const SHOWN: u64 = 20;

/// From when on events are sent again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRecovery, example = json!({"since": "2026-11-24T08:00:00Z"}))]
pub(crate) struct RecoveryBody {
    /// RFC 3339, in the past.
    #[schema(required = true, nullable = false, format = DateTime)]
    since: Option<String>,
}

impl JsonBody for RecoveryBody {}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recovery)]
pub(crate) struct RecoveryDocument {
    /// `rcv_…`
    id: String,
    /// The endpoint, `whk_…`.
    endpoint: String,
    /// Events from then on, RFC 3339.
    since: String,
    /// `running` or `finished`.
    status: String,
    /// Deliveries that were planned so far.
    planned: i64,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    finished_at: Option<String>,
}

impl From<&Recovery> for RecoveryDocument {
    fn from(recovery: &Recovery) -> Self {
        Self {
            id: recovery.id.to_string(),
            endpoint: recovery.endpoint_id.to_string(),
            since: recovery.since.to_string(),
            status: if recovery.finished_at.is_some() { "finished" } else { "running" }.to_owned(),
            planned: recovery.planned,
            created_at: recovery.created_at.to_string(),
            finished_at: recovery.finished_at.map(|at| at.to_string()),
        }
    }
}

/// Sends again every event since a moment that this endpoint wants and did not take. It runs by itself, behind
/// everything newer.
#[utoipa::path(post, path = "/v1/webhook_endpoints/{id}/recover", operation_id = "recover_webhook_endpoint", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    request_body = RecoveryBody,
    responses((status = 202, description = "It runs", body = RecoveryDocument)))]
pub(crate) async fn start(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
    ApiJson(body): ApiJson<RecoveryBody>,
) -> Result<(StatusCode, Json<RecoveryDocument>), Problem> {
    let since: Timestamp = required(body.since, "/since")?
        .parse()
        .map_err(|_| invalid("a moment is written as in RFC 3339: 2026-11-24T08:00:00Z", "/since"))?;
    let recovery = web.endpoints.recover(&scope, id, since).await?;
    Ok((problem::ACCEPTED, Json(RecoveryDocument::from(&recovery))))
}

/// The latest recoveries of a webhook endpoint, newest first.
#[utoipa::path(get, path = "/v1/webhook_endpoints/{id}/recoveries", operation_id = "list_recoveries", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    responses((status = 200, description = "The latest 20", body = List<RecoveryDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
) -> Result<Json<List<RecoveryDocument>>, Problem> {
    let recoveries = web.endpoints.recoveries(&scope, id, SHOWN).await?;
    Ok(Json(List::new(recoveries.iter().map(RecoveryDocument::from).collect(), false)))
}
