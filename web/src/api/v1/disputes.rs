//! Disputes: look at them, send evidence, or accept.

use aviso_core::dispute::status::Status;
use aviso_core::dispute::{Answer as Reply, DisputeFilter, EvidenceKind, EvidenceText, NewEvidence};
use aviso_core::document::{DisputeDocument, Document};
use aviso_core::id::DisputeId;
use aviso_core::idempotency::Answer;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::field::checked;
use super::list::{self, List};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant, JsonBody, Once, Outcome};
use crate::problem::{self, Problem};
use crate::request_id::RequestId;
use crate::state::WebState;

/// Evidence against a dispute. Each text has 1 to 5000 characters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEvidence, example = json!({
    "shipping": "Correos, PQ4F8A, delivered on 20 November at 10:12", "submit": true,
}))]
pub(crate) struct EvidenceBody {
    /// What was sold.
    #[schema(min_length = 1, max_length = 5000)]
    product: Option<String>,
    /// What buyer and merchant wrote to each other.
    #[schema(min_length = 1, max_length = 5000)]
    communication: Option<String>,
    /// Carrier, number, dates, the address it went to.
    #[schema(min_length = 1, max_length = 5000)]
    shipping: Option<String>,
    /// What the buyer agreed to about returns.
    #[schema(min_length = 1, max_length = 5000)]
    refund_policy: Option<String>,
    /// When and how the buyer used what was sold.
    #[schema(min_length = 1, max_length = 5000)]
    usage: Option<String>,
    /// Anything else.
    #[schema(min_length = 1, max_length = 5000)]
    note: Option<String>,
    /// Whether that is all: it goes to the issuer, and nothing can be added. `false` when absent.
    #[serde(default)]
    submit: bool,
}

impl JsonBody for EvidenceBody {}

impl EvidenceBody {
    fn into_evidence(self) -> Result<NewEvidence, Problem> {
        let given = [
            (EvidenceKind::Product, self.product),
            (EvidenceKind::Communication, self.communication),
            (EvidenceKind::Shipping, self.shipping),
            (EvidenceKind::RefundPolicy, self.refund_policy),
            (EvidenceKind::Usage, self.usage),
            (EvidenceKind::Note, self.note),
        ];
        let mut texts = Vec::new();
        for (kind, text) in given {
            let Some(text) = text else { continue };
            texts.push((kind, checked(EvidenceText::new(text), &format!("/{}", kind.as_str()))?));
        }
        Ok(NewEvidence { texts, submit: self.submit })
    }
}

/// Nothing but an empty object.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AcceptDispute)]
pub(crate) struct AcceptBody {}

impl JsonBody for AcceptBody {
    const MAY_BE_ABSENT: bool = true;
}

/// Sends evidence against a dispute.
///
/// Evidence is gathered until it is sent with `"submit": true`; then it goes to the issuer.
#[utoipa::path(post, path = "/v1/disputes/{id}/evidence", operation_id = "add_dispute_evidence", tag = "disputes",
    params(("id" = String, Path, description = "`dsp_…`"),
        ("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = EvidenceBody,
    responses((status = 200, description = "How the dispute stands", body = DisputeDocument)))]
pub(crate) async fn evidence(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    ApiPath(id): ApiPath<DisputeId>,
    once: Once<EvidenceBody>,
) -> Result<Outcome, Problem> {
    let (body, claim) = once.into_claim(&merchant, answer);
    let reply = Reply::Evidence(body.into_evidence()?);
    let respond = claim.respond.clone();
    Ok(Outcome::of(web.disputes.answer(&merchant.0, id, &reply, Some(claim)).await?, &respond))
}

/// Accepts a dispute: the buyer keeps the money.
#[utoipa::path(post, path = "/v1/disputes/{id}/accept", operation_id = "accept_dispute", tag = "disputes",
    params(("id" = String, Path, description = "`dsp_…`"),
        ("Idempotency-Key" = String, Header, description = "A text of your own, new for each operation", max_length = 255)),
    request_body = Option<AcceptBody>,
    responses((status = 200, description = "How the dispute stands", body = DisputeDocument)))]
pub(crate) async fn accept(
    State(web): State<WebState>,
    merchant: AuthenticatedMerchant,
    ApiPath(id): ApiPath<DisputeId>,
    once: Once<AcceptBody>,
) -> Result<Outcome, Problem> {
    let (AcceptBody {}, claim) = once.into_claim(&merchant, answer);
    let respond = claim.respond.clone();
    Ok(Outcome::of(web.disputes.answer(&merchant.0, id, &Reply::Accept, Some(claim)).await?, &respond))
}

fn answer(document: &Document, _: &RequestId) -> Answer {
    let body = serde_json::to_string(&document.dispute).expect("a dispute's document has only texts and numbers");
    Answer { status: problem::DONE.as_u16(), body }
}

/// A dispute.
#[utoipa::path(get, path = "/v1/disputes/{id}", operation_id = "get_dispute", tag = "disputes",
    params(("id" = String, Path, description = "`dsp_…`")),
    responses((status = 200, description = "The dispute", body = DisputeDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<DisputeId>,
) -> Result<Json<DisputeDocument>, Problem> {
    Ok(Json(web.disputes.get(&scope, id).await?))
}

/// Which disputes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisputeQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
    /// Only those of this payment.
    #[param(nullable = false)]
    payment: Option<String>,
    /// Only those with this status.
    #[param(nullable = false)]
    status: Option<String>,
}

/// Disputes, newest first.
#[utoipa::path(get, path = "/v1/disputes", operation_id = "list_disputes", tag = "disputes",
    params(DisputeQuery),
    responses((status = 200, description = "A page of disputes", body = List<DisputeDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<DisputeQuery>,
) -> Result<Json<List<DisputeDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before: Option<DisputeId> = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let filter = DisputeFilter {
        payment: list::parameter(query.payment.as_deref(), "payment")?,
        status: list::named(query.status.as_deref(), Status::from_name, "status")?,
    };
    let page = web.disputes.list(&scope, &filter, before, limit).await?;
    Ok(Json(List::new(page.items, page.has_more)))
}
