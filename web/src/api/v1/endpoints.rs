//! Webhook endpoints: where events are sent, and the secrets that sign them.

use std::collections::BTreeMap;

use aviso_core::document::EndpointDocument;
use aviso_core::event::EventType;
use aviso_core::id::EndpointId;
use aviso_core::merchant::endpoint::{CustomHeader, EndpointChange, EndpointPace, Payload};
use aviso_core::secret::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::events::public_type;
use super::field::{checked, invalid, required};
use super::list::List;
use crate::extract::{ApiJson, ApiPath, AuthenticatedMerchant, JsonBody};
use crate::problem::{self, Problem};
use crate::state::WebState;

/// A webhook endpoint to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEndpoint, example = json!({
    "url": "https://shop.example/webhooks", "events": ["payment.captured", "refund.succeeded"],
}))]
pub(crate) struct EndpointBody {
    /// Where to send events: `https://…`.
    #[schema(required = true, nullable = false, max_length = 2048, pattern = "^https?://")]
    url: Option<String>,
    /// Which events; all when absent or empty.
    events: Option<Vec<String>>,
    /// How much of an event is sent; `full` when absent.
    payload: Option<PayloadWord>,
    /// Whether messages are signed with an Ed25519 key, too (`v1a`); the answer then has its `public_key`.
    asymmetric: Option<bool>,
    /// Headers that go along with each message, at most ten. Their values are never shown.
    headers: Option<BTreeMap<String, String>>,
    /// Messages under way at once; 8 when absent.
    #[schema(minimum = 1, maximum = 8)]
    max_in_flight: Option<i64>,
    /// Messages a second at most; no limit when 0 or absent.
    #[schema(minimum = 0, maximum = 1000)]
    rate_per_second: Option<i64>,
}

/// What to change about a webhook endpoint. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndpointChange, example = json!({"status": "active"}))]
pub(crate) struct ChangeBody {
    /// Where to send events.
    #[schema(max_length = 2048, pattern = "^https?://")]
    url: Option<String>,
    /// Which events; empty means all.
    events: Option<Vec<String>>,
    /// Whether to send anything. `active` also forgets earlier failures.
    status: Option<StatusWord>,
    /// How much of an event is sent.
    payload: Option<PayloadWord>,
    /// Whether messages are signed with an Ed25519 key, too. `false` forgets the key.
    asymmetric: Option<bool>,
    /// Headers that go along with each message, instead of those before.
    headers: Option<BTreeMap<String, String>>,
    /// Messages under way at once.
    #[schema(minimum = 1, maximum = 8)]
    max_in_flight: Option<i64>,
    /// Messages a second at most; 0 for no limit.
    #[schema(minimum = 0, maximum = 1000)]
    rate_per_second: Option<i64>,
}

/// How much of an event is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EndpointPayload)]
pub(crate) enum PayloadWord {
    /// The documents as they were right after the event.
    Full,
    /// Ids only.
    Thin,
}

impl From<PayloadWord> for Payload {
    fn from(word: PayloadWord) -> Self {
        match word {
            PayloadWord::Full => Self::Full,
            PayloadWord::Thin => Self::Thin,
        }
    }
}

/// Whether anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EndpointStatus)]
pub(crate) enum StatusWord {
    /// It is.
    Active,
    /// It is not.
    Disabled,
}

impl JsonBody for EndpointBody {}
impl JsonBody for ChangeBody {}

/// A new webhook endpoint, with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndpointWithSecret)]
pub(crate) struct CreatedEndpoint {
    #[serde(flatten)]
    endpoint: EndpointDocument,
    /// `whsec_…`, shown this once.
    secret: String,
}

/// A new secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndpointSecret)]
pub(crate) struct NewSecret {
    /// The endpoint, `whk_…`.
    id: String,
    /// `whsec_…`, shown this once. The one before signs beside it for 24 hours.
    secret: String,
}

/// An event that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestEvent)]
pub(crate) struct TestEvent {
    /// `evt_…`
    event: String,
}

/// Adds a webhook endpoint. Its secret is shown this once.
#[utoipa::path(post, path = "/v1/webhook_endpoints", operation_id = "create_webhook_endpoint", tag = "webhook endpoints",
    request_body = EndpointBody,
    responses((status = 201, description = "Added", body = CreatedEndpoint)))]
pub(crate) async fn create(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiJson(body): ApiJson<EndpointBody>,
) -> Result<(StatusCode, Json<CreatedEndpoint>), Problem> {
    let url = required(body.url, "/url")?;
    checked((web.endpoint_check)(&url), "/url")?;
    let change = EndpointChange {
        events: body.events.as_deref().map(kinds).transpose()?,
        payload: body.payload.map(Payload::from),
        asymmetric: body.asymmetric,
        headers: headers(&web, body.headers.as_ref())?,
        max_in_flight: in_flight(body.max_in_flight)?,
        rate_per_second: rate(body.rate_per_second)?,
        ..EndpointChange::default()
    };
    let (endpoint, secret) = web.endpoints.create(&scope, &url, change).await?;
    let created = CreatedEndpoint { endpoint: endpoint.document(), secret: secret.expose().to_owned() };
    Ok((problem::CREATED, Json(created)))
}

/// All webhook endpoints, oldest first: at most 20.
#[utoipa::path(get, path = "/v1/webhook_endpoints", operation_id = "list_webhook_endpoints", tag = "webhook endpoints",
    responses((status = 200, description = "All webhook endpoints", body = List<EndpointDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
) -> Result<Json<List<EndpointDocument>>, Problem> {
    let endpoints = web.endpoints.list(&scope).await?;
    Ok(Json(List::new(endpoints.iter().map(|endpoint| endpoint.document()).collect(), false)))
}

/// A webhook endpoint.
#[utoipa::path(get, path = "/v1/webhook_endpoints/{id}", operation_id = "get_webhook_endpoint", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    responses((status = 200, description = "The webhook endpoint", body = EndpointDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
) -> Result<Json<EndpointDocument>, Problem> {
    Ok(Json(web.endpoints.get(&scope, id).await?.document()))
}

/// Changes a webhook endpoint.
#[utoipa::path(patch, path = "/v1/webhook_endpoints/{id}", operation_id = "update_webhook_endpoint", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    request_body = ChangeBody,
    responses((status = 200, description = "Changed", body = EndpointDocument)))]
pub(crate) async fn update(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
    ApiJson(body): ApiJson<ChangeBody>,
) -> Result<Json<EndpointDocument>, Problem> {
    if let Some(url) = &body.url {
        checked((web.endpoint_check)(url), "/url")?;
    }
    let change = EndpointChange {
        events: body.events.as_deref().map(kinds).transpose()?,
        active: body.status.map(|status| status == StatusWord::Active),
        payload: body.payload.map(Payload::from),
        asymmetric: body.asymmetric,
        headers: headers(&web, body.headers.as_ref())?,
        max_in_flight: in_flight(body.max_in_flight)?,
        rate_per_second: rate(body.rate_per_second)?,
        url: body.url,
    };
    Ok(Json(web.endpoints.update(&scope, id, change).await?.document()))
}

/// Takes a webhook endpoint away.
#[utoipa::path(delete, path = "/v1/webhook_endpoints/{id}", operation_id = "delete_webhook_endpoint", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    responses((status = 204, description = "Taken away")))]
pub(crate) async fn remove(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
) -> Result<StatusCode, Problem> {
    web.endpoints.delete(&scope, id).await?;
    Ok(problem::NOTHING)
}

/// Makes a new secret. The one before signs beside it for 24 hours.
#[utoipa::path(post, path = "/v1/webhook_endpoints/{id}/rotate_secret", operation_id = "rotate_webhook_secret", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    responses((status = 200, description = "The new secret", body = NewSecret)))]
pub(crate) async fn rotate_secret(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
) -> Result<Json<NewSecret>, Problem> {
    let secret = web.endpoints.rotate_secret(&scope, id).await?;
    Ok(Json(NewSecret { id: id.to_string(), secret: secret.expose().to_owned() }))
}

/// Sends an `endpoint.test` event.
#[utoipa::path(post, path = "/v1/webhook_endpoints/{id}/test", operation_id = "test_webhook_endpoint", tag = "webhook endpoints",
    params(("id" = String, Path, description = "`whk_…`")),
    responses((status = 202, description = "It is on its way", body = TestEvent)))]
pub(crate) async fn test(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<EndpointId>,
) -> Result<(StatusCode, Json<TestEvent>), Problem> {
    let event = web.endpoints.send_test(&scope, id).await?;
    Ok((problem::ACCEPTED, Json(TestEvent { event: event.to_string() })))
}

fn kinds(names: &[String]) -> Result<Vec<EventType>, Problem> {
    let read = |(place, name): (usize, &String)| {
        public_type(name).ok_or_else(|| invalid("there is no such event type", &format!("/events/{place}")))
    };
    names.iter().enumerate().map(read).collect()
}

/// Headers of one endpoint.
const HEADERS_MAX: usize = 10;

fn headers(web: &WebState, given: Option<&BTreeMap<String, String>>) -> Result<Option<Vec<CustomHeader>>, Problem> {
    let Some(given) = given else { return Ok(None) };
    if given.len() > HEADERS_MAX {
        return Err(invalid(format!("at most {HEADERS_MAX} headers go along"), "/headers"));
    }
    let mut headers: Vec<CustomHeader> = Vec::with_capacity(given.len());
    for (name, value) in given {
        let pointer = format!("/headers/{}", name.replace('~', "~0").replace('/', "~1"));
        let name = checked((web.header_check)(name, value), &pointer)?;
        if headers.iter().any(|header| header.name == name) {
            return Err(invalid("this header is named twice", &pointer));
        }
        headers.push(CustomHeader { name, value: Secret::new(value.as_str()) });
    }
    Ok(Some(headers))
}

fn in_flight(given: Option<i64>) -> Result<Option<u8>, Problem> {
    let most = EndpointPace::IN_FLIGHT_MAX;
    let fits = |number: i64| u8::try_from(number).ok().filter(|number| (1..=most).contains(number));
    let refused = || invalid(format!("1 to {most} messages may be under way"), "/max_in_flight");
    given.map(|number| fits(number).ok_or_else(refused)).transpose()
}

fn rate(given: Option<i64>) -> Result<Option<u16>, Problem> {
    let most = EndpointPace::RATE_MAX;
    let fits = |number: i64| u16::try_from(number).ok().filter(|number| *number <= most);
    let refused = || invalid(format!("0 to {most} messages a second"), "/rate_per_second");
    given.map(|number| fits(number).ok_or_else(refused)).transpose()
}
