//! Events: what happened, as the webhooks say it.

use aviso_core::document::Document;
use aviso_core::event::{Event, EventType};
use aviso_core::id::EventId;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant};
use crate::problem::{Code, Problem};
use crate::state::WebState;

/// Something that happened: the same as the webhook's body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventDocument {
    /// `evt_…`, the webhook's `webhook-id`.
    id: String,
    /// What happened: `payment.captured`, `refund.failed`, …
    r#type: String,
    /// When, RFC 3339.
    timestamp: String,
    /// Counts the events of one payment from 1; 0 for events about no payment.
    sequence: i32,
    /// What it is about, as it was right after the event.
    data: Document,
}

impl From<Event> for EventDocument {
    fn from(event: Event) -> Self {
        Self {
            id: event.id.to_string(),
            r#type: event.kind.as_str().to_owned(),
            timestamp: event.created_at.to_string(),
            sequence: event.sequence,
            data: event.document,
        }
    }
}

/// An event.
#[utoipa::path(get, path = "/v1/events/{id}", operation_id = "get_event", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, description = "The event", body = EventDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EventId>,
) -> Result<Json<EventDocument>, Problem> {
    let event = web.payments.event(&scope, id).await?;
    let event = event.ok_or_else(|| Problem::new(Code::EventNotFound, format!("there is no event {id}")))?;
    Ok(Json(event.into()))
}

/// Which events to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
    /// Only those of this type.
    #[param(nullable = false)]
    r#type: Option<String>,
}

/// Events, newest first.
#[utoipa::path(get, path = "/v1/events", operation_id = "list_events", tag = "events",
    params(EventQuery),
    responses((status = 200, description = "A page of events", body = List<EventDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<EventQuery>,
) -> Result<Json<List<EventDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let kind = list::named(query.r#type.as_deref(), public_type, "type")?;
    let page = web.payments.events(&scope, kind, before, limit).await?;
    Ok(Json(List::new(page.items.into_iter().map(EventDocument::from).collect(), page.has_more)))
}

/// The event type with this name, when merchants may see it.
pub(super) fn public_type(name: &str) -> Option<EventType> {
    EventType::from_name(name).filter(|kind| kind.is_public())
}
