//! The addresses of banks that issue cards: they enrol cards whose payments they want confirmed, and see what became
//! of that.

use aviso_core::account::email::EmailAddress;
use aviso_core::id::EnrolledCardId;
use aviso_core::issuing::EnrolledCard;
use aviso_core::secret::Secret;
use aviso_core::verifier::Verification;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::{checked, required};
use super::list::{List, PageQuery};
use crate::extract::{ApiJson, ApiPath, ApiQuery, AuthenticatedBank, JsonBody};
use crate::problem::{self, Problem};
use crate::state::WebState;

/// A card to enrol.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEnrolledCard, example = json!({"number": "4242424242424242", "email": "ana@example.com"}))]
pub(crate) struct EnrolBody {
    /// 13 to 19 digits; spaces and dashes are allowed. It is not kept: only pseudonyms and the last four digits are.
    #[schema(value_type = String, required = true, write_only, example = "4242424242424242")]
    number: Option<Secret>,
    /// The address of the person who holds the card. That person is asked, whoever pays; without it, the buyer is.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
}

impl JsonBody for EnrolBody {}

/// A card of yours that is enrolled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnrolledCard)]
pub(crate) struct EnrolledCardDocument {
    /// `ecd_…`
    id: String,
    /// `test` or `live`.
    mode: &'static str,
    /// The same for the same card of yours; says nothing elsewhere.
    fingerprint: String,
    /// Last four digits.
    last4: String,
    /// Who is asked, when you said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// RFC 3339.
    created_at: String,
}

/// What became of a question about a payment with a card of yours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardVerification)]
pub(crate) struct VerificationDocument {
    /// `vrf_…`
    id: String,
    /// The card, `ecd_…`.
    card: String,
    /// `test` or `live`.
    mode: &'static str,
    /// `pending`, `confirmed` (the code is being given), `passed`, `refused` (*not me*), `failed`, `expired` or
    /// `withdrawn`.
    result: &'static str,
    /// How the person was asked: `telegram` or `email`.
    way: &'static str,
    /// Who wanted it: `issuer` (you), `merchant` or `risk`.
    demanded_by: &'static str,
    /// Minor units.
    amount: i64,
    /// ISO 4217 code.
    currency: &'static str,
    /// The shop's name.
    shop: String,
    /// Last four digits.
    last4: String,
    /// SHA-256 of what the person was shown, hexadecimal.
    digest: String,
    /// When it was asked, RFC 3339.
    created_at: String,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

fn card_document(card: EnrolledCard) -> EnrolledCardDocument {
    EnrolledCardDocument {
        id: card.id.to_string(),
        mode: card.mode.as_str(),
        fingerprint: card.fingerprint,
        last4: card.last4,
        email: card.email,
        created_at: card.created_at.to_string(),
    }
}

fn verification_document(found: Verification) -> VerificationDocument {
    VerificationDocument {
        id: found.id.to_string(),
        card: found.enrolled_card.map(|card| card.to_string()).unwrap_or_default(),
        mode: found.mode.as_str(),
        result: found.state.as_str(),
        way: found.way.as_str(),
        demanded_by: found.demanded_by.as_str(),
        amount: found.amount.minor(),
        currency: found.amount.currency().code(),
        shop: found.shop,
        last4: found.last4,
        digest: found.digest,
        created_at: found.created_at.to_string(),
        ended_at: found.ended_at.map(|at| at.to_string()),
    }
}

/// Enrols a card: from now on its payments at every shop of this install are confirmed before they go to the bank.
///
/// A card that you enrolled before stays as it is, but for the address when one is given.
#[utoipa::path(post, path = "/v1/bank/cards", operation_id = "enrol_card", tag = "banks", security(("bank_key" = [])),
    request_body = EnrolBody,
    responses((status = 201, description = "Enrolled", body = EnrolledCardDocument)))]
pub(crate) async fn enrol(
    State(web): State<WebState>,
    AuthenticatedBank(scope): AuthenticatedBank,
    ApiJson(body): ApiJson<EnrolBody>,
) -> Result<(StatusCode, Json<EnrolledCardDocument>), Problem> {
    let number = required(body.number, "/number")?;
    let email = checked(body.email.as_deref().map(EmailAddress::new).transpose(), "/email")?;
    let card = web.issuing.enrol(&scope, &number, email.as_ref()).await?;
    Ok((problem::CREATED, Json(card_document(card))))
}

/// Your enrolled cards, newest first.
#[utoipa::path(get, path = "/v1/bank/cards", operation_id = "list_enrolled_cards", tag = "banks",
    security(("bank_key" = [])), params(PageQuery),
    responses((status = 200, description = "A page of cards", body = List<EnrolledCardDocument>)))]
pub(crate) async fn cards(
    State(web): State<WebState>,
    AuthenticatedBank(scope): AuthenticatedBank,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<List<EnrolledCardDocument>>, Problem> {
    let (before, limit) = query.checked()?;
    let page = web.issuing.cards(&scope, before, limit).await?;
    Ok(Json(List::new(page.items.into_iter().map(card_document).collect(), page.has_more)))
}

/// Ends the enrolment of a card. What was asked about it stays in your list.
#[utoipa::path(delete, path = "/v1/bank/cards/{id}", operation_id = "remove_enrolled_card", tag = "banks",
    security(("bank_key" = [])), params(("id" = String, Path, description = "`ecd_…`")),
    responses((status = 204, description = "No longer enrolled")))]
pub(crate) async fn remove(
    State(web): State<WebState>,
    AuthenticatedBank(scope): AuthenticatedBank,
    ApiPath(id): ApiPath<EnrolledCardId>,
) -> Result<StatusCode, Problem> {
    web.issuing.remove(&scope, id).await?;
    Ok(problem::NOTHING)
}

/// What people answered about payments with your cards, newest first.
#[utoipa::path(get, path = "/v1/bank/verifications", operation_id = "list_verifications", tag = "banks",
    security(("bank_key" = [])), params(PageQuery),
    responses((status = 200, description = "A page of questions", body = List<VerificationDocument>)))]
pub(crate) async fn verifications(
    State(web): State<WebState>,
    AuthenticatedBank(scope): AuthenticatedBank,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<List<VerificationDocument>>, Problem> {
    let (before, limit) = query.checked()?;
    let page = web.issuing.verifications(&scope, before, limit).await?;
    Ok(Json(List::new(page.items.into_iter().map(verification_document).collect(), page.has_more)))
}
